//! Takes a report, gives it as Markdown for a pull request: the counts, a table of the redirects, and what is behind those that are not correct.
//!
//! Invariant: all text from the wire stands in code, so that it makes no link, no mention, no image, no heading and no HTML.

use std::borrow::Cow;
use std::io;

use super::format::{Format, Presentation, Sort};
use super::frames::FrameNames;
use super::model::{FutureVerdict, Redirect, Report, Verdict};
use super::wording::{counted, escape};

pub(super) const FORMAT: Format = Format {
    name: "markdown",
    summary: "tables for a pull request or a wiki, the worst first",
    needs_messages: false,
    streams: |_| true,
    write,
};

/// How many redirects the table shows, the worst first; a comment of a pull request holds 65,536 characters.
const SHOWN: usize = 100;
/// How many redirects are told in full.
const TOLD: usize = 25;
/// How many characters of one value are shown.
const LONGEST: usize = 200;

fn write(report: &Report, presentation: &Presentation, out: &mut dyn io::Write) -> io::Result<()> {
    let names = FrameNames::of(&report.captures);
    head(report, out)?;
    let worst_first = Presentation { sort: Sort::Verdict, ..*presentation };
    let (mut there, mut worth, mut told) = (0, 0, Vec::new());
    for redirect in worst_first.ordered(report).chain(report.companions.iter().map(Cow::Borrowed)) {
        if there == 0 {
            writeln!(out, "\n| verdict | status | client | asked | tried | future | rules | frame |\n|---|---|---|---|---|---|---|---|")?;
        }
        if there < SHOWN {
            row(&redirect, &names, out)?;
        }
        there += 1;
        if !redirect.findings.is_empty() {
            worth += 1;
            if worth <= TOLD {
                told.push(redirect);
            }
        }
    }
    left_out(there, SHOWN, out)?;
    told.iter().try_for_each(|redirect| details(redirect, &names, out))?;
    left_out(worth, TOLD, out)?;
    incomplete(report, out)
}

fn head(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let summary = &report.summary;
    writeln!(out, "### SIP redirects: {} of {} incorrect\n", summary.by_verdict.incorrect, summary.redirects)?;
    let verdicts = Verdict::ALL.iter().map(|verdict| (summary.by_verdict.of(*verdict), verdict.name()));
    let futures = FutureVerdict::ALL.iter().map(|verdict| (summary.future.of(*verdict), verdict.name()));
    let list = |items: Vec<(u64, &str)>| {
        let told: Vec<String> = items.iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}")).collect();
        if told.is_empty() { "none".to_owned() } else { told.join(", ") }
    };
    let captures = counted(report.captures.len() as u64, "capture");
    writeln!(out, "{captures}. Verdicts: {}. Future: {}.", list(verdicts.collect()), list(futures.collect()))
}

fn row(redirect: &Redirect, names: &FrameNames, out: &mut dyn io::Write) -> io::Result<()> {
    let client = redirect.client.user_agent.as_ref().map_or_else(String::new, |user_agent| format!(" {}", cell(user_agent)));
    let asked = redirect.request.as_ref().map_or_else(String::new, |request| cell(&request.uri));
    let tried = redirect.retry();
    let rules: Vec<String> = redirect.findings.iter().map(|finding| cell(&finding.rule)).collect();
    writeln!(
        out,
        "| {} | {} {} | {}{client} | {asked} | {} | {} | {} | {} |",
        verdict(redirect.verdict),
        redirect.status,
        cell(&redirect.method),
        cell(&redirect.client.address),
        tried.map_or_else(|| "nothing".to_owned(), |attempt| cell(&attempt.uri)),
        redirect.future.as_ref().map_or("", |future| future.verdict.name()),
        rules.join(" "),
        frame(redirect, names),
    )
}

/// The verdict, with a sign that is found while scrolling.
const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Incorrect => "❌ **incorrect**",
        Verdict::Inconclusive => "❔ inconclusive",
        Verdict::NotApplicable => "➖ not-applicable",
        Verdict::Correct => "✅ correct",
    }
}

fn frame(redirect: &Redirect, names: &FrameNames) -> String {
    let seen = &redirect.response.seen;
    cell(&names.frame(seen.capture, seen.frame))
}

