//! Takes a datagram of HEP, gives the message in it as a datagram between those who sent and received it.
//!
//! The Homer Encapsulation Protocol tells a collector what a server, or an agent beside it, has seen. Version 3 shows itself by its first
//! octets on any port; versions 1 and 2 have no such mark and are looked for on their own port only. What the server got over a stream (TCP,
//! TLS, WebSocket, SCTP) comes as one whole message as well, and keeps its transport. The time in HEP is that of another clock and is left
//! alone: the frame's time counts, as everywhere.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::decode::Packet;
use super::ip::Carrier;
use super::octets::{after, u8_at, u16_at, u32_at};
use super::path::Path;
use super::transport::Datagram;
use super::tunnel::inside;
use super::walk::{Stop, Walk};
use crate::evidence::{Endpoint, Transport};

/// The port of a collector.
pub(super) const PORT_HEP: u16 = 9060;
/// The first octets of version 3.
const MAGIC: &[u8; 4] = b"HEP3";
/// Octets of a chunk's vendor, type and length.
const CHUNK_LEN: usize = 6;
/// Octets ahead of the first chunk: the magic and the length of all.
const FIRST_CHUNK: usize = 6;
/// Octets of the time that version 2 has behind the addresses.
const TIME_LEN: usize = 12;
/// The IANA numbers of TCP and UDP.
const TCP: u8 = 6;
const UDP: u8 = 17;
/// What chunk 11 says of SIP.
const SIP: u8 = 1;

/// Chunks of the general vendor.
mod chunk {
    pub(super) const PROTOCOL: u16 = 2;
    pub(super) const IPV4_SOURCE: u16 = 3;
    pub(super) const IPV4_DESTINATION: u16 = 4;
    pub(super) const IPV6_SOURCE: u16 = 5;
    pub(super) const IPV6_DESTINATION: u16 = 6;
    pub(super) const SOURCE_PORT: u16 = 7;
    pub(super) const DESTINATION_PORT: u16 = 8;
    pub(super) const KIND: u16 = 11;
    pub(super) const AGENT: u16 = 12;
    pub(super) const PAYLOAD: u16 = 15;
    pub(super) const DEFLATED: u16 = 16;
}

/// Whether `payload` begins as HEP version 3 does.
#[inline(always)]
pub(super) fn begins(payload: &[u8]) -> bool {
    payload.first_chunk() == Some(MAGIC)
}

/// What a HEP header has said so far.
#[derive(Debug, Default)]
struct Told<'a> {
    source: Option<IpAddr>,
    destination: Option<IpAddr>,
    ports: (u16, u16),
    protocol: Option<u8>,
    kind: Option<u8>,
    agent: u32,
    payload: Option<&'a [u8]>,
    deflated: bool,
    truncated: bool,
}

impl<'a> Told<'a> {
    /// The packet; nothing where endpoints or payload are missing.
    fn packet(self, carrier: Carrier) -> Option<Result<Packet<'a>, Stop>> {
        let (source, destination, payload) = (self.source?, self.destination?, self.payload?);
        // Quality reports, logs, RTCP.
        if self.kind.is_some_and(|kind| kind > SIP) {
            return Some(Err(Stop::NotOurs));
        }
        let walk = inside(carrier, PORT_HEP, self.agent);
        let datagram = Datagram {
            source: Endpoint { address: source, port: self.ports.0 },
            destination: Endpoint { address: destination, port: self.ports.1 },
            payload,
            truncated: self.truncated,
            // Beside TCP and SCTP, servers write numbers of their own for TLS and WebSocket: all that is not UDP is a stream.
            transport: if matches!(self.protocol, None | Some(0 | UDP)) { Transport::Udp } else { Transport::Tcp },
            path: walk.path,
        };
        Some(Ok(if self.deflated { Packet::Deflated(datagram) } else { Packet::Datagram(datagram) }))
    }

    /// Takes the value of a chunk; one that is too short says nothing.
    fn take(&mut self, kind: u16, value: &'a [u8]) {
        match kind {
            chunk::PROTOCOL => self.protocol = u8_at(value, 0),
            chunk::IPV4_SOURCE => self.source = ipv4(value, 0),
            chunk::IPV4_DESTINATION => self.destination = ipv4(value, 0),
            chunk::IPV6_SOURCE => self.source = ipv6(value, 0),
            chunk::IPV6_DESTINATION => self.destination = ipv6(value, 0),
            chunk::SOURCE_PORT => self.ports.0 = u16_at(value, 0).unwrap_or_default(),
            chunk::DESTINATION_PORT => self.ports.1 = u16_at(value, 0).unwrap_or_default(),
            chunk::KIND => self.kind = u8_at(value, 0),
            chunk::AGENT => self.agent = u32_at(value, 0).unwrap_or_default(),
            chunk::PAYLOAD | chunk::DEFLATED => {
                self.payload = Some(value);
                self.deflated = kind == chunk::DEFLATED;
            }
            _ => {}
        }
    }
}

