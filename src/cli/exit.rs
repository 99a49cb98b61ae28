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
    /// How a run with this report ends. Findings come first, for they are proven whatever else is amiss; then what explains the rest.
    pub(super) fn judge(&self, report: &Report) -> Exit {
        let findings = &report.summary.findings;
        let fails = |fail_on: Level| Level::ALL.iter().any(|level| *level >= fail_on && findings.of(*level) > 0);
        if self.fail_on.is_some_and(fails) {
            Exit::Findings
        } else if self.strict && report.captures.iter().any(|capture| !capture.complete) {
            Exit::Incomplete
        } else if self.require_redirects.is_some_and(|least| report.summary.redirects < least) {
            Exit::TooFew
        } else {
            Exit::Well
        }
    }
}

#[cfg(test)]
mod tests {
    use sip3xx::report::model::{Capture, Findings, SecondReading, Summary};

    use super::*;

    fn report(error: u64, warning: u64, note: u64, complete: bool, redirects: u64) -> Report {
        let capture = Capture {
            path: "x.pcap".to_owned(),
            format: "pcap".to_owned(),
            link_types: Vec::new(),
            frames: 0,
            bytes: 0,
            sip_messages: 0,
            copies: 0,
            clock_offset_ms: 0.0,
            clock_offset_uncertainty_ms: None,
            clock_offset_messages: 0,
            second_reading: SecondReading::default(),
            first_time: None,
            first_epoch_ns: None,
            last_time: None,
            last_epoch_ns: None,
            complete,
            faults: Vec::new(),
        };
        let summary = Summary { redirects, findings: Findings { error, warning, note }, ..Summary::default() };
        Report { captures: vec![capture], summary, ..Report::default() }
    }

    #[test]
    fn the_exit_code_follows_findings_then_completeness_then_number() {
        let on = |fail_on, strict, require_redirects| Policy { fail_on, strict, require_redirects };
        for (policy, report, wanted) in [
            (on(Some(Level::Error), false, None), report(0, 0, 0, true, 0), Exit::Well),
            (on(Some(Level::Error), false, None), report(0, 9, 9, false, 0), Exit::Well),
            (on(Some(Level::Error), false, None), report(1, 0, 0, true, 1), Exit::Findings),
            (on(Some(Level::Warning), false, None), report(0, 1, 0, true, 1), Exit::Findings),
            (on(Some(Level::Warning), false, None), report(0, 0, 1, true, 1), Exit::Well),
            (on(Some(Level::Note), false, None), report(0, 0, 1, true, 1), Exit::Findings),
            (on(None, false, None), report(5, 5, 5, true, 1), Exit::Well),
            (on(Some(Level::Error), true, None), report(0, 0, 0, false, 1), Exit::Incomplete),
            (on(Some(Level::Error), true, None), report(1, 0, 0, false, 1), Exit::Findings),
            (on(Some(Level::Error), true, Some(2)), report(0, 0, 0, false, 1), Exit::Incomplete),
            (on(Some(Level::Error), false, Some(2)), report(0, 0, 0, true, 1), Exit::TooFew),
            (on(Some(Level::Error), false, Some(1)), report(0, 0, 0, true, 1), Exit::Well),
        ] {
            assert_eq!(policy.judge(&report), wanted, "{policy:?}");
        }
    }

    #[test]
    fn the_numbers_are_the_published_ones() {
        let numbers = [Exit::Well, Exit::Findings, Exit::Trouble, Exit::Incomplete, Exit::TooFew].map(|exit| exit as u8);
        assert_eq!(numbers, [0, 1, 2, 3, 4]);
    }
}
