//! Takes an attempt, gives a finding where its Request-URI shares only a part with the Contact, or is still the original one.
//!
//! RFC 3261, 8.1.3.4: the Contact URI is placed in the Request-URI whole.

use super::retry::Retry;
use crate::call::{Attempt, Redirect};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::uri::Scheme;
use crate::sip::{Match, Uri};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "request-uri-not-contact",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Must,
    clause: Clause::rfc3261("8.1.3.4"),
    summary: "the Request-URI of the retry is not the Contact",
    rationale: "The element at the new address decides by the Request-URI. Where the client puts its own domain, another user or the old \
                URI there, the call reaches the wrong user, comes back, or is refused. What a gateway's dialling plan may have \
                made of the Contact (a number in another form, another host) is a warning.",
    remedy: "Place the whole Contact URI in the Request-URI, but for its headers and its method parameter.",
    example: "302, Contact: <sip:bob@b> -> INVITE sip:bob@a, sent to b\n\
              right: INVITE sip:bob@b",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let retry = Retry::of(redirect, attempt)?;
    let grade = retry.difference.grade();
    // A URI of which a part is like the Contact, but which the chain had tried before, is a fault of its own.
    if grade != Match::Original && attempt.repeats.is_some() {
        return None;
    }
    let (what, level) = match grade {
        Match::Original => ("is still the original one, though the request was sent to the address of the Contact", Level::Error),
        Match::UserOnly if has_answered_host(attempt) => ("has the address of the Contact's name in place of the name", Level::Warning),
        Match::UserOnly if has_host_of_original(redirect, attempt) => {
            ("has the user of the Contact in the original's domain", Level::Error)
        }
        Match::UserOnly => ("has the user of the Contact at another host", Level::Warning),
        Match::HostOnly if attempt.is_same_number => ("has the number of the Contact in another form", Level::Warning),
        Match::HostOnly => ("has the host of the Contact with another user", Level::Error),
        // No dialling plan makes that of a telephone.
        Match::None if !is_of_telephony(&attempt.uri) => ("is no URI of telephony at all", Level::Error),
        Match::None => ("has nothing of the Contact, though the request was sent to its address", Level::Warning),
        Match::NumberNormalised => ("has the number of the Contact in another form", Level::Warning),
        _ => return None,
    };
    let message = format!("the Request-URI {} {what}; the Contact is {}", retry.request_uri(), retry.contact());
    Some(retry.draft(message).level(level))
}

/// Whether the host is an address that DNS had told this client of the Contact's name.
fn has_answered_host(attempt: &Attempt) -> bool {
    let host = attempt.uri.host_as_ip();
    host.is_some_and(|host| attempt.contact_hop.is_at(host) == Some(true)) && attempt.contact_hop.answers().next().is_some()
}

/// Whether a URI is one that calls are made to: an emergency service, too, may be what a Contact stands for.
fn is_of_telephony(uri: &Uri) -> bool {
    uri.is_sip() || uri.scheme() == Scheme::Tel || uri.service().is_some()
}

fn has_host_of_original(redirect: &Redirect, attempt: &Attempt) -> bool {
    let original = redirect.original.as_ref().and_then(|original| original.host());
    original.zip(attempt.uri.host()).is_some_and(|(original, sent)| original.equals(sent))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};

    fn retried(contact: &str, retry: &str) -> Vec<Level> {
        let script = format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 302 | Contact: {contact}
             0.3 client > {retry}
             40 end"
        );
        levels(&RULE, &script)
    }

    #[test]
    fn the_old_request_uri_at_the_address_of_the_contact_is_an_error() {
        assert_eq!(retried("<sip:bob@198.51.100.30>", "target INVITE sip:bob@192.0.2.20"), [Level::Error]);
    }

    #[test]
    fn the_user_of_the_contact_in_the_old_domain_is_an_error() {
        assert_eq!(retried("<sip:bob7@198.51.100.30>", "server INVITE sip:bob7@192.0.2.20"), [Level::Error]);
    }

    #[test]
    fn a_contact_that_is_not_read_may_be_the_one() {
        assert_eq!(retried("<sip:bob@198.51.100.30> | flag: truncated", "target INVITE sip:bob100@198.51.100.30"), []);
    }

    #[test]
    fn another_user_at_the_host_of_the_contact_is_an_error() {
        assert_eq!(retried("<sip:bob@198.51.100.30>", "target INVITE sip:carol@198.51.100.30"), [Level::Error]);
    }

    #[test]
    fn what_may_be_a_dialling_plan_is_a_warning() {
        assert_eq!(retried("<sip:bob7@198.51.100.30>", "other INVITE sip:bob7@203.0.113.40"), [Level::Warning]);
        assert_eq!(retried("<sip:bob7@198.51.100.30>", "target INVITE sip:desk@example.com"), [Level::Warning]);
        assert_eq!(retried("<sip:+1-555-0123@198.51.100.30>", "target INVITE sip:15550123@198.51.100.30"), [Level::Warning]);
    }

    #[test]
    fn the_address_of_the_contacts_name_is_a_warning() {
        let retried = |contact: &str, asked: &str| {
            let script = format!(
                "0.0 resolver > client DNS far.example A 198.51.100.30
                 0.1 client > server INVITE {asked}
                 0.2 server > client 302 | Contact: <{contact}>
                 0.3 client > target INVITE sip:bob@198.51.100.30
                 40 end"
            );
            findings(&RULE, &script).into_iter().map(|finding| (finding.level, finding.message)).collect::<Vec<_>>()
        };
        let wanted = "the Request-URI sip:bob@198.51.100.30 has the address of the Contact's name in place of the name; \
                      the Contact is sip:bob@far.example";
        assert_eq!(retried("sip:bob@far.example", "sip:bob@192.0.2.20"), [(Level::Warning, wanted.to_owned())]);
        let other =
            "the Request-URI sip:bob@198.51.100.30 has the user of the Contact at another host; the Contact is sip:bob@near.example";
        assert_eq!(retried("sip:bob@near.example", "sip:bob@192.0.2.20"), [(Level::Warning, other.to_owned())]);
    }

    #[test]
    fn what_is_no_address_at_all_is_an_error() {
        assert_eq!(retried("<sip:bob@198.51.100.30>", "target INVITE urn:uuid:1"), [Level::Error]);
        assert_eq!(retried("<sip:bob@198.51.100.30>", "target INVITE urn:service:sos"), [Level::Warning]);
    }

    #[test]
    fn the_contact_in_another_spelling_is_right() {
        for retry in
            ["target INVITE sip:bob@198.51.100.30", "target INVITE SIP:%62ob@198.51.100.30", "target INVITE sip:bob@198.51.100.030"]
        {
            assert_eq!(retried("<sip:bob@198.51.100.30>", retry), [], "{retry}");
        }
    }

    #[test]
    fn use_proxy_keeps_the_request_uri() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.1 server > client 305 | Contact: <sip:198.51.100.30;lr>
            0.3 client > target INVITE sip:bob@192.0.2.20 | Route: <sip:198.51.100.30;lr>
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }
}
