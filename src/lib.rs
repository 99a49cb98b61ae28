//! Tells for every SIP 3xx in a capture whether the client that received it did the right thing.
//!
//! The rooms stand in the order in which data flows; imports run one way.

pub mod analysis;
pub mod call;
pub mod capture;
pub mod evidence;
pub mod fault;
pub mod flow;
pub mod packet;
pub mod report;
pub mod rules;
pub mod sip;
