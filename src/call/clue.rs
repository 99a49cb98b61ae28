//! Takes nothing, gives what a capture shows beside SIP and a verdict may hang on: the words of a clue.
//!
//! Invariant: a clue owns its data and is small; where it came from is told as of a sighting. It proves what a client knew or met, never what
//! it sent.

use crate::dns;
use crate::evidence::{Endpoint, Timestamp, Unreachable};

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
    /// A client opens a connection that may carry SIP in TLS that nobody can open, that may not come to stand, or that carries no SIP.
    Greeting(Greeting),
    /// Octets of a connection that carries SIP are not in the capture; what came behind them is at this frame.
    Lost,
    /// An ICMP error about a packet that went between these endpoints.
    Unreachable(Unreachable),
}

/// By what it shows that a client opens such a connection, or has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Greeting {
    /// The SYN of a connection.
    Syn,
    /// A ClientHello.
    Hello {
        /// The host name that it asks for (RFC 6066, 3).
        server_name: Option<Box<[u8]>>,
    },
    /// A record in TLS, on a connection that may have stood before.
    Sealed,
    /// A request of plain HTTP.
    Web {
        /// The host that it is for (RFC 9110, 7.2).
        host: Box<[u8]>,
    },
}

impl Greeting {
    /// The name of the host that the client asks for, where it says one.
    #[must_use]
    pub fn name(&self) -> Option<&[u8]> {
        match self {
            Self::Syn | Self::Sealed => None,
            Self::Hello { server_name } => server_name.as_deref(),
            Self::Web { host } => Some(host),
        }
    }
}

impl Clue {
    /// Octets that it takes, about.
    #[must_use]
    pub fn weight(&self) -> usize {
        match &self.kind {
            ClueKind::Dns(message) => size_of::<Self>() + message.weight(),
            ClueKind::Greeting(greeting) => size_of::<Self>() + greeting.name().map_or(0, <[u8]>::len),
            ClueKind::Lost | ClueKind::Unreachable(_) => size_of::<Self>(),
        }
    }
}
