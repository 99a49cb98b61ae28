//! Takes segments that came ahead of their turn, gives them back in order.
//!
//! Positions are 64-bit counts that continue the 32-bit sequence numbers of TCP, so that they never wrap (RFC 9293, 3.4). Where segments
//! overlap, the first that came wins.

use std::collections::BTreeMap;

use super::unit::Origin;

/// What a piece costs beside its octets.
const PIECE_COST: usize = 96;

/// A piece of a segment.
#[derive(Debug)]
pub(super) struct Piece {
    /// Its octets; none where `missing` is not 0.
    pub(super) bytes: Vec<u8>,
    /// How many octets the capture cut off here.
    pub(super) missing: u64,
    /// The frame that carried it.
    pub(super) origin: Origin,
    /// How many segments of the connection had come before it.
    pub(super) arrival: u64,
}

impl Piece {
    /// How many positions it fills.
    fn len(&self) -> u64 {
        (self.bytes.len() as u64).saturating_add(self.missing)
    }
}

/// The pieces that wait, by position; they do not overlap.
#[derive(Debug)]
pub(super) struct Pending {
    pieces: BTreeMap<u64, Piece>,
    cost: usize,
}

impl Pending {
    /// Nothing waits.
    pub(super) const NONE: Self = Self { pieces: BTreeMap::new(), cost: 0 };

    /// The first position that waits, and its piece.
    pub(super) fn first(&self) -> Option<(u64, &Piece)> {
        self.pieces.first_key_value().map(|(&at, piece)| (at, piece))
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// What waits, in octets, bookkeeping included.
    pub(super) const fn cost(&self) -> usize {
        self.cost
    }

    /// Keeps `bytes` at `at`, and that `missing` octets behind them were cut off, as far as no earlier segment filled these positions.
    pub(super) fn insert(&mut self, at: u64, bytes: &[u8], missing: u64, origin: Origin, arrival: u64) {
        let end = at.saturating_add(bytes.len() as u64);
        self.fill(at, end, |from, to| {
            let range = usize::try_from(from - at).unwrap_or(usize::MAX)..usize::try_from(to - at).unwrap_or(usize::MAX);
            Piece { bytes: bytes.get(range).unwrap_or_default().to_vec(), missing: 0, origin, arrival }
        });
        self.fill(end, end.saturating_add(missing), |from, to| Piece { bytes: Vec::new(), missing: to - from, origin, arrival });
    }

    /// Puts a piece into each part of `at..end` that is free.
    fn fill(&mut self, mut at: u64, end: u64, piece: impl Fn(u64, u64) -> Piece) {
        if let Some((&before, earlier)) = self.pieces.range(..=at).next_back() {
            at = at.max(before.saturating_add(earlier.len()));
        }
        while at < end {
            let (free_to, next) = match self.pieces.range(at..end).next() {
                Some((&start, taken)) => (start, start.saturating_add(taken.len())),
                None => (end, end),
            };
            if at < free_to {
                let piece = piece(at, free_to);
                self.cost = self.cost.saturating_add(piece.bytes.len()).saturating_add(PIECE_COST);
                self.pieces.insert(at, piece);
            }
            at = next.max(free_to);
        }
    }

    /// Takes out the first piece if it begins at `next` or before, with how many of its positions lie before `next`.
    pub(super) fn take(&mut self, next: u64) -> Option<(Piece, u64)> {
        let (at, _) = self.first().filter(|&(at, _)| at <= next)?;
        let piece = self.pieces.remove(&at)?;
        self.cost = self.cost.saturating_sub(piece.bytes.len()).saturating_sub(PIECE_COST);
        Some((piece, next - at))
    }
}
