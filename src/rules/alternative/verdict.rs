//! Takes a 380 in which no error was found, gives its verdict and one sentence why.
//!
//! Invariant: what may have been done outside SIP, an emergency call in the circuit-switched domain above all, is never called undone.
//! RFC 3261, 21.3.5; 3GPP TS 24.229, 5.1.6.

use super::credence::unmet;
use super::emergency::{registration, says_emergency};
use super::followed::{is_original, takes_alternative};
use super::meaning::asks_anonymous_call;
use super::restoration::{self, says_restoration};
use crate::call::{Attempt, Link, Redirect};
use crate::rules::verdict::{Verdict, delay, doubt, request_uri, unread};
use crate::rules::words::{offered, seconds, text};

/// The verdict over a 380, or over a response of the same kind.
pub(in crate::rules) fn verdict(redirect: &Redirect) -> (Verdict, String) {
    if says_restoration(redirect) {
        return restoration::verdict(redirect);
    }
    if let Some(attempt) = redirect.attempts.iter().find(|attempt| is_taken(redirect, attempt)) {
        return (Verdict::Correct, taken(redirect, attempt));
    }
    let Some(offer) = &redirect.offer else {
        if let Some(reason) = unread(redirect) {
            return (Verdict::Inconclusive, reason);
        }
        return (Verdict::NotApplicable, "the 380 has no body, so it describes no alternative".into());
    };
    if let Some(reason) = not_binding(redirect) {
        return (Verdict::NotApplicable, reason);
    }
    let seen = seen(redirect);
    let offered = offered(offer);
    let elsewhere = if says_emergency(redirect) || asks_anonymous_call(redirect) {
        "a handset may have made the call in the circuit-switched domain, which no SIP capture shows"
    } else {
        "it may have been used outside SIP"
    };
    (Verdict::Inconclusive, format!("{seen}; offered: {offered}; {elsewhere}"))
}

/// Why a handset was to leave an emergency body alone, where it did.
pub(in crate::rules) fn not_binding(redirect: &Redirect) -> Option<String> {
    let unmet = unmet(redirect).filter(|_| says_emergency(redirect) && redirect.attempts.is_empty())?;
    Some(format!("the 380 says emergency, but a handset is not to act on it: {}", unmet.words))
}

/// Whether the attempt takes what the 380 offered.
fn is_taken(redirect: &Redirect, attempt: &Attempt) -> bool {
    match attempt.link {
        Link::EmergencyRegistration => false,
        Link::EmergencyCall => {
            let is_named = redirect.offer.as_ref().is_some_and(|offer| offer.uris.iter().any(|uri| uri.equals(&attempt.uri)));
            (says_emergency(redirect) || asks_anonymous_call(redirect) || is_named) && takes_alternative(redirect, attempt)
        }
        _ => takes_alternative(redirect, attempt),
    }
}

/// The sentence about what was taken.
fn taken(redirect: &Redirect, attempt: &Attempt) -> String {
    let method = text(attempt.request.message.method());
    let sent = format!("{method} {} after {}", request_uri(attempt), delay(redirect, attempt));
    if is_original(redirect, &attempt.uri) && attempt.link != Link::EmergencyCall {
        return format!("the same user was tried by other means: {sent}");
    }
    let behind = registration(redirect).filter(|first| attempt.link == Link::EmergencyCall && first.request.time < attempt.request.time);
    match behind {
        Some(first) => {
            format!("the alternative was attempted: {sent}, behind the emergency registration in frame {}", first.request.place.frame)
        }
        None => format!("the alternative was attempted: {sent}"),
    }
}

/// What was seen in place of the alternative.
fn seen(redirect: &Redirect) -> String {
    if redirect.attempts.iter().any(|attempt| attempt.contact.is_some()) {
        return "the Contact was called".to_owned();
    }
    if registration(redirect).is_some() {
        return "an emergency registration was seen, and no emergency call".to_owned();
    }
    if !redirect.attempts.is_empty() {
        return "the original URI was asked again".to_owned();
    }
    // Whoever went there asked for its address first.
    if let Some(place) = redirect.looked_up.filter(|_| redirect.hidden.is_none()) {
        return format!("the client asked DNS about a host that the body names, in frame {}", place.frame);
    }
    doubt(redirect).unwrap_or_else(|| format!("no attempt in SIP within {}", seconds(redirect.covered())))
}
