//! Takes responses and ACKs whose request the capture does not hold, gives the 380 whose alternative that request may have been.
//!
//! Invariant: such a message speaks for a client and never against it: whoever it was for has sent something (RFC 3261, 17.1.3). Who was called
//! stands in its To (RFC 3261, 8.1.1.2), what a REGISTER asked for in the Contact of its 200 (3GPP TS 24.229, 5.1.6.2).

use super::alternative::{is_emergency_registration, names, reaches_by_other_means};
use super::found::numbers;
use super::identity::Person;
use super::open::{Open, OpenRedirects};
use super::redirect::Link;
use super::sighting::Sighting;
use super::unseen::is_of_attempt;
use crate::sip::body::{AlternativeAction, AlternativeType};
use crate::sip::{Message, Uri};

/// Marks each 380 to whose alternatives the request of `sighting`, a response or an ACK, may have turned.
pub(super) fn mark_unseen_alternative(open: &mut OpenRedirects, sighting: &Sighting<'_>) {
    if !open.has_alternatives() {
        return;
    }
    let message = &sighting.message;
    let Some(caller) = Person::caller(message) else { return };
    let numbers = numbers(open.alternatives_of_caller(&caller).latest_at(sighting.time));
    if numbers.is_empty() || is_of_attempt(open, sighting) {
        return;
    }
    for number in numbers {
        if let Some(found) = open.get_mut(number)
            && may_be_asked_for(found, message)
        {
            found.redirect.unseen.get_or_insert(sighting.place);
        }
    }
}

/// Whether the request of `message` may be what the 380 asks for.
fn may_be_asked_for(found: &Open, message: &Message<'_>) -> bool {
    let Some(method) = message.cseq().map(|cseq| if cseq.method == b"ACK" { b"INVITE" } else { cseq.method }) else { return false };
    if method == b"REGISTER" {
        return may_register(found, message);
    }
    let Some(to) = message.to().map(|to| Uri::parse(to.uri)) else { return false };
    let is_original = found.redirect.original.as_ref().is_some_and(|original| original.equals(&to));
    let mut of_body = found.redirect.offer.iter().flat_map(|offer| &offer.uris);
    if is_original { reaches_by_other_means(found, method) } else { of_body.any(|uri| names(uri, &to)) }
}

/// Whether the response may be that of the registration which the 380 asks for, and of which no other sign was seen.
fn may_register(found: &Open, response: &Message<'_>) -> bool {
    let Some(offer) = &found.redirect.offer else { return false };
    let is_seen =
        found.redirect.attempts.iter().any(|attempt| matches!(attempt.link, Link::EmergencyRegistration | Link::InitialRegistration));
    let asks_for_emergencies = offer.action() == Some(&AlternativeAction::EmergencyRegistration);
    let is_granted = response.status().is_some_and(|status| (200..300).contains(&status));
    // What is refused, or challenged, tells nothing of its Contact.
    let may_be_for_emergencies = !is_granted || is_emergency_registration(response);
    !is_seen && (offer.service_type() == Some(&AlternativeType::Restoration) || (asks_for_emergencies && may_be_for_emergencies))
}
