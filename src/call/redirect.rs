//! Takes nothing, gives the shape of a redirect: one 3xx on one hop, what the client had asked, and all that it did about it.
//!
//! Invariant: these are facts of the capture, not judgements; rules read them and change nothing.

use std::net::IpAddr;
use std::sync::Arc;

use super::above::Above;
use super::elements::Element;
use super::hidden::HiddenWay;
use super::hop::Hop;
use super::settings::T1;
use super::sighting::Sighting;
use crate::evidence::{Endpoint, Place, Timestamp, Transport, Unreachable};
use crate::sip::body::Alternatives;
use crate::sip::uri::UriTransport;
use crate::sip::{Difference, Uri};

/// A message that is kept for the rules.
pub type Kept = Arc<Sighting<'static>>;

/// What the element is that received the 3xx, as far as the Via stack tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// One Via: a user agent (or the user-agent side of a back-to-back user agent).
    Uac,
    /// More than one Via: a proxy.
    Proxy,
}

/// One Contact of a 3xx.
#[derive(Debug, Clone)]
pub struct Target {
    /// The URI as written, without the brackets.
    pub text: Vec<u8>,
    /// The URI, as far as it could be read.
    pub uri: Uri,
    /// The other reading of a Contact without brackets: the parameters taken as the URI's own (RFC 3261, 20.10 says they are the header's).
    pub unbracketed: Option<Uri>,
    /// The preference in thousandths, where it was given.
    pub q: Option<u16>,
    /// For how long it may be cached (RFC 3261, 21.3.3).
    pub lifetime: Lifetime,
    /// Whether SIP can reach it: a sip or sips URI that can be read, and that no open quotation mark or bracket makes doubtful.
    pub usable: bool,
    /// Where DNS told the client that its host does not exist, known once the redirect is closed: it cannot be tried then (RFC 3263, 4).
    pub absent: Option<Place>,
}

impl Target {
    /// Whether it can be read: a URI of any scheme, with its quotation marks and brackets closed.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        self.usable || (!self.uri.is_sip() && !self.uri.faults().iter().any(|fault| fault.spoils_target()))
    }
}

/// For how long the Contact of a 3xx may be used for later requests (RFC 3261, 21.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// No expiry was given: once, for the redirected request.
    Once,
    /// So many seconds after the 3xx; a malformed value counts as 3600 (RFC 3261, 8.3).
    Seconds(u32),
}

/// How a request was recognised as caused by the redirect; the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Link {
    /// The same Call-ID, from the same element.
    SameCallId,
    /// A proxy's own: the Vias below its own, Call-ID and CSeq are those of the redirected request (RFC 3261, 16.6).
    Recursion,
    /// A new Call-ID with the From tag of the redirected request.
    NewCallId,
    /// A new call to a Contact of the 3xx.
    NewCall,
    /// A new call that shares only the user or the host with a Contact, and the session or the To with the redirected request.
    SimilarCall,
    /// After 380: a request to an emergency service URN.
    EmergencyCall,
    /// After 380: a REGISTER for emergency services.
    EmergencyRegistration,
    /// After 380: a request to a URI that the body names.
    Alternative,
    /// After 380 or 504 with restoration: a REGISTER that may begin a new registration.
    InitialRegistration,
}

impl Link {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SameCallId => "same-call-id",
            Self::Recursion => "recursion",
            Self::NewCallId => "new-call-id",
            Self::NewCall => "new-call",
            Self::SimilarCall => "similar-call",
            Self::EmergencyCall => "emergency-call",
            Self::EmergencyRegistration => "emergency-registration",
            Self::Alternative => "alternative",
            Self::InitialRegistration => "initial-registration",
        }
    }
}

/// A response to a request: the final one, where nothing else is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Its status.
    pub status: u16,
    /// Where it stands.
    pub place: Place,
    /// When it was seen.
    pub time: Timestamp,
}

/// What an ICMP error says of a request that was sent: it counts as one that failed (RFC 3261, 8.1.3.1 and 18.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    /// Why it did not arrive.
    pub why: Unreachable,
    /// Where the error stands.
    pub place: Place,
    /// When it was seen.
    pub time: Timestamp,
}

/// An earlier request of the same chain to an equal URI (RFC 3261, 8.1.3.4: a URI is placed in the target set once).
#[derive(Debug, Clone)]
pub struct Tried {
    /// The request.
    pub place: Place,
    /// When it was sent.
    pub time: Timestamp,
    /// The URI that it asked.
    pub uri: Uri,
    /// Where it was sent.
    pub destination: Endpoint,
    /// What carried it.
    pub transport: Transport,
    /// What became of it.
    pub outcome: Option<Outcome>,
}

