//! Takes a SIP message with its frame, its layers and what only a memory of earlier messages can tell, gives the one value that fields look at.
//!
//! One message is one row: a frame that completes three messages has three. Invariant: a row knows what Wireshark would know at that frame,
//! reading from the front, and says nothing of what comes later.

use std::sync::Arc;

use crate::call::Sighting;
use crate::evidence::{Timestamp, Transport};
use crate::packet::{Layer, Layers};
use crate::sip::body::media_types;

/// One SIP message in its surroundings.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The message, its place, its time and its endpoints.
    pub sighting: &'a Sighting<'a>,
    /// The frame that completed it.
    pub frame: &'a FrameFacts,
    /// The headers around it, the outermost first; those of the completing frame, then what lies in reassembled payload.
    pub layers: &'a Layers,
    /// What earlier messages and frames tell of it.
    pub computed: &'a Computed,
}

/// What is known of a frame as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FrameFacts {
    /// Its number in its capture, from 1.
    pub number: u64,
    /// When it was captured.
    pub time: Timestamp,
    /// Octets that it had on the wire.
    pub len: u32,
    /// Octets that the capture kept.
    pub cap_len: u32,
    /// The interface it came in by, from 0; `None` where the format of the capture knows of none.
    pub interface: Option<u32>,
    /// Nanoseconds since the first frame of all captures.
    pub relative: i64,
    /// Nanoseconds since the frame ahead of it.
    pub delta: i64,
    /// Nanoseconds since the last frame that was shown ahead of it.
    pub delta_displayed: i64,
    /// What the capture says in words, where somebody asks for that.
    pub words: FrameWords,
}

/// What a capture says of a frame in words, as octets that should be UTF-8.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FrameWords {
    /// The name of the interface it came in by.
    pub interface_name: Option<Arc<[u8]>>,
    /// The comments on it, in their order.
    pub comments: Arc<[Box<[u8]>]>,
}

/// What earlier messages and frames tell of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Computed {
    /// The frame of the first transmission, where this one is a retransmission.
    pub resend_original: Option<u64>,
    /// The frame of the request that this response answers, or whose INVITE this ACK acknowledges.
    pub response_request: Option<u64>,
    /// Milliseconds from the first transmission of that request to this response.
    pub response_time: Option<u64>,
    /// Milliseconds from the first transmission of a BYE to its final response.
    pub release_time: Option<u64>,
}

impl Computed {
    /// Whether the message is a retransmission.
    #[must_use]
    pub const fn is_resend(&self) -> bool {
        self.resend_original.is_some()
    }
}

/// What Wireshark calls a body of several parts.
const MULTIPART: &str = "mime_multipart";
/// What SIP bodies are called in `frame.protocols`, by the beginning or the end of their media type.
const BODIES: &[(&str, &str)] = &[("application/sdp", "sdp"), ("message/sipfrag", "sipfrag"), ("multipart/", MULTIPART)];

/// What a body of the media type `kind` is called, where it is a known one.
fn body_name(kind: &[u8]) -> Option<&'static str> {
    let kind = kind.split(|octet| *octet == b';').next()?.trim_ascii().to_ascii_lowercase();
    if let Some((_, name)) = BODIES.iter().find(|(start, _)| kind.starts_with(start.as_bytes())) {
        return Some(name);
    }
    (kind.ends_with(b"+xml") || kind.ends_with(b"/xml")).then_some("xml")
}

impl<'a> Row<'a> {
    /// What the body is called in `frame.protocols`, where there is one of a known kind.
    #[must_use]
    pub fn body_protocol(&self) -> Option<&'static str> {
        let message = &self.sighting.message;
        if message.body().is_empty() {
            return None;
        }
        body_name(message.content_type()?)
    }

    /// What the body and, where it is of several parts, each of them is called in `frame.protocols`.
    fn body_protocols(&self) -> impl Iterator<Item = &'static str> + use<> {
        let whole = self.body_protocol();
        let parts = if whole == Some(MULTIPART) { media_types(self.sighting.message.body()) } else { Vec::new() };
        whole.into_iter().chain(parts.into_iter().filter_map(|kind| body_name(&kind)))
    }

    /// The protocols around and in the message, the outermost first.
    pub fn protocols(&self) -> impl Iterator<Item = &'static str> + use<'a> {
        let websocket = (self.sighting.transport == Transport::Ws).then_some("websocket");
        let layers = self.layers;
        layers.iter().map(Layer::name).chain(websocket).chain(["sip"]).chain(self.body_protocols())
    }
}
