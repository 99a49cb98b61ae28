//! Takes a redirect, gives a finding where its ACK went elsewhere than its INVITE.
//!
//! RFC 3261, 17.1.1.2: the same address, port and transport.

use super::acks;
use crate::call::{Kept, Redirect};
use crate::evidence::Transport;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "ack-sent-elsewhere",
    section: Section::Ack,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Must,
    clause: Clause::rfc3261("17.1.1.2"),
    summary: "the ACK of the 3xx was sent to another place than the INVITE",
    rationale: "The ACK of a 3xx ends one hop, and only the element that sent the response waits for it. At the Contact nobody knows what it \
                is for, and the redirecting server repeats its response until it gives up.",
    remedy: "Send the ACK to the address, port and transport to which the INVITE went, whatever the response names.",
    example: "INVITE, sent to a -> 302, Contact: <sip:bob@b> -> ACK, sent to b\n\
              right: ACK, sent to a",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    let request = redirect.request.as_ref().filter(|_| redirect.is_invite())?;
    // One that arrived is enough: behind an address translator the same ACK may be seen with another destination.
    if acks::of(redirect).any(|ack| goes_where(ack, request)) {
        return None;
    }
    let ack = acks::of(redirect).next()?;
    let message = format!(
        "the ACK of the {} went to {} over {}, and its INVITE to {} over {}",
        redirect.status, ack.destination, ack.transport, request.destination, request.transport
    );
    Some(
        Draft::at(ack.place, message)
            .with(request.place, "the INVITE that it belongs to")
            .with(redirect.response.place, "the response that it acknowledges"),
    )
}

/// Whether the ACK went where the request had gone. A stream may have been opened anew, to another port of the same server.
fn goes_where(ack: &Kept, request: &Kept) -> bool {
    let same_address = ack.destination.address.to_canonical() == request.destination.address.to_canonical();
    let same_port = ack.destination.port == request.destination.port || request.transport == Transport::Tcp;
    same_address && same_port && ack.transport == request.transport
}
