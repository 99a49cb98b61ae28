//! Takes an attempt, gives a finding where its Request-URI is the Contact and its packet went to the redirecting server again.
//!
//! RFC 3261, 8.1.2: without a Route the destination follows from the Request-URI.

use super::retry::{Retry, has_outbound_proxy};
use crate::call::{Attempt, Redirect};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "sent-to-old-server",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Must,
    clause: Clause::rfc3261("8.1.2"),
    summary: "the retry was sent to the redirecting server instead of the Contact's address",
    rationale: "The Request-URI says the new address and the packet goes to the old one, which has just declared itself not responsible. It \
                refuses the request, redirects it once more, or forwards it where nobody asked it to. It is a warning where that server \
                serves the request after all, as an outbound proxy that the capture does not show would.",
    remedy: "Find the destination anew for each request: from the first Route, else from the Request-URI (RFC 3263); drop the old address, \
             and the connection to it, with the old target.",
    example: "INVITE sip:bob@192.0.2.20 to 192.0.2.20 -> 302, Contact: <sip:bob@198.51.100.30> -> INVITE sip:bob@198.51.100.30 to 192.0.2.20\n\
              right: INVITE sip:bob@198.51.100.30 to 198.51.100.30",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let retry = Retry::at_contact(redirect, attempt)?;
    let destination = attempt.request.destination;
    let hop = retry.hop_elsewhere()?;
    // What is left of the URI may itself lead to the old server; then it is the URI that is wrong, or its maddr that was passed over.
    let by_own_uri = attempt.hop.is_at(destination.address) != Some(false);
    let by_host = attempt.uri.host_as_ip().is_some_and(|host| host.to_canonical() == destination.address.to_canonical());
    if destination != redirect.server || by_own_uri || by_host || has_outbound_proxy(redirect, attempt) {
        return None;
    }
    let (level, effect) = match served(attempt) {
        Some(status) => (Level::Warning, format!(" and answered there with {status}")),
        None => (Level::Error, attempt.outcome.map_or_else(String::new, |outcome| format!(" and answered there with {}", outcome.status))),
    };
    let message = format!(
        "the request for {} was sent to the redirecting server {destination} instead of {}:{}{effect}",
        retry.request_uri(),
        hop.target,
        hop.port,
    );
    let mut draft = retry.draft(message).level(level);
    for answer in attempt.contact_hop.answers() {
        draft = draft.with(answer, "told this client where the Contact's name leads");
    }
    if let Some(request) = &redirect.request {
        draft = draft.with(request.place, "was sent where its own Request-URI says, without an outbound proxy");
    }
    Some(draft)
}

