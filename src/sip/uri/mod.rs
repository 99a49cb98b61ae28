//! Takes the octets of a URI, gives its components, its equality with another, where it sends a request, and what a retry left of it.
//!
//! Parsing never fails: what was understood is there, and the faults say what was not. The text as written is never lost.
//! RFC 3261, 19.1 and 25.1; RFC 3966; RFC 5031; RFC 3263, 4.
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod authority;
mod components;
mod difference;
mod equality;
mod escape;
mod fault;
mod grade;
mod host;
mod next_hop;
mod parse;
mod readings;
mod telephone;

pub use components::{Parameter, Scheme, Uri};
pub use difference::{
    Difference, HostDifference, ParameterChange, ParameterDifference, ParameterRole, PortDifference, SchemeDifference, UserDifference,
};
pub use fault::UriFault;
pub use grade::Match;
pub use host::Host;
pub use next_hop::{NextHop, UriTransport};
pub use readings::bare_contact_readings;
pub use telephone::{NumberMatch, Subscriber};

#[cfg(test)]
mod difference_tests;
#[cfg(test)]
mod equality_tests;
#[cfg(test)]
mod parse_tests;
#[cfg(test)]
mod property_tests;
