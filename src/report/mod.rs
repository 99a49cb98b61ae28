//! Takes the findings and the redirects in their published shape, gives text for a reader or a machine.
//!
//! One format is one file with one `FORMAT`, and one line in [`FORMATS`]; the command line and its help follow from the list.
//! Invariant: a writer sees the [`model::Report`] alone, and the same report gives the same octets.

pub mod catalogue;
mod completeness;
mod csv;
#[cfg(test)]
mod example;
mod format;
mod frames;
mod joining;
mod json;
mod json_escape;
mod jsonl;
pub mod listing;
pub mod model;
pub mod publish;
pub mod statistics;
mod text;
mod wording;

pub use format::{Format, Presentation, Rows, Sort};
pub use joining::join;
pub use wording::{counted, duration, escape};

/// Every format, in the order in which the help names them; the first is the default.
pub const FORMATS: &[&Format] = &[&text::FORMAT, &json::FORMAT, &jsonl::FORMAT, &csv::FORMAT];
