//! Takes URIs and messages, gives who is who: the caller of a request, the element that sent it, the stack of elements behind it.
//!
//! Invariant: these are coarse names to look things up by; what is found by one is compared again in full.

use memchr::memchr;
use smallvec::SmallVec;

use super::key::has_cookie;
use crate::sip::uri::Host;
use crate::sip::{Message, Uri};

/// The URI that a request is for: its Request-URI, or the last Route where the Request-URI names a strict router alone, which knows to put
/// them back (RFC 3261, 12.2.1.1 and 16.4).
pub(super) fn asked_uri(message: &Message<'_>) -> Option<Uri> {
    let uri = message.request_uri().map(Uri::parse)?;
    if uri.user().is_some() || !uri.is_sip() {
        return Some(uri);
    }
    let last = message.routes().last().filter(|route| !route.is_loose()).map(|route| Uri::parse(route.uri()));
    Some(last.filter(|last| last.user().is_some()).unwrap_or(uri))
}

/// A person as a From names one: user and host of the URI, without port, scheme and parameters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Person(Nickname);

impl Person {
    /// The caller that the From of `message` names.
    pub(super) fn caller(message: &Message<'_>) -> Option<Self> {
        message.from().map(|from| Self(person(from.uri)))
    }
}

/// The user and the host of a URI as written: without scheme, port, parameters and headers, the host in lower case.
fn person(uri: &[u8]) -> Nickname {
    let rest = memchr(b':', uri).and_then(|colon| uri.get(colon + 1..)).unwrap_or(uri);
    let at = memchr(b'@', rest).map_or(0, |at| at + 1);
    let (user, host) = rest.split_at_checked(at).unwrap_or((rest, &[]));
    let bracket = if host.starts_with(b"[") { memchr(b']', host).unwrap_or(0) } else { 0 };
    let end = host.iter().skip(bracket).position(|octet| matches!(octet, b':' | b';' | b'?')).map_or(host.len(), |end| bracket + end);
    let mut name = Nickname::from_slice(user);
    name.extend_from_slice(host.get(..end).unwrap_or(host));
    name.get_mut(user.len()..).unwrap_or_default().make_ascii_lowercase();
    name
}

/// A name to look a URI up by.
pub(super) type Nickname = SmallVec<[u8; 56]>;

/// The user and the host of a URI, the host in lower case or as its address; the whole of it where it has no host.
pub(super) fn nickname(uri: &Uri) -> Nickname {
    let mut name = Nickname::new();
    let Some(host) = uri.host() else {
        name.extend_from_slice(uri.as_bytes());
        name.make_ascii_lowercase();
        return name;
    };
    let user = uri.user().unwrap_or_default();
    name.extend_from_slice(user);
    name.push(b'@');
    match host {
        Host::Name(text) => {
            let at = name.len();
            name.extend_from_slice(text);
            name.get_mut(at..).unwrap_or_default().make_ascii_lowercase();
        }
        Host::V4(address) => name.extend_from_slice(&address.octets()),
        Host::V6(address) => name.extend_from_slice(&address.octets()),
    }
    name
}

/// Whether two URIs name the same user at the same host.
pub(super) fn same_person(one: &Uri, other: &Uri) -> bool {
    match (one.host(), other.host()) {
        (Some(host), Some(other_host)) => one.user().unwrap_or_default() == other.user().unwrap_or_default() && host.equals(other_host),
        _ => nickname(one) == nickname(other),
    }
}

/// One Via as far as it tells who sent a message: branch, host, port.
type Hop = (Vec<u8>, Vec<u8>, Option<u16>);

/// The Vias of a message, the topmost first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct ViaStack(SmallVec<[Hop; 2]>);

/// The most Vias that are compared; more than Max-Forwards lets happen (RFC 3261, 8.1.1.6).
const MAX_VIAS: usize = 128;

impl ViaStack {
    pub(super) fn of(message: &Message<'_>) -> Self {
        Self(
            message
                .vias()
                .take(MAX_VIAS)
                .map(|via| (via.branch().unwrap_or_default().to_vec(), via.host.to_ascii_lowercase(), via.port))
                .collect(),
        )
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The host and port with which the sender of the message named itself.
    pub(super) fn sender(&self) -> Option<(&[u8], Option<u16>)> {
        self.0.first().map(|(_, host, port)| (host.as_slice(), *port))
    }

    /// The Vias below the topmost: those of the elements that the message had passed before its sender.
    pub(super) fn below(&self) -> &[Hop] {
        self.0.get(1..).unwrap_or_default()
    }

    /// Whether each Via below the topmost has a branch that no other request has: one of an element that knows RFC 3261.
    pub(super) fn is_unique_below(&self) -> bool {
        self.below().iter().all(|(branch, ..)| has_cookie(branch))
    }

    /// All Vias.
    pub(super) fn all(&self) -> &[Hop] {
        &self.0
    }
}
