//! Takes a later request of a client that was told of a move for good, gives a finding where it went to the old URI again.
//!
//! RFC 3261, 21.3.2: the client should bring its directories up to date, and send later requests to the new address.

use crate::call::{LaterRequest, Lifetime, SECOND, Use, Watch};
use crate::rules::words::{seconds, text};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "moved-permanently-ignored",
    section: Section::Redirect,
    level: Level::Warning,
    party: Party::Client,
    strength: Strength::Should,
    clause: Clause::rfc3261("21.3.2"),
    summary: "a later request went to the URI from which the user has moved for good",
    rationale: "A 301 is the opposite of a 302: the old address is over, and its server will not answer for ever. A client that begins there \
                each time costs its caller a round trip, and one day the call. A user who dials the old number from a list of calls makes \
                the same picture, so it is a warning.",
    remedy: "Replace the old URI by the Contact of the 301 wherever it is stored, and begin the next request there.",
    example: "301, Contact: <sip:bob@b> -> INVITE sip:bob@b, and in the next call: INVITE sip:bob@a\n\
              right: in the next call: INVITE sip:bob@b",
    check: Check::Later(check),
};

fn check(watch: &Watch, request: &LaterRequest) -> Option<Draft> {
    let since = request.time.nanos_since(watch.time);
    let is_valid = |lifetime: Lifetime| match lifetime {
        Lifetime::Once => true,
        Lifetime::Seconds(seconds) => since <= i64::from(seconds).saturating_mul(SECOND),
    };
    let target = watch.targets.iter().find(|target| target.usable && !target.uri.equals(&watch.original) && is_valid(target.lifetime))?;
    // A client that goes back from the new address when that does not answer has not ignored it.
    if watch.status != 301 || request.shows != Use::Original || request.is_fallback {
        return None;
    }
    let message = format!(
        "a new request went to {} {} after the 301; the user has moved to {}",
        text(&request.uri),
        seconds(since),
        text(&target.text),
    );
    Some(Draft::at(request.place, message).with(watch.place, "says that the user has moved for good"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::levels;

    fn script(response: &str, later: &str) -> String {
        format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client {response}
             0.2 client > target INVITE sip:bob@198.51.100.30
             0.3 target > client 200
             {later}
             9000 end"
        )
    }

    const NEW: &str = "Call-ID: two | From: <sip:alice@atlanta.example>;tag=two | CSeq: 1";

    fn later(response: &str, seconds: &str) -> Vec<Level> {
        levels(&RULE, &script(response, &format!("{seconds} client > server INVITE sip:bob@192.0.2.20 | {NEW}")))
    }

    #[test]
    fn the_old_uri_after_a_301_is_a_warning() {
        assert_eq!(later("301 | Contact: <sip:bob@198.51.100.30>", "60"), [Level::Warning]);
        assert_eq!(later("301 | Contact: <sip:bob@198.51.100.30>;expires=600", "60"), [Level::Warning]);
    }

    #[test]
    fn the_old_uri_after_a_302_is_right() {
        assert_eq!(later("302 | Contact: <sip:bob@198.51.100.30>", "60"), []);
    }

    #[test]
    fn a_301_whose_lifetime_is_over_says_nothing_more() {
        assert_eq!(later("301 | Contact: <sip:bob@198.51.100.30>;expires=60", "90"), []);
        assert_eq!(later("301 | Contact: <sip:bob@198.51.100.30> | Expires: 60", "90"), []);
    }

    #[test]
    fn a_301_that_names_nowhere_to_go_leaves_the_old_uri() {
        assert_eq!(later("301 | Subject: none", "60"), []);
        assert_eq!(later("301 | Contact: <mailto:bob@example.com>", "60"), []);
    }

    #[test]
    fn the_new_address_is_right() {
        let later = format!("60 client > target INVITE sip:bob@198.51.100.30 | {NEW} | To: <sip:bob@192.0.2.20>");
        assert_eq!(levels(&RULE, &script("301 | Contact: <sip:bob@198.51.100.30>", &later)), []);
    }

    #[test]
    fn going_back_when_the_new_address_fails_is_right() {
        let later = format!(
            "60 client > target INVITE sip:bob@198.51.100.30 | {NEW} | To: <sip:bob@192.0.2.20>
             60.1 target > client 404
             60.2 client > server INVITE sip:bob@192.0.2.20 | {NEW} | CSeq: 2"
        );
        assert_eq!(levels(&RULE, &script("301 | Contact: <sip:bob@198.51.100.30>", &later)), []);
    }

    #[test]
    fn going_back_when_nobody_answers_at_the_new_address_is_right() {
        let moved = "301 | Contact: <sip:bob@198.51.100.30>";
        let asked = format!("60 client > target INVITE sip:bob@198.51.100.30 | {NEW} | To: <sip:bob@192.0.2.20>");
        let anew = "Call-ID: three | From: <sip:alice@atlanta.example>;tag=three | CSeq: 1";
        let back = |seconds: &str, headers: &str| {
            let error = "60.1 client > target ICMP port-unreachable";
            levels(&RULE, &script(moved, &format!("{asked}\n{error}\n{seconds} client > server INVITE sip:bob@192.0.2.20 | {headers}")))
        };
        assert_eq!(back("60.2", &format!("{NEW} | CSeq: 2")), []);
        assert_eq!(back("92.1", anew), [], "behind Timer B");
        assert_eq!(back("150", anew), [Level::Warning], "a new call by hand begins at the old URI");
    }
}
