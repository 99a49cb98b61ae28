//! Takes the new requests of clients that were redirected, gives how each bears on the redirect's original URI and Contacts.
//!
//! Invariant: only a request outside a dialog, by the same caller, that was no attempt of any redirect is judged; one that may have
//! another reason is counted as nothing (RFC 3261, 21.3.3).

use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher;
use std::net::IpAddr;

use foldhash::fast::RandomState;
use smallvec::SmallVec;

use super::fallback::{CachedUse, Fallback};
use super::identity::{Person, nickname, same_person};
use super::link::Asked;
use super::redirect::{Lifetime, Redirect, Role, Target};
use super::settings::SECOND;
use super::sighting::Sighting;
use super::transaction::Transactions;
use super::watch::{Packed, Watch};
use crate::evidence::{Place, Timestamp};
use crate::limit::{Limit, Limits};
use crate::sip::{Difference, Uri};

/// How much later than its lifetime the use of a Contact is still let pass: a round trip and the rounding of seconds, in nanoseconds.
const SLACK_NANOS: i64 = 1_500_000_000;

/// What a later request of the same client shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It went to the original URI again.
    Original,
    /// It went to a Contact within its lifetime.
    CachedInTime,
    /// It went to a Contact that had no lifetime at all.
    CachedWithoutExpiry,
    /// It went to a Contact whose lifetime was over.
    CachedAfterExpiry,
}

impl Use {
    /// Whether RFC 3261, 21.3.3 lets a client do so.
    pub(super) const fn is_allowed(self) -> bool {
        matches!(self, Self::Original | Self::CachedInTime)
    }
}

/// A later request of the same client to the original URI or to a Contact of a redirect.
#[derive(Debug, Clone)]
pub struct LaterRequest {
    /// Where it stands.
    pub place: Place,
    /// When it was sent.
    pub time: Timestamp,
    /// Its Call-ID; empty where it has none.
    pub call_id: Vec<u8>,
    /// Its method.
    pub method: Vec<u8>,
    /// Its Request-URI as written.
    pub uri: Vec<u8>,
    /// The Contact that it used, by index.
    pub target: Option<usize>,
    /// What it shows.
    pub shows: Use,
    /// Whether it went back to the original URI because a cached Contact had failed (RFC 3261, 21.3.3).
    pub is_fallback: bool,
    /// What had failed already, where it was not the first to go back.
    pub repeats_fallback: Option<Fallback>,
}

/// Whom and what a later request is looked up by: a hash of the client, the caller and names for the URIs. What is found by it is compared again.
type Name = u64;

/// The redirects whose clients may yet send further requests; bounded in number, the oldest is given up first.
#[derive(Debug)]
pub(super) struct Watches {
    hasher: RandomState,
    by_redirect: HashMap<u64, Box<Packed>, RandomState>,
    by_name: HashMap<Name, u64, RandomState>,
    names: VecDeque<(Name, u64)>,
    /// How many names each client is remembered by.
    clients: HashMap<IpAddr, usize, RandomState>,
    bound: usize,
    /// How many later requests are told of each redirect.
    most_told: usize,
}

