//! Takes the octets of a stream as they become known, gives the ranges of them that are units, as a consumer's [`Cutter`] says.
//!
//! The time is linear in the octets of the stream as long as the cutter heeds [`CutState::resume`] or gives [`Cut::More`] a true bound,
//! however small the segments are. A cutter that gives nonsense (nothing at all, more than there is) is asked again later; it cannot make
//! the room loop.

use std::ops::Range;

/// How a consumer cuts a stream into units; the room itself knows no protocol.
pub trait Cutter {
    /// Says what the octets at the front of `bytes` are; `bytes` is never empty.
    fn cut(&self, bytes: &[u8], state: CutState) -> Cut;
}

/// What is known about the octets given to a [`Cutter`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CutState {
    /// What goes ahead of these octets is not in the capture: they may begin inside of a unit. Stays until a unit is found.
    pub after_gap: bool,
    /// Nothing will follow: the stream has ended, or what follows is not in the capture. This is the last time that these octets are
    /// shown; what is not taken as a unit now is dropped.
    pub at_end: bool,
    /// What the cutter itself noted with [`Cut::More`] when it was last shown the front of these octets; else 0.
    pub resume: usize,
}

/// What the octets at the front of a stream are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// `skip` octets that are nothing (keep-alives, the rest of a lost message), then a unit of `len` octets.
    Unit {
        /// Octets to drop.
        skip: usize,
        /// Octets of the unit.
        len: usize,
    },
    /// So many octets are nothing; they are dropped.
    Skip(usize),
    /// Nothing can be said yet.
    More {
        /// How many octets there must be, from the front of those shown, before it is worth asking again; 0 where that is not known.
        at_least: usize,
        /// What the cutter wants to be told when it is asked again: where its search stopped.
        resume: usize,
    },
}

/// How far the cutting of one direction of a stream has come.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Progress {
    /// See [`CutState::after_gap`].
    pub(super) after_gap: bool,
    /// See [`CutState::resume`].
    resume: usize,
    /// How many octets there must be before the cutter is asked again.
    at_least: usize,
    /// Units that were cut so far.
    pub(super) units: u64,
    /// Octets that were dropped so far.
    skipped: u64,
}

impl Progress {
    /// Whether the stream has shown more than `bound` octets and no unit in them.
    pub(super) const fn is_barren(&self, bound: usize) -> bool {
        self.units == 0 && self.skipped > bound as u64
    }

    /// Whether `len` octets are enough to ask the cutter again.
    pub(super) const fn is_due(&self, len: usize) -> bool {
        len >= self.at_least
    }

    /// What follows next does not follow what was shown.
    pub(super) const fn begin_after_gap(&mut self) {
        self.after_gap = true;
        self.resume = 0;
        self.at_least = 0;
    }

    /// Cuts `bytes` as far as the cutter can; `give` gets the range of each unit and whether it comes after a gap.
    ///
    /// Gives the number of octets that are done with; the others are to be shown again, with more behind them.
    pub(super) fn run<C: Cutter>(&mut self, cutter: &C, bytes: &[u8], at_end: bool, give: &mut dyn FnMut(Range<usize>, bool)) -> usize {
        let mut done = 0_usize;
        while let Some(rest) = bytes.get(done..)
            && !rest.is_empty()
            && (at_end || self.is_due(rest.len()))
        {
            let state = CutState { after_gap: self.after_gap, at_end, resume: self.resume };
            match cutter.cut(rest, state) {
                Cut::Unit { skip, len } if len > 0 && skip.saturating_add(len) <= rest.len() => {
                    let start = done + skip;
                    give(start..start + len, self.after_gap);
                    self.units += 1;
                    self.after_gap = false;
                    done = self.advance(start + len);
                }
                Cut::Skip(count @ 1..) | Cut::Unit { skip: count @ 1.., len: 0 } => {
                    let count = count.min(rest.len());
                    self.skipped = self.skipped.saturating_add(count as u64);
                    done = self.advance(done + count);
                }
                _ if at_end => {
                    self.skipped = self.skipped.saturating_add(rest.len() as u64);
                    return self.advance(bytes.len());
                }
                Cut::More { at_least, resume } => return self.wait(rest.len(), at_least, resume, done),
                Cut::Unit { skip, len } => return self.wait(rest.len(), skip.saturating_add(len), 0, done),
                Cut::Skip(_) => return self.wait(rest.len(), 0, 0, done),
            }
        }
        done
    }

    const fn advance(&mut self, done: usize) -> usize {
        self.resume = 0;
        self.at_least = 0;
        done
    }

    fn wait(&mut self, shown: usize, at_least: usize, resume: usize, done: usize) -> usize {
        self.resume = resume;
        self.at_least = at_least.max(shown.saturating_add(1));
        done
    }
}
