//! Takes an attempt after a 380, gives a finding where it is the refused request once more.
//!
//! RFC 3261, 21.3.5; 3GPP TS 24.229, 5.1.3.1 and 5.1.6 for an emergency.

use super::emergency::is_asserted_emergency;
use super::followed::{is_excused, is_original, media, takes_alternative};
use crate::call::{Attempt, Redirect, Role};
use crate::rules::words::{seconds, text};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::Message;

pub(in crate::rules) const RULE: Rule = Rule {
    id: "same-request-repeated",
    section: Section::Alternative,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Descriptive,
    clause: Clause::rfc3261("21.3.5"),
    summary: "the request that a 380 refused was sent again unchanged",
    rationale: "The server has said that this call cannot be made at this URI, so the repetition fails as well and costs the caller time. \
                In an emergency that time is what the 380 was to save; there it is an error, else a warning.",
    remedy: "Take an alternative of the body instead; in an emergency make an emergency call.",
    example: "INVITE sip:117@ims -> 380 (emergency) -> INVITE sip:117@ims\n\
              right: INVITE urn:service:sos",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    if redirect.status != 380 || attempt.amended || takes_alternative(redirect, attempt) || is_excused(redirect) {
        return None;
    }
    let request = redirect.request.as_ref()?;
    if !is_original(redirect, &attempt.uri) || !asks_the_same(&request.message, &attempt.request.message) {
        return None;
    }
    // A proxy may have another server for the same URI.
    if redirect.role == Role::Proxy && attempt.request.destination != redirect.server {
        return None;
    }
    // Whoever dials the emergency service itself once more may at least be heard.
    let level = if is_asserted_emergency(redirect) && !attempt.uri.is_emergency_service() { Level::Error } else { Level::Warning };
    let message = format!(
        "{} {} was sent again unchanged {} after the 380 that refused it",
        text(attempt.request.message.method()),
        text(attempt.uri.as_bytes()),
        seconds(attempt.request.time.nanos_since(redirect.response.time)),
    );
    let draft = Draft::at(attempt.request.place, message).level(level);
    Some(draft.with(request.place, "the request as first sent").with(redirect.response.place, "refuses it"))
}

/// Whether the second request asks for what the first did: the same method, and the same media, as another medium is an alternative.
fn asks_the_same(first: &Message<'_>, second: &Message<'_>) -> bool {
    let (asked, again) = (media(first.body()), media(second.body()));
    let same_body = if asked.is_empty() { first.body() == second.body() } else { asked == again };
    first.method() == second.method() && same_body
}

#[cfg(test)]
mod tests {
    use super::{RULE, asks_the_same};
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};
    use crate::sip::Message;

    const TEXT: &str = "Content-Type: text/plain | body: Please call the reception.";
    const EMERGENCY: &str = "Content-Type: application/3gpp-ims+xml | body: <ims-3gpp version=\"1\"><alternative-service>\
                             <type>emergency</type></alternative-service></ims-3gpp>";

    fn refused(offer: &str, rest: &str) -> String {
        format!(
            "0.0 client > server INVITE sip:117@192.0.2.20
             0.1 server > client 380 | {offer}
             0.2 client > server ACK
             {rest}
             100 end"
        )
    }

    #[test]
    fn the_same_call_once_more_is_told() {
        let found = findings(&RULE, &refused(TEXT, "0.3 client > server INVITE sip:117@192.0.2.20"));
        let [finding] = found.as_slice() else { panic!("one finding, found {found:?}") };
        assert_eq!(finding.level, Level::Warning);
        assert_eq!(finding.message, "INVITE sip:117@192.0.2.20 was sent again unchanged 200 ms after the 380 that refused it");
    }

    #[test]
    fn in_an_emergency_that_the_own_network_asserts_it_is_an_error() {
        let again = "0.3 client > server INVITE sip:117@192.0.2.20";
        assert_eq!(levels(&RULE, &refused(&format!("P-Asserted-Identity: <sip:192.0.2.20;lr> | {EMERGENCY}"), again)), [Level::Error]);
        assert_eq!(levels(&RULE, &refused(EMERGENCY, again)), [Level::Warning]);
    }

    #[test]
    fn a_retransmission_that_crosses_the_380_is_no_new_request() {
        assert_eq!(
            levels(&RULE, &refused(TEXT, "").replace("0.2 client > server ACK", "0.15 client > server again\n0.2 client > server ACK")),
            []
        );
    }

    #[test]
    fn a_request_that_is_amended_as_asked_is_not_the_same() {
        let script = refused(
            TEXT,
            "0.3 client > server INVITE sip:117@192.0.2.20\n0.4 server > client 407\n0.5 client > server INVITE sip:117@192.0.2.20",
        );
        assert_eq!(levels(&RULE, &script), [Level::Warning], "the first of the two alone");
    }

    #[test]
    fn a_new_call_by_hand_is_no_repetition() {
        let call = "20 client > server INVITE sip:117@192.0.2.20 | Call-ID: two | From: <sip:alice@atlanta.example>;tag=2";
        assert_eq!(levels(&RULE, &refused(TEXT, call)), []);
    }

    #[test]
    fn another_method_or_other_media_ask_for_something_else() {
        let message = |method: &str, body: &str| {
            let text = format!("{method} sip:a@b SIP/2.0\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            Message::scan(text.as_bytes()).expect("a message").into_owned()
        };
        let both = "v=0\r\nm=audio 40000 RTP/AVP 0\r\nm=video 40002 RTP/AVP 31\r\n";
        let facts = [
            ("INVITE", "", true),
            ("INVITE", both, true),
            ("INVITE", "v=0\r\no=- 2 2\r\nm=audio 50000 RTP/AVP 8\r\nm=video 50002 RTP/AVP 31\r\n", true),
            ("INVITE", "v=0\r\nm=audio 40000 RTP/AVP 0\r\n", false),
            ("INVITE", "v=0\r\nm=audio 40000 RTP/AVP 0\r\nm=video 0 RTP/AVP 31\r\n", false),
            ("MESSAGE", both, false),
        ];
        for (method, body, expected) in facts {
            let first = message("INVITE", if body.is_empty() { "" } else { both });
            assert_eq!(asks_the_same(&first, &message(method, body)), expected, "{method} {body}");
        }
        assert!(!asks_the_same(&message("MESSAGE", "one"), &message("MESSAGE", "two")));
    }
}