impl Watches {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            hasher: RandomState::default(),
            by_redirect: HashMap::default(),
            by_name: HashMap::default(),
            names: VecDeque::new(),
            clients: HashMap::default(),
            bound: limits.room(Limit::Watches),
            most_told: limits.room(Limit::LaterRequests),
        }
    }

    /// Remembers `redirect`, in place of an earlier one of the same caller with the same URIs; tells whether another had to be given up.
    ///
    /// A REGISTER is not remembered: its refresh may go to either address (RFC 3261, 10.2.4). Nor is what a proxy received: a location
    /// service may have told it the same address.
    pub(super) fn open(&mut self, redirect: &Redirect, caller: &Person) -> bool {
        let (301 | 302, Some(original), Role::Uac) = (redirect.status, &redirect.original, redirect.role) else { return false };
        if redirect.method == b"REGISTER" || redirect.method == b"CANCEL" {
            return false;
        }
        // In the middle of a chain stands another original: the caller's next request begins at the chain's first URI.
        let is_first = redirect.chain == redirect.id;
        let original = if is_first { original } else { redirect.tried.first().map_or(original, |first| &first.uri) };
        let original_name = nickname(original);
        let caller = self.hasher.hash_one(caller);
        let mut names: SmallVec<[Name; 3]> = SmallVec::new();
        if is_first {
            names.push(self.name(redirect.client.address, caller, &original_name, b""));
        }
        for target in redirect.targets.iter().filter(|target| target.usable && !target.uri.equals(original)) {
            names.push(self.name(redirect.client.address, caller, &nickname(&target.uri), &original_name));
        }
        names.dedup();
        if names.is_empty() {
            return false;
        }
        let mut watch = Packed::new(redirect, original);
        for name in names {
            watch.names += 1;
            match self.by_name.insert(name, redirect.id) {
                Some(earlier) => self.release(earlier),
                None => *self.clients.entry(redirect.client.address).or_default() += 1,
            }
            self.names.push_back((name, redirect.id));
        }
        self.by_redirect.insert(redirect.id, Box::new(watch));
        self.shrink()
    }

    /// Whether a redirect of that client is remembered.
    pub(super) fn knows(&self, client: IpAddr) -> bool {
        self.clients.contains_key(&client)
    }

    /// Notes that the redirect was followed: only then can a later use of its Contact come from a cache.
    pub(super) fn attempted(&mut self, redirect: u64) {
        if let Some(watch) = self.by_redirect.get_mut(&redirect) {
            watch.attempted = true;
        }
    }

    /// What a request, in the transaction of that number, shows for a redirect of its caller, if anything.
    pub(super) fn see(
        &mut self,
        asked: &Asked<'_>,
        number: u64,
        transactions: &Transactions,
        window: i64,
    ) -> Option<(Watch, LaterRequest)> {
        let (request, uri) = (asked.sighting, asked.uri());
        let address = request.source.address;
        // A publication is refreshed where it is kept, as a registration is (RFC 3903, 4.1).
        if request.message.method() == b"PUBLISH" {
            return None;
        }
        let to_name = asked.to().map(nickname).unwrap_or_default();
        let asked_name = nickname(uri);
        let caller = self.hasher.hash_one(asked.caller()?);
        let at_original = self.by_name.get(&self.name(address, caller, &asked_name, b"")).copied();
        let at_contact = self.by_name.get(&self.name(address, caller, &asked_name, &to_name)).copied();
        if let Some(redirect) = at_original
            && self.by_redirect.get(&redirect).is_some_and(|watch| watch.original().equals(uri) && request.time > watch.time)
        {
            let watch = self.by_redirect.get_mut(&redirect)?;
            watch.last_original = Some(request.time);
            let (is_fallback, repeats_fallback) = match &mut watch.cached {
                Some(cached) => cached.go_back(request, number, transactions),
                None => (false, None),
            };
            if !is_fallback {
                watch.cached = None;
            }
            return Some((watch.unpacked(), LaterRequest { is_fallback, repeats_fallback, ..later(request, None, Use::Original) }));
        }
        let redirect = at_contact?;
        let packed = self.by_redirect.get(&redirect)?;
        let watch = packed.unpacked();
        // Where the To names the Contact too, its user may have dialled it; where the redirect was never followed, nothing was cached;
        // where the original URI was asked a moment before, a 3xx may be missing from the capture.
        let first_number = self.by_name.get(&self.name(address, caller, &nickname(&watch.original), b"")).copied();
        let first = first_number.and_then(|first| self.by_redirect.get(&first));
        let last = first.and_then(|first| first.last_original.max((first.redirect > watch.redirect).then_some(first.time)));
        let explained = !asked.to().is_some_and(|to| same_person(to, &watch.original))
            || !packed.attempted
            || request.time <= watch.time
            || last.is_some_and(|last| request.time.nanos_since(last) <= window);
        if explained {
            return None;
        }
        let index = watch.targets.iter().position(|target| target.usable && is_use_of(target, uri))?;
        let shows = shown_by_use(&watch, watch.targets.get(index)?.lifetime, request.time);
        if let Some(first) = first_number.and_then(|first| self.by_redirect.get_mut(&first)) {
            first.cached = Some(Box::new(CachedUse::new(request, number)));
        }
        Some((watch, later(request, Some(index), shows)))
    }

    /// Counts a later request that is to be told of `redirect`; says whether there is room for it.
    pub(super) fn count(&mut self, redirect: u64) -> bool {
        let Some(watch) = self.by_redirect.get_mut(&redirect) else { return false };
        let has_room = watch.told < self.most_told;
        watch.told += usize::from(has_room);
        has_room
    }

    fn name(&self, address: IpAddr, caller: u64, uri: &[u8], to: &[u8]) -> Name {
        self.hasher.hash_one((address, caller, uri, to))
    }

    fn release(&mut self, redirect: u64) {
        if let Some(watch) = self.by_redirect.get_mut(&redirect) {
            watch.names = watch.names.saturating_sub(1);
            if watch.names == 0 {
                self.by_redirect.remove(&redirect);
            }
        }
    }

    fn shrink(&mut self) -> bool {
        let mut gave_up = false;
        while self.by_name.len() > self.bound || self.names.len() > self.bound.saturating_mul(2) {
            let Some((name, redirect)) = self.names.pop_front() else { break };
            if self.by_name.get(&name) == Some(&redirect) {
                self.by_name.remove(&name);
                if let Some(client) = self.by_redirect.get(&redirect).map(|watch| watch.client)
                    && let Some(count) = self.clients.get_mut(&client)
                {
                    *count = count.saturating_sub(1);
                    if *count == 0 {
                        self.clients.remove(&client);
                    }
                }
                self.release(redirect);
                gave_up = true;
            }
        }
        gave_up
    }
}

/// What the use of a Contact with that lifetime shows.
fn shown_by_use(watch: &Watch, lifetime: Lifetime, time: Timestamp) -> Use {
    match lifetime {
        // RFC 3261, 21.3.2: what has moved for good is to be asked there.
        _ if watch.status == 301 => Use::CachedInTime,
        Lifetime::Once | Lifetime::Seconds(0) => Use::CachedWithoutExpiry,
        Lifetime::Seconds(seconds) => {
            let end = i64::from(seconds).saturating_mul(SECOND).saturating_add(SLACK_NANOS);
            if time.nanos_since(watch.time) <= end { Use::CachedInTime } else { Use::CachedAfterExpiry }
        }
    }
}

/// Whether a Request-URI is that of a Contact, give or take what a client may lose of it.
fn is_use_of(target: &Target, uri: &Uri) -> bool {
    Difference::between(&target.uri, uri, None).against_contact.names_the_target()
}

fn later(request: &Sighting<'_>, target: Option<usize>, shows: Use) -> LaterRequest {
    LaterRequest {
        place: request.place,
        time: request.time,
        call_id: request.message.call_id().unwrap_or_default().to_vec(),
        method: request.message.method().to_vec(),
        uri: request.message.request_uri().unwrap_or_default().to_vec(),
        target,
        shows,
        is_fallback: false,
        repeats_fallback: None,
    }
}
