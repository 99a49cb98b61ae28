//! Takes nothing, gives what a capture shows beside SIP and a verdict may hang on: the words of a clue.
//!
//! Invariant: a clue owns its data and is small; where it came from is told as of a sighting. It proves what a client knew or met, never what
//! it sent.

use crate::dns;
use crate::evidence::{Endpoint, Timestamp};

/// Something that is no SIP and bears on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clue {
    /// The capture that shows it.
    pub capture: u32,
    /// The frame that shows it, the last one where it took several.
    pub frame: u64,
    /// When it was seen.
    pub time: Timestamp,
    /// Who sent it.
    pub source: Endpoint,
    /// Where it was sent.
    pub destination: Endpoint,
    /// What it is.
    pub kind: ClueKind,
}

/// The kinds of clues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClueKind {
    /// A question or an answer about names.
    Dns(dns::Message),
}

impl Clue {
    /// Octets that it takes, about.
    #[must_use]
    pub fn weight(&self) -> usize {
        match &self.kind {
            ClueKind::Dns(message) => size_of::<Self>() + message.weight(),
        }
    }
}
