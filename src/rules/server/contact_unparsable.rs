//! Takes a redirect, gives a finding where a Contact cannot be read as a URI.
//!
//! RFC 3261, 20.10; `*` is for REGISTER alone (RFC 3261, 10.2.2).

use crate::call::Redirect;
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "contact-unparsable",
    section: Section::Server,
    level: Level::Warning,
    party: Party::Server,
    strength: Strength::Descriptive,
    clause: Clause::rfc3261("20.10"),
    summary: "a Contact of the redirect cannot be read",
    rationale: "The client can only guess where it was sent: some drop such a Contact, some dial what they take for a URI in it. An open \
                quotation mark or angle bracket can hide every Contact behind it.",
    remedy: "Write every Contact as a URI in angle brackets, with a display name in closed quotation marks or none.",
    example: "Contact: \"Bob <sip:bob@b>\n\
              right: Contact: \"Bob\" <sip:bob@b>",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    // The last Contact of a cut response is cut, not broken.
    if redirect.response.truncated {
        return None;
    }
    let target = redirect.targets.iter().find(|target| !target.is_readable())?;
    let fault = target.uri.faults().iter().find(|fault| fault.spoils_target());
    let message = match (target.text.as_slice(), fault) {
        (b"*", _) => format!("the {} has the Contact *, which only a REGISTER may have", redirect.status),
        (b"", _) => format!("the {} has an empty Contact", redirect.status),
        (written, Some(fault)) => {
            format!("the Contact {} of the {} cannot be read: it has {}", text(written), redirect.status, fault.words())
        }
        (written, None) => {
            format!(
                "the Contact with {} of the {} cannot be read: a quotation mark or bracket in it is open",
                text(written),
                redirect.status
            )
        }
    };
    Some(Draft::at(redirect.response.place, message))
}
