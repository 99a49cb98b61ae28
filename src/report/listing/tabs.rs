//! Takes rows, gives the lines of `text` with a tab between the columns.

use std::io;

use super::layout::{Layout, Out, RowFormat, RowWriter};
use super::text::Lines;

pub(super) const FORMAT: RowFormat =
    RowFormat { name: "tabs", summary: "the same, with a tab between the columns", usual_fields: &[], shows_fields: false, open };

fn open(layout: Layout, out: Out) -> io::Result<Box<dyn RowWriter>> {
    Ok(Box::new(Lines { layout, out, tabs: true }))
}
