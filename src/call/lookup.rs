//! Takes what the capture shows of DNS, gives to which hosts that a Contact or the body of a 380 names its client turned, and in vain.
//!
//! Invariant: whoever asks for a name is about to go there, and may go there outside SIP; it proves no attempt. RFC 3261, 21.3.5.

use std::collections::BTreeSet;

use smallvec::SmallVec;

use super::clue::Clue;
use super::hop::Hop;
use super::link::RIVALS;
use super::names::Names;
use super::open::OpenRedirects;
use super::redirect::{Redirect, Target};
use crate::dns;
use crate::evidence::Place;
use crate::sip::Uri;

/// The most redirects of one client, the latest first, and Contacts of each, that a question is held against.
const MAX_ASKED_FOR: usize = 8;

impl OpenRedirects {
    /// Notes that a client asked for the host of a Contact, or for one that the body of a 380 names.
    pub(super) fn note_lookup(&mut self, clue: &Clue, message: &dns::Message) {
        let client = if message.is_response { clue.destination.address } else { clue.source.address };
        let Some(question) = &message.question else { return };
        let place = Place { capture: clue.capture, frame: clue.frame, index: 0 };
        let numbers: SmallVec<[u64; 4]> = self.of_client(client).iter().rev().take(MAX_ASKED_FOR).copied().collect();
        for number in numbers {
            let Some(open) = self.get_mut(number).filter(|open| open.is_within_window(clue.time)) else { continue };
            let redirect = &mut open.redirect;
            let is_of = |target: &Target| {
                target.uri.next_hop().is_some_and(|hop| hop.target.name().is_some_and(|name| is_name_of(question, &dns::Name::of(name))))
            };
            if !redirect.is_alternative() && redirect.targets.iter().take(MAX_ASKED_FOR).any(is_of) {
                redirect.looked_up.get_or_insert(place);
            }
        }
        if !self.has_alternatives() {
            return;
        }
        let numbers: SmallVec<[u64; 4]> = self.alternatives_of_client(client).iter().rev().take(RIVALS).copied().collect();
        for number in numbers {
            let Some(open) = self.get_mut(number).filter(|open| open.is_within_window(clue.time)) else { continue };
            let mut hosts = open.redirect.offer.iter().flat_map(|offer| &offer.uris).filter_map(host);
            if hosts.any(|host| is_name_of(question, &host)) {
                open.redirect.looked_up.get_or_insert(place);
            }
        }
    }
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

/// Whether the question is about the host, or about a service of it (RFC 2782): `_sip._udp.example.com`.
fn is_name_of(question: &dns::Name, host: &dns::Name) -> bool {
    let service = question.octets().strip_suffix(host.octets()).and_then(|service| service.strip_suffix(b"."));
    question == host || service.is_some_and(|service| service.first() == Some(&b'_'))
}

/// The name of the host that a URI of any scheme names.
fn host(uri: &Uri) -> Option<dns::Name> {
    let outside_sip = uri.authority();
    let host = uri.host().or(outside_sip.as_ref().map(|(host, _)| host))?;
    host.name().map(dns::Name::of)
}

#[cfg(test)]
mod tests {
    use super::{host, is_name_of};
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
        let is_of = |question: &str| is_name_of(&Name::of(question.as_bytes()), &Name::of(b"b.example"));
        assert!(is_of("b.example") && is_of("_sip._udp.b.example") && !is_of("ab.example") && !is_of("a.b.example"));
    }
}
