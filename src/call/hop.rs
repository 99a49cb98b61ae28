//! Takes a URI, and what a client had been told of names, gives where that client could know the URI to lead.
//!
//! Invariant: an address that is written leads there and nowhere else; a name leads where the answers to this client say, and where there are
//! none, nobody can tell. RFC 3263, 4.1 and 4.2.

use std::collections::BTreeSet;
use std::net::IpAddr;

use smallvec::SmallVec;

use super::names::{Names, Told};
use super::redirect::Kept;
use crate::dns::{Data, Name};
use crate::evidence::{Endpoint, Place, Timestamp};
use crate::sip::Uri;
use crate::sip::uri::NextHop;

/// The most aliases that are followed from a name.
const MAX_ALIASES: usize = 8;
/// The most places that one URI may lead to.
const MAX_SPOTS: usize = 64;

/// One place that a URI leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// Its address.
    pub address: IpAddr,
    /// Its port.
    pub port: u16,
    /// Whether the port is certain: it is written, belongs to a written address, or an SRV record gave it.
    pub is_port_settled: bool,
    /// Where the answer stands that told the address; none where the URI is written with it.
    pub answer: Option<Place>,
}

impl Spot {
    /// Its address and port.
    #[must_use]
    pub const fn endpoint(&self) -> Endpoint {
        Endpoint { address: self.address, port: self.port }
    }
}

/// Where a URI leads, as far as a client could know at some moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hop {
    /// The places, as told.
    pub spots: SmallVec<[Spot; 1]>,
    /// Whether an answer to this client was still alive then and told all the addresses: another one contradicts it.
    is_complete: bool,
    /// Where the answer stands that there is no such name.
    pub absent: Option<Place>,
}

impl Hop {
    /// Where `uri` leads, as far as `client` could know at `now`; empty where it is no SIP URI, or nobody can tell.
    pub(super) fn of(uri: &Uri, names: &Names, client: IpAddr, now: Timestamp) -> Self {
        let Some(hop) = uri.next_hop() else { return Self::default() };
        if let Some(address) = hop.address {
            let spot = Spot { address, port: hop.port, is_port_settled: true, answer: None };
            return Self { spots: SmallVec::from_iter([spot]), is_complete: true, absent: None };
        }
        let Some(name) = hop.target.name().map(Name::of) else { return Self::default() };
        Search { names, client, now, found: Self { is_complete: true, ..Self::default() } }.run(&name, &hop)
    }

    /// The addresses of the host `name`, as far as `client` could know at `now`, whatever is to be had there.
    pub(super) fn of_host(name: &[u8], names: &Names, client: IpAddr, now: Timestamp) -> Self {
        let mut search = Search { names, client, now, found: Self { is_complete: true, ..Self::default() } };
        search.addresses(&Name::of(name), 0, false);
        search.found
    }

    /// Where a request should go: where its first Route leads, or else its Request-URI (RFC 3261, 8.1.2).
    ///
    /// Of a strict router the Request-URI holds the address already (RFC 3261, 12.2.1.1).
    pub(super) fn of_request(request: &Kept, names: &Names) -> Self {
        let route = request.message.routes().next().map(|route| Uri::parse(route.uri())).filter(|route| route.parameter("lr").is_some());
        let uri = route.or_else(|| request.message.request_uri().map(Uri::parse));
        uri.map_or_else(Self::default, |uri| Self::of(&uri, names, request.source.address, request.time))
    }

    /// Whether a packet to `address` goes where the URI leads; none where that cannot be told. An IPv4-mapped address is its IPv4 address here.
    #[must_use]
    pub fn is_at(&self, address: IpAddr) -> Option<bool> {
        let address = address.to_canonical();
        let known = || self.spots.iter().map(|spot| spot.address.to_canonical());
        if known().any(|known| known == address) {
            return Some(true);
        }
        // The answers for the other family of addresses may stand in no capture.
        (self.is_complete && known().any(|known| known.is_ipv4() == address.is_ipv4())).then_some(false)
    }

