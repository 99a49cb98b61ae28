//! Takes the ladders of a report, gives them as pictures: in text, in Mermaid, in SVG.
//!
//! One format is one file with one `FORMAT`, and one line in [`LADDER_FORMATS`]. Invariant: a writer sees the report alone, and draws any
//! number of messages and participants.

#[cfg(test)]
pub(super) mod example;
mod fitting;
mod format;
mod lanes;
mod mermaid;
mod story;
pub(super) mod svg;
#[cfg(test)]
mod svg_tests;
mod text;

pub use format::LadderFormat;

/// Every format, in the order in which the help names them; the first is the default.
pub const LADDER_FORMATS: &[&LadderFormat] = &[&text::FORMAT, &mermaid::FORMAT, &svg::FORMAT];
