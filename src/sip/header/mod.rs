//! Takes header values, gives them typed: one header per file, each a view of the octets it was read from.

mod auth;
mod contact;
mod cseq;
mod expires;
mod name_addr;
mod route;
mod via;

pub use auth::Auth;
pub use contact::{Contact, Quality};
pub use cseq::CSeq;
pub use expires::Expiry;
pub use name_addr::NameAddr;
pub use route::Route;
pub use via::{Rport, Via};
