//! Takes nothing, gives the part of the published shape that tells of one redirect: who got it, what was tried, what is held against whom.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::moment::Moment;
use super::word::{AlternativeKind, FutureVerdict, Level, Link, NextHop, Party, Role, Verdict};

/// One 3xx on one hop, as received by one client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Redirect {
    /// Its number in the report, from 1, in the order of time.
    pub id: u64,
    /// The status code.
    pub status: u16,
    /// The reason phrase as it was sent.
    pub reason_phrase: String,
    /// The method of the request.
    pub method: String,
    /// The Call-ID.
    pub call_id: String,
    /// Who received it.
    pub client: Client,
    /// Who sent it.
    pub server: Server,
    /// `udp`, `tcp` or `ws`; `tls` and `wss` where it was decrypted.
    pub transport: String,
    /// The request that was answered.
    pub request: Option<Request>,
    /// The 3xx.
    pub response: Response,
    /// The first ACK of the 3xx.
    pub ack: Option<Ack>,
    /// The values of Contact, in the order in which they were sent.
    pub contacts: Vec<Contact>,
    /// What the body of a 380 describes.
    pub alternative: Option<Alternative>,
    /// The requests that the client sent because of it, in the order of time.
    pub attempts: Vec<Attempt>,
    /// What became of the original URI; null for all but 301 and 302.
    pub future: Option<Future>,
    /// Its place among the redirects of one request.
    pub chain: Chain,
    /// The redirect by which the client passed it on upstream.
    pub relayed_to: Option<u64>,
    /// How long after the 3xx the capture shows this client's side, in milliseconds; null where it does not.
    pub covered_ms: Option<f64>,
    /// What is said of it.
    pub verdict: Verdict,
    /// Why, in one sentence without a final period.
    pub reason: String,
    /// The broken rules.
    pub findings: Vec<Finding>,
}

/// Whether a client followed a redirect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// It tried something that the 3xx offered.
    Yes,
    /// It tried nothing that the 3xx offered.
    No,
    /// The capture cannot tell.
    Unknown,
}

impl Redirect {
    /// The first attempt at something that the 3xx offered.
    #[must_use]
    pub fn followed_by(&self) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.is_at_offer())
    }

    /// The attempt that tells most: the first at something that the 3xx offered, otherwise the first of all.
    #[must_use]
    pub fn retry(&self) -> Option<&Attempt> {
        self.followed_by().or_else(|| self.attempts.first())
    }

    /// Whether the client tried anything that the 3xx offered.
    #[must_use]
    pub fn followed(&self) -> Followed {
        match (self.followed_by(), self.verdict) {
            (Some(_), _) => Followed::Yes,
            (None, Verdict::Inconclusive) => Followed::Unknown,
            (None, _) => Followed::No,
        }
    }
}

/// The element that received a 3xx.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// Its IP address.
    pub address: String,
    /// Its port.
    pub port: u16,
    /// What it is.
    pub role: Role,
    /// User-Agent of the request.
    pub user_agent: Option<String>,
}

/// The element that sent a 3xx.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// Its IP address.
    pub address: String,
    /// Its port.
    pub port: u16,
    /// Server (or User-Agent) of the response.
    pub product: Option<String>,
}

/// Where and when a message was seen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sighting {
    /// Index of the capture, from 0.
    pub capture: u32,
    /// The frame, from 1, as Wireshark counts; of a reassembled message the one that completed it.
    pub frame: u64,
    /// All frames that carried the message.
    pub frames: SmallVec<[u64; 1]>,
    /// Which message of that frame, from 0.
    pub index: u32,
    /// When: the members `time` and `epoch_ns`.
    #[serde(flatten)]
    pub moment: Moment,
}

impl Sighting {
    /// The capture, the frame, and which message of it: what tells a message from every other.
    #[must_use]
    pub const fn place(&self) -> (u32, u64, u32) {
        (self.capture, self.frame, self.index)
    }
}

/// The request that was redirected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Where it stands.
    #[serde(flatten)]
    pub seen: Sighting,
    /// The Request-URI: the original URI.
    pub uri: String,
}

/// The 3xx.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// Where it stands.
    #[serde(flatten)]
    pub seen: Sighting,
    /// The frames of its retransmissions, in the same capture.
    pub retransmissions: Vec<u64>,
}

/// The ACK of a 3xx.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ack {
    /// Where it stands.
    #[serde(flatten)]
    pub seen: Sighting,
}

/// One value of the Contact of a 3xx.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// The URI.
    pub uri: String,
    /// Its q, from 0 to 1.
    pub q: Option<f64>,
    /// Its lifetime in seconds, from its own parameter or from Expires.
    pub expires: Option<u64>,
    /// Whether a SIP client can send a request there.
    pub usable: bool,
}

