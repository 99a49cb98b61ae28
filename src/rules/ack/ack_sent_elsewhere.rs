//! Takes a redirect, gives a finding where its ACK went elsewhere than its INVITE.
//!
//! RFC 3261, 17.1.1.2: the same address, port and transport.

use super::acks;
use crate::call::{Kept, Redirect};
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
    let same_port = ack.destination.port == request.destination.port || request.transport.is_reliable();
    same_address && same_port && ack.transport == request.transport
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};

    const COPIED: &str =
        "sip:bob@192.0.2.20 | Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK1 | CSeq: 1 | To: <sip:bob@192.0.2.20>;tag=bob1";

    fn acked(acks: &str) -> String {
        format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
             {acks}
             40 end"
        )
    }

    #[test]
    fn an_ack_that_went_to_the_contact_is_an_error() {
        let found = findings(&RULE, &acked(&format!("0.2 client > target ACK {COPIED}")));
        let [finding] = found.as_slice() else { panic!("one finding, found {found:?}") };
        assert_eq!(finding.level, Level::Error);
        assert_eq!(finding.message, "the ACK of the 302 went to 198.51.100.30:5060 over udp, and its INVITE to 192.0.2.20:5060 over udp");
    }

    #[test]
    fn another_port_or_transport_is_another_place() {
        for place in ["192.0.2.20:5080", "server/tcp"] {
            assert_eq!(levels(&RULE, &acked(&format!("0.2 client > {place} ACK {COPIED}"))), [Level::Error], "{place}");
        }
    }

    #[test]
    fn a_stream_may_be_opened_anew() {
        let script = "0.0 client > 192.0.2.20:49152/tcp INVITE sip:bob@192.0.2.20
            0.1 192.0.2.20:49152 > client/tcp 302 | Contact: <sip:bob@198.51.100.30>
            0.2 client > server/tcp ACK sip:bob@192.0.2.20 | Via: SIP/2.0/TCP 192.0.2.10:5060;branch=z9hG4bK1 | CSeq: 1
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }

    #[test]
    fn the_same_ack_seen_behind_an_address_translator_is_right() {
        let acks = format!("0.2 client > server ACK\n0.201 client > 198.51.100.99:5060 ACK {COPIED}");
        assert_eq!(levels(&RULE, &acked(&acks)), []);
    }

    #[test]
    fn the_place_of_the_invite_counts_and_not_that_of_the_response() {
        // A response in a script answers a request on its own way; here it is made that of the INVITE.
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.1 client > 192.0.2.21:5060 OPTIONS sip:192.0.2.21
            0.2 192.0.2.21:5060 > client 302 | Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK1 | CSeq: 1 INVITE | To: <sip:bob@192.0.2.20>;tag=bob1";
        for (place, expected) in [("server", vec![]), ("192.0.2.21:5060", vec![Level::Error])] {
            assert_eq!(levels(&RULE, &format!("{script}\n0.3 client > {place} ACK {COPIED}\n40 end")), expected, "{place}");
        }
    }
}
