//! Takes a redirect or its companion, gives a finding where the network told a handset that its registration is lost, and it did not register
//! anew.
//!
//! 3GPP TS 24.229, 5.1.2A.1.6.

use super::followed::{is_excused, silence};
use super::restoration::{asks_restoration, registered};
use crate::call::Redirect;
use crate::rules::verdict::doubt;
use crate::rules::words::seconds;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "restoration-not-performed",
    section: Section::Alternative,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Shall,
    clause: Clause::ts24229("5.1.2A.1.6"),
    summary: "the handset did not register anew though the network had lost its registration",
    rationale: "A server of the network failed and with it the registration of this handset. Until it registers anew no call of it is put \
                through and none reaches it, while it shows its user that all is well. It comes most often as a 504 to a request, which \
                is told beside the redirects.",
    remedy: "On a body with type restoration and action initial-registration from the own network, begin a new registration at once.",
    example: "INVITE -> 504, <type>restoration</type>, <action>initial-registration</action> -> ACK, and nothing more\n\
              right: 504 -> ACK -> REGISTER without credentials",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    if !asks_restoration(redirect) || is_excused(redirect) || registered(redirect).is_some() {
        return None;
    }
    if silence(redirect) < redirect.patience || doubt(redirect).is_some() {
        return None;
    }
    let silence = seconds(silence(redirect));
    let message = format!(
        "the handset did not register anew within the {silence} that the capture covers after the {} that told it to",
        redirect.status
    );
    let draft = Draft::at(redirect.response.place, message);
    Some(match &redirect.request {
        Some(request) => draft.with(request.place, "the request that failed"),
        None => draft,
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::engine::{Selection, judge};
    use crate::rules::scene::{findings, levels, play};

    fn failed(status: u16, identity: &str, content: &str, rest: &str) -> String {
        format!(
            "0.0 client > server REGISTER sip:ims.example | Call-ID: reg | To: <sip:alice@atlanta.example>
             0.1 server > client 200 | Path: <sip:192.0.2.20;lr> | Service-Route: <sip:scscf.example;lr>
             1.0 client > server INVITE sip:bob@192.0.2.20 | Call-ID: one
             1.1 server > client {status} | P-Asserted-Identity: {identity} | Content-Type: application/3gpp-ims+xml | \
                 body: <ims-3gpp version=\"1\"><alternative-service>{content}</alternative-service></ims-3gpp>
             1.2 client > server ACK
             {rest}
             100 end"
        )
    }

    const OWN: &str = "<sip:scscf.example>";
    const LOST: &str = "<type>restoration</type><reason>none</reason><action>initial-registration</action>";
    const ANEW: &str =
        "2 client > server REGISTER sip:ims.example | Call-ID: reg2 | To: <sip:alice@atlanta.example>\n2.1 server > client 200";

    #[track_caller]
    fn verdict(script: &str) -> &'static str {
        let scene = play(script);
        let [redirect] = scene.redirects.as_slice() else { panic!("one response, found {:?}", scene.redirects) };
        judge(redirect, &Selection::default()).verdict.name()
    }

    #[test]
    fn a_handset_that_keeps_silent_is_told() {
        let found = findings(&RULE, &failed(504, OWN, LOST, ""));
        let [finding] = found.as_slice() else { panic!("one finding, found {found:?}") };
        assert_eq!(finding.level, Level::Error);
        assert_eq!(
            finding.message,
            "the handset did not register anew within the 98.9 s that the capture covers after the 504 that told it to"
        );
        assert_eq!(levels(&RULE, &failed(380, OWN, LOST, "")), [Level::Error]);
    }

    #[test]
    fn a_handset_that_registers_anew_is_right() {
        for status in [504, 380] {
            let script = failed(status, OWN, LOST, ANEW);
            assert_eq!((levels(&RULE, &script), verdict(&script)), (vec![], "correct"), "{status}");
        }
    }

    #[test]
    fn what_may_be_a_refresh_proves_nothing() {
        let refresh = ANEW.replace("reg2", "reg").replace(">\n", "> | Authorization: Digest nonce=\"n\"\n");
        assert_eq!(verdict(&failed(504, OWN, LOST, &refresh)), "inconclusive");
        let leave = ANEW.replace(">\n", "> | Expires: 0\n");
        assert_eq!(levels(&RULE, &failed(504, OWN, LOST, &leave)), [Level::Error], "whoever leaves does not register");
    }

    #[test]
    fn a_stranger_or_half_a_body_asks_for_nothing() {
        assert_eq!(verdict(&failed(504, "<sip:203.0.113.9>", LOST, "")), "not-applicable");
        let facts = [LOST.replace("initial", "other"), "<type>restoration</type>".to_owned()];
        assert!(facts.iter().all(|content| levels(&RULE, &failed(504, OWN, content, "")).is_empty()));
        assert_eq!(levels(&RULE, &failed(504, OWN, LOST, "").replace(" version=\"1\"", "")), []);
    }

    #[test]
    fn a_capture_that_ends_too_soon_proves_nothing() {
        assert_eq!(verdict(&failed(504, OWN, LOST, "").replace("100 end", "20 end")), "inconclusive");
    }

    #[test]
    fn other_failures_are_no_companions() {
        for (status, content) in [(504, "<type>emergency</type>"), (503, LOST), (403, LOST)] {
            assert!(play(&failed(status, OWN, content, "")).redirects.is_empty(), "{status} {content}");
        }
    }

    #[test]
    fn a_403_that_sends_on_to_an_anonymous_call_is_one() {
        let refused = |rest: &str| {
            format!(
                "0 client > server REGISTER sip:ims.example | Contact: <sip:alice@192.0.2.10;sos>
                 1 server > client 403 | Content-Type: application/3gpp-ims+xml | body: <ims-3gpp version=\"1\"><alternative-service>\
                     <type>emergency</type><action>anonymous-emergencycall</action></alternative-service></ims-3gpp>
                 {rest}
                 100 end"
            )
        };
        let call = "2 client > server INVITE urn:service:sos | Call-ID: two | From: <sip:anonymous@anonymous.invalid>;tag=2";
        assert_eq!((verdict(&refused(call)), verdict(&refused(""))), ("correct", "inconclusive"));
    }
}
