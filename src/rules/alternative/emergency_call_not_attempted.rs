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
    if silence(redirect) < redirect.patience || doubt(redirect).is_some() {
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

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};

    fn refused(body: &str, rest: &str) -> String {
        format!(
            "0.0 client > server INVITE sip:117@192.0.2.20
             0.1 server > client 380 | Contact: <urn:service:sos> | Content-Type: application/3gpp-ims+xml | body: {body}
             0.2 client > server ACK
             {rest}"
        )
    }

    const EMERGENCY: &str = "<ims-3gpp version=\"1\"><alternative-service><type>emergency</type></alternative-service></ims-3gpp>";

    #[test]
    fn an_emergency_without_a_call_in_sip_is_a_note() {
        let found = findings(&RULE, &refused(EMERGENCY, "100.1 end"));
        let [finding] = found.as_slice() else { panic!("one finding, found {found:?}") };
        assert_eq!(finding.level, Level::Note);
        assert_eq!(finding.message, "no emergency call in SIP is seen within the 100.0 s that the capture covers after the 380");
    }

    #[test]
    fn every_spelling_of_the_body_asks_for_the_call() {
        for body in [
            "<ims-3gpp version=\"1.0\"><alternative-service><type><emergency/></type></alternative-service></ims-3gpp>",
            "<3gpp-ims><alternative-service><type> emergency </type></alternative-service></3gpp-ims>",
            "<x:ims-3gpp xmlns:x=\"u\" version=\"1\"><x:alternative-service><x:type>EMERGENCY</x:type></x:alternative-service></x:ims-3gpp>",
        ] {
            assert_eq!(levels(&RULE, &refused(body, "100 end")), [Level::Note], "{body}");
        }
    }

    #[test]
    fn a_call_to_any_emergency_service_is_enough() {
        for service in ["urn:service:sos", "urn:service:sos.police", "urn:service:sos.country-specific.xx.117"] {
            let call = format!("0.6 client > server INVITE {service} | Call-ID: two | From: <sip:alice@atlanta.example>;tag=2\n100 end");
            assert_eq!(levels(&RULE, &refused(EMERGENCY, &call)), [], "{service}");
        }
    }

    #[test]
    fn a_capture_that_ends_within_the_window_proves_nothing() {
        assert_eq!(levels(&RULE, &refused(EMERGENCY, "20 end")), []);
        let registered = "30 client > server REGISTER sip:ims.example | Contact: <sip:alice@192.0.2.10;sos> | Call-ID: two\n40 end";
        assert_eq!(levels(&RULE, &refused(EMERGENCY, registered)), [], "the registration began the wait anew");
    }

    #[test]
    fn another_body_or_none_asks_for_no_emergency_call() {
        let restoration = EMERGENCY.replace("emergency", "restoration");
        for body in [restoration.as_str(), "", "<ims-3gpp version=\"1\"/>"] {
            assert_eq!(levels(&RULE, &refused(body, "100 end")), [], "{body}");
        }
    }
}
