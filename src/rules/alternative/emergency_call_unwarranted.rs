//! Takes a redirect, gives a finding where an emergency call was made that its 380 did not ask for.
//!
//! 3GPP TS 24.229, 5.1.3.1. A user may have dialled the emergency number meanwhile, so only a call that comes at once is told.

use super::credence::unmet;
use crate::call::{Link, Redirect};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "emergency-call-unwarranted",
    section: Section::Alternative,
    level: Level::Warning,
    party: Party::Client,
    strength: Strength::Shall,
    clause: Clause::ts24229("5.1.3.1"),
    summary: "an emergency call was made that the 380 did not ask for",
    rationale: "Only the P-CSCF with which a handset registered may turn its call into an emergency call, and only by the body of the 380. \
                A handset that takes any 380 for that can be made to call the emergency centre by whoever answers it. Some carriers switch \
                the check of P-Asserted-Identity off, so this is a warning.",
    remedy: "Make the emergency call only if the body says emergency, P-Asserted-Identity equals the Path of the registration, and the Contact \
             is an emergency service.",
    example: "INVITE sip:117@ims -> 380 without a body -> INVITE urn:service:sos\n\
              right: 380 with <type>emergency</type> from the own P-CSCF -> INVITE urn:service:sos",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    if redirect.status != 380 {
        return None;
    }
    let call = redirect.attempts.iter().find(|attempt| attempt.link == Link::EmergencyCall)?;
    let is_named = redirect.offer.as_ref().is_some_and(|offer| offer.uris.iter().any(|uri| uri.equals(&call.uri)));
    let was_emergency = redirect.original.as_ref().is_some_and(|original| original.is_emergency_service());
    let at_once = call.request.time.nanos_since(redirect.response.time) <= redirect.patience;
    if is_named || was_emergency || !at_once {
        return None;
    }
    let unmet = unmet(redirect)?;
    let message = format!("{} was called, though the 380 did not ask for an emergency call: {}", text(call.uri.as_bytes()), unmet.words);
    let draft = Draft::at(call.request.place, message).with(redirect.response.place, "the 380");
    Some(match &unmet.registration {
        Some(registration) => draft.with(registration.place, "the registration, with Path and Service-Route"),
        None => draft,
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};

    const EMERGENCY: &str = "Content-Type: application/3gpp-ims+xml | body: <ims-3gpp version=\"1\"><alternative-service>\
                             <type>emergency</type></alternative-service></ims-3gpp>";

    /// A registration by way of the server, a 380, and an emergency call so many seconds later.
    fn refused(offer: &str, after: f64) -> String {
        format!(
            "0.0 client > server REGISTER sip:ims.example | Call-ID: reg | To: <sip:alice@atlanta.example>
             0.1 server > client 200 | Path: <sip:192.0.2.20;lr>
             1.0 client > server INVITE sip:117@192.0.2.20
             1.1 server > client 380 | {offer}
             1.2 client > server ACK
             {} client > server INVITE urn:service:sos | Call-ID: two | From: <sip:alice@atlanta.example>;tag=2
             200 end",
            1.2 + after
        )
    }

    #[test]
    fn a_380_of_a_stranger_asks_for_nothing() {
        let found = findings(&RULE, &refused(&format!("P-Asserted-Identity: <sip:203.0.113.9> | {EMERGENCY}"), 0.2));
        let [finding] = found.as_slice() else { panic!("one finding, found {found:?}") };
        assert_eq!(finding.level, Level::Warning);
        assert_eq!(
            finding.message,
            "urn:service:sos was called, though the 380 did not ask for an emergency call: its P-Asserted-Identity sip:203.0.113.9 is not on \
             the way by which the client registered, sip:192.0.2.20;lr"
        );
        assert_eq!(finding.related.len(), 2);
    }

    #[test]
    fn a_380_without_a_body_asks_for_nothing_either() {
        assert_eq!(levels(&RULE, &refused("Contact: <urn:service:sos>", 0.2)), [Level::Warning]);
        assert_eq!(levels(&RULE, &refused("Content-Type: text/plain | body: Not today.", 0.2)), [Level::Warning]);
    }

    #[test]
    fn the_own_network_may_ask_for_it() {
        assert_eq!(levels(&RULE, &refused(&format!("P-Asserted-Identity: <sip:192.0.2.20;lr> | {EMERGENCY}"), 0.2)), []);
    }

    #[test]
    fn a_text_that_names_the_service_asks_for_it_too() {
        assert_eq!(levels(&RULE, &refused("Content-Type: text/plain | body: Call urn:service:sos", 0.2)), []);
    }

    #[test]
    fn a_call_much_later_is_the_users_own() {
        assert_eq!(levels(&RULE, &refused("X-None: 1", 60.0)), []);
    }
}
