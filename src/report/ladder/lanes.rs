//! Takes the participants of a ladder, gives the columns of a page in which they stand: as many as fit, the busiest; the rest share one.
//!
//! Invariant: columns stand in the order of the participants, and no two of those that have their own share one.

use super::fitting::{elided, width};
use crate::report::model::Ladder;
use crate::report::text::page::WIDTH;

/// The least distance of two lanes.
const APART_MIN: usize = 15;
/// The greatest distance of two lanes: a short arrow is easier to follow.
const APART_MAX: usize = 30;

/// Where who stands.
pub(super) struct Lanes {
    /// The column of each lane.
    at: Vec<usize>,
    /// The lane of each participant.
    of: Vec<usize>,
    /// How many participants share the last lane; none where it is nobody's or one's own.
    pub(super) sharing: usize,
    /// How far apart lanes stand.
    pub(super) apart: usize,
}

impl Lanes {
    /// The lanes from column `left` on.
    pub(super) fn of(ladder: &Ladder, left: usize) -> Self {
        let room = WIDTH.saturating_sub(left);
        let participants = ladder.participants.len();
        let most = (room / APART_MIN).max(2);
        let lanes = participants.min(most);
        let apart = (room / lanes.max(1)).min(APART_MAX);
        let at = (0..lanes).map(|lane| left + lane * apart).collect();
        if participants <= most {
            return Self { at, of: (0..participants).collect(), sharing: 0, apart };
        }
        let own = busiest(ladder, most - 1);
        let mut of = vec![most - 1; participants];
        for (lane, participant) in own.iter().enumerate() {
            if let Some(place) = of.get_mut(*participant) {
                *place = lane;
            }
        }
        Self { at, of, sharing: participants - own.len(), apart }
    }

    /// The column in which a participant stands.
    pub(super) fn column(&self, participant: usize) -> usize {
        self.of.get(participant).and_then(|lane| self.at.get(*lane)).copied().unwrap_or_default()
    }

    /// Whether a participant shares its lane with others.
    pub(super) fn is_shared(&self, participant: usize) -> bool {
        self.sharing > 0 && self.of.get(participant).is_some_and(|lane| lane + 1 == self.at.len())
    }

    /// The columns of all lanes.
    pub(super) fn columns(&self) -> &[usize] {
        &self.at
    }

    /// Who has the lane of that index; the first of several.
    pub(super) fn participant(&self, lane: usize) -> Option<usize> {
        self.of.iter().position(|of| *of == lane)
    }

    /// The first column that belongs to lanes.
    pub(super) fn left(&self) -> usize {
        self.at.first().copied().unwrap_or_default()
    }

    /// Where `text` that ought to begin at column `wanted` begins, and what of it fits on the page.
    pub(super) fn placed(&self, text: &str, wanted: usize) -> (usize, String) {
        let first = self.left() + 2;
        let start = wanted.min(WIDTH.saturating_sub(width(text))).max(first);
        (start, elided(text, WIDTH.saturating_sub(start)).into_owned())
    }
}

/// The `count` participants with most messages, in their order.
fn busiest(ladder: &Ladder, count: usize) -> Vec<usize> {
    let mut messages = vec![0_usize; ladder.participants.len()];
    for participant in ladder.messages.iter().flat_map(|message| [message.from, message.to]) {
        if let Some(known) = messages.get_mut(participant) {
            *known += 1;
        }
    }
    let mut order: Vec<usize> = (0..messages.len()).collect();
    // Stable: of those with as many messages the first that appeared.
    order.sort_by_key(|participant| std::cmp::Reverse(messages.get(*participant).copied()));
    order.truncate(count);
    order.sort_unstable();
    order
}
