//! Takes the octets of a SIP message, puts pseudonyms in the place of what tells of people: users, numbers, names, credentials.
//!
//! What stays is what a verdict needs: methods, hosts, addresses, tags, branches, parameters that steer. What is not known to be harmless is
//! replaced. Invariants: no octet is added or taken away and none changes its class, so every span and length stays true; equal texts have equal pseudonyms and
//! different ones different, whether they stand in a URI, behind an escape or in a body; no octets make it fail.

mod address;
mod body;
mod call_id;
mod credentials;
mod escapes;
mod header;
mod key;
mod markup;
mod message;
mod numbers;
mod prose;
mod pseudonym;
#[cfg(test)]
mod tests;

pub use key::Key;
pub use message::Redactor;
