//! Takes a redirect, gives a finding where its status is a 3xx that no standard of SIP names.
//!
//! RFC 3261, 8.1.3.2: the client treats it as 300.

use crate::call::Redirect;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "unknown-redirect-code",
    section: Section::Server,
    level: Level::Note,
    party: Party::Server,
    strength: Strength::Descriptive,
    clause: Clause::rfc3261("8.1.3.2"),
    summary: "the status is a 3xx that SIP does not define",
    rationale: "A client treats a status that it does not know as 300, which leaves the choice to its user. What the server meant by it, for \
                example to move all traffic of a trunk, is lost.",
    remedy: "Use 300, 301, 302, 305 or 380.",
    example: "SIP/2.0 303 See Other\n\
              right: SIP/2.0 302 Moved Temporarily",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    let is_known = matches!(redirect.status, 300 | 301 | 302 | 305 | 380);
    let message = || format!("SIP defines no status {}, so the client is to treat it as 300", redirect.status);
    (!is_known).then(|| Draft::at(redirect.response.place, message()))
}
