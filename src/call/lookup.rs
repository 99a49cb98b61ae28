//! Takes what the capture shows of DNS, gives to which hosts that a Contact or the body of a 380 names its client turned, and in vain.
//!
//! Invariant: whoever asks for a name is about to go there, and may go there outside SIP; it proves no attempt. RFC 3261, 21.3.5.

use std::collections::BTreeSet;

use smallvec::SmallVec;

use super::clue::Clue;
use super::hop::Hop;
use super::names::Names;
use super::open::OpenRedirects;
use super::redirect::{Redirect, Target};
use crate::dns;
use crate::evidence::Place;
use crate::sip::Uri;

impl OpenRedirects {
    /// Notes that a client asked for the host of a Contact, or for one that the body of a 380 names.
    pub(super) fn note_lookup(&mut self, clue: &Clue, message: &dns::Message) {
        let client = if message.is_response { clue.destination.address } else { clue.source.address };
        let Some(question) = message.question.as_ref().filter(|_| self.knows(client)) else { return };
        let place = Place { capture: clue.capture, frame: clue.frame, index: 0 };
        for name in asked_for(question) {
            self.mark_of_host(client, name, |open| {
                let is_meant = open.is_within_window(clue.time);
                if is_meant {
                    open.redirect.looked_up.get_or_insert(place);
                }
                is_meant
            });
        }
    }
}

/// The hosts that a 3xx names: those of its Contacts, of a 380 those of its body.
pub(super) fn named_hosts(redirect: &Redirect) -> impl Iterator<Item = dns::Name> {
    let (contacts, offer) = if redirect.is_alternative() { (&[][..], redirect.offer.as_ref()) } else { (&redirect.targets[..], None) };
    let of_contacts = contacts.iter().filter_map(|target| target.uri.next_hop()?.target.name().map(dns::Name::of));
    of_contacts.chain(offer.into_iter().flat_map(|offer| &offer.uris).filter_map(host))
}

/// The names of which a question may ask for the host: its own, and those of which it asks for a service (RFC 2782), `_sip._udp.example.com`.
fn asked_for(question: &dns::Name) -> impl Iterator<Item = &[u8]> {
    let name = question.octets();
    let is_service = name.first() == Some(&b'_');
    let labels = name.iter().enumerate().filter(move |(_, octet)| is_service && **octet == b'.');
    std::iter::once(name).chain(labels.filter_map(|(place, _)| name.get(place + 1..)))
}

impl Redirect {
    /// The names of hosts about which DNS may have told its client: those of its URIs, of the attempts' and of their Routes.
    #[must_use]
    pub fn hosts(&self) -> BTreeSet<dns::Name> {
        let requests = self.request.iter().chain(self.attempts.iter().map(|attempt| &attempt.request));
        let routes = requests.flat_map(|request| request.message.routes().map(|route| Uri::parse(route.uri())).collect::<Vec<_>>());
        let attempts = self.attempts.iter().map(|attempt| attempt.uri.clone());
        let offered = self.offer.iter().flat_map(|offer| offer.uris.iter().cloned());
        let tried = self.tried.iter().map(|tried| tried.uri.clone()).chain(self.original.clone());
        let all = self.targets.iter().map(|target| target.uri.clone()).chain(attempts).chain(offered).chain(tried).chain(routes);
        all.flat_map(|uri| [host(&uri), uri.next_hop().and_then(|hop| hop.target.name().map(dns::Name::of))]).flatten().collect()
    }
}

/// Notes, as a redirect is closed, of which hosts of its Contacts DNS told the client that they do not exist, and forgets that it asked where it
/// was told an address of any.
pub(super) fn note_names(redirect: &mut Redirect, names: &Names) {
    let (client, time) = (redirect.client.address, redirect.response.time);
    let hop = |target: &Target| if target.usable { Hop::of(&target.uri, names, client, time) } else { Hop::default() };
    let hops: SmallVec<[Hop; 2]> = redirect.targets.iter().map(hop).collect();
    if hops.iter().any(|hop| hop.absent.is_some()) {
        let with_hops = redirect.targets.iter().zip(&hops);
        redirect.targets = with_hops.map(|(target, hop)| Target { absent: hop.absent, ..target.clone() }).collect();
    }
    if !redirect.is_alternative() && redirect.looked_up.is_some() && hops.iter().any(|hop| !hop.spots.is_empty()) {
        redirect.looked_up = None;
    }
}

/// The name of the host that a URI of any scheme names.
fn host(uri: &Uri) -> Option<dns::Name> {
    let outside_sip = uri.authority();
    let host = uri.host().or(outside_sip.as_ref().map(|(host, _)| host))?;
    host.name().map(dns::Name::of)
}

#[cfg(test)]
mod tests {
    use super::{asked_for, host};
    use crate::dns::Name;
    use crate::sip::Uri;

    #[test]
    fn a_uri_of_any_scheme_names_its_host() {
        for uri in
            ["sip:a@b.example;lr", "https://b.example/x@y", "http://u@b.example:8080?q", "mailto:a@b.example?subject=c", "xmpp:a@B.example"]
        {
            assert_eq!(host(&Uri::parse(uri.as_bytes())), Some(Name::of(b"b.example")), "{uri}");
        }
        for uri in ["urn:service:sos", "sip:a@192.0.2.1", "tel:+1", "mailto:", "http://"] {
            assert_eq!(host(&Uri::parse(uri.as_bytes())), None, "{uri}");
        }
    }

    #[test]
    fn a_question_about_a_service_is_about_its_host() {
        let is_of = |question: &str| asked_for(&Name::of(question.as_bytes())).any(|name| name == b"b.example");
        assert!(is_of("b.example") && is_of("_sip._udp.b.example") && !is_of("ab.example") && !is_of("a.b.example"));
    }
}
