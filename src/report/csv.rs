//! Takes a report, gives a table: one row per redirect, finding or attempt (RFC 4180: CRLF, quotes doubled, a header row), UTF-8.
//!
//! Invariants: the columns of the redirects and their order are fixed. Unless raw cells are asked for, no cell runs as a formula (a leading
//! apostrophe defuses it), and none holds a character that steers a terminal. Lists are joined with one space; a space inside an item is escaped.

use std::borrow::Cow;
use std::io;

use csv::{ByteRecord, Terminator, Writer, WriterBuilder};

use super::format::{Format, Presentation, Rows};
use super::model::{Attempt, Evidence, Finding, Followed, Redirect, Report};
use super::wording::{escape, escape_item, push_milliseconds, push_number, push_socket};

pub(super) const FORMAT: Format = Format {
    name: "csv",
    summary: "a table (RFC 4180), one row per redirect, finding or attempt",
    needs_messages: false,
    streams: |_| true,
    write,
};

const REDIRECTS: &[&str] = &[
    "capture",
    "redirect",
    "time",
    "status",
    "method",
    "call_id",
    "client",
    "server",
    "transport",
    "request_frame",
    "response_frame",
    "original_uri",
    "contacts",
    "followed",
    "retry_frame",
    "retry_uri",
    "retry_destination",
    "retry_delay_ms",
    "retry_outcome",
    "future",
    "verdict",
    "reason",
    "rules",
];

const FINDINGS: &[&str] = &[
    "capture",
    "redirect",
    "time",
    "status",
    "method",
    "call_id",
    "client",
    "server",
    "verdict",
    "rule",
    "level",
    "party",
    "strength",
    "clause",
    "message",
    "finding_capture",
    "frame",
    "index",
    "related_frames",
];

const ATTEMPTS: &[&str] = &[
    "capture",
    "redirect",
    "time",
    "status",
    "method",
    "call_id",
    "client",
    "server",
    "verdict",
    "attempt",
    "attempt_capture",
    "attempt_frame",
    "attempt_time",
    "attempt_method",
    "uri",
    "destination",
    "contact",
    "contact_uri",
    "link",
    "match",
    "delay_ms",
    "outcome",
];

fn write(report: &Report, presentation: &Presentation, out: &mut dyn io::Write) -> io::Result<()> {
    let table = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    let mut table = Table { table, report, raw: presentation.raw_csv, row: ByteRecord::new(), cell: String::new() };
    table.header(match presentation.rows {
        Rows::Redirects => REDIRECTS,
        Rows::Findings => FINDINGS,
        Rows::Attempts => ATTEMPTS,
    })?;
    for redirect in presentation.ordered(report) {
        let redirect = &*redirect;
        match presentation.rows {
            Rows::Redirects => table.redirect(redirect)?,
            Rows::Findings => redirect.findings.iter().try_for_each(|finding| table.finding(redirect, finding))?,
            Rows::Attempts => (1..).zip(&redirect.attempts).try_for_each(|(nth, attempt)| table.attempt(redirect, nth, attempt))?,
        }
    }
    // Dropping the table would hide an error of the last write.
    table.table.flush()
}

/// A table in the making: cells are gathered to a row, a row is written.
struct Table<'a, W: io::Write> {
    table: Writer<W>,
    report: &'a Report,
    raw: bool,
    row: ByteRecord,
    /// Where a cell is written that is put together.
    cell: String,
}

