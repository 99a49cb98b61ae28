//! Takes what a capture shows of DNS, gives what each client had been told of a name.
//!
//! Invariant: an answer holds for the client that got it, or for all where it was sent to a group; it is remembered until its time to live and
//! [`SLACK_NANOS`] are over, at most [`MAX_AGE_NANOS`] long, and of the oldest answers the memory lets go. RFC 1035, 3.2.1; RFC 6762.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv4Addr};

use foldhash::fast::RandomState;

use super::clue::Clue;
use super::events::bound;
use super::settings::SECOND;
use crate::dns::{Data, Message, Name};
use crate::evidence::{Place, Timestamp};
use crate::fault::Fault;
use crate::limit::Limit;

/// The most records that are remembered of one name.
const MAX_RECORDS: usize = 64;
/// How long after its time to live an answer still explains where a client sends, in nanoseconds: not every client asks again in time.
const SLACK_NANOS: i64 = 600 * SECOND;
/// How long an answer is remembered at most, in nanoseconds.
const MAX_AGE_NANOS: i64 = 24 * 3_600 * SECOND;
/// How long it is remembered that there is no such name, in nanoseconds.
const ABSENCE_NANOS: i64 = 300 * SECOND;

/// The client under which is remembered what holds for all.
const EVERYONE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// What was said of a name.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) data: Data,
    /// The end of its time to live.
    pub(super) until: Timestamp,
    /// Where the answer stands, the last one where it was said again.
    pub(super) place: Place,
}

/// What one client had been told of one name.
#[derive(Debug, Default)]
struct Known {
    /// Its place in the order in which names were heard.
    order: u64,
    heard: Timestamp,
    told: Vec<Told>,
    /// The latest answer that told more than this, where none has told all since.
    cut_by: Option<Place>,
    /// When it was last said that there is no such name, and where.
    absent: Option<(Timestamp, Place)>,
}

impl Known {
    /// Adds what was told at `now`; tells whether nothing had to make room for it that may still be gone by.
    fn add(&mut self, told: Told, now: Timestamp) -> bool {
        if let Some(known) = self.told.iter_mut().find(|known| known.data == told.data) {
            (known.until, known.place) = (told.until.max(known.until), told.place);
            return true;
        }
        if self.told.len() >= MAX_RECORDS {
            self.told.retain(|told| told.may_be_gone_by(now));
        }
        let has_room = self.told.len() < MAX_RECORDS;
        if has_room {
            self.told.push(told);
        } else {
            self.cut_by = Some(told.place);
        }
        has_room
    }
}

impl Told {
    /// Whether a client may still go by it at `now`.
    fn may_be_gone_by(&self, now: Timestamp) -> bool {
        now.nanos_since(self.until) <= SLACK_NANOS
    }
}

/// A name, as told to a client.
type Key = (IpAddr, Name);

/// What all clients had been told.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: HashMap<Key, Known, RandomState>,
    /// The names in the order in which they were last heard.
    order: BTreeMap<u64, Key>,
    /// The next place in that order; 0 is never one.
    next: u64,
    /// Whether what one client was told holds for all: they share a resolver.
    shared: bool,
    most: usize,
}

impl Names {
    /// No names yet, and never more than `most`, each as told to one client; with `shared`, what one client is told is known to all.
    pub(super) fn new(shared: bool, most: usize) -> Self {
        Self { shared, most, next: 1, ..Self::default() }
    }

    /// Takes an answer; gives the bounds that it reached.
    pub(super) fn learn(&mut self, clue: &Clue, message: &Message) -> impl Iterator<Item = Fault> + use<> {
        self.forget_old(clue.time);
        let mut is_left_out = false;
        if message.is_response {
            let client = self.client(clue.destination.address);
            let place = Place { capture: clue.capture, frame: clue.frame, index: 0 };
            let cut_by = (!message.is_whole).then_some(place);
            for record in &message.records {
                let until = clue.time.plus_nanos(i64::from(record.ttl).saturating_mul(SECOND));
                let known = self.known((client, record.owner.clone()), clue.time);
                known.absent = None;
                // What this very answer had no room for is still missing.
                known.cut_by = known.cut_by.filter(|by| *by == place).or(cut_by);
                is_left_out |= !known.add(Told { data: record.data.clone(), until, place }, clue.time);
            }
            if let Some(question) = &message.question {
                if message.rcode == NO_SUCH_NAME {
                    self.known((client, question.clone()), clue.time).absent = Some((clue.time, place));
                } else if cut_by.is_some() {
                    self.known((client, question.clone()), clue.time).cut_by = cut_by;
                }
            }
        }
        let is_full = self.known.len() > self.most;
        while self.known.len() > self.most {
            self.forget_first();
        }
        let left_out = is_left_out.then(|| bound("records about one name of DNS", MAX_RECORDS, clue.frame));
        left_out
            .into_iter()
            .chain(is_full.then(|| Fault { wanted: Some(self.most as u64), ..Fault::reached(Limit::Names) }.at_frame(clue.frame)))
    }

