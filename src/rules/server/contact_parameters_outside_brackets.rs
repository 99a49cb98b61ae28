//! Takes a redirect, gives a finding where a Contact without angle brackets has parameters that look like those of its URI.
//!
//! RFC 3261, 20.10: without brackets every parameter belongs to the header. A client may take either reading.

use crate::call::Redirect;
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "contact-parameters-outside-brackets",
    section: Section::Server,
    level: Level::Note,
    party: Party::Server,
    strength: Strength::Descriptive,
    clause: Clause::rfc3261("20.10"),
    summary: "URI parameters of a Contact stand outside angle brackets",
    rationale: "By the letter such a parameter is the header's, and a client that obeys the letter calls a URI without it: over another \
                transport, or without the token by which the target is found. Others read it as the server meant it.",
    remedy: "Write the URI with its parameters in angle brackets.",
    example: "Contact: sip:bob@b;transport=tcp\n\
              right: Contact: <sip:bob@b;transport=tcp>",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    let target = redirect.targets.iter().find(|target| target.unbracketed.is_some())?;
    let meant = text(target.unbracketed.as_ref()?.as_bytes());
    let message = format!("the Contact {meant} stands without angle brackets, so that by the letter it is {}", text(target.uri.as_bytes()));
    Some(Draft::at(redirect.response.place, message))
}
