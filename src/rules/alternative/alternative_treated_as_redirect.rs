//! Takes an attempt after a 380, gives a finding where it went to the Contact, as after a 302.
//!
//! RFC 3261, 21.3.5: the alternatives are in the body; of a Contact the clause says nothing.

use super::followed::{is_original, silence, takes_alternative};
use crate::call::{Attempt, Link, Redirect, Target};
use crate::rules::words::{offered, text};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "alternative-treated-as-redirect",
    section: Section::Alternative,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Descriptive,
    clause: Clause::rfc3261("21.3.5"),
    summary: "the Contact of a 380 was called as after a 302",
    rationale: "A 380 says that this call cannot be made, and describes in its body what can. A client that follows its Contact blindly \
                makes the refused call once more, and the alternative, which may be an emergency call, is not made. A client that does not \
                know 380 may treat it as 300, so without a body this is a warning.",
    remedy: "Look into the body of the 380, and leave its Contact alone unless the body says otherwise.",
    example: "380, Contact: <sip:bob@b>, body: sip:reception@c -> INVITE sip:bob@b\n\
              right: INVITE sip:reception@c",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    if redirect.status != 380 || attempt.amended || takes_alternative(attempt) || is_original(redirect, &attempt.uri) {
        return None;
    }
    let target = redirect.targets.get(attempt.contact?)?;
    if !attempt.difference.as_ref()?.against_contact.names_the_target() {
        return None;
    }
    let described = match &redirect.offer {
        Some(offer) => format!("the body offers {}", offered(offer)),
        None => "there is no body that would describe an alternative".to_owned(),
    };
    let level = if is_ignored(redirect, attempt, target) { Level::Error } else { Level::Warning };
    let message = format!("the Contact {} of the 380 was called as after a 302; {described}", text(&target.text));
    Some(Draft::at(attempt.request.place, message).level(level).with(redirect.response.place, "the 380 with its Contact"))
}

/// Whether the body describes something else that was not taken, and will not be.
fn is_ignored(redirect: &Redirect, attempt: &Attempt, target: &Target) -> bool {
    let Some(offer) = redirect.offer.as_ref().filter(|offer| offer.describes_anything()) else { return false };
    let is_in_body = offer.uris.iter().any(|uri| uri.equals(&target.uri) || uri.equals(&attempt.uri));
    let names_another = offer.sip_alternatives().any(|uri| !is_original(redirect, uri));
    // Prose may have sent the user to the Contact; within the same call nobody was asked.
    let is_blind = names_another || attempt.link < Link::NewCall;
    let is_over = attempt.outcome.is_some_and(|outcome| outcome.status < 300) || silence(redirect) >= redirect.window;
    !is_in_body && is_blind && is_over && !redirect.attempts.iter().any(takes_alternative)
}
