//! Takes an attempt, gives a finding where its topmost Via names another transport than the one that carried it.
//!
//! RFC 3261, 18.1.1: the transport in the Via is the one that the request is sent over, also where that was changed for its size.

use super::retry::{asks_for_its_contact, request_uri, via_transport};
use crate::call::{Attempt, Kept, Redirect};
use crate::evidence::Transport;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::uri::UriTransport;

pub(in crate::rules) const RULE: Rule = Rule {
    id: "via-transport-mismatch",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Must,
    clause: Clause::rfc3261("18.1.1"),
    summary: "the Via of the retry names another transport than the one it was sent over",
    rationale: "The response goes back by the transport in the topmost Via. A client that followed the Contact to TCP and still writes UDP is \
                answered where it does not listen, or the server repeats over TCP what needs no repetition. Where the capture may have been \
                written by a tool that turns everything into UDP, it is a warning.",
    remedy: "Write the Via when the transport is known, and write it anew when the transport changes.",
    example: "302, Contact: <sip:bob@b;transport=tcp> -> over TCP: INVITE with Via: SIP/2.0/UDP 192.0.2.10\n\
              right: over TCP: INVITE with Via: SIP/2.0/TCP 192.0.2.10",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    if attempt.amended || !asks_for_its_contact(redirect) {
        return None;
    }
    let named = mismatch(&attempt.request, via_transport(attempt))?;
    let message = format!("the request for {} went over {}, and its Via says {named}", request_uri(attempt), attempt.request.transport);
    let draft = Draft::at(attempt.request.place, message).with(redirect.response.place, "the redirect");
    let Some(request) = &redirect.request else { return Some(draft.level(Level::Warning)) };
    if mismatch(request, request.message.top_via().map(|via| UriTransport::named(via.transport))).is_some() {
        return Some(draft.level(Level::Warning).with(request.place, "does not match its Via, either"));
    }
    // A tool that writes every message as UDP would have written the redirected request so, too.
    let is_proven = attempt.request.transport != Transport::Udp || request.transport != Transport::Udp;
    let draft = if is_proven { draft } else { draft.level(Level::Warning) };
    Some(draft.with(request.place, "the redirected request, whose Via is right"))
}

/// The transport that a Via names, where that is plainly not the one which carried the request; TLS and WebSocket may have been opened ahead
/// of the place of capture.
fn mismatch(request: &Kept, named: Option<UriTransport>) -> Option<UriTransport> {
    let differs =
        matches!((&named, request.transport), (Some(UriTransport::Udp), Transport::Tcp) | (Some(UriTransport::Tcp), Transport::Udp));
    named.filter(|_| differs)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::levels;

    fn retried(first: &str, way: &str, via: &str) -> Vec<Level> {
        let script = format!(
            "0.0 client > server{first} INVITE sip:bob@192.0.2.20
             0.1 server > client{first} 302 | Contact: <sip:bob@198.51.100.30;transport=tcp>
             0.3 client > {way} INVITE sip:bob@198.51.100.30;transport=tcp | Via: SIP/2.0/{via} 192.0.2.10:5060;branch=z9hG4bKnew
             40 end"
        );
        levels(&RULE, &script)
    }

    #[test]
    fn udp_in_the_via_of_what_went_over_tcp_is_an_error() {
        assert_eq!(retried("", "target/tcp", "UDP"), [Level::Error]);
        assert_eq!(retried("/tcp", "target/tcp", "UDP"), [Level::Error]);
    }

    #[test]
    fn tcp_in_the_via_of_what_went_over_udp_is_proven_where_the_capture_knows_tcp() {
        assert_eq!(retried("/tcp", "target", "TCP"), [Level::Error]);
        assert_eq!(retried("", "target", "TCP"), [Level::Warning]);
    }

    #[test]
    fn the_transport_that_was_used_is_right() {
        assert_eq!(retried("", "target/tcp", "TCP"), []);
        assert_eq!(retried("", "target", "UDP"), []);
    }

    #[test]
    fn what_was_opened_ahead_of_the_capture_is_let_pass() {
        for via in ["TLS", "WSS", "WS", "SCTP", "TLS-SCTP"] {
            assert_eq!(retried("", "target/tcp", via), [], "{via}");
        }
        assert_eq!(retried("/ws", "target/ws", "WS"), []);
    }

    #[test]
    fn a_client_that_never_writes_the_right_one_is_warned() {
        let script = "0.0 client > server/tcp INVITE sip:bob@192.0.2.20 | Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKold
            0.1 server > client/tcp 302 | Contact: <sip:bob@198.51.100.30;transport=tcp>
            0.3 client > target/tcp INVITE sip:bob@198.51.100.30;transport=tcp | Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKnew
            40 end";
        assert_eq!(levels(&RULE, script), [Level::Warning]);
    }
}
