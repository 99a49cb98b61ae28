//! Takes a redirect that a proxy received, gives a finding where the proxy neither followed it nor handed it on, but answered with a failure.
//!
//! RFC 3261, 16.7, step 6: the best response is one of the lowest class, and 3xx is lower than 4xx and 5xx.

use crate::call::{Link, Redirect, Role};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "proxy-hid-redirect",
    section: Section::Special,
    level: Level::Warning,
    party: Party::Proxy,
    strength: Strength::Should,
    clause: Clause::rfc3261("16.7"),
    summary: "a proxy received a 3xx and answered the hop above with a failure",
    rationale: "Somebody knew where the user is, and the caller is told that he cannot be reached. Neither the proxy nor the caller tries the \
                Contacts, so forwarding by 3xx does nothing for whoever calls through this proxy.",
    remedy: "Follow the 3xx, or hand it on: it comes before every 4xx and 5xx when the best response is chosen.",
    example: "INVITE -> 302, Contact: <sip:bob@b> -> 480 to the hop above\n\
              right: 302, Contact: <sip:bob@b> to the hop above, or INVITE sip:bob@b",
    check: Check::Redirect(check),
};

/// Request Terminated: the caller had cancelled.
const TERMINATED: u16 = 487;

fn check(redirect: &Redirect) -> Option<Draft> {
    let above = redirect.above.as_ref().filter(|above| above.cancel.is_none() && !above.is_branch_reused)?;
    let answer = above.answers.first()?.outcome;
    let is_failure = (400..600).contains(&answer.status) && answer.status != TERMINATED && answer.time >= redirect.response.time;
    let is_unused = redirect.role == Role::Proxy && redirect.attempts.iter().all(|attempt| attempt.link != Link::Recursion);
    let is_left = |target: &crate::call::Target| !redirect.tried.iter().any(|tried| tried.uri.equals(&target.uri));
    // Of a fork it is told once, at the first 3xx.
    if !is_failure || !is_unused || above.earlier > 0 || redirect.cancel.is_some() || !redirect.targets.iter().any(is_left) {
        return None;
    }
    let message = format!("the proxy received a {}, tried no Contact and answered the hop above {}", redirect.status, answer.status);
    let draft = Draft::at(answer.place, message).with(redirect.response.place, "the redirect that nobody hears of");
    Some(match &above.request {
        Some(request) => draft.with(request.place, "the request that was answered"),
        None => draft,
    })
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

    #[test]
    fn a_failure_in_the_place_of_the_redirect_is_told() {
        for status in [404, 408, 480, 500] {
            assert_eq!(at(&format!("0.3 proxy > client {status}")), [Level::Warning], "{status}");
        }
    }

    #[test]
    fn whatever_comes_before_a_redirect_is_right() {
        for rest in ["200", "603", "302 | Contact: <sip:bob@198.51.100.30>", "300 | Contact: <sip:bob@198.51.100.30>"] {
            assert_eq!(at(&format!("0.3 proxy > client {rest}")), [], "{rest}");
        }
        assert_eq!(at(""), []);
    }

    #[test]
    fn a_proxy_that_tried_something_answers_with_what_came_of_it() {
        let tried = "0.3 proxy > target INVITE sip:bob@198.51.100.30 | BELOW2
            0.4 target > proxy 486
            0.5 proxy > client 486";
        assert_eq!(at(tried), []);
        // A target of its own: the next one of a hunt group.
        assert_eq!(at(&tried.replace("sip:bob@198.51.100.30", "sip:hunt@198.51.100.31")), []);
    }

    #[test]
    fn a_caller_who_cancels_gets_487() {
        let script = proxied("302 | Contact: <sip:bob@198.51.100.30>", "0.3 proxy > client 487 INVITE");
        assert_eq!(levels(&RULE, &script), []);
        let cancelled = script.replace("0.2 server", "0.15 client > 192.0.2.50:5060 CANCEL\n0.2 server").replace("487", "480");
        assert_eq!(levels(&RULE, &cancelled), []);
    }

    #[test]
    fn what_leads_back_to_the_request_itself_is_left_out() {
        let script = proxied("302 | Contact: <sip:bob@192.0.2.20>", "0.3 proxy > client 480");
        assert_eq!(levels(&RULE, &script), []);
    }
}
