//! Takes a report, gives it as one JSON document: the published shape as it is, indented, members in the order of the model.

use std::io;

use serde::{Serialize, Serializer};

use super::format::{Format, Presentation};
use super::json_escape::write_pretty;
use super::model::{Capture, Options, Orphans, Redirect, Report, Summary, Tool};

pub(super) const FORMAT: Format = Format {
    name: "json",
    summary: "one document, shape sip3xx.report/1 (docs/report.schema.json)",
    needs_messages: false,
    streams: true,
    write,
};

/// The members of a report, in their order; the redirects one by one.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'a str,
    tool: &'a Tool,
    options: &'a Options,
    captures: &'a [Capture],
    summary: &'a Summary,
    redirects: Redirects<'a>,
    companions: &'a [Redirect],
    orphans: &'a Orphans,
    hints: &'a [String],
}

struct Redirects<'a>(&'a Report);

impl Serialize for Redirects<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.all())
    }
}

fn write(report: &Report, _: &Presentation, out: &mut dyn io::Write) -> io::Result<()> {
    let Report { schema, tool, options, captures, summary, companions, orphans, hints, redirects: _, aside: _, ladders: _ } = report;
    let redirects = Redirects(report);
    write_pretty(&Document { schema, tool, options, captures, summary, redirects, companions, orphans, hints }, out)?;
    out.write_all(b"\n")
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
