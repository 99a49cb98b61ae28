//! Takes a redirect, gives a finding where a usable Contact was left untried though the capture would have shown a try.
//!
//! RFC 3261, 21.3.2, 21.3.3 and 8.1.3.4.

use crate::call::Redirect;
use crate::rules::verdict::doubt;
use crate::rules::words::{seconds, text};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "redirect-not-followed",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Should,
    clause: Clause::rfc3261("21.3.3"),
    summary: "a usable Contact of the redirect was not tried",
    rationale: "The user is reachable at the Contact, and the server has said so; a client that gives up loses the call. Whoever relies on \
                302 for call forwarding, load sharing or migration sees calls fail only with this client.",
    remedy: "Send the request again with the Contact as Request-URI, in a new transaction. Where following is a policy of the client, \
             switch it on.",
    example: "INVITE sip:bob@a -> 302, Contact: <sip:bob@b> -> ACK, and nothing more\n\
              right: INVITE sip:bob@b",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    let asked = matches!(redirect.status, 301 | 302) || redirect.is_choice();
    let excused = redirect.relayed.is_some() || redirect.cancel.is_some() || redirect.method == b"CANCEL";
    let target = redirect.untried().next().and_then(|index| redirect.targets.get(index))?;
    if !asked || excused || !redirect.attempts.is_empty() || doubt(redirect).is_some() {
        return None;
    }
    let message = format!(
        "the client did not try {} within the {} that the capture covers after the {}",
        text(&target.text),
        seconds(redirect.covered()),
        redirect.status,
    );
    let mut draft = Draft::at(redirect.response.place, message);
    if redirect.is_choice() {
        // RFC 3261, 21.3.1: the choice may be left to the user.
        draft = draft.level(Level::Note);
    }
    if let Some(request) = &redirect.request {
        draft = draft.with(request.place, "the redirected request");
    }
    if let Some(ack) = redirect.acks.first() {
        draft = draft.with(ack.place, "the client received the response: it acknowledged it");
    }
    Some(draft)
}
