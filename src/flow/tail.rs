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
    /// Where the run ends, counted from the first octet since the buffer was last empty.
    end: u64,
    origin: Origin,
}

/// The octets that wait for the rest of their unit. An idle stream has none, and its tail takes no memory.
#[derive(Debug, Default)]
pub(super) struct Tail(Option<Box<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
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
        self.0.is_none()
    }

    /// How many octets wait.
    pub(super) fn len(&self) -> usize {
        self.bytes().len()
    }

    /// The octets that wait.
    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_ref().and_then(|waiting| waiting.bytes.get(waiting.start..)).unwrap_or_default()
    }

    /// What this buffer holds in octets, bookkeeping included.
    pub(super) fn cost(&self) -> usize {
        self.0.as_ref().map_or(0, |waiting| size_of::<Waiting>() + waiting.bytes.capacity() + waiting.runs.len() * size_of::<Run>())
    }

    /// Adds octets that follow those that wait.
    pub(super) fn append(&mut self, bytes: &[u8], origin: Origin) {
        if bytes.is_empty() {
            return;
        }
        let waiting = self.0.get_or_insert_default();
        // Each octet is moved at most once per time that it could have been dropped.
        if waiting.start > waiting.bytes.len() / 2 {
            waiting.bytes.drain(..waiting.start);
            waiting.start = 0;
        }
        waiting.bytes.extend_from_slice(bytes);
        let end = waiting.done.saturating_add((waiting.bytes.len() - waiting.start) as u64);
        match waiting.runs.back_mut() {
            Some(run) if (run.origin.capture, run.origin.frame) == (origin.capture, origin.frame) => run.end = end,
            _ => waiting.runs.push_back(Run { end, origin }),
        }
    }

    /// The frames of `capture` (of the completing frame's, where `completing` is none) that carried the octets `from..to` of those that
    /// wait, ascending; and the completing origin: `completing`, or the last of those that carried them.
    pub(super) fn carriers(&self, from: usize, to: usize, completing: Option<Origin>) -> Option<(Frames, Origin)> {
        let Waiting { done, runs, .. } = self.0.as_deref()?;
        let (from, to) = (done.saturating_add(from as u64), done.saturating_add(to as u64));
        let first = runs.partition_point(|run| run.end <= from);
        let mut begin = from;
        let mut carried: SmallVec<[Origin; 8]> = SmallVec::new();
        for run in runs.range(first..) {
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
        self.0.iter().flat_map(move |waiting| {
            let place = move |at: u64| usize::try_from(at.saturating_sub(waiting.done)).unwrap_or(usize::MAX).clamp(from, to);
            let mut begin = from;
            waiting.runs.iter().filter_map(move |run| {
                let part = begin - from..place(run.end) - from;
                begin = place(run.end).max(begin);
                (!part.is_empty()).then_some((part, run.origin))
            })
        })
    }

    /// Drops the first `count` octets of those that wait.
    pub(super) fn drop_front(&mut self, count: usize) {
        if count >= self.len() {
            self.0 = None;
            return;
        }
        let Some(waiting) = &mut self.0 else { return };
        waiting.start += count;
        waiting.done = waiting.done.saturating_add(count as u64);
        while waiting.runs.front().is_some_and(|run| run.end <= waiting.done) {
            waiting.runs.pop_front();
        }
    }
}
