//! Takes an attempt, gives a finding where it went to the Contact's address over another transport than the Contact names.
//!
//! RFC 3261, 19.1.1 and 18.1.1; RFC 3263, 4.1: a named transport is used; an address without one means UDP.

use super::retry::{Retry, chose_its_transport, is_sips, may_be_decrypted};
use crate::call::{Attempt, Redirect};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::uri::NextHop;

pub(in crate::rules) const RULE: Rule = Rule {
    id: "contact-transport-ignored",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Descriptive,
    clause: Clause::rfc3261("19.1.1"),
    summary: "the retry went over another transport than the Contact asks for",
    rationale: "The element at the Contact listens where its URI says: over TCP for large requests or a firewall, over TLS for secrecy. A \
                request over another transport is met by nobody, or in the clear by anybody. Where the Contact names none and the client \
                chose TCP for a small request, it is a warning: many servers listen on both.",
    remedy: "Take the transport from the Contact's `transport` parameter; without one and with an address for its host, use UDP, unless the \
             request is larger than 1300 octets (RFC 3261, 18.1.1).",
    example: "302, Contact: <sip:bob@198.51.100.30;transport=tcp> -> INVITE to 198.51.100.30 over UDP\n\
              right: INVITE to 198.51.100.30 over TCP",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let retry = Retry::at_contact(redirect, attempt)?;
    let request = &attempt.request;
    if is_sips(&attempt.uri) || is_sips(&retry.target.uri) || retry.may_go_by_policy() {
        return None;
    }
    let hops: Vec<NextHop> = retry.hops().collect();
    let is_there = |hop: &NextHop| hop.is_at(request.destination.address) == Some(true);
    if hops.iter().any(|hop| !is_there(hop) || retry.is_carried_as(hop) || (hop.secure && may_be_decrypted(attempt))) {
        return None;
    }
    let hop = hops.first()?;
    // A transport that the Request-URI has lost is the fault of the URI.
    let kept = attempt.uri.next_hop().is_some_and(|own| own.transport == hop.transport);
    // Whoever has chosen a transport to that server before, such as the connection it is registered over, may keep to it.
    let goes_on = request.destination == redirect.server && request.transport == redirect.transport;
    if !kept || (goes_on && (!hop.explicit_transport || chose_its_transport(redirect))) {
        return None;
    }
    let (level, wish) = if hop.explicit_transport { (Level::Error, "asks for") } else { (Level::Warning, "names none, which means") };
    let message = format!(
        "the request for {} went to {} over {}; the Contact {} {wish} {}",
        retry.request_uri(),
        request.destination,
        request.transport,
        retry.contact(),
        hop.transport,
    );
    Some(retry.draft(message).level(level))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::levels;

    fn played(contact: &str, retry: &str) -> Vec<Level> {
        let script = format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 302 | Contact: {contact}
             0.3 client > {retry}
             40 end"
        );
        levels(&RULE, &script)
    }

    #[test]
    fn a_named_transport_that_was_not_used_is_an_error() {
        let facts = [
            ("<sip:bob@198.51.100.30;transport=tcp>", "target INVITE sip:bob@198.51.100.30;transport=tcp"),
            ("<sip:bob@198.51.100.30;transport=udp>", "target/tcp INVITE sip:bob@198.51.100.30;transport=udp"),
            ("<sip:bob@198.51.100.30;transport=tls>", "198.51.100.30:5061/tcp INVITE sip:bob@198.51.100.30;transport=tls"),
            ("<sip:bob@198.51.100.30;transport=tcp>", "198.51.100.30:5060/tls INVITE sip:bob@198.51.100.30;transport=tcp"),
        ];
        for (contact, retry) in facts {
            assert_eq!(played(contact, retry), [Level::Error], "{contact} {retry}");
        }
    }

    #[test]
    fn the_named_transport_is_right() {
        let facts = [
            ("<sip:bob@198.51.100.30;transport=tcp>", "target/tcp INVITE sip:bob@198.51.100.30;transport=tcp"),
            ("<sip:bob@198.51.100.30;transport=UDP>", "target INVITE sip:bob@198.51.100.30;transport=udp"),
            ("<sip:bob@198.51.100.30;transport=ws>", "198.51.100.30:80/tcp INVITE sip:bob@198.51.100.30;transport=ws"),
            ("<sip:bob@198.51.100.30;transport=ws>", "198.51.100.30:80/ws INVITE sip:bob@198.51.100.30;transport=ws"),
            ("<sip:bob@198.51.100.30;transport=ws>", "198.51.100.30:443/wss INVITE sip:bob@198.51.100.30;transport=ws"),
            ("<sip:bob@198.51.100.30;transport=tls>", "198.51.100.30:5061/tls INVITE sip:bob@198.51.100.30;transport=tls"),
            ("<sips:bob@198.51.100.30>", "198.51.100.30:5061/tls INVITE sips:bob@198.51.100.30"),
            ("<sip:bob@198.51.100.30>", "target INVITE sip:bob@198.51.100.30"),
        ];
        for (contact, retry) in facts {
            assert_eq!(played(contact, retry), [], "{contact} {retry}");
        }
    }

    #[test]
    fn tcp_without_a_wish_for_it_is_a_warning() {
        assert_eq!(played("<sip:bob@198.51.100.30>", "target/tcp INVITE sip:bob@198.51.100.30"), [Level::Warning]);
    }

    #[test]
    fn a_large_request_leaves_udp() {
        let body = "x".repeat(1400);
        let large = format!("target/tcp INVITE sip:bob@198.51.100.30;transport=udp | body: {body}");
        assert_eq!(played("<sip:bob@198.51.100.30;transport=udp>", &large), []);
        let large = format!("target/tcp INVITE sip:bob@198.51.100.30 | body: {body}");
        assert_eq!(played("<sip:bob@198.51.100.30>", &large), []);
    }

    #[test]
    fn a_transport_that_the_request_uri_has_lost_is_another_fault() {
        assert_eq!(played("<sip:bob@198.51.100.30;transport=tcp>", "target INVITE sip:bob@198.51.100.30"), []);
    }

    #[test]
    fn a_capture_that_writes_every_message_as_udp_proves_nothing() {
        let retry = "target INVITE sip:bob@198.51.100.30;transport=tcp | Via: SIP/2.0/TCP 192.0.2.10;branch=z9hG4bKt";
        assert_eq!(played("<sip:bob@198.51.100.30;transport=tcp>", retry), []);
        let retry = "target/tcp INVITE sip:bob@198.51.100.30;transport=tls | Via: SIP/2.0/TLS 192.0.2.10;branch=z9hG4bKt";
        assert_eq!(played("<sip:bob@198.51.100.30;transport=tls>", retry), []);
    }

    #[test]
    fn a_name_leaves_the_transport_to_dns() {
        assert_eq!(played("<sip:bob@far.example>", "target/tcp INVITE sip:bob@far.example"), []);
    }

    #[test]
    fn either_reading_of_a_contact_without_brackets_is_right() {
        let contact = "sip:bob@198.51.100.30;transport=tcp";
        for retry in ["target INVITE sip:bob@198.51.100.30", "target/tcp INVITE sip:bob@198.51.100.30;transport=tcp"] {
            assert_eq!(played(contact, retry), [], "{retry}");
        }
    }

    #[test]
    fn a_client_may_keep_the_connection_to_its_own_server() {
        for contact in ["sip:voicemail@192.0.2.20", "sip:voicemail@192.0.2.20;transport=udp"] {
            let script = format!(
                "0.0 client > server/tcp INVITE sip:bob@192.0.2.20
                 0.1 server > client/tcp 302 | Contact: <{contact}>
                 0.3 client > server/tcp INVITE {contact}
                 40 end"
            );
            assert_eq!(levels(&RULE, &script), [], "{contact}");
        }
    }

    #[test]
    fn the_same_server_over_another_transport_is_asked_for_on_purpose() {
        let contact = "<sip:bob@192.0.2.20;transport=tcp>";
        assert_eq!(played(contact, "server INVITE sip:bob@192.0.2.20;transport=tcp"), [Level::Error]);
        assert_eq!(played(contact, "server/tcp INVITE sip:bob@192.0.2.20;transport=tcp"), []);
    }

    #[test]
    fn what_goes_through_an_outbound_proxy_goes_the_proxys_way() {
        let script = "0.0 client > server INVITE sip:bob@example.com
            0.1 server > client 302 | Contact: <sip:voicemail@192.0.2.20;transport=tcp>
            0.3 client > server INVITE sip:voicemail@192.0.2.20;transport=tcp
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }

    #[test]
    fn a_websocket_client_sends_everything_to_its_server() {
        let script = "0.0 client > 192.0.2.20:80/ws INVITE sip:bob@192.0.2.20;transport=ws
            0.1 192.0.2.20:80 > client/ws 302 | Contact: <sip:bob@192.0.2.20:80;transport=udp>
            0.3 client > 192.0.2.20:80/ws INVITE sip:bob@192.0.2.20:80;transport=udp
            40 end";
        assert_eq!(levels(&RULE, script), []);
        assert_eq!(levels(&RULE, &script.replace("/ws", "/tcp")), [Level::Error]);
    }
}
