//! Takes the responses of registrars, gives the registration under which a client makes its calls.
//!
//! Invariant: only a registration that names its way is kept, as a handset needs it to know its own network by: the Path that leads to it and
//! the Service-Route that leads from it (RFC 3327, 5; RFC 3608, 5; 3GPP TS 24.229, 5.1.1.2). At a bound the oldest goes.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

use foldhash::fast::RandomState;
use smallvec::SmallVec;

use super::identity::Person;
use super::redirect::Kept;
use super::sighting::Sighting;
use crate::limit::{Limit, Limits};
use crate::sip::header::NameAddr;
use crate::sip::{Message, Name};

/// The registrations of the clients that are known, each as the 200 that granted it.
#[derive(Debug)]
pub(super) struct Registrations {
    by_address: HashMap<IpAddr, Registered, RandomState>,
    /// The addresses by the number of their latest registration.
    by_age: BTreeMap<u64, IpAddr>,
    next: u64,
    most: usize,
    most_of_address: usize,
}

/// The registrations of one address, the oldest first.
#[derive(Debug, Default)]
struct Registered {
    number: u64,
    grants: SmallVec<[Kept; 1]>,
}

impl Registrations {
    /// Knows none yet.
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            by_address: HashMap::default(),
            by_age: BTreeMap::new(),
            next: 0,
            most: limits.room(Limit::Registrations),
            most_of_address: limits.room(Limit::AddressRegistrations),
        }
    }

    /// Notes a 2xx to a REGISTER; tells for want of which room another was given up, if one was.
    pub(super) fn note(&mut self, grant: &Sighting<'_>) -> Option<Limit> {
        let message = &grant.message;
        let names_way = [Name::Path, Name::ServiceRoute].into_iter().any(|name| message.field(name).is_some());
        if !names_way || message.has_several_vias() {
            return None;
        }
        let client = grant.destination.address;
        self.next += 1;
        let registered = self.by_address.entry(client).or_default();
        self.by_age.remove(&registered.number);
        registered.number = self.next;
        self.by_age.insert(self.next, client);
        // A refresh says what the registration before it said.
        registered.grants.retain(|known| known.message.call_id() != message.call_id());
        let mut reached = None;
        // More of them are a gateway's, or a load test's.
        if registered.grants.len() >= self.most_of_address {
            registered.grants.remove(0);
            reached = Some(Limit::AddressRegistrations);
        }
        registered.grants.push(Arc::new(grant.to_kept()));
        if self.by_address.len() > self.most
            && let Some((_, oldest)) = self.by_age.pop_first()
        {
            self.by_address.remove(&oldest);
            reached = Some(Limit::Registrations);
        }
        reached
    }

    /// The registration under which `caller` calls from `address`: the latest that is his, or the only one that is there at all.
    pub(super) fn of(&self, address: IpAddr, caller: Option<&Person>) -> Option<&Kept> {
        let grants = &self.by_address.get(&address)?.grants;
        let own = grants.iter().rev().find(|grant| caller.is_some_and(|caller| is_of(&grant.message, caller)));
        own.or_else(|| grants.first().filter(|_| grants.len() == 1))
    }

    /// Whether `person` is registered at `address`.
    pub(super) fn has(&self, address: IpAddr, person: &Person) -> bool {
        self.by_address.get(&address).is_some_and(|registered| registered.grants.iter().any(|grant| is_of(&grant.message, person)))
    }

    /// Whether anybody is registered at `address`.
    pub(super) fn knows(&self, address: IpAddr) -> bool {
        self.by_address.contains_key(&address)
    }
}

/// Whether a registration is that of `person`: the address of record, or another identity that the registrar tells of with it
/// (P-Associated-URI; RFC 7315, 4.1).
fn is_of(grant: &Message<'_>, person: &Person) -> bool {
    let record = grant.to().map(|to| Person::named(to.uri));
    record.as_ref() == Some(person) || grant.values(Name::PAssociatedUri).any(|value| Person::named(NameAddr::read(&value).uri) == *person)
}

