//! Takes a redirect, gives a finding where it names no Contact to go to.
//!
//! RFC 3261, 21.3 and 13.3.1.2.

use crate::call::Redirect;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "redirect-without-contact",
    section: Section::Server,
    level: Level::Warning,
    party: Party::Server,
    strength: Strength::Should,
    clause: Clause::rfc3261("21.3"),
    summary: "the redirect names no Contact",
    rationale: "The client is told to go elsewhere and not where to, so the call ends here. Servers that are asked a question by INVITE \
                (number portability, caller verification) answer so on purpose, and their client knows what to do.",
    remedy: "Put at least one Contact into a 300, 301, 302 or 305.",
    example: "SIP/2.0 302 Moved Temporarily, without Contact\n\
              right: Contact: <sip:bob@b>",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    // A 380 has its alternatives in the body, a CANCEL nothing to retry, and of a cut response the Contact may be missing.
    let is_asked = redirect.status != 380 && redirect.method != b"CANCEL" && !redirect.response.truncated;
    (is_asked && redirect.targets.is_empty())
        .then(|| Draft::at(redirect.response.place, format!("the {} names no Contact to go to", redirect.status)))
}