/// What the body of a 380 describes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternative {
    /// Content-Type.
    pub content_type: String,
    /// How it is described.
    pub kind: AlternativeKind,
    /// `type` of the IMS body: `emergency`, `restoration`.
    #[serde(rename = "type")]
    pub service: Option<String>,
    /// `action` of the IMS body.
    pub action: Option<String>,
    /// `reason` of the IMS body.
    pub reason: Option<String>,
    /// The URIs that the body names.
    pub uris: Vec<String>,
    /// The kinds of media that it offers: `audio`, `message`, ...
    pub media: Vec<String>,
    /// The beginning of its text for the user.
    pub text: Option<String>,
    /// What the network says with it, in plain words; null for all but 380 and the companions.
    pub meaning: Option<String>,
    /// What the client is to do, in plain words; null where `meaning` is.
    pub expected: Option<String>,
}

/// One request that the client sent because of a redirect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Where it stands.
    #[serde(flatten)]
    pub seen: Sighting,
    /// Its method.
    pub method: String,
    /// Its Request-URI.
    pub uri: String,
    /// Where it was sent: `address:port/transport`.
    pub destination: String,
    /// Which Contact it tried: its index in `contacts`, from 0.
    pub contact: Option<u32>,
    /// What ties it to the redirect.
    pub link: Link,
    /// How its Request-URI and the offered URI agree: `exact`, `equal`, ...
    pub r#match: Option<String>,
    /// How it is proven that it went where it should.
    #[serde(default = "NextHop::unknown")]
    pub next_hop: NextHop,
    /// From the 3xx to it, in milliseconds.
    pub delay_ms: f64,
    /// The status of its final answer; null where none was seen.
    pub outcome: Option<u16>,
    /// Why it did not arrive, as an ICMP error says and no answer denies; null where none does.
    pub transport_error: Option<String>,
}

impl Attempt {
    /// Whether it went to something that the 3xx offered.
    #[must_use]
    pub const fn is_at_offer(&self) -> bool {
        self.contact.is_some()
            || matches!(self.link, Link::EmergencyCall | Link::EmergencyRegistration | Link::Alternative | Link::InitialRegistration)
    }
}

/// What became of the original URI after a 301 or 302.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Future {
    /// What is said of it.
    pub verdict: FutureVerdict,
    /// The later requests that tell.
    pub requests: Vec<LaterRequest>,
}

impl Future {
    /// Takes further requests: the worst of what was seen is said, as one violation is enough.
    pub(super) fn take(&mut self, mut later: Vec<LaterRequest>) {
        use FutureVerdict::{CachedAllowed, Kept, NotObserved, Violated};
        self.requests.append(&mut later);
        let seen = |verdict| self.requests.iter().any(|request| request.verdict == verdict);
        self.verdict = [Violated, Kept, CachedAllowed].into_iter().find(|verdict| seen(*verdict)).unwrap_or(NotObserved);
    }
}

/// A later request of the same client, to the original URI or to a Contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaterRequest {
    /// Where it stands.
    #[serde(flatten)]
    pub seen: Sighting,
    /// Its method.
    pub method: String,
    /// Its Request-URI.
    pub uri: String,
    /// What is said of it.
    pub verdict: FutureVerdict,
}

/// The place of a redirect among those of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// The redirect with which it began; the redirect itself where it is the first.
    pub first: u64,
    /// Which one of the chain it is, from 1.
    pub position: u32,
}

/// A broken rule with its proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's id.
    pub rule: String,
    /// How bad it is under the profile in force.
    pub level: Level,
    /// Who broke it.
    pub party: Party,
    /// The keyword of the clause; null where it has none.
    pub strength: Option<String>,
    /// The clause: `RFC 3261 8.1.3.4`.
    pub clause: String,
    /// One sentence with the actual values, without a final period.
    pub message: String,
    /// The message that breaks the rule.
    pub primary: Evidence,
    /// The messages that make it so.
    pub related: Vec<Evidence>,
    /// Whether it stands in the baseline, so that it fails no run; absent where it does not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub known: bool,
}

/// A message that proves something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Index of the capture, from 0.
    pub capture: u32,
    /// The frame, from 1.
    pub frame: u64,
    /// Which message of that frame, from 0.
    pub index: u32,
    /// What it shows.
    pub note: Option<String>,
}

impl Evidence {
    /// The place of the message, as [`Sighting::place`] tells it.
    #[must_use]
    pub const fn place(&self) -> (u32, u64, u32) {
        (self.capture, self.frame, self.index)
    }
}