/// The final response with which the old server showed that it takes requests for others from this client: it asked for credentials, or let
/// somebody answer.
fn served(attempt: &Attempt) -> Option<u16> {
    let status = attempt.outcome?.status;
    matches!(status, 200..=299 | 401 | 407 | 408 | 480 | 486..=488 | 600 | 603 | 606).then_some(status)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::levels;

    fn played(asked: &str, contact: &str, retry: &str, status: u16) -> Vec<Level> {
        let script = format!(
            "0.0 client > server INVITE {asked}
             0.1 server > client 302 | Contact: {contact}
             0.3 client > server INVITE {retry}
             0.4 server > client {status}
             40 end"
        );
        levels(&RULE, &script)
    }

    const ASKED: &str = "sip:bob@192.0.2.20";
    const CONTACT: &str = "<sip:bob@198.51.100.30>";
    const RETRY: &str = "sip:bob@198.51.100.30";

    #[test]
    fn the_new_uri_at_the_old_address_is_an_error() {
        for status in [302, 403, 404, 482, 500] {
            assert_eq!(played(ASKED, CONTACT, RETRY, status), [Level::Error], "{status}");
        }
    }

    #[test]
    fn a_server_that_serves_the_request_may_be_the_outbound_proxy() {
        for status in [200, 407, 486] {
            assert_eq!(played(ASKED, CONTACT, RETRY, status), [Level::Warning], "{status}");
        }
    }

    #[test]
    fn the_new_uri_at_its_own_address_is_right() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
            0.3 client > target INVITE sip:bob@198.51.100.30
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }

    #[test]
    fn through_an_outbound_proxy_only_the_request_uri_changes() {
        assert_eq!(played("sip:bob@example.com", CONTACT, RETRY, 404), []);
        assert_eq!(played("sip:bob@203.0.113.40", CONTACT, RETRY, 404), []);
        let route = "Route: <sip:192.0.2.20;lr>";
        assert_eq!(played(&format!("{ASKED} | {route}"), CONTACT, &format!("{RETRY} | {route}"), 404), []);
    }

    #[test]
    fn a_name_may_lead_to_the_old_address() {
        assert_eq!(played(ASKED, "<sip:bob@far.example>", "sip:bob@far.example", 404), []);
    }

    /// The original and the Contact have names; `answers` tell the client where these lead.
    fn named(answers: &str) -> Vec<Level> {
        let script = format!(
            "{answers}
             1.0 client > server INVITE sip:bob@near.example
             1.1 server > client 302 | Contact: <sip:bob@far.example>
             1.3 client > server INVITE sip:bob@far.example
             1.4 server > client 404
             40 end"
        );
        levels(&RULE, &script)
    }

    const NEAR: &str = "0.1 resolver > client DNS near.example A 192.0.2.20\n";

    #[test]
    fn answers_to_this_client_prove_what_names_leave_open() {
        let far = "0.2 resolver > client DNS far.example A 198.51.100.30";
        assert_eq!(named(&format!("{NEAR}{far}")), [Level::Error]);
        assert_eq!(named(far), [], "nobody knows whether the client goes by its own URI");
        assert_eq!(named(NEAR), [], "nobody knows where the Contact leads");
        let others = far.replace("client", "other");
        assert_eq!(named(&format!("{NEAR}{others}")), [], "another client was told");
    }

    #[test]
    fn t5_two_names_of_one_server_are_no_fault() {
        assert_eq!(named(&format!("{NEAR}0.2 resolver > client DNS far.example A 192.0.2.20")), []);
        assert_eq!(named(&format!("{NEAR}0.2 resolver > client DNS far.example CNAME near.example")), []);
        let service = "0.2 resolver > client DNS _sip._udp.far.example SRV 5060 near.example";
        assert_eq!(named(&format!("{NEAR}{service}")), []);
    }

    #[test]
    fn an_answer_that_has_run_out_proves_nothing_against_anybody() {
        assert_eq!(named(&format!("{NEAR}0.2 resolver > client DNS far.example A 198.51.100.30 0")), []);
    }

    #[test]
    fn another_user_at_the_same_server_is_still_there() {
        assert_eq!(played(ASKED, "<sip:voicemail@192.0.2.20>", "sip:voicemail@192.0.2.20", 404), []);
        assert_eq!(played(ASKED, "<sip:voicemail@192.0.2.20:5080>", "sip:voicemail@192.0.2.20:5080", 404), []);
    }

    #[test]
    fn a_maddr_that_was_passed_over_is_another_fault() {
        assert_eq!(played(ASKED, "<sip:bob@192.0.2.20;maddr=10.1.110.24>", "sip:bob@192.0.2.20;maddr=10.1.110.24", 404), []);
    }

    #[test]
    fn a_websocket_client_sends_everything_to_its_server() {
        let retried = |asked: &str, via: &str| {
            let script = format!(
                "0.0 client > 192.0.2.20:80/{asked} INVITE sip:bob@192.0.2.20;transport=ws{via}
                 0.1 192.0.2.20:80 > client/{asked} 302 | Contact: <sip:bob@198.51.100.30>
                 0.3 client > 192.0.2.20:80/{asked} INVITE sip:bob@198.51.100.30{via}
                 0.4 192.0.2.20:80 > client/{asked} 404
                 40 end"
            );
            levels(&RULE, &script)
        };
        assert_eq!(retried("ws", ""), []);
        // The same, captured where WSS was opened.
        assert_eq!(retried("tcp", " | Via: SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bKw"), []);
        assert_eq!(retried("tcp", ""), [Level::Error]);
    }
}
