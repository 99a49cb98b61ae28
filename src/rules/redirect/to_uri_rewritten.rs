//! Takes an attempt, gives a finding where its To names somebody else than that of the redirected request.
//!
//! RFC 3261, 8.1.3.4: it is recommended that the new request has the To, From and Call-ID of the redirected one.

use super::retry::Retry;
use crate::call::{Attempt, Redirect};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::{Name, Uri};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "to-uri-rewritten",
    section: Section::Redirect,
    level: Level::Warning,
    party: Party::Client,
    strength: Strength::Recommended,
    clause: Clause::rfc3261("8.1.3.4"),
    summary: "the retry has another URI in its To",
    rationale: "The To keeps whom the caller meant to reach, whatever way the request takes. With the Contact in its place the called side can \
                no longer tell a forwarded call from a direct one, so voicemail opens the wrong box and records name the wrong callee.",
    remedy: "Change the Request-URI only; leave the To as it was.",
    example: "INVITE sip:bob@b, To: <sip:bob@b>\n\
              right: INVITE sip:bob@b, To: <sip:bob@a>",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let asked = redirect.request.as_ref().unwrap_or(&redirect.response);
    if asked.message.field(Name::To) == attempt.request.message.field(Name::To) {
        return None;
    }
    let (before, after) = (asked.message.to()?, attempt.request.message.to()?);
    if before.uri == after.uri || Uri::parse(before.uri).equals(&Uri::parse(after.uri)) {
        return None;
    }
    let retry = Retry::of(redirect, attempt)?;
    // Whoever calls a service names it there, too, as in an emergency call (3GPP TS 24.229, 5.1.6.8).
    if retry.target.uri.service().is_some() && Uri::parse(after.uri).equals(&retry.target.uri) {
        return None;
    }
    // RFC 3261, 19.1.5: the Contact may ask for another To itself.
    if retry.target.uri.headers().iter().any(|header| header.is("to")) {
        return None;
    }
    let message = format!("the To {} of the redirected request became {}", text(before.uri), text(after.uri));
    Some(Draft::at(attempt.request.place, message).with(asked.place, "has the To that the caller meant"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::levels;

    fn retried(contact: &str, to: &str) -> Vec<Level> {
        let script = format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 302 | Contact: {contact}
             0.3 client > target INVITE sip:bob@198.51.100.30 | To: {to}
             40 end"
        );
        levels(&RULE, &script)
    }

    #[test]
    fn the_contact_in_the_to_is_told() {
        assert_eq!(retried("<sip:bob@198.51.100.30>", "<sip:bob@198.51.100.30>"), [Level::Warning]);
    }

    #[test]
    fn the_same_uri_in_another_dress_is_the_same_to() {
        for to in ["<sip:bob@192.0.2.20>", "sip:bob@192.0.2.20", "\"Bob, B.\" <sip:b%6fb@192.0.2.20>"] {
            assert_eq!(retried("<sip:bob@198.51.100.30>", to), [], "{to}");
        }
    }

    #[test]
    fn a_contact_that_asks_for_another_to_is_obeyed() {
        assert_eq!(retried("<sip:bob@198.51.100.30?To=sip:park%40192.0.2.20>", "<sip:park@192.0.2.20>"), []);
    }
}
