//! Takes the fragments of one IP datagram, gives its payload once it is whole.
//!
//! Fragments may come in any order, twice, and overlapping: the first octets that fill a place win, so that what is once complete cannot be
//! changed. The buffer is etherparse's; only octets that are new to it are given to it, since it lets the last one win. RFC 791, 3.2; RFC
//! 8200, 4.5.

use etherparse::defrag::{IpDefragBuf, IpFragRange};
use etherparse::{IpFragOffset, IpNumber};
use smallvec::SmallVec;

use super::unit::Origin;
use crate::packet::{Carrier, Fragment};

/// What a fragment was to its datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Added {
    /// It brought octets.
    New,
    /// All of its octets were there already.
    Known,
    /// It says other octets, or another end, than an earlier one.
    Conflicting,
    /// It cannot be part of any datagram.
    Impossible,
}

/// A datagram in the making.
#[derive(Debug)]
pub(super) struct Reassembly {
    buffer: IpDefragBuf,
    /// Where the capture cut the first octets off.
    cut_at: Option<usize>,
    /// That of the first fragment, once it is there.
    pub(super) carrier: Carrier,
    /// The frames that brought octets.
    frames: Vec<(u32, u64)>,
    /// The first and the last of them.
    pub(super) first: Origin,
    pub(super) last: Origin,
}

impl Reassembly {
    /// The datagram of which `fragment` is the first to come; nothing of it is taken yet.
    pub(super) fn new(fragment: &Fragment<'_>, origin: Origin) -> Self {
        let buffer = IpDefragBuf::new(IpNumber(fragment.carrier.protocol), Vec::new(), Vec::new());
        Self { buffer, cut_at: None, carrier: fragment.carrier, frames: Vec::new(), first: origin, last: origin }
    }

    /// Octets held.
    pub(super) fn cost(&self) -> usize {
        self.buffer.data().capacity() + self.frames.capacity() * size_of::<(u32, u64)>()
    }

    /// Whether it is whole.
    pub(super) fn is_complete(&self) -> bool {
        self.buffer.is_complete()
    }

    /// How many octets are there, and how many there must be, 0 where that is not known.
    pub(super) fn had_and_wanted(&self) -> (u64, u64) {
        let had = self.buffer.sections().iter().map(|range| u64::from(range.end.saturating_sub(range.start))).sum();
        (had, self.buffer.end().map_or(0, u64::from))
    }

    /// Whether the first fragment came and no other.
    pub(super) fn is_first_alone(&self) -> bool {
        self.buffer.end().is_none() && matches!(self.buffer.sections().as_slice(), [range] if range.start == 0) && self.frames.len() == 1
    }

    /// Whether a fragment says other octets, or another end, than those that came before.
    pub(super) fn is_contradicted_by(&self, fragment: &Fragment<'_>) -> bool {
        let (start, bytes) = (usize::from(fragment.offset), fragment.payload);
        let end = u16::try_from(start.saturating_add(bytes.len())).unwrap_or(u16::MAX);
        let whole = fragment.missing == 0 && self.cut_at.is_none();
        whole && (self.contradicts_end(end, fragment.more) || !self.free_parts(start, bytes).1)
    }

    /// Lets the octets go, which are delivered now.
    pub(super) fn clear(&mut self) {
        self.buffer = IpDefragBuf::new(self.buffer.ip_number(), Vec::new(), Vec::new());
        self.frames = Vec::new();
    }

    /// Takes a fragment.
    pub(super) fn add(&mut self, fragment: &Fragment<'_>, origin: Origin) -> Added {
        let start = usize::from(fragment.offset);
        // A piece that is not the last ends on a multiple of 8; what a sender puts beyond that is no part of it.
        let kept = fragment.payload.len();
        let len = kept.saturating_add(fragment.missing as usize) & if fragment.more { !7 } else { !0 };
        let Some(end) = start.checked_add(len).and_then(|end| u16::try_from(end).ok()) else {
            return Added::Impossible;
        };
        if self.contradicts_end(end, fragment.more) {
            return Added::Conflicting;
        }
        if fragment.missing == 0 {
            return self.fill(fragment, fragment.payload.get(..len).unwrap_or_default(), origin);
        }
        let cut_at = start.saturating_add(kept);
        self.cut_at = Some(self.cut_at.map_or(cut_at, |earlier| earlier.min(cut_at)));
        let mut padded = fragment.payload.to_vec();
        padded.resize(len, 0);
        self.fill(fragment, &padded, origin)
    }

