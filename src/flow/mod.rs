//! Takes frames, gives units: UDP datagrams and the messages of TCP streams, plain or in WebSocket, each whole, in order, and with the frames that carried it.
//!
//! All state of layers 3 and 4 lives here: fragments that wait for the rest (`patience`), streams that wait for a lost
//! segment, and the memory that tells mirrored copies ([`Copies`]). What a stream is cut into is the consumer's word ([`Cutter`]).
//!
//! Invariant: every kind of state is bounded by [`crate::limit::Limits`]; what is dropped at a bound is told as a fault. Time is that of the frames.

mod aging;
mod ahead;
mod carriage;
mod copies;
mod cut;
mod cutting;
mod direction;
mod driver;
mod excerpt;
mod fragments;
mod giver;
mod http;
mod inflated;
mod joined;
mod patience;
mod pending;
mod reassembly;
mod sign;
mod streams;
mod tail;
mod tls;
mod unit;
mod websocket;

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod capture_tests;
#[cfg(test)]
mod disorder_tests;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod fragments_tests;
#[cfg(test)]
mod hep_tests;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod streams_tests;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod toy;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod websocket_tests;

pub use copies::{COPY_WINDOW, Copies};
pub use cut::{Cut, CutState, Cutter, Front};
pub use driver::Flow;
pub use sign::{Sign, SignKind};
pub use tls::KeyLog;
pub use unit::Unit;