fn details(redirect: &Redirect, names: &FrameNames, out: &mut dyn io::Write) -> io::Result<()> {
    let seen = &redirect.response.seen;
    // A capture may be named by anyone; what stands outside of code says numbers alone.
    writeln!(out, "\n<details><summary>{} in frame {}: {}</summary>\n", redirect.status, seen.frame, redirect.verdict)?;
    let mut lines = vec![
        format!("{} {} to {}, {}", redirect.status, redirect.reason_phrase, redirect.method, names.frame(seen.capture, seen.frame)),
        redirect.reason.clone(),
    ];
    for finding in &redirect.findings {
        let known = if finding.known { "known " } else { "" };
        lines.push(format!("{known}{}", names.finding(finding)));
    }
    let lines: Vec<_> = lines.iter().map(|line| escape(line)).collect();
    let fence = "`".repeat(longest_run(&lines.join("\n")).max(2) + 1);
    writeln!(out, "{fence}text\n{}\n{fence}\n\n</details>", lines.join("\n"))
}

fn left_out(there: usize, shown: usize, out: &mut dyn io::Write) -> io::Result<()> {
    match there.saturating_sub(shown) {
        0 => Ok(()),
        more => writeln!(out, "\nAnd {} more.", counted(more as u64, "redirect")),
    }
}

fn incomplete(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let damaged: Vec<_> = report.captures.iter().filter(|capture| !capture.faults.is_empty()).collect();
    if damaged.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n| capture | fault | count | first frame |\n|---|---|---|---|")?;
    for capture in damaged {
        for fault in &capture.faults {
            let first = fault.first_frame.map_or_else(String::new, |frame| frame.to_string());
            writeln!(out, "| {} | {} | {} | {first} |", cell(&capture.path), cell(&fault.kind), fault.count)?;
        }
    }
    Ok(())
}

/// The text as code in a cell of a table; a long one is cut.
fn cell(text: &str) -> String {
    let whole = escape(text);
    let mut shown: String = whole.chars().take(LONGEST).collect();
    if shown.len() < whole.len() {
        shown.push('…');
    }
    if shown.is_empty() {
        return String::new();
    }
    // In a table a bar ends a cell even within code, unless a backslash stands before it.
    let shown = shown.replace('|', "\\|");
    let fence = "`".repeat(longest_run(&shown) + 1);
    let pad = if shown.starts_with('`') || shown.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{shown}{pad}{fence}")
}

/// The length of the longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    fn printed(report: &Report) -> String {
        example::printed(&FORMAT, report, &Presentation::default())
    }

    #[test]
    fn the_worst_come_first_with_what_is_held_against_them() {
        let text = printed(&example::one_capture());
        assert!(
            text.starts_with(
                "### SIP redirects: 1 of 3 incorrect\n\n1 capture. Verdicts: 1 incorrect, 1 not-applicable, 1 correct. Future: "
            )
        );
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| verdict")).collect();
        assert_eq!(
            rows[0],
            "| ❌ **incorrect** | 302 `INVITE` | `10.77.0.3` `pjsua v2.15.1` | `sip:carol@example.com` | nothing | not-observed \
             | `redirect-not-followed` `contact-without-sip-target` | `frame 31` |"
        );
        assert!(text.contains("error redirect-not-followed (RFC 3261 21.3.3, frame 31): no request went to"));
    }

    #[test]
    fn a_cell_keeps_what_it_holds_within_code() {
        for (raw, wanted) in [
            ("", ""),
            ("a|b", "`a\\|b`"),
            ("a`b", "``a`b``"),
            ("`", "`` ` ``"),
            ("<img src=x>", "`<img src=x>`"),
            ("[a](javascript:b)", "`[a](javascript:b)`"),
            ("a\nb", "`a\\u{a}b`"),
        ] {
            assert_eq!(cell(raw), wanted);
        }
        assert!(cell(&"x".repeat(1_000)).chars().count() < LONGEST + 5);
    }

    #[test]
    fn hostile_text_stays_in_code() {
        let mut report = example::hostile();
        let evil = "```\n</details><script>alert(1)</script> @everyone |";
        report.redirects[0].reason = evil.to_owned();
        report.redirects[0].call_id = evil.to_owned();
        report.redirects[0].method = evil.to_owned();
        let text = printed(&report);
        let fence = text.lines().find(|line| line.starts_with("````")).unwrap();
        assert_eq!(fence, "````text");
        // Once to open the block, once to close it; no line within is a fence of that length.
        assert_eq!(text.lines().filter(|line| line.starts_with(fence.trim_end_matches("text"))).count(), 2);
        assert!(
            text.lines().filter(|line| line.starts_with("| ❌")).all(|row| row.contains("` ```\\u{a}</details>") || row.contains("````"))
        );
    }

    #[test]
    fn damage_is_told_in_a_table() {
        assert!(printed(&example::damaged()).contains("| `office.pcap` | `cut-file` | 1 | 1235 |"));
    }
}
