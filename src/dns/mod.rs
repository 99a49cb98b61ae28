//! Takes the octets of a DNS message, gives what it asks or answers about names: addresses, aliases, services and their transports.
//!
//! Invariant: reading never fails: what was understood ahead of a broken or missing record is given. No count and no compression pointer makes
//! it work longer than the octets are; it knows no address and no time. RFC 1035, 4; RFC 2782 (SRV); RFC 3403 (NAPTR); RFC 3596 (AAAA).

#![deny(clippy::indexing_slicing)]

mod message;
mod name;
mod record;

pub use message::{MAX_RECORDS, Message};
pub use name::Name;
pub use record::{Data, Record};
