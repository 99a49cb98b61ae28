//! Takes a report, gives it as JSON Lines: one object a line, told apart by its first member `type`.
//!
//! The order is `report` once (schema, tool, options), `capture` for each capture, `redirect` for each redirect, `companion` for each companion, `summary` once (with the
//! orphans). Past `type`, and `index` of a capture, the members are those of the one-document form; the shape of a line is
//! `#/$defs/line` of the schema.

use std::io;

use serde::Serialize;

use super::format::{Format, Presentation};
use super::json_escape::write_compact;
use super::model::{Capture, Options, Orphans, Redirect, Report, Summary, Tool};

pub(super) const FORMAT: Format = Format {
    name: "jsonl",
    summary: "one JSON object a line: report, captures, redirects, summary",
    needs_messages: false,
    streams: |_| true,
    write,
};

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'a> {
    Report {
        schema: &'a str,
        tool: &'a Tool,
        options: &'a Options,
    },
    Capture {
        index: usize,
        #[serde(flatten)]
        capture: &'a Capture,
    },
    Redirect {
        #[serde(flatten)]
        redirect: &'a Redirect,
    },
    Companion {
        #[serde(flatten)]
        companion: &'a Redirect,
    },
    Summary {
        #[serde(flatten)]
        summary: &'a Summary,
        orphans: &'a Orphans,
        hints: &'a [String],
    },
}

fn write(report: &Report, _: &Presentation, out: &mut dyn io::Write) -> io::Result<()> {
    let mut line = |line: Line<'_>| {
        write_compact(&line, out)?;
        out.write_all(b"\n")
    };
    line(Line::Report { schema: &report.schema, tool: &report.tool, options: &report.options })?;
    for (index, capture) in report.captures.iter().enumerate() {
        line(Line::Capture { index, capture })?;
    }
    for redirect in report.all() {
        line(Line::Redirect { redirect: &redirect })?;
    }
    for companion in &report.companions {
        line(Line::Companion { companion })?;
    }
    line(Line::Summary { summary: &report.summary, orphans: &report.orphans, hints: &report.hints })
}

#[cfg(test)]
#[path = "jsonl_tests.rs"]
mod tests;
