//! Takes a redirect that a proxy received, gives a finding where the proxy handed it on and followed it as well.
//!
//! RFC 3261, 16.7, step 5: a proxy sends one final response, the best, once every target of its own is done with.

use super::hop::{handed_on, is_recursion};
use crate::call::{Above, Attempt, Outcome, Redirect, T1};
use crate::rules::words::{seconds, text};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "proxy-relayed-while-recursing",
    section: Section::Special,
    level: Level::Error,
    party: Party::Proxy,
    strength: Strength::MustNot,
    clause: Clause::rfc3261("16.7"),
    summary: "a proxy handed a 3xx on and tried its Contacts itself",
    rationale: "The caller above follows the 3xx while the proxy still calls the same places: one call rings twice, and the proxy's own try can \
                no longer be answered to anybody. Which of the two wins is left to chance.",
    remedy: "Hold a 3xx back while any of its Contacts is tried; hand on the best response when all of them have failed.",
    example: "INVITE -> 302, Contact: <sip:bob@b> -> 302 to the hop above -> INVITE sip:bob@b\n\
              right: INVITE sip:bob@b, and above nothing but what comes of it",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    let above = redirect.above.as_ref()?;
    let relay = handed_on(above)?;
    let attempt = redirect.attempts.iter().find(|attempt| is_under_way(above, &relay.outcome, attempt))?;
    let uri = text(attempt.request.message.request_uri().unwrap_or_default());
    let since = attempt.request.time.nanos_since(relay.outcome.time);
    let order = if since >= 0 { format!("{} after", seconds(since)) } else { format!("{} before", seconds(-since)) };
    let message = format!("the {} was handed on, and {uri} was tried {order} that", relay.outcome.status);
    let draft = Draft::at(relay.outcome.place, message)
        .with(redirect.response.place, "the redirect that the proxy received")
        .with(attempt.request.place, "the proxy's own try");
    Some(match &above.request {
        Some(request) => draft.with(request.place, "the request that the proxy was to answer once"),
        None => draft,
    })
}

/// Whether the proxy tried a Contact after it had handed the 3xx on, or had done so a moment before and not waited for the answer. Only one
/// clock tells the order.
fn is_under_way(above: &Above, relay: &Outcome, attempt: &Attempt) -> bool {
    if !is_recursion(attempt) || above.is_branch_reused || attempt.request.place.capture != relay.place.capture {
        return false;
    }
    let since = attempt.request.time.nanos_since(relay.time);
    let is_answered_later = attempt.outcome.is_some_and(|outcome| outcome.time > relay.time);
    // No attempt is given up for lack of an answer before T1 is over.
    since > 0 || (-since < T1 && is_answered_later)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::levels;
    use crate::rules::special::hop::proxied;

    fn at(script: &str) -> Vec<Level> {
        levels(&RULE, &proxied("302 | Contact: <sip:bob@198.51.100.30>", script))
    }

    const TRY: &str = "proxy > target INVITE sip:bob@198.51.100.30 | BELOW2";
    const RELAY: &str = "proxy > client 302 | Contact: <sip:bob@198.51.100.30>";

    #[test]
    fn a_try_after_the_response_is_an_error() {
        assert_eq!(at(&format!("0.3 {RELAY}\n0.4 {TRY}")), [Level::Error]);
    }

    #[test]
    fn a_try_that_is_not_waited_for_is_an_error() {
        assert_eq!(at(&format!("0.3 {TRY}\n0.31 {RELAY}\n0.5 target > proxy 486")), [Level::Error]);
        // What rang for a while may have been given up by a timer.
        assert_eq!(at(&format!("0.3 {TRY}\n5.31 {RELAY}\n5.5 target > proxy 486")), []);
        assert_eq!(at(&format!("0.3 {TRY}\n0.31 {RELAY}")), []);
    }

    #[test]
    fn a_proxy_that_does_the_one_or_the_other_is_right() {
        assert_eq!(at(&format!("0.3 {TRY}\n0.4 target > proxy 486\n0.5 {RELAY}")), []);
        assert_eq!(at(&format!("0.3 {TRY}\n0.4 target > proxy 200\n0.5 proxy > client 200")), []);
        assert_eq!(at(&format!("0.3 {RELAY}")), []);
    }

    #[test]
    fn the_retry_of_the_caller_above_comes_by_and_is_none_of_the_proxys() {
        let retry = "0.4 client > proxy INVITE sip:bob@198.51.100.30 | NEXT
            0.41 proxy > target INVITE sip:bob@198.51.100.30 | PASSED";
        assert_eq!(at(&format!("0.3 {RELAY}\n{retry}")), []);
        // The same where the caller takes its old branch again, which is a fault of its own.
        let reused = "0.4 client > proxy INVITE sip:bob@198.51.100.30 | ABOVE\n0.41 proxy > target INVITE sip:bob@198.51.100.30 | BELOW2";
        assert_eq!(at(&format!("0.3 {RELAY}\n{reused}")), []);
    }
}
