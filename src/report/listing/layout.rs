//! Takes nothing, gives what a format of rows is, and how the user wants rows laid out.

use std::fmt;
use std::io::{self, Write};

use super::ROW_FORMATS;
use super::time::TimeFormat;
use crate::filter::Row;
use crate::filter::fields::Field;

/// How rows are laid out; a format takes what concerns it. The defaults are tshark's.
#[derive(Debug, Clone)]
pub struct Layout {
    /// How the time column is written.
    pub time: TimeFormat,
    /// The fields that were asked for, in order.
    pub fields: Vec<&'static Field>,
    /// Whether a first line names the fields; each format has its own default.
    pub header: Option<bool>,
    /// What stands between fields.
    pub separator: char,
    /// What stands between the values of one field.
    pub aggregator: char,
    /// Which values of a field that has several.
    pub occurrence: Occurrence,
    /// What stands around a value.
    pub quote: Quote,
    /// Whether the text begins with a byte order mark.
    pub bom: bool,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            time: TimeFormat::Relative,
            fields: Vec::new(),
            header: None,
            separator: '\t',
            aggregator: ',',
            occurrence: Occurrence::All,
            quote: Quote::None,
            bom: false,
        }
    }
}

/// Which values of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occurrence {
    /// The first.
    First,
    /// The last.
    Last,
    /// All.
    All,
}

/// What stands around the values of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quote {
    /// Nothing.
    None,
    /// `'`.
    Single,
    /// `"`.
    Double,
}

/// What writes rows.
pub trait RowWriter {
    /// Writes a row.
    ///
    /// # Errors
    /// Those of what is written to.
    fn row(&mut self, row: &Row<'_>) -> io::Result<()>;

    /// Writes out what is held back, so that a reader at the other end of a pipe sees it.
    ///
    /// # Errors
    /// Those of what is written to.
    fn flush(&mut self) -> io::Result<()>;

    /// Ends the text: no row follows.
    ///
    /// # Errors
    /// Those of what is written to.
    fn finish(&mut self) -> io::Result<()> {
        self.flush()
    }
}

/// Where rows are written to.
pub(super) type Out = Box<dyn Write>;

/// One way to write rows.
pub struct RowFormat {
    /// The name behind `-T`.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub summary: &'static str,
    /// The fields that are shown where none were asked for; none where the format has columns of its own, or wants to be asked.
    pub usual_fields: &'static [&'static str],
    /// Whether it shows fields, and not columns of its own.
    pub shows_fields: bool,
    pub(super) open: fn(Layout, Out) -> io::Result<Box<dyn RowWriter>>,
}

impl RowFormat {
    /// The format of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        ROW_FORMATS.iter().copied().find(|format| format.name == name)
    }

    /// Begins a text of rows on `out`, which should be buffered.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn open(&self, layout: Layout, mut out: Out) -> io::Result<Box<dyn RowWriter>> {
        if layout.bom {
            out.write_all("\u{feff}".as_bytes())?;
        }
        (self.open)(layout, out)
    }
}

impl fmt::Debug for RowFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RowFormat").field(&self.name).finish()
    }
}
