//! Takes signs that a client opens a connection, gives the redirects whose retry may lie inside of it, in TLS, or wait for it in vain; of a 380
//! those to an alternative of whose body it leads, in SIP or outside.
//!
//! Invariant: it speaks for a client and never against one: what lies in TLS without its keys is not known, and what is refused on TCP never
//! becomes a message. RFC 3261, 8.1.3.1 and 26.2; RFC 6066, 3.

use super::clue::{Clue, Greeting};
use super::found::numbers;
use super::hop::Hop;
use super::names::Names;
use super::open::OpenRedirects;
use super::redirect::{Kept, Redirect};
use crate::dns::Name;
use crate::evidence::{Endpoint, Place, Timestamp};
use crate::sip::Uri;
use crate::sip::uri::{Host, NextHop};

/// The port of SIP (RFC 3261, 18.1.1).
const SIP: u16 = 5060;
/// The port of SIP over TLS (RFC 3261, 18.1.1).
pub const SIPS: u16 = 5061;
/// The port of HTTPS, by which a phone asks its server for many a thing that is no call.
const HTTPS: u16 = 443;

/// A connection to the host of a Contact, or of a URI in the body of a 380, of which the inside is not known.
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

/// Notes on the redirects of a client that it opened a connection to where they lead; tells whether they name more than `most` URIs, and the
/// older ones were passed over.
pub(super) fn mark_hidden(open: &mut OpenRedirects, names: &Names, clue: &Clue, greeting: &Greeting, most: usize) -> bool {
    if open.is_empty() {
        return false;
    }
    let mut held = 0_usize;
    for number in numbers(open.of_client(clue.source.address).latest_at(clue.time)) {
        let Some(redirect) = open.get(number).map(|open| &open.redirect) else { continue };
        // A hello says more than the connection that it takes.
        let says_no_more = |known: &HiddenWay| *greeting == Greeting::Syn || known.greeting != Greeting::Syn;
        if redirect.hidden.as_ref().is_some_and(says_no_more) {
            continue;
        }
        held = held.saturating_add(redirect.targets.len()).saturating_add(redirect.offer.as_ref().map_or(0, |offer| offer.uris.len()));
        if held > most {
            return true;
        }
        if may_lead_there(redirect, names, clue, greeting) {
            let place = Place { capture: clue.capture, frame: clue.frame, index: 0 };
            let (source, destination) = (clue.source, clue.destination);
            open.note_hidden(number, HiddenWay { place, time: clue.time, source, destination, greeting: greeting.clone() });
        }
    }
    false
}

/// Whether the connection may lead to a Contact that is left to try; after a 380, to a URI of its body.
fn may_lead_there(redirect: &Redirect, names: &Names, clue: &Clue, greeting: &Greeting) -> bool {
    let (client, destination) = (clue.source.address, clue.destination);
    let is_by_sip = |uri: &Uri| {
        // The inside of plain HTTP is known, and is no SIP.
        uri.next_hop().filter(|_| !matches!(greeting, Greeting::Web { .. })).is_some_and(|next| {
            // Most connections lead elsewhere, and are held against written addresses at once.
            let is_elsewhere = *greeting == Greeting::Syn && next.address.is_some_and(|address| address != destination.address);
            !is_elsewhere && is_way_to(&next, &Hop::of(uri, names, client, clue.time), destination, greeting)
        })
    };
    if redirect.is_alternative() {
        let is_outside_sip = |uri: &Uri| uri.authority().is_some_and(|(host, port)| is_host_of(&host, port, names, clue, greeting));
        let mut uris = redirect.offer.iter().flat_map(|offer| &offer.uris);
        return uris.any(|uri| is_by_sip(uri) || is_outside_sip(uri));
    }
    redirect.untried().filter_map(|index| redirect.targets.get(index)).any(|target| is_by_sip(&target.uri))
}

/// Whether a connection leads to the host of a URI outside SIP: by its address, as written or as the client was told, or by the name that the
/// client asks for.
fn is_host_of(host: &Host, port: Option<u16>, names: &Names, clue: &Clue, greeting: &Greeting) -> bool {
    let destination = clue.destination;
    // Schemes have their own ports, and HTTP leads to HTTPS; those of SIP belong to none of them.
    if port.map_or(matches!(destination.port, SIP | SIPS), |port| port != destination.port) {
        return false;
    }
    let Some(name) = host.name() else {
        return host.address().is_some_and(|address| address.to_canonical() == destination.address.to_canonical());
    };
    greeting.name().is_some_and(|asked| Name::of(asked) == Name::of(name))
        || Hop::of_host(name, names, clue.source.address, clue.time).is_at(destination.address) == Some(true)
}

/// Notes that a request came by the connection that it took: what is said there is seen.
pub(super) fn unmark_hidden(open: &mut OpenRedirects, request: &Kept) {
    let (source, destination) = (request.source, request.destination);
    open.mark_of_hidden(source, destination, |open| {
        open.redirect.hidden = open.redirect.hidden.take().filter(|way| (way.source, way.destination) != (source, destination));
        true
    });
}

/// Whether a connection to `destination` may be the way to a Contact.
fn is_way_to(next: &NextHop, hop: &Hop, destination: Endpoint, greeting: &Greeting) -> bool {
    let port = destination.port;
    let is_its_port = port == SIPS || port == next.port || hop.spots.iter().any(|spot| spot.port == port);
    if let Some(name) = greeting.name()
        && next.target.name().is_some_and(|host| is_below(name, host))
    {
        return is_its_port || port != HTTPS;
    }
    match hop.is_at(destination.address) {
        Some(is_there) => is_there && is_its_port,
        // Of a name of which nobody knows where it leads, a Contact that asks for TLS may lead anywhere; and where it leaves the transport open,
        // NAPTR records may ask for it (RFC 3263, 4.1).
        None => {
            let may_be_secure = next.secure || (port == SIPS && !next.transport_is_settled());
            is_its_port && may_be_secure && next.address.is_none() && greeting.name().is_none()
        }
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
