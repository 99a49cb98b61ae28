//! Takes an attempt, gives a finding where its credentials were made for the redirected request.
//!
//! RFC 3261, 22.3 and 22.4; RFC 2617, 3.2.2.5: the digest covers the Request-URI, so every target has one of its own.

use super::credentials::{credentials, realms};
use crate::call::{Attempt, Redirect, Role};
use crate::rules::redirect::retry::{asks_for_its_contact, request_uri};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::Uri;

pub(in crate::rules) const RULE: Rule = Rule {
    id: "stale-credentials-sent",
    section: Section::Special,
    level: Level::Warning,
    party: Party::Client,
    strength: Strength::Descriptive,
    clause: Clause::rfc3261("22.3"),
    summary: "the retry carries credentials that were made for the redirected request",
    rationale: "A digest is made for one Request-URI and one realm. The new server either refuses it, often with a 403 that ends the call, or \
                does not know the realm at all and has learned what was meant for somebody else.",
    remedy: "Leave the old credentials out, or compute them anew for the new Request-URI where the realm stays; answer the challenge of the new \
             server when it comes.",
    example: "INVITE sip:bob@a, Authorization: Digest uri=\"sip:bob@a\" -> 302 -> INVITE sip:bob@b, Authorization: Digest uri=\"sip:bob@a\"\n\
              right: INVITE sip:bob@b, without it",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let (original, difference) = (redirect.original.as_ref()?, attempt.difference.as_ref()?);
    let is_retry = asks_for_its_contact(redirect) && attempt.contact.is_some() && difference.grade().names_the_target();
    if !is_retry || redirect.role != Role::Uac || original.equals(&attempt.uri) {
        return None;
    }
    let draft = for_old_uri(original, attempt).or_else(|| for_unknown_realm(redirect, attempt))?;
    Some(match &redirect.request {
        Some(request) => draft.with(request.place, "the redirected request"),
        None => draft,
    })
}

/// Credentials that say themselves that they were computed for the original Request-URI.
fn for_old_uri(original: &Uri, attempt: &Attempt) -> Option<Draft> {
    let is_old = |uri: &[u8]| {
        let uri = Uri::parse(uri);
        uri.equals(original) && !uri.equals(&attempt.uri)
    };
    let old = credentials(&attempt.request.message).find(|found| is_old(&found.uri))?;
    let refused = attempt.outcome.filter(|outcome| matches!(outcome.status, 401 | 403 | 407));
    let effect = refused.map(|outcome| format!(", and was answered {}", outcome.status)).unwrap_or_default();
    let message = format!(
        "the request for {} carries credentials for the realm {} that were computed for {}{effect}",
        request_uri(attempt),
        text(&old.realm),
        text(&old.uri),
    );
    let draft = Draft::at(attempt.request.place, message);
    Some(match refused {
        Some(outcome) => draft.with(outcome.place, "the answer to it"),
        None => draft,
    })
}

/// Credentials of the redirected request that went to another server, which asks for another realm.
fn for_unknown_realm(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let (request, challenge) = (redirect.request.as_ref()?, attempt.challenge.as_ref()?);
    if attempt.request.destination.address == redirect.server.address {
        return None;
    }
    let wanted = realms(&challenge.message).next()?;
    let is_known = |realm: &[u8]| realms(&challenge.message).any(|asked| *asked == *realm);
    let is_carried = |realm: &[u8]| credentials(&request.message).any(|before| *before.realm == *realm);
    let unknown = credentials(&attempt.request.message).find(|found| is_carried(&found.realm) && !is_known(&found.realm))?;
    let message = format!(
        "the request for {} carries credentials for the realm {} to a server that asks for {}",
        request_uri(attempt),
        text(&unknown.realm),
        text(&wanted),
    );
    Some(Draft::at(attempt.request.place, message).with(challenge.place, "asks for credentials of another realm"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::scene::findings;

    fn sent(first: &str, second: &str, rest: &str) -> Vec<String> {
        let script = format!(
            "0.0 client > server REGISTER sip:192.0.2.20 | {first}
             0.1 server > client 302 | Contact: <sip:198.51.100.30>
             0.3 client > target REGISTER sip:198.51.100.30 | {second}
             {rest}
             60 end"
        );
        findings(&RULE, &script).into_iter().map(|finding| finding.message).collect()
    }

    fn digest(realm: &str, nonce: &str, uri: &str) -> String {
        format!("Authorization: Digest username=\"alice\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", response=\"{nonce}f\"")
    }

    const NONE: &str = "Subject: none";

    #[test]
    fn credentials_for_the_old_request_uri_are_told() {
        let old = digest("a", "1", "sip:192.0.2.20");
        assert_eq!(
            sent(&old, &old, "0.4 target > client 403"),
            [
                "the request for sip:198.51.100.30 carries credentials for the realm a that were computed for sip:192.0.2.20, and was answered 403"
            ]
        );
        // In answer to the new server's own challenge as well.
        let challenge = "0.4 target > client 401 | WWW-Authenticate: Digest realm=\"b\", nonce=\"2\"";
        let answer = format!("{challenge}\n0.5 client > target REGISTER sip:198.51.100.30 | {}", digest("b", "2", "sip:192.0.2.20"));
        assert_eq!(sent(NONE, NONE, &answer).len(), 1);
    }

    #[test]
    fn credentials_that_go_to_another_realm_are_told() {
        let (old, carried) = (digest("a", "1", "sip:192.0.2.20"), digest("a", "1", "sip:198.51.100.30"));
        let challenge = |realm: &str| format!("0.4 target > client 401 | WWW-Authenticate: Digest realm=\"{realm}\", nonce=\"2\"");
        assert_eq!(
            sent(&old, &carried, &challenge("b")),
            ["the request for sip:198.51.100.30 carries credentials for the realm a to a server that asks for b"]
        );
        assert_eq!(sent(&old, &carried, &challenge("a")), [""; 0]);
    }

    #[test]
    fn credentials_for_the_new_request_uri_are_right() {
        let old = digest("a", "1", "sip:192.0.2.20");
        assert_eq!(sent(&old, &digest("a", "1", "sip:198.51.100.30"), "0.4 target > client 200"), [""; 0]);
        assert_eq!(sent(&old, NONE, "0.4 target > client 200"), [""; 0]);
        // A handset of IMS names itself, with nothing computed yet.
        let bare = "Authorization: Digest username=\"alice\", realm=\"a\", nonce=\"\", uri=\"sip:192.0.2.20\", response=\"\"";
        assert_eq!(sent(bare, bare, "0.4 target > client 200"), [""; 0]);
    }
}