/// A request that the redirect caused.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The request, as first sent.
    pub request: Kept,
    /// Its Request-URI.
    pub uri: Uri,
    /// Its further transmissions.
    pub retransmissions: Vec<Place>,
    /// When it was sent again, if it was.
    pub resent: Option<Resent>,
    /// How it was recognised.
    pub link: Link,
    /// Where it should go: where its first Route leads, or else its Request-URI (RFC 3261, 8.1.2).
    pub hop: Hop,
    /// Where that Contact led when it was sent.
    pub contact_hop: Hop,
    /// Whether it went to an outbound proxy that the settings name.
    pub is_to_known_proxy: bool,
    /// Whether its user is the telephone number of that Contact, as the settings say numbers are dialled.
    pub is_same_number: bool,
    /// The Contact it goes to or comes nearest to, by index, where one is near at all.
    pub contact: Option<usize>,
    /// What was not taken over from that Contact (or from the first usable one, where none is near).
    pub difference: Option<Difference>,
    /// What became of it.
    pub outcome: Option<Outcome>,
    /// The response that asked for credentials, where that was its outcome (401, 407).
    pub challenge: Option<Kept>,
    /// The first ICMP error about it.
    pub failure: Option<Failure>,
    /// Whether any response to it came.
    pub is_answered: bool,
    /// The tags with which the called side answered it: a request with such a To tag is inside the dialog that it made.
    pub to_tags: Vec<Vec<u8>>,
    /// The first provisional response that tells of more than that a server has it (RFC 3261, 13.2.2.1): 101 to 199.
    pub rang: Option<Outcome>,
    /// An equal URI that this chain had tried before, unless that try was left open or asked to be sent again amended.
    pub repeats: Option<Tried>,
    /// Whether this is the attempt before it, sent again as its outcome asked (credentials, another body; RFC 3261, 8.1.3.5).
    pub amended: bool,
    /// The later 3xx of the same transaction that names its target, where the first does not.
    pub of_second: Option<Outcome>,
    /// The request of another content that used the same branch before.
    pub branch_of: Option<Place>,
    /// The redirect that this attempt met in its turn.
    pub redirected: Option<u64>,
}

impl Attempt {
    /// Whether a request for `uri` that goes to `destination` over `transport` is the next try of this attempt: this one reached nobody, and
    /// the next address or another transport is tried (RFC 3263, 4.3; RFC 3261, 18.1.1).
    #[must_use]
    pub fn fails_over(&self, uri: &Uri, destination: Endpoint, transport: Transport) -> bool {
        self.uri.equals(uri)
            && self.outcome.is_none_or(|outcome| matches!(outcome.status, 408 | 503))
            && (self.request.destination, self.request.transport) != (destination, transport)
    }

    /// The ICMP error that it ended with; nothing where it was answered all the same.
    #[must_use]
    pub fn transport_error(&self) -> Option<&Failure> {
        self.failure.as_ref().filter(|_| self.outcome.is_none() && !self.is_answered)
    }

    /// When its transaction was over at the latest, where no response came: whoever is deaf to ICMP sends it again, each time after a longer wait,
    /// until 64*T1 are over (RFC 3261, 17.1.1.2 and 17.1.2.2, Timers A, B, E and F).
    #[must_use]
    pub fn over_by(&self) -> Timestamp {
        let sent = self.request.time;
        let t1 = self.resent.map_or(T1, |resent| resent.first_wait.max(T1));
        let end = sent.plus_nanos(t1.saturating_mul(64));
        if self.request.transport.is_reliable() {
            return end;
        }
        let (last, waited) = self.resent.map_or((sent, 0), |resent| (resent.last, resent.last_wait));
        let next = last.plus_nanos(waited.saturating_mul(2).max(T1));
        last.max(end.min(next))
    }
}

/// When a request was sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resent {
    /// The last time.
    pub last: Timestamp,
    /// After how many nanoseconds for the first time.
    pub first_wait: i64,
    /// After how many nanoseconds for the last time.
    pub last_wait: i64,
}

impl Resent {
    /// A transmission at `time` of what was sent at `sent`, and since then as `before` says.
    pub(super) fn again(before: Option<Self>, sent: Timestamp, time: Timestamp) -> Self {
        let wait = time.nanos_since(before.map_or(sent, |before| before.last)).max(0);
        Self {
            last: before.map_or(sent, |before| before.last).max(time),
            first_wait: before.map_or(wait, |before| before.first_wait),
            last_wait: wait,
        }
    }
}

