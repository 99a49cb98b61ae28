//! Takes messages with what the capture knows of them, gives what display filters and columns name.

mod error;
mod lexer;
mod parser;
mod range;
mod syntax;
mod value;
mod written;

pub use error::Error;
pub use value::{Kind, Value};
