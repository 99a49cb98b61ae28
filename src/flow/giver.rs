//! Takes the pieces of a stream, gives them to the sink as units; frames of WebSocket are joined on the way.

use std::ops::Range;

use super::cut::{Cutter, Front, Piece};
use super::direction::End;
use super::joined::{Added, Joined};
use super::tail::Frames;
use super::unit::{Origin, Sink, Unit};
use crate::evidence::{Endpoint, Transport};
use crate::fault::{Fault, FaultKind};

/// What a piece of a stream needs to become a unit.
pub(super) struct Giver<'a, 'b, C> {
    pub(super) joined: &'a mut Joined,
    /// Sender and receiver.
    pub(super) ends: (Endpoint, Endpoint),
    pub(super) sink: Sink<'b>,
    pub(super) cutter: &'a C,
    /// What was lost on the way, the last of it, with its capture.
    pub(super) lost: Option<(u32, Fault)>,
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
                if let Some((frames, last)) = carriers(range) {
                    self.sink(unit, Transport::Tcp, &frames, last, end, after_gap);
                }
                true
            }
            Piece::Handshake => {
                self.joined.begin();
                false
            }
            Piece::Lost(fault, range) => {
                self.lost = carriers(range).map(|(_, last)| (last.capture, fault.at_frame(last.frame)));
                false
            }
            Piece::Frame(header, range) => {
                let frame = bytes.get(range.clone()).unwrap_or_default();
                let end = if (frame.len().saturating_sub(header.len) as u64) < header.payload { end } else { End::Open };
                let Some((frames, last)) = carriers(range) else { return false };
                match self.joined.add(&header, frame, &frames, last) {
                    Added::Whole(message, frames) if self.cutter.front(&message, true) == Front::Ours => {
                        self.sink(&message, Transport::Ws, &frames, last, end, after_gap);
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

    fn sink(&mut self, bytes: &[u8], transport: Transport, frames: &[u64], last: Origin, end: End, after_gap: bool) {
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
            after_gap,
            reassembled: frames.len() > 1,
        });
    }
}
