//! Takes a redirect, gives a finding where its 3xx to INVITE was never acknowledged.
//!
//! RFC 3261, 17.1.1.2. The ACK and the retry may come in either order, so no rule asks for one.

use super::acks;
use crate::call::{Redirect, Repeat, SECOND};
use crate::rules::words::seconds;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "ack-missing",
    section: Section::Ack,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Must,
    clause: Clause::rfc3261("17.1.1.2"),
    summary: "the 3xx to INVITE was not acknowledged",
    rationale: "The server keeps its transaction and, over UDP, repeats the 3xx for 32 seconds until an ACK comes. Under load that is ten \
                times the traffic for every redirected call. Some servers count the missing ACK as a failed client and block it.",
    remedy: "Answer every final response from 300 to 699 to an INVITE with an ACK in the same transaction, over reliable transports too.",
    example: "INVITE sip:bob@a -> 302 -> 302 -> 302 ... and no ACK sip:bob@a\n\
              right: INVITE sip:bob@a -> 302 -> ACK sip:bob@a",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    // Where the way from client to server is not in the capture, neither is an ACK.
    let request = redirect.request.as_ref().filter(|_| redirect.is_invite() && redirect.cover.client_visible)?;
    if redirect.response.truncated || acks::of(redirect).next().is_some() || was_not_heard(redirect) {
        return None;
    }
    let repeats: Vec<&Repeat> = redirect.repeats.iter().filter(|repeat| (300..400).contains(&repeat.status)).collect();
    let last = repeats.last().copied();
    let waits_in_vain = last.is_some_and(|last| repeats.len() > 1 || redirect.cover.until.nanos_since(last.time) >= SECOND);
    if !waits_in_vain && redirect.covered() < redirect.window {
        return None;
    }
    let message = match last {
        Some(_) => format!("no ACK followed the {}, which the server sent {} times", redirect.status, repeats.len().saturating_add(1)),
        None => format!("no ACK followed the {} within the {} that the capture covers", redirect.status, seconds(redirect.covered())),
    };
    let mut draft = Draft::at(redirect.response.place, message).with(request.place, "the redirected INVITE");
    if let Some(last) = last {
        draft = draft.with(last.place, "the server still repeats its response");
    }
    if let Some(attempt) = redirect.attempts.first() {
        draft = draft.with(attempt.request.place, "the client received the response: it acted on it");
    }
    Some(draft)
}

/// Whether the client went on sending the INVITE after the 3xx, and nothing else: then the 3xx did not reach it.
fn was_not_heard(redirect: &Redirect) -> bool {
    redirect.attempts.is_empty() && redirect.request_repeats.iter().any(|place| *place > redirect.response.place)
}
