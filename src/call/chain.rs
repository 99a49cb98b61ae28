//! Takes the requests of a chain of redirects, gives the URIs that it has tried.
//!
//! Invariant: a chain has one target set, which begins with the original Request-URI (RFC 3261, 8.1.3.4); it lives as long as one of its
//! redirects is open.

use super::events::Room;
use super::redirect::{Kept, Tried};
use super::transaction::Transactions;
use crate::evidence::{Endpoint, Place, Timestamp, Transport};
use crate::sip::Uri;

/// What a chain has asked so far.
#[derive(Debug, Default)]
pub(super) struct Chain {
    tries: Vec<Try>,
    open: u32,
}

#[derive(Debug)]
struct Try {
    uri: Uri,
    place: Place,
    time: Timestamp,
    destination: Endpoint,
    transport: Transport,
    transaction: u64,
}

impl Chain {
    /// Begins with the redirected request, where nothing was tried yet.
    pub(super) fn begin(&mut self, original: &Uri, request: &Kept, transaction: u64) {
        if self.tries.is_empty() {
            self.tries.push(Try::of(original, request, transaction));
        }
    }

    /// Adds a request; notes where there is no room for it.
    pub(super) fn tried(&mut self, uri: &Uri, request: &Kept, transaction: u64, room: &mut Room) {
        room.keep(&mut self.tries, Try::of(uri, request, transaction));
    }

    /// The latest earlier try of an equal URI, unless `request` has a right to repeat it: the try was asked to be sent again amended
    /// (RFC 3261, 8.1.3.5), it failed at one address or over one transport and another is tried (RFC 3263, 4.3; RFC 3261, 18.1.1), or nobody
    /// knows how it ended.
    pub(super) fn repeats(&self, uri: &Uri, request: &Kept, transactions: &Transactions) -> Option<Tried> {
        let tried = self.tries.iter().rev().find(|tried| tried.uri.equals(uri)).map(|tried| tried.told(transactions))?;
        let status = tried.outcome?.status;
        let elsewhere = (tried.destination, tried.transport) != (request.destination, request.transport);
        let is_failover = matches!(status, 408 | 503) && elsewhere;
        (!asks_to_amend(status) && !is_failover).then_some(tried)
    }

    /// Everything tried so far.
    pub(super) fn list(&self, transactions: &Transactions) -> Vec<Tried> {
        self.tries.iter().map(|tried| tried.told(transactions)).collect()
    }

    /// Counts one more open redirect.
    pub(super) const fn join(&mut self) {
        self.open += 1;
    }

    /// Counts one less; tells whether that was the last.
    pub(super) const fn leave(&mut self) -> bool {
        self.open = self.open.saturating_sub(1);
        self.open == 0
    }
}

impl Try {
    fn of(uri: &Uri, request: &Kept, transaction: u64) -> Self {
        Self {
            uri: uri.clone(),
            place: request.place,
            time: request.time,
            destination: request.destination,
            transport: request.transport,
            transaction,
        }
    }

    fn told(&self, transactions: &Transactions) -> Tried {
        Tried {
            place: self.place,
            time: self.time,
            uri: self.uri.clone(),
            destination: self.destination,
            transport: self.transport,
            outcome: transactions.get(self.transaction).and_then(|found| found.outcome),
        }
    }
}

/// Whether a response asks for the same request again with something added (RFC 3261, 8.1.3.5; RFC 4028, 6; RFC 3903, 4.1): no failure of
/// its target.
#[must_use]
pub(super) const fn asks_to_amend(status: u16) -> bool {
    matches!(status, 401 | 407 | 412 | 413 | 415 | 416 | 420 | 421 | 422 | 423 | 428 | 491 | 494)
}
