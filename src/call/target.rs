//! Takes a 3xx, gives its Contacts and what its body offers; takes a request that it caused, gives the Contact that this goes to.
//!
//! Invariant: every Contact is kept, usable or not, in the order in which it stands (RFC 3261, 8.1.3.4 and 20.10).

use super::events::bound;
use super::redirect::{Kept, Lifetime, Outcome, Redirect, Role, Target};
use super::sighting::Sighting;
use crate::fault::{Fault, FaultKind};
use crate::sip::Name;
use crate::sip::body::Alternatives;
use crate::sip::header::Quality;
use crate::sip::scan::quoted_len;
use crate::sip::uri::UriFault;
use crate::sip::{Contact, Difference, Expiry, Match, Message, Uri, bare_contact_readings};

/// The most Contacts that are read of one 3xx; more of them are a flood, not a choice.
const MAX_TARGETS: usize = 100;

/// The Contacts of a 3xx.
pub(super) fn targets(response: &Message<'_>) -> Vec<Target> {
    let common = response.expires();
    response.contacts().take(MAX_TARGETS).map(|contact| target(&contact, common)).collect()
}

fn target(contact: &Contact<'_>, common: Option<Expiry>) -> Target {
    let (uri, unbracketed) = if contact.address.is_bracketed {
        (Uri::parse(contact.uri()), None)
    } else {
        let [letter, whole] = bare_contact_readings(contact.raw);
        let differs = letter != whole;
        (letter, differs.then_some(whole))
    };
    Target {
        text: contact.uri().to_vec(),
        usable: uri.is_usable_target() && is_closed(contact),
        absent: None,
        q: contact.q().and_then(Quality::milli),
        lifetime: contact.expires().or(common).map_or(Lifetime::Once, |expiry| match expiry {
            Expiry::Seconds(seconds) => Lifetime::Seconds(seconds),
            // RFC 3261, 8.3: a malformed value should be taken as 3600.
            Expiry::Malformed => Lifetime::Seconds(3600),
        }),
        uri,
        unbracketed,
    }
}

/// The 3xx to keep, with the Contacts that were read; not all of it was where it has more of them.
pub(super) fn response(sighting: &Sighting<'_>, targets: &[Target]) -> Sighting<'static> {
    let kept = sighting.to_kept();
    Sighting { truncated: kept.truncated || has_more_contacts(&kept.message, targets), ..kept }
}

fn has_more_contacts(message: &Message<'_>, targets: &[Target]) -> bool {
    targets.len() == MAX_TARGETS && message.contacts().nth(MAX_TARGETS).is_some()
}

/// That a 3xx has more Contacts, or a body or URI with more in it, than is read.
pub(super) fn bounds_reached(redirect: &Redirect) -> impl Iterator<Item = Fault> {
    let response = &redirect.response;
    let has_more_in_body = redirect.offer.iter().flat_map(|offer| &offer.faults).any(|fault| fault.is_bound());
    let contacts = has_more_contacts(&response.message, &redirect.targets)
        .then(|| bound("Contacts read of one 3xx", MAX_TARGETS, response.place.frame));
    let body = has_more_in_body
        .then(|| Fault::new(FaultKind::BoundReached, "octets, parts and URIs read of one body").at_frame(response.place.frame));
    let has_more_in_uri = redirect.targets.iter().any(|target| target.uri.faults().contains(&UriFault::TooMany));
    let uris = has_more_in_uri
        .then(|| Fault::new(FaultKind::BoundReached, "parameters and headers read of one URI").at_frame(response.place.frame));
    contacts.into_iter().chain(body).chain(uris)
}

/// Whether the quotation mark and the angle bracket of a Contact are closed: in an open one the URI is only guessed.
fn is_closed(contact: &Contact<'_>) -> bool {
    let display = contact.address.display;
    let behind = contact.raw.get(display.len()..).unwrap_or_default();
    !contact.address.is_bracketed || ((display.first() != Some(&b'"') || quoted_len(display).is_some()) && behind.contains(&b'>'))
}

/// The Contacts of a further 3xx of a transaction; none where they are those of the first.
pub(super) fn other_targets(first: &Message<'_>, further: &Message<'_>) -> Vec<Target> {
    let is_redirect = further.status().is_some_and(|status| (300..400).contains(&status));
    if !is_redirect || first.raw_values(Name::Contact).eq(further.raw_values(Name::Contact)) {
        return Vec::new();
    }
    targets(further)
}

/// The latest further 3xx of the transaction that names the URI of `request`.
pub(super) fn second_final(redirect: &Redirect, uri: &Uri, request: &Kept) -> Option<Outcome> {
    let names = |target: &Target| target.usable && Difference::between(&target.uri, uri, None).against_contact.names_the_target();
    let repeat = redirect.repeats.iter().rev().find(|repeat| repeat.time <= request.time && repeat.targets.iter().any(names))?;
    Some(Outcome { status: repeat.status, place: repeat.place, time: repeat.time })
}

/// What the body of a 3xx offers; `None` where there is no body.
pub(super) fn offer(response: &Message<'_>) -> Option<Alternatives> {
    let body = response.body();
    (!body.is_empty()).then(|| Alternatives::read(response.content_type(), response.field(Name::ContentEncoding), body))
}

/// The Contact that a request goes to, by index, and what was not taken over from it.
///
/// Where the Request-URI is near none, a Contact whose numeric address the request was sent to is taken; and the difference is told from the
/// first usable one, where there is none such either.
pub(super) fn nearest(redirect: &Redirect, uri: &Uri, request: &Kept) -> (Option<usize>, Option<Difference>) {
    let graded = redirect.targets.iter().enumerate().filter_map(|(index, target)| {
        let readings = std::iter::once(&target.uri).chain(&target.unbracketed);
        let difference =
            readings.map(|reading| Difference::between(reading, uri, redirect.original.as_ref())).min_by_key(Difference::grade)?;
        let tried = redirect.attempts.iter().any(|attempt| attempt.contact == Some(index) && !attempt.uri.equals(uri));
        Some(((difference.grade(), !target.usable, tried, index), difference))
    });
    let Some(((_, unusable, _, index), difference)) = graded.min_by(|(one, _), (other, _)| one.cmp(other)) else { return (None, None) };
    if difference.against_contact.names_the_target() {
        return (Some(index), Some(difference));
    }
    let by_address = redirect.targets.iter().position(|target| {
        let hop = target.usable.then(|| target.uri.next_hop()).flatten();
        hop.is_some_and(|hop| hop.is_at(request.destination.address) == Some(true)) && request.destination != redirect.server
    });
    // A proxy has targets of its own for the same user (RFC 3261, 16.5), so half a Contact is none of its Contacts.
    let is_half = !unusable && redirect.role == Role::Uac && matches!(difference.grade(), Match::UserOnly | Match::HostOnly);
    let contact = by_address.or(is_half.then_some(index));
    (contact, Some(difference))
}
