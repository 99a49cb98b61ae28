//! Takes an attempt of a proxy, gives a finding where its body is not that of the redirected request.
//!
//! RFC 3261, 16.6: a proxy adds nothing to a body, changes nothing in it, and takes nothing away.

use super::hop::is_recursion;
use crate::call::{Attempt, Redirect};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "proxy-changed-body",
    section: Section::Special,
    level: Level::Error,
    party: Party::Proxy,
    strength: Strength::MustNot,
    clause: Clause::rfc3261("16.6"),
    summary: "a proxy followed a redirect with another body than the request had",
    rationale: "The body belongs to the two ends: a changed one breaks its signature and its encryption, and a lost offer makes a call without \
                media. Where nothing but addresses and ports of the session differ, the element relays the media itself and is no mere \
                proxy; hence a warning there.",
    remedy: "Send every target the body exactly as it was received.",
    example: "INVITE, 142 octets of SDP -> 302, Contact: <sip:bob@b> -> INVITE sip:bob@b, no body\n\
              right: INVITE sip:bob@b, the same 142 octets",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let request = redirect.request.as_ref().filter(|_| is_recursion(attempt))?;
    let (asked, sent) = (request.message.body(), attempt.request.message.body());
    let received = redirect.above.as_ref().and_then(|above| above.request.as_ref());
    let is_as_received = received.is_some_and(|received| received.message.body() == sent);
    if asked == sent || is_as_received || request.truncated || attempt.request.truncated {
        return None;
    }
    let uri = text(attempt.request.message.request_uri().unwrap_or_default());
    let draft = if is_same_session(asked, sent) {
        let message = format!("the request for {uri} has other addresses or ports in its session than the redirected request");
        Draft::at(attempt.request.place, message).level(Level::Warning)
    } else {
        let message = match (asked.len(), sent.len()) {
            (before, 0) => format!("the request for {uri} lacks the body of {before} octets that the redirected request had"),
            (0, now) => format!("the request for {uri} has a body of {now} octets, and the redirected request had none"),
            (before, now) => {
                format!("the request for {uri} has another body of {now} octets than the redirected request with its {before}")
            }
        };
        Draft::at(attempt.request.place, message)
    };
    Some(draft.with(request.place, "the request before it"))
}

/// Whether two bodies describe the same session but for the addresses and ports at which its media is received (RFC 4566, 5).
fn is_same_session(one: &[u8], other: &[u8]) -> bool {
    one.starts_with(b"v=") && what_is_offered(one) == what_is_offered(other)
}

/// The lines of a session description without what says where: origin, connection, candidates, and the port of a medium.
fn what_is_offered(body: &[u8]) -> Vec<Vec<u8>> {
    let says_where =
        |line: &[u8]| [&b"o="[..], b"c=", b"a=rtcp:", b"a=candidate:", b"a=end-of-candidates"].iter().any(|begin| line.starts_with(begin));
    let lines = body.split(|octet| *octet == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty() && !says_where(line));
    let without_port = |line: &[u8]| {
        let words = line.split(|octet| *octet == b' ').enumerate();
        words.filter(|(index, _)| !line.starts_with(b"m=") || *index != 1).flat_map(|(_, word)| [word, b" "].concat()).collect()
    };
    lines.map(without_port).collect()
}

#[cfg(test)]
mod tests {
    use super::{RULE, is_same_session};
    use crate::rules::Level;
    use crate::rules::scene::levels;
    use crate::rules::special::hop::proxied;

    fn sent(before: &str, now: &str) -> Vec<Level> {
        let script = proxied(
            "302 | Contact: <sip:bob@198.51.100.30>",
            &format!("0.3 proxy > target INVITE sip:bob@198.51.100.30 | BELOW2 | body:{now}"),
        );
        let script = script.replace("INVITE sip:bob@example.com |", &format!("INVITE sip:bob@example.com | body:{before} |"));
        levels(&RULE, &script.replace("INVITE sip:bob@192.0.2.20 |", &format!("INVITE sip:bob@192.0.2.20 | body:{before} |")))
    }

    #[test]
    fn a_lost_a_new_and_another_body_are_errors() {
        assert_eq!(sent("v=0", ""), [Level::Error]);
        assert_eq!(sent("", "v=0"), [Level::Error]);
        assert_eq!(sent("hello", "goodbye"), [Level::Error]);
        assert_eq!(sent("hello", "hello"), []);
    }

    #[test]
    fn a_proxy_that_goes_back_to_what_it_received_is_right() {
        let script =
            proxied("302 | Contact: <sip:bob@198.51.100.30>", "0.3 proxy > target INVITE sip:bob@198.51.100.30 | BELOW2 | body: a")
                .replace("INVITE sip:bob@example.com |", "INVITE sip:bob@example.com | body: a |");
        assert_eq!(levels(&RULE, &script), []);
    }

    #[test]
    fn where_the_media_goes_is_not_what_is_offered() {
        let session = |address: &str, port: &str, rest: &str| {
            format!("v=0\r\no=- 1 1 IN IP4 {address}\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\nm=audio {port} RTP/AVP 0\r\n{rest}")
                .into_bytes()
        };
        let one = session("192.0.2.10", "4000", "");
        assert!(is_same_session(&one, &session("192.0.2.50", "31000", "a=rtcp:31001\r\n")));
        assert!(!is_same_session(&one, &session("192.0.2.50", "31000", "a=sendonly\r\n")));
        assert!(!is_same_session(b"", &one));
        assert_eq!(sent("v=0\\nc=IN IP4 192.0.2.10", "v=0\\nc=IN IP4 192.0.2.50"), [Level::Warning]);
    }
}
