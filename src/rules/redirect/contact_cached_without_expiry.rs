//! Takes a later request of a redirected client, gives a finding where it went straight to a Contact that was not to be kept.
//!
//! RFC 3261, 21.3.3: without an explicit expiry the Contact is valid once, for the recursion, and is not cached.

use crate::call::{LaterRequest, Use, Watch};
use crate::rules::words::{seconds, text};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "contact-cached-without-expiry",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::MustNot,
    clause: Clause::rfc3261("21.3.3"),
    summary: "a later request went straight to a Contact that was given no lifetime",
    rationale: "A 302 without an expiry says where the user is for this one request. Whoever keeps the address goes on calling the holiday \
                flat, the colleague's desk or the failed-over site long after the forwarding has ended, and no server can tell it otherwise \
                because it is not asked any more.",
    remedy: "Forget the Contacts of a 302 without `expires` with the call, and begin the next one at the original URI.",
    example: "302, Contact: <sip:bob@b> -> INVITE sip:bob@b, and in the next call: INVITE sip:bob@b\n\
              right: in the next call: INVITE sip:bob@a",
    check: Check::Later(check),
};

fn check(watch: &Watch, request: &LaterRequest) -> Option<Draft> {
    if request.shows != Use::CachedWithoutExpiry {
        return None;
    }
    let message = format!(
        "a new request went to {} {} after the {}, which gave that Contact no lifetime; it should have begun at {}",
        text(&request.uri),
        seconds(request.time.nanos_since(watch.time)),
        watch.status,
        text(watch.original.as_bytes()),
    );
    Some(Draft::at(request.place, message).with(watch.place, "gives the Contact without a lifetime"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};

    fn played(status: u16, contact: &str, later: &str) -> Vec<Level> {
        levels(&RULE, &script(status, contact, later))
    }

    fn script(status: u16, contact: &str, later: &str) -> String {
        format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client {status} | Contact: {contact}
             0.2 client > target INVITE sip:bob@198.51.100.30
             0.3 target > client 200
             9.0 client > target BYE sip:bob@198.51.100.30 | To: <sip:bob@192.0.2.20>;tag=bob2
             9.1 target > client 200
             {later}
             200 end"
        )
    }

    /// A new call that says in its To that the user dialled the original URI.
    const NEW_CALL: &str = "Call-ID: two | From: <sip:alice@atlanta.example>;tag=two | CSeq: 1";

    #[test]
    fn the_next_call_straight_to_the_contact_is_an_error() {
        let later = format!("60.0 client > target INVITE sip:bob@198.51.100.30 | {NEW_CALL}");
        for contact in ["<sip:bob@198.51.100.30>", "<sip:bob@198.51.100.30>;expires=0", "<sip:bob@198.51.100.30>;q=1"] {
            assert_eq!(played(302, contact, &later), [Level::Error], "{contact}");
        }
    }

    #[test]
    fn the_message_says_when_and_where_it_should_have_begun() {
        let later = format!("60.1 client > target INVITE sip:bob@198.51.100.30 | {NEW_CALL}");
        let found = findings(&RULE, &script(302, "<sip:bob@198.51.100.30>", &later));
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "a new request went to sip:bob@198.51.100.30 60.0 s after the 302, which gave that Contact no lifetime; it should have begun at \
              sip:bob@192.0.2.20"
            ]
        );
    }

    #[test]
    fn the_next_call_at_the_original_uri_is_right() {
        let later = format!("60.0 client > server INVITE sip:bob@192.0.2.20 | {NEW_CALL}");
        assert_eq!(played(302, "<sip:bob@198.51.100.30>", &later), []);
    }

    #[test]
    fn a_fresh_redirect_allows_its_contact_again() {
        let later = format!(
            "60.0 client > server INVITE sip:bob@192.0.2.20 | {NEW_CALL}
             60.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
             60.2 client > target INVITE sip:bob@198.51.100.30 | Call-ID: two | From: <sip:alice@atlanta.example>;tag=two"
        );
        assert_eq!(played(302, "<sip:bob@198.51.100.30>", &later), []);
    }

    #[test]
    fn a_request_inside_the_dialog_goes_to_the_contact_of_the_dialog() {
        let later = "60.0 client > target INVITE sip:bob@198.51.100.30 | To: <sip:bob@192.0.2.20>;tag=bob2";
        assert_eq!(played(302, "<sip:bob@198.51.100.30>", later), []);
    }

    #[test]
    fn a_contact_that_the_user_dialled_was_not_cached() {
        let later = format!("60.0 client > target INVITE sip:bob@198.51.100.30 | {NEW_CALL} | To: <sip:bob@198.51.100.30>");
        assert_eq!(played(302, "<sip:bob@198.51.100.30>", &later), []);
    }

    #[test]
    fn moved_for_good_may_be_kept() {
        let later = format!("60.0 client > target INVITE sip:bob@198.51.100.30 | {NEW_CALL}");
        assert_eq!(played(301, "<sip:bob@198.51.100.30>", &later), []);
    }

    #[test]
    fn a_lifetime_allows_the_contact_while_it_lasts() {
        let later = format!("60.0 client > target INVITE sip:bob@198.51.100.30 | {NEW_CALL}");
        for contact in
            ["<sip:bob@198.51.100.30>;expires=120", "<sip:bob@198.51.100.30> | Expires: 120", "<sip:bob@198.51.100.30>;expires=soon"]
        {
            assert_eq!(played(302, contact, &later), [], "{contact}");
        }
    }

    #[test]
    fn another_caller_and_another_callee_keep_nothing() {
        let caller = "Call-ID: two | From: <sip:carol@atlanta.example>;tag=two";
        assert_eq!(played(302, "<sip:bob@198.51.100.30>", &format!("60.0 client > target INVITE sip:bob@198.51.100.30 | {caller}")), []);
        let callee = format!("{NEW_CALL} | To: <sip:dave@192.0.2.20>");
        assert_eq!(played(302, "<sip:bob@198.51.100.30>", &format!("60.0 client > target INVITE sip:bob@198.51.100.30 | {callee}")), []);
    }
}
