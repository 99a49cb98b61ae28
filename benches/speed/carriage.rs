//! Takes a payload, gives the frames that carry it: UDP, TCP, or UDP over IPv6 in a GTP-U tunnel.

use std::net::{Ipv4Addr, SocketAddr};

use crate::pcap_writer::udp_frame;
use crate::tcp_conversation::Conversations;
use crate::traffic::Shape;

/// Octets of an Ethernet header.
const ETHERNET: usize = 14;
/// The port of GTP-U (3GPP TS 29.281, 4.4.2).
const GTP_U: u16 = 2152;

/// What carries the messages.
pub(crate) enum Carriage {
    Udp,
    Tcp(Conversations),
    /// GTP-U between a radio station and a gateway.
    Tunnel,
}

impl Carriage {
    pub(crate) fn of(shape: Shape) -> Self {
        match shape {
            Shape::Mixed | Shape::Udp | Shape::Trunk => Self::Udp,
            Shape::Tcp => Self::Tcp(Conversations::default()),
            Shape::Ims => Self::Tunnel,
        }
    }

    /// The word for it in a Via.
    pub(crate) const fn transport(&self) -> &'static str {
        if matches!(self, Self::Tcp(_)) { "TCP" } else { "UDP" }
    }

    /// The parameter that asks for it in the URI of a Contact (RFC 3261, 19.1.1).
    pub(crate) const fn parameter(&self) -> &'static str {
        if matches!(self, Self::Tcp(_)) { ";transport=tcp" } else { "" }
    }

    /// The frames that carry `payload` at `time`, each with its own time; `number` tells packets of one way apart.
    pub(crate) fn send(&mut self, from: SocketAddr, to: SocketAddr, time: u64, number: u16, payload: &[u8]) -> Vec<(u64, Vec<u8>)> {
        match self {
            Self::Udp => vec![(time, udp_frame(from, to, number, payload))],
            Self::Tcp(conversations) => conversations.send(from, to, time, payload),
            Self::Tunnel => vec![(time, tunnelled(from, to, number, payload))],
        }
    }

    /// The frames of the end of what `from` has with `to`.
    pub(crate) fn close(&mut self, from: SocketAddr, to: SocketAddr, time: u64) -> Vec<(u64, Vec<u8>)> {
        match self {
            Self::Tcp(conversations) => conversations.close(from, to, time),
            Self::Udp | Self::Tunnel => Vec::new(),
        }
    }
}

/// The frame of a datagram in a tunnel (3GPP TS 29.281, 5.1: version 1, no options, a G-PDU).
fn tunnelled(from: SocketAddr, to: SocketAddr, number: u16, payload: &[u8]) -> Vec<u8> {
    let inner = udp_frame(from, to, number, payload).split_off(ETHERNET);
    let length = u16::try_from(inner.len()).unwrap_or(u16::MAX);
    let mut packet = vec![0x30, 0xff];
    packet.extend_from_slice(&length.to_be_bytes());
    packet.extend_from_slice(&(0x0100_0000 | u32::from(from.port())).to_be_bytes());
    packet.extend_from_slice(&inner);
    let [radio, core] = [1, 2].map(|last| SocketAddr::from((Ipv4Addr::new(198, 18, 0, last), GTP_U)));
    udp_frame(radio, core, number, &packet)
}
