//! Takes the octets of a stream as they become known, gives the ranges of them that are units, as a consumer's [`Cutter`] says.
//!
//! The time is linear in the octets of the stream as long as the cutter heeds [`CutState::resume`] or gives [`Cut::More`] a true bound,
//! however small the segments are. A cutter that gives nonsense (nothing at all, more than there is) is asked again later; it cannot make
//! the room loop.

use std::ops::Range;

use super::carriage::{Carriage, Look};
use super::websocket::Header;
use crate::fault::Fault;

/// How a consumer cuts a stream into units; the room itself knows no protocol.
pub trait Cutter {
    /// Says what the octets at the front of `bytes` are; `bytes` is never empty.
    fn cut(&self, bytes: &[u8], state: CutState) -> Cut;

    /// Says what a message begins with whose bounds are known, because it lies in frames of WebSocket: `bytes` are its first octets, all of
    /// them if `is_all`. A consumer for which it is always [`Front::Foreign`] gets no such messages, but for compressed ones.
    fn front(&self, _bytes: &[u8], _is_all: bool) -> Front {
        Front::Foreign
    }

    /// The port at which units go in TLS, and octets of the shortest one: what a client sends there sealed is told.
    fn sealed(&self) -> Option<(u16, usize)> {
        None
    }
}

/// What a message begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Front {
    /// It is a unit.
    Ours,
    /// It may be one; never the answer to a whole message.
    Open,
    /// It is none.
    Foreign,
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

/// A piece of a stream that is given away.
#[derive(Debug, Clone)]
pub(super) enum Piece {
    /// A unit.
    Unit(Range<usize>),
    /// A handshake: frames follow, and nothing refers to what was ahead of it.
    Handshake,
    /// A frame of a message that may be a unit.
    Frame(Header, Range<usize>),
    /// A packet of HEP.
    Told(Range<usize>),
    /// Octets are dropped that may have been a unit.
    Lost(Fault, Range<usize>),
}

/// Takes the pieces, each with whether it comes after a gap; says whether a unit came of it.
pub(super) type Give<'a> = &'a mut dyn FnMut(Piece, bool) -> bool;

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
    /// Whether octets ahead of the first unit were dropped that are no keep-alives.
    is_headless: bool,
    /// How the units lie in the stream.
    carriage: Carriage,
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
        self.carriage = Carriage::NEW;
    }

    /// Cuts `bytes` as far as the cutter can, and gives the pieces to `give`.
    ///
    /// Gives the number of octets that are done with; the others are to be shown again, with more behind them.
    pub(super) fn run<C: Cutter>(&mut self, cutter: &C, bytes: &[u8], at_end: bool, give: Give<'_>) -> usize {
        let mut done = 0_usize;
        while let Some(rest) = bytes.get(done..)
            && !rest.is_empty()
            && (at_end || self.is_due(rest.len()))
        {
            let state = CutState { after_gap: self.after_gap, at_end, resume: self.resume };
            let look = self.carriage.look(cutter, rest, state);
            let cut = match look {
                Look::Plain(cut) => {
                    self.note_headless(rest, cut);
                    cut
                }
                Look::Pass(count) => Cut::Skip(count),
                Look::Lost(count, fault) => {
                    give(Piece::Lost(fault, done..done.saturating_add(count)), self.after_gap);
                    Cut::Skip(count)
                }
                Look::Handshake(count) => {
                    give(Piece::Handshake, self.after_gap);
                    Cut::Skip(count)
                }
                Look::Told(len) | Look::Frame(_, len) => {
                    let end = done.saturating_add(len);
                    let piece = match look {
                        Look::Frame(header, _) => Piece::Frame(header, done..end),
                        _ => Piece::Told(done..end),
                    };
                    if give(piece, self.after_gap) {
                        self.units += 1;
                        self.after_gap = false;
                        done = self.advance(end);
                        continue;
                    }
                    Cut::Skip(len)
                }
            };
            match cut {
                Cut::Unit { skip, len } if len > 0 && skip.saturating_add(len) <= rest.len() => {
                    let start = done + skip;
                    give(Piece::Unit(start..start + len), self.after_gap);
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

    /// Notes what is dropped ahead of the first unit.
    fn note_headless(&mut self, rest: &[u8], cut: Cut) {
        if self.units == 0
            && let Cut::Unit { skip: count, .. } | Cut::Skip(count) = cut
        {
            let dropped = rest.get(..count).unwrap_or(rest);
            let is_noise = dropped.iter().all(|octet| matches!(octet, b'\r' | b'\n' | 0));
            self.is_headless |= !is_noise;
        }
    }

    /// Whether octets were dropped ahead of the first unit that may be the rest of one, and there are units.
    pub(super) const fn is_headless(&self) -> bool {
        self.units > 0 && self.is_headless
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
