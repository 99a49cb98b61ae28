//! Takes redirects as they come, gives those that are still open, found by call, by From tag, by client, by Contact and by caller.
//!
//! Invariant: no message is compared with more redirects than [`Limit::ComparedRedirects`] says; where a search ends there, it is noted.

use std::cell::{Cell, OnceCell};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::hash::Hash;
use std::mem;
use std::net::IpAddr;

use foldhash::fast::RandomState;
use smallvec::SmallVec;

use super::clue::Clue;
use super::found::{Found, numbers};
use super::hidden::HiddenWay;
use super::identity::{Person, ViaStack, nickname};
use super::index::{Index, Indexes, Key};
use super::lookup::named_hosts;
use super::redirect::{Attempt, Failure, Kept, Redirect};
use super::relay::People;
use crate::evidence::{Endpoint, Place, Timestamp, Unreachable};
use crate::limit::{Limit, Limits};
use crate::sip::Message;

/// How long after the last thing that happened to a redirect its attempts are still waited for: a call may ring until Timer C ends it.
const RINGING_NANOS: i64 = 200 * 1_000_000_000;
/// How long after its window a redirect stays open, for the repetitions that the last second of it may hold.
const LINGER_NANOS: i64 = 2 * 1_000_000_000;

/// After what time it is looked again whether one that waits for a response is still to be kept open.
const LOOK_AGAIN_NANOS: i64 = 10 * 1_000_000_000;

/// How much earlier than the 3xx a request that was captured behind it may be stamped: the clocks of capture queues differ a little.
const JITTER_NANOS: i64 = 100_000_000;

/// A redirect whose window is not over.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) redirect: Redirect,
    pub(super) caller: Option<Person>,
    vias: OnceCell<ViaStack>,
    pub(super) cseq: u32,
    /// The To tag of the redirected request: there where it was sent inside a dialog.
    pub(super) dialog: Option<Box<[u8]>>,
    /// When something last happened that belongs to it.
    pub(super) last_event: Timestamp,
    /// What it is found by.
    keys: SmallVec<[Key; 7]>,
    /// Octets of all messages that are kept of it.
    octets: usize,
}

