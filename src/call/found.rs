//! Takes the numbers of redirects that stand under one key, gives those of them with which a message is compared.
//!
//! Invariant: a message is compared with so many as [`Limit::ComparedRedirects`](crate::limit::Limit::ComparedRedirects) says, the latest first;
//! whoever asks for one more, because none of them was meant or all are, has it noted.

use smallvec::SmallVec;

use super::open::{Open, OpenRedirects};
use crate::evidence::Timestamp;

/// How many are passed over for each that is compared: to see that one cannot be meant is so much cheaper.
const PASSED_OVER: usize = 16;

/// Redirects that stand under one key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'a> {
    pub(super) open: &'a OpenRedirects,
    /// The oldest first; some may be closed.
    pub(super) numbers: &'a [u64],
}

impl<'a> Found<'a> {
    pub(super) const fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// The latest ones.
    pub(super) fn latest(self) -> impl Iterator<Item = (u64, &'a Open)> {
        self.latest_of(|_| true)
    }

    /// The latest ones within whose windows `time` lies.
    pub(super) fn latest_at(self, time: Timestamp) -> impl Iterator<Item = (u64, &'a Open)> {
        self.latest_of(move |open| open.is_within_window(time))
    }

    /// The latest ones that may be meant.
    pub(super) fn latest_of(self, may_be_meant: impl Fn(&Open) -> bool) -> impl Iterator<Item = (u64, &'a Open)> {
        self.latest_since(Timestamp::MIN, may_be_meant)
    }

    /// The latest ones that may be meant, back to a 3xx that was sent before `time`.
    pub(super) fn latest_since(self, time: Timestamp, may_be_meant: impl Fn(&Open) -> bool) -> impl Iterator<Item = (u64, &'a Open)> {
        let open = self.numbers.iter().rev().filter_map(move |number| Some((*number, self.open.get(*number)?)));
        let late = open.take_while(move |(_, open)| open.redirect.response.time >= time);
        let looked_at = late.zip(0..).map_while(move |(found, count)| self.open.has_room_beside(count / PASSED_OVER).then_some(found));
        let meant = looked_at.filter(move |(_, open)| may_be_meant(open));
        meant.zip(0..).map_while(move |(found, count)| self.open.has_room_beside(count).then_some(found))
    }
}

/// The numbers of redirects that are to be changed.
pub(super) fn numbers<'a>(found: impl Iterator<Item = (u64, &'a Open)>) -> SmallVec<[u64; 4]> {
    found.map(|(number, _)| number).collect()
}
