//! Takes a report, gives it as text for a reader at a terminal: one block per redirect, then the summary.
//!
//! Invariants: no line is wider than [`page::WIDTH`] columns; nothing from the wire reaches the page unescaped, because only the page
//! writes, and it escapes all that it is given.

mod block;
pub(super) mod page;
mod summary;
pub(super) mod tint;

use std::io;

use super::format::{Format, Presentation};
use super::frames::{FrameNames, captures_in_words};
use super::model::Report;
use super::wording::counted;
use page::{Line, Page};

pub(super) const FORMAT: Format =
    Format { name: "text", summary: "for a reader at a terminal", needs_messages: false, streams: |_| true, write };

fn write(report: &Report, presentation: &Presentation, out: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page::new(out, presentation.colour);
    let names = FrameNames::of(&report.captures);
    let title = format!("{} in {}", counted(report.summary.redirects, "redirect"), captures_in_words(&report.captures));
    page.line(0, 4, &Line::new().tinted(tint::TITLE, &title))?;
    if !presentation.summary_only {
        for redirect in presentation.ordered(report) {
            page.blank()?;
            block::write(&redirect, &names, &mut page)?;
        }
        if !report.companions.is_empty() {
            page.blank()?;
            let title = "Beside the redirects: responses that ask a handset to register or to call anew, as a 380 does";
            page.line(0, 4, &Line::new().tinted(tint::TITLE, title))?;
        }
        for companion in &report.companions {
            page.blank()?;
            block::write(companion, &names, &mut page)?;
        }
    }
    page.blank()?;
    summary::write(report, &names, &mut page)
}

#[cfg(test)]
mod tests;
