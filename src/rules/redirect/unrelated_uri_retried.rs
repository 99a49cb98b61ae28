//! Takes an attempt, gives a finding where it asks neither a Contact nor anything else that the chain of redirects knows.
//!
//! RFC 3261, 8.1.3.4: new requests are formed from the target set, and that holds the original Request-URI and the Contacts.

use super::retry::{asks_for_its_contact, follows_success, is_garbage, request_uri};
use crate::call::{Attempt, Link, Redirect};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::Match;

pub(in crate::rules) const RULE: Rule = Rule {
    id: "unrelated-uri-retried",
    section: Section::Redirect,
    level: Level::Warning,
    party: Party::Client,
    strength: Strength::Descriptive,
    clause: Clause::rfc3261("8.1.3.4"),
    summary: "the call was retried at a URI that is no Contact of the redirect",
    rationale: "The redirecting server has named where the user is; a client that asks somewhere else in the same call follows a rule of its \
                own, and the caller reaches whoever that rule names. It may be meant (a route of its own, an answer to a routing query), so \
                this is no more than a warning.",
    remedy: "Take the Request-URI from the Contacts of the 3xx.",
    example: "302, Contact: <sip:bob@b> -> INVITE sip:voicemail@c\n\
              right: INVITE sip:bob@b",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let target = redirect.targets.iter().find(|target| target.usable)?;
    // A proxy has targets of its own beside the Contacts (RFC 3261, 16.5), so only the same call of a user agent says something.
    let same_call = matches!(attempt.link, Link::SameCallId | Link::NewCallId);
    let unrelated = attempt.contact.is_none()
        && attempt.difference.as_ref().is_some_and(|difference| difference.grade() != Match::Original)
        && attempt.repeats.is_none()
        && attempt.of_second.is_none()
        && !attempt.amended
        && !follows_success(redirect, attempt);
    if !same_call || !unrelated || redirect.response.truncated || !asks_for_its_contact(redirect) || is_garbage(&attempt.uri) {
        return None;
    }
    let (status, contact) = (redirect.status, text(&target.text));
    let mut message = format!(
        "the call was retried at {}, which is neither a Contact of the {status} nor the URI that was redirected; the Contact is {contact}",
        request_uri(attempt),
    );
    if redirect.body_names(&attempt.uri) {
        message.push_str("; its body names that URI, but only the body of a 380 does so in place of its Contact");
    }
    Some(Draft::at(attempt.request.place, message).with(redirect.response.place, "names the Contact"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};

    fn retried(contact: &str, retry: &str) -> Vec<Level> {
        let script = format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 302 | Contact: {contact}
             0.3 client > {retry}
             40 end"
        );
        levels(&RULE, &script)
    }

    #[test]
    fn a_uri_that_nobody_named_is_told() {
        assert_eq!(retried("<sip:bob@198.51.100.30>", "other INVITE sip:voicemail@203.0.113.40"), [Level::Warning]);
    }

    #[test]
    fn a_client_that_takes_a_302_for_a_380_is_named_so() {
        let script = |body: &str| {
            format!(
                "0.0 client > server INVITE sip:bob@192.0.2.20
                 0.1 server > client 302 | Contact: <sip:bob@198.51.100.30> | Content-Type: text/html | body: {body}
                 0.3 client > other INVITE sip:voicemail@203.0.113.40
                 40 end"
            )
        };
        let message = |body: &str| findings(&RULE, &script(body)).pop().map(|finding| finding.message).unwrap_or_default();
        let named = "; its body names that URI, but only the body of a 380 does so in place of its Contact";
        assert!(message("<a href=\"sip:voicemail@203.0.113.40\">leave a word</a>").ends_with(named));
        assert!(message("<a href=\"sip:carol@203.0.113.40\">carol</a>").ends_with("the Contact is sip:bob@198.51.100.30"));
    }

    #[test]
    fn a_contact_and_the_original_are_related() {
        for retry in ["target INVITE sip:bob@198.51.100.30", "server INVITE sip:bob@192.0.2.20", "target INVITE sip:bob@192.0.2.20"] {
            assert_eq!(retried("<sip:bob@198.51.100.30>", retry), [], "{retry}");
        }
    }

    #[test]
    fn a_part_of_the_contact_is_another_fault() {
        assert_eq!(retried("<sip:bob7@198.51.100.30>", "server INVITE sip:bob7@192.0.2.20"), []);
        assert_eq!(retried("<sip:bob@198.51.100.30>", "target INVITE sip:carol@198.51.100.30"), []);
    }

    #[test]
    fn the_answer_to_a_routing_query_is_followed_at_a_gateway_of_ones_own() {
        let answer = "<tel:8003569377;cic=0222;rn=18003569377>";
        assert_eq!(retried(answer, "other INVITE sip:8003569377;rn=18003569377@203.0.113.40"), []);
    }

    #[test]
    fn another_call_of_the_same_caller_is_no_retry() {
        let other =
            "other INVITE sip:carol@203.0.113.40 | Call-ID: two | From: <sip:alice@atlanta.example>;tag=two | To: <sip:carol@203.0.113.40>";
        assert_eq!(retried("<sip:bob@198.51.100.30>", other), []);
    }

    #[test]
    fn what_follows_a_success_has_another_purpose() {
        let script = "0.0 client > server MESSAGE sip:bob@192.0.2.20
            0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
            0.2 client > target MESSAGE sip:bob@198.51.100.30
            0.3 target > client 200
            2.3 client > other MESSAGE sip:carol@203.0.113.40
            99 end";
        assert_eq!(levels(&RULE, script), []);
    }

    #[test]
    fn an_earlier_uri_of_the_chain_is_another_fault() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
            0.2 client > target INVITE sip:bob@198.51.100.30
            0.3 target > client 302 | Contact: <sip:carol@203.0.113.40>
            0.4 client > server INVITE sip:bob@192.0.2.20
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }
}
