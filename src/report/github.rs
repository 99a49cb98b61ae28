//! Takes a report, gives workflow commands: each finding becomes an annotation of a build on GitHub, a summary follows.
//!
//! Invariant: a command is one line; nothing from the wire can begin another one, for what separates commands and properties is spelled out.

use std::borrow::Cow;
use std::io;

use super::format::{Format, Presentation};
use super::frames::FrameNames;
use super::model::{Finding, Level, Redirect, Report, Verdict};
use super::wording::{counted, escape};

pub(super) const FORMAT: Format = Format {
    name: "github",
    summary: "workflow commands of GitHub: an annotation per finding",
    needs_messages: false,
    streams: |_| true,
    write,
};

fn write(report: &Report, presentation: &Presentation, out: &mut dyn io::Write) -> io::Result<()> {
    let names = FrameNames::of(&report.captures);
    for redirect in presentation.ordered(report).chain(report.companions.iter().map(Cow::Borrowed)) {
        // What the baseline knows is no news.
        for finding in redirect.findings.iter().filter(|finding| !finding.known) {
            annotation(report, &redirect, finding, &names, out)?;
        }
    }
    for capture in report.captures.iter().filter(|capture| !capture.complete) {
        let kinds: Vec<String> = capture.faults.iter().map(|fault| format!("{} x {}", fault.count, fault.kind)).collect();
        let file = property(&capture.path);
        writeln!(out, "::warning file={file},title=incomplete capture::{}", message(&kinds.join(", ")))?;
    }
    let verdicts = &report.summary.by_verdict;
    let told =
        Verdict::ALL.iter().filter(|verdict| verdicts.of(**verdict) > 0).map(|verdict| format!("{} {verdict}", verdicts.of(*verdict)));
    let told: Vec<String> = std::iter::once(counted(report.summary.redirects, "redirect")).chain(told).collect();
    writeln!(out, "::notice title={}::{}", property(&report.tool.name), message(&told.join(", ")))
}

fn annotation(report: &Report, redirect: &Redirect, finding: &Finding, names: &FrameNames, out: &mut dyn io::Write) -> io::Result<()> {
    let command = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let place = &finding.primary;
    let file = property(report.path_of(place.capture));
    let client = redirect
        .client
        .user_agent
        .as_ref()
        .map_or_else(|| redirect.client.address.clone(), |user_agent| format!("{} ({user_agent})", redirect.client.address));
    let text = format!(
        "{client}, {} to {}: {} [{}, {}]",
        redirect.status,
        redirect.method,
        finding.message,
        finding.clause,
        names.frame(place.capture, place.frame)
    );
    writeln!(out, "::{command} file={file},title={}::{}", property(&finding.rule), message(&text))
}

/// The text as the message of a command.
fn message(text: &str) -> String {
    escape(text).replace('%', "%25")
}

/// The text as the value of a property of a command.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    fn printed(report: &Report) -> String {
        example::printed(&FORMAT, report, &Presentation::default())
    }

    #[test]
    fn a_finding_is_an_annotation_of_its_level_with_rule_clause_and_frame() {
        let text = printed(&example::one_capture());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "::error file=office.pcap,title=redirect-not-followed::10.77.0.3 (pjsua v2.15.1), 302 to INVITE: no request went to \
             sip:carol@10.77.0.20, the only Contact of the 302, while the client was seen for another 6.9 s [RFC 3261 21.3.3, frame 31]"
        );
        assert!(lines[1].starts_with("::notice file=office.pcap,title=contact-without-sip-target::"));
        assert_eq!(lines[2], "::notice title=sip3xx::3 redirects, 1 incorrect, 1 not-applicable, 1 correct");
    }

    #[test]
    fn nothing_from_the_wire_begins_a_command_or_a_property() {
        let mut report = example::hostile();
        report.captures[0].path = "a,title=b::c%0A.pcap\n::stop-commands::x".to_owned();
        let text = printed(&report);
        for line in text.lines() {
            assert!(["::error ", "::warning ", "::notice "].iter().any(|command| line.starts_with(command)), "{line}");
        }
        assert!(text.contains("file=a%2Ctitle=b%3A%3Ac%250A.pcap\\u{a}%3A%3Astop-commands"));
    }

    #[test]
    fn an_incomplete_capture_is_a_warning() {
        assert!(printed(&example::damaged()).contains("::warning file=office.pcap,title=incomplete capture::1 x cut-file\n"));
    }
}
