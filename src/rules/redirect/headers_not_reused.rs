//! Takes an attempt, gives a finding where headers of the redirected request are missing in it.
//!
//! RFC 3261, 8.1.3.4: but for what redirection asks for, the header fields and bodies of the original request are used again.

use smallvec::SmallVec;

use super::retry::Retry;
use crate::call::{Attempt, Redirect, Role};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::{Message, Name};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "headers-not-reused",
    section: Section::Redirect,
    level: Level::Note,
    party: Party::Client,
    strength: Strength::Should,
    clause: Clause::rfc3261("8.1.3.4"),
    summary: "headers of the redirected request are missing in the retry",
    rationale: "What the caller asked of the old address it asks of the new one: its subject, its priority, the extensions that it supports \
                or requires. A client that builds the retry anew loses what it did not think of, and the call is served with less than the \
                caller wanted. Credentials, stamps of time and what belongs to one hop are not meant.",
    remedy: "Begin the retry with a copy of the original request, and change what RFC 3261, 8.1.3.4 names.",
    example: "INVITE sip:bob@a, Subject: lunch -> 302 -> INVITE sip:bob@b\n\
              right: INVITE sip:bob@b, Subject: lunch",
    check: Check::Attempt(check),
};

/// The most missing headers that are named in a sentence.
const MAX_NAMED: usize = 5;

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let retry = Retry::of(redirect, attempt)?;
    let request = redirect.request.as_ref()?;
    let sent = &attempt.request;
    // A proxy may take out what it alone was meant to read.
    let unsure = request.truncated || sent.truncated || redirect.role == Role::Proxy || sent.message.method() != redirect.method;
    if unsure {
        return None;
    }
    let missing = missing(&request.message, &sent.message);
    if missing.is_empty() {
        return None;
    }
    let message = format!("the request for {} lacks {} of the redirected request", retry.request_uri(), missing.join(", "));
    let draft = Draft::at(sent.place, message).with(request.place, "has the headers");
    Some(draft.with(redirect.response.place, "the redirect"))
}

/// The headers of `asked` that are to be used again and are not in `sent`, as written.
fn missing(asked: &Message<'_>, sent: &Message<'_>) -> Vec<String> {
    let mut missing: Vec<String> = Vec::new();
    let present: SmallVec<[Name; 32]> = sent.fields().map(|field| field.name).collect();
    for field in asked.fields().filter(|field| is_to_be_reused(field.name)) {
        let is_there = match field.name {
            Name::Other => sent.fields().any(|other| other.written.eq_ignore_ascii_case(field.written)),
            name => present.contains(&name),
        };
        if is_there {
            continue;
        }
        let written = text(field.written);
        if !missing.iter().any(|known| known.eq_ignore_ascii_case(&written)) && missing.len() < MAX_NAMED {
            missing.push(written);
        }
    }
    missing
}

/// Whether a header says something to the called side that is the same wherever it is: not the way there, not the body, not the moment, not
/// credentials, and not what is told within one domain only (RFC 3325, 5).
const fn is_to_be_reused(name: Name) -> bool {
    use Name::{
        Authorization, CSeq, CallId, Contact, ContentDisposition, ContentEncoding, ContentLanguage, ContentLength, ContentType, Date,
        Diversion, From, HistoryInfo, Identity, IdentityInfo, MaxBreadth, MaxForwards, MimeVersion, PAccessNetworkInfo, PAssertedIdentity,
        PPreferredIdentity, Path, ProxyAuthorization, ProxyRequire, Reason, RecordRoute, Route, Timestamp, To, Via,
    };
    let is_of_this_request =
        matches!(name, Via | Route | RecordRoute | Path | MaxForwards | MaxBreadth | ProxyRequire | From | To | CallId | CSeq | Contact);
    let is_of_the_body = matches!(name, ContentDisposition | ContentEncoding | ContentLanguage | ContentLength | ContentType | MimeVersion);
    let is_of_the_moment = matches!(name, Date | Timestamp | Diversion | HistoryInfo | Reason);
    let is_proof = matches!(name, Authorization | ProxyAuthorization | Identity | IdentityInfo);
    let is_of_one_domain = matches!(name, PAccessNetworkInfo | PAssertedIdentity | PPreferredIdentity);
    !is_of_this_request && !is_of_the_body && !is_of_the_moment && !is_proof && !is_of_one_domain
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};

    fn script(asked: &str, retry: &str) -> String {
        format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20 | {asked}
             0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
             0.3 client > target INVITE sip:bob@198.51.100.30 | {retry}
             40 end"
        )
    }

    fn retried(asked: &str, retry: &str) -> Vec<Level> {
        levels(&RULE, &script(asked, retry))
    }

    #[test]
    fn headers_that_were_dropped_are_noted() {
        for asked in ["Subject: lunch", "Supported: replaces", "Require: 100rel", "X-Account: 7"] {
            assert_eq!(retried(asked, "Priority: normal"), [Level::Note], "{asked}");
        }
    }

    #[test]
    fn the_message_names_each_once() {
        let found = findings(&RULE, &script("Subject: lunch | Supported: a | k: b | X-Account: 7", "Priority: normal"));
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["the request for sip:bob@198.51.100.30 lacks Subject, Supported, k, X-Account of the redirected request"]);
    }

    #[test]
    fn another_spelling_and_another_value_are_the_same_header() {
        assert_eq!(retried("Subject: lunch | X-Account: 7", "s: dinner | x-account: 8"), []);
    }

    #[test]
    fn what_belongs_to_one_request_is_not_used_again() {
        for asked in [
            "Route: <sip:192.0.2.20;lr>",
            "Proxy-Authorization: Digest username=\"a\"",
            "Date: Mon, 01 Jan 2024 00:00:00 GMT",
            "Diversion: <sip:a@b>;reason=unconditional",
            "P-Asserted-Identity: <sip:alice@atlanta.example>",
            "Content-Type: text/plain",
        ] {
            assert_eq!(retried(asked, "Priority: normal"), [], "{asked}");
        }
    }

    #[test]
    fn what_the_capture_cut_off_is_not_missing() {
        assert_eq!(retried("Subject: lunch", "flag: truncated"), []);
    }
}
