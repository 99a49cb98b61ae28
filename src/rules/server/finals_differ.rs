//! Takes a redirect, gives a finding where the same transaction got a final response with another status.
//!
//! RFC 3261, 17.2.1: a server transaction sends one final response and repeats it. Another To tag or Contact makes no other response
//! (RFC 3261, 17.1.3), and a proxy may hand on a 2xx to INVITE at any time (RFC 3261, 16.7).

use crate::call::Redirect;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "finals-differ",
    section: Section::Server,
    level: Level::Note,
    party: Party::Server,
    strength: Strength::Descriptive,
    clause: Clause::rfc3261("17.2.1"),
    summary: "the transaction got final responses with different statuses",
    rationale: "The client acts on the first final response and drops every other one, so the second is lost. Which of two packets comes \
                first over UDP is chance, and so is then the fate of the call.",
    remedy: "Send one final response per transaction.",
    example: "INVITE -> 302 -> 486\n\
              right: INVITE -> 302 -> 302",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    // Each receiver of a multicast request answers on its own; the first answer counts (RFC 3261, 17.1.3).
    if redirect.server.address.is_multicast() {
        return None;
    }
    let is_other = |status: u16| status != redirect.status && !(redirect.is_invite() && (200..300).contains(&status));
    let other = redirect.repeats.iter().find(|repeat| is_other(repeat.status))?;
    let message = format!("after the {} the same transaction got a {}", redirect.status, other.status);
    Some(Draft::at(other.place, message).with(redirect.response.place, "the final response that counts"))
}
