//! Takes octets in order, as they lay in a stream or inside its TLS, gives the units that the cutter finds in them to the sink.
//!
//! What is cut comes straight from the frame where it can; only the start of a unit that is not whole is copied.

use super::cut::{Cutter, Progress};
use super::direction::{Context, End};
use super::giver::Giver;
use super::joined::Joined;
use super::tail::{Frames, Tail};
use super::unit::Origin;
use crate::fault::{Fault, FaultKind};
use crate::limit::Limit;

/// The cutting of one direction.
#[derive(Debug, Default)]
pub(super) struct Cutting {
    progress: Progress,
    tail: Tail,
    /// The message whose frames are being joined; few streams have such, and thousands may be open.
    joined: Option<Box<Joined>>,
    /// What is told once the stream turns out to carry units, where anything is.
    untold: Option<Box<Untold>>,
    /// Whether the octets come out of TLS.
    is_secure: bool,
    /// The sequence number behind all octets that came; of no meaning for what comes out of TLS.
    next: u32,
}

/// What is told of a stream that carries units.
#[derive(Debug, Default)]
struct Untold {
    /// The capture that lacks octets of it, and how.
    lost: Option<(u32, Fault)>,
    /// Where it begins for a capture that lacks its start: what goes ahead of its first unit may be the rest of another one.
    joined_late: Option<(u32, u64)>,
}

impl Cutting {
    /// Octets held, bookkeeping included.
    pub(super) fn cost(&self) -> usize {
        self.tail.cost().saturating_add(self.joined.as_ref().map_or(0, |joined| joined.cost()))
    }

    /// Whether octets wait for the rest of a unit.
    pub(super) const fn holds_octets(&self) -> bool {
        !self.tail.is_empty()
    }

    /// Whether what follows can be read only by one who remembers what came.
    pub(super) fn is_compressed(&self) -> bool {
        self.joined.as_ref().is_some_and(|joined| joined.is_compressed())
    }

    /// Whether more than `bound` octets have shown no unit.
    pub(super) const fn is_barren(&self, bound: usize) -> bool {
        self.progress.is_barren(bound)
    }

    /// Whether it has given units, or holds the start of one.
    pub(super) const fn carries_units(&self) -> bool {
        self.progress.units > 0 || !self.tail.is_empty()
    }

    /// What follows next does not follow what was shown.
    pub(super) const fn begin_after_gap(&mut self) {
        self.progress.begin_after_gap();
    }

    /// What was told to come next was taken up to the octet ahead of `sequence`.
    pub(super) const fn reaches(&mut self, sequence: u32) {
        self.next = sequence;
    }

    /// The capture lacks the start of the stream; `origin` is the first that there is of it.
    pub(super) fn begin_late(&mut self, origin: Origin) {
        self.begin_after_gap();
        self.untold.get_or_insert_default().joined_late = Some((origin.capture, origin.frame));
    }

    /// What follows comes out of TLS, or does so no more.
    pub(super) const fn set_secure(&mut self, is_secure: bool) {
        self.is_secure = is_secure;
    }

    /// Cuts octets that come next; `completing` is the frame that made them complete, the last that carried a unit where that is none.
    pub(super) fn take<C: Cutter>(&mut self, bytes: &[u8], origin: Origin, completing: Option<Origin>, cx: &mut Context<'_, '_, C>) {
        if !self.tail.is_empty() || completing != Some(origin) {
            self.tail.append(bytes, origin);
            self.cut(completing, End::Open, cx);
            return;
        }
        let (joined, is_secure, sequence) = (&mut self.joined, self.is_secure, self.next.wrapping_sub(bytes.len() as u32));
        let mut giver = Giver { joined, ends: cx.ends, sink: &mut *cx.sink, cutter: cx.cutter, lost: None, is_secure, sequence };
        let done = self.progress.run(cx.cutter, bytes, false, &mut |piece, after_gap| {
            giver.give(piece, bytes, after_gap, End::Open, |_| Some((Frames::from_slice(&[origin.frame]), origin)))
        });
        let lost = giver.lost;
        self.tell_lost(lost, cx);
        self.tail.append(bytes.get(done..).unwrap_or_default(), origin);
    }

    /// Adds octets that follow those that wait, to be cut with [`Self::cut`].
    pub(super) fn append(&mut self, bytes: &[u8], origin: Origin) {
        self.tail.append(bytes, origin);
    }

    /// Cuts what waits; `completing` is what made it complete, the last frame that carried it where that is none.
    pub(super) fn cut<C: Cutter>(&mut self, completing: Option<Origin>, end: End, cx: &mut Context<'_, '_, C>) {
        let tail = &self.tail;
        let bytes = tail.bytes();
        let (joined, is_secure, sequence) = (&mut self.joined, self.is_secure, self.next.wrapping_sub(bytes.len() as u32));
        let mut giver = Giver { joined, ends: cx.ends, sink: &mut *cx.sink, cutter: cx.cutter, lost: None, is_secure, sequence };
        let done = self.progress.run(cx.cutter, bytes, end != End::Open, &mut |piece, after_gap| {
            giver.give(piece, bytes, after_gap, end, |range| tail.carriers(range.start, range.end, completing))
        });
        let lost = giver.lost;
        self.tail.drop_front(done);
        self.tell_lost(lost, cx);
        if self.tail.len() > cx.limits.room(Limit::StreamOctets) && end == End::Open {
            let fault = Fault { said_by: "octets of one unit in a TCP stream", ..Fault::reached(Limit::StreamOctets) };
            let capture = completing.map_or(0, |origin| origin.capture);
            cx.faults
                .of(capture)
                .note(Fault { frame: completing.map(|origin| origin.frame), ..fault }.wanted_had(self.tail.len() as u64, 0));
            self.cut(completing, End::Lost, cx);
            self.progress.begin_after_gap();
        }
    }

    /// Notes `fault` if the stream carries units as far as is known, else when it turns out to.
    pub(super) fn tell<C: Cutter>(&mut self, capture: u32, fault: Fault, cx: &mut Context<'_, '_, C>) {
        if self.carries_units() {
            cx.faults.of(capture).note(fault);
        } else {
            self.untold.get_or_insert_default().lost.get_or_insert((capture, fault));
        }
    }

    /// Tells what was lost in cutting.
    fn tell_lost<C: Cutter>(&mut self, lost: Option<(u32, Fault)>, cx: &mut Context<'_, '_, C>) {
        if let Some((capture, fault)) = lost {
            self.tell(capture, fault, cx);
        }
        if self.progress.units == 0 {
            return;
        }
        let Some(Untold { lost, joined_late }) = self.untold.take().map(|untold| *untold) else { return };
        if let Some((capture, frame)) = joined_late.filter(|_| self.progress.is_headless()) {
            cx.faults.of(capture).note(Fault::new(FaultKind::TcpGap, "start of a TCP stream").at_frame(frame));
        }
        if let Some((capture, fault)) = lost {
            cx.faults.of(capture).note(fault);
        }
    }
}
