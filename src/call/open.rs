//! Takes redirects as they come, gives those that are still open, found by call, by From tag, by client, by Contact and by caller.
//!
//! Invariant: every index holds numbers of open redirects only, and each is bounded by how many are open.

use std::cell::OnceCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::hash::{BuildHasher, Hash};
use std::net::IpAddr;

use foldhash::fast::RandomState;
use smallvec::SmallVec;

use super::clue::Clue;
use super::identity::{Person, ViaStack, nickname};
use super::redirect::{Attempt, Failure, Kept, Redirect};
use crate::evidence::{Endpoint, Place, Timestamp, Unreachable};
use crate::sip::Message;

/// How long after the last thing that happened to a redirect its attempts are still waited for: a call may ring until Timer C ends it.
const RINGING_NANOS: i64 = 200 * 1_000_000_000;
/// How long after its window a redirect stays open, for the repetitions that the last second of it may hold.
const LINGER_NANOS: i64 = 2 * 1_000_000_000;

/// After what time it is looked again whether one that waits for a response is still to be kept open.
const LOOK_AGAIN_NANOS: i64 = 10 * 1_000_000_000;

/// The most redirects of one call that are looked at, the latest first.
pub(super) const MAX_OF_CALL: usize = 64;
/// The most redirects of one client that are looked at, the latest first.
const MAX_OF_CLIENT: usize = 64;

/// How much earlier than the 3xx a request that was captured behind it may be stamped: the clocks of capture queues differ a little.
const JITTER_NANOS: i64 = 100_000_000;

/// Numbers of redirects, the oldest first; of those that were closed some may still stand among them.
#[derive(Debug, Default)]
struct Numbers {
    all: SmallVec<[u64; 2]>,
    closed: usize,
}

/// A redirect whose window is not over.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) redirect: Redirect,
    pub(super) caller: Option<Person>,
    /// The Call-IDs of its attempts that are not its own.
    further_call_ids: SmallVec<[Box<[u8]>; 1]>,
    vias: OnceCell<ViaStack>,
    pub(super) cseq: u32,
    /// The To tag of the redirected request: there where it was sent inside a dialog.
    pub(super) dialog: Option<Box<[u8]>>,
    /// When something last happened that belongs to it.
    pub(super) last_event: Timestamp,
    keys: Keys,
    /// Octets of all messages that are kept of it.
    octets: usize,
}

impl Open {
    pub(super) fn new(redirect: Redirect, caller: Option<Person>) -> Self {
        let message = &redirect.request.as_ref().unwrap_or(&redirect.response).message;
        Self {
            further_call_ids: SmallVec::new(),
            vias: OnceCell::new(),
            cseq: message.cseq().map_or(0, |cseq| cseq.number),
            dialog: redirect.request.as_ref().and_then(|request| request.message.to_tag().map(Into::into)),
            last_event: redirect.response.time,
            octets: redirect.request.iter().chain([&redirect.response]).chain(&redirect.acks).map(|kept| kept.message.octets().len()).sum(),
            caller,
            redirect,
            keys: Keys::new(),
        }
    }

    /// The redirected request, or the 3xx where that is all there is.
    pub(super) fn asked(&self) -> &Kept {
        self.redirect.request.as_ref().unwrap_or(&self.redirect.response)
    }

    /// The Vias of the redirected request.
    pub(super) fn vias(&self) -> &ViaStack {
        self.vias.get_or_init(|| ViaStack::of(&self.asked().message))
    }

    /// Whether a request sent at `time` still counts as an attempt.
    pub(super) fn is_within_window(&self, time: Timestamp) -> bool {
        let since = time.nanos_since(self.last_event);
        // Whoever gets no response to an attempt waits for it as long before the next one (RFC 3261, 17.1.1.2, Timer B).
        let wait = if self.has_pending() { self.redirect.window } else { 0 };
        time.nanos_since(self.redirect.response.time) >= -JITTER_NANOS && since <= self.redirect.window.saturating_add(wait)
    }

    /// Whether an attempt has no final response yet.
    fn has_pending(&self) -> bool {
        self.redirect.attempts.iter().any(|attempt| attempt.outcome.is_none())
    }

