//! Takes an attempt, gives a finding where it carries the very credentials that had just been rejected.
//!
//! RFC 3261, 22.1.

use super::credentials::credentials;
use crate::call::{Attempt, Redirect};
use crate::rules::redirect::retry::{earlier, request_uri};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "rejected-credentials-repeated",
    section: Section::Special,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::MustNot,
    clause: Clause::rfc3261("22.1"),
    summary: "the same credentials were sent again after they had been rejected",
    rationale: "What was wrong a moment ago is wrong still. The client sends without end, and many servers lock an account, or an address, that \
                offers a wrong password several times.",
    remedy: "Compute new credentials from the new challenge; where they are rejected too, ask the user for another password or give up.",
    example: "INVITE, response=\"1f\" -> 401 -> INVITE, response=\"1f\"\n\
              right: INVITE, computed from the nonce of the 401",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let rejected = earlier(redirect, attempt).filter(|earlier| earlier.uri.equals(&attempt.uri)).last()?;
    let challenge = rejected.challenge.as_ref()?;
    let again = credentials(&attempt.request.message)
        .find(|now| now.are_rejected_by(&challenge.message) && credentials(&rejected.request.message).any(|before| before == *now))?;
    let message = format!(
        "the request for {} carries the credentials for the realm {} again that were rejected with {}",
        request_uri(attempt),
        text(&again.realm),
        challenge.message.status().unwrap_or_default(),
    );
    Some(
        Draft::at(attempt.request.place, message)
            .with(rejected.request.place, "the request with the same credentials")
            .with(challenge.place, "rejects them"),
    )
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};

    fn challenged(challenge: &str, first: &str, second: &str) -> String {
        format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
             0.3 client > target INVITE sip:bob@198.51.100.30 | {first}
             0.4 target > client {challenge}
             0.5 client > target INVITE sip:bob@198.51.100.30 | {second}
             60 end"
        )
    }

    const ASKED: &str = "407 | Proxy-Authenticate: Digest realm=\"b\", nonce=\"1\"";
    const SENT: &str =
        "Proxy-Authorization: Digest username=\"alice\", realm=\"b\", nonce=\"1\", uri=\"sip:bob@198.51.100.30\", response=\"1f\"";

    #[test]
    fn rejected_credentials_are_not_to_come_again() {
        let found = findings(&RULE, &challenged(ASKED, SENT, SENT));
        let [finding] = found.as_slice() else { panic!("one finding, found {found:?}") };
        assert_eq!(finding.level, Level::Error);
        assert_eq!(
            finding.message,
            "the request for sip:bob@198.51.100.30 carries the credentials for the realm b again that were rejected with 407"
        );
    }

    #[test]
    fn new_credentials_are_right() {
        for second in [SENT.replace("1f", "2e"), SENT.replace("nonce=\"1\"", "nonce=\"2\""), String::new()] {
            assert_eq!(levels(&RULE, &challenged(ASKED, SENT, &second)), [], "{second}");
        }
        assert_eq!(levels(&RULE, &challenged(ASKED, "Subject: none", SENT)), []);
    }

    #[test]
    fn what_was_not_rejected_may_come_again() {
        let of_another = "407 | Proxy-Authenticate: Digest realm=\"c\", nonce=\"9\"";
        let of_server = "401 | WWW-Authenticate: Digest realm=\"b\", nonce=\"1\"";
        for challenge in [of_another, of_server, &format!("{ASKED}, stale=TRUE"), "491"] {
            assert_eq!(levels(&RULE, &challenged(challenge, SENT, SENT)), [], "{challenge}");
        }
    }
}
