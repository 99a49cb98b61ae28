//! Takes nothing, gives what a format is, and how the user wants a report presented.

use std::borrow::Cow;
use std::fmt;
use std::io;

use super::FORMATS;
use super::model::{Redirect, Report, Verdict};

/// One way to write a report.
pub struct Format {
    /// The name on the command line.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub summary: &'static str,
    /// Whether it shows messages, so that the report needs its ladders.
    pub needs_messages: bool,
    /// Whether it takes the redirects of a report one by one, so that those laid aside need not be in memory together.
    pub(super) streams: fn(&Report) -> bool,
    /// Writes a report.
    pub(super) write: fn(&Report, &Presentation, &mut dyn io::Write) -> io::Result<()>,
}

impl Format {
    /// The format of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        FORMATS.iter().copied().find(|format| format.name == name)
    }

    /// Whether it takes the redirects of `report` one by one: those laid aside are then never in memory together.
    #[must_use]
    pub fn streams(&self, report: &Report) -> bool {
        (self.streams)(report)
    }

    /// Writes `report` to `out`, which should be buffered.
    ///
    /// # Errors
    /// Those of `out`, as they are; and that of the store in which redirects were laid aside.
    pub fn write(&self, report: &Report, presentation: &Presentation, out: &mut dyn io::Write) -> io::Result<()> {
        if self.streams(report) || report.aside.is_none() {
            (self.write)(report, presentation, out)?;
            return report.whole();
        }
        let mut in_memory = report.clone();
        in_memory.bring_back()?;
        (self.write)(&in_memory, presentation, out)
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Format").field(&self.name).finish()
    }
}

/// How a report is to be presented; a format takes what concerns it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Presentation {
    /// The order of the redirects, in formats for people and in CSV.
    pub sort: Sort,
    /// What a row of the CSV is.
    pub rows: Rows,
    /// Whether the cells of the CSV are left as the wire had them.
    pub raw_csv: bool,
    /// Whether text may hold colours.
    pub colour: bool,
    /// Whether text tells the summary alone.
    pub summary_only: bool,
}

impl Presentation {
    /// The redirects of `report` in the order asked for.
    pub(super) fn ordered<'a>(&self, report: &'a Report) -> Box<dyn Iterator<Item = Cow<'a, Redirect>> + 'a> {
        match self.sort {
            Sort::Capture => Box::new(report.all()),
            // Within a verdict the order of time stays. What is laid aside is read once for each, as it cannot be sorted in memory.
            Sort::Verdict => {
                let of = |verdict: &'a Verdict| report.all().filter(|redirect| redirect.verdict == *verdict);
                Box::new(Verdict::ALL.iter().flat_map(of))
            }
        }
    }
}

/// The order of redirects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// As they stand in the captures.
    #[default]
    Capture,
    /// The worst first.
    Verdict,
}

/// What a row of the CSV is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rows {
    /// A redirect.
    #[default]
    Redirects,
    /// A finding.
    Findings,
    /// An attempt.
    Attempts,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name_and_names_are_unique() {
        for format in FORMATS {
            assert_eq!(Format::named(format.name).map(|found| found.summary), Some(format.summary));
        }
        assert!(Format::named("pdf").is_none());
    }
}
