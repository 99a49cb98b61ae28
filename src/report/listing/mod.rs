//! Takes rows one by one, gives them as lines, tables or JSON, each while it comes.
//!
//! One format is one file with one `FORMAT`, and one line in [`ROW_FORMATS`]. Invariants: no octet of the wire steers a terminal or a
//! spreadsheet; nothing is kept of a row that was written.

mod cells;
mod csv;
mod fields;
mod json;
mod jsonl;
mod layout;
mod tabs;
mod text;
mod time;

pub use layout::{Layout, Occurrence, Quote, RowFormat, RowWriter};
pub use time::TimeFormat;

/// Every format of rows, in the order in which the help names them; the first is the default.
pub const ROW_FORMATS: &[&RowFormat] = &[&text::FORMAT, &tabs::FORMAT, &fields::FORMAT, &json::FORMAT, &jsonl::FORMAT, &csv::FORMAT];
