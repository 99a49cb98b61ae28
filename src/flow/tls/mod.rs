//! Takes the octets of TLS streams and the secrets of a key log, gives what was inside, one direction at a time.
//!
//! Both directions share a [`Session`], which their hellos make; each has an [`Inbound`], which reads records in the clear until they are sealed, and
//! opens them from then on. Without keys a stream is passed over, and its ClientHello is told.
//!
//! Invariant: what is held is one record and one hello per direction at the most; octets that do not open cost a bounded number of tries. RFC 5246;
//! RFC 8446.

mod hello;
mod inbound;
mod key_log;
#[cfg(feature = "tls")]
mod keys;
#[cfg(not(feature = "tls"))]
#[path = "no_keys.rs"]
mod keys;
mod messages;
mod opener;
mod record;
mod session;

pub use key_log::KeyLog;

pub(super) use inbound::{Inbound, Next, may_begin};
pub(super) use record::is_sealed;
pub(super) use session::Session;
