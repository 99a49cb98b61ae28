//! Takes a redirect, gives a finding where the body of a 380 names what SIP can reach, and nothing was sent there.
//!
//! RFC 3261, 21.3.5. Prose, and alternatives outside SIP, prove nothing: whether they were taken no SIP capture shows.

use super::emergency::is_emergency;
use super::followed::{is_excused, is_original, silence};
use crate::call::Redirect;
use crate::rules::verdict::doubt;
use crate::rules::words::{seconds, text};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::Uri;

pub(in crate::rules) const RULE: Rule = Rule {
    id: "alternative-not-attempted",
    section: Section::Alternative,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Descriptive,
    clause: Clause::rfc3261("21.3.5"),
    summary: "an alternative in the body of the 380 was not tried",
    rationale: "The call failed, and the server said in the body how the user can be reached instead. A client that does not look there \
                shows a failure to a caller who could have been served.",
    remedy: "Read the body of the 380, by its Content-Type, and call one of the URIs in it or offer them to the user.",
    example: "380, <a href=\"sip:reception@b\"> -> ACK, and nothing more\n\
              right: INVITE sip:reception@b",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    // Of an emergency the circuit-switched call is invisible; a rule of its own speaks of that.
    if redirect.status != 380 || is_emergency(redirect) || is_excused(redirect) {
        return None;
    }
    let offer = redirect.offer.as_ref()?;
    let mut offered = offer.sip_alternatives().filter(|uri| !is_original(redirect, uri)).peekable();
    let named = *offered.peek()?;
    let took_none = redirect.attempts.iter().all(|attempt| is_original(redirect, &attempt.uri));
    if !took_none || silence(redirect) < redirect.window || doubt(redirect).is_some() || offered.all(is_hidden) {
        return None;
    }
    let silence = seconds(silence(redirect));
    let message = format!(
        "the client did not try {}, which the body of the 380 names, within the {silence} that the capture covers",
        text(named.as_bytes())
    );
    let mut draft = Draft::at(redirect.response.place, message);
    if let Some(request) = &redirect.request {
        draft = draft.with(request.place, "the failed request");
    }
    if let Some(ack) = redirect.acks.first() {
        draft = draft.with(ack.place, "the client received the response: it acknowledged it");
    }
    Some(draft)
}

/// Whether a request to the alternative would be encrypted, so that the capture could not show it.
fn is_hidden(uri: &Uri) -> bool {
    uri.next_hop().is_some_and(|hop| hop.secure)
}
