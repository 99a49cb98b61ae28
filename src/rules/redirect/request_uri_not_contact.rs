//! Takes an attempt, gives a finding where its Request-URI shares only a part with the Contact, or is still the original one.
//!
//! RFC 3261, 8.1.3.4: the Contact URI is placed in the Request-URI whole.

use crate::call::{Attempt, Redirect};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::Match;

pub(in crate::rules) const RULE: Rule = Rule {
    id: "request-uri-not-contact",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Must,
    clause: Clause::rfc3261("8.1.3.4"),
    summary: "the Request-URI of the retry is not the Contact",
    rationale: "The element at the new address decides by the Request-URI. Where the client puts its own domain, another user or the old \
                URI there, the call reaches the wrong user, comes back, or is refused.",
    remedy: "Place the whole Contact URI in the Request-URI, but for its headers and its method parameter.",
    example: "302, Contact: <sip:bob@b> -> INVITE sip:bob@a, sent to b\n\
              right: INVITE sip:bob@b",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    if matches!(redirect.status, 305 | 380) {
        return None;
    }
    let target = redirect.targets.get(attempt.contact?)?;
    let (what, level) = match attempt.difference.as_ref()?.grade() {
        Match::Original => ("is still the original one, though the request was sent to the address of the Contact", Level::Error),
        Match::UserOnly if has_host_of_original(redirect, attempt) => {
            ("has the user of the Contact in the original's domain", Level::Error)
        }
        Match::UserOnly => ("has the user of the Contact at another host", Level::Warning),
        Match::HostOnly => ("has the host of the Contact with another user", Level::Error),
        Match::NumberNormalised => ("has the number of the Contact in another form", Level::Warning),
        _ => return None,
    };
    let uri = text(attempt.request.message.request_uri().unwrap_or_default());
    let message = format!("the Request-URI {uri} {what}; the Contact is {}", text(&target.text));
    Some(Draft::at(attempt.request.place, message).level(level).with(redirect.response.place, "names the Contact"))
}

fn has_host_of_original(redirect: &Redirect, attempt: &Attempt) -> bool {
    let original = redirect.original.as_ref().and_then(|original| original.host());
    original.zip(attempt.uri.host()).is_some_and(|(original, sent)| original.equals(sent))
}
