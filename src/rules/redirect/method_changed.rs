//! Takes an attempt, gives a finding where it has another method than the redirected request.
//!
//! RFC 3261, 8.1.3.4: in all other respects the new request reuses headers and body of the original one.

use super::retry::{Retry, request_uri};
use crate::call::{Attempt, Redirect};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "method-changed",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Should,
    clause: Clause::rfc3261("8.1.3.4"),
    summary: "the retry has another method than the redirected request",
    rationale: "A redirect changes the address of a request, not what it asks. What the caller wanted (a call, a message, a subscription) is \
                still undone when something else was asked at the new address.",
    remedy: "Keep the method; only a `method` parameter in the Contact may name another (RFC 3261, 19.1.5).",
    example: "MESSAGE sip:bob@a -> 302, Contact: <sip:bob@b> -> INFO sip:bob@b\n\
              right: MESSAGE sip:bob@b",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let retry = Retry::of(redirect, attempt)?;
    let method = attempt.request.message.method();
    let asked_for = retry.target.uri.method().is_some_and(|wanted| wanted == method);
    if method == redirect.method || redirect.method.is_empty() || asked_for {
        return None;
    }
    let message = format!("{} was redirected, and {} was sent to {}", text(&redirect.method), text(method), request_uri(attempt));
    let draft = Draft::at(attempt.request.place, message).with(redirect.response.place, "the redirect");
    Some(match &redirect.request {
        Some(request) => draft.with(request.place, "the redirected request"),
        None => draft,
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::levels;

    fn retried(asked: &str, contact: &str, retry: &str) -> Vec<Level> {
        let script = format!(
            "0.0 client > server {asked} sip:bob@192.0.2.20
             0.1 server > client 302 | Contact: {contact}
             0.3 client > target {retry} sip:bob@198.51.100.30
             40 end"
        );
        levels(&RULE, &script)
    }

    #[test]
    fn another_method_at_the_contact_is_an_error() {
        assert_eq!(retried("MESSAGE", "<sip:bob@198.51.100.30>", "INFO"), [Level::Error]);
    }

    #[test]
    fn the_same_method_is_right_whatever_it_is() {
        for method in ["INVITE", "MESSAGE", "OPTIONS", "SUBSCRIBE", "PUBLISH", "REGISTER", "REFER"] {
            assert_eq!(retried(method, "<sip:bob@198.51.100.30>", method), [], "{method}");
        }
    }

    #[test]
    fn a_method_that_the_contact_asks_for_is_right() {
        assert_eq!(retried("INVITE", "<sip:bob@198.51.100.30;method=MESSAGE>", "MESSAGE"), []);
    }

    #[test]
    fn an_acknowledgement_is_no_retry() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
            0.2 client > target ACK sip:bob@198.51.100.30
            0.3 client > target INVITE sip:bob@198.51.100.30
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }
}