    /// When nothing more can belong to it.
    fn deadline(&self) -> Timestamp {
        let wait = self.redirect.window.max(if self.has_pending() { RINGING_NANOS } else { 0 }).saturating_add(LINGER_NANOS);
        self.last_event.plus_nanos(wait)
    }
}

/// By what an open redirect is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Index {
    CallId,
    FromTag,
    Client,
    /// The connection on which the client got the 3xx.
    Connection,
    Target,
    Caller,
    /// The first usable Contact, whoever the client is: an element between two networks has an address in each.
    Contact,
    /// A 380, by the address of its client.
    Alternative,
    /// A 380, by its caller, wherever he calls from: an emergency call may take another way into the network.
    AlternativeCaller,
    /// Every 380.
    AnyAlternative,
}

/// A place in an index: a digest of what is looked up.
type Key = (Index, u64);
/// The places of one redirect.
type Keys = SmallVec<[Key; 7]>;

/// The open redirects and their indexes.
#[derive(Debug, Default)]
pub(super) struct OpenRedirects {
    /// Boxed, as the tree moves its values about.
    by_number: BTreeMap<u64, Box<Open>>,
    index: HashMap<Key, Numbers, RandomState>,
    hasher: RandomState,
    deadlines: BinaryHeap<Reverse<(Timestamp, u64)>>,
    /// When each client of an open redirect was last seen sending.
    clients: HashMap<IpAddr, (Timestamp, u32), RandomState>,
    /// How many 380 are open.
    alternatives: usize,
    /// Octets of the messages that are kept of all.
    octets: usize,
}

impl OpenRedirects {
    pub(super) fn len(&self) -> usize {
        self.by_number.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_number.is_empty()
    }

    /// Octets of the messages that are kept of all.
    pub(super) const fn octets(&self) -> usize {
        self.octets
    }

    /// Counts a further message that is kept of a redirect.
    pub(super) fn count(&mut self, number: u64, message: &Kept) {
        if let Some(open) = self.by_number.get_mut(&number) {
            let octets = message.message.octets().len();
            open.octets = open.octets.saturating_add(octets);
            self.octets = self.octets.saturating_add(octets);
        }
    }

    /// Whether an open redirect has that client.
    pub(super) fn knows(&self, client: IpAddr) -> bool {
        self.clients.contains_key(&client)
    }

    /// Whether any 380 is open.
    pub(super) const fn has_alternatives(&self) -> bool {
        self.alternatives > 0
    }

