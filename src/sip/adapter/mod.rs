//! Takes our messages, gives them as the types of the rsip crate: whole messages for those who work with it, typed values where it reads
//! what we read.
//!
//! rsip never reads octets from the wire here: it is filled from our own scanner, and its typed values are held against ours.

mod fill;
mod split_uri;
#[cfg(test)]
mod tests;
mod typed;

pub use typed::{Tally, Typed};
