//! Takes messages with what the capture knows of them, gives what display filters and columns name.
//!
//! Invariant: a [`Row`] carries all that a field may ask for; a field looks nowhere else.

mod check;
pub mod columns;
mod display_filter;
mod error;
mod eval;
pub mod fields;
mod lexer;
mod literal;
mod moment;
mod parser;
mod range;
mod row;
#[cfg(test)]
mod scene;
mod source;
mod syntax;
mod value;
mod written;

pub use display_filter::Filter;
pub use error::Error;
pub use row::{Computed, FrameFacts, FrameWords, Row};
pub use value::{Kind, Value};
