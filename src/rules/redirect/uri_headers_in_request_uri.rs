//! Takes an attempt, gives a finding where the `?headers` of the Contact stand in its Request-URI.
//!
//! RFC 3261, 8.1.3.4: the Contact goes into the Request-URI but for its headers; 19.1.1, table 1 allows them in no Request-URI.

use super::retry::Retry;
use crate::call::{Attempt, Redirect};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "uri-headers-in-request-uri",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Must,
    clause: Clause::rfc3261("8.1.3.4"),
    summary: "the Request-URI of the retry holds headers of the Contact's URI",
    rationale: "What stands behind the `?` of a Contact is meant for the header of the new request. Left in the Request-URI it is lost to \
                whoever should read it (an Identity, a Route, an asserted number), and the URI no longer equals the one that the element at \
                the new address knows.",
    remedy: "Cut the Request-URI off before the `?`, and put those of the headers that are harmless into the request (RFC 3261, 19.1.5).",
    example: "302, Contact: <sip:bob@b?Subject=moved> -> INVITE sip:bob@b?Subject=moved\n\
              right: INVITE sip:bob@b, Subject: moved",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let retry = Retry::at_contact(redirect, attempt).filter(|retry| retry.difference.headers_in_request_uri)?;
    let message =
        format!("the Request-URI {} holds headers behind its question mark; the Contact is {}", retry.request_uri(), retry.contact());
    Some(retry.draft(message))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::levels;

    fn retried(contact: &str, uri: &str) -> Vec<Level> {
        let script = format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 302 | Contact: {contact}
             0.3 client > target INVITE {uri}
             40 end"
        );
        levels(&RULE, &script)
    }

    #[test]
    fn headers_that_were_copied_into_the_request_uri_are_an_error() {
        assert_eq!(retried("<sip:bob@198.51.100.30?Identity=abc>", "sip:bob@198.51.100.30?Identity=abc"), [Level::Error]);
        assert_eq!(retried("<sip:bob@198.51.100.30;line=7?a=b&c=d>", "sip:bob@198.51.100.30;line=7?a=b"), [Level::Error]);
    }

    #[test]
    fn headers_that_were_taken_off_are_right() {
        assert_eq!(retried("<sip:bob@198.51.100.30?Identity=abc>", "sip:bob@198.51.100.30 | Identity: abc"), []);
    }

    #[test]
    fn a_question_mark_in_the_user_part_begins_no_headers() {
        assert_eq!(retried("<sip:who?@198.51.100.30>", "sip:who?@198.51.100.30"), []);
    }
}
