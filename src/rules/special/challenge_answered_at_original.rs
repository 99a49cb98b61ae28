//! Takes an attempt, gives a finding where the challenge of a Contact was answered at the original URI.
//!
//! RFC 3261, 8.1.3.5 and 22.2: a challenged request is sent again with credentials; its target stays what it was.

use crate::call::{Attempt, Redirect};
use crate::rules::redirect::retry::{challenged_elsewhere, request_uri};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "challenge-answered-at-original",
    section: Section::Special,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Should,
    clause: Clause::rfc3261("8.1.3.5"),
    summary: "credentials that a Contact asked for were sent to the original URI",
    rationale: "The one who asked for credentials never gets them, and the one who gets them redirects the call again: it goes round in a circle \
                until a counter ends it. A client does so that builds every new request from the number that was dialled.",
    remedy: "Send the challenged request again with its own Request-URI, a higher CSeq and the credentials.",
    example: "302, Contact: <sip:bob@b> -> INVITE sip:bob@b -> 401 -> INVITE sip:bob@a, with credentials\n\
              right: INVITE sip:bob@b, with credentials",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let challenged = challenged_elsewhere(redirect, attempt)?;
    let outcome = challenged.outcome?;
    let message =
        format!("the {} of {} was answered with credentials at {}", outcome.status, request_uri(challenged), request_uri(attempt));
    Some(
        Draft::at(attempt.request.place, message)
            .with(outcome.place, "asks for credentials")
            .with(challenged.request.place, "the request that was challenged")
            .with(redirect.response.place, "the redirect"),
    )
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::redirect::target_tried_twice;
    use crate::rules::scene::{findings, levels};

    fn answered(method: &str, challenge: &str, second: &str) -> String {
        format!(
            "0.0 client > server {method} sip:bob@192.0.2.20
             0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
             0.3 client > target {method} sip:bob@198.51.100.30
             0.4 target > client {challenge}
             0.5 client > {second}
             60 end"
        )
    }

    const ASKED: &str = "401 | WWW-Authenticate: Digest realm=\"b\", nonce=\"1\"";
    const CREDENTIALS: &str =
        "Authorization: Digest username=\"alice\", realm=\"b\", nonce=\"1\", uri=\"sip:bob@192.0.2.20\", response=\"0\"";

    #[test]
    fn a_challenge_that_is_answered_at_the_original_uri_is_one_error() {
        for method in ["INVITE", "MESSAGE", "SUBSCRIBE"] {
            let script = answered(method, ASKED, &format!("server {method} sip:bob@192.0.2.20 | {CREDENTIALS}"));
            let found = findings(&RULE, &script);
            let [finding] = found.as_slice() else { panic!("one finding, found {found:?}") };
            assert_eq!(finding.message, "the 401 of sip:bob@198.51.100.30 was answered with credentials at sip:bob@192.0.2.20");
            assert_eq!(levels(&target_tried_twice::RULE, &script), [], "told once");
        }
    }

    #[test]
    fn a_challenge_that_is_answered_where_it_was_asked_is_right() {
        let right = answered("INVITE", ASKED, &format!("target INVITE sip:bob@198.51.100.30 | {CREDENTIALS}"));
        assert_eq!(levels(&RULE, &right), []);
        assert_eq!(levels(&target_tried_twice::RULE, &right), []);
    }

    #[test]
    fn what_is_no_answer_to_a_challenge_is_told_elsewhere() {
        let other = answered("INVITE", "486", &format!("server INVITE sip:bob@192.0.2.20 | {CREDENTIALS}"));
        assert_eq!(levels(&RULE, &other), []);
        assert_eq!(levels(&target_tried_twice::RULE, &other).len(), 1);
        assert_eq!(levels(&RULE, &answered("INVITE", ASKED, "server INVITE sip:bob@192.0.2.20")), []);
    }
}
