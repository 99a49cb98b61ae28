//! Takes an attempt, gives a finding where a request for a SIPS URI was retried at a SIP URI that the Contact names.
//!
//! RFC 3261, 8.1.3.4: a user agent may do so, but should tell its user; 16.7 (4): a proxy should not.

use super::retry::{Retry, is_sips};
use crate::call::{Attempt, Redirect, Role};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::uri::Scheme;

pub(in crate::rules) const RULE: Rule = Rule {
    id: "sips-downgraded",
    section: Section::Redirect,
    level: Level::Warning,
    party: Party::Client,
    strength: Strength::Should,
    clause: Clause::rfc3261("8.1.3.4"),
    summary: "a request for a SIPS URI was retried at a SIP URI",
    rationale: "Whoever calls a SIPS URI asks for a way that nobody can listen to. Following a redirect to a SIP URI gives that up; whether \
                the caller was told, no capture can show.",
    remedy: "Ask the caller first, or take a SIPS Contact where there is one; a proxy hands the 3xx on instead.",
    example: "INVITE sips:bob@a -> 302, Contact: <sip:bob@b> -> INVITE sip:bob@b\n\
              right: INVITE sips:bob@c, or the caller is told that the call is no longer secure",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let retry = Retry::at_contact(redirect, attempt)?;
    let original = redirect.original.as_ref().filter(|original| is_sips(original))?;
    // A SIPS Contact that lost its scheme is a fault of its own.
    if attempt.uri.scheme() != Scheme::Sip || is_sips(&retry.target.uri) {
        return None;
    }
    let duty = match redirect.role {
        Role::Uac => "which the user should be told",
        Role::Proxy => "which a proxy should leave to the caller",
    };
    let message = format!("the request for {} was retried at {}, {duty}", text(original.as_bytes()), retry.request_uri());
    Some(retry.draft(message))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::levels;

    fn played(asked: &str, contact: &str, retry: &str) -> Vec<Level> {
        let script = format!(
            "0.0 client > server/tcp INVITE {asked}
             0.1 server > client/tcp 302 | Contact: <{contact}>
             0.3 client > target/tcp INVITE {retry}
             40 end"
        );
        levels(&RULE, &script)
    }

    #[test]
    fn a_sip_contact_after_a_sips_request_is_a_warning() {
        assert_eq!(played("sips:bob@192.0.2.20", "sip:bob@198.51.100.30", "sip:bob@198.51.100.30"), [Level::Warning]);
    }

    #[test]
    fn sips_after_either_and_sip_after_sip_are_right() {
        assert_eq!(played("sips:bob@192.0.2.20", "sips:bob@198.51.100.30", "sips:bob@198.51.100.30"), []);
        assert_eq!(played("sip:bob@192.0.2.20", "sips:bob@198.51.100.30", "sips:bob@198.51.100.30"), []);
        assert_eq!(played("sip:bob@192.0.2.20", "sip:bob@198.51.100.30", "sip:bob@198.51.100.30"), []);
    }

    #[test]
    fn a_sips_contact_that_lost_its_scheme_is_another_fault() {
        assert_eq!(played("sips:bob@192.0.2.20", "sips:bob@198.51.100.30", "sip:bob@198.51.100.30"), []);
    }
}
