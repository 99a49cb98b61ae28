//! Takes a report and what is to fail a run, gives the exit code.
//!
//! Invariant: the numbers are a contract with scripts: 0 to 4, and no other.

use std::process::ExitCode;

use sip3xx::report::model::{Level, Report};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// All is well.
    Well = 0,
    /// There are findings at or above the level that fails.
    Findings = 1,
    /// The usage is wrong, or something cannot be read or written.
    Trouble = 2,
    /// A capture is incomplete.
    Incomplete = 3,
    /// There are fewer redirects than required.
    TooFew = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What fails a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Policy {
    /// The mildest level of a finding that fails; none does where there is none.
    pub(super) fail_on: Option<Level>,
    /// Whether an incomplete capture fails.
    pub(super) strict: bool,
    /// The least number of redirects.
    pub(super) require_redirects: Option<u64>,
}

impl Policy {
    /// How a run with this report ends; what stands in the baseline fails none.
    pub(super) fn judge(&self, report: &Report) -> Exit {
        let news =
            report.redirects.iter().chain(&report.companions).flat_map(|redirect| &redirect.findings).filter(|finding| !finding.known);
        // What is laid aside has been counted, and no baseline knows of it.
        let aside = Level::ALL.iter().filter(|level| report.aside.is_some() && report.summary.findings.of(**level) > 0);
        let worst = news.map(|finding| finding.level).chain(aside.copied()).max();
        self.exit(worst, report.captures.iter().all(|capture| capture.complete), report.summary.redirects)
    }

    /// Findings come first, for they are proven whatever else is amiss; then what explains the rest.
    fn exit(&self, worst: Option<Level>, is_complete: bool, redirects: u64) -> Exit {
        if self.fail_on.is_some_and(|fail_on| worst.is_some_and(|worst| worst >= fail_on)) {
            Exit::Findings
        } else if self.strict && !is_complete {
            Exit::Incomplete
        } else if self.require_redirects.is_some_and(|least| redirects < least) {
            Exit::TooFew
        } else {
            Exit::Well
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_follows_findings_then_completeness_then_number() {
        use Level::{Error, Note, Warning};
        let on = |fail_on, strict, require_redirects| Policy { fail_on, strict, require_redirects };
        for (policy, worst, is_complete, redirects, wanted) in [
            (on(Some(Error), false, None), None, true, 0, Exit::Well),
            (on(Some(Error), false, None), Some(Warning), false, 0, Exit::Well),
            (on(Some(Error), false, None), Some(Error), true, 1, Exit::Findings),
            (on(Some(Warning), false, None), Some(Warning), true, 1, Exit::Findings),
            (on(Some(Warning), false, None), Some(Note), true, 1, Exit::Well),
            (on(Some(Note), false, None), Some(Note), true, 1, Exit::Findings),
            (on(None, false, None), Some(Error), true, 1, Exit::Well),
            (on(Some(Error), true, None), None, false, 1, Exit::Incomplete),
            (on(Some(Error), true, None), Some(Error), false, 1, Exit::Findings),
            (on(Some(Error), true, Some(2)), None, false, 1, Exit::Incomplete),
            (on(Some(Error), false, Some(2)), None, true, 1, Exit::TooFew),
            (on(Some(Error), false, Some(1)), None, true, 1, Exit::Well),
        ] {
            assert_eq!(policy.exit(worst, is_complete, redirects), wanted, "{policy:?}, {worst:?}");
        }
    }

    #[test]
    fn the_numbers_are_the_published_ones() {
        let numbers = [Exit::Well, Exit::Findings, Exit::Trouble, Exit::Incomplete, Exit::TooFew].map(|exit| exit as u8);
        assert_eq!(numbers, [0, 1, 2, 3, 4]);
    }
}
