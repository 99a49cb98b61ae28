//! Takes an attempt, gives a finding where the Contact has a `maddr` and the packet went to its host.
//!
//! RFC 3261, 19.1.1: `maddr` names the server address to be contacted for the URI, in place of the host; RFC 3263, 4 calls it the TARGET.

use super::retry::Retry;
use crate::call::{Attempt, Redirect};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "maddr-ignored",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Descriptive,
    clause: Clause::rfc3261("19.1.1"),
    summary: "the retry was sent to the host of the Contact instead of its maddr",
    rationale: "With `maddr` the server says through which element the user is to be reached. A request that goes to the host instead passes \
                that element by, often straight back to the server that redirected it.",
    remedy: "Where a URI has a `maddr`, send to that address; the host stays in the Request-URI.",
    example: "302, Contact: <sip:bob@192.0.2.20;maddr=198.51.100.30> -> INVITE to 192.0.2.20\n\
              right: INVITE to 198.51.100.30",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let retry = Retry::at_contact(redirect, attempt)?;
    let destination = attempt.request.destination;
    let hop = retry.hop_elsewhere().filter(|hop| hop.from_maddr)?;
    let kept = attempt.uri.maddr().is_some_and(|maddr| maddr.equals(&hop.target));
    let at_host = attempt.uri.host_as_ip().is_some_and(|host| host.to_canonical() == destination.address.to_canonical());
    if !kept || !at_host || retry.may_go_by_policy() {
        return None;
    }
    let message = format!("the request for {} was sent to {destination} instead of its maddr {}", retry.request_uri(), hop.target);
    Some(retry.draft(message))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::levels;

    fn played(asked: &str, contact: &str, retry: &str) -> Vec<Level> {
        let script = format!(
            "0.0 client > server INVITE {asked}
             0.1 server > client 302 | Contact: <{contact}>
             0.3 client > {retry} INVITE {contact}
             40 end"
        );
        levels(&RULE, &script)
    }

    #[test]
    fn the_host_instead_of_the_maddr_is_an_error() {
        let contact = "sip:bob@198.51.100.30;maddr=203.0.113.40";
        assert_eq!(played("sip:bob@192.0.2.20", contact, "target"), [Level::Error]);
        assert_eq!(played("sip:bob@192.0.2.20", "sip:bob@192.0.2.20;maddr=203.0.113.40", "server"), [Level::Error]);
    }

    #[test]
    fn the_maddr_is_right() {
        assert_eq!(played("sip:bob@192.0.2.20", "sip:bob@198.51.100.30;maddr=203.0.113.40", "other"), []);
    }

    #[test]
    fn through_an_outbound_proxy_the_maddr_is_for_the_proxy() {
        let contact = "sip:bob@192.0.2.20;maddr=203.0.113.40";
        assert_eq!(played("sip:bob@192.0.2.20 | Route: <sip:192.0.2.20;lr>", contact, "server"), []);
        assert_eq!(played("sip:bob@example.com", contact, "server"), []);
    }

    #[test]
    fn a_maddr_that_is_a_name_may_lead_anywhere() {
        assert_eq!(played("sip:bob@192.0.2.20", "sip:bob@198.51.100.30;maddr=edge.example", "target"), []);
    }

    #[test]
    fn a_websocket_client_sends_everything_to_its_server() {
        let script = "0.0 client > 192.0.2.20:80/ws INVITE sip:bob@192.0.2.20;transport=ws
            0.1 192.0.2.20:80 > client/ws 302 | Contact: <sip:bob@192.0.2.20;maddr=203.0.113.40>
            0.3 client > 192.0.2.20:80/ws INVITE sip:bob@192.0.2.20;maddr=203.0.113.40
            40 end";
        assert_eq!(levels(&RULE, script), []);
        assert_eq!(levels(&RULE, &script.replace("/ws", "/tcp")), [Level::Error]);
    }
}
