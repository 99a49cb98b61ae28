//! Takes numbers of redirects with what they are to be found by, gives the numbers that are found by it, the oldest first.
//!
//! Invariant: a redirect stands once at most under a key, and what is held is bounded by how many are open: of the numbers under a key no more
//! than half are of closed ones.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash};

use foldhash::fast::RandomState;
use smallvec::SmallVec;

/// By what an open redirect is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Index {
    /// Its Call-ID, or that of an attempt.
    CallId,
    FromTag,
    Client,
    /// The connection on which the client got the 3xx.
    Connection,
    /// A Contact, with client and caller.
    Target,
    /// Client and caller, until it has an attempt.
    Waiting,
    /// A Contact, whoever the client is: an element between two networks has an address in each.
    Contact,
    /// Status, method, and the users of From and To: what an element that hides the rest leaves as it is.
    People,
    /// The source and destination of an attempt.
    Attempt,
    /// A connection that may hide its retry.
    Hidden,
    /// The client, and a host that the 3xx names.
    Host,
    /// The client, where a Contact calls for help.
    Emergency,
    /// A 380, by the address of its client.
    Alternative,
    /// A 380, by its caller, wherever he calls from: an emergency call may take another way into the network.
    AlternativeCaller,
    /// Every 380.
    AnyAlternative,
}

/// A place in an index: a digest of what is looked up.
pub(super) type Key = (Index, u64);

/// Numbers of redirects, the oldest first; of those that were closed some may still stand among them.
#[derive(Debug, Default)]
struct Numbers {
    all: SmallVec<[u64; 2]>,
    closed: usize,
}

/// All indexes.
#[derive(Debug, Default)]
pub(super) struct Indexes {
    numbers: HashMap<Key, Numbers, RandomState>,
    hasher: RandomState,
}

impl Indexes {
    pub(super) fn key(&self, index: Index, key: impl Hash) -> Key {
        (index, self.hasher.hash_one(key))
    }

    /// The numbers under `key`, the oldest first.
    pub(super) fn of(&self, key: &Key) -> &[u64] {
        self.numbers.get(key).map(|numbers| numbers.all.as_slice()).unwrap_or_default()
    }

    /// Enters the number of a redirect that does not stand there yet.
    pub(super) fn enter(&mut self, key: Key, number: u64) {
        self.numbers.entry(key).or_default().all.push(number);
    }

    /// Takes out the latest number under `key` of a redirect that is open.
    pub(super) fn take_latest(&mut self, key: &Key, is_open: impl Fn(u64) -> bool) -> Option<u64> {
        let numbers = self.numbers.get_mut(key)?;
        while let Some(latest) = numbers.all.pop() {
            if is_open(latest) {
                return Some(latest);
            }
            numbers.closed = numbers.closed.saturating_sub(1);
        }
        self.numbers.remove(key);
        None
    }

    /// Takes out the number of a redirect that stays open.
    pub(super) fn leave(&mut self, key: &Key, number: u64) {
        let Some(numbers) = self.numbers.get_mut(key) else { return };
        if let Some(place) = numbers.all.iter().rposition(|other| *other == number) {
            numbers.all.remove(place);
        }
        if numbers.closed == numbers.all.len() {
            self.numbers.remove(key);
        }
    }

    /// Notes that a redirect under `key` was closed. Its number is swept out once in a while, so that a client with ten thousand open redirects
    /// costs no more per redirect than one with ten.
    pub(super) fn close(&mut self, key: &Key, is_open: impl Fn(u64) -> bool) {
        let Some(numbers) = self.numbers.get_mut(key) else { return };
        numbers.closed += 1;
        if numbers.closed == numbers.all.len() {
            self.numbers.remove(key);
        } else if numbers.closed * 2 > numbers.all.len() {
            numbers.all.retain(|number| is_open(*number));
            numbers.closed = 0;
        }
    }
}