    /// What `client` had been told of `name` by `now`, and may still go by.
    pub(super) fn of(&self, client: IpAddr, name: &Name, now: Timestamp) -> impl Iterator<Item = &Told> {
        self.known_to(client, name).flat_map(|known| &known.told).filter(move |told| told.may_be_gone_by(now))
    }

    /// Whether `client` may have been told more of `name` than is known.
    pub(super) fn is_cut(&self, client: IpAddr, name: &Name) -> bool {
        self.known_to(client, name).any(|known| known.cut_by.is_some())
    }

    fn known_to(&self, client: IpAddr, name: &Name) -> impl Iterator<Item = &Known> {
        let [own, shared] = [self.client(client), EVERYONE].map(|client| self.known.get(&(client, name.clone())));
        let shared = shared.filter(|shared| own.is_none_or(|own| !std::ptr::eq(own, *shared)));
        own.into_iter().chain(shared)
    }

    /// The frame in which `client` had been told that there is no such name.
    pub(super) fn absence_of(&self, client: IpAddr, name: &Name, now: Timestamp) -> Option<Place> {
        let (time, place) = self.known.get(&(self.client(client), name.clone()))?.absent?;
        (now.nanos_since(time) <= ABSENCE_NANOS).then_some(place)
    }

    /// The client under whom something is remembered.
    fn client(&self, address: IpAddr) -> IpAddr {
        if self.shared || address.is_multicast() { EVERYONE } else { address.to_canonical() }
    }

    /// The entry of a name, which is heard of once more.
    fn known(&mut self, key: Key, now: Timestamp) -> &mut Known {
        let known = self.known.entry(key.clone()).or_default();
        self.order.remove(&known.order);
        (known.order, known.heard) = (self.next, now);
        self.order.insert(self.next, key);
        self.next += 1;
        known
    }

    fn forget_old(&mut self, now: Timestamp) {
        let is_old = |known: Option<&Known>| known.is_none_or(|known| now.nanos_since(known.heard) > MAX_AGE_NANOS);
        while self.order.first_key_value().is_some_and(|(_, key)| is_old(self.known.get(key))) {
            self.forget_first();
        }
    }

    /// Forgets the name of which nothing was heard for the longest time.
    fn forget_first(&mut self) {
        if let Some((_, key)) = self.order.pop_first() {
            self.known.remove(&key);
        }
    }
}