impl<W: io::Write> Table<'_, W> {
    fn header(&mut self, names: &[&str]) -> io::Result<()> {
        self.table.write_record(names).map_err(unwrapped)
    }

    fn redirect(&mut self, redirect: &Redirect) -> io::Result<()> {
        self.leading_cells(redirect);
        self.text(&redirect.transport);
        self.number(redirect.request.as_ref().map(|request| request.seen.frame));
        self.number(Some(redirect.response.seen.frame));
        self.text(redirect.request.as_ref().map_or("", |request| request.uri.as_str()));
        self.list(redirect.contacts.iter().map(|contact| contact.uri.as_str()));
        self.text(match redirect.followed() {
            Followed::Yes => "yes",
            Followed::No => "no",
            Followed::Unknown => "unknown",
        });
        let retry = redirect.retry();
        self.number(retry.map(|retry| retry.seen.frame));
        self.text(retry.map_or("", |retry| &retry.uri));
        self.text(retry.map_or("", |retry| &retry.destination));
        self.milliseconds(retry.map(|retry| retry.delay_ms));
        self.number(retry.and_then(|retry| retry.outcome));
        self.text(redirect.future.as_ref().map_or("", |future| future.verdict.name()));
        self.text(redirect.verdict.name());
        self.text(&redirect.reason);
        self.list(redirect.findings.iter().map(|finding| finding.rule.as_str()));
        self.end_row()
    }

    fn finding(&mut self, redirect: &Redirect, finding: &Finding) -> io::Result<()> {
        self.leading_cells(redirect);
        self.text(redirect.verdict.name());
        self.text(&finding.rule);
        self.text(finding.level.name());
        self.text(finding.party.name());
        self.text(finding.strength.as_deref().unwrap_or(""));
        self.text(&finding.clause);
        self.text(&finding.message);
        self.capture(finding.primary.capture);
        self.number(Some(finding.primary.frame));
        self.number(Some(finding.primary.index));
        let frame = |evidence: &Evidence| match evidence.capture == finding.primary.capture {
            true => evidence.frame.to_string(),
            false => format!("{}:{}", evidence.capture, evidence.frame),
        };
        let related: Vec<String> = finding.related.iter().map(frame).collect();
        self.list(related.iter().map(String::as_str));
        self.end_row()
    }

    fn attempt(&mut self, redirect: &Redirect, nth: usize, attempt: &Attempt) -> io::Result<()> {
        self.leading_cells(redirect);
        self.text(redirect.verdict.name());
        self.number(u64::try_from(nth).ok());
        self.capture(attempt.seen.capture);
        self.number(Some(attempt.seen.frame));
        self.text(&attempt.seen.moment.time());
        self.text(&attempt.method);
        self.text(&attempt.uri);
        self.text(&attempt.destination);
        self.number(attempt.contact);
        let contact = attempt.contact.and_then(|contact| redirect.contacts.get(usize::try_from(contact).ok()?));
        self.text(contact.map_or("", |contact| &contact.uri));
        self.text(attempt.link.name());
        self.text(attempt.r#match.as_deref().unwrap_or(""));
        self.milliseconds(Some(attempt.delay_ms));
        self.number(attempt.outcome);
        self.end_row()
    }

    /// The cells with which every kind of row begins: which redirect it is about.
    fn leading_cells(&mut self, redirect: &Redirect) {
        self.capture(redirect.response.seen.capture);
        self.number(Some(redirect.id));
        self.text(&redirect.response.seen.moment.time());
        self.number(Some(redirect.status));
        self.text(&redirect.method);
        self.text(&redirect.call_id);
        self.socket(&redirect.client.address, redirect.client.port);
        self.socket(&redirect.server.address, redirect.server.port);
    }

    fn socket(&mut self, address: &str, port: u16) {
        let mut cell = std::mem::take(&mut self.cell);
        cell.clear();
        push_socket(&mut cell, address, port);
        self.text(&cell);
        self.cell = cell;
    }

    fn capture(&mut self, index: u32) {
        let report = self.report;
        self.text(report.path_of(index));
    }

    fn text(&mut self, text: &str) {
        if self.raw || is_plain(text) {
            self.row.push_field(text.as_bytes());
        } else {
            self.row.push_field(safe(text, &escape(text)).as_bytes());
        }
    }

    fn list<'b>(&mut self, mut items: impl Iterator<Item = &'b str>) {
        let (first, second) = (items.next(), items.next());
        // Mostly there is but one.
        if let (Some(one), None) = (first, second)
            && (self.raw || (is_plain(one) && !one.contains(' ')))
        {
            self.row.push_field(one.as_bytes());
            return;
        }
        let items = first.into_iter().chain(second).chain(items);
        let items: Vec<Cow<'b, str>> = items.map(|item| if self.raw { Cow::Borrowed(item) } else { escape_item(item) }).collect();
        match items.as_slice() {
            [one] if self.raw || is_plain(one) => self.row.push_field(one.as_bytes()),
            several => {
                let joined = several.join(" ");
                let cell = if self.raw { joined } else { safe(&joined, &joined) };
                self.row.push_field(cell.as_bytes());
            }
        }
    }

    /// A number is never defused: a spreadsheet is to calculate with it.
    fn number(&mut self, number: Option<impl Into<u64>>) {
        self.cell.clear();
        if let Some(number) = number {
            push_number(&mut self.cell, number.into());
        }
        self.row.push_field(self.cell.as_bytes());
    }

    fn milliseconds(&mut self, ms: Option<f64>) {
        self.cell.clear();
        if let Some(ms) = ms {
            push_milliseconds(&mut self.cell, ms);
        }
        self.row.push_field(self.cell.as_bytes());
    }

    fn end_row(&mut self) -> io::Result<()> {
        let written = self.table.write_byte_record(&self.row).map_err(unwrapped);
        self.row.clear();
        written
    }
}

/// Whether a cell can stand as it is: printable ASCII that begins with a letter or a digit and holds no backslash.
fn is_plain(text: &str) -> bool {
    // Without an early way out, so that many octets are looked at at once.
    text.bytes().fold(true, |plain, octet| plain & (b' '..=b'~').contains(&octet) & (octet != b'\\'))
        && text.bytes().next().is_none_or(|first| first.is_ascii_alphanumeric())
}

/// The cell `escaped`, defused where `raw` would run as a formula.
pub(super) fn safe(raw: &str, escaped: &str) -> String {
    // The wide forms of the four signs are read as the signs themselves by some spreadsheets.
    const TRIGGERS: &[char] = &['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if raw.starts_with(TRIGGERS) { format!("'{escaped}") } else { escaped.to_owned() }
}

/// The error of the writer below, so that a closed pipe is still known as one.
pub(super) fn unwrapped(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
#[path = "csv_tests.rs"]
mod tests;
