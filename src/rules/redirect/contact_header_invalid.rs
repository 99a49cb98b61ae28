//! Takes an attempt that may begin a dialog, gives a finding where its Contact header is not one SIP or SIPS URI.
//!
//! RFC 3261, 8.1.1.8: exactly one SIP or SIPS URI, and SIPS where the Request-URI or the topmost Route is SIPS.

use super::retry::{asks_for_its_contact, is_sips, request_uri};
use crate::call::{Attempt, Kept, Redirect, Role};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::Uri;

pub(in crate::rules) const RULE: Rule = Rule {
    id: "contact-header-invalid",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Must,
    clause: Clause::rfc3261("8.1.1.8"),
    summary: "the retry that may begin a dialog has no Contact header of its own that serves",
    rationale: "The called side sends every later request of the dialog to the Contact of the one that began it. Without one, with several, or \
                with one of another scheme it has nowhere to send its BYE, and the call cannot be ended from there. Where the redirected \
                request had the same fault, the client does so in all it sends, and it is a warning, as is a SIP URI where SIPS is asked for.",
    remedy: "Put one Contact with the client's own SIP URI into each INVITE, SUBSCRIBE and REFER; a SIPS URI where the Request-URI is one.",
    example: "302, Contact: <sip:bob@b> -> INVITE sip:bob@b without a Contact\n\
              right: INVITE sip:bob@b, Contact: <sip:alice@192.0.2.10>",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    // A proxy hands the caller's Contact on.
    if redirect.role == Role::Proxy || attempt.amended || !asks_for_its_contact(redirect) {
        return None;
    }
    let fault = fault(&attempt.request, &attempt.uri)?;
    let at_worst = if fault == NOT_SIPS { Level::Warning } else { Level::Error };
    let message = format!("the {} for {} {fault}", text(attempt.request.message.method()), request_uri(attempt));
    let draft = Draft::at(attempt.request.place, message).with(redirect.response.place, "the redirect");
    let asked = redirect.request.as_ref().zip(redirect.original.as_ref());
    let Some((request, original)) = asked else { return Some(draft.level(Level::Warning)) };
    match self::fault(request, original) {
        Some(same) if same == fault => Some(draft.level(Level::Warning).with(request.place, "has the same fault")),
        _ => Some(draft.level(at_worst).with(request.place, "the redirected request")),
    }
}

/// A SIP URI with `transport=tls`, as many clients write it, serves the same peer; it is no more than a warning.
const NOT_SIPS: &str = "goes to a SIPS URI and has a Contact that is none";

/// What is wrong with the Contact of a request, in words that follow its name.
fn fault(request: &Kept, uri: &Uri) -> Option<&'static str> {
    let message = &request.message;
    // RFC 3261, 12.1; RFC 6665, 4.1; RFC 3515, 2.4.1. In what the capture cut short it may be among what was lost.
    if !matches!(message.method(), b"INVITE" | b"SUBSCRIBE" | b"REFER") || request.truncated {
        return None;
    }
    let mut contacts = message.contacts();
    let Some(contact) = contacts.next() else { return Some("has no Contact") };
    if contacts.next().is_some() {
        return Some("has several Contacts");
    }
    let own = Uri::parse(contact.uri());
    if !own.is_sip() {
        return Some("has a Contact that is no SIP URI");
    }
    let is_secure = is_sips(uri) || message.routes().next().is_some_and(|route| is_sips(&Uri::parse(route.uri())));
    (is_secure && !is_sips(&own)).then_some(NOT_SIPS)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::levels;

    fn retried(method: &str, asked: &str, retry: &str) -> Vec<Level> {
        let script = format!(
            "0.0 client > server {method} sip:bob@192.0.2.20 | {asked}
             0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
             0.3 client > target {method} sip:bob@198.51.100.30 | {retry}
             40 end"
        );
        levels(&RULE, &script)
    }

    const OWN: &str = "Contact: <sip:alice@192.0.2.10>";

    #[test]
    fn a_contact_that_serves_nobody_is_an_error() {
        for retry in [
            "Contact:",
            "Contact: <tel:+15550123>",
            "Contact: <sip:alice@192.0.2.10>, <sip:alice@192.0.2.11>",
            "Contact: <sip:alice@192.0.2.10> | m: <sip:alice@192.0.2.11>",
            "Contact: *",
        ] {
            assert_eq!(retried("INVITE", OWN, retry), [Level::Error], "{retry}");
        }
        assert_eq!(retried("SUBSCRIBE", OWN, "Contact:"), [Level::Error]);
    }

    #[test]
    fn a_client_that_always_does_so_is_warned() {
        assert_eq!(retried("INVITE", "Contact:", "Contact:"), [Level::Warning]);
        assert_eq!(retried("INVITE", "Contact: <tel:+15550123>", "Contact:"), [Level::Error], "another fault");
    }

    #[test]
    fn one_contact_with_a_sip_uri_is_right() {
        for retry in [
            OWN,
            "Contact: | m: sip:alice@192.0.2.10",
            "Contact: \"a, b\" <sips:alice@192.0.2.10;transport=tcp>;+sip.instance=\"<urn:uuid:1>\"",
        ] {
            assert_eq!(retried("INVITE", OWN, retry), [], "{retry}");
        }
    }

    #[test]
    fn a_request_that_begins_no_dialog_needs_none() {
        for method in ["MESSAGE", "OPTIONS", "PUBLISH", "REGISTER"] {
            assert_eq!(retried(method, OWN, "Contact:"), [], "{method}");
        }
    }

    #[test]
    fn a_sips_uri_asks_for_a_sips_contact() {
        let script = |contact: &str| {
            format!(
                "0.0 client > server INVITE sip:bob@192.0.2.20 | {OWN}
                 0.1 server > client 302 | Contact: <sips:bob@198.51.100.30>
                 0.3 client > 198.51.100.30:5061/tcp INVITE sips:bob@198.51.100.30 | Contact: {contact}
                 40 end"
            )
        };
        assert_eq!(levels(&RULE, &script("<sip:alice@192.0.2.10;transport=tls>")), [Level::Warning]);
        assert_eq!(levels(&RULE, &script("<sips:alice@192.0.2.10>")), []);
    }

    #[test]
    fn what_the_capture_cut_off_is_not_missing() {
        assert_eq!(retried("INVITE", OWN, "Contact: | flag: truncated"), []);
    }
}
