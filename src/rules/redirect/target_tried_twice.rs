//! Takes an attempt, gives a finding where the chain of redirects had asked an equal URI before.
//!
//! RFC 3261, 8.1.3.4 and 16.5: a URI is placed in the target set at most once, whatever 3xx names it again.

use super::retry::{asks_for_its_contact, challenged_elsewhere, has_original_uri, is_automatic, request_uri, retries_original};
use crate::call::{Attempt, Redirect};
use crate::rules::words::{seconds, text};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "target-tried-twice",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::MustNot,
    clause: Clause::rfc3261("8.1.3.4"),
    summary: "a URI was tried again that had been tried in the same chain of redirects",
    rationale: "Two servers that redirect to each other, or one that redirects to itself, send such a client round in a circle: it loads \
                both, and its caller waits for nothing. A counter ends the loop late; only the list of tried URIs prevents it.",
    remedy: "Keep one list of targets for the whole chain, beginning with the first Request-URI, and compare by the rules of 19.1.4 before \
             anything is added to it.",
    example: "INVITE sip:bob@a -> 302, Contact: <sip:bob@b> -> INVITE sip:bob@b -> 302, Contact: <sip:bob@a> -> INVITE sip:bob@a\n\
              right: the call fails with the last response",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let tried = attempt.repeats.as_ref()?;
    let excused = attempt.amended || !asks_for_its_contact(redirect) || !is_automatic(redirect, attempt);
    // The old Request-URI instead of a Contact, at the Contact's address, and in answer to its challenge, are faults of their own.
    let original = retries_original(redirect, attempt)
        || challenged_elsewhere(redirect, attempt).is_some()
        || (has_original_uri(attempt) && attempt.contact.is_some());
    if excused || original {
        return None;
    }
    let before = seconds(attempt.request.time.nanos_since(tried.time));
    let fate = match tried.outcome {
        Some(outcome) => format!("was answered {}", outcome.status),
        None => "got no final response".to_owned(),
    };
    let uri = request_uri(attempt);
    let earlier =
        if tried.uri.as_bytes() == attempt.uri.as_bytes() { "it".to_owned() } else { format!("the equal {}", text(tried.uri.as_bytes())) };
    let message = format!("{uri} was tried again; {earlier} had been tried {before} before and {fate}");
    let mut draft = Draft::at(attempt.request.place, message).with(tried.place, "the earlier request for the same target");
    if let Some(outcome) = tried.outcome.filter(|outcome| outcome.place != redirect.response.place) {
        draft = draft.with(outcome.place, "its final response");
    }
    Some(draft.with(redirect.response.place, "the redirect"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};

    const ONCE: &str = "0.0 client > server INVITE sip:bob@192.0.2.20
        0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
        0.2 client > target INVITE sip:bob@198.51.100.30\n";

    fn after(rest: &str) -> Vec<Level> {
        levels(&RULE, &format!("{ONCE}{rest}\n99 end"))
    }

    #[test]
    fn the_same_contact_once_more_is_an_error() {
        assert_eq!(after("0.3 target > client 480\n2.3 client > target INVITE sip:bob@198.51.100.30"), [Level::Error]);
    }

    #[test]
    fn a_circle_of_two_servers_is_an_error_at_each_turn() {
        let circle = "0.3 target > client 302 | Contact: <sip:bob@192.0.2.20>
            0.4 client > server INVITE sip:bob@192.0.2.20
            0.5 server > client 302 | Contact: <sip:bob@198.51.100.30>
            0.6 client > target INVITE sip:bob@198.51.100.30";
        assert_eq!(after(circle), [Level::Error, Level::Error]);
        let by_new_calls = circle.replace("192.0.2.20\n            0.5", "192.0.2.20 | Call-ID: two\n            0.5");
        assert_eq!(after(&by_new_calls), [Level::Error, Level::Error]);
    }

    #[test]
    fn a_server_that_redirects_to_itself_is_asked_once() {
        let script = |retry: &str| {
            format!(
                "0.0 client > server INVITE sip:bob@192.0.2.20
                 0.1 server > client 302 | Contact: <sip:bob@192.0.2.20>
                 0.2 client > server ACK
                 {retry}
                 40 end"
            )
        };
        assert_eq!(levels(&RULE, &script("0.3 client > server INVITE sip:bob@192.0.2.20 | Call-ID: two")), [Level::Error]);
        assert_eq!(levels(&RULE, &script("")), []);
    }

    #[test]
    fn an_equal_uri_in_another_spelling_is_the_same_target() {
        let spelled = "0.3 target > client 302 | Contact: <sip:b%6fb@192.0.2.20;x=1>\n0.4 client > server INVITE sip:b%6fb@192.0.2.20;x=1";
        let found = findings(&RULE, &format!("{ONCE}{spelled}\n99 end"));
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            ["sip:b%6fb@192.0.2.20;x=1 was tried again; the equal sip:bob@192.0.2.20 had been tried 400 ms before and was answered 302"]
        );
    }

    #[test]
    fn the_same_uri_by_another_way_is_another_target() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.1 server > client 302 | Contact: <sip:bob@192.0.2.20;maddr=198.51.100.30>
            0.3 client > target INVITE sip:bob@192.0.2.20;maddr=198.51.100.30
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }

    #[test]
    fn credentials_for_the_contact_are_no_second_try() {
        for status in [401, 407, 422, 491] {
            assert_eq!(after(&format!("0.3 target > client {status}\n0.4 client > target INVITE sip:bob@198.51.100.30")), [], "{status}");
        }
    }

    #[test]
    fn another_address_of_the_same_name_is_no_second_try() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.1 server > client 302 | Contact: <sip:bob@far.example>
            0.2 client > target INVITE sip:bob@far.example
            0.3 target > client 503
            0.4 client > other INVITE sip:bob@far.example
            99 end";
        assert_eq!(levels(&RULE, script), []);
    }

    #[test]
    fn what_follows_a_success_has_another_purpose() {
        for (method, next) in [
            ("REGISTER", "target REGISTER sip:bob@198.51.100.30"),
            ("REGISTER", "server REGISTER sip:bob@192.0.2.20"),
            ("MESSAGE", "server MESSAGE sip:bob@192.0.2.20"),
        ] {
            let script = format!(
                "0.0 client > server {method} sip:bob@192.0.2.20
                 0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
                 0.2 client > target {method} sip:bob@198.51.100.30
                 0.3 target > client 200
                 2.3 client > {next}
                 99 end"
            );
            assert_eq!(levels(&RULE, &script), [], "{next}");
        }
    }

    #[test]
    fn a_retransmission_is_no_second_try() {
        assert_eq!(after("0.7 client > target again\n1.7 client > target again"), []);
    }

    #[test]
    fn a_repeated_3xx_begins_nothing_new() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
            0.2 client > target INVITE sip:bob@198.51.100.30
            0.6 server > client 302 | Contact: <sip:bob@203.0.113.40> | To: <sip:bob@192.0.2.20>;tag=other
            99 end";
        assert_eq!(levels(&RULE, script), []);
    }

    #[test]
    fn a_later_call_at_the_original_uri_is_a_new_chain() {
        let redial = "9.0 client > server INVITE sip:bob@192.0.2.20 | Call-ID: two | From: <sip:alice@atlanta.example>;tag=two";
        assert_eq!(after(&format!("0.3 target > client 486\n{redial}")), []);
    }

    #[test]
    fn the_original_before_any_contact_is_another_fault() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
            0.2 client > server INVITE sip:bob@192.0.2.20
            99 end";
        assert_eq!(levels(&RULE, script), []);
    }

    #[test]
    fn the_original_after_a_contact_that_failed_is_a_second_try() {
        assert_eq!(after("0.3 target > client 486\n0.4 client > server INVITE sip:bob@192.0.2.20"), [Level::Error]);
    }

    #[test]
    fn use_proxy_names_the_same_uri_on_purpose() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.1 server > client 305 | Contact: <sip:198.51.100.30;lr>
            0.3 client > target INVITE sip:bob@192.0.2.20 | Route: <sip:198.51.100.30;lr>
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }
}
