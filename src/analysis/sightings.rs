//! Takes units, gives the messages and the clues among them, each with its place.
//!
//! Invariant: a message is counted whoever takes it, and its faults are told once; what is neither SIP nor a clue ends here.

use super::clues;
use crate::call::{Clue, ClueKind, Frames, Sighting};
use crate::capture::Frame;
use crate::evidence::Place;
use crate::fault::{Fault, FaultKind, FaultLogs};
use crate::flow::{Copies, Unit};
use crate::limit::{Limit, Limits};
use crate::sip::{Message, MessageFault};

/// What is counted of one capture.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Count {
    pub(super) messages: u64,
    pub(super) copies: u64,
}

/// What takes the units of the captures and gives the messages among them.
pub(super) struct Sightings {
    copies: Copies,
    pub(super) counts: Vec<Count>,
    /// The faults of messages, by capture.
    pub(super) faults: FaultLogs,
    /// Where the last message stood, to number those of one frame.
    last: Option<Place>,
}

/// Who takes what is found in the units.
pub(super) trait Found {
    /// The next frame, ahead of what it completes.
    fn frame(&mut self, _capture: u32, _frame: &Frame<'_>) {}
    /// The next message, and the unit that it is.
    fn message(&mut self, sighting: &Sighting<'_>, unit: &Unit<'_>);
    /// The next clue, and the frames that carried it.
    fn clue(&mut self, clue: Clue, frames: &[u64]);
    /// How many redirects were judged by now.
    fn redirects(&self) -> u64 {
        0
    }
}

impl Sightings {
    /// Takes nothing yet, of so many captures.
    pub(super) fn of_captures(captures: usize, limits: &Limits) -> Self {
        Self {
            copies: if captures > 1 { Copies::across_captures(limits) } else { Copies::within(limits) },
            counts: vec![Count::default(); captures],
            faults: FaultLogs::of_captures(captures),
            last: None,
        }
    }

    /// Takes a unit and gives the message or the clues in it; what is neither ends here.
    #[inline]
    pub(super) fn take(&mut self, unit: &Unit<'_>, found: &mut impl Found) {
        // What an error quotes was sent before, and is no message of its own.
        if unit.quoted.is_some() {
            clues::unreachable(unit).into_iter().for_each(|clue| found.clue(clue, unit.frames));
            return;
        }
        if let Some(message) = Message::scan(unit.bytes) {
            self.message(message, unit, found);
        } else if clues::may_be_dns(unit) {
            let Some(message) = clues::dns(unit) else { return };
            if message.is_full() && !message.is_whole {
                self.note(unit, Fault::new(FaultKind::BoundReached, "records read of one DNS message"));
            }
            found.clue(clues::of(unit, ClueKind::Dns(message)), unit.frames);
        }
    }

    /// Takes the `message` that `unit` is.
    fn message(&mut self, message: Message<'_>, unit: &Unit<'_>, found: &mut impl Found) {
        if !message.is_decodable() {
            self.note(unit, MessageFault::Version.as_fault());
            return;
        }
        let mut place = Place { capture: unit.capture, frame: unit.place_frame, index: 0 };
        if let Some(last) = self.last
            && (last.capture, last.frame) == (place.capture, place.frame)
        {
            place.index = last.index.saturating_add(1);
        }
        self.last = Some(place);
        let copy = self.copies.is_copy(unit);
        if self.copies.take_exceeded() {
            self.note(unit, Fault::reached(Limit::Copies));
        }
        if let Some(count) = self.counts.get_mut(unit.capture as usize) {
            count.messages += 1;
            count.copies += u64::from(copy);
        }
        // What a cut message lacks is no fault of the message.
        if let Some(fault) = message.hidden_by().filter(|_| !unit.truncated) {
            self.note(unit, fault.as_fault());
        }
        let is_beyond_bound = unit.transport.is_reliable() && !unit.truncated && message.is_beyond_bound();
        if is_beyond_bound {
            self.note(unit, MessageFault::TooLong.as_fault());
        }
        if let Some(kind) = unit.untold {
            let said_by = if kind == FaultKind::Snaplen {
                "a SIP message that the capture cut short"
            } else {
                "a stream that ends inside of a SIP message"
            };
            self.note(unit, Fault::new(kind, said_by));
        }
        let sighting = Sighting {
            message,
            place,
            frames: Frames::from_slice(unit.frames),
            time: unit.time,
            source: unit.source,
            destination: unit.destination,
            transport: unit.transport,
            truncated: unit.truncated || is_beyond_bound,
            copy,
        };
        found.message(&sighting, unit);
    }

    fn note(&mut self, unit: &Unit<'_>, fault: Fault) {
        self.faults.of(unit.capture).note(fault.at_frame(unit.place_frame));
    }
}
