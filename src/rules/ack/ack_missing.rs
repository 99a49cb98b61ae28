//! Takes a redirect, gives a finding where its 3xx to INVITE was never acknowledged.
//!
//! RFC 3261, 17.1.1.2. The ACK and the retry may come in either order, so no rule asks for one.

use super::acks;
use crate::call::{Redirect, Repeat, SECOND};
use crate::evidence::Transport;
use crate::rules::words::seconds;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "ack-missing",
    section: Section::Ack,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Must,
    clause: Clause::rfc3261("17.1.1.2"),
    summary: "the 3xx to INVITE was not acknowledged",
    rationale: "The server keeps its transaction and, over UDP, repeats the 3xx for 32 seconds until an ACK comes. Under load that is ten \
                times the traffic for every redirected call. Some servers count the missing ACK as a failed client and block it. Over UDP, where the \
                server does not repeat the 3xx, the ACK may only be missing from the capture, and it is a warning.",
    remedy: "Answer every final response from 300 to 699 to an INVITE with an ACK in the same transaction, over reliable transports too.",
    example: "INVITE sip:bob@a -> 302 -> 302 -> 302 ... and no ACK sip:bob@a\n\
              right: INVITE sip:bob@a -> 302 -> ACK sip:bob@a",
    check: Check::Redirect(check),
};

/// How long a server waits for the ACK, in nanoseconds: 64*T1 (RFC 3261, 17.2.1).
const TIMER_H: i64 = 32 * SECOND;

fn check(redirect: &Redirect) -> Option<Draft> {
    // Where the way from client to server is not in the capture, neither is an ACK.
    let request = redirect.request.as_ref().filter(|_| redirect.is_invite() && redirect.cover.client_visible)?;
    if redirect.response.truncated || acks::of(redirect).next().is_some() || was_not_heard(redirect) {
        return None;
    }
    let repeats: Vec<&Repeat> = redirect.repeats.iter().filter(|repeat| (300..400).contains(&repeat.status)).collect();
    let last = repeats.last().copied();
    let waits_in_vain = last.is_some_and(|last| repeats.len() > 1 || redirect.cover.until.nanos_since(last.time) >= SECOND);
    if !waits_in_vain && redirect.covered() < TIMER_H {
        return None;
    }
    let status = redirect.status;
    let within = || format!("within the {} that the capture covers", seconds(redirect.covered()));
    // A stream that is whole holds no unseen ACK. A datagram may be missing from the capture alone, and a server that goes silent has likely
    // got it, though one that keeps no state is silent anyway.
    let (level, message) = match last {
        Some(_) => (Level::Error, format!("no ACK followed the {status}, which the server sent {} times", repeats.len().saturating_add(1))),
        None if redirect.response.transport == Transport::Udp => {
            (Level::Warning, format!("no ACK followed the {status} {}; the server did not repeat it, so it may have got one", within()))
        }
        None if redirect.lost.is_some() => (
            Level::Warning,
            format!("no ACK followed the {status} {}; the capture lacks octets of the connection, which may have held it", within()),
        ),
        None => (Level::Error, format!("no ACK followed the {status} {}", within())),
    };
    let mut draft = Draft::at(redirect.response.place, message).level(level).with(request.place, "the redirected INVITE");
    if let Some(last) = last {
        draft = draft.with(last.place, "the server still repeats its response");
    }
    if let Some(attempt) = redirect.attempts.first() {
        draft = draft.with(attempt.request.place, "the client received the response: it acted on it");
    }
    Some(draft)
}

