//! Takes an attempt inside a dialog, gives a finding where its Route is not the dialog's.
//!
//! RFC 3261, 12.2.1.1: the route set of a dialog never changes, whatever a 3xx does to one Request-URI.

use crate::call::{Attempt, Kept, Link, Redirect, Role};
use crate::rules::redirect::retry::{asks_for_its_contact, request_uri};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::Uri;

pub(in crate::rules) const RULE: Rule = Rule {
    id: "dialog-route-set-changed",
    section: Section::Special,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Must,
    clause: Clause::rfc3261("12.2.1.1"),
    summary: "a redirected request inside a dialog was retried with another Route",
    rationale: "The proxies of the route set have asked to see every request of the dialog. One that is left out loses what it needs to charge, \
                to pass a NAT or a firewall, or to find the peer; most often the request does not arrive at all.",
    remedy: "Send the request inside the dialog again with the same Route, and only the Request-URI taken from the Contact.",
    example: "INVITE sip:bob@a, in a dialog, Route: <sip:p;lr> -> 302, Contact: <sip:bob@b> -> INVITE sip:bob@b, without Route\n\
              right: INVITE sip:bob@b, Route: <sip:p;lr>",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let request = redirect.request.as_ref().filter(|request| !request.truncated && !attempt.request.truncated)?;
    let tag = request.message.to_tag()?;
    let is_inside = attempt.link == Link::SameCallId && attempt.request.message.to_tag() == Some(tag);
    if !is_inside || redirect.role != Role::Uac || !asks_for_its_contact(redirect) {
        return None;
    }
    let (before, now) = (routes(request), routes(&attempt.request));
    if is_same(&before, &now) || is_strict(redirect, attempt, &before, &now) {
        return None;
    }
    let message =
        format!("the request for {}, inside the dialog, has {} and not {}", request_uri(attempt), written(&now), written(&before));
    Some(
        Draft::at(attempt.request.place, message)
            .with(request.place, "the redirected request, with the route set of the dialog")
            .with(redirect.response.place, "the redirect"),
    )
}

fn routes(sent: &Kept) -> Vec<Uri> {
    sent.message.routes().map(|route| Uri::parse(route.uri())).collect()
}

fn is_same(one: &[Uri], other: &[Uri]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.equals(other))
}

/// Whether the way leads through a strict router: then the Request-URI is the router's, and the target is the last Route.
fn is_strict(redirect: &Redirect, attempt: &Attempt, before: &[Uri], now: &[Uri]) -> bool {
    let (Some((_, before)), Some((target, now))) = (before.split_last(), now.split_last()) else { return false };
    let is_router = redirect.original.as_ref().is_some_and(|original| original.equals(&attempt.uri));
    is_router && is_same(before, now) && redirect.targets.iter().any(|contact| contact.uri.equals(target))
}

/// A route set in words.
fn written(routes: &[Uri]) -> String {
    match routes {
        [] => "no Route".to_owned(),
        _ => ["the Route ", &routes.iter().map(|route| text(route.as_bytes())).collect::<Vec<_>>().join(", ")].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};

    fn retried(before: &str, uri: &str, now: &str) -> String {
        format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 200
             5.0 client > server INVITE sip:bob@192.0.2.20 | To: <sip:bob@192.0.2.20>;tag=bob1 | {before}
             5.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
             5.2 client > server INVITE {uri} | To: <sip:bob@192.0.2.20>;tag=bob1 | {now}
             60 end"
        )
    }

    const CONTACT: &str = "sip:bob@198.51.100.30";
    const ROUTE: &str = "Route: <sip:192.0.2.20;lr>, <sip:192.0.2.21;lr>";

    #[test]
    fn a_route_that_is_lost_or_new_is_an_error() {
        let found = findings(&RULE, &retried(ROUTE, CONTACT, "Subject: none"));
        let [finding] = found.as_slice() else { panic!("one finding, found {found:?}") };
        assert_eq!(finding.level, Level::Error);
        assert_eq!(
            finding.message,
            "the request for sip:bob@198.51.100.30, inside the dialog, has no Route and not the Route sip:192.0.2.20;lr, sip:192.0.2.21;lr"
        );
        assert_eq!(levels(&RULE, &retried("Subject: none", CONTACT, ROUTE)), [Level::Error]);
        assert_eq!(levels(&RULE, &retried(ROUTE, CONTACT, "Route: <sip:192.0.2.21;lr>, <sip:192.0.2.20;lr>")), [Level::Error]);
    }

    #[test]
    fn the_same_route_is_right() {
        assert_eq!(levels(&RULE, &retried(ROUTE, CONTACT, ROUTE)), []);
        assert_eq!(levels(&RULE, &retried(ROUTE, CONTACT, "Route: <sip:192.0.2.20;lr> | Route: <sip:192.0.2.21;lr>")), []);
        assert_eq!(levels(&RULE, &retried("Subject: none", CONTACT, "Subject: none")), []);
    }

    #[test]
    fn a_strict_router_has_the_target_as_the_last_route() {
        let strict = |last: &str| format!("Route: <sip:192.0.2.21>, <sip:bob@{last}>");
        let script = retried(&strict("192.0.2.99"), "sip:bob@192.0.2.20", &strict("198.51.100.30"));
        assert_eq!(levels(&RULE, &script), []);
    }

    #[test]
    fn outside_a_dialog_the_route_is_the_clients_own() {
        let script = retried(ROUTE, CONTACT, "Subject: none").replace("<sip:bob@192.0.2.20>;tag=bob1", "<sip:bob@192.0.2.20>");
        assert_eq!(levels(&RULE, &script), []);
    }
}
