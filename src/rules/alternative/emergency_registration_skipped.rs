//! Takes a redirect, gives a finding where a 380 asked for an emergency registration and the emergency call was made without one.
//!
//! 3GPP TS 24.229, 5.1.6.2.

use super::emergency::{registration, unregistered_call};
use crate::call::Redirect;
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "emergency-registration-skipped",
    section: Section::Alternative,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Shall,
    clause: Clause::ts24229("5.1.6.2"),
    summary: "the emergency call was made without the emergency registration that the 380 asked for",
    rationale: "By the emergency registration the network learns where the handset is and how it can be called back. Without it the \
                emergency centre may get neither location nor number, and roaming networks refuse the call.",
    remedy: "On the action emergency-registration send a REGISTER whose Contact has the sos parameter, and make the call when it is accepted.",
    example: "380, <action>emergency-registration</action> -> INVITE urn:service:sos\n\
              right: REGISTER, Contact: <sip:ue;sos> -> 200 -> INVITE urn:service:sos",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    let call = unregistered_call(redirect)?;
    if registration(redirect).is_some() {
        return None;
    }
    let uri = text(call.uri.as_bytes());
    let message = format!("{uri} was called from {} without an emergency registration", call.request.source.address);
    Some(Draft::at(call.request.place, message).with(redirect.response.place, "asks for an emergency registration"))
}
