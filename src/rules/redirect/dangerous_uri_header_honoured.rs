//! Takes an attempt, gives a finding where it carries a header that the Contact's URI asked for and that no client should take from there.
//!
//! RFC 3261, 19.1.5: the list of headers that are not honoured, for they lead a request astray or tell lies about its sender.

use super::retry::Retry;
use crate::call::{Attempt, Redirect};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::Name;
use crate::sip::uri::Parameter;

pub(in crate::rules) const RULE: Rule = Rule {
    id: "dangerous-uri-header-honoured",
    section: Section::Redirect,
    level: Level::Warning,
    party: Party::Client,
    strength: Strength::ShouldNot,
    clause: Clause::rfc3261("19.1.5"),
    summary: "a header that the Contact's URI should not set was put into the retry",
    rationale: "Whoever can answer with a 3xx can write headers behind the `?` of a Contact. A client that takes over a From, a Via or a \
                Contact from there lets a stranger say who calls and where answers go. A Route from there is a note: it makes the client \
                somebody's errand boy, yet networks with Path rely on it.",
    remedy: "Take only harmless headers from a URI (Subject, Priority and their like), and never those that RFC 3261, 19.1.5 lists.",
    example: "302, Contact: <sip:bob@b?From=%3Csip:boss@a%3E> -> INVITE sip:bob@b, From: <sip:boss@a>\n\
              right: INVITE sip:bob@b with the caller's own From",
    check: Check::Attempt(check),
};

/// The headers that RFC 3261, 19.1.5 says should not be honoured.
const DANGEROUS: [Name; 14] = [
    Name::From,
    Name::CallId,
    Name::CSeq,
    Name::Via,
    Name::RecordRoute,
    Name::Route,
    Name::Accept,
    Name::AcceptEncoding,
    Name::AcceptLanguage,
    Name::Allow,
    Name::Contact,
    Name::Organization,
    Name::Supported,
    Name::UserAgent,
];

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let retry = Retry::of(redirect, attempt)?;
    // What the client had sent before it was asked to, it did not take from the URI.
    let request = redirect.request.as_ref().filter(|request| !request.truncated)?;
    let honoured = |header: &&Parameter| {
        dangerous(header).is_some_and(|name| {
            let wanted = header.unescaped_value();
            let has = |message: &crate::sip::Message<'_>| message.values(name).any(|value| value.trim_ascii() == wanted.trim_ascii());
            !wanted.is_empty() && has(&attempt.request.message) && !has(&request.message)
        })
    };
    let honoured: Vec<&Parameter> = retry.target.uri.headers().iter().filter(honoured).collect();
    let worst = honoured.iter().copied().find(|header| dangerous(header) != Some(Name::Route)).or(honoured.first().copied())?;
    let level = if dangerous(worst) == Some(Name::Route) { Level::Note } else { Level::Warning };
    let message = format!(
        "the request for {} has the {} {}, which the Contact {} asked for",
        retry.request_uri(),
        text(&worst.name),
        text(&worst.unescaped_value()),
        retry.contact()
    );
    let draft = Draft::at(attempt.request.place, message).level(level).with(redirect.response.place, "asks for the header in its Contact");
    Some(draft.with(request.place, "did not have it"))
}

/// The dangerous header that a URI's header component names.
fn dangerous(header: &Parameter) -> Option<Name> {
    DANGEROUS.into_iter().find(|name| header.is(name.canonical()))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::levels;

    fn retried(headers: &str, retry: &str) -> Vec<Level> {
        let script = format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20 | User-Agent: Lyra/2.1
             0.1 server > client 302 | Contact: <sip:bob@198.51.100.30?{headers}>
             0.3 client > target INVITE sip:bob@198.51.100.30 | {retry}
             40 end"
        );
        levels(&RULE, &script)
    }

    #[test]
    fn what_a_stranger_says_about_the_caller_is_taken_over_with_a_warning() {
        for (headers, retry) in [
            ("From=%3Csip:boss@a.example%3E", "From: <sip:boss@a.example>"),
            ("Organization=Bank", "Organization: Bank"),
            ("user-agent=Other%2F1", "User-Agent: Other/1"),
            ("Supported=replaces", "Supported: 100rel, replaces"),
            ("Subject=x&Contact=%3Csip:eve@203.0.113.40%3E", "Subject: x | Contact: <sip:eve@203.0.113.40>"),
        ] {
            assert_eq!(retried(headers, retry), [Level::Warning], "{headers}");
        }
    }

    #[test]
    fn a_route_is_noted() {
        assert_eq!(retried("Route=%3Csip:203.0.113.40%3Blr%3E", "Route: <sip:203.0.113.40;lr>"), [Level::Note]);
    }

    #[test]
    fn a_header_that_was_not_honoured_is_right() {
        assert_eq!(retried("From=%3Csip:boss@a.example%3E", "Subject: x"), []);
        assert_eq!(retried("Organization=Bank", "Organization: Office"), []);
    }

    #[test]
    fn what_the_client_says_of_itself_anyway_was_not_taken_over() {
        assert_eq!(retried("User-Agent=Lyra/2.1", "User-Agent: Lyra/2.1"), []);
    }

    #[test]
    fn a_harmless_header_is_to_be_honoured() {
        assert_eq!(retried("Subject=moved&Identity=abc", "Subject: moved | Identity: abc"), []);
    }
}
