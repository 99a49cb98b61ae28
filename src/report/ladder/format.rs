//! Takes nothing, gives what a format of ladders is.

use std::fmt;
use std::io;

use super::LADDER_FORMATS;
use crate::report::model::Report;

/// One way to draw ladders.
pub struct LadderFormat {
    /// The name on the command line.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub summary: &'static str,
    /// Draws all ladders of a report; the flag says whether text may hold colours.
    pub(super) write: fn(&Report, bool, &mut dyn io::Write) -> io::Result<()>,
}

impl LadderFormat {
    /// The format of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        LADDER_FORMATS.iter().copied().find(|format| format.name == name)
    }

    /// Draws the ladders of `report` to `out`, which should be buffered.
    ///
    /// # Errors
    /// Those of `out`, as they are.
    pub fn write(&self, report: &Report, colour: bool, out: &mut dyn io::Write) -> io::Result<()> {
        (self.write)(report, colour, out)
    }
}

impl fmt::Debug for LadderFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LadderFormat").field(&self.name).finish()
    }
}
