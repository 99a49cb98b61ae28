//! Takes an attempt, gives the facts about it that several rules ask for.
//!
//! Invariant: facts, not judgements. Each is told so that one fault is one finding: what belongs to one rule is excluded from its neighbours
//! here and nowhere else.

use crate::call::{Attempt, Element, Kept, Link, Outcome, Redirect, SECOND, Target};
use crate::evidence::Transport;
use crate::rules::Draft;
use crate::rules::verdict::unread;
use crate::rules::words::text;
use crate::sip::uri::{NextHop, Parameter, Scheme, Uri, UriFault, UriTransport};
use crate::sip::{Difference, Match, Name};

/// How soon after the last event a new call still counts as the client's own doing; later it may have been dialled by hand.
const AUTOMATIC_NANOS: i64 = 2 * SECOND;

/// A request larger than this goes over TCP whatever the URI says (RFC 3261, 18.1.1), in octets.
const DATAGRAM_OCTETS: usize = 1300;

/// An attempt at a Contact of a 3xx that asks for just that, beside the Contact it goes to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Retry<'a> {
    pub(super) redirect: &'a Redirect,
    pub(super) attempt: &'a Attempt,
    pub(super) target: &'a Target,
    pub(super) difference: &'a Difference,
}

impl<'a> Retry<'a> {
    /// The attempt as a retry at a Contact, if it is one: not after 305 and 380, which ask for something else, not the same attempt sent once
    /// more as its challenge asked, not after a success, and not with a Request-URI that cannot be read. Where not all Contacts are known, one that
    /// is only like a known one may be at another.
    pub(super) fn of(redirect: &'a Redirect, attempt: &'a Attempt) -> Option<Self> {
        if !asks_for_its_contact(redirect) || attempt.amended || follows_success(redirect, attempt) || is_garbage(&attempt.uri) {
            return None;
        }
        let target = redirect.targets.get(attempt.contact?)?;
        let difference = attempt.difference.as_ref()?;
        let is_known = difference.grade().names_the_target() || unread(redirect).is_none();
        is_known.then_some(Self { redirect, attempt, target, difference })
    }

    /// The same where the Request-URI has user and host of the Contact.
    pub(super) fn at_contact(redirect: &'a Redirect, attempt: &'a Attempt) -> Option<Self> {
        Self::of(redirect, attempt).filter(|retry| retry.difference.grade().names_the_target())
    }

    /// The Request-URI as written.
    pub(super) fn request_uri(&self) -> String {
        request_uri(self.attempt)
    }

    /// The Contact's URI as written.
    pub(super) fn contact(&self) -> String {
        text(&self.target.text)
    }

    /// A finding at the attempt, beside the 3xx whose Contact says how it should have been.
    pub(super) fn draft(&self, message: impl Into<String>) -> Draft {
        Draft::at(self.attempt.request.place, message).with(self.redirect.response.place, "names the Contact")
    }

    /// Where the Contact sends a request, by each of its readings: a Contact without angle brackets has two.
    pub(super) fn hops(&self) -> impl Iterator<Item = NextHop> {
        std::iter::once(&self.target.uri).chain(&self.target.unbracketed).filter_map(Uri::next_hop)
    }

    /// The Contact's next hop, where its address is written, or was told to this client, and is not the one that the packet went to, by
    /// whatever reading.
    pub(super) fn hop_elsewhere(&self) -> Option<NextHop> {
        let to = self.attempt.request.destination.address;
        let mut otherwise = self.target.unbracketed.iter().filter_map(Uri::next_hop);
        let is_elsewhere = self.attempt.contact_hop.is_at(to) == Some(false) && otherwise.all(|hop| hop.is_at(to) == Some(false));
        is_elsewhere.then(|| self.target.uri.next_hop())?
    }

    /// Whether the packet went over the transport of `hop`, as far as can be told.
    ///
    /// A large request may leave UDP. What was sent inside TLS or WebSocket may be captured in the clear behind the point where it was
    /// opened, and some capturing tools write every message as UDP: where the Via names the transport, the packet proves nothing against it.
    pub(super) fn is_carried_as(&self, hop: &NextHop) -> bool {
        let is_named = |named: UriTransport| named == hop.transport || (hop.secure && named.is_secure());
        is_carried(&self.attempt.request, &hop.transport) || via_transport(self.attempt).is_some_and(is_named)
    }

