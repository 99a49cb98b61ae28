//! Takes keys, gives the client transactions that are under way.
//!
//! Invariant: the table is bounded in number, in octets and in capture time; what it gives up early is told.

use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::RandomState;
use smallvec::SmallVec;

use super::key::{BorrowedKey, OwnedKey};
use super::redirect::{Kept, Outcome};
use super::sighting::Sighting;
use super::slots::Slots;
use crate::evidence::{Place, Timestamp};
use crate::limit::{Limit, Limits};

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
    /// Its final response.
    pub(super) outcome: Option<Outcome>,
    /// What most have nothing of.
    extras: Option<Box<Extras>>,
    /// Octets of the request and of an early ACK, as long as they are kept.
    octets: usize,
    last: Timestamp,
}

/// What few transactions have.
#[derive(Debug)]
pub(super) struct Extras {
    /// The further transmissions of the request.
    pub(super) repeats: Vec<Place>,
    /// The CANCEL for it.
    pub(super) cancel: Option<Place>,
    /// The redirect that it met.
    pub(super) redirect: Option<u64>,
    /// The redirect whose attempt it is, and which one.
    pub(super) attempt: Option<(u64, usize)>,
    /// The earlier transaction with the same key and another content.
    pub(super) branch_of: Option<Place>,
    /// The ACK that was seen before any final response, until one is.
    pub(super) early_ack: Option<Kept>,
}

impl Extras {
    const NONE: Self = Self { repeats: Vec::new(), cancel: None, redirect: None, attempt: None, branch_of: None, early_ack: None };
}

impl Transaction {
    /// What few transactions have.
    pub(super) fn extras(&self) -> &Extras {
        static NONE: Extras = Extras::NONE;
        self.extras.as_deref().unwrap_or(&NONE)
    }

    /// The same, to be changed.
    pub(super) fn extras_mut(&mut self) -> &mut Extras {
        self.extras.get_or_insert_with(|| Box::new(Extras::NONE))
    }
}

/// The transactions under way, found by key.
#[derive(Debug)]
pub(super) struct Transactions {
    hasher: RandomState,
    by_hash: HashMap<u64, SmallVec<[u64; 1]>, RandomState>,
    /// Boxed, as the table is twice as large as what it holds, and for a moment there twice.
    by_number: Slots<Box<Transaction>>,
    /// When transactions without a final response were last heard of, as far as this queue knows, the oldest first.
    pending: VecDeque<(Timestamp, u64)>,
    /// The same of those with one.
    done: VecDeque<(Timestamp, u64)>,
    /// Octets of all messages that are kept.
    octets: usize,
    most: usize,
    most_octets: usize,
    /// The most transactions with one key; a client whose requests all have one branch shows that by the first two.
    most_of_branch: usize,
    /// How many were acknowledged without a final response.
    unanswered: u64,
}

