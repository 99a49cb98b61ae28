//! Takes nothing, gives what this room tells while it works, and how it tells that a bound was reached.

use super::future::{LaterRequest, Watch};
use super::redirect::Redirect;
use crate::fault::{Fault, FaultKind};

/// The most ACKs, attempts, repetitions and To tags, each, that are kept of one redirect; a loop of them proves no more.
pub(super) const MAX_KEPT: usize = 64;

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

/// Adds `item` where there is room, and notes where there is none.
pub(super) fn keep<T>(list: &mut Vec<T>, item: T, is_full: &mut bool) {
    if list.len() < MAX_KEPT {
        list.push(item);
    } else {
        *is_full = true;
    }
}

/// The fault that `bound` was reached at `frame`.
pub(super) fn bound(what: &'static str, bound: usize, frame: u64) -> Fault {
    Fault { wanted: u64::try_from(bound).ok(), ..Fault::new(FaultKind::BoundReached, what) }.at_frame(frame)
}
