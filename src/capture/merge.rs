//! Takes several captures, gives their frames as one stream in order of (time, capture).
//!
//! Invariants: each frame keeps the number it has in its capture; a capture that is not in order of time is not put in order here
//! (see [`Capture::open_in_time_order`]); however many captures there are, few lie open before their time has come.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::frame::Frame;
use super::open::Capture;
use crate::evidence::Timestamp;

/// The most captures that lie open from the start; further files are opened again when their first frame's turn comes.
const MAX_AWAKE: usize = 64;

/// Whose turn it is among sources of which each has a next time: the earliest, the first of equals.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// Next times of all sources but the current one.
    waiting: BinaryHeap<Reverse<(Timestamp, usize)>>,
    current: Option<usize>,
}

impl Turns {
    /// Adds a source whose next time is `time`; none if it is at its end.
    pub(super) fn join(&mut self, source: usize, time: Option<Timestamp>) {
        self.waiting.extend(time.map(|time| Reverse((time, source))));
    }

    /// Whether the current source, whose next time is `time`, keeps its turn; if not it waits, unless it is at its end.
    #[inline]
    pub(super) fn goes_on(&mut self, time: Option<Timestamp>) -> bool {
        let (Some(current), Some(time)) = (self.current, time) else { return false };
        match self.waiting.peek() {
            Some(&Reverse(first)) if first < (time, current) => {
                self.waiting.push(Reverse((time, current)));
                false
            }
            _ => true,
        }
    }

    /// Gives the turn to the earliest of those that wait; false where none does.
    pub(super) fn pass_on(&mut self) -> bool {
        self.current = self.waiting.pop().map(|Reverse((_, source))| source);
        self.current.is_some()
    }

    /// Whose turn it is.
    #[inline]
    pub(super) const fn current(&self) -> Option<usize> {
        self.current
    }
}

/// Captures that are read as one.
#[derive(Default)]
pub struct Merge {
    captures: Vec<Capture>,
    turns: Turns,
    /// Lines of TLS key logs that stand ahead of the first frames.
    secrets: Vec<u8>,
}

impl Merge {
    /// A merge of no captures yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a capture of which nothing was read yet; its index is the number of those added before it.
    ///
    /// To be called before the first [`Merge::advance`]. Reads the capture's first frame.
    pub fn add(&mut self, mut capture: Capture) {
        if capture.advance() {
            self.turns.join(self.captures.len(), capture.time());
        }
        self.secrets.append(&mut capture.take_secrets());
        if self.captures.len() >= MAX_AWAKE {
            capture.sleep();
        }
        self.captures.push(capture);
    }

    /// Reads the next frame; false at the end of all captures.
    #[inline]
    pub fn advance(&mut self) -> bool {
        let time = self.current_mut().and_then(|capture| {
            capture.advance();
            capture.time()
        });
        self.turns.goes_on(time) || self.pass_on()
    }

    /// Gives the turn to the next capture that has a frame; false where none has.
    fn pass_on(&mut self) -> bool {
        while self.turns.pass_on() {
            if let Some(capture) = self.current_mut() {
                capture.wake();
                // A file that is gone by now has said so among its faults.
                if capture.time().is_some() {
                    return true;
                }
            }
        }
        false
    }

    /// The capture whose turn it is.
    #[inline]
    fn current_mut(&mut self) -> Option<&mut Capture> {
        self.turns.current().and_then(|index| self.captures.get_mut(index))
    }

    /// The frame last read and the index of its capture.
    #[inline]
    #[must_use]
    pub fn frame(&self) -> Option<(u32, Frame<'_>)> {
        let index = self.turns.current()?;
        Some((u32::try_from(index).ok()?, self.captures.get(index)?.frame()?))
    }

    /// Whether lines of TLS key logs have come up that nobody has taken.
    #[inline]
    #[must_use]
    pub fn has_secrets(&self) -> bool {
        !self.secrets.is_empty() || self.turns.current().and_then(|index| self.captures.get(index)).is_some_and(Capture::has_secrets)
    }

    /// The lines of TLS key logs that have come up since this was last called: ahead of the first frame of any capture, also of one that has no frame,
    /// and in the capture whose frame was last read.
    pub fn take_secrets(&mut self) -> Vec<u8> {
        let mut secrets = std::mem::take(&mut self.secrets);
        secrets.extend(self.current_mut().map(Capture::take_secrets).unwrap_or_default());
        secrets
    }

    /// The captures, by index.
    #[must_use]
    pub fn captures(&self) -> &[Capture] {
        &self.captures
    }

    /// The same, for those who find more faults.
    pub fn captures_mut(&mut self) -> &mut [Capture] {
        &mut self.captures
    }
}

impl FromIterator<Capture> for Merge {
    fn from_iter<I: IntoIterator<Item = Capture>>(captures: I) -> Self {
        let mut merge = Self::new();
        captures.into_iter().for_each(|capture| merge.add(capture));
        merge
    }
}
