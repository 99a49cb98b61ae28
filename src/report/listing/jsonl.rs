//! Takes rows, gives an object a line: the fields asked for by their names, each a list of typed values; what is absent is left out.

use std::io;

use serde_json::Value as Json;

use super::cells::{USUAL, values};
use super::layout::{Layout, Out, RowFormat, RowWriter};
use crate::filter::{Kind, Row};
use crate::report::json_escape::write_compact;

pub(super) const FORMAT: RowFormat =
    RowFormat { name: "jsonl", summary: "an object a line; numbers are numbers", usual_fields: USUAL, shows_fields: true, open };

fn open(layout: Layout, out: Out) -> io::Result<Box<dyn RowWriter>> {
    Ok(Box::new(JsonLines { layout, out }))
}

struct JsonLines {
    layout: Layout,
    out: Out,
}

impl RowWriter for JsonLines {
    fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        self.out.write_all(b"{")?;
        let mut comma = "";
        for field in &self.layout.fields {
            let values: Vec<Json> = values(&self.layout, field, row).into_iter().map(|text| typed(field.kind, text)).collect();
            if !values.is_empty() {
                // In the order asked for, which a map would not keep.
                write!(self.out, "{comma}\"{}\":", field.name)?;
                write_compact(&values, &mut self.out)?;
                comma = ",";
            }
        }
        self.out.write_all(b"}\n")
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A value of `kind`, which is written as `text`; what is no number as it is written, such as a time, stays text.
fn typed(kind: Kind, text: String) -> Json {
    match kind {
        Kind::Unsigned(_) | Kind::FrameNumber => text.parse::<u64>().map_or(Json::String(text), Json::from),
        Kind::Boolean => Json::Bool(text == "1"),
        _ => Json::String(text),
    }
}
