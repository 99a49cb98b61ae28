//! Takes nothing, gives what a connection shows beside its units: the words of a sign.
//!
//! Invariant: a sign owns its data, and is small.

use crate::evidence::{Endpoint, Timestamp};

/// Something that a connection shows beside its units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign {
    /// The capture of its frame.
    pub capture: u32,
    /// The frame that completed it, the one where it turned out that keys do not fit, or the first one behind what is missing.
    pub frame: u64,
    /// The time of that frame.
    pub time: Timestamp,
    /// Who sent it: the client, where a connection is opened.
    pub source: Endpoint,
    /// To whom.
    pub destination: Endpoint,
    /// What it is.
    pub kind: SignKind,
}

/// The kinds of signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignKind {
    /// The SYN of a connection.
    Syn,
    /// A ClientHello of a session that cannot be opened.
    ClientHello {
        /// The host name that the client asked for (RFC 6066, 3), as written.
        server_name: Option<Box<[u8]>>,
    },
    /// A record of TLS that nobody can open, and that is long enough for a unit, to the port at which these go in TLS.
    Sealed,
    /// A request of plain HTTP, which a stream begins with.
    HttpRequest {
        /// The host that it is for (RFC 9110, 7.2), as written.
        host: Box<[u8]>,
    },
    /// Octets of a stream that carries units are not in the capture.
    Lost,
}
