//! Takes a redirect, gives a finding where a 380 has no body.
//!
//! RFC 3261, 21.3.5: the alternatives are described in the body.

use crate::call::Redirect;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "alternative-without-body",
    section: Section::Server,
    level: Level::Warning,
    party: Party::Server,
    strength: Strength::Descriptive,
    clause: Clause::rfc3261("21.3.5"),
    summary: "the 380 describes no alternative: it has no body",
    rationale: "The client is told that there is another way and not which. Many servers mean a redirect and put the target into the Contact, \
                which a client need not look at after a 380.",
    remedy: "Describe the alternatives in the body, or answer 302 where a Contact is all there is to say.",
    example: "SIP/2.0 380 Alternative Service, Content-Length: 0\n\
              right: Content-Type: application/3gpp-ims+xml, and the body",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    // A cut response may have lost its body.
    let is_asked = redirect.status == 380 && redirect.method != b"CANCEL" && !redirect.response.truncated;
    (is_asked && redirect.offer.is_none())
        .then(|| Draft::at(redirect.response.place, "the 380 has no body, so it describes no alternative"))
}