    /// Whether the packet may have gone to the redirecting server because that is the client's outbound proxy (RFC 3261, 8.1.2), or anywhere
    /// because the client is connected to its server by WebSocket.
    pub(super) fn may_go_by_policy(&self) -> bool {
        let to_server = self.attempt.request.destination.address == self.redirect.server.address;
        self.redirect.is_over_websocket || self.attempt.is_to_known_proxy || (to_server && has_outbound_proxy(self.redirect, self.attempt))
    }
}

/// Whether a request was seen on the transport that was wished for, or on a stream for its size.
///
/// `transport=ws` means WebSocket in TLS as well (RFC 7118, 5.2); that is not yet to say that the hop may be in the clear.
fn is_carried(request: &Kept, wished: &UriTransport) -> bool {
    match (wished, request.transport) {
        (UriTransport::Udp, Transport::Tcp | Transport::Tls) => request.message.octets().len() > DATAGRAM_OCTETS,
        (UriTransport::Udp, Transport::Udp) | (UriTransport::Tcp, Transport::Tcp) | (UriTransport::Other(_), _) => true,
        (UriTransport::Tls, Transport::Tls) => true,
        (UriTransport::Ws, carried) => carried.is_websocket() || carried == Transport::Tcp,
        (UriTransport::Wss, carried) => carried == Transport::Wss,
        _ => false,
    }
}

/// Whether the redirected request went over another transport than its own URI means, by a choice of the client's.
pub(super) fn chose_its_transport(redirect: &Redirect) -> bool {
    let own = redirect.original.as_ref().and_then(Uri::next_hop);
    redirect.request.as_ref().zip(own).is_none_or(|(request, own)| !is_carried(request, &own.transport))
}

/// Whether the status asks for a retry at its Contact: not 305, whose Contact is a proxy to pass, and not 380, which describes something else.
pub(in crate::rules) const fn asks_for_its_contact(redirect: &Redirect) -> bool {
    !matches!(redirect.status, 305 | 380)
}

/// The URI that an attempt is for, as written.
pub(in crate::rules) fn request_uri(attempt: &Attempt) -> String {
    text(attempt.uri.as_bytes())
}

/// Whether nobody can tell whom a URI means: no scheme, no host, or neither a name nor a number where there should be one.
pub(super) fn is_garbage(uri: &Uri) -> bool {
    let unreadable = |fault: &UriFault| {
        matches!(
            fault,
            UriFault::NoScheme | UriFault::Empty | UriFault::EmptyHost | UriFault::Host | UriFault::Port | UriFault::Number | UriFault::Urn
        )
    };
    uri.faults().iter().any(unreadable)
}

/// Whether the attempt is surely what the redirect caused, and not a call by hand to a URI that plays a part in it.
pub(super) fn is_automatic(redirect: &Redirect, attempt: &Attempt) -> bool {
    match attempt.link {
        _ if follows_success(redirect, attempt) => false,
        Link::SameCallId | Link::Recursion => true,
        Link::NewCallId | Link::NewCall => {
            let ended = earlier(redirect, attempt).filter_map(|earlier| earlier.outcome).map(|outcome| outcome.time).max();
            let since = ended.map_or(redirect.response.time, |ended| ended.max(redirect.response.time));
            attempt.request.time.nanos_since(since) <= AUTOMATIC_NANOS
        }
        _ => false,
    }
}

/// Whether an attempt before this one had been taken: then the redirect is done with, and what follows in the same call has another purpose,
/// such as the refresh of a registration, which may go to either address (RFC 3261, 10.2.4), or the next message of a conversation.
pub(super) fn follows_success(redirect: &Redirect, attempt: &Attempt) -> bool {
    let taken = |outcome: Outcome| matches!(outcome.status, 200..=299) && outcome.time <= attempt.request.time;
    earlier(redirect, attempt).filter_map(|earlier| earlier.outcome).any(taken)
}

