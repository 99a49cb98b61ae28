//! Takes payloads, gives SIP messages; knows no address.
//!
//! The face of the room. Everything here reads octets as they are: no message is refused because it is malformed.

#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::string_slice))]

pub mod adapter;
pub mod body;
mod examine;
pub mod fault;
pub mod fields;
pub mod framing;
#[cfg(test)]
mod framing_tests;
pub mod header;
mod landmark;
pub mod message;
#[cfg(test)]
mod message_tests;
pub mod name;
pub mod params;
pub mod redact;
mod resync;
pub mod scan;
pub mod start_line;
#[cfg(test)]
mod torture_tests;
pub mod uri;
mod values;

pub use fault::{MessageFault, MessageFaults};
pub use framing::is_sip;
pub use header::{Contact, Expiry};
pub use message::{Head, Message};
pub use name::Name;
pub use uri::{Difference, Match, Uri, bare_contact_readings};
