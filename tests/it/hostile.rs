//! Takes every committed capture, cuts it anywhere and changes octets in it: the audit ends, does not panic, and says the same twice.
//!
//! Every sample is cut at every octet. Chance has a fixed seed, so that a failure can be seen again.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread;

use sip3xx::report::model::Report;

use crate::support::audited::report_of_bytes;
use crate::support::sample_files::{files_below, samples};

/// The octets of a pcap's file header.
const FILE_HEADER: usize = 24;
/// How many changed captures are made of each sample.
const CHANGED: usize = 150;
/// The most octets that are changed in one capture.
const MOST_CHANGES: u64 = 12;

/// The report of `bytes`, if it can be read at all; `what` names it in a failure.
fn audit(bytes: &[u8], what: &dyn Fn() -> String) -> Option<Report> {
    let report = catch_unwind(AssertUnwindSafe(|| report_of_bytes(bytes.to_vec()).ok()));
    report.unwrap_or_else(|_| panic!("{}: the audit panicked", what()))
}

/// Calls `check` with each committed capture, on two threads.
fn with_each_sample(check: fn(&Path, &[u8])) {
    let captures = files_below(&samples(), "pcap");
    assert!(!captures.is_empty(), "there are no samples");
    let (first, second) = captures.split_at(captures.len() / 2);
    let check_all = |captures: &[PathBuf]| {
        for path in captures {
            let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            check(path, &bytes);
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| check_all(second));
        check_all(first);
    });
}

/// Numbers by chance: xorshift64*.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).expect("below a length")
    }
}

#[test]
fn a_capture_that_was_cut_anywhere_gives_what_came_before() {
    with_each_sample(|path, bytes| {
        let whole = audit(bytes, &|| path.display().to_string()).expect("a whole sample is a capture");
        let mut redirects = 0;
        for length in 0..bytes.len() {
            let what = || format!("{} after {length} octets", path.display());
            let report = audit(&bytes[..length], &what);
            assert_eq!(report.is_some(), length >= FILE_HEADER, "{}", what());
            let found = report.map_or(0, |report| report.redirects.len());
            assert!((redirects..=whole.redirects.len()).contains(&found), "{}: {found} redirects after {redirects}", what());
            redirects = found;
        }
        assert!(redirects <= whole.redirects.len());
    });
}

#[test]
fn a_capture_that_was_changed_anywhere_gives_the_same_report_twice() {
    with_each_sample(|path, bytes| {
        let mut chance = Chance(0x5eed ^ bytes.len() as u64);
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
            assert!(audit(&changed, &what) == audit(&changed, &what), "{}: two reports of one capture", what());
        }
    });
}
