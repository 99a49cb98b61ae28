//! Takes a redirect, gives a finding where a 380 asked for an emergency call and the capture shows none.
//!
//! 3GPP TS 24.229, 5.1.6. The call may have been made in the circuit-switched domain, so this is never more than a note.

use super::emergency::is_emergency;
use super::followed::{is_excused, silence};
use crate::call::{Link, Redirect};
use crate::rules::verdict::doubt;
use crate::rules::words::{seconds, text};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "emergency-call-not-attempted",
    section: Section::Alternative,
    level: Level::Note,
    party: Party::Client,
    strength: Strength::Shall,
    clause: Clause::ts24229("5.1.6"),
    summary: "no emergency call is seen after a 380 that asked for one",
    rationale: "The network recognised an emergency number that the handset did not know. Somebody in need waits for this call. A handset \
                may make it in the circuit-switched domain, which no SIP capture shows; look there before blaming it.",
    remedy: "Make an emergency call: to the service URN in SIP, or in the circuit-switched domain.",
    example: "INVITE sip:117@ims -> 380, <type>emergency</type> -> ACK, and nothing more\n\
              right: INVITE urn:service:sos",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    if !is_emergency(redirect) || is_excused(redirect) || redirect.attempts.iter().any(|attempt| attempt.link == Link::EmergencyCall) {
        return None;
    }
    if silence(redirect) < redirect.window || doubt(redirect).is_some() {
        return None;
    }
    let message =
        format!("no emergency call in SIP is seen within the {} that the capture covers after the 380", seconds(silence(redirect)));
    let mut draft = Draft::at(redirect.response.place, message);
    if let Some(request) = &redirect.request {
        let number = text(request.message.request_uri().unwrap_or_default());
        draft = draft.with(request.place, format!("the call to {number}, which the 380 calls an emergency"));
    }
    Some(draft)
}
