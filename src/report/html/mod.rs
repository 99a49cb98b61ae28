//! Takes a report, gives it as one page for a browser: who did what wrong, every redirect behind it, what was read and how it was judged.
//!
//! Invariants: the page is one file that loads nothing. All of it can be read without its script, which only searches, filters and moves the
//! focus; what is shown stands in the fragment of the address, so that a view can be handed on as a link. Every value is text
//! ([`markup`]), and a policy forbids whatever would not be ([`policy`]).

mod captures;
mod charts;
mod clients;
mod detail;
mod filters;
mod finding;
mod head;
mod ladder;
mod list;
mod markup;
mod policy;
mod rules;
#[cfg(test)]
mod tests;

use std::io;

use super::format::{Format, Presentation};
use super::frames::FrameNames;
use super::model::Report;
use markup::html;

pub(super) const FORMAT: Format = Format {
    name: "html",
    summary: "one page for a browser, with search, filters and charts; loads nothing from elsewhere",
    needs_messages: true,
    streams: |_| false,
    write,
};

/// What a part of the page needs to tell of a redirect.
struct Shown<'a> {
    report: &'a Report,
    names: &'a FrameNames,
    ladders: &'a ladder::Ladders<'a>,
}

fn write(report: &Report, presentation: &Presentation, out: &mut dyn io::Write) -> io::Result<()> {
    let names = FrameNames::of(&report.captures);
    head::write(report, out)?;
    html!(out, "<main>\n")?;
    charts::write(report, out)?;
    html!(out, "<div class=\"worst\">\n")?;
    clients::write(report, out)?;
    rules::broken(report, out)?;
    html!(out, "</div>\n")?;
    let ladders = ladder::Ladders::of(report);
    list::write(&Shown { report, names: &names, ladders: &ladders }, presentation.ordered(report), out)?;
    captures::write(report, &names, out)?;
    rules::catalogue(report, out)?;
    ladder::messages(&ladders, &names, out)?;
    html!(out, "</main>\n")?;
    head::foot(report, out)
}
