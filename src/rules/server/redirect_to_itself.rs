//! Takes a redirect, gives a finding where it sends the client to the URI that the client had asked.
//!
//! RFC 3261, 8.3. Another transport or maddr makes another URI (RFC 3261, 19.1.4).

use crate::call::{Redirect, Target};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::Uri;

pub(in crate::rules) const RULE: Rule = Rule {
    id: "redirect-to-itself",
    section: Section::Server,
    level: Level::Warning,
    party: Party::Server,
    strength: Strength::MustNot,
    clause: Clause::rfc3261("8.3"),
    summary: "the redirect names the URI that was asked",
    rationale: "A client that follows it asks the same again and is redirected again: a loop that ends at a limit of the client or at Timer \
                C. A client that is right does not follow it, and the call fails.",
    remedy: "Leave the Request-URI out of the Contacts; where nothing is left, answer with another status.",
    example: "INVITE sip:bob@a -> 302, Contact: <sip:bob@a>\n\
              right: Contact: <sip:bob@b>",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    // A 305 names a proxy to go through, and a 380 redirects nothing.
    let original = redirect.original.as_ref().filter(|_| !matches!(redirect.status, 305 | 380))?;
    let target = redirect.targets.iter().find(|target| is_itself(target, original))?;
    let message = format!("the {} names {}, the URI that was asked", redirect.status, text(&target.text));
    let draft = Draft::at(redirect.response.place, message);
    Some(match &redirect.request {
        Some(request) => draft.with(request.place, "asks that URI"),
        None => draft,
    })
}

/// Whether the Contact is the original URI by either reading of it.
fn is_itself(target: &Target, original: &Uri) -> bool {
    target.uri.equals(original) && target.unbracketed.as_ref().is_none_or(|other| other.equals(original))
}
