//! Takes the body of a response, gives the alternatives that it offers.
//!
//! Reading never fails: what was understood of a cut or broken body is there, and the faults say what was not. Every bound is a named
//! constant, reaching it is a fault. RFC 3261, 21.3.5; 3GPP TS 24.229, 7.6.
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod alternatives;
mod encoding;
mod fault;
mod ims;
mod links;
mod markup;
mod media_type;
mod multipart;
mod text;

pub use alternatives::{Alternatives, BodyKind, MAX_BODY, MAX_DEPTH, MAX_PARTS, MAX_PROSE};
pub use fault::BodyFault;
pub use ims::{AlternativeAction, AlternativeService, AlternativeType, MAX_VALUE};
pub use links::{MAX_URI_LENGTH, MAX_URIS};
pub(in crate::sip) use multipart::boundary_of;
pub use multipart::{Part, media_types, multipart};

#[cfg(test)]
mod alternatives_tests;
#[cfg(test)]
mod ims_tests;
#[cfg(test)]
mod property_tests;
