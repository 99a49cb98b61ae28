//! Takes a report, gives it as JUnit XML: a testsuite per capture, a testcase per redirect and companion.
//!
//! Invariants: elements and attributes are those that the schema of Jenkins (`junit-10.xsd`) knows. A testcase is a failure where the redirect is
//! `incorrect`, and skipped where it is `inconclusive` or `not-applicable`. Its name is the same in every run: it holds no frame, time or port.

use std::collections::HashMap;
use std::io;

use super::format::{Format, Presentation};
use super::frames::FrameNames;
use super::model::{Capture, Finding, Level, Redirect, Report, Verdict};
use super::xml_escape::xml;

pub(super) const FORMAT: Format = Format { name: "junit", summary: "JUnit XML: a testsuite per capture, a testcase per redirect", write };

fn write(report: &Report, _: &Presentation, out: &mut dyn io::Write) -> io::Result<()> {
    let names = FrameNames::of(&report.captures);
    let suites: Vec<Vec<&Redirect>> = (0..).zip(&report.captures).map(|(index, _)| told_of(report, index)).collect();
    let all = Counts::of(suites.iter().flatten().copied());
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" time=\"{}\">",
        xml(&report.tool.name),
        all.tests,
        all.failures,
        seconds(all.milliseconds)
    )?;
    for (capture, redirects) in report.captures.iter().zip(&suites) {
        suite(capture, redirects, &names, out)?;
    }
    writeln!(out, "</testsuites>")
}

/// The redirects and companions of the capture with that index.
fn told_of(report: &Report, capture: u32) -> Vec<&Redirect> {
    report.redirects.iter().chain(&report.companions).filter(|redirect| redirect.response.seen.capture == capture).collect()
}

/// The numbers of a suite.
struct Counts {
    tests: usize,
    failures: usize,
    skipped: usize,
    milliseconds: f64,
}

impl Counts {
    fn of<'a>(redirects: impl Iterator<Item = &'a Redirect>) -> Self {
        let mut counts = Self { tests: 0, failures: 0, skipped: 0, milliseconds: 0.0 };
        for redirect in redirects {
            counts.tests += 1;
            match redirect.verdict {
                Verdict::Incorrect => counts.failures += 1,
                Verdict::Inconclusive | Verdict::NotApplicable => counts.skipped += 1,
                Verdict::Correct => {}
            }
            counts.milliseconds += taken(redirect);
        }
        counts
    }
}

/// How long the client took to follow, in milliseconds; none where it did not.
fn taken(redirect: &Redirect) -> f64 {
    redirect.followed_by().map_or(0.0, |attempt| attempt.delay_ms.max(0.0))
}

fn seconds(milliseconds: f64) -> String {
    format!("{:.3}", milliseconds / 1e3)
}

fn suite(capture: &Capture, redirects: &[&Redirect], names: &FrameNames, out: &mut dyn io::Write) -> io::Result<()> {
    let counts = Counts::of(redirects.iter().copied());
    write!(
        out,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{}\"",
        xml(&capture.path),
        counts.tests,
        counts.failures,
        counts.skipped,
        seconds(counts.milliseconds)
    )?;
    if let Some(time) = capture.first_time.as_deref().and_then(|time| time.split('.').next()) {
        write!(out, " timestamp=\"{}\"", xml(time))?;
    }
    writeln!(out, ">")?;
    let mut given = HashMap::new();
    for redirect in redirects {
        testcase(capture, redirect, &mut given, names, out)?;
    }
    if !capture.faults.is_empty() {
        let faults = capture.faults.iter().map(|fault| xml(&format!("{} x {}: {}", fault.count, fault.kind, fault.detail)));
        writeln!(out, "    <system-err>{}</system-err>", faults.collect::<Vec<_>>().join("\n"))?;
    }
    writeln!(out, "  </testsuite>")
}

fn testcase(
    capture: &Capture,
    redirect: &Redirect,
    given: &mut HashMap<String, u64>,
    names: &FrameNames,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let asked = redirect.request.as_ref().map_or("a request that was not captured", |request| request.uri.as_str());
    let name = format!("{} to {} {asked} from {}", redirect.status, redirect.method, redirect.client.address);
    let count = given.entry(name.clone()).or_insert(0_u64);
    *count += 1;
    let name = if *count > 1 { format!("{name} ({count})") } else { name };
    write!(out, "    <testcase classname=\"{}\" name=\"{}\" time=\"{}\">", xml(&capture.path), xml(&name), seconds(taken(redirect)))?;
    let reason = xml(&redirect.reason);
    match redirect.verdict {
        Verdict::Incorrect => {
            let rule =
                redirect.findings.iter().find(|finding| finding.level == Level::Error).map_or("incorrect", |finding| finding.rule.as_str());
            write!(out, "\n      <failure type=\"{}\" message=\"{reason}\">{}</failure>", xml(rule), told(redirect, names))?;
        }
        Verdict::Inconclusive | Verdict::NotApplicable => {
            write!(out, "\n      <skipped message=\"{}: {reason}\"/>", redirect.verdict)?;
        }
        Verdict::Correct => {}
    }
    if redirect.verdict != Verdict::Incorrect && !redirect.findings.is_empty() {
        write!(out, "\n      <system-out>{}</system-out>", told(redirect, names))?;
    }
    let has_body = redirect.verdict != Verdict::Correct || !redirect.findings.is_empty();
    writeln!(out, "{}</testcase>", if has_body { "\n    " } else { "" })
}

/// The 3xx and the findings, a line each.
fn told(redirect: &Redirect, names: &FrameNames) -> String {
    let seen = &redirect.response.seen;
    let head = format!("{} {}, {}", redirect.status, redirect.reason_phrase, names.frame(seen.capture, seen.frame));
    let user_agent = redirect.client.user_agent.as_ref().map(|user_agent| format!("client: {user_agent}"));
    let findings = redirect.findings.iter().map(|finding| finding_told(finding, names));
    std::iter::once(head).chain(user_agent).chain(findings).map(|line| xml(&line)).collect::<Vec<_>>().join("\n")
}

fn finding_told(finding: &Finding, names: &FrameNames) -> String {
    let at = names.frame(finding.primary.capture, finding.primary.frame);
    format!("{} {} ({}, {at}): {}", finding.level, finding.rule, finding.clause, finding.message)
}

#[cfg(test)]
#[path = "junit_tests.rs"]
mod tests;
