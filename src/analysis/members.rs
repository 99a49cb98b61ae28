//! Takes redirects as they are closed, and what came later, gives of what each consists: its calls, and what else its verdict stands on.
//!
//! Invariant: a call is what has one Call-ID. What a message of another call proves is named by its place.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::call::{Hop, LaterRequest, Redirect, Sighting};
use crate::dns::Name;
use crate::evidence::Place;
use crate::rules::Finding;

/// Of what the redirects of a report consist.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Members {
    /// The Call-IDs of the redirected requests and of their attempts.
    own: BTreeSet<Box<[u8]>>,
    /// Those of the later requests, and of the registrations by which it is known what a 380 asks.
    further: BTreeSet<Box<[u8]>>,
    /// What else the verdicts stand on.
    places: BTreeSet<Place>,
    /// Who received them.
    clients: BTreeSet<IpAddr>,
    /// The hosts about which DNS may have told these clients.
    hosts: BTreeSet<Name>,
    /// Whether the captures were read in order of time.
    pub(super) is_in_time_order: bool,
}

impl Members {
    /// Takes a redirect that is closed, and what the rules found.
    pub(super) fn closed(&mut self, redirect: &Redirect, findings: &[Finding]) {
        let attempts = redirect.attempts.iter().map(|attempt| &attempt.request);
        let members = redirect.request.iter().chain([&redirect.response]).chain(attempts);
        self.own.extend(members.map(|member| call_of(member).into()));
        let above = redirect.above.iter().filter_map(|above| above.request.as_ref());
        let beside = redirect.registration.iter().chain(&redirect.candidate).chain(above);
        self.further.extend(beside.map(|member| call_of(member).into()));
        self.places.extend(places_of(redirect));
        self.found(findings);
        self.clients.insert(redirect.client.address);
        self.hosts.extend(redirect.hosts());
    }

    /// Takes a later request, and what the rules found.
    pub(super) fn later(&mut self, request: &LaterRequest, findings: &[Finding]) {
        self.further.insert(request.call_id.as_slice().into());
        self.places.insert(request.place);
        self.found(findings);
    }

    fn found(&mut self, findings: &[Finding]) {
        let places = findings.iter().flat_map(|finding| finding.related.iter().map(|related| related.place).chain([finding.primary]));
        self.places.extend(places);
    }

    /// Takes all of `other` as well.
    pub(super) fn join(&mut self, other: Self) {
        self.own.extend(other.own);
        self.further.extend(other.further);
        self.places.extend(other.places);
        self.clients.extend(other.clients);
        self.hosts.extend(other.hosts);
    }

    /// The Call-IDs of redirected requests and attempts.
    pub(super) fn own_calls(&self) -> impl Iterator<Item = &[u8]> {
        self.own.iter().map(|call_id| &**call_id)
    }

    /// Whether a redirected request or an attempt has a Call-ID of which `is_wanted` is true.
    pub(super) fn has_own_call(&self, is_wanted: impl Fn(&[u8]) -> bool) -> bool {
        self.own.iter().any(|call_id| is_wanted(call_id))
    }

    /// Whether a message of that Call-ID at that place belongs to a call of these redirects; one that their verdicts stand on brings its call with it, from there on.
    pub(super) fn takes(&mut self, call_id: &[u8], place: Place) -> bool {
        let is_known = self.own.contains(call_id) || self.further.contains(call_id);
        if !is_known && self.places.contains(&place) {
            self.further.insert(call_id.into());
            return true;
        }
        is_known
    }

    /// Whether a verdict stands on what the first message of that frame shows, or on what else the frame is.
    pub(super) fn has_place(&self, capture: u32, frame: u64) -> bool {
        self.places.contains(&Place { capture, frame, index: 0 })
    }

    /// Whether one of the clients has that address.
    pub(super) fn has_client(&self, address: IpAddr) -> bool {
        self.clients.contains(&address) || self.clients.contains(&address.to_canonical())
    }

    /// Whether a name is that of a host of these redirects, or of a service below it.
    pub(super) fn names(&self, name: &Name) -> bool {
        let mut rest = name.octets();
        loop {
            if self.hosts.contains(&Name::of(rest)) {
                return true;
            }
            // What lies below a host begins with the underscore of a service (RFC 2782).
            let Some(dot) = rest.iter().position(|octet| *octet == b'.').filter(|_| rest.first() == Some(&b'_')) else { return false };
            rest = rest.get(dot + 1..).unwrap_or_default();
        }
    }

    /// Takes a name that leads on from another one.
    pub(super) fn add_host(&mut self, name: Name) {
        self.hosts.insert(name);
    }
}

/// The Call-ID of a message; one that has none, as where the capture cut it off, is a call of its own, named after its place.
pub(super) fn call_of<'a>(sighting: &'a Sighting<'_>) -> Cow<'a, [u8]> {
    let Place { capture, frame, index } = sighting.place;
    sighting.message.call_id().map_or_else(|| format!("\0{capture}/{frame}/{index}").into_bytes().into(), Cow::Borrowed)
}

/// What a redirect names beside its own messages.
fn places_of(redirect: &Redirect) -> impl Iterator<Item = Place> {
    let hops = redirect.attempts.iter().flat_map(|attempt| [&attempt.hop, &attempt.contact_hop]).chain([&redirect.hop]);
    let answers: Vec<Place> = hops.flat_map(|hop: &Hop| hop.answers().chain(hop.absent)).collect();
    let absent = redirect.targets.iter().filter_map(|target| target.absent);
    let failures = redirect.attempts.iter().filter_map(|attempt| attempt.failure.map(|failure| failure.place));
    let hidden = redirect.hidden.iter().map(|way| way.place);
    let tried = redirect.tried.iter().map(|tried| tried.place);
    let single = [
        redirect.looked_up,
        redirect.rival,
        redirect.unseen,
        redirect.lost,
        redirect.cancel,
        redirect.given_up,
        redirect.ended,
        redirect.refreshed,
        redirect.sends_all_there,
    ];
    single.into_iter().flatten().chain(answers).chain(absent).chain(failures).chain(hidden).chain(tried)
}