/// The RCODE that says that there is no such name (RFC 1035, 4.1.1).
const NO_SUCH_NAME: u8 = 3;

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::{MAX_AGE_NANOS, MAX_RECORDS, NO_SUCH_NAME, Names};
    use crate::call::settings::SECOND;
    use crate::call::{Clue, ClueKind};
    use crate::dns::{Data, Message, Name, Record};
    use crate::evidence::{Endpoint, Timestamp};

    const CLIENT: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 10));
    const OTHER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 11));

    /// How many names are remembered here.
    const MOST: usize = 200;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_nanos(i128::from(seconds * SECOND))
    }

    fn answer(name: &str, octet: u8) -> Message {
        let data = Data::Address(IpAddr::from([198, 51, 100, octet]));
        let records = vec![Record { owner: Name::of(name.as_bytes()), ttl: 60, data }];
        Message { is_response: true, rcode: 0, question: None, records, is_whole: true }
    }

    /// What bounds the answer reaches.
    fn learn(names: &mut Names, client: IpAddr, seconds: i64, message: Message) -> Vec<&'static str> {
        let end = |address| Endpoint { address, port: 53 };
        let kind = ClueKind::Dns(message.clone());
        let clue =
            Clue { capture: 0, frame: seconds.unsigned_abs(), time: at(seconds), source: end(OTHER), destination: end(client), kind };
        names.learn(&clue, &message).map(|fault| fault.said_by).collect()
    }

    fn count(names: &Names, client: IpAddr, name: &str, seconds: i64) -> usize {
        names.of(client, &Name::of(name.as_bytes()), at(seconds)).count()
    }

    #[test]
    fn an_answer_holds_for_the_client_that_got_it() {
        let mut names = Names::new(false, MOST);
        learn(&mut names, CLIENT, 0, answer("a.example", 1));
        assert_eq!((count(&names, CLIENT, "A.example.", 1), count(&names, OTHER, "a.example", 1)), (1, 0));
        let mut shared = Names::new(true, MOST);
        learn(&mut shared, CLIENT, 0, answer("a.example", 1));
        assert_eq!((count(&shared, CLIENT, "a.example", 1), count(&shared, OTHER, "a.example", 1)), (1, 1));
    }

    #[test]
    fn an_answer_to_a_group_holds_for_all() {
        let mut names = Names::new(false, MOST);
        learn(&mut names, IpAddr::from([224, 0, 0, 251]), 0, answer("a.local", 1));
        assert_eq!((count(&names, CLIENT, "a.local", 1), count(&names, OTHER, "a.local", 1)), (1, 1));
    }

    #[test]
    fn an_answer_is_forgotten_some_time_after_it_has_run_out() {
        let mut names = Names::new(false, MOST);
        learn(&mut names, CLIENT, 0, answer("a.example", 1));
        assert_eq!((count(&names, CLIENT, "a.example", 660), count(&names, CLIENT, "a.example", 661)), (1, 0));
        learn(&mut names, CLIENT, MAX_AGE_NANOS / SECOND + 1, answer("b.example", 1));
        assert_eq!(names.known.len(), 1);
    }

    #[test]
    fn a_name_that_does_not_exist_is_remembered_until_it_does() {
        let mut names = Names::new(false, MOST);
        let question = Some(Name::of(b"a.example"));
        let none = Message { is_response: true, rcode: NO_SUCH_NAME, question: question.clone(), records: Vec::new(), is_whole: true };
        learn(&mut names, CLIENT, 0, none);
        let absent = |names: &Names, client| names.absence_of(client, &Name::of(b"a.example"), at(1)).is_some();
        assert_eq!((absent(&names, CLIENT), absent(&names, OTHER)), (true, false));
        learn(&mut names, CLIENT, 1, answer("a.example", 1));
        assert!(!absent(&names, CLIENT));
    }

    #[test]
    fn what_is_remembered_is_bounded_and_a_bound_is_told() {
        let mut names = Names::new(false, MOST);
        let full: Vec<_> = (0..=u8::MAX).flat_map(|octet| learn(&mut names, CLIENT, 0, answer("a.example", octet))).collect();
        assert_eq!(full, vec!["records about one name of DNS"; 256 - MAX_RECORDS]);
        assert_eq!((count(&names, CLIENT, "a.example", 1), names.order.len()), (MAX_RECORDS, 1));
        let full: Vec<_> = (0..MOST).flat_map(|number| learn(&mut names, CLIENT, 1, answer(&format!("{number}.example"), 1))).collect();
        assert_eq!((full, names.known.len(), names.order.len()), (vec!["names told to clients"], MOST, MOST));
        assert_eq!(count(&names, CLIENT, "a.example", 1), 0, "the oldest is forgotten");
    }

    #[test]
    fn what_has_run_out_makes_room_and_an_answer_that_is_not_whole_leaves_more_to_be_known() {
        let mut names = Names::new(false, MOST);
        let is_cut = |names: &Names| names.is_cut(CLIENT, &Name::of(b"a.example"));
        for octet in 0..200 {
            assert_eq!(learn(&mut names, CLIENT, i64::from(octet) * 30, answer("a.example", octet)), [""; 0]);
        }
        assert!(!is_cut(&names));
        learn(&mut names, CLIENT, 6_000, Message { is_whole: false, ..answer("a.example", 200) });
        assert!(is_cut(&names));
        learn(&mut names, CLIENT, 6_001, answer("a.example", 200));
        assert!(!is_cut(&names));
    }
}