    /// Whether a packet to `destination` goes where the URI leads, port and all; none where that cannot be told.
    #[must_use]
    pub fn is_exactly(&self, destination: Endpoint) -> Option<bool> {
        if !self.is_at(destination.address)? {
            return Some(false);
        }
        let mut ports = self.spots_at(destination.address).map(|spot| (spot.port == destination.port, spot.is_port_settled));
        if ports.clone().any(|(is_that, _)| is_that) { Some(true) } else { ports.all(|(_, is_settled)| is_settled).then_some(false) }
    }

    /// The places by which a packet to `address` is explained.
    pub fn spots_at(&self, address: IpAddr) -> impl Iterator<Item = &Spot> + Clone {
        self.spots.iter().filter(move |spot| spot.address.to_canonical() == address.to_canonical())
    }

    /// The answers of DNS that tell it, each once.
    pub fn answers(&self) -> impl Iterator<Item = Place> {
        let answers: BTreeSet<Place> = self.spots.iter().filter_map(|spot| spot.answer).collect();
        answers.into_iter()
    }
}

/// A search through the answers.
struct Search<'a> {
    names: &'a Names,
    client: IpAddr,
    now: Timestamp,
    found: Hop,
}

impl<'a> Search<'a> {
    /// Looks for SRV records where no port is written, then for addresses.
    fn run(mut self, name: &Name, hop: &NextHop) -> Hop {
        let mut services = false;
        if !hop.explicit_port {
            for service in self.services(name) {
                services |= self.service(&service);
            }
        }
        if !services {
            self.addresses(name, hop.port, hop.explicit_port);
        }
        if self.found.spots.is_empty() {
            self.found.absent = self.names.absence_of(self.client, name, self.now);
        }
        self.found
    }

    /// What the client had been told of `name`; where there may have been more, nothing that is found here contradicts another place.
    fn told<'n>(&mut self, name: &'n Name) -> impl Iterator<Item = &'a Told> + use<'a, 'n> {
        self.found.is_complete &= !self.names.is_cut(self.client, name);
        self.names.of(self.client, name, self.now)
    }

    /// The names under which SRV records of `name` may stand: those that NAPTR records tell, and the usual ones.
    fn services(&mut self, name: &Name) -> Vec<Name> {
        let mut services: Vec<Name> = Vec::new();
        for told in self.told(name) {
            if let Data::Pointer { service, replacement, .. } = &told.data
                && (service.starts_with(b"sip+") || service.starts_with(b"sips+"))
            {
                services.push(replacement.clone());
            }
        }
        for prefix in [&b"_sip._udp."[..], b"_sip._tcp.", b"_sips._tcp.", b"_sip._ws.", b"_sips._ws."] {
            let usual = Name::of(&[prefix, name.octets()].concat());
            if !services.contains(&usual) {
                services.push(usual);
            }
        }
        services
    }

    /// Adds the hosts that offer `service`; tells whether any record says so.
    fn service(&mut self, service: &Name) -> bool {
        let offers: Vec<(Name, u16)> = self
            .told(service)
            .filter_map(|told| match &told.data {
                Data::Service { port, target, .. } => Some((target.clone(), *port)),
                _ => None,
            })
            .collect();
        for (target, port) in &offers {
            self.addresses(target, *port, true);
        }
        !offers.is_empty()
    }

    /// Adds the addresses of a host, through its aliases.
    fn addresses(&mut self, host: &Name, port: u16, is_port_settled: bool) {
        let mut names = vec![host.clone()];
        let (mut next, mut found, mut is_alive) = (0, false, false);
        while let Some(name) = names.get(next).cloned() {
            for told in self.told(&name) {
                match &told.data {
                    Data::Address(address) => {
                        found = true;
                        is_alive |= told.until >= self.now;
                        let spot = Spot { address: *address, port, is_port_settled, answer: Some(told.place) };
                        match self.found.spots.contains(&spot) {
                            true => {}
                            false if self.found.spots.len() < MAX_SPOTS => self.found.spots.push(spot),
                            false => self.found.is_complete = false,
                        }
                    }
                    Data::Alias(alias) if names.contains(alias) => {}
                    Data::Alias(alias) if names.len() < MAX_ALIASES => names.push(alias.clone()),
                    Data::Alias(_) => self.found.is_complete = false,
                    _ => {}
                }
            }
            next += 1;
        }
        self.found.is_complete &= found && is_alive;
    }
}
