//! Takes the pieces of a stream, gives them to the sink as units; frames of WebSocket are joined on the way.

use std::ops::Range;

use super::cut::{Cutter, Front, Piece};
use super::direction::End;
use super::inflated::inflated;
use super::joined::{Added, Joined};
use super::tail::Frames;
use super::unit::{Origin, Sink, Unit};
use crate::evidence::{Endpoint, Transport};
use crate::fault::{Fault, FaultKind, FaultLog};
use crate::packet::{self, Datagram, Packet};

/// What a piece of a stream needs to become a unit.
pub(super) struct Giver<'a, 'b, C> {
    /// The message whose frames of WebSocket are being joined, once there was such a frame.
    pub(super) joined: &'a mut Option<Box<Joined>>,
    /// Sender and receiver.
    pub(super) ends: (Endpoint, Endpoint),
    pub(super) sink: Sink<'b>,
    pub(super) cutter: &'a C,
    /// What was lost on the way, the last of it, with its capture.
    pub(super) lost: Option<(u32, Fault)>,
    /// Whether the stream came out of TLS.
    pub(super) is_secure: bool,
    /// The sequence number of the first octet of what is cut, where it did not.
    pub(super) sequence: u32,
}

impl<C: Cutter> Giver<'_, '_, C> {
    /// Gives a piece of `bytes`, which `carriers` tells the frames of; says whether a unit came of it. `end` says
    /// why nothing follows `bytes`, if so.
    pub(super) fn give(
        &mut self,
        piece: Piece,
        bytes: &[u8],
        after_gap: bool,
        end: End,
        carriers: impl FnOnce(Range<usize>) -> Option<(Frames, Origin)>,
    ) -> bool {
        match piece {
            Piece::Unit(range) => {
                let end = if range.end == bytes.len() { end } else { End::Open };
                let unit = bytes.get(range.clone()).unwrap_or_default();
                let sequence = self.sequence.wrapping_add(range.start as u32);
                let carriage = if self.is_secure { (Transport::Tls, None) } else { (Transport::Tcp, Some(sequence)) };
                if let Some((frames, last)) = carriers(range) {
                    self.sink(unit, carriage, &frames, last, end, after_gap);
                }
                true
            }
            Piece::Handshake => {
                *self.joined = None;
                false
            }
            Piece::Told(range) => {
                let packet = bytes.get(range.clone()).unwrap_or_default();
                let is_cut = end != End::Open && range.end == bytes.len();
                carriers(range).is_some_and(|(frames, last)| self.told(packet, &frames, last, is_cut, after_gap))
            }
            Piece::Lost(fault, range) => {
                self.lost = carriers(range).map(|(_, last)| (last.capture, fault.at_frame(last.frame)));
                false
            }
            Piece::Frame(header, range) => {
                let frame = bytes.get(range.clone()).unwrap_or_default();
                let end = if (frame.len().saturating_sub(header.len) as u64) < header.payload { end } else { End::Open };
                let Some((frames, last)) = carriers(range) else { return false };
                match self.joined.get_or_insert_default().add(&header, frame, &frames, last) {
                    Added::Whole(message, frames) if self.cutter.front(&message, true) == Front::Ours => {
                        let transport = if self.is_secure { Transport::Wss } else { Transport::Ws };
                        self.sink(&message, (transport, None), &frames, last, end, after_gap);
                        true
                    }
                    Added::Open | Added::Whole(..) => false,
                    Added::Lost(fault) => {
                        self.lost = Some((last.capture, fault.at_frame(last.frame)));
                        false
                    }
                }
            }
        }
    }

    /// Gives the message that a packet of HEP tells of; says whether there is one.
    fn told(&mut self, packet: &[u8], frames: &[u64], last: Origin, is_cut: bool, after_gap: bool) -> bool {
        let mut faults = FaultLog::default();
        let octets;
        let datagram = match packet::over_stream(self.ends, last.path, packet, is_cut) {
            Some(Packet::Datagram(datagram)) => datagram,
            Some(Packet::Deflated(datagram)) => {
                let Some(inflated) = inflated(&datagram, last.frame, &mut faults) else {
                    self.lost = faults.iter().next().map(|fault| (last.capture, fault.first));
                    return false;
                };
                octets = inflated;
                Datagram { payload: &octets, ..datagram }
            }
            _ => return false,
        };
        (self.sink)(Unit {
            bytes: datagram.payload,
            capture: last.capture,
            place_frame: last.frame,
            frames,
            time: last.time,
            source: datagram.source,
            destination: datagram.destination,
            transport: datagram.transport,
            path: datagram.path,
            truncated: datagram.truncated,
            untold: None,
            quoted: None,
            after_gap,
            reassembled: frames.len() > 1,
            sequence: None,
        });
        true
    }

    fn sink(
        &mut self,
        bytes: &[u8],
        (transport, sequence): (Transport, Option<u32>),
        frames: &[u64],
        last: Origin,
        end: End,
        after_gap: bool,
    ) {
        let (source, destination) = self.ends;
        (self.sink)(Unit {
            bytes,
            capture: last.capture,
            place_frame: last.frame,
            frames,
            time: last.time,
            source,
            destination,
            transport,
            path: last.path,
            truncated: matches!(end, End::Lost | End::Over),
            untold: (end == End::Over).then_some(FaultKind::TcpGap),
            quoted: None,
            after_gap,
            reassembled: frames.len() > 1,
            sequence,
        });
    }
}
