//! Takes a redirect, gives a finding where the emergency registration that a 380 asked for came after the emergency call.
//!
//! 3GPP TS 24.229, 5.1.6.

use super::emergency::{registration, unregistered_call};
use crate::call::Redirect;
use crate::rules::words::{seconds, text};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "emergency-call-before-registration",
    section: Section::Alternative,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Shall,
    clause: Clause::ts24229("5.1.6"),
    summary: "the emergency call was made before the emergency registration",
    rationale: "The call goes out while the network does not yet know the handset in its emergency role: it carries no emergency identity, \
                and a call back does not find its way. The registration that follows helps only the next call.",
    remedy: "Wait for the 200 to the emergency registration, then make the emergency call.",
    example: "380 -> INVITE urn:service:sos -> REGISTER, Contact: <sip:ue;sos>\n\
              right: 380 -> REGISTER, Contact: <sip:ue;sos> -> 200 -> INVITE urn:service:sos",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    let call = unregistered_call(redirect)?;
    let registration = registration(redirect)?;
    let uri = text(call.uri.as_bytes());
    let lead = registration.request.time.nanos_since(call.request.time);
    let message = if lead > 0 {
        format!("{uri} was called {} before the emergency registration", seconds(lead))
    } else {
        format!("{uri} was called {} after the emergency registration was asked for, and before it was granted", seconds(-lead))
    };
    Some(
        Draft::at(call.request.place, message)
            .with(registration.request.place, "the emergency registration")
            .with(redirect.response.place, "asks for an emergency registration"),
    )
}
