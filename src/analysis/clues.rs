//! Takes units that are no SIP, gives the clues among them.
//!
//! Invariant: what can be no clue costs one look at its ports.

use crate::call::{Clue, ClueKind, Greeting};
use crate::dns;
use crate::evidence::Transport;
use crate::flow::{Sign, SignKind, Unit};
use crate::sip::is_sip;

/// The port of DNS (RFC 1035, 4.2.1).
const DNS: u16 = 53;
/// The port of multicast DNS (RFC 6762, 2).
const MULTICAST_DNS: u16 = 5353;

/// What an ICMP error that quotes `unit` tells: only what may have been SIP, which it shows as far as the error quotes any of it.
#[cold]
pub(super) fn unreachable(unit: &Unit<'_>) -> Option<Clue> {
    let why = unit.quoted.filter(|_| unit.bytes.is_empty() || is_sip(unit.bytes))?;
    Some(of(unit, ClueKind::Unreachable(why)))
}

/// The clue that `unit` is.
pub(super) const fn of(unit: &Unit<'_>, kind: ClueKind) -> Clue {
    Clue { capture: unit.capture, frame: unit.place_frame, time: unit.time, source: unit.source, destination: unit.destination, kind }
}

/// Whether DNS is spoken on a port.
#[inline]
pub(super) const fn is_dns_port(port: u16) -> bool {
    port == DNS || port == MULTICAST_DNS
}

/// Whether `unit` is a datagram on a port of DNS.
#[inline]
pub(super) fn may_be_dns(unit: &Unit<'_>) -> bool {
    (is_dns_port(unit.source.port) || is_dns_port(unit.destination.port)) && unit.transport == Transport::Udp
}

/// What a connection shows beside its units.
#[cold]
pub(super) fn of_connection(sign: Sign) -> Clue {
    let Sign { capture, frame, time, source, destination, kind } = sign;
    let kind = match kind {
        SignKind::Syn => ClueKind::Greeting(Greeting::Syn),
        SignKind::ClientHello { server_name } => ClueKind::Greeting(Greeting::Hello { server_name }),
        SignKind::Sealed => ClueKind::Greeting(Greeting::Sealed),
        SignKind::HttpRequest { host } => ClueKind::Greeting(Greeting::Web { host }),
        SignKind::Lost => ClueKind::Lost,
    };
    Clue { capture, frame, time, source, destination, kind }
}

/// What a datagram of DNS tells; nothing where it names nothing.
#[cold]
pub(super) fn dns(unit: &Unit<'_>) -> Option<dns::Message> {
    dns::Message::read(unit.bytes).filter(|message| message.question.is_some() || !message.records.is_empty())
}
