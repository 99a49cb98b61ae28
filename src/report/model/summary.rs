//! Takes redirects, gives their counts.
//!
//! Invariant: the counts say nothing that the redirects do not; they are always made by [`Summary::of`].

use std::borrow::Borrow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::redirect::Redirect;
use super::word::{FutureVerdict, Level, Verdict};

/// The counts of a report.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// All redirects.
    pub redirects: u64,
    /// Redirects by status code.
    pub by_status: BTreeMap<String, u64>,
    /// Redirects by verdict.
    pub by_verdict: Verdicts,
    /// Redirects by what became of the original URI; only 301 and 302.
    pub future: Futures,
    /// Findings by level.
    pub findings: Findings,
}

/// How many redirects have each verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Verdicts {
    /// [`Verdict::Correct`].
    pub correct: u64,
    /// [`Verdict::Incorrect`].
    pub incorrect: u64,
    /// [`Verdict::Inconclusive`].
    pub inconclusive: u64,
    /// [`Verdict::NotApplicable`].
    #[serde(rename = "not-applicable")]
    pub not_applicable: u64,
}

impl Verdicts {
    /// The count of `verdict`.
    #[must_use]
    pub const fn of(&self, verdict: Verdict) -> u64 {
        match verdict {
            Verdict::Incorrect => self.incorrect,
            Verdict::Inconclusive => self.inconclusive,
            Verdict::NotApplicable => self.not_applicable,
            Verdict::Correct => self.correct,
        }
    }

    /// The count of all.
    #[must_use]
    pub fn total(&self) -> u64 {
        Verdict::ALL.iter().map(|verdict| self.of(*verdict)).fold(0, u64::saturating_add)
    }

    /// Counts one more of `verdict`.
    pub const fn add(&mut self, verdict: Verdict) {
        let count = match verdict {
            Verdict::Incorrect => &mut self.incorrect,
            Verdict::Inconclusive => &mut self.inconclusive,
            Verdict::NotApplicable => &mut self.not_applicable,
            Verdict::Correct => &mut self.correct,
        };
        *count = count.saturating_add(1);
    }
}

/// How many 301 and 302 have each future.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Futures {
    /// [`FutureVerdict::Kept`].
    pub kept: u64,
    /// [`FutureVerdict::CachedAllowed`].
    #[serde(rename = "cached-allowed")]
    pub cached_allowed: u64,
    /// [`FutureVerdict::Violated`].
    pub violated: u64,
    /// [`FutureVerdict::NotObserved`].
    #[serde(rename = "not-observed")]
    pub not_observed: u64,
}

impl Futures {
    /// The count of `verdict`.
    #[must_use]
    pub const fn of(&self, verdict: FutureVerdict) -> u64 {
        match verdict {
            FutureVerdict::Kept => self.kept,
            FutureVerdict::CachedAllowed => self.cached_allowed,
            FutureVerdict::Violated => self.violated,
            FutureVerdict::NotObserved => self.not_observed,
        }
    }

    /// Counts one more of `verdict`.
    pub const fn add(&mut self, verdict: FutureVerdict) {
        let count = match verdict {
            FutureVerdict::Kept => &mut self.kept,
            FutureVerdict::CachedAllowed => &mut self.cached_allowed,
            FutureVerdict::Violated => &mut self.violated,
            FutureVerdict::NotObserved => &mut self.not_observed,
        };
        *count = count.saturating_add(1);
    }
}

/// How many findings have each level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Findings {
    /// [`Level::Error`].
    pub error: u64,
    /// [`Level::Warning`].
    pub warning: u64,
    /// [`Level::Note`].
    pub note: u64,
}

impl Findings {
    /// The count of `level`.
    #[must_use]
    pub const fn of(&self, level: Level) -> u64 {
        match level {
            Level::Error => self.error,
            Level::Warning => self.warning,
            Level::Note => self.note,
        }
    }

    /// Counts one more of `level`.
    pub const fn add(&mut self, level: Level) {
        let count = match level {
            Level::Error => &mut self.error,
            Level::Warning => &mut self.warning,
            Level::Note => &mut self.note,
        };
        *count = count.saturating_add(1);
    }
}

impl Summary {
    /// Counts `redirects`.
    #[must_use]
    pub fn of<R: Borrow<Redirect>>(redirects: impl IntoIterator<Item = R>) -> Self {
        let mut summary = Self::default();
        for redirect in redirects {
            let redirect = redirect.borrow();
            summary.redirects = summary.redirects.saturating_add(1);
            let by_status = summary.by_status.entry(redirect.status.to_string()).or_default();
            *by_status = by_status.saturating_add(1);
            summary.by_verdict.add(redirect.verdict);
            if let Some(future) = &redirect.future {
                summary.future.add(future.verdict);
            }
            for finding in &redirect.findings {
                summary.findings.add(finding.level);
            }
        }
        summary
    }
}
