//! Takes every committed capture, cuts it anywhere and changes octets in it: the audit ends, does not panic, and says the same twice.
//!
//! A small sample is cut at every octet; a larger one at every seventh, which begins one octet later from sample to sample, so that each place
//! of the usual packets is met in one of them. Chance has a fixed seed, so that a failure can be seen again.

use std::fs;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::thread;

use sip3xx::report::model::Report;

use crate::support::audited::report_on;
use crate::support::chance::Chance;
use crate::support::sample_files::{files_below, samples};

/// The octets of a pcap's file header.
const FILE_HEADER: usize = 24;
/// The most octets of a sample that is cut at every octet.
const SMALL: usize = 4000;
/// How far apart the cuts of a larger sample are, in octets: odd, so that it keeps step with no field.
const STRIDE: usize = 7;
/// How many changed captures are made of each sample.
const CHANGED: usize = 150;
/// The most octets that are changed in one capture.
const MOST_CHANGES: u64 = 12;

/// The report of `bytes`, if it can be read at all; `what` names it in a failure.
fn audit(bytes: &[u8], what: &dyn Fn() -> String) -> Option<Report> {
    audit_on(1, bytes, what)
}

/// The same, made on that many threads.
fn audit_on(threads: usize, bytes: &[u8], what: &dyn Fn() -> String) -> Option<Report> {
    let threads = NonZeroUsize::new(threads).expect("there is a thread");
    let report = catch_unwind(AssertUnwindSafe(|| report_on(threads, bytes.to_vec()).ok()));
    report.unwrap_or_else(|_| panic!("{}: the audit panicked", what()))
}

/// Calls `check` with the number of each committed capture, its path and its octets, on two threads.
fn with_each_sample(check: fn(usize, &Path, &[u8])) {
    // What is damaged already says nothing more when it is damaged again.
    let mut captures = files_below(&samples(), "pcap");
    captures.retain(|path| !path.starts_with(samples().join("faults")));
    assert!(!captures.is_empty(), "there are no samples");
    let check_half = |half: usize| {
        for (number, path) in captures.iter().enumerate().skip(half).step_by(2) {
            let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            check(number, path, &bytes);
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| check_half(1));
        check_half(0);
    });
}

#[test]
fn a_capture_that_was_cut_anywhere_gives_what_came_before() {
    with_each_sample(|number, path, bytes| {
        let whole = audit(bytes, &|| path.display().to_string()).expect("a whole sample is a capture");
        let mut redirects = 0;
        let (start, stride) = if bytes.len() <= SMALL { (0, 1) } else { (number % STRIDE, STRIDE) };
        for length in (start..bytes.len()).step_by(stride) {
            let what = || format!("{} after {length} octets", path.display());
            let report = audit(&bytes[..length], &what);
            assert_eq!(report.is_some(), length >= FILE_HEADER, "{}", what());
            let found = report.map_or(0, |report| report.redirects.len());
            assert!((redirects..=whole.redirects.len()).contains(&found), "{}: {found} redirects after {redirects}", what());
            redirects = found;
        }
    });
}

#[test]
fn a_capture_that_was_changed_anywhere_gives_the_same_report_on_one_thread_and_on_two() {
    with_each_sample(|_, path, bytes| {
        let mut chance = Chance::new(0x5eed ^ bytes.len() as u64);
        for round in 0..CHANGED {
            let mut changed = bytes.to_vec();
            for _ in 0..=chance.next() % MOST_CHANGES {
                let at = chance.below(changed.len());
                changed[at] = match chance.next() % 4 {
                    0 => 0,
                    1 => 0xff,
                    2 => changed[at] ^ (1 << (chance.next() % 8)),
                    _ => chance.next().to_le_bytes()[7],
                };
            }
            let what = || format!("{}, change {round}", path.display());
            assert!(audit(&changed, &what) == audit_on(2, &changed, &what), "{}: two reports of one capture", what());
        }
    });
}
