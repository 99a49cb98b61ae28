//! Takes a frame, gives its headers one by one with what each says: link addresses, VLAN ids, IP and transport fields.
//!
//! This is the slow, second walk, for those who show a packet. It says more of a frame than [`super::decode()`] and finds less in it: links and
//! tunnels that few captures have end it. So the packet of a message is always that of the first walk, and [`Layers::end_at`] adds what the
//! second has not reached. Invariant: it never fails, has no state, and takes at most [`HEADERS_MAX`] headers.

use std::net::{Ipv4Addr, Ipv6Addr};

use smallvec::SmallVec;

use super::layer_walk;
use super::path::Path;
use super::walk::HEADERS_MAX;
use crate::capture::Frame;
use crate::evidence::{Endpoint, Transport};

/// A header of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// A header of which the name alone is told, as Wireshark has it in `frame.protocols`.
    Named(&'static str),
    /// Ethernet.
    Ethernet(Ethernet),
    /// A VLAN tag: its id (IEEE 802.1Q, 9.6).
    Vlan(u16),
    /// IPv4.
    Ipv4(Ipv4),
    /// IPv6.
    Ipv6(Ipv6),
    /// UDP.
    Udp(Udp),
    /// TCP.
    Tcp(Tcp),
}

/// The addresses of an Ethernet header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ethernet {
    /// The sender.
    pub source: [u8; 6],
    /// The receiver.
    pub destination: [u8; 6],
}

/// What an IPv4 header says (RFC 791, 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ipv4 {
    /// The sender.
    pub source: Ipv4Addr,
    /// The receiver.
    pub destination: Ipv4Addr,
    /// The protocol of the payload, by its IANA number.
    pub protocol: u8,
    /// The time to live.
    pub ttl: u8,
    /// The differentiated services code point (RFC 2474, 3).
    pub dscp: u8,
    /// The identification.
    pub identification: u16,
    /// The total length in octets.
    pub length: u16,
    /// Where a fragment stands, in octets.
    pub fragment_offset: u16,
    /// Whether fragments follow.
    pub more_fragments: bool,
}

/// What an IPv6 header says (RFC 8200, 3), with its fragment header (4.5) where it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ipv6 {
    /// The sender.
    pub source: Ipv6Addr,
    /// The receiver.
    pub destination: Ipv6Addr,
    /// The next header, by its IANA number.
    pub next: u8,
    /// The hop limit.
    pub hop_limit: u8,
    /// The differentiated services code point.
    pub dscp: u8,
    /// The length of the payload in octets.
    pub length: u16,
}

/// What a UDP header says (RFC 768).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Udp {
    /// The port of the sender.
    pub source_port: u16,
    /// The port of the receiver.
    pub destination_port: u16,
    /// The length that the header says, in octets, its own included.
    pub length: u16,
    /// Which conversation of the captures it belongs to, where somebody counts them: from 0, in the order of their first datagrams.
    pub stream: Option<u32>,
}

/// What a TCP header says (RFC 9293, 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tcp {
    /// The port of the sender.
    pub source_port: u16,
    /// The port of the receiver.
    pub destination_port: u16,
    /// The sequence number, as it stands there.
    pub sequence: u32,
    /// The flags: CWR, ECE, URG, ACK, PSH, RST, SYN, FIN from the highest bit to the lowest.
    pub flags: u8,
    /// Octets of payload, by the lengths in the headers.
    pub len: u32,
    /// Which connection of the captures it belongs to, where somebody counts them: from 0, in the order of their first segments.
    pub stream: Option<u32>,
    /// The sequence number counted from the first of its direction, where somebody keeps that.
    pub relative_sequence: Option<u32>,
    /// How it stands to the segments ahead of it in its direction, where somebody keeps them.
    pub order: Order,
}

impl Tcp {
    /// The RST bit.
    pub const RST: u8 = 4;
    /// The SYN bit.
    pub const SYN: u8 = 2;
    /// The FIN bit.
    pub const FIN: u8 = 1;
    /// The ACK bit.
    pub const ACK: u8 = 16;

