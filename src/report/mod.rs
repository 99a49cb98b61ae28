//! Takes the findings and the redirects in their published shape, gives text for a reader or a machine.
//!
//! One format is one file with one `FORMAT`, and one line in [`FORMATS`]; the command line and its help follow from the list.
//! Invariant: a writer sees the [`model::Report`] alone (those of SARIF and HTML also the catalogue), and the same report gives the same octets.

mod agreement;
pub mod catalogue;
mod completeness;
mod csv;
pub mod detail;
#[cfg(test)]
mod example;
pub mod expectation;
mod format;
mod frames;
mod github;
mod html;
pub mod identity;
mod joining;
mod json;
mod json_escape;
mod jsonl;
mod junit;
mod ladder;
pub mod listing;
mod markdown;
pub mod model;
mod namesakes;
mod percent;
mod phrases;
pub mod publish;
mod remark;
mod sarif;
pub mod statistics;
mod tallies;
mod text;
pub mod verification;
mod wording;
mod xml_escape;

pub use agreement::departures;
pub use format::{Format, Presentation, Rows, Sort};
pub use joining::join;
pub use ladder::{LADDER_FORMATS, LadderFormat};
pub use remark::remarks;
pub use wording::{counted, duration, escape};

/// Every format, in the order in which the help names them; the first is the default.
pub const FORMATS: &[&Format] = &[
    &text::FORMAT,
    &json::FORMAT,
    &jsonl::FORMAT,
    &csv::FORMAT,
    &junit::FORMAT,
    &sarif::FORMAT,
    &github::FORMAT,
    &html::FORMAT,
    &markdown::FORMAT,
];