/// Another transmission of the final response.
#[derive(Debug, Clone)]
pub struct Repeat {
    /// Where it stands.
    pub place: Place,
    /// When it was seen.
    pub time: Timestamp,
    /// Its status; another one than the first's breaks RFC 3261, 17.2.1.
    pub status: u16,
    /// Its Contacts, where it is a 3xx with others than the first.
    pub targets: Arc<[Target]>,
}

/// How far the capture reaches on the client's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cover {
    /// The last moment of which the capture would have shown something.
    pub until: Timestamp,
    /// Whether any message that the client sent is in the capture.
    pub client_visible: bool,
}

/// One 3xx on one hop, as received by one client, with all that followed from it.
#[derive(Debug, Clone)]
pub struct Redirect {
    /// Its number, from 1, in the order in which the 3xx were seen.
    pub id: u64,
    /// The status.
    pub status: u16,
    /// The method of the redirected request.
    pub method: Vec<u8>,
    /// The redirected request; `None` where the capture does not hold it.
    pub request: Option<Kept>,
    /// The 3xx, as first seen.
    pub response: Kept,
    /// Its further transmissions, and any other final response of the same transaction.
    pub repeats: Vec<Repeat>,
    /// The requests of the transaction that came again.
    pub request_repeats: Vec<Place>,
    /// The ACKs for it.
    pub acks: Vec<Kept>,
    /// Who received it.
    pub client: Endpoint,
    /// Who sent it.
    pub server: Endpoint,
    /// What carried it.
    pub transport: Transport,
    /// Whether the client reached the server over WebSocket, of which the capture may show the inside alone: then it sends everything through
    /// the server that it is connected to, whatever a URI says (RFC 7118, 5).
    pub is_over_websocket: bool,
    /// What the client is.
    pub role: Role,
    /// The Request-URI of the redirected request, or that of the ACK where the request is not in the capture.
    pub original: Option<Uri>,
    /// Where the redirected request should go: where its first Route led, or else its Request-URI (RFC 3261, 8.1.2).
    pub hop: Hop,
    /// Its Contacts, in the order in which they stand.
    pub targets: Arc<[Target]>,
    /// Of a 380 and its like: the 200 by which the client was registered when it came, where that names the way to it (Path, Service-Route).
    pub registration: Option<Kept>,
    /// What its body offers.
    pub offer: Option<Alternatives>,
    /// The requests that it caused, in order of time.
    pub attempts: Vec<Attempt>,
    /// Where the client asked DNS about a host that, after a 380, the body names, or else a Contact of which it was told no address.
    pub looked_up: Option<Place>,
    /// A request that may have been caused by it, but for which only time and caller speak.
    pub candidate: Option<Kept>,
    /// A request of a Contact's user that went to another redirect as surely as to this one.
    pub rival: Option<Place>,
    /// A message of the same call that only a retry can have brought about, where that is not in the capture: a response to it, or the ACK
    /// of its 2xx; after a 380, one of a request to its alternatives.
    pub unseen: Option<Place>,
    /// The frame behind octets that the client sent to the server by TCP after the 3xx, and that the capture lacks.
    pub lost: Option<Place>,
    /// A connection to a Contact's host, or one that the body of a 380 names, of which the capture shows no message: it may carry the retry in
    /// TLS, never have stood, or lead outside SIP.
    pub hidden: Option<HiddenWay>,
    /// The CANCEL that the client had sent before the 3xx reached it, or that may have crossed it.
    pub cancel: Option<Place>,
    /// The CANCEL that the client sent when it had the 3xx, and had tried nothing yet.
    pub given_up: Option<Place>,
    /// The BYE with which either side ended the dialog in which the request was sent.
    pub ended: Option<Place>,
    /// The request by which the client was seen sending the server what is meant for other addresses, as one does with an outbound proxy
    /// (RFC 3261, 8.1.2).
    pub sends_all_there: Option<Place>,
    /// Whether the settings name the server as one that redirects and does nothing else, or as an outbound proxy.
    pub server_is_known_as: Option<Element>,
    /// The redirect on the hop above with which a proxy or back-to-back user agent handed this one on.
    pub relayed: Option<u64>,
    /// The hop from which a proxy had the redirected request, where the capture shows it.
    pub above: Option<Box<Above>>,
    /// The later requests of the client in the same dialog that go to one of the Contacts and are no attempts.
    pub in_dialog: Vec<Kept>,
    /// The request with which the other side may have replaced the remote target of the dialog since (RFC 3261, 12.2.2), or the 2xx to one of the
    /// client that is not in the capture.
    pub refreshed: Option<Place>,
    /// The first redirect of the chain that this one belongs to; its own number where it is the first.
    pub chain: u64,
    /// Every URI that the chain had asked before this 3xx came, the original first.
    pub tried: Vec<Tried>,
    /// How far the capture reaches.
    pub cover: Cover,
    /// How long after the 3xx a request still counts as an attempt, in nanoseconds.
    pub window: i64,
    /// How much silence the capture must cover before a redirect counts as not followed, in nanoseconds.
    pub patience: i64,
}

