//! Takes a row, gives the values of a field by its name; names and kinds are Wireshark's.
//!
//! Invariant: what this program alone knows stands under a prefix of its own, never under that of a protocol.

mod bodies;
mod field;
mod frame;
mod layers;
mod parties;
mod registry;
mod sip;
mod sip_headers;
#[cfg(test)]
mod tests;
mod uri_parts;

pub use field::Field;
pub use registry::{ALL, named, nearest_to};
