//! Takes a report, gives it as JUnit XML: a testsuite per capture, a testcase per redirect and companion.
//!
//! Invariants: a testcase is a failure where the redirect is `incorrect`, unless the baseline knows all its errors, and skipped where it is
//! `inconclusive` or `not-applicable`. Its name is the same in every run: it holds no frame, time or port.

mod suite;
#[cfg(test)]
mod tests;

use std::io;

pub(super) use suite::{Case, Suite, Went, write};

use super::format::{Format, Presentation};
use super::frames::FrameNames;
use super::model::{Capture, Level, Redirect, Report, Verdict};

pub(super) const FORMAT: Format = Format {
    name: "junit",
    summary: "JUnit XML: a testsuite per capture, a testcase per redirect",
    needs_messages: false,
    // A walk over all redirects for each capture is no price for memory where there are many of both.
    streams: |report| report.captures.len() == 1,
    write: write_report,
};

fn write_report(report: &Report, _: &Presentation, out: &mut dyn io::Write) -> io::Result<()> {
    let names = FrameNames::of(&report.captures);
    let suites: Vec<Suite<'_>> = report.captures.iter().zip(0..).map(|(capture, index)| suite(report, capture, index, &names)).collect();
    write(&report.tool.name, &suites, out)
}

fn suite<'a>(report: &'a Report, capture: &Capture, index: u32, names: &'a FrameNames) -> Suite<'a> {
    let redirects = move || report.told().filter(move |redirect| redirect.response.seen.capture == index);
    Suite {
        name: capture.path.clone(),
        timestamp: capture.first_time.as_deref().and_then(|time| time.split('.').next()).map(str::to_owned),
        cases: Box::new(move || Box::new(redirects().map(|redirect| case(&redirect, names)))),
        remarks: capture.faults.iter().map(|fault| format!("{} x {}: {}", fault.count, fault.kind, fault.detail)).collect(),
    }
}

fn case(redirect: &Redirect, names: &FrameNames) -> Case {
    Case {
        name: name(redirect),
        milliseconds: redirect.followed_by().map_or(0.0, |attempt| attempt.delay_ms.max(0.0)),
        went: went(redirect),
        lines: lines(redirect, names),
    }
}

/// The name of the case of a redirect.
pub(super) fn name(redirect: &Redirect) -> String {
    let asked = redirect.request.as_ref().map_or("a request that was not captured", |request| request.uri.as_str());
    format!("{} to {} {asked} from {}", redirect.status, redirect.method, redirect.client.address)
}

fn went(redirect: &Redirect) -> Went {
    let reason = &redirect.reason;
    let mut errors = redirect.findings.iter().filter(|finding| finding.level == Level::Error);
    match redirect.verdict {
        Verdict::Incorrect => match errors.find(|finding| !finding.known) {
            Some(error) => Went::Failed { kind: error.rule.clone(), message: reason.clone() },
            None => Went::Skipped { message: format!("known: {reason}") },
        },
        Verdict::Inconclusive | Verdict::NotApplicable => Went::Skipped { message: format!("{}: {reason}", redirect.verdict) },
        Verdict::Correct => Went::Well,
    }
}

/// The 3xx and the findings, a line each; none where all is well.
fn lines(redirect: &Redirect, names: &FrameNames) -> Vec<String> {
    if redirect.verdict != Verdict::Incorrect && redirect.findings.is_empty() {
        return Vec::new();
    }
    let seen = &redirect.response.seen;
    let head = format!("{} {}, {}", redirect.status, redirect.reason_phrase, names.frame(seen.capture, seen.frame));
    let user_agent = redirect.client.user_agent.as_ref().map(|user_agent| format!("client: {user_agent}"));
    let findings = redirect.findings.iter().map(|finding| names.finding(finding));
    std::iter::once(head).chain(user_agent).chain(findings).collect()
}
