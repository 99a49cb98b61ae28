//! Takes every committed capture, cuts it anywhere and changes bytes in it: the audit ends, does not panic, and says the same twice.
//!
//! Chance has a fixed seed, so that a failure can be seen again.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::thread;

use sip3xx::report::model::Report;

use crate::support::audited::{report_of_bytes, sample_captures};

fn audit(bytes: &[u8], what: &dyn Fn() -> String) -> Option<Report> {
    let report = catch_unwind(AssertUnwindSafe(|| report_of_bytes(bytes.to_vec()).ok()));
    report.unwrap_or_else(|_| panic!("{}: the audit panicked", what()))
}

/// Calls `check` with each committed capture, on two threads.
fn with_each_sample(check: fn(&PathBuf, &[u8])) {
    let samples = sample_captures();
    assert!(!samples.is_empty(), "there are no samples");
    let (even, odd): (Vec<_>, Vec<_>) = samples.iter().enumerate().partition(|(index, _)| index % 2 == 0);
    thread::scope(|scope| {
        for half in [even, odd] {
            scope.spawn(move || {
                for (_, path) in half {
                    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                    check(path, &bytes);
                }
            });
        }
    });
}

#[test]
fn a_capture_that_was_cut_anywhere_gives_what_came_before() {
    with_each_sample(|path, bytes| {
        let whole = audit(bytes, &|| path.display().to_string()).expect("a whole sample is a capture");
        for length in 0..bytes.len() {
            let what = || format!("{} after {length} bytes", path.display());
            let Some(report) = audit(&bytes[..length], &what) else {
                assert!(length < 24, "{}: there is a file header", what());
                continue;
            };
            assert!(report.redirects.len() <= whole.redirects.len(), "{}: redirects out of nothing", what());
        }
    });
}
