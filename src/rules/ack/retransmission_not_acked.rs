//! Takes a redirect, gives a finding where the client acknowledged the 3xx once and not its repetitions.
//!
//! RFC 3261, 17.1.1.2: in the state Completed, which lasts 32 seconds over UDP, every repetition of the final response is acknowledged.

use super::acks;
use crate::call::{Redirect, Repeat, SECOND};
use crate::evidence::Transport;
use crate::rules::words::seconds;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "retransmission-not-acked",
    section: Section::Ack,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Must,
    clause: Clause::rfc3261("17.1.1.2"),
    summary: "a repeated 3xx was not acknowledged again",
    rationale: "A server repeats its 3xx because the first ACK was lost on the way. A client that answers no repetition leaves it repeating \
                for 32 seconds: one lost packet becomes eleven.",
    remedy: "Keep the INVITE transaction for 32 seconds after the 3xx (Timer D, over UDP) and send the same ACK for every repetition.",
    example: "302 -> ACK -> 302 -> 302 -> ...\n\
              right: 302 -> ACK -> 302 -> ACK",
    check: Check::Redirect(check),
};

/// How long the client must acknowledge repetitions: Timer D, at least 32 s over UDP.
const TIMER_D: i64 = 32 * SECOND;
/// How soon an ACK follows what it acknowledges, an overloaded client included.
const REACTION: i64 = 2 * SECOND;
/// So many ACKs show that the client acknowledges repetitions; Timer G makes no more than eleven of them.
const PLENTY: usize = 32;

fn check(redirect: &Redirect) -> Option<Draft> {
    let first = acks::of(redirect).next()?;
    let acks = acks::of(redirect).count();
    if redirect.transport != Transport::Udp || !redirect.is_invite() || acks > PLENTY {
        return None;
    }
    let is_due = |repeat: &&Repeat| (300..400).contains(&repeat.status) && repeat.time.nanos_since(redirect.response.time) < TIMER_D;
    let repeats: Vec<&Repeat> = redirect.repeats.iter().filter(is_due).collect();
    // A repetition may be lost between the point of capture and the client; the one after it is then acknowledged. So the last one tells.
    let last = repeats.last()?;
    let is_seen = redirect.cover.until.nanos_since(last.time) >= REACTION;
    let sent = redirect.repeats.iter().filter(|repeat| (300..400).contains(&repeat.status)).count().saturating_add(1);
    if !is_seen || acks >= sent || acks::of(redirect).any(|ack| ack.place > last.place || ack.time >= last.time) {
        return None;
    }
    let message = format!(
        "the {} was repeated after {} and not acknowledged again: the server sent it {sent} times, the client {}",
        redirect.status,
        seconds(last.time.nanos_since(redirect.response.time)),
        if acks == 1 { "one ACK".to_owned() } else { format!("{acks} ACKs") },
    );
    Some(
        Draft::at(last.place, message)
            .with(redirect.response.place, "the response as first sent")
            .with(first.place, "the client acknowledged it once"),
    )
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};

    fn after_the_first_ack(rest: &str) -> String {
        format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
             0.2 client > server ACK
             {rest}"
        )
    }

    #[test]
    fn repetitions_that_are_not_acknowledged_are_an_error() {
        let script = after_the_first_ack("0.6 server > client again\n1.6 server > client again\n40 end");
        let found = findings(&RULE, &script);
        let [finding] = found.as_slice() else { panic!("one finding, found {found:?}") };
        assert_eq!((finding.level, finding.primary.frame), (Level::Error, 5));
        assert_eq!(
            finding.message,
            "the 302 was repeated after 1.5 s and not acknowledged again: the server sent it 3 times, the client one ACK"
        );
    }

    #[test]
    fn a_repetition_that_is_acknowledged_is_right() {
        for rest in [
            "0.6 server > client again\n0.7 client > server ACK\n40 end",
            // The ACK for the first repetition is lost before the point of capture, or the repetition behind it: the next one is acknowledged.
            "0.6 server > client again\n1.6 server > client again\n1.7 client > server ACK\n40 end",
            "0.6 server > client again\n0.7 client > server again\n40 end",
        ] {
            assert_eq!(levels(&RULE, &after_the_first_ack(rest)), [], "{rest}");
        }
    }

    #[test]
    fn an_ack_that_the_capture_shows_ahead_of_its_repetition_counts() {
        let script = after_the_first_ack("0.599 client > server again\n0.6 server > client again\n40 end");
        assert_eq!(levels(&RULE, &script), []);
    }

    #[test]
    fn the_capture_must_go_on_long_enough_to_show_the_ack() {
        assert_eq!(levels(&RULE, &after_the_first_ack("0.6 server > client again\n1.6 end")), []);
    }

    #[test]
    fn after_timer_d_the_client_may_have_forgotten_the_transaction() {
        let script = after_the_first_ack("0.6 server > client again\n0.7 client > server ACK\n32.2 server > client again\n60 end");
        assert_eq!(levels(&RULE, &script), []);
    }

    #[test]
    fn without_any_ack_it_is_another_fault() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
            0.6 server > client again
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }

    #[test]
    fn a_reliable_transport_repeats_nothing_that_would_be_due() {
        let script = "0.0 client > server/tcp INVITE sip:bob@192.0.2.20
            0.1 server > client/tcp 302 | Contact: <sip:bob@198.51.100.30>
            0.2 client > server/tcp ACK
            0.6 server > client/tcp again
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }
}
