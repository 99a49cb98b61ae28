//! Takes a word of the report, gives the colour in which a terminal shows it.

use anstyle::{AnsiColor, Style};

use super::super::model::{Level, Verdict};

/// The first line, and the headings of the summary.
pub(in crate::report) const TITLE: Style = Style::new().bold();
/// The labels of rows.
pub(in crate::report) const LABEL: Style = Style::new().dimmed();
/// The ids of rules.
pub(in crate::report) const RULE: Style = Style::new().bold();

/// The colour of a verdict.
pub(in crate::report) const fn verdict(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Incorrect => AnsiColor::Red.on_default().bold(),
        Verdict::Inconclusive => AnsiColor::Yellow.on_default().bold(),
        Verdict::NotApplicable => Style::new().bold(),
        Verdict::Correct => AnsiColor::Green.on_default().bold(),
    }
}

/// The colour of a level.
pub(in crate::report) const fn level(level: Level) -> Style {
    match level {
        Level::Error => AnsiColor::Red.on_default().bold(),
        Level::Warning => AnsiColor::Yellow.on_default().bold(),
        Level::Note => AnsiColor::Cyan.on_default().bold(),
    }
}