#[cfg(test)]
mod tests {
    use super::{Limit, Limits, Registrations};
    use crate::call::identity::Person;
    use crate::call::sighting::Sighting;
    use crate::evidence::{Endpoint, Place, Timestamp, Transport};
    use crate::sip::Message;
    use std::net::{IpAddr, Ipv4Addr};

    fn address(number: u32) -> IpAddr {
        Ipv4Addr::from_bits(0x0a00_0000 + number).into()
    }

    /// The 200 to the registration of `user` at the address of that number.
    fn grant(number: u32, user: &str, call_id: &str, rest: &str) -> Sighting<'static> {
        let text = format!(
            "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nTo: <sip:{user}@ims.example>;tag=1\r\nCall-ID: {call_id}\r\n\
             CSeq: 1 REGISTER\r\n{rest}Content-Length: 0\r\n\r\n"
        );
        Sighting {
            message: Message::scan(text.as_bytes()).expect("a message").into_owned(),
            place: Place { capture: 0, frame: u64::from(number), index: 0 },
            frames: std::iter::once(u64::from(number)).collect(),
            time: Timestamp::from_nanos(0),
            source: Endpoint { address: address(0), port: 5060 },
            destination: Endpoint { address: address(number), port: 5060 },
            transport: Transport::Udp,
            truncated: false,
            copy: false,
        }
    }

    const PATH: &str = "Path: <sip:pcscf.example;lr>\r\n";

    fn person(user: &str) -> Person {
        Person::named(format!("sip:{user}@ims.example").as_bytes())
    }

    #[test]
    fn a_caller_is_known_by_each_of_his_identities() {
        let mut known = Registrations::new(&Limits::default());
        known.note(&grant(1, "alice", "a", &format!("{PATH}P-Associated-URI: <sip:al@ims.example>, <tel:+15550100>\r\n")));
        known.note(&grant(1, "bob", "b", PATH));
        let of = |caller: &Person| known.of(address(1), Some(caller)).and_then(|grant| grant.message.call_id().map(<[u8]>::to_vec));
        for alice in [person("alice"), person("al"), Person::named(b"tel:+15550100")] {
            assert_eq!(of(&alice), Some(b"a".to_vec()));
        }
        assert_eq!(of(&person("bob")), Some(b"b".to_vec()));
        assert_eq!(of(&person("carol")), None, "of two registrations neither is hers");
    }

    #[test]
    fn the_only_registration_of_an_address_is_that_of_its_callers() {
        let mut known = Registrations::new(&Limits::default());
        known.note(&grant(1, "alice", "a", PATH));
        assert!(known.of(address(1), Some(&person("alice-work"))).is_some() && known.of(address(2), None).is_none());
        assert!(known.has(address(1), &person("alice")) && !known.has(address(1), &person("alice-work")));
    }

    #[test]
    fn a_registration_that_names_no_way_tells_nothing() {
        let mut known = Registrations::new(&Limits::default());
        known.note(&grant(1, "alice", "a", ""));
        known.note(&grant(2, "alice", "a", &format!("Via: SIP/2.0/UDP i;branch=z9hG4bK2\r\n{PATH}")));
        assert!(!known.knows(address(1)) && !known.knows(address(2)));
    }

    #[test]
    fn the_oldest_goes_at_a_bound_and_that_is_told() {
        let mut known = Registrations::new(&Limits::default().with(Limit::Registrations, 100));
        for number in 1..=100 {
            assert_eq!(known.note(&grant(number, "alice", "a", PATH)), None);
        }
        assert_eq!(known.note(&grant(1, "alice", "a", PATH)), None, "a refresh takes no room");
        assert_eq!(known.note(&grant(101, "alice", "a", PATH)), Some(Limit::Registrations));
        assert!(known.knows(address(1)) && !known.knows(address(2)));
        let mut known = Registrations::new(&Limits::default());
        let reached = (0..=8).map(|number| known.note(&grant(1, "alice", &number.to_string(), PATH)));
        assert_eq!(reached.collect::<Vec<_>>(), [[None; 8].as_slice(), &[Some(Limit::AddressRegistrations)]].concat());
    }
}
