//! Takes rows, gives the fields asked for with a separator between them, as tshark's `-T fields` does.
//!
//! As there, a quote inside a value is left as it is; `csv` is the format for programs that mind.

use std::io;

use super::cells::joined;
use super::layout::{Layout, Out, Quote, RowFormat, RowWriter};
use crate::filter::Row;

pub(super) const FORMAT: RowFormat = RowFormat {
    name: "fields",
    summary: "the fields named by -e, a tab between them (-E changes that)",
    usual_fields: &[],
    shows_fields: true,
    open,
};

fn open(layout: Layout, mut out: Out) -> io::Result<Box<dyn RowWriter>> {
    if layout.header == Some(true) {
        let names: Vec<&str> = layout.fields.iter().map(|field| field.name).collect();
        writeln!(out, "{}", names.join(layout.separator.encode_utf8(&mut [0; 4])))?;
    }
    Ok(Box::new(Fields { layout, out }))
}

struct Fields {
    layout: Layout,
    out: Out,
}

impl RowWriter for Fields {
    fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        let quote = match self.layout.quote {
            Quote::None => "",
            Quote::Single => "'",
            Quote::Double => "\"",
        };
        for (nth, field) in self.layout.fields.iter().enumerate() {
            if nth > 0 {
                write!(self.out, "{}", self.layout.separator)?;
            }
            let cell = joined(&self.layout, field, row);
            // What is absent has no quotes, what is empty has.
            let mut is_there = false;
            field.values(row, &mut |_| is_there = true);
            if is_there {
                write!(self.out, "{quote}{cell}{quote}")?;
            }
        }
        self.out.write_all(b"\n")
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
