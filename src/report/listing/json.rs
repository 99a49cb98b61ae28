//! Takes rows, gives the fields asked for as one JSON array in the shape of tshark's `-T json`: every value is a string in a list.

use std::io;

use super::cells::{USUAL, values};
use super::layout::{Layout, Out, RowFormat, RowWriter};
use crate::filter::Row;
use crate::report::json_escape::write_compact;
use crate::report::model::rfc3339;

pub(super) const FORMAT: RowFormat =
    RowFormat { name: "json", summary: "one array in the shape of tshark's", usual_fields: USUAL, shows_fields: true, open };

fn open(layout: Layout, mut out: Out) -> io::Result<Box<dyn RowWriter>> {
    out.write_all(b"[")?;
    Ok(Box::new(Json { layout, out, is_first: true }))
}

struct Json {
    layout: Layout,
    out: Out,
    is_first: bool,
}

impl RowWriter for Json {
    fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        let Self { layout, out, is_first } = self;
        let time = rfc3339(row.frame.time.nanos());
        let day = time.get(..10).unwrap_or_default();
        let comma = if std::mem::take(is_first) { "" } else { "," };
        write!(out, "{comma}\n  {{\n    \"_index\": \"packets-{day}\",\n    \"_type\": \"doc\",\n    \"_score\": null,\n")?;
        write!(out, "    \"_source\": {{\n      \"layers\": {{")?;
        let mut comma = "";
        for field in &layout.fields {
            let values = values(layout, field, row);
            if values.is_empty() {
                continue;
            }
            write!(out, "{comma}\n        \"{}\": [", field.name)?;
            comma = ",";
            let mut between = "";
            for value in values {
                write!(out, "{between}\n          ")?;
                write_compact(&value, out)?;
                between = ",";
            }
            write!(out, "\n        ]")?;
        }
        write!(out, "\n      }}\n    }}\n  }}")
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n]\n")?;
        self.out.flush()
    }
}
