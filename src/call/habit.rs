//! Takes new requests that no redirect caused, gives which clients send a server what is meant for other addresses.
//!
//! Invariant: only a request outside a dialog, without a Route and with an address in its Request-URI proves that its client has an outbound
//! proxy (RFC 3261, 8.1.2); a name may lead anywhere.

use std::collections::HashMap;
use std::net::IpAddr;

use foldhash::fast::RandomState;
use memchr::memchr;

use super::sighting::Sighting;
use crate::evidence::{Endpoint, Place};
use crate::sip::Uri;

/// The clients that send a server what is meant for other addresses, and the first request of each that shows it.
#[derive(Debug)]
pub(super) struct Habits {
    first: HashMap<(IpAddr, Endpoint), Place, RandomState>,
    most: usize,
}

impl Habits {
    /// Knows none yet, and remembers at most so many clients, each with its server.
    pub(super) fn new(most: usize) -> Self {
        Self { first: HashMap::default(), most }
    }

    /// Notes what `request` shows of its client; tells whether there was no room for it.
    pub(super) fn note(&mut self, request: &Sighting<'_>) -> bool {
        let message = &request.message;
        let uri = message.request_uri().unwrap_or_default();
        if !has_numeric_host(uri) || message.to_tag().is_some() || message.routes().next().is_some() {
            return false;
        }
        if Uri::parse(uri).next_hop().is_none_or(|hop| hop.is_at(request.destination.address) != Some(false)) {
            return false;
        }
        let habit = (request.source.address, request.destination);
        if self.first.len() >= self.most {
            return !self.first.contains_key(&habit);
        }
        self.first.entry(habit).or_insert(request.place);
        false
    }

    /// The first request by which `client` was seen sending `server` what is meant for other addresses.
    pub(super) fn of(&self, client: IpAddr, server: Endpoint) -> Option<Place> {
        self.first.get(&(client, server)).copied()
    }
}

/// Whether the host of a URI begins as an address does, as far as can be told without reading it.
fn has_numeric_host(uri: &[u8]) -> bool {
    let behind = memchr(b'@', uri).or_else(|| memchr(b':', uri)).and_then(|mark| uri.get(mark + 1));
    behind.is_some_and(|octet| octet.is_ascii_digit() || *octet == b'[')
}
