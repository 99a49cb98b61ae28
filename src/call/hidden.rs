//! Takes signs that a client opens a connection, gives the redirects whose retry may lie inside of it, in TLS, or wait for it in vain.
//!
//! Invariant: it speaks for a client and never against one: what lies in TLS without its keys is not known, and what is refused on TCP never
//! becomes a message. RFC 3261, 8.1.3.1 and 26.2; RFC 6066, 3.

use smallvec::SmallVec;

use super::clue::{Clue, Greeting};
use super::hop::Hop;
use super::names::Names;
use super::open::OpenRedirects;
use super::redirect::{Kept, Target};
use crate::evidence::{Endpoint, Place, Timestamp};
use crate::sip::uri::NextHop;

/// The port of SIP over TLS (RFC 3261, 18.1.1).
pub const SIPS: u16 = 5061;
/// The port of HTTPS, by which a phone asks its server for many a thing that is no call.
const HTTPS: u16 = 443;
/// The most redirects of one client that one sign is held against, the latest first.
const MAX_MARKED: usize = 64;

/// A connection to the host of a Contact, of which the inside is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiddenWay {
    /// The frame that shows it.
    pub place: Place,
    /// When.
    pub time: Timestamp,
    /// From where.
    pub source: Endpoint,
    /// Where it leads.
    pub destination: Endpoint,
    /// What the client sent.
    pub greeting: Greeting,
}

/// Notes on the redirects of a client that it went to a Contact of theirs by TLS.
pub(super) fn mark_hidden(open: &mut OpenRedirects, names: &Names, clue: &Clue, greeting: &Greeting) {
    let (client, destination) = (clue.source.address, clue.destination);
    let numbers: SmallVec<[u64; 4]> = open.of_client(client).iter().rev().take(MAX_MARKED).copied().collect();
    for number in numbers {
        let Some(open) = open.get_mut(number).filter(|open| open.is_within_window(clue.time)) else { continue };
        let redirect = &mut open.redirect;
        // A hello says more than the connection that it takes.
        let says_no_more = |known: &HiddenWay| *greeting == Greeting::Syn || known.greeting != Greeting::Syn;
        if redirect.hidden.as_ref().is_some_and(says_no_more) {
            continue;
        }
        let leads_there = |target: &Target| {
            target.uri.next_hop().is_some_and(|next| {
                // Most connections lead elsewhere, and are held against written addresses at once.
                let is_elsewhere = *greeting == Greeting::Syn && next.address.is_some_and(|address| address != destination.address);
                !is_elsewhere && is_way_to(&next, &Hop::of(&target.uri, names, client, clue.time), destination, greeting)
            })
        };
        if redirect.untried().filter_map(|index| redirect.targets.get(index)).any(leads_there) {
            let place = Place { capture: clue.capture, frame: clue.frame, index: 0 };
            redirect.hidden = Some(HiddenWay { place, time: clue.time, source: clue.source, destination, greeting: greeting.clone() });
        }
    }
}

/// Notes that a request came by the connection that it took: what is said there is seen.
pub(super) fn unmark_hidden(open: &mut OpenRedirects, request: &Kept) {
    let numbers: SmallVec<[u64; 4]> = open.of_client(request.source.address).iter().rev().take(MAX_MARKED).copied().collect();
    let is_of = |way: &HiddenWay| (way.source, way.destination) == (request.source, request.destination);
    for number in numbers {
        let Some(open) = open.get_mut(number) else { continue };
        open.redirect.hidden = open.redirect.hidden.take().filter(|way| !is_of(way));
    }
}

/// Whether a connection to `destination` may be the way to a Contact.
fn is_way_to(next: &NextHop, hop: &Hop, destination: Endpoint, greeting: &Greeting) -> bool {
    let port = destination.port;
    let is_its_port = port == SIPS || port == next.port || hop.spots.iter().any(|spot| spot.port == port);
    if let Greeting::Hello { server_name: Some(name) } = greeting
        && next.target.name().is_some_and(|host| is_below(name, host))
    {
        return is_its_port || port != HTTPS;
    }
    match hop.is_at(destination.address) {
        Some(is_there) => is_there && is_its_port,
        // Of a name of which nobody knows where it leads, a Contact that asks for TLS may lead anywhere.
        None => is_its_port && next.secure && next.address.is_none() && !matches!(greeting, Greeting::Hello { server_name: Some(_) }),
    }
}

/// Whether `name` is `host` or lies below it, as the server of a domain does.
fn is_below(name: &[u8], host: &[u8]) -> bool {
    let (name, host) = (name.to_ascii_lowercase(), host.to_ascii_lowercase());
    let host = host.strip_suffix(b".").unwrap_or(&host);
    name.strip_suffix(host).is_some_and(|above| above.is_empty() || above.ends_with(b"."))
}

#[cfg(test)]
mod tests {
    use super::is_below;

    #[test]
    fn a_server_of_the_domain_is_below_it() {
        for (name, host, is) in [
            ("far.example", "far.example", true),
            ("sip1.FAR.example", "far.example.", true),
            ("afar.example", "far.example", false),
            ("example", "far.example", false),
        ] {
            assert_eq!(is_below(name.as_bytes(), host.as_bytes()), is, "{name} {host}");
        }
    }
}
