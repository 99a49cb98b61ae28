//! Takes a redirect, gives a finding where an ACK does not repeat what it must of its INVITE and of the 3xx.
//!
//! RFC 3261, 17.1.1.3. What the 3xx echoes is compared with the 3xx where the INVITE is not in the capture.

use super::acks;
use crate::call::{Kept, Redirect};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::header::{NameAddr, Via};
use crate::sip::{Message, Name, Uri};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "ack-differs-from-invite",
    section: Section::Ack,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Must,
    clause: Clause::rfc3261("17.1.1.3"),
    summary: "the ACK of the 3xx does not match the INVITE or the response",
    rationale: "The server finds its transaction by the topmost Via, and older ones by Request-URI, tags and CSeq as well. An ACK built from \
                the Contact or from the new request is not recognised: the server repeats the 3xx until it gives up.",
    remedy: "Build the ACK from the INVITE (Request-URI, topmost Via alone, From, Call-ID, CSeq number, Route) and take To with its tag \
             from the response.",
    example: "INVITE sip:bob@a -> 302, Contact: <sip:bob@b> -> ACK sip:bob@b\n\
              right: ACK sip:bob@a",
    check: Check::Redirect(check),
};

/// The port of a sent-by that names none (RFC 3261, 18.1.1).
const DEFAULT_PORT: u16 = 5060;

fn check(redirect: &Redirect) -> Option<Draft> {
    if !redirect.is_invite() {
        return None;
    }
    let request = redirect.request.as_ref().filter(|request| !request.truncated);
    acks::of(redirect).filter(|ack| !ack.truncated).find_map(|ack| {
        let differences = differences(redirect, request, &ack.message);
        if differences.is_empty() {
            return None;
        }
        let message = format!("the ACK of the {} {}", redirect.status, differences.join(", and "));
        let draft = Draft::at(ack.place, message).with(redirect.response.place, "the response that it acknowledges");
        Some(match request {
            Some(request) => draft.with(request.place, "the INVITE that it belongs to"),
            None => draft,
        })
    })
}

/// What of an ACK is not as it must be, in words that follow "the ACK".
fn differences(redirect: &Redirect, request: Option<&Kept>, ack: &Message<'_>) -> Vec<String> {
    let response = &redirect.response.message;
    // The 3xx echoes Via, From, Call-ID and CSeq (RFC 3261, 8.2.6.2).
    let invite = request.map_or(response, |request| &request.message);
    let mut found = Vec::new();
    if let (Some(asked), Some(sent)) = (request.and_then(|request| request.message.request_uri()), ack.request_uri())
        && !same_uri(asked, sent)
    {
        found.push(format!("has the Request-URI {} instead of {}", text(sent), text(asked)));
    }
    if let Some((asked, sent)) = unequal(invite.call_id(), ack.call_id()) {
        found.push(format!("has the Call-ID {sent} instead of {asked}"));
    }
    found.extend(from_difference(invite, ack));
    found.extend(to_difference(redirect, response, ack));
    found.extend(cseq_difference(invite, ack));
    found.extend(via_difference(invite, ack));
    found.extend(request.and_then(|request| route_difference(&request.message, ack)));
    found
}

/// Whether the first line of a header is the same to the last octet, as it mostly is: then there is nothing to compare.
fn is_copied(name: Name, one: &Message<'_>, other: &Message<'_>) -> bool {
    one.field(name) == other.field(name)
}

fn from_difference(invite: &Message<'_>, ack: &Message<'_>) -> Option<String> {
    if is_copied(Name::From, invite, ack) {
        return None;
    }
    if let Some((asked, sent)) = unequal(tag(invite.from()), tag(ack.from())) {
        return Some(format!("has the From tag {sent} instead of {asked}"));
    }
    let (asked, sent) = (invite.from()?.uri, ack.from()?.uri);
    (!same_uri(asked, sent)).then(|| format!("has {} in its From instead of {}", text(sent), text(asked)))
}

