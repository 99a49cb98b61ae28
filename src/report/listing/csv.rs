//! Takes rows, gives a table of the fields asked for (RFC 4180: CRLF, quotes doubled, a header row), UTF-8.
//!
//! Invariant: as in the table of redirects, no cell runs as a formula.

use std::io;

use csv::{Terminator, Writer, WriterBuilder};

use super::cells::{USUAL, joined};
use super::layout::{Layout, Out, RowFormat, RowWriter};
use crate::filter::{Kind, Row};
use crate::report::csv::{safe, unwrapped};

pub(super) const FORMAT: RowFormat =
    RowFormat { name: "csv", summary: "a table (RFC 4180) with a header", usual_fields: USUAL, shows_fields: true, open };

fn open(layout: Layout, out: Out) -> io::Result<Box<dyn RowWriter>> {
    let separator = if layout.separator == '\t' { ',' } else { layout.separator };
    let delimiter = u8::try_from(separator).unwrap_or(b',');
    let mut table = WriterBuilder::new().terminator(Terminator::CRLF).delimiter(delimiter).from_writer(out);
    if layout.header != Some(false) {
        table.write_record(layout.fields.iter().map(|field| field.name)).map_err(unwrapped)?;
    }
    Ok(Box::new(Table { layout, table }))
}

struct Table {
    layout: Layout,
    table: Writer<Out>,
}

impl RowWriter for Table {
    fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        for field in &self.layout.fields {
            let cell = joined(&self.layout, field, row);
            let cell = if matches!(field.kind, Kind::Text | Kind::Bytes) { safe(&cell, &cell) } else { cell };
            self.table.write_field(cell).map_err(unwrapped)?;
        }
        self.table.write_record(None::<&[u8]>).map_err(unwrapped)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.table.flush()
    }
}
