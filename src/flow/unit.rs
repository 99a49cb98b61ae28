//! Takes nothing, gives the words of this room's result: a unit, and where its octets came from.

use crate::evidence::{Endpoint, Timestamp, Transport, Unreachable};
use crate::fault::FaultKind;
use crate::packet::Path;

/// A datagram, or one message of a stream.
#[derive(Debug, Clone, Copy)]
pub struct Unit<'a> {
    /// Its octets.
    pub bytes: &'a [u8],
    /// The capture of the frame that completed it.
    pub capture: u32,
    /// The frame that completed it: the first at which all of its octets, and all that go ahead of them in a stream, were there.
    pub place_frame: u64,
    /// The frames of this capture that it took, ascending; `place_frame` is among them.
    pub frames: &'a [u64],
    /// The time of the completing frame.
    pub time: Timestamp,
    /// The sender.
    pub source: Endpoint,
    /// The receiver.
    pub destination: Endpoint,
    /// What carried it.
    pub transport: Transport,
    /// The way by which the completing packet came into the capture.
    pub path: Path,
    /// Whether octets at its end are not in the capture: cut by the snapshot length, or lost with a fragment or segment.
    pub truncated: bool,
    /// The fault that took them, where it was not told yet: what was lost between frames is told where that was seen.
    pub untold: Option<FaultKind>,
    /// Why it did not arrive, where it is only what an ICMP error quotes; place and time are those of the error, the endpoints its own.
    pub quoted: Option<Unreachable>,
    /// Whether the octets ahead of it in its stream are not in the capture.
    pub after_gap: bool,
    /// Whether it was put together from several packets.
    pub reassembled: bool,
    /// The sequence number of its first octet, where it lay plainly in a TCP stream.
    pub sequence: Option<u32>,
}

/// Where octets came from: a frame, its time, and the way of its packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Origin {
    /// The capture of the frame.
    pub(super) capture: u32,
    /// The number of the frame.
    pub(super) frame: u64,
    /// The time of the frame.
    pub(super) time: Timestamp,
    /// The way of the packet.
    pub(super) path: Path,
}

/// Who takes the units.
pub(super) type Sink<'a> = &'a mut dyn FnMut(Unit<'_>);
