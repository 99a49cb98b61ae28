//! Takes a redirect, gives a finding where the client had cancelled its request and followed the 3xx all the same.
//!
//! RFC 3261, 9.1: a CANCEL says that the caller no longer wants the request; a 3xx that crosses it changes nothing about that.

use super::retry::{asks_for_its_contact, is_automatic, request_uri};
use crate::call::Redirect;
use crate::rules::words::seconds;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "recursed-after-cancel",
    section: Section::Redirect,
    level: Level::Warning,
    party: Party::Client,
    strength: Strength::Descriptive,
    clause: Clause::rfc3261("9.1"),
    summary: "the redirect was followed after the caller had hung up",
    rationale: "The caller has given up, the 3xx has merely crossed the CANCEL. A client that follows it rings a phone for nobody, and may \
                bring up a call that no one at the calling end is left to talk in.",
    remedy: "Remember that the request was cancelled, and take any final response to it as the end of the call.",
    example: "INVITE sip:bob@a, CANCEL sip:bob@a -> 302, Contact: <sip:bob@b> -> INVITE sip:bob@b\n\
              right: ACK the 302, and nothing more",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    // One that crossed the 3xx came too late to end anything.
    let cancel = redirect.cancel.filter(|cancel| asks_for_its_contact(redirect) && *cancel < redirect.response.place)?;
    let attempt = redirect.attempts.iter().find(|attempt| is_automatic(redirect, attempt))?;
    let message = format!(
        "the client had sent CANCEL, and still retried at {} {} after the {}",
        request_uri(attempt),
        seconds(attempt.request.time.nanos_since(redirect.response.time)),
        redirect.status,
    );
    let draft = Draft::at(attempt.request.place, message).with(cancel, "ends the call");
    Some(draft.with(redirect.response.place, "came after the CANCEL"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::levels;

    const CANCELLED: &str = "0.0 client > server INVITE sip:bob@192.0.2.20
        0.1 server > client 180
        3.0 client > server CANCEL
        3.1 server > client 200 CANCEL\n";

    #[test]
    fn a_retry_after_the_cancel_is_told() {
        let script = format!(
            "{CANCELLED}3.2 server > client 302 INVITE | Contact: <sip:bob@198.51.100.30>
             3.3 client > server ACK
             3.4 client > target INVITE sip:bob@198.51.100.30
             40 end"
        );
        assert_eq!(levels(&RULE, &script), [Level::Warning]);
    }

    #[test]
    fn a_redirect_that_is_left_alone_after_the_cancel_is_right() {
        let script =
            format!("{CANCELLED}3.2 server > client 302 INVITE | Contact: <sip:bob@198.51.100.30>\n3.3 client > server ACK\n40 end");
        assert_eq!(levels(&RULE, &script), []);
    }

    #[test]
    fn a_cancel_that_comes_after_the_redirect_ends_nothing() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
            0.2 client > server CANCEL
            0.3 client > target INVITE sip:bob@198.51.100.30
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }

    #[test]
    fn a_call_to_the_contact_that_may_have_been_dialled_by_hand_is_no_retry() {
        let script = format!(
            "{CANCELLED}3.2 server > client 302 INVITE | Contact: <sip:bob@198.51.100.30>
             3.3 client > server ACK
             9.0 client > target INVITE sip:bob@198.51.100.30 | Call-ID: two | From: <sip:alice@atlanta.example>;tag=two
             40 end"
        );
        assert_eq!(levels(&RULE, &script), []);
    }
}
