//! Takes a redirect, gives a finding where the Contact that was tried failed and the client stopped with others left.
//!
//! RFC 3261, 8.1.3.4: a client should try the targets one after the other until one of them takes the call.

use crate::call::{Attempt, Redirect, Role, Target};
use crate::evidence::{Place, Timestamp};
use crate::rules::words::{seconds, text};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "next-contact-not-tried",
    section: Section::Redirect,
    level: Level::Warning,
    party: Party::Client,
    strength: Strength::Should,
    clause: Clause::rfc3261("8.1.3.4"),
    summary: "a Contact failed and the next one was not tried",
    rationale: "The server has named several places where the user may be. A client that stops at the first that fails throws the others \
                away, so a second phone, or the voicemail behind them all, is never reached.",
    remedy: "Keep all Contacts as targets; after a response of 400 and above, or none at all, go on with the next.",
    example: "302, Contact: <sip:bob@b>, <sip:bob@c> -> INVITE sip:bob@b -> 480, and nothing more\n\
              right: INVITE sip:bob@c",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    // A 300 leaves the choice to the user; a proxy may hand what is left to the caller (RFC 3261, 16.7).
    let asked = matches!(redirect.status, 301 | 302) && redirect.role == Role::Uac;
    let unsure = redirect.candidate.is_some()
        || redirect.hidden.is_some()
        || redirect.lost.is_some()
        || redirect.rival.is_some()
        || redirect.cancel.is_some()
        || !redirect.cover.client_visible;
    if !asked || unsure || redirect.attempts.iter().any(is_open_or_taken) {
        return None;
    }
    let last = redirect.attempts.last().filter(|last| last.contact.is_some())?;
    let (place, over, fate) = failure(last)?;
    let silence = redirect.cover.until.nanos_since(over);
    let left = left(redirect)?;
    if silence < redirect.patience {
        return None;
    }
    let failed = text(last.request.message.request_uri().unwrap_or_default());
    let message = format!(
        "{failed} {fate}, and the Contact {} was not tried within the {} that the capture covers after {}",
        text(&left.text),
        seconds(silence),
        if last.outcome.is_some() { "that" } else { "the attempt was over at the latest" },
    );
    let draft = Draft::at(place, message).with(redirect.response.place, "names the Contacts");
    let draft = draft.with(last.request.place, "the attempt that failed");
    Some(match last.retransmissions.last().filter(|_| last.outcome.is_none()) {
        Some(again) => draft.with(*again, "its last transmission"),
        None => draft,
    })
}

/// Whether an attempt was taken, is not decided yet, or was redirected, so that the chain goes on elsewhere.
fn is_open_or_taken(attempt: &Attempt) -> bool {
    attempt.outcome.map_or(attempt.transport_error().is_none(), |outcome| outcome.status < 400)
}

/// How an attempt failed: where that shows, when it was over at the latest, and what happened; nothing where this target did not fail.
fn failure(attempt: &Attempt) -> Option<(Place, Timestamp, String)> {
    if let Some(error) = attempt.transport_error() {
        // RFC 3261, 8.1.3.1: a transport error counts as a 503. A client to which nobody tells it learns of it by Timer B alone.
        return Some((
            error.place,
            attempt.over_by().max(error.time),
            format!("could not be reached ({})", error.why.name().replace('-', " ")),
        ));
    }
    let outcome = attempt.outcome.filter(|outcome| is_failure_of_target(outcome.status))?;
    Some((outcome.place, outcome.time, format!("answered {}", outcome.status)))
}

/// Whether a response says that this target failed: not that something is to be added, that the caller hung up, or that it is so everywhere.
const fn is_failure_of_target(status: u16) -> bool {
    matches!(status, 400..=599) && !matches!(status, 401 | 407 | 412 | 413 | 415 | 416 | 420..=423 | 428 | 487 | 491 | 494)
}

