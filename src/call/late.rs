//! Takes requests as they come, gives those of the last moments to a 3xx that shows only now, though it was there before them.
//!
//! A 3xx that lies behind a gap of its stream is given out when the gap is given up; what its client did about it may have come by then. Only a
//! gap that the receiver has confirmed holds one back that a client can have acted on (the ages of `flow::patience`).
//!
//! Invariant: what is remembered is bounded in number, in octets and in capture time.

use std::collections::VecDeque;

use super::calls::Calls;
use super::link::{self, Asked};
use super::open::Open;
use super::redirect::Kept;
use crate::evidence::Timestamp;
use crate::limit::{Limit, Limits};

/// How long a request is remembered, in nanoseconds: twice as long as a confirmed gap stays open.
const REMEMBERED_NANOS: i64 = 200_000_000;

/// The requests of the last moments, with the numbers of their transactions.
#[derive(Debug)]
pub(super) struct Latest {
    requests: VecDeque<(u64, Kept)>,
    /// Octets of all of them.
    octets: usize,
    now: Option<Timestamp>,
    most: usize,
    most_octets: usize,
    most_overtaking: usize,
}

impl Latest {
    /// Remembers none yet.
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            requests: VecDeque::new(),
            octets: 0,
            now: None,
            most: limits.room(Limit::RecentRequests),
            most_octets: limits.room(Limit::RecentOctets),
            most_overtaking: limits.room(Limit::OvertakingRequests),
        }
    }

    /// Takes a request; tells for want of which room one that is not old was forgotten, if one was.
    pub(super) fn note(&mut self, number: u64, request: &Kept) -> Option<Limit> {
        self.now = self.now.max(Some(request.time));
        while self.requests.front().is_some_and(|(_, oldest)| request.time.nanos_since(oldest.time) > REMEMBERED_NANOS) {
            self.forget_oldest();
        }
        self.requests.push_back((number, request.clone()));
        self.octets = self.octets.saturating_add(request.message.octets().len());
        let mut reached = None;
        while let Some(limit) = self.exceeded() {
            self.forget_oldest();
            reached = Some(limit);
        }
        reached
    }

    /// The limit beyond which something is remembered.
    fn exceeded(&self) -> Option<Limit> {
        if self.requests.len() > self.most {
            Some(Limit::RecentRequests)
        } else {
            (self.octets > self.most_octets).then_some(Limit::RecentOctets)
        }
    }

    fn forget_oldest(&mut self) {
        let forgotten = self.requests.pop_front().map_or(0, |(_, request)| request.message.octets().len());
        self.octets = self.octets.saturating_sub(forgotten);
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

    /// The requests that were taken before the 3xx of `open`, though they were sent behind it, and may be its attempts: the earliest
    /// of its call and of its client; and whether there were more.
    fn behind(&self, open: &Open) -> (Vec<(u64, Kept)>, bool) {
        let time = open.redirect.response.time;
        if self.now.is_none_or(|now| now <= time) {
            return (Vec::new(), false);
        }
        let client = open.redirect.client.address;
        let (call_id, is_alternative) = (open.asked().message.call_id(), open.redirect.is_alternative());
        let (mut of_call, mut of_client) = (0_usize, 0_usize);
        let mut is_exceeded = false;
        let may_be_its = |(_, request): &&(u64, Kept)| {
            if request.time <= time {
                return false;
            }
            let count = if request.message.call_id() == call_id {
                &mut of_call
            } else if is_alternative || request.source.address == client {
                &mut of_client
            } else {
                return false;
            };
            *count += 1;
            is_exceeded |= *count > self.most_overtaking;
            *count <= self.most_overtaking
        };
        let found = self.requests.iter().filter(may_be_its).cloned().collect();
        (found, is_exceeded)
    }
}

impl Calls {
    /// Finds the attempts of the redirect `late`, whose 3xx may show late; tells whether there were too many requests to look at.
    pub(super) fn place_behind(&mut self, late: u64) -> bool {
        let Some(open) = self.open.get(late) else { return false };
        let (requests, is_exceeded) = self.latest.behind(open);
        for (number, kept) in requests {
            if self.transactions.get(number).is_none_or(|transaction| transaction.extras().attempt.is_some()) {
                continue;
            }
            let asked = Asked::new(&kept);
            if let Some((redirect, link)) = link::place(&self.open, &self.registrations, &asked).attempt_of
                && redirect == late
            {
                self.attach(redirect, link, number, &kept, &asked);
            }
        }
        is_exceeded
    }
}
