//! Takes an attempt, gives a finding where a parameter of the Contact header (`q`, `expires`, a feature) stands in its Request-URI.
//!
//! RFC 3261, 20.10: parameters behind the angle brackets, and all parameters where there are none, are those of the header.

use super::retry::{Retry, written};
use crate::call::{Attempt, Redirect};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::uri::ParameterRole;

pub(in crate::rules) const RULE: Rule = Rule {
    id: "header-parameter-in-request-uri",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Descriptive,
    clause: Clause::rfc3261("20.10"),
    summary: "the Request-URI of the retry holds a parameter of the Contact header",
    rationale: "Parameters such as `q` and `expires` tell the client how to use the Contact; they are no part of the address. A client that \
                copies them has not told header and URI apart, so with the next Contact it may as well lose or invent a part of the address \
                itself.",
    remedy: "Take the URI from between the angle brackets; where there are none, it ends before the first semicolon.",
    example: "302, Contact: <sip:bob@b>;q=0.5 -> INVITE sip:bob@b;q=0.5\n\
              right: INVITE sip:bob@b",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let retry = Retry::at_contact(redirect, attempt)?;
    let copied: Vec<String> =
        retry.difference.parameters_of(ParameterRole::Header).filter_map(|differs| differs.request.as_ref()).map(written).collect();
    if copied.is_empty() {
        return None;
    }
    // Without brackets a reader may well take the parameters for the URI's own.
    let bracketed = redirect.response.message.contacts().nth(attempt.contact?).is_some_and(|contact| contact.address.is_bracketed);
    let message = format!(
        "the Request-URI {} holds {} of the Contact header; the Contact's URI is {}",
        retry.request_uri(),
        copied.join(", "),
        retry.contact()
    );
    let level = if bracketed { Level::Error } else { Level::Warning };
    Some(retry.draft(message).level(level))
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
    fn a_weight_from_behind_the_brackets_is_an_error() {
        assert_eq!(retried("<sip:bob@198.51.100.30>;q=0.5", "sip:bob@198.51.100.30;q=0.5"), [Level::Error]);
        assert_eq!(retried("<sip:bob@198.51.100.30>;expires=60;q=1", "sip:bob@198.51.100.30;expires=60;q=1"), [Level::Error]);
    }

    #[test]
    fn a_weight_of_a_contact_without_brackets_is_a_warning() {
        assert_eq!(retried("sip:bob@198.51.100.30;q=0.5", "sip:bob@198.51.100.30;q=0.5"), [Level::Warning]);
    }

    #[test]
    fn a_weight_inside_the_brackets_is_a_part_of_the_uri() {
        assert_eq!(retried("<sip:bob@198.51.100.30;q=0.5>", "sip:bob@198.51.100.30;q=0.5"), []);
    }

    #[test]
    fn either_reading_of_a_contact_without_brackets_is_right() {
        for uri in ["sip:bob@198.51.100.30", "sip:bob@198.51.100.30;transport=udp"] {
            assert_eq!(retried("sip:bob@198.51.100.30;transport=udp;q=0.5", uri), [], "{uri}");
        }
    }

    #[test]
    fn a_quoted_angle_bracket_is_no_bracket() {
        let contact = "sip:bob@198.51.100.30;+sip.instance=\"<urn:uuid:1>\"";
        assert_eq!(retried(contact, "sip:bob@198.51.100.30"), []);
    }
}
