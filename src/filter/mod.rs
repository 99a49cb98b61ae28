//! Takes messages with what the capture knows of them, gives what display filters and columns name.
//!
//! Invariant: a [`Row`] carries all that a field may ask for; a field looks nowhere else.

mod row;

pub use row::{Computed, FrameFacts, Row};
