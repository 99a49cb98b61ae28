//! Takes a frame, gives the one packet in it: a datagram, a segment or a fragment, with its addresses and the way it was captured.
//!
//! The room is stateless and allocates nothing: [`decode()`] walks the link header, tags and tunnels down to the innermost IP and its UDP
//! or TCP, and borrows the payload from the frame. What needs state (fragments, streams) is handed up; a reassembled IP payload comes back
//! through [`resume`]. [`Layers`] is a second walk, for those who show a packet.
//!
//! Invariant: every header costs one step of a small budget, so no frame makes the walk endless; a checksum never drops a packet.
#![deny(clippy::indexing_slicing)]

mod checksum;
mod decode;
mod esp;
mod exported;
mod hep;
mod icmp;
mod ip;
mod l2tp;
mod layer_walk;
mod layers;
mod link;
mod octets;
mod path;
mod plain;
mod shim;
mod transport;
mod tunnel;
mod tzsp;
mod walk;
mod wireless;

#[cfg(test)]
pub(crate) mod bytes;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]
mod decode_tests;

pub use checksum::{Changed, difference, mend};
pub use decode::{Packet, decode, resume};
pub use hep::{HepStart, over_stream};
pub use ip::{Carrier, Fragment};
pub use layers::{Ethernet, Ipv4, Ipv6, Layer, Layers, Order, Tcp, Udp};
pub use path::{Path, VLANS_KEPT, Vlans};
pub use plain::plain_datagram;
pub use transport::{Datagram, Flags, Segment};
pub use walk::HEADERS_MAX;