impl Open {
    pub(super) fn new(redirect: Redirect, caller: Option<Person>) -> Self {
        let message = &redirect.request.as_ref().unwrap_or(&redirect.response).message;
        Self {
            vias: OnceCell::new(),
            cseq: message.cseq().map_or(0, |cseq| cseq.number),
            dialog: redirect.request.as_ref().and_then(|request| request.message.to_tag().map(Into::into)),
            last_event: redirect.response.time,
            octets: redirect.request.iter().chain([&redirect.response]).chain(&redirect.acks).map(|kept| kept.message.octets().len()).sum(),
            caller,
            redirect,
            keys: SmallVec::new(),
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

/// The open redirects and their indexes.
#[derive(Debug)]
pub(super) struct OpenRedirects {
    /// Boxed, as the tree moves its values about.
    by_number: BTreeMap<u64, Box<Open>>,
    indexes: Indexes,
    deadlines: BinaryHeap<Reverse<(Timestamp, u64)>>,
    /// When each client of an open redirect was last seen sending.
    clients: HashMap<IpAddr, (Timestamp, u32), RandomState>,
    /// How many 380 are open.
    alternatives: usize,
    /// Octets of the messages that are kept of all.
    octets: usize,
    most: usize,
    most_octets: usize,
    /// With how many redirects a message is compared.
    most_compared: usize,
    /// Whether a search ended there since this was last asked.
    is_exceeded: Cell<bool>,
}

impl OpenRedirects {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            by_number: BTreeMap::new(),
            indexes: Indexes::default(),
            deadlines: BinaryHeap::new(),
            clients: HashMap::default(),
            alternatives: 0,
            octets: 0,
            most: limits.room(Limit::Redirects),
            most_octets: limits.room(Limit::RedirectOctets),
            most_compared: limits.room(Limit::ComparedRedirects),
            is_exceeded: Cell::new(false),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_number.is_empty()
    }

    /// The limit beyond which redirects are open; one has room always.
    pub(super) fn exceeded(&self) -> Option<Limit> {
        if self.by_number.len() > self.most {
            Some(Limit::Redirects)
        } else {
            (self.octets > self.most_octets && self.by_number.len() > 1).then_some(Limit::RedirectOctets)
        }
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
        let found = self.found(Index::Attempt, (clue.source, clue.destination));
        let meant = found.latest().find(|(_, open)| open.redirect.attempts.iter().any(is_meant)).map(|(number, _)| number);
        let attempts = meant.and_then(|number| self.get_mut(number)).map(|open| &mut open.redirect.attempts);
        if let Some(attempt) = attempts.and_then(|attempts| attempts.iter_mut().rev().find(|attempt| is_meant(attempt))) {
            let place = Place { capture: clue.capture, frame: clue.frame, index: 0 };
            attempt.failure.get_or_insert(Failure { why, place, time: clue.time });
        }
    }

    pub(super) fn insert(&mut self, mut open: Box<Open>) {
        let number = open.redirect.id;
        let client = open.redirect.client.address;
        self.deadlines.push(Reverse((open.deadline(), number)));
        self.clients.entry(client).or_insert((Timestamp::MIN, 0)).1 += 1;
        self.alternatives += usize::from(open.redirect.is_alternative());
        for key in self.keys_of(&open) {
            enter(&mut self.indexes, &mut open, key);
        }
        self.octets = self.octets.saturating_add(open.octets);
        self.by_number.insert(number, open);
    }

    /// Everything by which a redirect is to be found.
    fn keys_of(&self, open: &Open) -> Vec<Key> {
        let redirect = &open.redirect;
        let client = redirect.client.address;
        let message = &open.asked().message;
        let mut keys = Vec::with_capacity(8);
        keys.extend(message.call_id().map(|call_id| self.key(Index::CallId, call_id)));
        keys.extend(message.from_tag().map(|tag| self.key(Index::FromTag, tag)));
        keys.push(self.key(Index::Client, client));
        if redirect.response.transport.is_reliable() {
            keys.push(self.key(Index::Connection, (redirect.client, redirect.server)));
        }
        keys.extend(redirect.targets.iter().map(|target| self.key(Index::Contact, &nickname(&target.uri)[..])));
        keys.extend(People::of(redirect).map(|people| self.key(Index::People, people)));
        // The URN of a service may be called as it stands (RFC 5031, 4).
        let callable = redirect.targets.iter().filter(|target| target.usable || target.uri.service().is_some());
        keys.extend(callable.map(|target| self.key(Index::Target, (client, &open.caller, &nickname(&target.uri)[..]))));
        keys.extend(named_hosts(redirect).map(|name| self.key(Index::Host, (client, name.octets()))));
        if redirect.names_emergency() {
            keys.push(self.key(Index::Emergency, client));
        }
        if redirect.is_alternative() {
            keys.push(self.key(Index::Alternative, client));
            keys.push(self.key(Index::AnyAlternative, ()));
        }
        if let Some(caller) = &open.caller {
            if redirect.is_alternative() {
                keys.push(self.key(Index::AlternativeCaller, caller));
            }
            if redirect.attempts.is_empty() {
                keys.push(self.key(Index::Waiting, (client, caller)));
            }
        }
        keys.extend(redirect.attempts.iter().flat_map(|attempt| self.keys_of_attempt(attempt)));
        keys.extend(redirect.hidden.as_ref().map(|way| self.key(Index::Hidden, (way.source, way.destination))));
        keys
    }

    fn keys_of_attempt(&self, attempt: &Attempt) -> impl Iterator<Item = Key> + use<> {
        let request = &attempt.request;
        let by_call = request.message.call_id().map(|call_id| self.key(Index::CallId, call_id));
        by_call.into_iter().chain([self.key(Index::Attempt, (request.source, request.destination))])
    }

    /// Makes a redirect found by its latest attempt, and no more among those that wait for one.
    pub(super) fn note_attempt(&mut self, number: u64) {
        let latest = self.get(number).and_then(|open| open.redirect.attempts.last());
        let keys: SmallVec<[Key; 2]> = latest.into_iter().flat_map(|latest| self.keys_of_attempt(latest)).collect();
        let Some(open) = self.by_number.get_mut(&number) else { return };
        for key in keys {
            enter(&mut self.indexes, open, key);
        }
        if let Some(place) = open.keys.iter().position(|(index, _)| *index == Index::Waiting) {
            self.indexes.leave(&open.keys.swap_remove(place), number);
        }
    }

    /// Makes a redirect found by the connection that may hide its retry.
    pub(super) fn note_hidden(&mut self, number: u64, way: HiddenWay) {
        let key = self.key(Index::Hidden, (way.source, way.destination));
        if let Some(open) = self.by_number.get_mut(&number) {
            enter(&mut self.indexes, open, key);
            open.redirect.hidden = Some(way);
        }
    }

    /// Gives a redirect its request, which turned up behind the 3xx.
    pub(super) fn adopt(&mut self, number: u64, request: Kept) {
        for key in self.get_mut(number).map(|open| mem::take(&mut open.keys)).into_iter().flatten() {
            self.indexes.leave(&key, number);
        }
        let Some(mut open) = self.remove(number) else { return };
        let client = open.redirect.client.address;
        open.octets = open.octets.saturating_add(request.message.octets().len());
        open.dialog = request.message.to_tag().map(Into::into);
        (open.redirect.client, open.redirect.server) = (request.source, request.destination);
        open.redirect.request = Some(request);
        self.insert(open);
        // It is the same client nearly always, of which is known when it was heard.
        self.forget_client(client);
    }

    fn key(&self, index: Index, key: impl Hash) -> Key {
        self.indexes.key(index, key)
    }

    fn found(&self, index: Index, key: impl Hash) -> Found<'_> {
        Found { open: self, numbers: self.indexes.of(&self.key(index, key)) }
    }

    pub(super) fn of_call(&self, call_id: &[u8]) -> Found<'_> {
        self.found(Index::CallId, call_id)
    }

