//! Takes an attempt, gives a finding where its CSeq number is not higher than that of the request it follows in the same call.
//!
//! RFC 3261, 8.1.1.5: the CSeq orders the requests of a call; 8.2.2.2: a server answers 482 to what it has under the same number already.

use super::retry::{earlier, request_uri};
use crate::call::{Attempt, Kept, Link, Redirect, Role};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

/// Loop Detected.
const LOOP_DETECTED: u16 = 482;

pub(in crate::rules) const RULE: Rule = Rule {
    id: "cseq-not-raised",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Descriptive,
    clause: Clause::rfc3261("8.1.1.5"),
    summary: "the retry has Call-ID, From tag and CSeq number of an earlier request",
    rationale: "A server that has seen both requests takes the second for a copy of the first that came another way, and answers 482 (RFC \
                3261, 8.2.2.2). It is an error where that happened, and a warning where it went well this time.",
    remedy: "Raise the CSeq number by one with every new request of a call, or start the retry as a call of its own with a new Call-ID.",
    example: "INVITE sip:bob@a, CSeq: 1 INVITE -> 302 -> INVITE sip:bob@b, CSeq: 1 INVITE\n\
              right: INVITE sip:bob@b, CSeq: 2 INVITE",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    // A proxy leaves the CSeq alone (RFC 3261, 16.6); a new Call-ID begins a count of its own.
    if redirect.role == Role::Proxy || attempt.link != Link::SameCallId {
        return None;
    }
    let number = attempt.request.message.cseq()?.number;
    let asked = redirect.request.as_ref().unwrap_or(&redirect.response);
    let sent = &attempt.request;
    // RFC 3263, 4.3: the next address gets the same request but for the branch.
    let others = earlier(redirect, attempt).filter(|earlier| !earlier.fails_over(&attempt.uri, sent.destination, sent.transport));
    let taken = others.map(|earlier| &earlier.request).find(|sent| cseq(sent) == Some(number) && counts_alike(sent, attempt));
    let lower = (cseq(asked).is_some_and(|asked| number <= asked) && counts_alike(asked, attempt)).then_some(asked);
    let other = lower.or(taken)?;
    let relation = if cseq(other) == Some(number) { "also that" } else { "lower than that" };
    let refused = attempt.outcome.filter(|outcome| outcome.status == LOOP_DETECTED);
    let (level, effect) = if refused.is_some() { (Level::Error, ", and was answered 482") } else { (Level::Warning, "") };
    let message = format!(
        "the request for {} has the CSeq number {number}, which is {relation} of the earlier request in the same call{effect}",
        request_uri(attempt)
    );
    let draft = Draft::at(attempt.request.place, message).level(level).with(other.place, "the earlier number");
    Some(match refused {
        Some(outcome) => draft.with(outcome.place, "takes the request for a copy of the earlier one"),
        None => draft,
    })
}

fn cseq(sent: &Kept) -> Option<u32> {
    sent.message.cseq().map(|cseq| cseq.number)
}

/// Whether a request counts in the same call as the attempt: Call-ID and From tag are the same.
fn counts_alike(sent: &Kept, attempt: &Attempt) -> bool {
    let (one, other) = (&sent.message, &attempt.request.message);
    one.call_id() == other.call_id() && one.from_tag().is_some() && one.from_tag() == other.from_tag()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::levels;

    fn retried(rest: &str) -> Vec<Level> {
        let script = format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20 | CSeq: 7
             0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>, <sip:bob@203.0.113.40>
             0.3 client > target INVITE sip:bob@198.51.100.30 | {rest}
             40 end"
        );
        levels(&RULE, &script)
    }

    #[test]
    fn the_same_number_in_the_same_call_is_a_warning() {
        assert_eq!(retried("CSeq: 7"), [Level::Warning]);
        assert_eq!(retried("CSeq: 6"), [Level::Warning]);
    }

    #[test]
    fn the_same_number_that_is_answered_482_is_an_error() {
        assert_eq!(retried("CSeq: 7\n0.4 target > client 482"), [Level::Error]);
    }

    #[test]
    fn a_higher_number_is_right() {
        assert_eq!(retried("CSeq: 8"), []);
        assert_eq!(retried("CSeq: 99\n0.4 target > client 482"), []);
    }

    #[test]
    fn a_new_call_id_or_from_tag_begins_a_new_count() {
        assert_eq!(retried("CSeq: 7 | Call-ID: two"), []);
        assert_eq!(retried("CSeq: 7 | From: <sip:alice@atlanta.example>;tag=two"), []);
    }

    #[test]
    fn two_attempts_have_two_numbers() {
        let second = "0.4 target > client 486\n0.5 client > other INVITE sip:bob@203.0.113.40";
        assert_eq!(retried(&format!("CSeq: 8\n{second} | CSeq: 8")), [Level::Warning]);
        assert_eq!(retried(&format!("CSeq: 8\n{second} | CSeq: 9")), []);
    }

    #[test]
    fn the_next_address_of_the_same_uri_gets_the_same_number() {
        let named = |between: &str| {
            let script = format!(
                "0.0 client > server INVITE sip:bob@192.0.2.20 | CSeq: 7
                 0.1 server > client 302 | Contact: <sip:bob@far.example>
                 0.3 client > target INVITE sip:bob@far.example | CSeq: 8
                 {between}
                 4.4 client > other INVITE sip:bob@far.example | CSeq: 8
                 40 end"
            );
            levels(&RULE, &script)
        };
        assert_eq!(named(""), []);
        assert_eq!(named("0.4 target > client 503"), []);
        assert_eq!(named("0.4 target > client 486"), [Level::Warning]);
    }

    #[test]
    fn a_request_that_fails_over_is_the_same_request() {
        let first = "CSeq: 8\n0.4 target > client";
        let again = "client > other INVITE sip:bob@198.51.100.30 | CSeq: 8";
        assert_eq!(retried(&format!("{first} 503\n0.5 {again}")), []);
        assert_eq!(retried("CSeq: 8\n32.1 client > target/tcp INVITE sip:bob@198.51.100.30 | CSeq: 8"), []);
        assert_eq!(retried(&format!("{first} 486\n0.5 {again}")), [Level::Warning]);
    }

    #[test]
    fn a_proxy_keeps_the_number() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20 | Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKp1 | Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKu
            0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
            0.3 client > target INVITE sip:bob@198.51.100.30 | CSeq: 1 | Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKp2 | Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKu
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }
}
