//! Takes a redirect, gives a finding where it answers a CANCEL.
//!
//! RFC 3261, 8.3 and 9.2: a CANCEL is answered with 200 or 481, and carries nothing that could go elsewhere.

use crate::call::Redirect;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "cancel-redirected",
    section: Section::Server,
    level: Level::Warning,
    party: Party::Server,
    strength: Strength::Should,
    clause: Clause::rfc3261("8.3"),
    summary: "a CANCEL was answered with a redirect",
    rationale: "A CANCEL works hop by hop on one transaction, which exists nowhere else, so the client has nothing to retry. The request that \
                was to be cancelled goes on.",
    remedy: "Answer the CANCEL with 200, or with 481 where there is nothing to cancel.",
    example: "CANCEL sip:bob@a -> 302\n\
              right: CANCEL sip:bob@a -> 200",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    (redirect.method == b"CANCEL").then(|| {
        let draft = Draft::at(redirect.response.place, format!("the CANCEL was answered with {}", redirect.status));
        match &redirect.request {
            Some(request) => draft.with(request.place, "the CANCEL"),
            None => draft,
        }
    })
}
