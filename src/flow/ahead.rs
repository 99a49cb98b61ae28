//! Takes what is known of a stream ahead of its turn, gives the gap that lies in front of it. Most streams never have any of this.

use super::pending::Pending;
use super::unit::Origin;
use crate::evidence::Timestamp;

/// Octets that are missing while later ones are there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gap {
    /// The first position that is missing.
    begins: u64,
    /// When the first segment behind it came, and how many had come before.
    pub(super) since: (Timestamp, u64),
    /// The same for the moment when the receiver had confirmed what is missing.
    pub(super) confirmed: Option<(Timestamp, u64)>,
}

/// What lies ahead of the position that comes next.
#[derive(Debug)]
pub(super) struct Ahead {
    /// What waits for its turn.
    pub(super) pending: Pending,
    pub(super) gap: Option<Gap>,
    /// The position up to which the receiver has confirmed, and the frame that says so.
    pub(super) acked: Option<(u64, Origin)>,
    /// Octets that were taken already when earlier ones came that had never been seen, as positions.
    pub(super) taken: Option<(u64, u64)>,
}

impl Ahead {
    /// Nothing is known of what comes.
    pub(super) const NOTHING: Self = Self { pending: Pending::NONE, gap: None, acked: None, taken: None };

    /// Whether it says nothing of what comes at `next` or later.
    pub(super) fn is_nothing(&self, next: u64) -> bool {
        self.pending.is_empty() && self.taken.is_none() && self.acked.is_none_or(|(acked, _)| acked <= next)
    }

    /// Brings [`Self::gap`] up to date: `next` is wanted at `now`, after `arrivals` segments.
    pub(super) fn watch(&mut self, next: u64, now: Timestamp, arrivals: u64) {
        let Some((behind, piece)) = self.pending.first().filter(|&(at, _)| at > next) else {
            self.gap = None;
            return;
        };
        let confirmed = self.acked.is_some_and(|(acked, _)| acked >= behind);
        let earlier = self.gap.and_then(|gap| gap.confirmed);
        let since = match self.gap {
            Some(gap) if gap.begins == next => gap.since,
            _ => (piece.origin.time, piece.arrival),
        };
        let confirmed = confirmed.then(|| earlier.unwrap_or((now, arrivals)));
        self.gap = Some(Gap { begins: next, since, confirmed });
    }
}
