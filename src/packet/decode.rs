//! Takes a frame or a reassembled IP payload, gives the packet in it, and notes why there is none where the frame is at fault.

use super::exported;
use super::ip::{self, Carrier, Fragment};
use super::link;
use super::transport::{Datagram, Segment};
use super::walk::{HEADERS_MAX, Stop, Walk};
use crate::capture::Frame;
use crate::evidence::Unreachable;
use crate::fault::{Fault, FaultKind, FaultLog};

/// What a frame holds for us.
#[derive(Debug, Clone, Copy)]
pub enum Packet<'a> {
    /// A UDP datagram.
    Datagram(Datagram<'a>),
    /// A datagram whose payload is a message compressed by zlib (RFC 1950), as HEP may carry it.
    Deflated(Datagram<'a>),
    /// A datagram that holds octets of a stream: any number of messages, as Wireshark exports what it hands to the dissector of a port.
    Excerpt(Datagram<'a>),
    /// A TCP segment.
    Segment(Segment<'a>),
    /// A piece of an IP datagram.
    Fragment(Fragment<'a>),
    /// The start of a datagram or segment that did not arrive, as an ICMP error quotes it, and why.
    Quoted(Datagram<'a>, Unreachable),
}

/// The packet in `frame`: the innermost one where there are tunnels; none where the frame holds no UDP or TCP.
///
/// Faults: `UnknownLinkType` (wanted = its number), `BadPacket` (the header that cannot be read), `BoundReached` ([`HEADERS_MAX`]).
pub fn decode<'a>(frame: &Frame<'a>, faults: &mut FaultLog) -> Option<Packet<'a>> {
    let kept = u32::try_from(frame.data.len()).unwrap_or(u32::MAX);
    let walk = Walk::new(frame.interface, frame.original_len.saturating_sub(kept));
    let found = match frame.link_type.0 {
        exported::WIRESHARK_UPPER_PDU => exported::packet(frame.data, walk),
        _ => link::network(frame.link_type, frame.data, walk).and_then(|(bytes, walk)| ip::packet(bytes, walk)),
    };
    match found {
        Ok(packet) => Some(packet),
        Err(stop) => {
            note(stop, frame.number, Some(frame.offset), faults);
            None
        }
    }
}

/// The packet in the reassembled payload of an IP datagram, of which `missing` octets at the end are not in the capture.
///
/// `carrier` is that of the datagram's first fragment, `frame` the number of the frame that completed it.
pub fn resume<'a>(carrier: &Carrier, payload: &'a [u8], missing: u32, frame: u64, faults: &mut FaultLog) -> Option<Packet<'a>> {
    ip::reassembled(carrier, payload, missing).map_err(|stop| note(stop, frame, None, faults)).ok()
}

/// Notes `stop` at `frame`, where it is a fault.
#[cold]
fn note(stop: Stop, frame: u64, offset: Option<u64>, faults: &mut FaultLog) {
    let mut fault = match stop {
        Stop::NotOurs => return,
        Stop::UnknownLink(number) => {
            Fault { wanted: Some(u64::from(number)), ..Fault::new(FaultKind::UnknownLinkType, "link type of the interface") }
        }
        Stop::Broken { header, wanted, had } => Fault::new(FaultKind::BadPacket, header).wanted_had(wanted as u64, had as u64),
        Stop::TooDeep => Fault { wanted: Some(u64::from(HEADERS_MAX)), ..Fault::new(FaultKind::BoundReached, "headers in one frame") },
        Stop::TooMany(what) => Fault { wanted: Some(1), ..Fault::new(FaultKind::BoundReached, what) },
    };
    fault.offset = offset;
    faults.note(fault.at_frame(frame));
}