/// The attempts before this one.
pub(in crate::rules) fn earlier<'a>(redirect: &'a Redirect, attempt: &Attempt) -> impl Iterator<Item = &'a Attempt> {
    let place = attempt.request.place;
    redirect.attempts.iter().take_while(move |other| other.request.place != place)
}

/// Whether the Request-URI is still the original one, wherever the request went.
pub(in crate::rules) fn has_original_uri(attempt: &Attempt) -> bool {
    attempt.difference.as_ref().is_some_and(|difference| difference.grade() == Match::Original)
}

/// Whether the attempt is the original Request-URI once more, before any Contact was tried.
///
/// A proxy that asks another element for the same URI goes on with targets of its own (RFC 3261, 16.5), which no capture can tell apart.
pub(super) fn retries_original(redirect: &Redirect, attempt: &Attempt) -> bool {
    let other_branch = attempt.link == Link::Recursion && attempt.request.destination != redirect.server;
    has_original_uri(attempt)
        && attempt.contact.is_none()
        && !attempt.amended
        && asks_for_its_contact(redirect)
        && is_automatic(redirect, attempt)
        && !other_branch
        && earlier(redirect, attempt).all(|earlier| earlier.contact.is_none())
}

/// Whether the client may send everything through a proxy of its own choice: it shows a Route, or it sent the redirected request elsewhere
/// than its Request-URI says, or nobody can tell where that would have been, or other requests of its go that way wherever they are meant
/// for, or it is connected to its server by WebSocket.
pub(super) fn has_outbound_proxy(redirect: &Redirect, attempt: &Attempt) -> bool {
    // The ACK goes where its INVITE went, with the same Request-URI and Route (RFC 3261, 17.1.1.2 and 17.1.1.3).
    let Some(request) = redirect.request.as_ref().or(redirect.acks.first()) else { return true };
    let routed = [request, &attempt.request].into_iter().any(|sent| sent.message.routes().next().is_some());
    let by_own_uri = redirect.hop.is_exactly(request.destination) == Some(true);
    // What the user says of the network goes before what the capture may tell of it.
    match redirect.server_is_known_as {
        Some(Element::OutboundProxy) => return true,
        Some(Element::RedirectServer) => return routed || redirect.is_over_websocket,
        None => {}
    }
    routed || !by_own_uri || redirect.sends_all_there.is_some() || redirect.is_over_websocket
}

/// The attempt at a Contact that was challenged, where this one answers it with credentials, and at the original URI instead.
pub(in crate::rules) fn challenged_elsewhere<'a>(redirect: &'a Redirect, attempt: &Attempt) -> Option<&'a Attempt> {
    let challenged = earlier(redirect, attempt).last()?;
    let is_challenged = challenged.challenge.is_some() && challenged.contact.is_some() && !has_original_uri(challenged);
    let message = &attempt.request.message;
    let has_credentials = [Name::Authorization, Name::ProxyAuthorization].into_iter().any(|name| message.field(name).is_some());
    let is_own = matches!(attempt.link, Link::SameCallId | Link::NewCallId) && asks_for_its_contact(redirect);
    (is_challenged && has_credentials && is_own && has_original_uri(attempt) && attempt.contact.is_none()).then_some(challenged)
}

/// The transport that the topmost Via of an attempt names.
pub(super) fn via_transport(attempt: &Attempt) -> Option<UriTransport> {
    attempt.request.message.top_via().map(|via| UriTransport::named(via.transport))
}

/// Whether a request that a capture shows in the clear may have been encrypted on the wire: its keys opened it, or its Via says so, or it never
/// left the machine, where a proxy for TLS may stand.
pub(super) fn may_be_decrypted(attempt: &Attempt) -> bool {
    let request = &attempt.request;
    request.transport.is_secure()
        || via_transport(attempt).is_some_and(|transport| transport.is_secure())
        || request.source.address.is_loopback()
        || request.destination.address.is_loopback()
}

/// A parameter as written.
pub(super) fn written(parameter: &Parameter) -> String {
    let name = text(&parameter.name);
    parameter.value.as_ref().map_or_else(|| name.clone(), |value| format!("{name}={}", text(value)))
}

/// Whether a URI is a SIPS URI.
pub(super) fn is_sips(uri: &Uri) -> bool {
    uri.scheme() == Scheme::Sips
}
