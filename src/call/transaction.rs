//! Takes keys, gives the client transactions that are under way.
//!
//! Invariant: the table is bounded in number and in capture time; what it gives up early is told.

use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::RandomState;
use smallvec::SmallVec;

use super::key::{BorrowedKey, OwnedKey};
use super::redirect::{Kept, Outcome};
use super::sighting::Sighting;
use crate::evidence::{Place, Timestamp};

/// How long a transaction waits for its final response: Timer C is more than three minutes (RFC 3261, 16.6).
const PENDING_NANOS: i64 = 200 * 1_000_000_000;
/// How long a transaction is remembered after its final response, for what is repeated: 64*T1, and as much again for what comes late.
const DONE_NANOS: i64 = 40 * 1_000_000_000;

/// A key with the digest that it is looked up by.
#[derive(Debug)]
pub(super) struct Digested<'a> {
    key: BorrowedKey<'a>,
    hash: u64,
}

/// A client transaction.
#[derive(Debug)]
pub(super) struct Transaction {
    key: OwnedKey,
    hash: u64,
    /// The number in its CSeq.
    pub(super) number: u32,
    /// The request as first seen; dropped once nothing can ask for it any more.
    pub(super) request: Option<Kept>,
    /// A digest of the Request-URI as written, to tell a retransmission from another request on the same branch.
    pub(super) request_uri: u64,
    /// Where its request stands.
    pub(super) place: Option<Place>,
    /// The further transmissions of the request.
    pub(super) repeats: SmallVec<[Place; 1]>,
    /// The CANCEL for it.
    pub(super) cancel: Option<Place>,
    /// Its final response.
    pub(super) outcome: Option<Outcome>,
    /// The redirect that it met.
    pub(super) redirect: Option<u64>,
    /// The redirect whose attempt it is, and which one.
    pub(super) attempt: Option<(u64, usize)>,
    /// The earlier transaction with the same key and another content.
    pub(super) branch_of: Option<Place>,
    /// The ACK that was seen before any final response, until one is.
    pub(super) early_ack: Option<Kept>,
    last: Timestamp,
}

/// The transactions under way, found by key.
#[derive(Debug)]
pub(super) struct Transactions {
    hasher: RandomState,
    by_hash: HashMap<u64, SmallVec<[u64; 1]>, RandomState>,
    /// Boxed, as the table is twice as large as what it holds, and for a moment there twice.
    by_number: HashMap<u64, Box<Transaction>, RandomState>,
    /// When transactions without a final response were last heard of, as far as this queue knows, the oldest first.
    pending: VecDeque<(Timestamp, u64)>,
    /// The same of those with one.
    done: VecDeque<(Timestamp, u64)>,
    next: u64,
    bound: usize,
    /// How many were acknowledged without a final response.
    unanswered: u64,
}

impl Transactions {
    pub(super) fn new(bound: usize) -> Self {
        Self {
            hasher: RandomState::default(),
            by_hash: HashMap::default(),
            by_number: HashMap::default(),
            pending: VecDeque::new(),
            done: VecDeque::new(),
            next: 0,
            bound: bound.max(1),
            unanswered: 0,
        }
    }

