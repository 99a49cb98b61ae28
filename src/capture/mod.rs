//! Takes capture files, gives frames.
//!
//! [`Capture`] reads one file or stream, pcap or pcapng, compressed or not, known by its first octets; [`Merge`] reads several as one;
//! [`captures_below`] finds them. What is broken inside a capture is a fault in its log; only what gives no frame at all is an [`Error`].

#![cfg_attr(not(test), deny(clippy::indexing_slicing))]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may panic"))]

mod buffer;
mod byte_order;
mod compressed;
mod error;
mod folder;
mod frame;
mod interface;
mod merge;
mod open;
mod order;
mod packet_block;
mod pcap;
mod pcapng;
mod records;
mod words;
mod write;

#[cfg(test)]
mod container_tests;
#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod order_tests;
#[cfg(test)]
mod reading_tests;

pub use error::Error;
pub use folder::{Below, captures_below};
pub use frame::{Frame, LinkType};
pub use merge::Merge;
pub use open::{Capture, Info};
pub use words::InterfaceWords;
pub use write::{PcapNgWriter, PcapWriter};
