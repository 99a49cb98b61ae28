//! Takes an attempt, gives a finding where a SIPS Contact was asked in the clear.
//!
//! RFC 3261, 8.1.2 and 26.2.2: a request for a SIPS URI goes over TLS from its first hop on.

use super::retry::{Retry, is_sips, may_be_decrypted};
use crate::call::{Attempt, Redirect};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::uri::SchemeDifference;

pub(in crate::rules) const RULE: Rule = Rule {
    id: "sips-sent-in-clear",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Must,
    clause: Clause::rfc3261("8.1.2"),
    summary: "a SIPS Contact was asked over a transport in the clear",
    rationale: "With a SIPS Contact the called side asks that nobody on the way can read or change the call. Sent in the clear, who calls \
                whom, the credentials and the media keys are open to everybody on the path.",
    remedy: "Keep the scheme, and send over TLS; where the client has none, leave this Contact out and take the next.",
    example: "302, Contact: <sips:bob@b> -> INVITE sips:bob@b over UDP\n\
              right: INVITE sips:bob@b over TLS",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let retry = Retry::at_contact(redirect, attempt)?;
    let request = &attempt.request;
    let what = if is_sips(&attempt.uri) {
        if may_be_decrypted(attempt) || redirect.is_over_websocket {
            return None;
        }
        String::new()
    } else if retry.difference.scheme == SchemeDifference::Downgraded {
        format!(" instead of {}", retry.contact())
    } else {
        return None;
    };
    // Over TLS this hop is safe all the same; what the URI no longer asks for is the same of those behind it (RFC 3261, 26.2.2).
    let (level, how) = if request.transport.is_secure() {
        (Level::Warning, ", which asks for it on this hop alone")
    } else {
        (Level::Error, " in the clear")
    };
    let message = format!("the request for {}{what} went to {} over {}{how}", retry.request_uri(), request.destination, request.transport);
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
    fn a_sips_uri_over_udp_or_bare_tcp_is_an_error() {
        for retry in ["target INVITE sips:bob@198.51.100.30", "198.51.100.30:5061/tcp INVITE sips:bob@198.51.100.30"] {
            assert_eq!(played("<sips:bob@198.51.100.30>", retry), [Level::Error], "{retry}");
        }
    }

    #[test]
    fn a_scheme_that_lost_its_s_is_an_error() {
        assert_eq!(played("<sips:bob@198.51.100.30>", "target INVITE sip:bob@198.51.100.30"), [Level::Error]);
    }

    #[test]
    fn over_tls_a_sips_uri_is_right_and_one_that_lost_its_s_is_a_warning() {
        for transport in ["tls", "wss"] {
            let retry = format!("198.51.100.30:5061/{transport} INVITE sips:bob@198.51.100.30");
            assert_eq!(played("<sips:bob@198.51.100.30>", &retry), [], "{transport}");
        }
        let retry = "198.51.100.30:5061/tls INVITE sip:bob@198.51.100.30";
        assert_eq!(played("<sips:bob@198.51.100.30>", retry), [Level::Warning]);
    }

    #[test]
    fn a_sip_contact_may_go_in_the_clear() {
        assert_eq!(played("<sip:bob@198.51.100.30>", "target INVITE sip:bob@198.51.100.30"), []);
    }

    #[test]
    fn what_a_capture_shows_decrypted_was_not_sent_in_the_clear() {
        let retry = "198.51.100.30:5061/tcp INVITE sips:bob@198.51.100.30 | Via: SIP/2.0/TLS 192.0.2.10:5061;branch=z9hG4bKs";
        assert_eq!(played("<sips:bob@198.51.100.30>", retry), []);
        assert_eq!(played("<sips:bob@127.0.0.1>", "127.0.0.1:5061/tcp INVITE sips:bob@127.0.0.1"), []);
    }

    #[test]
    fn a_websocket_client_sends_everything_to_its_server() {
        let script = "0.0 client > 192.0.2.20:80/ws INVITE sip:bob@192.0.2.20;transport=ws
            0.1 192.0.2.20:80 > client/ws 302 | Contact: <sips:bob@192.0.2.20>
            0.3 client > 192.0.2.20:80/ws INVITE sips:bob@192.0.2.20
            40 end";
        assert_eq!(levels(&RULE, script), []);
        assert_eq!(levels(&RULE, &script.replace("/ws", "/tcp")), [Level::Error]);
    }
}
