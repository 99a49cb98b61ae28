//! Takes an attempt, gives a finding where its From has no tag.
//!
//! RFC 3261, 8.1.1.3: the From of every request has a tag, chosen by the client.

use super::retry::request_uri;
use crate::call::{Attempt, Redirect};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "from-tag-missing",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Must,
    clause: Clause::rfc3261("8.1.1.3"),
    summary: "the From of the retry has no tag",
    rationale: "The From tag is one half of the name of the dialog that the call is to become. Without it forked answers cannot be told \
                apart, and many servers refuse the request with 400.",
    remedy: "Take the From of the redirected request over as it is, its tag included.",
    example: "INVITE sip:bob@b, From: <sip:alice@a>\n\
              right: INVITE sip:bob@b, From: <sip:alice@a>;tag=7f2f",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    // In a request that the capture cut short the From may be among what was lost.
    if attempt.request.message.from_tag().is_some_and(|tag| !tag.is_empty()) || attempt.request.truncated || attempt.amended {
        return None;
    }
    let draft = Draft::at(attempt.request.place, format!("the From of the request for {} has no tag", request_uri(attempt)));
    let asked = redirect.request.as_ref().unwrap_or(&redirect.response);
    if asked.message.from_tag().is_none() {
        // An element of RFC 2543 knows no tags: its retry is no worse than its request.
        return Some(draft.level(Level::Warning).with(asked.place, "has none, either"));
    }
    Some(draft.with(asked.place, "has the tag that was dropped"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::levels;

    fn retried(asked: &str, retry: &str) -> Vec<Level> {
        let script = format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20 | From: {asked}
             0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
             0.3 client > target INVITE sip:bob@198.51.100.30 | {retry}
             40 end"
        );
        levels(&RULE, &script)
    }

    #[test]
    fn a_tag_that_was_dropped_is_an_error() {
        assert_eq!(retried("<sip:alice@a.example>;tag=1", "From: <sip:alice@a.example>"), [Level::Error]);
        assert_eq!(retried("<sip:alice@a.example>;tag=1", "From: <sip:alice@a.example;tag=1>"), [Level::Error]);
    }

    #[test]
    fn any_tag_will_do() {
        assert_eq!(retried("<sip:alice@a.example>;tag=1", "From: <sip:alice@a.example>;tag=1"), []);
        assert_eq!(retried("<sip:alice@a.example>;tag=1", "From: <sip:alice@a.example>;tag=2"), []);
        assert_eq!(retried("<sip:alice@a.example>;tag=1", "From: \"a;b\" <sip:alice@a.example>;TAG=1"), []);
    }

    #[test]
    fn a_client_of_rfc_2543_is_warned() {
        assert_eq!(retried("<sip:alice@a.example>", "From: <sip:alice@a.example>"), [Level::Warning]);
    }

    #[test]
    fn a_request_that_was_cut_proves_nothing() {
        assert_eq!(retried("<sip:alice@a.example>;tag=1", "From: | flag: truncated"), []);
    }
}