    pub(super) fn get(&self, number: u64) -> Option<&Open> {
        self.by_number.get(&number).map(AsRef::as_ref)
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut Open> {
        self.by_number.get_mut(&number).map(AsMut::as_mut)
    }

    /// Takes an ICMP error about a packet: the last attempt that went between its endpoints has failed.
    pub(super) fn failed(&mut self, clue: &Clue, why: Unreachable) {
        let is_meant = |attempt: &Attempt| {
            let request = &attempt.request;
            (request.source, request.destination) == (clue.source, clue.destination) && request.time <= clue.time
        };
        let youngest: Vec<u64> = self.of_client(clue.source.address).iter().rev().take(MAX_OF_CLIENT).copied().collect();
        for number in youngest {
            let Some(open) = self.get_mut(number) else { continue };
            if let Some(attempt) = open.redirect.attempts.iter_mut().rev().find(|attempt| is_meant(attempt)) {
                let place = Place { capture: clue.capture, frame: clue.frame, index: 0 };
                attempt.failure.get_or_insert(Failure { why, place, time: clue.time });
                break;
            }
        }
    }

    pub(super) fn insert(&mut self, mut open: Box<Open>) {
        let number = open.redirect.id;
        let client = open.redirect.client.address;
        self.deadlines.push(Reverse((open.deadline(), number)));
        self.clients.entry(client).or_insert((Timestamp::MIN, 0)).1 += 1;
        self.alternatives += usize::from(open.redirect.is_alternative());
        for key in self.keys_of(&open) {
            if enter(&mut self.index, key, number) {
                open.keys.push(key);
            }
        }
        self.octets = self.octets.saturating_add(open.octets);
        self.by_number.insert(number, open);
    }

    /// Everything by which a redirect is to be found.
    fn keys_of(&self, open: &Open) -> Keys {
        let client = open.redirect.client.address;
        let is_alternative = open.redirect.is_alternative();
        let message = &open.asked().message;
        let mut keys = Keys::new();
        keys.extend(message.call_id().map(|call_id| self.key(Index::CallId, call_id)));
        keys.extend(message.from_tag().map(|tag| self.key(Index::FromTag, tag)));
        keys.push(self.key(Index::Client, client));
        if open.redirect.response.transport.is_reliable() {
            keys.push(self.key(Index::Connection, (open.redirect.client, open.redirect.server)));
        }
        let first = open.redirect.targets.iter().find(|target| target.usable);
        keys.extend(first.map(|target| self.key(Index::Contact, &nickname(&target.uri)[..])));
        // The URN of a service may be called as it stands (RFC 5031, 4).
        let callable = open.redirect.targets.iter().filter(|target| target.usable || target.uri.service().is_some());
        keys.extend(callable.map(|target| self.key(Index::Target, (client, &nickname(&target.uri)[..]))));
        if is_alternative {
            keys.push(self.key(Index::Alternative, client));
            keys.push(self.key(Index::AnyAlternative, ()));
        }
        if let Some(caller) = &open.caller {
            if is_alternative {
                keys.push(self.key(Index::AlternativeCaller, caller));
            }
            keys.push(self.key(Index::Caller, (client, caller)));
        }
        keys
    }

    /// Makes a redirect found by the Call-ID of its attempt as well.
    pub(super) fn enter_call_id(&mut self, number: u64, call_id: &[u8]) {
        let key = self.key(Index::CallId, call_id);
        let Some(open) = self.by_number.get_mut(&number) else { return };
        if open.asked().message.call_id() == Some(call_id) || open.further_call_ids.iter().any(|known| **known == *call_id) {
            return;
        }
        open.further_call_ids.push(call_id.into());
        if enter(&mut self.index, key, number) {
            open.keys.push(key);
        }
    }

    fn key(&self, index: Index, key: impl Hash) -> Key {
        (index, self.hasher.hash_one(key))
    }

    fn found(&self, index: Index, key: impl Hash) -> &[u64] {
        self.index.get(&self.key(index, key)).map(|numbers| numbers.all.as_slice()).unwrap_or_default()
    }

    pub(super) fn of_call(&self, call_id: &[u8]) -> &[u64] {
        self.found(Index::CallId, call_id)
    }

    pub(super) fn of_from_tag(&self, tag: &[u8]) -> &[u64] {
        self.found(Index::FromTag, tag)
    }

    pub(super) fn of_client(&self, client: IpAddr) -> &[u64] {
        self.found(Index::Client, client)
    }

    pub(super) fn of_connection(&self, client: Endpoint, server: Endpoint) -> &[u64] {
        self.found(Index::Connection, (client, server))
    }

    pub(super) fn of_target(&self, client: IpAddr, target: &[u8]) -> &[u64] {
        self.found(Index::Target, (client, target))
    }

    pub(super) fn of_contact(&self, contact: &[u8]) -> &[u64] {
        self.found(Index::Contact, contact)
    }

    pub(super) fn of_caller(&self, client: IpAddr, caller: &Person) -> &[u64] {
        self.found(Index::Caller, (client, caller))
    }

    pub(super) fn alternatives_of_client(&self, client: IpAddr) -> &[u64] {
        self.found(Index::Alternative, client)
    }

    pub(super) fn alternatives_of_caller(&self, caller: &Person) -> &[u64] {
        self.found(Index::AlternativeCaller, caller)
    }

    pub(super) fn all_alternatives(&self) -> &[u64] {
        self.found(Index::AnyAlternative, ())
    }

    /// The redirect that an ACK on another branch means: the same call and number, and the To tag of the 3xx.
    pub(super) fn acked(&self, ack: &Message<'_>) -> Option<u64> {
        let cseq = ack.cseq()?.number;
        let tag = ack.to_tag()?;
        let is_meant = |open: &Open| {
            let redirect = &open.redirect;
            open.cseq == cseq && redirect.is_invite() && redirect.response.message.to_tag() == Some(tag) && !redirect.was_answered()
        };
        self.of_call(ack.call_id()?).iter().rev().take(MAX_OF_CALL).copied().find(|number| self.get(*number).is_some_and(is_meant))
    }

    /// Notes the BYE that ends the dialog in which a redirected request was sent.
    pub(super) fn end_dialog(&mut self, bye: &Message<'_>, place: Place) {
        let Some(call_id) = bye.call_id() else { return };
        let numbers: SmallVec<[u64; 4]> = self.of_call(call_id).iter().rev().take(MAX_OF_CALL).copied().collect();
        for number in numbers {
            let Some(open) = self.get_mut(number).filter(|open| open.redirect.method != b"BYE") else { continue };
            let is_dialog = |tag: Option<&[u8]>| tag.is_some() && tag == open.dialog.as_deref();
            if is_dialog(bye.to_tag()) || is_dialog(bye.from_tag()) {
                open.redirect.ended.get_or_insert(place);
            }
        }
    }

    /// Notes that `address` was seen sending.
    pub(super) fn heard(&mut self, address: IpAddr, time: Timestamp) {
        if let Some(client) = self.clients.get_mut(&address) {
            client.0 = client.0.max(time);
        }
    }

    /// When the client of a redirect was last seen sending.
    pub(super) fn last_heard(&self, address: IpAddr) -> Option<Timestamp> {
        self.clients.get(&address).map(|client| client.0).filter(|time| *time > Timestamp::MIN)
    }

    /// Takes out the next redirect whose time is over at `now`.
    pub(super) fn take_over(&mut self, now: Timestamp) -> Option<Box<Open>> {
        while let Some(&Reverse((queued, number))) = self.deadlines.peek() {
            if queued >= now {
                return None;
            }
            self.deadlines.pop();
            let Some(deadline) = self.by_number.get(&number).map(|open| open.deadline()) else { continue };
            if deadline > queued && deadline >= now {
                // A call that rings may be answered at any moment, and its redirect is over soon after.
                self.deadlines.push(Reverse((deadline.min(now.plus_nanos(LOOK_AGAIN_NANOS)), number)));
            } else {
                return self.remove(number);
            }
        }
        None
    }

    /// Takes out the redirect that has been open the longest.
    pub(super) fn take_oldest(&mut self) -> Option<Box<Open>> {
        let number = *self.by_number.first_key_value()?.0;
        self.remove(number)
    }

    fn remove(&mut self, number: u64) -> Option<Box<Open>> {
        let open = self.by_number.remove(&number)?;
        self.octets = self.octets.saturating_sub(open.octets);
        self.alternatives = self.alternatives.saturating_sub(usize::from(open.redirect.is_alternative()));
        for key in &open.keys {
            let Some(numbers) = self.index.get_mut(key) else { continue };
            numbers.closed += 1;
            if numbers.closed == numbers.all.len() {
                self.index.remove(key);
            } else if numbers.closed * 2 > numbers.all.len() {
                // Swept once in a while, so that a client with ten thousand open redirects costs no more per redirect than one with ten.
                numbers.all.retain(|number| self.by_number.contains_key(number));
                numbers.closed = 0;
            }
        }
        Some(open)
    }

    /// Forgets a client that has no open redirect any more; called once its redirect was closed with what is known of it.
    pub(super) fn forget_client(&mut self, address: IpAddr) {
        if let Some(client) = self.clients.get_mut(&address) {
            client.1 = client.1.saturating_sub(1);
            if client.1 == 0 {
                self.clients.remove(&address);
            }
        }
    }
}

/// Enters a redirect in an index; tells whether it was not yet there.
fn enter(index: &mut HashMap<Key, Numbers, RandomState>, key: Key, number: u64) -> bool {
    let numbers = index.entry(key).or_default();
    let is_new = numbers.all.last() != Some(&number);
    if is_new {
        numbers.all.push(number);
    }
    is_new
}