/// The message in the UDP payload `bytes` to `port`, of which the capture may have `truncated` the end; nothing where it is no HEP.
pub(super) fn over_udp<'a>(carrier: Carrier, port: u16, bytes: &'a [u8], truncated: bool) -> Option<Result<Packet<'a>, Stop>> {
    if begins(bytes) {
        version3(carrier, bytes, truncated)
    } else if port == PORT_HEP {
        versions1_2(carrier, bytes, truncated)
    } else {
        None
    }
}

/// What stands at the front of a stream where packets of HEP version 3 may follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HepStart {
    /// A packet of so many octets.
    Packet(usize),
    /// So many octets must be there before that can be told.
    More(usize),
    /// None.
    Nothing,
}

impl HepStart {
    /// The first octets of a packet.
    pub const MAGIC: &[u8] = MAGIC;

    /// What `bytes` begin with: the magic, the length of all, and a chunk that has room in it.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let magic = bytes.get(..MAGIC.len()).unwrap_or(bytes);
        if !MAGIC.starts_with(magic) {
            return Self::Nothing;
        }
        let lengths = u16_at(bytes, MAGIC.len()).zip(u16_at(bytes, FIRST_CHUNK + CHUNK_LEN - 2));
        match lengths.map(|(total, chunk)| (usize::from(total), usize::from(chunk))) {
            None => Self::More(FIRST_CHUNK + CHUNK_LEN),
            Some((total, chunk)) if chunk >= CHUNK_LEN && FIRST_CHUNK + chunk <= total => Self::Packet(total),
            Some(_) => Self::Nothing,
        }
    }
}

/// The message in a packet of HEP that a stream between `ends` carried by way of `path`, of which the capture may have `truncated` the end.
#[must_use]
pub fn over_stream(ends: (Endpoint, Endpoint), path: Path, bytes: &[u8], truncated: bool) -> Option<Packet<'_>> {
    let mut walk = Walk::new(path.interface, 0);
    walk.path = path;
    let carrier = Carrier { source: ends.0.address, destination: ends.1.address, protocol: TCP, walk };
    version3(carrier, bytes, truncated)?.ok()
}

/// The magic, the length of all, then chunks: vendor, type, length (with these six octets), value.
fn version3<'a>(carrier: Carrier, bytes: &'a [u8], truncated: bool) -> Option<Result<Packet<'a>, Stop>> {
    let total = usize::from(u16_at(bytes, 4)?);
    if total > bytes.len() && !truncated {
        return None;
    }
    let mut rest = bytes.get(FIRST_CHUNK..total.min(bytes.len()))?;
    let mut told = Told::default();
    // Each round takes six octets at least; what is left at the end is nothing that was asked for.
    while let (Some(vendor), Some(kind), Some(len)) = (u16_at(rest, 0), u16_at(rest, 2), u16_at(rest, 4)) {
        let len = usize::from(len);
        let is_cut = len > rest.len();
        if len < CHUNK_LEN || (is_cut && !truncated) {
            break;
        }
        let (chunk, next) = rest.split_at_checked(len).unwrap_or((rest, &[]));
        if vendor == 0 {
            told.take(kind, after(chunk, CHUNK_LEN)?);
            told.truncated |= is_cut && matches!(kind, chunk::PAYLOAD | chunk::DEFLATED);
        }
        rest = next;
    }
    told.packet(carrier)
}

/// Version, length of the header, address family, protocol, ports, addresses; in version 2 a time; then the message.
fn versions1_2<'a>(carrier: Carrier, bytes: &'a [u8], truncated: bool) -> Option<Result<Packet<'a>, Stop>> {
    let (version, len, family, protocol) = (u8_at(bytes, 0)?, u8_at(bytes, 1)?, u8_at(bytes, 2)?, u8_at(bytes, 3)?);
    // AF_INET is 2 everywhere; AF_INET6 is 10 on Linux, others elsewhere.
    let (source, destination, header) = match family {
        2 => (ipv4(bytes, 8)?, ipv4(bytes, 12)?, 16),
        10 | 23 | 24 | 28 | 30 => (ipv6(bytes, 8)?, ipv6(bytes, 24)?, 40),
        _ => return None,
    };
    let len = usize::from(len);
    // Some count the time into the length of the header and some do not.
    let at = match version {
        1 if len == header => header,
        2 if len == header || len == header + TIME_LEN => header + TIME_LEN,
        _ => return None,
    };
    let told = Told {
        source: Some(source),
        destination: Some(destination),
        ports: (u16_at(bytes, 4)?, u16_at(bytes, 6)?),
        protocol: Some(protocol),
        payload: Some(after(bytes, at)?),
        truncated,
        ..Told::default()
    };
    told.packet(carrier)
}

fn ipv4(bytes: &[u8], at: usize) -> Option<IpAddr> {
    u32_at(bytes, at).map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits)))
}

fn ipv6(bytes: &[u8], at: usize) -> Option<IpAddr> {
    after(bytes, at)?.first_chunk::<16>().map(|octets| IpAddr::V6(Ipv6Addr::from(*octets)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]
#[path = "hep_tests.rs"]
mod tests;
