//! Takes an attempt, gives a finding where it has no Max-Forwards.
//!
//! RFC 3261, 8.1.1.6: a user agent puts Max-Forwards into each request; 16.6, item 3: a proxy that finds none adds it.

use super::retry::{asks_for_its_contact, request_uri};
use crate::call::{Attempt, Redirect};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::Name;

pub(in crate::rules) const RULE: Rule = Rule {
    id: "max-forwards-missing",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Must,
    clause: Clause::rfc3261("8.1.1.6"),
    summary: "the retry has no Max-Forwards",
    rationale: "Max-Forwards is what ends a request that goes round in a circle, and redirects make circles. A retry without it is bounded \
                by nothing that the client controls, and strict elements refuse it. Where the redirected request had none either, the \
                client does so in all it sends, and it is a warning.",
    remedy: "Put Max-Forwards into every request, with the value 70; a proxy takes one off the value that it received.",
    example: "INVITE sip:bob@a, Max-Forwards: 70 -> 302 -> INVITE sip:bob@b\n\
              right: INVITE sip:bob@b, Max-Forwards: 70",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    // In a request that the capture cut short it may be among what was lost.
    let has_it = attempt.request.message.field(Name::MaxForwards).is_some();
    if has_it || attempt.request.truncated || attempt.amended || !asks_for_its_contact(redirect) {
        return None;
    }
    let draft = Draft::at(attempt.request.place, format!("the request for {} has no Max-Forwards", request_uri(attempt)))
        .with(redirect.response.place, "the redirect");
    let Some(request) = &redirect.request else { return Some(draft.level(Level::Warning)) };
    if request.message.field(Name::MaxForwards).is_none() {
        return Some(draft.level(Level::Warning).with(request.place, "has none, either"));
    }
    Some(draft.with(request.place, "has the one that was dropped"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::levels;

    fn retried(asked: &str, retry: &str) -> Vec<Level> {
        let script = format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20 | {asked}
             0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
             0.3 client > target INVITE sip:bob@198.51.100.30 | {retry}
             40 end"
        );
        levels(&RULE, &script)
    }

    #[test]
    fn a_retry_that_drops_it_is_an_error() {
        assert_eq!(retried("Subject: x", "Max-Forwards:"), [Level::Error]);
    }

    #[test]
    fn a_client_that_never_sends_it_is_warned() {
        assert_eq!(retried("Max-Forwards:", "Max-Forwards:"), [Level::Warning]);
    }

    #[test]
    fn any_value_is_one() {
        for value in ["70", "1", "0", "255", "many"] {
            assert_eq!(retried("Subject: x", &format!("Max-Forwards: {value}")), [], "{value}");
        }
    }

    #[test]
    fn what_the_capture_cut_off_is_not_missing() {
        assert_eq!(retried("Subject: x", "Max-Forwards: | flag: truncated"), []);
    }
}