    /// The key with the digest that it is looked up by.
    pub(super) fn digested<'a>(&self, key: BorrowedKey<'a>) -> Digested<'a> {
        Digested { hash: key.hash_with(&self.hasher), key }
    }

    /// The transactions with this key, the latest first: more than one where a branch was used again for another request.
    pub(super) fn find(&self, Digested { key, hash }: &Digested<'_>) -> SmallVec<[u64; 1]> {
        let Some(numbers) = self.by_hash.get(hash) else { return SmallVec::new() };
        numbers.iter().rev().copied().filter(|number| self.by_number.get(number).is_some_and(|found| key.equals(&found.key))).collect()
    }

    /// A digest of octets, by which they are told from others.
    pub(super) fn digest(&self, octets: &[u8]) -> u64 {
        self.hasher.hash_one(octets)
    }

    pub(super) fn get(&self, number: u64) -> Option<&Transaction> {
        self.by_number.get(&number).map(AsRef::as_ref)
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut Transaction> {
        self.by_number.get_mut(&number).map(AsMut::as_mut)
    }

    /// Opens a transaction whose Request-URI has the digest `uri`; gives its number, and whether another one had to be given up for it.
    pub(super) fn open(&mut self, key: Digested<'_>, cseq: u32, uri: u64, request: Option<&Kept>, time: Timestamp) -> (u64, bool) {
        let Digested { key, hash } = key;
        let number = self.next;
        self.next += 1;
        let transaction = Transaction {
            key: key.into_owned(),
            hash,
            number: cseq,
            request: request.cloned(),
            request_uri: uri,
            place: request.map(|kept| kept.place),
            repeats: SmallVec::new(),
            cancel: None,
            outcome: None,
            redirect: None,
            attempt: None,
            branch_of: None,
            early_ack: None,
            last: time,
        };
        self.by_hash.entry(hash).or_default().push(number);
        self.by_number.insert(number, Box::new(transaction));
        self.pending.push_back((time, number));
        let full = self.by_number.len() > self.bound;
        if full {
            self.give_up_oldest();
        }
        (number, full)
    }

    /// Notes that the transaction was heard of at `time`.
    pub(super) fn touch(&mut self, number: u64, time: Timestamp) {
        if let Some(transaction) = self.by_number.get_mut(&number) {
            transaction.last = transaction.last.max(time);
        }
    }

    /// Notes an ACK that came with no final response: the capture lacks it, or shows it a moment later.
    pub(super) fn acknowledge(&mut self, number: u64, ack: &Sighting<'_>) {
        if let Some(transaction) = self.by_number.get_mut(&number)
            && transaction.outcome.is_none()
            && transaction.early_ack.is_none()
        {
            transaction.early_ack = Some(Arc::new(ack.to_kept()));
            self.unanswered += 1;
        }
    }

    /// How many transactions were acknowledged without a final response.
    pub(super) const fn acknowledged_unanswered(&self) -> u64 {
        self.unanswered
    }

    /// Notes the final response.
    pub(super) fn end(&mut self, number: u64, outcome: Outcome) {
        if let Some(transaction) = self.by_number.get_mut(&number) {
            if transaction.early_ack.is_some() {
                self.unanswered = self.unanswered.saturating_sub(1);
            }
            transaction.outcome = Some(outcome);
            transaction.last = transaction.last.max(outcome.time);
            self.done.push_back((outcome.time, number));
        }
    }

    /// Forgets what has not been heard of for longer than anything of it can come.
    pub(super) fn expire(&mut self, now: Timestamp) {
        while let Some(number) = self.next_over(now, false) {
            // What has its final response by now waits in the other queue.
            if self.by_number.get(&number).is_some_and(|found| found.outcome.is_none()) {
                self.remove(number);
            }
        }
        while let Some(number) = self.next_over(now, true) {
            self.remove(number);
        }
    }

    /// Takes the next transaction whose time is over out of its queue.
    fn next_over(&mut self, now: Timestamp, is_done: bool) -> Option<u64> {
        let (queue, lifetime) = if is_done { (&mut self.done, DONE_NANOS) } else { (&mut self.pending, PENDING_NANOS) };
        while let Some(&(queued, number)) = queue.front() {
            if now.nanos_since(queued) <= lifetime {
                return None;
            }
            queue.pop_front();
            match self.by_number.get(&number) {
                Some(found) if found.last > queued && found.outcome.is_some() == is_done => queue.push_back((found.last, number)),
                Some(_) => return Some(number),
                None => {}
            }
        }
        None
    }

    fn give_up_oldest(&mut self) {
        while let Some((_, number)) = self.done.pop_front().or_else(|| self.pending.pop_front()) {
            if self.by_number.contains_key(&number) {
                self.remove(number);
                return;
            }
        }
    }

    fn remove(&mut self, number: u64) {
        let Some(transaction) = self.by_number.remove(&number) else { return };
        if let Some(numbers) = self.by_hash.get_mut(&transaction.hash) {
            numbers.retain(|found| *found != number);
            if numbers.is_empty() {
                self.by_hash.remove(&transaction.hash);
            }
        }
    }
}
