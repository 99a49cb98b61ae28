//! Takes captures, gives the report that the library makes of them.
//!
//! Invariant: a panic is told with the capture that caused it.

use std::io::Cursor;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use sip3xx::analysis::{self, Input, Options};
use sip3xx::capture::{self, Capture};
use sip3xx::report::model::Report;

/// The report of one file, or why there is none.
pub(crate) fn try_report_of(path: &Path) -> Result<Report, analysis::Error> {
    let inputs = [Input::File(path.to_owned())];
    let audit = || analysis::audit(&inputs, &Options::default(), &mut |_| {});
    catch_unwind(AssertUnwindSafe(audit)).unwrap_or_else(|_| panic!("{}: the audit panicked", path.display()))
}

/// The report of one file that can be read.
pub(crate) fn report_of(path: &Path) -> Report {
    try_report_of(path).unwrap_or_else(|error| panic!("{error}"))
}

/// The report of a capture in memory, or why there is none.
pub(crate) fn report_of_bytes(bytes: Vec<u8>) -> Result<Report, capture::Error> {
    report_on(NonZeroUsize::MIN, bytes)
}

/// The same, made on that many threads.
pub(crate) fn report_on(threads: NonZeroUsize, bytes: Vec<u8>) -> Result<Report, capture::Error> {
    let capture = Capture::from_reader("in memory".to_owned(), Box::new(Cursor::new(bytes)))?;
    Ok(analysis::audit_captures(vec![capture], &Options { threads, ..Options::default() }, &mut |_| {}))
}
