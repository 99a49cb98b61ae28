//! Takes nothing, gives what this room tells while it works, and how it tells that a bound was reached.

use super::future::LaterRequest;
use super::redirect::Redirect;
use super::watch::Watch;
use crate::fault::{Fault, FaultKind};
use crate::limit::{Limit, Limits};

/// What this room tells while it works.
pub trait Events {
    /// A redirect whose window is over.
    fn closed(&mut self, redirect: Redirect);
    /// A later request that bears on a redirect, closed or still open.
    fn later(&mut self, watch: &Watch, request: LaterRequest);
    /// How many ACKs on an INVITE's own branch, which tell of a final response from 300 to 699, have no such response in the captures.
    fn unanswered(&mut self, acks: u64);
    /// A bound that was reached in that capture.
    fn fault(&mut self, capture: u32, fault: Fault);
}

/// How much is kept of one redirect ([`Limit::RedirectMessages`]): a loop of more proves no more.
#[derive(Debug)]
pub(super) struct Room {
    most: usize,
    is_exceeded: bool,
}

impl Room {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { most: limits.room(Limit::RedirectMessages), is_exceeded: false }
    }

    /// How much is kept.
    pub(super) const fn most(&self) -> usize {
        self.most
    }

    /// Whether there is room beside so many; notes where there is none.
    pub(super) const fn has_room_beside(&mut self, kept: usize) -> bool {
        let has_room = kept < self.most;
        self.is_exceeded |= !has_room;
        has_room
    }

    /// Adds `item` where there is room, and notes where there is none; tells whether there was.
    pub(super) fn keep<T>(&mut self, list: &mut Vec<T>, item: T) -> bool {
        let has_room = self.has_room_beside(list.len());
        if has_room {
            list.push(item);
        }
        has_room
    }

    /// Whether something was not kept since this was last asked.
    pub(super) const fn take_exceeded(&mut self) -> bool {
        std::mem::replace(&mut self.is_exceeded, false)
    }
}

/// The fault that a bound of one message was reached at `frame`.
pub(super) fn bound(what: &'static str, bound: usize, frame: u64) -> Fault {
    Fault { wanted: u64::try_from(bound).ok(), ..Fault::new(FaultKind::BoundReached, what) }.at_frame(frame)
}
