//! Takes an attempt, gives a finding where it still carries the Route that led to the redirected URI.
//!
//! RFC 3261, 8.1.2: a request goes to its first Route; 8.1.1.1 and 12.2.1.1 know no Route that stays when the target changes, but for the
//! client's own.

use super::retry::Retry;
use crate::call::{Attempt, Kept, Redirect};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::Uri;

pub(in crate::rules) const RULE: Rule = Rule {
    id: "stale-route-kept",
    section: Section::Redirect,
    level: Level::Warning,
    party: Party::Client,
    strength: Strength::Descriptive,
    clause: Clause::rfc3261("8.1.2"),
    summary: "the retry carries the Route that belonged to the old target",
    rationale: "A Route goes before the Request-URI: with the one of the old target the new address stands in the request, and the packet \
                still goes where the redirect came from. It is right for a client to keep the Route of its own outbound proxy, so only a \
                Route to the host of the old Request-URI is told, and only where that is not the caller's own domain.",
    remedy: "Keep the configured route set apart from what was learned about one target, and drop the latter with the target.",
    example: "INVITE sip:bob@a, Route: <sip:a;lr> -> 302, Contact: <sip:bob@b> -> INVITE sip:bob@b, Route: <sip:a;lr>\n\
              right: INVITE sip:bob@b",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let retry = Retry::at_contact(redirect, attempt)?;
    let request = redirect.request.as_ref()?;
    // Inside a dialog the route set stays (RFC 3261, 12.2.1.1).
    if request.message.to_tag().is_some() || redirect.sends_all_there.is_some() {
        return None;
    }
    let (before, kept) = (first_route(request)?, first_route(&attempt.request)?);
    let original = redirect.original.as_ref()?;
    let belongs_to_old_target = before.equals(&kept) && same_host(&kept, original) && !same_host(&kept, &retry.target.uri);
    let is_own = request.message.from().is_some_and(|from| same_host(&kept, &Uri::parse(from.uri)));
    // RFC 3327 and its like: the Contact may ask for a Route itself.
    let is_asked_for = retry.target.uri.headers().iter().any(|header| header.is("route"));
    if !belongs_to_old_target || is_own || is_asked_for {
        return None;
    }
    let message = format!(
        "the request for {} still has the Route {}, which leads to the host of {}",
        retry.request_uri(),
        text(kept.as_bytes()),
        text(original.as_bytes())
    );
    let draft = retry.draft(message);
    Some(draft.with(request.place, "has the Route for the old target"))
}

fn first_route(request: &Kept) -> Option<Uri> {
    request.message.routes().next().map(|route| Uri::parse(route.uri()))
}

fn same_host(one: &Uri, other: &Uri) -> bool {
    one.host().zip(other.host()).is_some_and(|(one, other)| one.equals(other))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::levels;

    fn retried(asked: &str, contact: &str, retry: &str) -> Vec<Level> {
        let script = format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20 | {asked}
             0.1 server > client 302 | Contact: {contact}
             0.3 client > server INVITE sip:bob@198.51.100.30 | {retry}
             40 end"
        );
        levels(&RULE, &script)
    }

    const BOB: &str = "<sip:bob@198.51.100.30>";
    const OLD: &str = "Route: <sip:192.0.2.20;lr>";

    #[test]
    fn the_route_to_the_old_target_is_stale() {
        assert_eq!(retried(OLD, BOB, OLD), [Level::Warning]);
    }

    #[test]
    fn a_route_that_was_dropped_or_replaced_is_right() {
        assert_eq!(retried(OLD, BOB, "Subject: x"), []);
        assert_eq!(retried(OLD, BOB, "Route: <sip:203.0.113.40;lr>"), []);
    }

    #[test]
    fn the_route_of_an_outbound_proxy_is_the_clients_own() {
        let proxy = "Route: <sip:203.0.113.9;lr>";
        assert_eq!(retried(proxy, BOB, proxy), []);
        let home = "From: <sip:alice@192.0.2.20>;tag=a | Route: <sip:192.0.2.20;lr>";
        assert_eq!(retried(home, BOB, home), [], "the caller's own domain");
    }

    #[test]
    fn a_contact_at_the_old_host_is_behind_the_same_route() {
        let script = format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20 | {OLD}
             0.1 server > client 302 | Contact: <sip:bob7@192.0.2.20>
             0.3 client > server INVITE sip:bob7@192.0.2.20 | {OLD}
             40 end"
        );
        assert_eq!(levels(&RULE, &script), []);
    }

    #[test]
    fn a_contact_may_ask_for_a_route() {
        assert_eq!(retried(OLD, "<sip:bob@198.51.100.30?Route=%3Csip%3A192.0.2.20%3Blr%3E>", OLD), []);
    }

    #[test]
    fn inside_a_dialog_the_route_set_stays() {
        let script = format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20 | {OLD} | To: <sip:bob@192.0.2.20>;tag=d
             0.1 server > client 302 | Contact: {BOB}
             0.3 client > server INVITE sip:bob@198.51.100.30 | {OLD} | To: <sip:bob@192.0.2.20>;tag=d
             40 end"
        );
        assert_eq!(levels(&RULE, &script), []);
    }
}
