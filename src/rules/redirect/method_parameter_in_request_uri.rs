//! Takes an attempt, gives a finding where a `method` parameter stands in its Request-URI.
//!
//! RFC 3261, 19.1.5: the parameter says which method the request is to have, and is not placed in the Request-URI.

use super::retry::Retry;
use crate::call::{Attempt, Redirect};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "method-parameter-in-request-uri",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::MustNot,
    clause: Clause::rfc3261("19.1.5"),
    summary: "the Request-URI of the retry holds a method parameter",
    rationale: "The parameter is an order to whoever forms the request. In a Request-URI it means nothing, and as URIs with and without it \
                are unequal, elements that look the URI up do not find it.",
    remedy: "Take the `method` parameter off the Contact before it becomes the Request-URI.",
    example: "302, Contact: <sip:bob@b;method=INVITE> -> INVITE sip:bob@b;method=INVITE\n\
              right: INVITE sip:bob@b",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let retry = Retry::at_contact(redirect, attempt).filter(|retry| retry.difference.method_in_request_uri)?;
    let message = format!("the Request-URI {} holds a method parameter; the Contact is {}", retry.request_uri(), retry.contact());
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
    fn a_method_parameter_that_was_copied_is_an_error() {
        assert_eq!(retried("<sip:bob@198.51.100.30;method=INVITE>", "sip:bob@198.51.100.30;method=INVITE"), [Level::Error]);
        assert_eq!(retried("<sip:bob@198.51.100.30;Method=INVITE>", "sip:bob@198.51.100.30;METHOD=invite"), [Level::Error]);
    }

    #[test]
    fn a_method_parameter_that_was_taken_off_is_right() {
        assert_eq!(retried("<sip:bob@198.51.100.30;method=INVITE>", "sip:bob@198.51.100.30"), []);
    }

    #[test]
    fn the_methods_parameter_is_another_one() {
        assert_eq!(retried("<sip:bob@198.51.100.30;x-method=INVITE>", "sip:bob@198.51.100.30;x-method=INVITE"), []);
    }
}
