//! Takes an attempt, gives a finding where the body of the redirected request was dropped, or one of another type put in its place.
//!
//! RFC 3261, 8.1.3.4: but for what redirection asks for, the header fields and bodies of the original request are used again.

use super::retry::Retry;
use crate::call::{Attempt, Kept, Redirect, Role};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "body-not-reused",
    section: Section::Redirect,
    level: Level::Warning,
    party: Party::Client,
    strength: Strength::Should,
    clause: Clause::rfc3261("8.1.3.4"),
    summary: "the retry has not the body that the redirected request had",
    rationale: "The new address is to get the request that the old one got: the offer, the text of the message, the published state. Without \
                it the called side makes the offer itself, which not every client takes, or gets an empty message. An offer of another \
                version is still the same offer.",
    remedy: "Send the body of the original request with the retry, with its Content-Type; what is negotiated in it may be brought up to date.",
    example: "INVITE sip:bob@a with an SDP offer -> 302 -> INVITE sip:bob@b without a body\n\
              right: INVITE sip:bob@b with the same offer",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let retry = Retry::of(redirect, attempt)?;
    let request = redirect.request.as_ref()?;
    let sent = &attempt.request;
    let unsure = request.truncated || sent.truncated || redirect.role == Role::Proxy || sent.message.method() != redirect.method;
    // RFC 3261, 19.1.5: the Contact may bring a body of its own.
    if unsure || request.message.body().is_empty() || retry.target.uri.headers().iter().any(|header| header.is("body")) {
        return None;
    }
    let (had, has) = (media_type(request), media_type(sent));
    let told = |media_type: &[u8]| text(media_type).to_ascii_lowercase();
    let message = if sent.message.body().is_empty() {
        format!("the request for {} has no body; the redirected request has one of type {}", retry.request_uri(), told(had))
    } else if !had.eq_ignore_ascii_case(has) {
        let (uri, had, has) = (retry.request_uri(), told(had), told(has));
        format!("the request for {uri} has a body of type {has}; that of the redirected request is {had}")
    } else {
        return None;
    };
    let draft = Draft::at(sent.place, message).with(request.place, "has the body");
    Some(draft.with(redirect.response.place, "the redirect"))
}

/// The media type that a message declares, without parameters.
fn media_type(sent: &Kept) -> &[u8] {
    let value = sent.message.content_type().unwrap_or(b"unknown");
    value.split(|octet| *octet == b';').next().unwrap_or_default().trim_ascii()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::levels;

    const OFFER: &str = "Content-Type: application/sdp | body: v=0 o=- 1 1";

    fn retried(asked: &str, contact: &str, retry: &str) -> Vec<Level> {
        let script = format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20 | {asked}
             0.1 server > client 302 | Contact: {contact}
             0.3 client > target INVITE sip:bob@198.51.100.30 | {retry}
             40 end"
        );
        levels(&RULE, &script)
    }

    const BOB: &str = "<sip:bob@198.51.100.30>";

    #[test]
    fn a_body_that_was_dropped_is_missed() {
        assert_eq!(retried(OFFER, BOB, "Subject: x"), [Level::Warning]);
    }

    #[test]
    fn a_body_of_another_type_is_another_body() {
        assert_eq!(retried(OFFER, BOB, "Content-Type: text/plain | body: hello"), [Level::Warning]);
    }

    #[test]
    fn the_same_session_in_a_new_version_is_the_same_body() {
        assert_eq!(retried(OFFER, BOB, "Content-Type: Application/SDP;charset=utf-8 | body: v=0 o=- 1 2"), []);
        assert_eq!(retried(OFFER, BOB, "c: application/sdp | body: v=0 o=- 1 1"), []);
    }

    #[test]
    fn a_request_without_a_body_stays_without() {
        assert_eq!(retried("Subject: x", BOB, "Subject: x"), []);
        assert_eq!(retried("Subject: x", BOB, OFFER), [], "an offer may be made where none was");
    }

    #[test]
    fn a_contact_may_bring_a_body_of_its_own() {
        assert_eq!(retried(OFFER, "<sip:bob@198.51.100.30?body=hello>", "Content-Type: text/plain | body: hello"), []);
    }

    #[test]
    fn what_the_capture_cut_off_is_not_missing() {
        assert_eq!(retried(OFFER, BOB, "flag: truncated"), []);
    }

    #[test]
    fn a_body_that_was_refused_is_not_sent_again() {
        let script = format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20 | {OFFER}
             0.1 server > client 302 | Contact: {BOB}
             0.3 client > target INVITE sip:bob@198.51.100.30 | {OFFER}
             0.4 target > client 415
             0.5 client > target INVITE sip:bob@198.51.100.30
             40 end"
        );
        assert_eq!(levels(&RULE, &script), []);
    }
}
