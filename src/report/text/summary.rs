//! Takes a report, gives its summary: verdicts, statuses, futures, findings by rule and by client, and how whole each capture is.

use std::io;

use super::super::completeness::meaning;
use super::super::frames::FrameNames;
use super::super::model::{Capture, Fault, FutureVerdict, Level, Report, Verdict, Verdicts};
use super::super::phrases::{clock, why_nothing};
use super::super::tallies::{self, ClientName, ClientTally, RuleTally};
use super::super::wording::{counted, grouped};
use super::page::{LABELS, Line, Page};
use super::tint;

/// How many clients are told one by one, the worst first, before the rest is only counted.
const TOLD_CLIENTS: usize = 20;

pub(super) fn write(report: &Report, names: &FrameNames, page: &mut Page<'_>) -> io::Result<()> {
    page.line(0, LABELS, &Line::new().tinted(tint::TITLE, "Summary"))?;
    if report.summary.redirects > 0 {
        counts(report, page)?;
    } else {
        page.line(LABELS, LABELS, &Line::new().text(why_nothing(report)))?;
    }
    orphans(report, page)?;
    let (broken, told) = tallies::rules_and_clients(report.all());
    rules(broken, page)?;
    clients(&told, page)?;
    captures(report, names, page)
}

/// The items that are not zero, joined by commas.
fn enumerated(items: impl Iterator<Item = (u64, String)>) -> String {
    let told: Vec<String> = items.filter(|(count, _)| *count > 0).map(|(count, name)| format!("{} {name}", grouped(count))).collect();
    if told.is_empty() { "none".to_owned() } else { told.join(", ") }
}

fn counts(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let summary = &report.summary;
    page.row("verdict", &Line::new().text(&verdicts(&summary.by_verdict)))?;
    let statuses = enumerated(summary.by_status.iter().map(|(status, count)| (*count, format!("x {status}"))));
    page.row("status", &Line::new().text(&statuses))?;
    let futures = enumerated(FutureVerdict::ALL.iter().map(|verdict| (summary.future.of(*verdict), verdict.to_string())));
    if futures != "none" {
        page.row("future", &Line::new().text(&futures))?;
    }
    let levels = Level::ALL.iter().rev().map(|level| counted(summary.findings.of(*level), level.name()));
    page.row("findings", &Line::new().text(&levels.collect::<Vec<_>>().join(", ")))
}

fn verdicts(verdicts: &Verdicts) -> String {
    enumerated(Verdict::ALL.iter().map(|verdict| (verdicts.of(*verdict), verdict.to_string())))
}

fn orphans(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let orphans = &report.orphans;
    let items = [(orphans.responses, "3xx without the request"), (orphans.acks, "ACK without the response")];
    let told = enumerated(items.iter().map(|(count, name)| (*count, (*name).to_owned())));
    if told == "none" { Ok(()) } else { page.row("orphans", &Line::new().text(&told)) }
}

/// Findings by rule: the worst level first, then the most frequent, then by name.
fn rules(rules: Vec<RuleTally>, page: &mut Page<'_>) -> io::Result<()> {
    if rules.is_empty() {
        return Ok(());
    }
    let widest = rules.iter().map(|tally| tally.rule.len()).max().unwrap_or(0).min(40);
    heading("Findings by rule", page)?;
    for RuleTally { rule, level, party, clause, count } in rules {
        let line = Line::new().whole(&format!("{:>5}", grouped(count))).gap();
        let line = line.tinted(tint::level(level), &format!("{level:7}")).text("  ").tinted(tint::RULE, &rule);
        // The columns behind a level and a rule begin at one place each.
        let fill = " ".repeat(widest.saturating_sub(rule.len()) + 2);
        page.line(LABELS, LABELS + 8, &line.text(&fill).text(&format!("{party}, ")).whole(&clause))?;
    }
    Ok(())
}

/// Redirects and findings by client, the worst first; only findings of which the client is the party.
fn clients(clients: &[(ClientName, ClientTally)], page: &mut Page<'_>) -> io::Result<()> {
    if clients.is_empty() {
        return Ok(());
    }
    heading("Clients", page)?;
    for (ClientName { address, user_agent }, tally) in clients.iter().take(TOLD_CLIENTS) {
        let mut line = Line::new().text(address);
        if !user_agent.is_empty() {
            line = line.gap().text(user_agent);
        }
        line = line.text(": ").text(&counted(tally.redirects, "redirect")).text(", ").text(&verdicts(&tally.verdicts));
        let mut separator = "; ";
        for (rule, (_, count)) in &tally.rules {
            line = line.text(separator).tinted(tint::RULE, rule).text(&format!(" x {count}"));
            separator = ", ";
        }
        page.line(LABELS, LABELS + 4, &line)?;
    }
    match clients.len().saturating_sub(TOLD_CLIENTS) {
        0 => Ok(()),
        more => page.line(LABELS, LABELS, &Line::new().text(&format!("and {}", counted(more as u64, "more client")))),
    }
}

fn captures(report: &Report, names: &FrameNames, page: &mut Page<'_>) -> io::Result<()> {
    if report.captures.is_empty() {
        return Ok(());
    }
    heading("Captures", page)?;
    for (index, capture) in (0..).zip(&report.captures) {
        self::capture(capture, page)?;
        for fault in &capture.faults {
            self::fault(index, fault, names, page)?;
        }
    }
    report.hints.iter().try_for_each(|hint| page.line(LABELS, LABELS + 4, &Line::new().text("hint: ").text(hint)))
}

fn capture(capture: &Capture, page: &mut Page<'_>) -> io::Result<()> {
    let mut line = Line::new().text(&capture.path).text(": ").text(&capture.format).text(", ");
    line = line.whole(&counted(capture.frames, "frame")).text(", ").whole(&counted(capture.sip_messages, "SIP message"));
    if capture.copies > 0 {
        line = line.text(&format!(" ({} of them copies of others)", grouped(capture.copies)));
    }
    if let (Some(first), Some(last)) = (&capture.first_time, &capture.last_time) {
        line = line.text(", ").text(first).text(" to ").text(last);
    }
    page.line(LABELS, LABELS + 4, &line.text(if capture.complete { ", complete" } else { ", INCOMPLETE" }))?;
    match clock(capture) {
        Some(told) => page.line(LABELS + 4, LABELS + 8, &Line::new().text(&told)),
        None => Ok(()),
    }
}

fn fault(capture: u32, fault: &Fault, names: &FrameNames, page: &mut Page<'_>) -> io::Result<()> {
    let mut line = Line::new().text(&fault.kind).text(&format!(" x {}", grouped(fault.count)));
    if let Some(frame) = fault.first_frame {
        line = line.text(", first in ").whole(&names.frame(capture, frame));
    }
    if !fault.detail.is_empty() {
        line = line.text(" (").text(&fault.detail).text(")");
    }
    page.line(LABELS + 4, LABELS + 8, &line)?;
    let Some(meaning) = meaning(fault) else {
        return Ok(());
    };
    page.line(LABELS + 8, LABELS + 8, &Line::new().text(&meaning.what))?;
    page.line(LABELS + 8, LABELS + 8, &Line::new().text("advice: ").text(&meaning.advice))
}

fn heading(words: &str, page: &mut Page<'_>) -> io::Result<()> {
    page.blank()?;
    page.line(0, LABELS, &Line::new().tinted(tint::TITLE, words))
}