impl Transactions {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            hasher: RandomState::default(),
            by_hash: HashMap::default(),
            by_number: Slots::default(),
            pending: VecDeque::new(),
            done: VecDeque::new(),
            octets: 0,
            most: limits.room(Limit::Transactions),
            most_octets: limits.room(Limit::TransactionOctets),
            most_of_branch: limits.room(Limit::BranchTransactions),
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
        numbers.iter().rev().copied().filter(|number| self.by_number.get(*number).is_some_and(|found| key.equals(&found.key))).collect()
    }

    /// A digest of octets, by which they are told from others.
    pub(super) fn digest(&self, octets: &[u8]) -> u64 {
        self.hasher.hash_one(octets)
    }

    pub(super) fn get(&self, number: u64) -> Option<&Transaction> {
        self.by_number.get(number).map(AsRef::as_ref)
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut Transaction> {
        self.by_number.get_mut(number).map(AsMut::as_mut)
    }

    /// Opens a transaction whose Request-URI has the digest `uri`; gives its number, and the limits at which others were given up for it.
    pub(super) fn open(
        &mut self,
        key: Digested<'_>,
        cseq: u32,
        uri: u64,
        request: Option<&Kept>,
        time: Timestamp,
    ) -> (u64, [Option<Limit>; 2]) {
        let Digested { key, hash } = key;
        let transaction = Transaction {
            key: key.to_kept(),
            hash,
            number: cseq,
            request: request.cloned(),
            request_uri: uri,
            place: request.map(|kept| kept.place),
            outcome: None,
            extras: None,
            octets: request.map_or(0, |kept| kept.message.octets().len()),
            last: time,
        };
        self.octets = self.octets.saturating_add(transaction.octets);
        let number = self.by_number.insert(Box::new(transaction));
        let alike = self.by_hash.entry(hash).or_default();
        alike.push(number);
        let first = alike.first().copied().filter(|_| alike.len() > self.most_of_branch);
        self.pending.push_back((time, number));
        let of_branch = first.map(|first| {
            self.remove(first);
            Limit::BranchTransactions
        });
        let of_all = self.make_room();
        self.sweep();
        (number, [of_branch, of_all])
    }

    /// Gives up the oldest until there is room; tells for want of which, if there was none.
    fn make_room(&mut self) -> Option<Limit> {
        let mut reached = None;
        while let Some(limit) = self.exceeded() {
            self.give_up_oldest();
            reached = Some(limit);
        }
        reached
    }

    /// The limit beyond which there is something; one transaction has room always.
    fn exceeded(&self) -> Option<Limit> {
        if self.by_number.len() > self.most {
            Some(Limit::Transactions)
        } else {
            (self.octets > self.most_octets && self.by_number.len() > 1).then_some(Limit::TransactionOctets)
        }
    }

    /// Takes what is over out of a queue that holds more of it than of the others: most transactions are answered long before their time is over.
    fn sweep(&mut self) {
        let Self { by_number, pending, done, .. } = self;
        for (queue, is_done) in [(pending, false), (done, true)] {
            if queue.len() / 2 > by_number.len() {
                queue.retain(|(_, number)| by_number.get(*number).is_some_and(|found| found.outcome.is_some() == is_done));
            }
        }
    }

    /// Notes that the transaction was heard of at `time`.
    pub(super) fn touch(&mut self, number: u64, time: Timestamp) {
        if let Some(transaction) = self.by_number.get_mut(number) {
            transaction.last = transaction.last.max(time);
        }
    }

    /// Notes an ACK that came with no final response: the capture lacks it, or shows it a moment later; tells for want of which room others were given up.
    pub(super) fn acknowledge(&mut self, number: u64, ack: &Sighting<'_>) -> Option<Limit> {
        if let Some(transaction) = self.by_number.get_mut(number)
            && transaction.outcome.is_none()
            && transaction.extras().early_ack.is_none()
        {
            let octets = ack.message.octets().len();
            transaction.extras_mut().early_ack = Some(Arc::new(ack.to_kept()));
            transaction.octets = transaction.octets.saturating_add(octets);
            self.octets = self.octets.saturating_add(octets);
            self.unanswered += 1;
        }
        self.make_room()
    }

    /// How many transactions were acknowledged without a final response.
    pub(super) const fn acknowledged_unanswered(&self) -> u64 {
        self.unanswered
    }

    /// Notes the final response.
    pub(super) fn end(&mut self, number: u64, outcome: Outcome) {
        if let Some(transaction) = self.by_number.get_mut(number) {
            if transaction.extras().early_ack.is_some() {
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
            if self.by_number.get(number).is_some_and(|found| found.outcome.is_none()) {
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
            match self.by_number.get(number) {
                Some(found) if found.last > queued && found.outcome.is_some() == is_done => queue.push_back((found.last, number)),
                Some(_) => return Some(number),
                None => {}
            }
        }
        None
    }

    /// Drops the request of a transaction for which nothing can ask any more.
    pub(super) fn drop_request(&mut self, number: u64) {
        if let Some(transaction) = self.by_number.get_mut(number) {
            transaction.request = None;
            if let Some(extras) = &mut transaction.extras {
                extras.early_ack = None;
            }
            self.octets = self.octets.saturating_sub(std::mem::take(&mut transaction.octets));
        }
    }

    fn give_up_oldest(&mut self) {
        while let Some((_, number)) = self.done.pop_front().or_else(|| self.pending.pop_front()) {
            if self.by_number.get(number).is_some() {
                self.remove(number);
                return;
            }
        }
    }

    fn remove(&mut self, number: u64) {
        let Some(transaction) = self.by_number.remove(number) else { return };
        self.octets = self.octets.saturating_sub(transaction.octets);
        if let Some(numbers) = self.by_hash.get_mut(&transaction.hash) {
            numbers.retain(|found| *found != number);
            if numbers.is_empty() {
                self.by_hash.remove(&transaction.hash);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Transactions;
    use crate::call::key::{Keyed, key};
    use crate::call::redirect::{Kept, Outcome};
    use crate::call::sighting::Sighting;
    use crate::evidence::{Endpoint, Place, Timestamp, Transport};
    use crate::limit::{Limit, Limits};
    use crate::sip::Message;

    const NOW: Timestamp = Timestamp::MIN;

    /// Opens the transaction of a request with that branch; gives its number and the limits at which others had to be given up for it.
    fn open(transactions: &mut Transactions, branch: usize, cseq: u32) -> (u64, [Option<Limit>; 2]) {
        open_with(transactions, branch, cseq, None)
    }

    fn open_with(transactions: &mut Transactions, branch: usize, cseq: u32, request: Option<&Kept>) -> (u64, [Option<Limit>; 2]) {
        let text = format!("OPTIONS sip:b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK{branch}\r\nCSeq: {cseq} OPTIONS\r\n\r\n");
        let message = Message::scan(text.as_bytes()).expect("a message");
        let Keyed { key, .. } = key(&message).expect("a key");
        let key = transactions.digested(key);
        transactions.open(key, cseq, 0, request, NOW)
    }

    #[test]
    fn of_one_branch_the_latest_transactions_are_known_and_the_bound_is_told() {
        let mut transactions = Transactions::new(&Limits::default());
        let mut numbers = Vec::new();
        for cseq in 0..200 {
            let (number, given_up) = open(&mut transactions, 1, cseq);
            numbers.push(number);
            assert_eq!(given_up, [(cseq >= 64).then_some(Limit::BranchTransactions), None], "{cseq}");
        }
        assert_eq!(transactions.by_number.len(), 64);
        assert!(numbers.iter().rev().take(64).all(|number| transactions.get(*number).is_some()));
    }

    #[test]
    fn long_requests_are_bounded_by_their_octets() {
        let mut text = b"OPTIONS sip:b SIP/2.0\r\nCSeq: 1 OPTIONS\r\n\r\n".to_vec();
        text.resize(200_000, b'x');
        let end = Endpoint { address: [192, 0, 2, 1].into(), port: 5060 };
        let request = Arc::new(Sighting {
            message: Message::scan(&text).expect("a message").into_owned(),
            place: Place { capture: 0, frame: 1, index: 0 },
            frames: std::iter::once(1).collect(),
            time: NOW,
            source: end,
            destination: end,
            transport: Transport::Udp,
            truncated: false,
            copy: false,
        });
        let mut transactions = Transactions::new(&Limits::default().with(Limit::TransactionOctets, 1_000_000));
        let mut numbers = Vec::new();
        let mut given_up = |branch, cseq| {
            let (number, given_up) = open_with(&mut transactions, branch, cseq, Some(&request));
            numbers.push(number);
            given_up
        };
        assert_eq!(
            Vec::from_iter((0..7).map(|branch| given_up(branch, 1)[1])),
            [[None; 5].as_slice(), &[Some(Limit::TransactionOctets); 2]].concat()
        );
        // Those of one branch take the place of each other, and are bounded all the same.
        let of_branch = Vec::from_iter((0..100).map(|cseq| given_up(1, cseq)));
        assert!(of_branch.iter().all(|given_up| given_up[1] == Some(Limit::TransactionOctets)));
        assert_eq!(transactions.by_number.len(), 5);
        numbers.into_iter().for_each(|number| transactions.drop_request(number));
        assert_eq!(transactions.octets, 0);
    }

    #[test]
    fn queues_do_not_grow_where_time_stands_still() {
        let mut transactions = Transactions::new(&Limits::default().with(Limit::Transactions, 10));
        for branch in 0..1_000 {
            let (number, _) = open(&mut transactions, branch, 1);
            let place = Place { capture: 0, frame: 1, index: 0 };
            transactions.end(number, Outcome { status: 200, place, time: NOW });
            assert!(transactions.pending.len() <= 22 && transactions.done.len() <= 22);
        }
        assert_eq!(transactions.by_number.len(), 10);
    }
}
