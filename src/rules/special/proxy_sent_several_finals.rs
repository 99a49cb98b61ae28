//! Takes a redirect that a proxy received, gives a finding where the proxy gave the hop above more than one final response.
//!
//! RFC 3261, 16.7, step 5: after a final response, nothing but a 2xx to INVITE may still be sent.

use crate::call::{Above, Answer, Redirect};
use crate::rules::words::seconds;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "proxy-sent-several-finals",
    section: Section::Special,
    level: Level::Error,
    party: Party::Proxy,
    strength: Strength::MustNot,
    clause: Clause::rfc3261("16.7"),
    summary: "a proxy gave one request more than one final response",
    rationale: "The caller acts on the first and ignores the second, so what the proxy learned later is lost: a redirect that nobody follows, or a \
                failure in the place of a redirect. It happens where each branch of a fork is answered as if it were the only one.",
    remedy: "Gather the responses of all branches, send the best one, and after it nothing but a 2xx to INVITE.",
    example: "INVITE to a and to b; 302 from a -> 302 to the caller; 404 from b -> 404 to the caller\n\
              right: one of them, once both are there",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    // The fork is told once, at the first 3xx that the proxy received.
    let above = redirect.above.as_ref().filter(|above| above.earlier == 0 && !above.is_branch_reused)?;
    let (first, second) = two_finals(redirect, above)?;
    let gap = seconds(second.outcome.time.nanos_since(first.outcome.time));
    let message = format!("the hop above was answered {} and, {gap} later, {}", first.outcome.status, second.outcome.status);
    let draft = Draft::at(second.outcome.place, message)
        .with(first.outcome.place, "the final response before it")
        .with(redirect.response.place, "a redirect that the proxy received for the request");
    Some(match &above.request {
        Some(request) => draft.with(request.place, "the request that was answered"),
        None => draft,
    })
}

/// The first final response and a later one that should not be: not a 2xx, and not what a server below had sent twice already.
fn two_finals<'a>(redirect: &Redirect, above: &'a Above) -> Option<(&'a Answer, &'a Answer)> {
    let (first, later) = above.answers.split_first()?;
    let is_of_server = |status: u16| redirect.repeats.iter().any(|repeat| repeat.status == status);
    let is_second = |answer: &&Answer| !(200..300).contains(&answer.outcome.status) && !is_of_server(answer.outcome.status);
    Some((first, later.iter().find(is_second)?))
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

    const RELAY: &str = "0.3 proxy > client 302 | Contact: <sip:bob@198.51.100.30>";

    #[test]
    fn another_final_response_is_an_error() {
        assert_eq!(at(&format!("{RELAY}\n0.5 proxy > client 404")), [Level::Error]);
        let other = "0.5 proxy > client 302 | Contact: <sip:bob@203.0.113.40> | To: <sip:bob@example.com>;tag=other";
        assert_eq!(at(&format!("{RELAY}\n{other}")), [Level::Error]);
        assert_eq!(at("0.3 proxy > client 404\n0.5 proxy > client 500"), [Level::Error]);
        // The first may come before the redirect does.
        let early = proxied("302 | Contact: <sip:bob@198.51.100.30>", RELAY).replace("0.2 ", "0.15 192.0.2.50:5060 > client 408\n0.2 ");
        assert_eq!(levels(&RULE, &early), [Level::Error]);
    }

    #[test]
    fn a_fork_of_two_redirects_is_told_once() {
        let fork = "0.22 proxy > other INVITE sip:bob@203.0.113.40 | BELOW2
            0.23 other > proxy 302 | Contact: <sip:bob@203.0.113.41>";
        let both = "0.31 proxy > client 302 | Contact: <sip:bob@203.0.113.41> | To: <sip:bob@example.com>;tag=other";
        assert_eq!(at(&format!("{fork}\n{RELAY}\n{both}")), [Level::Error]);
    }

    #[test]
    fn the_same_response_again_and_a_late_success_are_right() {
        for rest in [
            "0.8 proxy > client again",
            "0.8 proxy > client 302 | Contact: <sip:bob@198.51.100.30> | To: <sip:bob@example.com>;tag=anew",
            "0.8 proxy > client 200 INVITE",
        ] {
            assert_eq!(at(&format!("{RELAY}\n{rest}")), [], "{rest}");
        }
    }

    #[test]
    fn what_the_server_sent_twice_is_no_fault_of_a_proxy_without_state() {
        assert_eq!(at(&format!("{RELAY}\n0.4 server > proxy 486\n0.5 proxy > client 486")), []);
    }
}
