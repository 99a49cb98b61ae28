//! Takes an attempt, gives a finding where its topmost Via has the branch of an earlier request.
//!
//! RFC 3261, 8.1.3.4: the client creates a new branch for each request; 8.1.1.7: it is unique across space and time.

use super::retry::request_uri;
use crate::call::{Attempt, Redirect};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

/// With this begins every branch that is meant to be unique (RFC 3261, 8.1.1.7).
const MAGIC_COOKIE: &[u8] = b"z9hG4bK";

pub(in crate::rules) const RULE: Rule = Rule {
    id: "branch-reused",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Must,
    clause: Clause::rfc3261("8.1.3.4"),
    summary: "the retry has the branch of an earlier request",
    rationale: "The branch is the name of the transaction. An element that has seen both requests takes the second for a retransmission of \
                the first: it answers it with the old response or drops it, and the client cannot tell whose response it gets.",
    remedy: "Create a new branch for every request but ACK to a non-2xx, CANCEL and retransmissions.",
    example: "INVITE sip:bob@a, branch=z9hG4bK1 -> 302 -> INVITE sip:bob@b, branch=z9hG4bK1\n\
              right: INVITE sip:bob@b, branch=z9hG4bK2",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let earlier = attempt.branch_of?;
    // Without the cookie the branch of an element of RFC 2543 promises nothing.
    let via = attempt.request.message.top_via()?;
    let branch = via.branch().filter(|branch| branch.strip_prefix(MAGIC_COOKIE).is_some_and(|rest| !rest.is_empty()))?;
    let message =
        format!("the request for {} has the branch {} of an earlier request with another content", request_uri(attempt), text(branch));
    Some(Draft::at(attempt.request.place, message).with(earlier, "used the branch before").with(redirect.response.place, "the redirect"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::levels;

    fn retried(first: &str, second: &str) -> Vec<Level> {
        let script = format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20 | Via: SIP/2.0/UDP 192.0.2.10{first}
             0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
             0.3 client > target INVITE sip:bob@198.51.100.30 | Via: SIP/2.0/UDP 192.0.2.10{second}
             40 end"
        );
        levels(&RULE, &script)
    }

    #[test]
    fn the_branch_of_the_redirected_request_is_an_error() {
        assert_eq!(retried(";branch=z9hG4bK1", ";branch=z9hG4bK1"), [Level::Error]);
    }

    #[test]
    fn a_new_branch_is_right() {
        assert_eq!(retried(";branch=z9hG4bK1", ";branch=z9hG4bK2"), []);
    }

    #[test]
    fn an_element_of_rfc_2543_has_no_unique_branch() {
        for branch in ["", ";branch=1", ";branch=z9hG4bK"] {
            assert_eq!(retried(branch, branch), [], "{branch:?}");
        }
    }

    #[test]
    fn a_retransmission_has_the_branch_of_its_request() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
            0.3 client > target INVITE sip:bob@198.51.100.30
            0.8 client > target again
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }
}