fn to_difference(redirect: &Redirect, response: &Message<'_>, ack: &Message<'_>) -> Option<String> {
    if is_copied(Name::To, response, ack) {
        return None;
    }
    let (answered, sent) = (response.to()?, ack.to()?);
    // A repetition of the 3xx may carry another tag, and the ACK may be for that one (RFC 3261, 17.1.3).
    if redirect.repeats.is_empty()
        && answered.tag().is_some()
        && let Some((answered, sent)) = unequal(answered.tag(), sent.tag())
    {
        return Some(format!("has the To tag {sent} instead of {answered} of the response"));
    }
    let asked = redirect.request.as_ref().and_then(|request| request.message.to());
    let is_known = same_uri(answered.uri, sent.uri) || asked.is_some_and(|asked| same_uri(asked.uri, sent.uri));
    (!is_known).then(|| format!("has {} in its To instead of {}", text(sent.uri), text(answered.uri)))
}

fn cseq_difference(invite: &Message<'_>, ack: &Message<'_>) -> Option<String> {
    let (asked, sent) = (invite.cseq()?, ack.cseq()?);
    if sent.number != asked.number {
        return Some(format!("has the CSeq number {} instead of {}", sent.number, asked.number));
    }
    (sent.method != b"ACK").then(|| format!("has the CSeq method {} instead of ACK", text(sent.method)))
}

fn via_difference(invite: &Message<'_>, ack: &Message<'_>) -> Option<String> {
    if is_copied(Name::Via, invite, ack) && !ack.has_several_vias() {
        return None;
    }
    let (asked, sent) = (invite.top_via()?, ack.top_via()?);
    if let Some((asked, sent)) = unequal(asked.branch(), sent.branch()) {
        return Some(format!("has the branch {sent} instead of {asked}"));
    }
    if !same_sent_by(&asked, &sent) {
        return Some(format!("has {} in its Via instead of {}", sent_by(&sent), sent_by(&asked)));
    }
    if !ack.has_several_vias() {
        return None;
    }
    // A stateless proxy hands the ACK on with the Vias that its INVITE had (RFC 3261, 16.11).
    let is_handed_on = ack.vias().count() == invite.vias().count()
        && ack.vias().zip(invite.vias()).all(|(one, other)| one.branch() == other.branch() && same_sent_by(&one, &other));
    (!is_handed_on).then(|| format!("has {} Vias instead of one", ack.vias().count()))
}

fn route_difference(invite: &Message<'_>, ack: &Message<'_>) -> Option<String> {
    let asked: Vec<_> = invite.routes().collect();
    let sent: Vec<_> = ack.routes().collect();
    let is_same = asked.len() == sent.len() && asked.iter().zip(&sent).all(|(one, other)| same_uri(one.uri(), other.uri()));
    let first = asked.first().filter(|_| !is_same)?;
    Some(match sent.first() {
        None => format!("lacks the Route {} of the INVITE", text(first.uri())),
        Some(_) => format!("has another Route than the INVITE, which begins with {}", text(first.uri())),
    })
}

fn tag(address: Option<NameAddr<'_>>) -> Option<&[u8]> {
    address.and_then(|address| address.tag())
}

/// The two values as text where they differ.
fn unequal(one: Option<&[u8]>, other: Option<&[u8]>) -> Option<(String, String)> {
    let told = |value: Option<&[u8]>| value.map_or_else(|| "none".to_owned(), text);
    (one != other).then(|| (told(one), told(other)))
}

fn same_uri(one: &[u8], other: &[u8]) -> bool {
    one == other || Uri::parse(one).equals(&Uri::parse(other))
}

fn same_sent_by(one: &Via<'_>, other: &Via<'_>) -> bool {
    one.host.eq_ignore_ascii_case(other.host) && one.port.unwrap_or(DEFAULT_PORT) == other.port.unwrap_or(DEFAULT_PORT)
}

fn sent_by(via: &Via<'_>) -> String {
    via.port.map_or_else(|| text(via.host), |port| format!("{}:{port}", text(via.host)))
}

#[cfg(test)]
#[path = "ack_differs_from_invite_tests.rs"]
mod tests;
