//! Takes requests as they come, gives those of the last moments to a 3xx that shows only now, though it was there before them.
//!
//! A 3xx that lies behind a gap of its stream is given out when the gap is given up; what its client did about it may have come by then. Only a
//! gap that the receiver has confirmed holds one back that a client can have acted on (the ages of `flow::patience`).
//!
//! Invariant: what is remembered is bounded in number and in capture time.

use std::collections::VecDeque;

use super::calls::Calls;
use super::link::{self, Asked};
use super::redirect::Kept;
use crate::evidence::Timestamp;

/// How long a request is remembered, in nanoseconds: twice as long as a confirmed gap stays open.
const REMEMBERED_NANOS: i64 = 200_000_000;

/// The requests of the last moments, with the numbers of their transactions.
#[derive(Debug)]
pub(super) struct Latest {
    requests: VecDeque<(u64, Kept)>,
    now: Option<Timestamp>,
    most: usize,
}

impl Latest {
    /// Remembers none yet, and at most so many; beyond it the oldest is forgotten.
    pub(super) const fn new(most: usize) -> Self {
        Self { requests: VecDeque::new(), now: None, most }
    }

    /// Takes a request; tells whether one that is not old had to be forgotten for it.
    pub(super) fn note(&mut self, number: u64, request: &Kept) -> bool {
        self.now = self.now.max(Some(request.time));
        while self.requests.front().is_some_and(|(_, oldest)| request.time.nanos_since(oldest.time) > REMEMBERED_NANOS) {
            self.requests.pop_front();
        }
        self.requests.push_back((number, request.clone()));
        let is_full = self.requests.len() > self.most;
        if is_full {
            self.requests.pop_front();
        }
        is_full
    }

    /// Whether an earlier request of the same call is remembered that went elsewhere.
    pub(super) fn has_begun(&self, request: &Kept) -> bool {
        let (uri, call_id, tag) = (request.message.request_uri(), request.message.call_id(), request.message.from_tag());
        let is_earlier = |other: &Kept| {
            other.place < request.place
                && other.message.call_id() == call_id
                && other.message.from_tag() == tag
                && other.message.method() == request.message.method()
                && other.message.request_uri() != uri
        };
        self.requests.iter().any(|(_, other)| is_earlier(other))
    }

    /// The requests that were taken before a 3xx of that moment, though they were sent behind it.
    pub(super) fn behind(&self, time: Timestamp) -> Vec<(u64, Kept)> {
        if self.now.is_none_or(|now| now <= time) {
            return Vec::new();
        }
        self.requests.iter().filter(|(_, request)| request.time > time).cloned().collect()
    }
}

impl Calls {
    /// Finds the attempts of the redirect `late`, whose 3xx of that moment may show late.
    pub(super) fn place_behind(&mut self, late: u64, time: Timestamp) {
        for (number, kept) in self.latest.behind(time) {
            if self.transactions.get(number).is_none_or(|transaction| transaction.attempt.is_some()) {
                continue;
            }
            let asked = Asked::new(&kept);
            if let Some((redirect, link)) = link::place(&self.open, &self.registrations, &asked).attempt_of
                && redirect == late
            {
                self.attach(redirect, link, number, &kept, &asked);
            }
        }
    }
}