/// Whether the client went on sending the INVITE after the 3xx, and nothing else: then the 3xx did not reach it.
fn was_not_heard(redirect: &Redirect) -> bool {
    redirect.attempts.is_empty() && redirect.request_repeats.iter().any(|place| *place > redirect.response.place)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels, play};

    #[test]
    fn a_3xx_that_is_repeated_and_never_acknowledged_is_an_error() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
            0.2 client > target INVITE sip:bob@198.51.100.30
            0.6 server > client again
            1.6 server > client again
            2.0 end";
        let found = findings(&RULE, script);
        let [finding] = found.as_slice() else { panic!("one finding, found {found:?}") };
        assert_eq!((finding.level, finding.primary.frame), (Level::Error, 2));
        assert_eq!(finding.message, "no ACK followed the 302, which the server sent 3 times");
        let frames: Vec<u64> = finding.related.iter().map(|related| related.place.frame).collect();
        assert_eq!(frames, [1, 5, 3], "the INVITE, the last repetition, the attempt");
    }

    #[test]
    fn a_reliable_transport_wants_an_ack_too() {
        let script = "0.0 client > server/tcp INVITE sip:bob@192.0.2.20
            0.1 server > client/tcp 302 | Contact: <sip:bob@198.51.100.30>
            0.2 client > target INVITE sip:bob@198.51.100.30
            40 end";
        assert_eq!(levels(&RULE, script), [Level::Error]);
    }

    #[test]
    fn an_ack_that_may_lie_in_a_hole_of_its_connection_is_not_missing_for_sure() {
        let script = |lost: &str| {
            format!(
                "0.0 client > server/tcp INVITE sip:bob@192.0.2.20
                 0.1 server > client/tcp 302 | Contact: <sip:bob@198.51.100.30>
                 0.2 client > target INVITE sip:bob@198.51.100.30
                 {lost}
                 40 end"
            )
        };
        assert_eq!(levels(&RULE, &script("0.3 client > server LOST")), [Level::Warning]);
        for elsewhere in ["0.3 server > client LOST", "0.3 client > target LOST", "0.3 192.0.2.10:5070 > server LOST"] {
            assert_eq!(levels(&RULE, &script(elsewhere)), [Level::Error], "{elsewhere}");
        }
        let before = script("").replace("0.1 server", "0.05 client > server LOST\n0.1 server");
        assert_eq!(levels(&RULE, &before), [Level::Error]);
    }

    #[test]
    fn over_udp_a_server_that_is_silent_may_have_got_it() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
            0.2 client > target INVITE sip:bob@198.51.100.30
            40 end";
        assert_eq!(levels(&RULE, script), [Level::Warning]);
        assert_eq!(levels(&RULE, &script.replace("40 end", "20 end")), []);
    }

    #[test]
    fn the_ack_may_come_after_the_retry() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
            0.2 client > target INVITE sip:bob@198.51.100.30
            0.3 client > server ACK
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }

    #[test]
    fn a_capture_that_ends_right_after_the_302_proves_nothing() {
        for rest in ["0.2 end", "0.6 server > client again", "0.6 server > client again\n1.5 end", "20 end"] {
            let script = format!(
                "0.0 client > server INVITE sip:bob@192.0.2.20
                 0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
                 {rest}"
            );
            assert_eq!(levels(&RULE, &script), [], "{rest}");
        }
    }

    #[test]
    fn where_the_invite_is_not_captured_its_ack_may_not_be_either() {
        // A response in a script answers a request on its own way; here it is made that of an INVITE on another path.
        let script = "0.0 client > server OPTIONS sip:192.0.2.20
            0.1 server > client 302 | Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKlost | CSeq: 1 INVITE | Contact: <sip:bob@198.51.100.30>
            0.6 server > client again
            1.6 server > client again
            9.0 client > server OPTIONS sip:192.0.2.20
            40 end";
        assert_eq!(play(script).redirects.len(), 1);
        assert_eq!(levels(&RULE, script), []);
    }

    #[test]
    fn only_an_invite_has_an_ack() {
        for method in ["MESSAGE", "REGISTER", "OPTIONS"] {
            let script = format!(
                "0.0 client > server {method} sip:bob@192.0.2.20
                 0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
                 0.6 server > client again
                 1.6 server > client again
                 40 end"
            );
            assert_eq!(levels(&RULE, &script), [], "{method}");
        }
    }

    #[test]
    fn a_client_that_goes_on_sending_its_invite_has_not_heard_the_302() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
            0.5 client > server again
            0.6 server > client again
            1.5 client > server again
            1.6 server > client again
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }

    #[test]
    fn a_302_that_the_capture_cut_short_proves_nothing() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.1 server > client 302 | flag: truncated
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }
}
