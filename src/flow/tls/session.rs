//! Takes the hellos of a connection, gives what both of its directions know of the session; and a ClientHello to those behind this room.

use super::hello::{Agreed, Random};
use crate::evidence::{Endpoint, Timestamp};

/// The opening of a connection, whose inside may stay closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// The capture of its frame.
    pub capture: u32,
    /// The frame that completed it, or the one where it turned out that the keys do not fit.
    pub frame: u64,
    /// The time of that frame.
    pub time: Timestamp,
    /// The client.
    pub source: Endpoint,
    /// The server.
    pub destination: Endpoint,
    /// What shows it.
    pub opening: Opening,
}

/// What a connection begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// The SYN.
    Syn,
    /// A ClientHello.
    ClientHello {
        /// The host name that the client asked for (RFC 6066, 3), as written.
        server_name: Option<Box<[u8]>>,
    },
    /// A request of plain HTTP.
    HttpRequest {
        /// The host that it is for (RFC 9110, 7.2), as written.
        host: Box<[u8]>,
    },
}

/// What the hellos say.
#[derive(Debug, Default)]
pub(in crate::flow) struct Session {
    pub(super) client: Option<Random>,
    pub(super) server_name: Option<Box<[u8]>>,
    pub(super) agreed: Option<Agreed>,
}
