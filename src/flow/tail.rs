//! Takes the octets of a stream that are not yet cut, gives them back as one slice, and for each range of them the frames that carried it.

use std::collections::VecDeque;
use std::ops::Range;

use smallvec::SmallVec;

use super::unit::Origin;

/// A list of frames without an allocation for the usual few.
pub(super) type Frames = SmallVec<[u64; 8]>;

/// A run of octets from one frame.
#[derive(Debug, Clone, Copy)]
struct Run {
    /// Where the run ends, counted from the first octet that this buffer ever held.
    end: u64,
    origin: Origin,
}

/// The octets that wait for the rest of their unit.
#[derive(Debug, Default)]
pub(super) struct Tail {
    bytes: Vec<u8>,
    /// Octets at the front of `bytes` that are done with.
    start: usize,
    /// Octets done with ever.
    done: u64,
    runs: VecDeque<Run>,
}

impl Tail {
    /// Whether nothing waits.
    pub(super) const fn is_empty(&self) -> bool {
        self.start == self.bytes.len()
    }

    /// How many octets wait.
    pub(super) const fn len(&self) -> usize {
        self.bytes.len() - self.start
    }

    /// The octets that wait.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// What this buffer holds in octets, bookkeeping included.
    pub(super) fn cost(&self) -> usize {
        self.bytes.capacity() + self.runs.len() * size_of::<Run>()
    }

    /// Adds octets that follow those that wait.
    pub(super) fn append(&mut self, bytes: &[u8], origin: Origin) {
        if bytes.is_empty() {
            return;
        }
        // Each octet is moved at most once per time that it could have been dropped.
        if self.start > self.bytes.len() / 2 {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        self.bytes.extend_from_slice(bytes);
        let end = self.done.saturating_add(self.len() as u64);
        match self.runs.back_mut() {
            Some(run) if (run.origin.capture, run.origin.frame) == (origin.capture, origin.frame) => run.end = end,
            _ => self.runs.push_back(Run { end, origin }),
        }
    }

    /// The frames of `capture` (of the completing frame's, where `completing` is none) that carried the octets `from..to` of those that
    /// wait, ascending; and the completing origin: `completing`, or the last of those that carried them.
    pub(super) fn carriers(&self, from: usize, to: usize, completing: Option<Origin>) -> Option<(Frames, Origin)> {
        let (from, to) = (self.done.saturating_add(from as u64), self.done.saturating_add(to as u64));
        let first = self.runs.partition_point(|run| run.end <= from);
        let mut begin = from;
        let mut carried: SmallVec<[Origin; 8]> = SmallVec::new();
        for run in self.runs.range(first..) {
            if begin >= to {
                break;
            }
            carried.push(run.origin);
            begin = run.end;
        }
        let last = completing.or_else(|| carried.iter().copied().max_by_key(|origin| (origin.capture, origin.frame)))?;
        let mut frames: Frames = carried.iter().filter(|origin| origin.capture == last.capture).map(|origin| origin.frame).collect();
        frames.push(last.frame);
        frames.sort_unstable();
        frames.dedup();
        Some((frames, last))
    }

    /// What carried each part of the octets `from..to` of those that wait; the parts are counted from `from`.
    pub(super) fn runs(&self, from: usize, to: usize) -> impl Iterator<Item = (Range<usize>, Origin)> {
        let place = move |at: u64| usize::try_from(at.saturating_sub(self.done)).unwrap_or(usize::MAX).clamp(from, to);
        let mut begin = from;
        self.runs.iter().filter_map(move |run| {
            let part = begin - from..place(run.end) - from;
            begin = place(run.end).max(begin);
            (!part.is_empty()).then_some((part, run.origin))
        })
    }

    /// Drops the first `count` octets of those that wait.
    pub(super) fn drop_front(&mut self, count: usize) {
        let count = count.min(self.len());
        self.start += count;
        self.done = self.done.saturating_add(count as u64);
        while self.runs.front().is_some_and(|run| run.end <= self.done) {
            self.runs.pop_front();
        }
        if self.is_empty() {
            // An idle stream holds no memory.
            *self = Self { done: self.done, ..Self::default() };
        }
    }
}
