//! Takes a report, gives it as one JSON document: the published shape as it is, indented, members in the order of the model.

use std::io;

use super::format::{Format, Presentation};
use super::json_escape::write_pretty;
use super::model::Report;

pub(super) const FORMAT: Format = Format {
    name: "json",
    summary: "one document, shape sip3xx.report/1 (docs/report.schema.json)",
    needs_messages: false,
    streams: |_| true,
    write,
};

fn write(report: &Report, _: &Presentation, out: &mut dyn io::Write) -> io::Result<()> {
    write_pretty(report, out)?;
    out.write_all(b"\n")
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
