//! Takes one SIP message and what the capture knows of it, gives the one value that this room, the rules and the reports know of a capture.
//!
//! Invariant: a sighting carries everything that is ever asked about its message, so sightings can be written down, grouped and replayed.

use smallvec::SmallVec;

use crate::evidence::{Endpoint, Place, Timestamp, Transport};
use crate::sip::Message;

/// The frames that carried a message, ascending; the last one completed it.
pub type Frames = SmallVec<[u64; 2]>;

/// One SIP message as it was seen.
#[derive(Debug, Clone)]
pub struct Sighting<'a> {
    /// The message.
    pub message: Message<'a>,
    /// Where it stands.
    pub place: Place,
    /// All frames that carried it.
    pub frames: Frames,
    /// When it was complete.
    pub time: Timestamp,
    /// Who sent it.
    pub source: Endpoint,
    /// Where it was sent.
    pub destination: Endpoint,
    /// What carried it.
    pub transport: Transport,
    /// Whether octets of it are missing: the capture cut them off, or they lie beyond a bound of what is read of one message.
    pub truncated: bool,
    /// Whether the same message was captured a moment ago at another point.
    pub copy: bool,
}

impl Sighting<'_> {
    /// The same sighting with a copy of the message's octets, to be kept.
    #[must_use]
    pub fn to_kept(&self) -> Sighting<'static> {
        self.with_message(self.message.clone().into_owned())
    }

    /// The same sighting of another message.
    #[must_use]
    pub fn with_message<'a>(&self, message: Message<'a>) -> Sighting<'a> {
        Sighting {
            message,
            place: self.place,
            frames: Frames::from_slice(&self.frames),
            time: self.time,
            source: self.source,
            destination: self.destination,
            transport: self.transport,
            truncated: self.truncated,
            copy: self.copy,
        }
    }
}
