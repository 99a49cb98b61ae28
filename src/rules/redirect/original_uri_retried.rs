//! Takes an attempt, gives a finding where it asks the URI again that has just been redirected, before any Contact was tried.
//!
//! RFC 3261, 8.1.3.4: the target set begins with the original Request-URI, and no URI is placed in it twice.

use super::retry::{request_uri, retries_original};
use crate::call::{Attempt, Redirect};
use crate::rules::words::{seconds, text};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "original-uri-retried",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::MustNot,
    clause: Clause::rfc3261("8.1.3.4"),
    summary: "the redirected URI was asked again instead of a Contact",
    rationale: "The server has just said that the user is not there, so the same question gets the same answer. The call fails or loops, and \
                the user who could be reached at the Contact is never asked. A new call at the original URI is right, but only later and as \
                a call of its own.",
    remedy: "Put the Contacts of the 3xx into the target set and take the next target from it; the original Request-URI is in it already.",
    example: "INVITE sip:bob@a -> 302, Contact: <sip:bob@b> -> INVITE sip:bob@a\n\
              right: INVITE sip:bob@b",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    // Where no Contact can be used, or the capture cut some off, nobody knows what the client should have asked instead.
    let target = redirect.targets.iter().find(|target| target.usable)?;
    if redirect.response.truncated || !retries_original(redirect, attempt) {
        return None;
    }
    let message = format!(
        "{} {} was sent again {} after the {}, and the Contact {} was not tried",
        text(attempt.request.message.method()),
        request_uri(attempt),
        seconds(attempt.request.time.nanos_since(redirect.response.time)),
        redirect.status,
        text(&target.text),
    );
    let mut draft = Draft::at(attempt.request.place, message).with(redirect.response.place, "names the Contact");
    if let Some(request) = &redirect.request {
        draft = draft.with(request.place, "asked the same URI, and was redirected");
    }
    Some(draft)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};

    const REDIRECTED: &str = "0.0 client > server INVITE sip:bob@192.0.2.20
        0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
        0.2 client > server ACK\n";

    fn after(rest: &str) -> Vec<Level> {
        levels(&RULE, &format!("{REDIRECTED}{rest}\n40 end"))
    }

    #[test]
    fn the_same_uri_at_the_same_server_is_an_error() {
        assert_eq!(after("0.3 client > server INVITE sip:bob@192.0.2.20"), [Level::Error]);
        assert_eq!(after("0.3 client > server INVITE sip:bob@192.0.2.20 | Call-ID: call2"), [Level::Error]);
    }

    #[test]
    fn the_message_says_what_was_asked_and_what_was_not() {
        let found = findings(&RULE, &format!("{REDIRECTED}0.3 client > server INVITE sip:bob@192.0.2.20\n40 end"));
        let [finding] = found.as_slice() else { panic!("one finding, found {found:?}") };
        assert_eq!(
            finding.message,
            "INVITE sip:bob@192.0.2.20 was sent again 200 ms after the 302, and the Contact sip:bob@198.51.100.30 was not tried"
        );
        assert_eq!((finding.primary.frame, finding.related.iter().map(|other| other.place.frame).collect()), (4, vec![2, 1]));
    }

    #[test]
    fn a_retry_at_the_contact_is_no_retry_of_the_original() {
        assert_eq!(after("0.3 client > target INVITE sip:bob@198.51.100.30"), []);
    }

    #[test]
    fn the_old_request_uri_at_the_address_of_the_contact_is_another_fault() {
        assert_eq!(after("0.3 client > target INVITE sip:bob@192.0.2.20"), []);
    }

    #[test]
    fn a_new_call_at_the_original_uri_by_hand_is_no_retry() {
        let redial = "INVITE sip:bob@192.0.2.20 | Call-ID: call2 | From: <sip:alice@atlanta.example>;tag=second";
        assert_eq!(after(&format!("4.0 client > server {redial}")), []);
        assert_eq!(
            after("4.0 client > server INVITE sip:bob@192.0.2.20 | Call-ID: call2"),
            [],
            "the From tag may be the same in every call"
        );
    }

    #[test]
    fn a_redirect_without_a_usable_contact_leaves_nothing_to_ask_instead() {
        for contact in ["Subject: none", "Contact: <tel:+15550123>", "Contact: <mailto:bob@example.com>"] {
            let script = format!(
                "0.0 client > server INVITE sip:bob@192.0.2.20
                 0.1 server > client 302 | {contact}
                 0.3 client > server INVITE sip:bob@192.0.2.20
                 40 end"
            );
            assert_eq!(levels(&RULE, &script), [], "{contact}");
        }
    }

    #[test]
    fn a_retransmission_of_the_redirected_request_is_no_retry() {
        assert_eq!(after("0.3 client > server again"), []);
        let crossing = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.50 server > client 302 | Contact: <sip:bob@198.51.100.30>
            0.51 client > server again
            0.52 client > target INVITE sip:bob@198.51.100.30
            40 end";
        assert_eq!(levels(&RULE, crossing), []);
    }

    #[test]
    fn use_proxy_asks_for_the_original_uri() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.1 server > client 305 | Contact: <sip:198.51.100.30;lr>
            0.3 client > target INVITE sip:bob@192.0.2.20 | Route: <sip:198.51.100.30;lr>
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }

    #[test]
    fn a_proxy_may_ask_another_element_of_its_own_for_the_same_uri() {
        let script = "0.0 client > server INVITE sip:bob@example.com | Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKp1 | Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKu
            0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
            0.3 client > other INVITE sip:bob@example.com | CSeq: 1 | Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKp2 | Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKu
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }
}