    /// Whether the bit `flag` is set.
    #[must_use]
    pub const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// How a segment stands to those ahead of it in its direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// It goes on where they end, or nobody looked.
    #[default]
    InOrder,
    /// Octets between them and this one are not in the capture so far.
    AfterGap,
    /// It fills a gap, soon after what stands behind the gap.
    OutOfOrder,
    /// It holds octets that were there.
    Again,
}

/// The headers of a frame, the outermost first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layers(SmallVec<[Layer; 8]>);

impl Layers {
    /// The headers of `frame`, as far as this walk knows them.
    #[must_use]
    pub fn of(frame: &Frame<'_>) -> Self {
        let mut layers = Self::default();
        layer_walk::link(frame, &mut layers);
        layers
    }

    /// The headers.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Layer> {
        self.0.iter()
    }

    /// The headers, for one who adds what only a memory can tell.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Layer> {
        self.0.iter_mut()
    }

    /// Adds a header; false where there are [`HEADERS_MAX`] of them.
    pub(super) fn push(&mut self, layer: Layer) -> bool {
        let has_room = self.0.len() < 2 * usize::from(HEADERS_MAX);
        if has_room {
            self.0.push(layer);
        }
        has_room
    }

    /// The innermost IP addresses and ports that were reached.
    fn innermost(&self) -> (Option<(Endpoint, Endpoint)>, bool) {
        let mut ports = None;
        for layer in self.0.iter().rev() {
            let (source, destination) = match layer {
                Layer::Udp(udp) => {
                    ports = ports.or(Some((udp.source_port, udp.destination_port)));
                    continue;
                }
                Layer::Tcp(tcp) => {
                    ports = ports.or(Some((tcp.source_port, tcp.destination_port)));
                    continue;
                }
                Layer::Ipv4(ip) => (ip.source.into(), ip.destination.into()),
                Layer::Ipv6(ip) => (ip.source.into(), ip.destination.into()),
                _ => continue,
            };
            let (source_port, destination_port) = ports.unwrap_or_default();
            let ends = (Endpoint { address: source, port: source_port }, Endpoint { address: destination, port: destination_port });
            return (Some(ends), ports.is_some());
        }
        (None, ports.is_some())
    }

    /// Makes the headers end at the packet that carried `octets` from `source` to `destination`: adds what this walk has not reached, that
    /// is what lies in the payload of fragments and in the rarer tunnels.
    pub fn end_at(&mut self, source: Endpoint, destination: Endpoint, transport: Transport, path: &Path, octets: usize) {
        let (reached, has_ports) = self.innermost();
        if reached == Some((source, destination)) && has_ports {
            return;
        }
        let same_addresses = reached.is_some_and(|(from, to)| (from.address, to.address) == (source.address, destination.address));
        if !same_addresses || has_ports {
            self.push(layer_walk::ip_between(source.address, destination.address, transport, path));
        }
        self.push(match transport {
            Transport::Udp => Layer::Udp(Udp {
                source_port: source.port,
                destination_port: destination.port,
                length: u16::try_from(octets.saturating_add(8)).unwrap_or(0),
                stream: None,
            }),
            Transport::Tcp | Transport::Ws => Layer::Tcp(Tcp {
                source_port: source.port,
                destination_port: destination.port,
                sequence: 0,
                flags: 0,
                len: 0,
                stream: None,
                relative_sequence: None,
                order: Order::InOrder,
            }),
        });
    }
}

impl Layer {
    /// The name that Wireshark has for it in `frame.protocols`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Named(name) => name,
            Self::Ethernet(_) => "eth",
            Self::Vlan(_) => "vlan",
            Self::Ipv4(_) => "ip",
            Self::Ipv6(_) => "ipv6",
            Self::Udp(_) => "udp",
            Self::Tcp(_) => "tcp",
        }
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a test may fail")]
#[path = "layers_tests.rs"]
mod tests;
