//! Takes the payload of an IP packet, gives the UDP datagram or the TCP segment in it.
//!
//! Checksums are not looked at: a capture taken on the sender shows them before the card has filled them in. RFC 768; RFC 9293, 3.1.

use etherparse::{TcpSlice, UdpSlice};

use super::decode::Packet;
use super::ip::Carrier;
use super::path::Path;
use super::tunnel;
use super::walk::Stop;
use crate::evidence::{Endpoint, Transport};

/// A UDP datagram, or what stands for one: a message with its endpoints.
#[derive(Debug, Clone, Copy)]
pub struct Datagram<'a> {
    /// The sender.
    pub source: Endpoint,
    /// The receiver.
    pub destination: Endpoint,
    /// Its octets.
    pub payload: &'a [u8],
    /// Whether octets of the payload are not in the capture.
    pub truncated: bool,
    /// What carried the payload where it was captured first: a stream, where one message of it is told about in a datagram.
    pub transport: Transport,
    /// The way by which it came into the capture.
    pub path: Path,
}

/// The flags of a TCP segment that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    /// Opens a direction; its sequence number counts as one octet.
    pub syn: bool,
    /// Closes a direction.
    pub fin: bool,
    /// Breaks the connection off.
    pub rst: bool,
}

/// A TCP segment.
#[derive(Debug, Clone, Copy)]
pub struct Segment<'a> {
    /// The sender.
    pub source: Endpoint,
    /// The receiver.
    pub destination: Endpoint,
    /// The number of its first octet, or of its SYN.
    pub sequence: u32,
    /// The next octet that the sender of this segment waits for, where the segment says so.
    pub acknowledgment: Option<u32>,
    /// Its flags.
    pub flags: Flags,
    /// The octets behind the TCP header that the capture kept.
    pub payload: &'a [u8],
    /// How many octets of its payload the capture did not keep.
    pub missing: u32,
    /// The way by which it came into the capture.
    pub path: Path,
}

/// The UDP datagram in `bytes`, or the packet of a tunnel inside of it.
pub(super) fn datagram<'a>(carrier: Carrier, bytes: &'a [u8], missing: u32) -> Result<Packet<'a>, Stop> {
    let Ok(udp) = UdpSlice::from_slice_lax(bytes) else {
        return Err(Stop::short("UDP header", 8, bytes));
    };
    let (length, destination_port, payload) = (usize::from(udp.length()), udp.destination_port(), udp.payload());
    let ports = (udp.source_port(), destination_port);
    if tunnel::is_port(ports)
        && let Some(inner) = tunnel::over_udp(carrier, ports, payload)
    {
        return inner;
    }
    Ok(Packet::Datagram(Datagram {
        source: Endpoint { address: carrier.source, port: ports.0 },
        destination: Endpoint { address: carrier.destination, port: destination_port },
        payload,
        // What was cut may have been only what stands behind the datagram; a UDP length of 0 says that all is its.
        truncated: missing > 0 && (length < 8 || length > bytes.len()),
        transport: Transport::Udp,
        path: carrier.walk.path,
    }))
}

/// The TCP segment in `bytes`.
pub(super) fn segment<'a>(carrier: Carrier, bytes: &'a [u8], missing: u32) -> Result<Packet<'a>, Stop> {
    let Ok(tcp) = TcpSlice::from_slice(bytes) else {
        return Err(Stop::short("TCP header", 20, bytes));
    };
    Ok(Packet::Segment(Segment {
        source: Endpoint { address: carrier.source, port: tcp.source_port() },
        destination: Endpoint { address: carrier.destination, port: tcp.destination_port() },
        sequence: tcp.sequence_number(),
        acknowledgment: tcp.ack().then(|| tcp.acknowledgment_number()),
        flags: Flags { syn: tcp.syn(), fin: tcp.fin(), rst: tcp.rst() },
        payload: tcp.payload(),
        missing,
        path: carrier.walk.path,
    }))
}
