//! Takes an attempt after a 305, gives a finding where the proxy's URI took the place of the Request-URI.
//!
//! RFC 3261, 21.3.4: the Contact of a 305 names a proxy to go through, not the one to be reached.

use crate::call::{Attempt, Redirect};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::Uri;

pub(in crate::rules) const RULE: Rule = Rule {
    id: "use-proxy-treated-as-redirect",
    section: Section::Special,
    level: Level::Warning,
    party: Party::Client,
    strength: Strength::Must,
    clause: Clause::rfc3261("21.3.4"),
    summary: "the proxy that a 305 names was called instead of gone through",
    rationale: "The proxy no longer learns whom the call is for: it finds its own URI in the Request-URI and answers 404, or rings whoever \
                it takes for its default. Most clients treat 305 like 302, so this is a warning.",
    remedy: "Keep the Request-URI and put the Contact into a Route header field, or send the request to its address.",
    example: "INVITE sip:bob@a -> 305, Contact: <sip:proxy> -> INVITE sip:proxy\n\
              right: INVITE sip:bob@a, Route: <sip:proxy;lr>",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    if redirect.status != 305 || attempt.amended {
        return None;
    }
    let original = redirect.original.as_ref()?;
    let target = redirect.targets.get(attempt.contact?)?;
    let names_proxy = attempt.difference.as_ref()?.against_contact.names_the_target();
    if !names_proxy || attempt.uri.equals(original) || is_strictly_routed(attempt, original) {
        return None;
    }
    let message = format!(
        "the Request-URI {} is that of the proxy {}; it was to remain {}",
        text(attempt.uri.as_bytes()),
        text(&target.text),
        text(original.as_bytes()),
    );
    Some(Draft::at(attempt.request.place, message).with(redirect.response.place, "names the proxy to go through"))
}

/// Whether the request is on its way to a strict router, whose URI stands in the Request-URI while the target waits at the end of the
/// Route (RFC 3261, 16.12.1.2).
fn is_strictly_routed(attempt: &Attempt, original: &Uri) -> bool {
    attempt.request.message.routes().last().is_some_and(|route| Uri::parse(route.uri()).equals(original))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};

    fn retried(contact: &str, retry: &str) -> String {
        format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 305 | Contact: {contact}
             0.2 client > server ACK
             0.3 client > other INVITE {retry}
             40 end"
        )
    }

    #[test]
    fn a_call_to_the_proxy_itself_is_told() {
        let found = findings(&RULE, &retried("<sip:203.0.113.40;lr>", "sip:203.0.113.40;lr"));
        let [finding] = found.as_slice() else { panic!("one finding, found {found:?}") };
        assert_eq!(finding.level, Level::Warning);
        assert_eq!(
            finding.message,
            "the Request-URI sip:203.0.113.40;lr is that of the proxy sip:203.0.113.40;lr; it was to remain sip:bob@192.0.2.20"
        );
    }

    #[test]
    fn a_call_through_the_proxy_is_right_with_and_without_a_route() {
        for retry in ["sip:bob@192.0.2.20 | Route: <sip:203.0.113.40;lr>", "sip:bob@192.0.2.20"] {
            assert_eq!(levels(&RULE, &retried("<sip:203.0.113.40;lr>", retry)), [], "{retry}");
        }
    }

    #[test]
    fn a_strict_router_stands_in_the_request_uri_with_the_target_last_in_the_route() {
        let contact = "<sip:203.0.113.40>";
        assert_eq!(levels(&RULE, &retried(contact, "sip:203.0.113.40 | Route: <sip:bob@192.0.2.20>")), []);
        assert_eq!(levels(&RULE, &retried(contact, "sip:203.0.113.40 | Route: <sip:192.0.2.50;lr>")), [Level::Warning]);
    }

    #[test]
    fn the_same_fault_after_a_challenge_is_told_once() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.1 server > client 305 | Contact: <sip:203.0.113.40>
            0.3 client > other INVITE sip:203.0.113.40
            0.4 other > client 407
            0.5 client > other INVITE sip:203.0.113.40
            40 end";
        assert_eq!(levels(&RULE, script), [Level::Warning]);
    }

    #[test]
    fn a_302_is_no_305() {
        assert_eq!(levels(&RULE, &retried("<sip:203.0.113.40>", "sip:203.0.113.40").replace("305", "302")), []);
    }
}