/// Whether a message goes over WebSocket, by what carried it or by its topmost Via.
pub(super) fn is_over_websocket(sighting: &Sighting<'_>) -> bool {
    let named = sighting.message.top_via().map(|via| UriTransport::named(via.transport));
    sighting.transport.is_websocket() || matches!(named, Some(UriTransport::Ws | UriTransport::Wss))
}

impl Redirect {
    /// Whether a Contact is the URN of an emergency service: a user agent that can resolve it has a target (RFC 5031, 4).
    #[must_use]
    pub fn names_emergency(&self) -> bool {
        self.targets.iter().any(|target| target.uri.is_emergency_service())
    }

    /// Whether SIP can reach any of its Contacts.
    #[must_use]
    pub fn has_usable_target(&self) -> bool {
        self.targets.iter().any(|target| target.usable)
    }

    /// The usable Contacts that the chain had not asked when the 3xx came and whose hosts may exist, by index.
    pub fn untried(&self) -> impl Iterator<Item = usize> {
        self.targets
            .iter()
            .enumerate()
            .filter(|(_, target)| target.usable && target.absent.is_none() && !self.tried.iter().any(|tried| tried.uri.equals(&target.uri)))
            .map(|(index, _)| index)
    }

    /// Whether the client sent anything because of it; a proxy that goes on with targets of its own (RFC 3261, 16.5) has not.
    #[must_use]
    pub fn is_tried(&self) -> bool {
        self.attempts.iter().any(|attempt| attempt.contact.is_some() || attempt.link != Link::Recursion)
    }

    /// Whether a Contact that is left to try, or a URI of the body, has that address for its host.
    #[must_use]
    pub fn names_host(&self, address: IpAddr) -> bool {
        let is_there = |uri: &Uri| uri.next_hop().and_then(|hop| hop.is_at(address)) == Some(true);
        self.untried().any(|index| self.targets.get(index).is_some_and(|target| is_there(&target.uri)))
            || self.offer.as_ref().is_some_and(|offer| offer.uris.iter().any(is_there))
    }

    /// Whether the same request, forked on its way, was answered with success as well.
    #[must_use]
    pub fn was_answered(&self) -> bool {
        self.repeats.iter().any(|repeat| (200..300).contains(&repeat.status))
    }

    /// Whether it is no 3xx, but asks its client for the same as a 380 does; told beside the redirects.
    #[must_use]
    pub const fn is_companion(&self) -> bool {
        !matches!(self.status, 300..400)
    }

    /// Whether its body says what the client is to do instead.
    #[must_use]
    pub const fn is_alternative(&self) -> bool {
        self.status == 380 || self.is_companion()
    }

    /// Notes a CANCEL behind the 3xx: within a round trip, and before the ACK, the two may have crossed on their way. Whoever gives up later
    /// has kept the 3xx for so long that this excuses nothing, if its patience is over.
    pub(super) fn note_late_cancel(&mut self, place: Place, time: Timestamp) {
        if !self.attempts.is_empty() {
            return;
        }
        let after = time.nanos_since(self.response.time);
        if self.acks.is_empty() && after <= T1 {
            self.cancel.get_or_insert(place);
        } else if after < self.patience {
            self.given_up.get_or_insert(place);
        }
    }

    /// Whether its body names `uri`.
    #[must_use]
    pub fn body_names(&self, uri: &Uri) -> bool {
        self.offer.iter().flat_map(|offer| &offer.uris).any(|named| named.equals(uri))
    }

    /// Whether the method is INVITE, the only one with an ACK.
    #[must_use]
    pub fn is_invite(&self) -> bool {
        self.method == b"INVITE"
    }

    /// The silence after the 3xx that the capture covers, in nanoseconds.
    #[must_use]
    pub fn covered(&self) -> i64 {
        self.cover.until.nanos_since(self.response.time).max(0)
    }

    /// Whether the capture shows enough of the client's side to say that something was not done.
    #[must_use]
    pub fn is_covered(&self) -> bool {
        self.cover.client_visible && self.covered() >= self.patience
    }

    /// Whether the status is handled as 300 is: 300 itself, and every 3xx that no standard names (RFC 3261, 8.1.3.2).
    #[must_use]
    pub const fn is_choice(&self) -> bool {
        !matches!(self.status, 301 | 302 | 305 | 380)
    }
}
