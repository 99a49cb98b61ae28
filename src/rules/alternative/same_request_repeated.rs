//! Takes an attempt after a 380, gives a finding where it is the refused request once more.
//!
//! RFC 3261, 21.3.5; 3GPP TS 24.229, 5.1.3.1 and 5.1.6 for an emergency.

use super::emergency::is_asserted_emergency;
use super::followed::{is_excused, is_original, takes_alternative};
use crate::call::{Attempt, Redirect, Role};
use crate::rules::words::{seconds, text};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::Message;

pub(in crate::rules) const RULE: Rule = Rule {
    id: "same-request-repeated",
    section: Section::Alternative,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Descriptive,
    clause: Clause::rfc3261("21.3.5"),
    summary: "the request that a 380 refused was sent again unchanged",
    rationale: "The server has said that this call cannot be made at this URI, so the repetition fails as well and costs the caller time. \
                In an emergency that time is what the 380 was to save; there it is an error, else a warning.",
    remedy: "Take an alternative of the body instead; in an emergency make an emergency call.",
    example: "INVITE sip:117@ims -> 380 (emergency) -> INVITE sip:117@ims\n\
              right: INVITE urn:service:sos",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    if redirect.status != 380 || attempt.amended || takes_alternative(attempt) || is_excused(redirect) {
        return None;
    }
    let request = redirect.request.as_ref()?;
    if !is_original(redirect, &attempt.uri) || !asks_the_same(&request.message, &attempt.request.message) {
        return None;
    }
    // A proxy may have another server for the same URI.
    if redirect.role == Role::Proxy && attempt.request.destination != redirect.server {
        return None;
    }
    let level = if is_asserted_emergency(redirect) { Level::Error } else { Level::Warning };
    let message = format!(
        "{} {} was sent again unchanged {} after the 380 that refused it",
        text(attempt.request.message.method()),
        text(attempt.uri.as_bytes()),
        seconds(attempt.request.time.nanos_since(redirect.response.time)),
    );
    let draft = Draft::at(attempt.request.place, message).level(level);
    Some(draft.with(request.place, "the request as first sent").with(redirect.response.place, "refuses it"))
}

/// Whether the second request asks for what the first did: the same method, and the same media, as another medium is an alternative.
fn asks_the_same(first: &Message<'_>, second: &Message<'_>) -> bool {
    let (asked, again) = (media(first.body()), media(second.body()));
    let same_body = if asked.is_empty() { first.body() == second.body() } else { asked == again };
    first.method() == second.method() && same_body
}

/// The kinds of media that a session description asks for; one with port 0 is declined (RFC 3264, 6).
fn media(body: &[u8]) -> Vec<&[u8]> {
    let lines = body.split(|octet| *octet == b'\n').filter_map(|line| line.strip_prefix(b"m="));
    lines
        .filter_map(|line| {
            let mut words = line.split(|octet| *octet == b' ');
            let (kind, port) = (words.next()?, words.next()?);
            (port != b"0").then_some(kind)
        })
        .collect()
}
