//! Takes a redirect, gives a finding where its Contacts can be read and SIP reaches none of them.
//!
//! RFC 3261, 8.3: any URI may be named. A 380 is left out, and the URN of a service, which a user agent can call as it stands (RFC 5031, 4).

use crate::call::Redirect;
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "contact-without-sip-target",
    section: Section::Server,
    level: Level::Note,
    party: Party::Server,
    strength: Strength::Descriptive,
    clause: Clause::rfc3261("8.3"),
    summary: "no Contact of the redirect can be reached by SIP",
    rationale: "The user can be reached by telephone, mail or web only, which a SIP client may ignore. The call ends here unless the client \
                knows more than SIP.",
    remedy: "Name a sip or sips URI as well, where there is one.",
    example: "Contact: <mailto:bob@b>\n\
              right: Contact: <sip:bob@b>, <mailto:bob@b>",
    check: Check::Redirect(check),
};

/// The most Contacts that are named in the sentence.
const MAX_NAMED: usize = 3;

fn check(redirect: &Redirect) -> Option<Draft> {
    if redirect.status == 380 || redirect.response.truncated || redirect.has_usable_target() {
        return None;
    }
    if redirect.targets.iter().any(|target| target.uri.service().is_some()) {
        return None;
    }
    let readable = redirect.targets.iter().filter(|target| target.is_readable());
    let named: Vec<String> = readable.take(MAX_NAMED).map(|target| text(&target.text)).collect();
    (!named.is_empty()).then(|| {
        let message = format!("SIP reaches no Contact of the {}: {}", redirect.status, named.join(", "));
        Draft::at(redirect.response.place, message)
    })
}
