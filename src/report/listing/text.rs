//! Takes rows, gives lines as tshark prints them: number, time, source, destination, protocol, length, what it is about.

use std::io;

use super::layout::{Layout, Out, RowFormat, RowWriter};
use crate::filter::{Row, columns};
use crate::report::wording::escape;

pub(super) const FORMAT: RowFormat =
    RowFormat { name: "text", summary: "a line for a reader, in tshark's columns", usual_fields: &[], shows_fields: false, open };

fn open(layout: Layout, out: Out) -> io::Result<Box<dyn RowWriter>> {
    Ok(Box::new(Lines { layout, out, tabs: false }))
}

/// Lines of columns.
pub(super) struct Lines {
    pub(super) layout: Layout,
    pub(super) out: Out,
    /// Whether tabs stand between the columns, in place of spaces.
    pub(super) tabs: bool,
}

impl RowWriter for Lines {
    fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        let frame = row.frame;
        let (source, destination) = (row.sighting.source.address.to_string(), row.sighting.destination.address.to_string());
        let columns = [
            format!("{:>5}", frame.number),
            format!("{:>10}", self.layout.time.of(frame)),
            format!("{source:>12}"),
            "\u{2192}".to_owned(),
            format!("{destination:<12}"),
            columns::protocol(row),
            frame.len.to_string(),
            escape(&String::from_utf8_lossy(&columns::info(row))).into_owned(),
        ];
        writeln!(self.out, "{}", columns.join(if self.tabs { "\t" } else { " " }))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
