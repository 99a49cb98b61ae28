//! Takes an attempt, gives a finding where its To has a tag though it is outside a dialog.
//!
//! RFC 3261, 8.1.1.2: a request outside a dialog has no To tag; the tag of the 3xx belongs to a dialog that never came to be.

use super::retry::{earlier, request_uri};
use crate::call::{Attempt, Redirect};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "to-tag-carried-over",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::MustNot,
    clause: Clause::rfc3261("8.1.1.2"),
    summary: "the retry has a To tag, as if it were inside a dialog",
    rationale: "A To tag says that the request belongs to a dialog. The element at the Contact knows of none and answers 481, so a call that \
                was one step from success ends there.",
    remedy: "Build the new request from the To of the redirected request, not from that of the response.",
    example: "302, To: <sip:bob@a>;tag=9x -> INVITE sip:bob@b, To: <sip:bob@a>;tag=9x\n\
              right: INVITE sip:bob@b, To: <sip:bob@a>",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let tag = attempt.request.message.to_tag().filter(|_| !attempt.amended)?;
    // Without the redirected request nobody knows whether that was inside a dialog.
    let request = redirect.request.as_ref().filter(|request| request.message.to_tag().is_none() && !request.truncated)?;
    // A server that makes its tags from the call gives every response the same: then it is the dialog that an earlier attempt has made.
    if earlier(redirect, attempt).any(|earlier| earlier.to_tags.iter().any(|known| known == tag)) {
        return None;
    }
    let whose = if redirect.response.message.to_tag() == Some(tag) { format!(" of the {}", redirect.status) } else { String::new() };
    let effect = if attempt.outcome.is_some_and(|outcome| outcome.status == 481) { ", and was answered 481" } else { "" };
    let message =
        format!("the request for {} has the To tag {}{whose}, though it is outside a dialog{effect}", request_uri(attempt), text(tag));
    let draft = Draft::at(attempt.request.place, message).with(redirect.response.place, "the redirect");
    Some(draft.with(request.place, "the redirected request, without a To tag"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};

    #[test]
    fn the_tag_of_the_3xx_in_the_retry_is_an_error() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
            0.3 client > target INVITE sip:bob@198.51.100.30 | To: <sip:bob@192.0.2.20>;tag=bob1
            0.4 target > client 481
            40 end";
        let found = findings(&RULE, script);
        let [finding] = found.as_slice() else { panic!("one finding, found {found:?}") };
        assert_eq!(finding.level, Level::Error);
        assert_eq!(
            finding.message,
            "the request for sip:bob@198.51.100.30 has the To tag bob1 of the 302, though it is outside a dialog, and was answered 481"
        );
    }

    #[test]
    fn a_retry_without_a_to_tag_is_right() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.05 server > client 180
            0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
            0.3 client > target INVITE sip:bob@198.51.100.30
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }

    #[test]
    fn inside_a_dialog_the_tag_of_the_dialog_stays() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20 | To: <sip:bob@192.0.2.20>;tag=dialog
            0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
            0.3 client > target INVITE sip:bob@198.51.100.30 | To: <sip:bob@192.0.2.20>;tag=dialog
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }

    #[test]
    fn a_request_inside_the_dialog_that_the_retry_made_is_no_retry() {
        // The server makes its tags from the Call-ID, so the 302 and the 200 have the same.
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.1 server > client 302 | Contact: <sip:voicemail@192.0.2.20> | To: <sip:bob@192.0.2.20>;tag=same
            0.3 client > server INVITE sip:voicemail@192.0.2.20
            0.4 server > client 200 | To: <sip:bob@192.0.2.20>;tag=same
            9.0 client > server INVITE sip:voicemail@192.0.2.20 | To: <sip:bob@192.0.2.20>;tag=same
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }

    #[test]
    fn without_the_redirected_request_nothing_is_proved() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.1 server > client 302 | Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKlost | Contact: <sip:bob@198.51.100.30> | To: <sip:bob@192.0.2.20>;tag=x
            0.3 client > target INVITE sip:bob@198.51.100.30 | To: <sip:bob@192.0.2.20>;tag=x
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }
}
