//! Takes a redirect, gives a finding where the IMS body of its response breaks the schema.
//!
//! 3GPP TS 24.229, 7.6.

use crate::call::Redirect;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "ims-body-malformed",
    section: Section::Server,
    level: Level::Warning,
    party: Party::Server,
    strength: Strength::Descriptive,
    clause: Clause::ts24229("7.6"),
    summary: "the IMS body does not follow its schema",
    rationale: "A handset that reads strictly finds no alternative service in such a body and treats the 380 as a plain failure. An emergency \
                call is then not made.",
    remedy: "Send an ims-3gpp document with a version and one alternative-service of a known type.",
    example: "<3gpp-ims><alternative-service/></3gpp-ims>\n\
              right: <ims-3gpp version=\"1\"><alternative-service><type>emergency</type>...",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    let offer = redirect.offer.as_ref().filter(|_| !redirect.response.truncated)?;
    let faults: Vec<&str> = offer.faults.iter().filter(|fault| fault.breaks_ims_schema()).map(|fault| fault.words()).collect();
    (!faults.is_empty()).then(|| Draft::at(redirect.response.place, format!("the IMS body {}", faults.join(", and "))))
}