    pub(super) fn of_from_tag(&self, tag: &[u8]) -> Found<'_> {
        self.found(Index::FromTag, tag)
    }

    pub(super) fn of_client(&self, client: IpAddr) -> Found<'_> {
        self.found(Index::Client, client)
    }

    pub(super) fn of_target(&self, client: IpAddr, caller: Option<&Person>, target: &[u8]) -> Found<'_> {
        self.found(Index::Target, (client, caller, target))
    }

    pub(super) fn of_contact(&self, contact: &[u8]) -> Found<'_> {
        self.found(Index::Contact, contact)
    }

    pub(super) fn of_people(&self, people: &People) -> Found<'_> {
        self.found(Index::People, people)
    }

    /// Those of a caller that have no attempt yet.
    pub(super) fn waiting(&self, client: IpAddr, caller: &Person) -> Found<'_> {
        self.found(Index::Waiting, (client, caller))
    }

    /// Those of which a Contact calls for help.
    pub(super) fn emergencies(&self, client: IpAddr) -> Found<'_> {
        self.found(Index::Emergency, client)
    }

    pub(super) fn alternatives_of_client(&self, client: IpAddr) -> Found<'_> {
        self.found(Index::Alternative, client)
    }

    pub(super) fn alternatives_of_caller(&self, caller: &Person) -> Found<'_> {
        self.found(Index::AlternativeCaller, caller)
    }

    pub(super) fn all_alternatives(&self) -> Found<'_> {
        self.found(Index::AnyAlternative, ())
    }

    /// Marks those whose 3xx came by that connection, each once: what `mark` tells to have been marked is not found by it any more.
    pub(super) fn mark_of_connection(&mut self, client: Endpoint, server: Endpoint, mark: impl FnMut(&mut Open) -> bool) {
        self.mark(self.key(Index::Connection, (client, server)), mark);
    }

    /// The same for those that name a host.
    pub(super) fn mark_of_host(&mut self, client: IpAddr, host: &[u8], mark: impl FnMut(&mut Open) -> bool) {
        self.mark(self.key(Index::Host, (client, host)), mark);
    }

    /// The same for those whose retry a connection may hide.
    pub(super) fn mark_of_hidden(&mut self, source: Endpoint, destination: Endpoint, mark: impl FnMut(&mut Open) -> bool) {
        self.mark(self.key(Index::Hidden, (source, destination)), mark);
    }

    /// So it costs no more for many messages about many redirects than for one about each; those that are not to be marked are passed over up
    /// to the bound.
    fn mark(&mut self, key: Key, mut mark: impl FnMut(&mut Open) -> bool) {
        let mut passed: SmallVec<[u64; 4]> = SmallVec::new();
        while let Some(number) = self.indexes.take_latest(&key, |number| self.by_number.contains_key(&number)) {
            let Some(open) = self.by_number.get_mut(&number) else { continue };
            if mark(open) {
                open.keys.retain(|known| *known != key);
                continue;
            }
            passed.push(number);
            if !self.has_room_beside(passed.len() - 1) {
                break;
            }
        }
        for number in passed.into_iter().rev() {
            self.indexes.enter(key, number);
        }
    }

    /// Whether a message may be compared with one redirect more than `compared`; notes where it may not.
    pub(super) fn has_room_beside(&self, compared: usize) -> bool {
        let has_room = compared < self.most_compared;
        self.is_exceeded.set(self.is_exceeded.get() || !has_room);
        has_room
    }

    /// Whether some were left out since this was last asked.
    pub(super) fn take_exceeded(&self) -> bool {
        self.is_exceeded.take()
    }

    /// The redirect that an ACK on another branch means: the same call and number, and the To tag of the 3xx.
    pub(super) fn acked(&self, ack: &Message<'_>) -> Option<u64> {
        let cseq = ack.cseq()?.number;
        let tag = ack.to_tag()?;
        let is_meant = |open: &Open| {
            let redirect = &open.redirect;
            open.cseq == cseq && redirect.is_invite() && redirect.response.message.to_tag() == Some(tag) && !redirect.was_answered()
        };
        self.of_call(ack.call_id()?).latest().find(|(_, open)| is_meant(open)).map(|(number, _)| number)
    }

    /// Notes the BYE that ends the dialog in which a redirected request was sent.
    pub(super) fn end_dialog(&mut self, bye: &Message<'_>, place: Place) {
        let Some(call_id) = bye.call_id() else { return };
        for number in numbers(self.of_call(call_id).latest()) {
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
            self.indexes.close(key, |number| self.by_number.contains_key(&number));
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

/// Makes a redirect found by `key`, once.
fn enter(indexes: &mut Indexes, open: &mut Open, key: Key) {
    if !open.keys.contains(&key) {
        open.keys.push(key);
        indexes.enter(key, open.redirect.id);
    }
}
