//! Takes capture files, gives frames.

mod frame;

pub use frame::{Frame, LinkType};