    /// Whether the end of a fragment cannot be, given what came before.
    fn contradicts_end(&self, end: u16, more: bool) -> bool {
        match self.buffer.end() {
            Some(known) => end > known || (!more && end != known),
            None => !more && self.buffer.sections().iter().any(|range| range.end > end),
        }
    }

    /// Fills in those of `bytes` that are new.
    fn fill(&mut self, fragment: &Fragment<'_>, bytes: &[u8], origin: Origin) -> Added {
        let start = usize::from(fragment.offset);
        let (free, agrees) = self.free_parts(start, bytes);
        for &(from, to) in &free {
            let more = fragment.more || to < bytes.len();
            if !self.put(start + from, more, bytes.get(from..to).unwrap_or_default()) {
                return Added::Impossible;
            }
        }
        let tells_end = !fragment.more && self.buffer.end().is_none();
        if tells_end && !self.put(start + bytes.len(), false, &[]) {
            return Added::Impossible;
        }
        if !free.is_empty() || self.frames.is_empty() {
            self.note_frame(fragment, origin);
        }
        // Zeros that stand for octets that the capture cut off disagree with anything.
        match (agrees || self.cut_at.is_some(), free.is_empty() && !tells_end) {
            (false, _) => Added::Conflicting,
            (true, true) => Added::Known,
            (true, false) => Added::New,
        }
    }

    /// The parts of `bytes`, which stand at `start`, that are not there yet; and whether the others are equal to what is there.
    fn free_parts(&self, start: usize, bytes: &[u8]) -> (SmallVec<[(usize, usize); 4]>, bool) {
        let (mut free, mut agrees, mut at) = (SmallVec::new(), true, 0_usize);
        while at < bytes.len() {
            let place = start + at;
            let known = self.buffer.sections().iter().find(|range| holds(range, place));
            let to = match known {
                Some(range) => usize::from(range.end),
                None => {
                    self.buffer.sections().iter().map(|range| usize::from(range.start)).filter(|&it| it > place).min().unwrap_or(usize::MAX)
                }
            };
            let to = to.saturating_sub(start).min(bytes.len());
            if known.is_some() {
                agrees &= self.buffer.data().get(place..start + to) == bytes.get(at..to);
            } else {
                free.push((at, to));
            }
            at = to;
        }
        (free, agrees)
    }

    /// Puts `bytes` at `place` of the buffer.
    fn put(&mut self, place: usize, more: bool, bytes: &[u8]) -> bool {
        let offset = u16::try_from(place / 8).ok().and_then(|units| IpFragOffset::try_new(units).ok());
        place.is_multiple_of(8) && offset.is_some_and(|offset| self.buffer.add(offset, more, bytes).is_ok())
    }

    fn note_frame(&mut self, fragment: &Fragment<'_>, origin: Origin) {
        if fragment.offset == 0 {
            self.carrier = fragment.carrier;
        }
        self.last = origin;
        self.frames.push((origin.capture, origin.frame));
    }

    /// The frames of the capture that `last` is of, ascending.
    pub(super) fn frames(&self) -> Vec<u64> {
        let mut frames: Vec<u64> =
            self.frames.iter().filter(|(capture, _)| *capture == self.last.capture).map(|(_, frame)| *frame).collect();
        frames.sort_unstable();
        frames.dedup();
        frames
    }

    /// The octets from the start of the datagram as far as they are there without a hole.
    pub(super) fn head(&self) -> &[u8] {
        let end = self.buffer.sections().iter().find(|range| range.start == 0).map_or(0, |range| usize::from(range.end));
        let end = self.cut_at.map_or(end, |cut_at| cut_at.min(end));
        self.buffer.data().get(..end).unwrap_or_default()
    }

    /// Octets behind [`Self::head`] that a complete datagram does not have because the capture cut them.
    pub(super) fn missing(&self) -> u32 {
        u32::from(self.buffer.end().unwrap_or_default()).saturating_sub(u32::try_from(self.head().len()).unwrap_or(u32::MAX))
    }
}

/// Whether `place` lies in `range`.
fn holds(range: &IpFragRange, place: usize) -> bool {
    (usize::from(range.start)..usize::from(range.end)).contains(&place)
}
