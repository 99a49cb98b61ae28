//! Takes a row, gives the one message in it in every detail: a tree as `tshark -V` prints, down to the parameters of each header.
//!
//! Invariant: what is malformed is said at its place, and nothing of the message is left out because of it.

mod body;
mod header;
mod hex;
mod message;
#[cfg(test)]
mod tests;
mod tree;
mod uri;

pub use hex::hex_dump;
pub use message::{detail, facts};
pub use tree::Node;
