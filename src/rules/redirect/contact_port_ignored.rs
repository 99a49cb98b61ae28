//! Takes an attempt, gives a finding where it went to the Contact's address at another port.
//!
//! RFC 3261, 19.1.1; RFC 3263, 4.2: an address is asked at the port of the URI, or at the default port of its transport.

use super::retry::Retry;
use crate::call::{Attempt, Redirect};
use crate::evidence::Transport;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::uri::{NextHop, UriTransport};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "contact-port-ignored",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Descriptive,
    clause: Clause::rfc3261("19.1.1"),
    summary: "the retry was sent to another port than the Contact names",
    rationale: "At one address several elements may listen on several ports: a phone, its proxy, a voicemail. The wrong port is met by \
                nobody, or by the wrong one of them.",
    remedy: "Send to the port of the Contact; without one and with an address for its host, to 5060, or 5061 for TLS.",
    example: "302, Contact: <sip:bob@198.51.100.30:5080> -> INVITE to 198.51.100.30:5060\n\
              right: INVITE to 198.51.100.30:5080",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let retry = Retry::at_contact(redirect, attempt)?;
    let destination = attempt.request.destination;
    let hops: Vec<NextHop> = retry.hops().collect();
    let is_tls = attempt.request.transport == Transport::Tls;
    // What is seen behind the point where it was decrypted, or inside WebSocket, comes in by the port of a gateway as often as not.
    let is_settled = |hop: &NextHop| match hop.transport {
        UriTransport::Udp | UriTransport::Tcp => hop.secure == is_tls || (hop.explicit_port && is_tls),
        UriTransport::Tls => is_tls,
        _ => false,
    };
    let missed = |hop: &NextHop| is_settled(hop) && hop.is_at(destination.address) == Some(true) && hop.port != destination.port;
    if !hops.iter().all(missed) || retry.may_go_by_policy() {
        return None;
    }
    let hop = hops.first()?;
    // A port that the Request-URI has lost is the fault of the URI.
    if attempt.uri.next_hop().is_none_or(|own| own.port != hop.port) {
        return None;
    }
    let message = format!("the request for {} was sent to {destination} instead of port {}", retry.request_uri(), hop.port);
    Some(retry.draft(message))
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
    fn another_port_than_the_contacts_is_an_error() {
        let facts = [
            ("<sip:bob@198.51.100.30:5080>", "target INVITE sip:bob@198.51.100.30:5080"),
            ("<sip:bob@198.51.100.30>", "198.51.100.30:5080 INVITE sip:bob@198.51.100.30"),
            ("<sip:bob@198.51.100.30>", "198.51.100.30:5080 INVITE sip:bob@198.51.100.30:5060"),
            ("<sip:bob@[2001:db8::30]:5080>", "[2001:db8::30]:5060 INVITE sip:bob@[2001:db8::30]:5080"),
            ("<sip:bob@192.0.2.20:5080>", "server INVITE sip:bob@192.0.2.20:5080"),
        ];
        for (contact, retry) in facts {
            assert_eq!(played(contact, retry), [Level::Error], "{contact} {retry}");
        }
    }

    #[test]
    fn the_port_of_the_contact_is_right() {
        let facts = [
            ("<sip:bob@198.51.100.30:5080>", "198.51.100.30:5080 INVITE sip:bob@198.51.100.30:5080"),
            ("<sip:bob@198.51.100.30>", "target INVITE sip:bob@198.51.100.30"),
            ("<sip:bob@198.51.100.30;transport=ws>", "198.51.100.30:8080/tcp INVITE sip:bob@198.51.100.30;transport=ws"),
        ];
        for (contact, retry) in facts {
            assert_eq!(played(contact, retry), [], "{contact} {retry}");
        }
    }

    #[test]
    fn what_was_decrypted_is_held_to_its_port_as_well() {
        let facts = [
            ("<sips:bob@198.51.100.30>", "198.51.100.30:5060/tls INVITE sips:bob@198.51.100.30"),
            ("<sip:bob@198.51.100.30:5071;transport=tls>", "198.51.100.30:5061/tls INVITE sip:bob@198.51.100.30:5071;transport=tls"),
            ("<sip:bob@198.51.100.30:5080>", "198.51.100.30:5061/tls INVITE sip:bob@198.51.100.30:5080"),
        ];
        for (contact, retry) in facts {
            assert_eq!(played(contact, retry), [Level::Error], "{contact} {retry}");
        }
        let facts = [
            ("<sips:bob@198.51.100.30>", "198.51.100.30:5061/tls INVITE sips:bob@198.51.100.30"),
            ("<sip:bob@198.51.100.30;transport=tls>", "198.51.100.30:5061/tls INVITE sip:bob@198.51.100.30;transport=tls"),
            // Whoever takes TLS for a Contact that leaves the choice goes to the port of TLS.
            ("<sip:bob@198.51.100.30>", "198.51.100.30:5061/tls INVITE sip:bob@198.51.100.30"),
            // Behind the point where it was decrypted, any port may be that of the gateway.
            ("<sips:bob@198.51.100.30>", "198.51.100.30:5060/tcp INVITE sips:bob@198.51.100.30"),
        ];
        for (contact, retry) in facts {
            assert_eq!(played(contact, retry), [], "{contact} {retry}");
        }
    }

    #[test]
    fn a_name_without_a_port_may_have_any() {
        assert_eq!(played("<sip:bob@far.example>", "198.51.100.30:5080 INVITE sip:bob@far.example"), []);
    }

    #[test]
    fn a_port_that_the_request_uri_has_lost_is_another_fault() {
        assert_eq!(played("<sip:bob@198.51.100.30:5080>", "target INVITE sip:bob@198.51.100.30"), []);
    }

    #[test]
    fn what_goes_through_an_outbound_proxy_goes_the_proxys_way() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20 | Route: <sip:192.0.2.20;lr>
            0.1 server > client 302 | Contact: <sip:bob@192.0.2.20:5080>
            0.3 client > server INVITE sip:bob@192.0.2.20:5080 | Route: <sip:192.0.2.20;lr>
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }

    #[test]
    fn a_websocket_client_sends_everything_to_its_server() {
        let script = "0.0 client > 192.0.2.20:80/ws INVITE sip:bob@192.0.2.20;transport=ws
            0.1 192.0.2.20:80 > client/ws 302 | Contact: <sip:bob@192.0.2.20:5080>
            0.3 client > 192.0.2.20:80/ws INVITE sip:bob@192.0.2.20:5080
            40 end";
        assert_eq!(levels(&RULE, script), []);
        assert_eq!(levels(&RULE, &script.replace("/ws", "/tcp")), [Level::Error]);
    }
}
