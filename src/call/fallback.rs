//! Takes what a client did after a cached Contact had failed, gives whether it went back to the original URI, and how often.
//!
//! Invariant: only what the client surely did on its own counts: in the same call, or a moment after the failure (RFC 3261, 21.3.3).

use super::chain::asks_to_amend;
use super::settings::{SECOND, T1};
use super::sighting::Sighting;
use super::transaction::{Transaction, Transactions};
use crate::evidence::{Endpoint, Place, Timestamp};

/// How soon after a failure a request in another call still is the client's own doing.
const AUTOMATIC_NANOS: i64 = 2 * SECOND;
/// How soon after a request that nobody answers the next is still the client's own doing: behind an ICMP error, or Timer B (RFC 3261, 17.1.1.2).
const UNANSWERED_NANOS: i64 = 64 * T1 + AUTOMATIC_NANOS;

/// What had failed when a client went back to the original URI once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fallback {
    /// The request to the cached Contact.
    pub cached: Place,
    /// The request that went back to the original URI the time before.
    pub first: Place,
}

/// A request as one goes back from it.
#[derive(Debug, Clone)]
struct Step {
    place: Place,
    time: Timestamp,
    transaction: u64,
    call_id: Vec<u8>,
    destination: Endpoint,
}

impl Step {
    fn new(request: &Sighting<'_>, transaction: u64) -> Self {
        let call_id = request.message.call_id().unwrap_or_default().to_vec();
        Self { place: request.place, time: request.time, transaction, call_id, destination: request.destination }
    }
}

/// The use of a cached Contact, and the way back from it.
#[derive(Debug, Clone)]
pub(super) struct CachedUse {
    cached: Step,
    back: Option<Step>,
}

impl CachedUse {
    /// A use that nothing is known of yet.
    pub(super) fn new(request: &Sighting<'_>, transaction: u64) -> Self {
        Self { cached: Step::new(request, transaction), back: None }
    }

    /// Takes a request to the original URI; gives whether it goes back from the Contact, and from what else.
    pub(super) fn go_back(&mut self, request: &Sighting<'_>, number: u64, transactions: &Transactions) -> (bool, Option<Fallback>) {
        let from = self.back.as_ref().unwrap_or(&self.cached);
        let outcome = transactions.get(from.transaction).and_then(|found: &Transaction| found.outcome);
        let (since, soon) = outcome.map_or((from.time, UNANSWERED_NANOS), |outcome| (outcome.time, AUTOMATIC_NANOS));
        let is_own = request.message.call_id() == Some(&from.call_id) || request.time.nanos_since(since) <= soon;
        if !is_own || outcome.is_some_and(|outcome| outcome.status < 400) {
            return (false, None);
        }
        let Some(outcome) = outcome else {
            // What nobody answered may be sent again by any way (RFC 3263, 4.3).
            self.back = Some(Step::new(request, number));
            return (true, None);
        };
        // Sent again amended, or to the next address of a server that does not serve, it is the same try.
        let is_same_try = asks_to_amend(outcome.status) || (matches!(outcome.status, 408 | 503) && from.destination != request.destination);
        let repeated = self.back.as_ref().filter(|_| !is_same_try).map(|back| Fallback { cached: self.cached.place, first: back.place });
        self.back = Some(Step::new(request, number));
        (true, repeated)
    }
}