/// The first Contact that was never asked and that the capture would have shown being asked.
fn left(redirect: &Redirect) -> Option<&Target> {
    let mut untried = redirect.untried().filter_map(|index| redirect.targets.get(index).map(|target| (index, target)));
    let is_asked = |index: usize, target: &Target| {
        redirect.attempts.iter().any(|attempt| attempt.contact == Some(index) || attempt.uri.equals(&target.uri))
    };
    untried
        .find(|(index, target)| !is_asked(*index, target) && target.uri.next_hop().is_some_and(|hop| !hop.secure))
        .map(|(_, target)| target)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::levels;

    fn played(contacts: &str, rest: &str) -> Vec<Level> {
        let script = format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 302 | Contact: {contacts}
             0.2 client > target INVITE sip:bob@198.51.100.30
             {rest}"
        );
        levels(&RULE, &script)
    }

    const TWO: &str = "<sip:bob@198.51.100.30>, <sip:bob@203.0.113.40>";

    #[test]
    fn a_connection_counts_as_a_hidden_try_until_a_request_is_seen_on_it() {
        let script = |opened: &str| {
            format!(
                "0.0 client > server INVITE sip:bob@192.0.2.20
                 0.1 server > client 302 | Contact: <sip:bob@198.51.100.30;transport=tcp>, <sip:bob@203.0.113.40>
                 0.15 client > {opened} SYN
                 0.2 client > target/tcp INVITE sip:bob@198.51.100.30;transport=tcp
                 0.3 target > client/tcp 486
                 40 end"
            )
        };
        assert_eq!(levels(&RULE, &script("198.51.100.30:5060")), [Level::Warning]);
        assert_eq!(levels(&RULE, &script("203.0.113.40:5060")), []);
    }

    #[test]
    fn a_try_that_may_lie_in_a_hole_of_the_connection_is_not_missing_for_sure() {
        let script = |lost: &str| {
            format!(
                "0.0 client > server/tcp INVITE sip:bob@192.0.2.20
                 0.1 server > client/tcp 302 | Contact: {TWO}
                 0.2 client > target INVITE sip:bob@198.51.100.30
                 0.3 target > client 486
                 0.4 client > {lost} LOST
                 40 end"
            )
        };
        assert_eq!(levels(&RULE, &script("target")), [Level::Warning]);
        assert_eq!(levels(&RULE, &script("server")), []);
    }

    #[test]
    fn a_client_that_stops_at_the_first_failure_is_told() {
        for status in [404, 408, 480, 486, 500, 503] {
            assert_eq!(played(TWO, &format!("0.3 target > client {status}\n40 end")), [Level::Warning], "{status}");
        }
    }

    #[test]
    fn a_contact_that_cannot_be_reached_has_failed() {
        let error = "0.3 client > target ICMP port-unreachable";
        assert_eq!(played(TWO, &format!("{error}\n40 end")), [Level::Warning]);
        assert_eq!(played(TWO, &format!("{error}\n0.4 target > client 200\n40 end")), []);
        assert_eq!(played(TWO, &format!("{error}\n0.4 client > other INVITE sip:bob@203.0.113.40\n0.5 other > client 200\n40 end")), []);
        assert_eq!(played(TWO, "0.3 client > server ICMP port-unreachable\n40 end"), []);
    }

    #[test]
    fn a_client_that_is_deaf_to_errors_has_until_its_attempt_is_over() {
        let error = "0.3 client > target ICMP port-unreachable";
        let again = |seconds: &[f64]| {
            seconds.iter().fold(String::new(), |lines, after| lines + &format!("{} client > target again\n", 0.2 + after))
        };
        let played = |rest: &str, end: f64| played(TWO, &format!("{error}\n{rest}{end} end"));
        let timer_a = [0.5, 1.5, 3.5, 7.5, 15.5, 31.5];
        assert_eq!(played(&again(&timer_a), 37.0), [], "Timer B ends it at 32.2 s");
        assert_eq!(played(&again(&timer_a), 37.3), [Level::Warning]);
        assert_eq!(played(&again(&timer_a[..5]), 36.0), [], "the next would have come at 31.7 s");
        assert_eq!(played(&again(&timer_a[..4]), 20.0), [], "the next would have come at 15.7 s");
        assert_eq!(played(&again(&timer_a[..4]), 21.0), [Level::Warning], "it came not, so the attempt was over");
        assert_eq!(played(&again(&[1.0, 3.0, 7.0, 15.0, 31.0]), 60.0), [], "a T1 of 1 s makes Timer B 64 s");
        assert_eq!(played("", 5.6), []);
        assert_eq!(played("", 5.8), [Level::Warning]);
        let next = "32.3 client > other INVITE sip:bob@203.0.113.40\n32.4 other > client 200\n";
        assert_eq!(played(&(again(&timer_a) + next), 60.0), []);
    }

    #[test]
    fn a_contact_that_says_it_is_trying_was_reached() {
        let rest = "0.3 client > target ICMP host-unreachable\n0.7 client > target again\n0.8 target > client 100 | To: <sip:bob@192.0.2.20>\n60 end";
        assert_eq!(played(TWO, rest), []);
    }

    #[test]
    fn over_a_connection_no_retransmission_tells_whether_the_client_still_waits() {
        let script = |end: &str| {
            format!(
                "0.0 client > server INVITE sip:bob@192.0.2.20
                 0.1 server > client 302 | Contact: <sip:bob@198.51.100.30;transport=tcp>, <sip:bob@203.0.113.40>
                 0.2 client > target/tcp INVITE sip:bob@198.51.100.30;transport=tcp
                 0.3 client > target ICMP host-unreachable
                 {end} end"
            )
        };
        assert_eq!(levels(&RULE, &script("30")), []);
        assert_eq!(levels(&RULE, &script("40")), [Level::Warning]);
    }

    #[test]
    fn a_client_that_goes_on_is_right() {
        assert_eq!(
            played(TWO, "0.3 target > client 486\n0.4 client > other INVITE sip:bob@203.0.113.40\n0.5 other > client 486\n40 end"),
            []
        );
    }

    #[test]
    fn a_call_that_was_taken_or_still_rings_needs_no_other_contact() {
        for response in ["200", "180", "302 | Contact: <sip:bob@192.0.2.99>"] {
            assert_eq!(played(TWO, &format!("0.3 target > client {response}\n40 end")), [], "{response}");
        }
    }

    #[test]
    fn a_refusal_for_everywhere_a_challenge_and_a_hang_up_end_the_search() {
        for status in [600, 603, 401, 407, 422, 487] {
            assert_eq!(played(TWO, &format!("0.3 target > client {status}\n40 end")), [], "{status}");
        }
    }

    #[test]
    fn a_capture_that_ends_too_soon_proves_nothing() {
        assert_eq!(played(TWO, "0.3 target > client 486\n4.0 end"), []);
    }

    #[test]
    fn only_contacts_that_sip_can_reach_and_a_capture_can_show_count() {
        for second in
            ["<mailto:bob@example.com>", "<tel:+15550123>", "<sips:bob@203.0.113.40>", "<sip:bob@192.0.2.20>", "<sip:bob@198.51.100.30;x>"]
        {
            assert_eq!(played(&format!("<sip:bob@198.51.100.30>, {second}"), "0.3 target > client 486\n40 end"), [], "{second}");
        }
    }

    #[test]
    fn all_contact_headers_count() {
        assert_eq!(played("<sip:bob@198.51.100.30> | m: <sip:bob@203.0.113.40>", "0.3 target > client 486\n40 end"), [Level::Warning]);
    }
}
