//! Takes a later request to the original URI, gives a finding where the client had already gone back there once after a cached Contact failed.
//!
//! RFC 3261, 21.3.3: when the URI that was cached fails, the one that was redirected may be tried again a single time.

use crate::call::{LaterRequest, Watch};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "original-retried-repeatedly",
    section: Section::Redirect,
    level: Level::Warning,
    party: Party::Client,
    strength: Strength::May,
    clause: Clause::rfc3261("21.3.3"),
    summary: "after a cached Contact had failed, the original URI was tried more than once",
    rationale: "The way back to the original URI is there for the case that the user has moved on. It has been tried, and it has failed: a \
                client that tries again on its own knocks at a door behind which nobody is, for as long as its caller waits.",
    remedy: "Count the way back: one request at the original URI for each call whose cached Contact failed, and then give up.",
    example: "INVITE sip:bob@b (cached) -> 404, INVITE sip:bob@a -> 480, INVITE sip:bob@a\n\
              right: the call fails with the 480",
    check: Check::Later(check),
};

fn check(watch: &Watch, request: &LaterRequest) -> Option<Draft> {
    let repeated = request.repeats_fallback.as_ref()?;
    let message = format!(
        "{} was tried once more, after a cached Contact of the {} and then this URI had failed already",
        text(&request.uri),
        watch.status,
    );
    let draft = Draft::at(request.place, message).with(repeated.cached, "went to the cached Contact, and failed");
    Some(draft.with(repeated.first, "went back to the original URI, and failed").with(watch.place, "gives the Contact its lifetime"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::levels;

    const NEW: &str = "Call-ID: two | From: <sip:alice@atlanta.example>;tag=two";

    /// A call to the cached Contact that fails, and what comes after it.
    fn after(rest: &str) -> Vec<Level> {
        let script = format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>;expires=3600
             0.2 client > target INVITE sip:bob@198.51.100.30
             0.3 target > client 200
             60.0 client > target INVITE sip:bob@198.51.100.30 | {NEW} | CSeq: 1
             60.1 target > client 404
             {rest}
             900 end"
        );
        levels(&RULE, &script)
    }

    fn back(seconds: &str, cseq: u32, outcome: &str) -> String {
        format!("{seconds} client > server INVITE sip:bob@192.0.2.20 | {NEW} | CSeq: {cseq}\n{seconds}5 server > client {outcome}\n")
    }

    #[test]
    fn going_back_once_is_allowed() {
        assert_eq!(after(&back("60.2", 2, "480")), []);
    }

    #[test]
    fn going_back_twice_is_a_warning_and_each_time_more_another() {
        assert_eq!(after(&(back("60.2", 2, "480") + &back("60.3", 3, "480"))), [Level::Warning]);
        let thrice = back("60.2", 2, "480") + &back("60.3", 3, "480") + &back("60.4", 4, "480");
        assert_eq!(after(&thrice), [Level::Warning, Level::Warning]);
    }

    #[test]
    fn what_was_asked_to_be_sent_again_is_the_same_try() {
        assert_eq!(after(&(back("60.2", 2, "407") + &back("60.3", 3, "480"))), []);
    }

    #[test]
    fn a_server_that_did_not_answer_is_no_door_that_was_tried() {
        let other = format!("60.3 client > other INVITE sip:bob@192.0.2.20 | {NEW} | CSeq: 3");
        assert_eq!(after(&(back("60.2", 2, "503") + &other)), []);
    }

    #[test]
    fn a_new_call_by_hand_may_go_there() {
        let by_hand =
            "90 client > server INVITE sip:bob@192.0.2.20 | Call-ID: three | From: <sip:alice@atlanta.example>;tag=three | CSeq: 1";
        assert_eq!(after(&(back("60.2", 2, "480") + by_hand)), []);
    }
}
