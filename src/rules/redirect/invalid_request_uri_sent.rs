//! Takes an attempt, gives a finding where its Request-URI is none.
//!
//! RFC 3261, 19.1.5: a request formed from an invalid URI is not sent.

use super::retry::{asks_for_its_contact, is_garbage, request_uri};
use crate::call::{Attempt, Link, Redirect};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::uri::{Uri, UriFault};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "invalid-request-uri-sent",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::MustNot,
    clause: Clause::rfc3261("19.1.5"),
    summary: "the Request-URI of the retry is no valid URI",
    rationale: "Nothing behind the client can route such a request; it is refused, or an element on the way guesses. What comes out of a \
                Contact that was cut at the wrong place can also be a different, valid-looking target.",
    remedy: "Check the URI before the request is formed; go on with the next Contact where it is not valid.",
    example: "302, Contact: <sip:bob@b> -> INVITE 302,sip:bob@b\n\
              right: INVITE sip:bob@b",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let caused = matches!(attempt.link, Link::SameCallId | Link::Recursion | Link::NewCallId);
    let again = attempt.difference.as_ref().is_some_and(|difference| difference.equals_original);
    if !caused || again || attempt.amended || attempt.request.truncated || !asks_for_its_contact(redirect) {
        return None;
    }
    let fault = worst_fault(&attempt.uri)?;
    let message = format!("the Request-URI {} has {fault}", request_uri(attempt));
    // `#` and its like in a user part break the grammar, too, and are dialled every day.
    let level = if is_garbage(&attempt.uri) { Level::Error } else { Level::Warning };
    Some(Draft::at(attempt.request.place, message).level(level).with(redirect.response.place, "names the Contacts"))
}

/// What keeps the URI from being a target; first what keeps it from being read at all.
fn worst_fault(uri: &Uri) -> Option<UriFault> {
    uri.faults().iter().copied().filter(|fault| fault.spoils_target()).min()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::levels;

    fn retried(contact: &str, uri: &str) -> Vec<Level> {
        let script = format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 302 | Contact: {contact}
             0.3 client > target INVITE {uri}
             40 end"
        );
        levels(&RULE, &script)
    }

    #[test]
    fn what_is_no_uri_is_an_error() {
        for uri in ["302,sip:bob@198.51.100.30", "urn:uuid", "sip:bob@", "sip:bob@198.51.100.30:70000", "<sip:bob@198.51.100.30>"] {
            assert_eq!(retried("<sip:bob@198.51.100.30>", uri), [Level::Error], "{uri}");
        }
    }

    #[test]
    fn a_valid_uri_of_any_scheme_is_right() {
        for uri in ["sip:bob@198.51.100.30", "tel:+15550123", "urn:service:sos.police", "sip:bob@[2001:db8::1]", "sip:%23b@198.51.100.30"] {
            assert_eq!(retried("<sip:bob@198.51.100.30>", uri), [], "{uri}");
        }
    }

    #[test]
    fn a_star_code_with_a_bare_hash_is_a_warning() {
        assert_eq!(retried("<sip:*21#@198.51.100.30>", "sip:*21#@198.51.100.30"), [Level::Warning]);
    }
}
