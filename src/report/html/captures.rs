//! Takes the captures and options of a report, gives what was read, how whole it is, and how it was judged.

use std::io;

use super::super::completeness::meaning;
use super::super::frames::FrameNames;
use super::super::model::{Capture, Fault, Report};
use super::super::phrases::clock;
use super::super::wording::{counted, grouped};
use super::head::to_the_second;
use super::markup::html;

/// How many whole captures are shown at once; more are folded away.
const SHOWN: usize = 10;

/// Writes the sections: what is damaged first.
pub(super) fn write(report: &Report, names: &FrameNames, out: &mut dyn io::Write) -> io::Result<()> {
    html!(out, "<section id=\"captures\">\n<h2>Captures</h2>\n")?;
    let (whole, damaged): (Vec<_>, Vec<_>) =
        (0..).zip(&report.captures).partition(|(_, capture)| capture.faults.is_empty() && capture.complete);
    if !damaged.is_empty() {
        table(&damaged, names, out)?;
    }
    if whole.len() > SHOWN {
        html!(out, "<details>\n<summary>{}</summary>\n", counted(whole.len() as u64, "complete capture"))?;
        table(&whole, names, out)?;
        html!(out, "</details>\n")?;
    } else if !whole.is_empty() {
        table(&whole, names, out)?;
    }
    orphans(report, out)?;
    html!(out, "</section>\n")?;
    options(report, out)
}

fn table(captures: &[(u32, &Capture)], names: &FrameNames, out: &mut dyn io::Write) -> io::Result<()> {
    html!(out, "<table class=\"captures\">\n<thead><tr><th scope=\"col\">Capture</th><th scope=\"col\">Format</th>")?;
    html!(out, "<th scope=\"col\" class=\"number\">Frames</th><th scope=\"col\" class=\"number\">SIP messages</th>")?;
    html!(out, "<th scope=\"col\">From</th><th scope=\"col\">To</th><th scope=\"col\">Completeness</th></tr></thead>\n<tbody>\n")?;
    captures.iter().try_for_each(|(index, capture)| row(*index, capture, names, out))?;
    html!(out, "</tbody>\n</table>\n")
}

fn row(index: u32, capture: &Capture, names: &FrameNames, out: &mut dyn io::Write) -> io::Result<()> {
    html!(out, "<tr><th scope=\"row\"><code>{}</code></th>", capture.path)?;
    html!(out, "<td>{} <code>{}</code></td>", capture.format, capture.link_types.join(", "))?;
    html!(out, "<td class=\"number\">{}</td><td class=\"number\">{}", grouped(capture.frames), grouped(capture.sip_messages))?;
    if capture.copies > 0 {
        html!(out, " ({} copies)", grouped(capture.copies))?;
    }
    let time = |time: &Option<String>| time.as_deref().map_or_else(String::new, |time| to_the_second(time).replace('T', " "));
    html!(out, "</td><td>{}</td><td>{}</td>", time(&capture.first_time), time(&capture.last_time))?;
    html!(out, "<td>{}", if capture.complete { "complete" } else { "incomplete" })?;
    capture.faults.iter().try_for_each(|fault| self::fault(index, fault, names, out))?;
    clock(capture).map_or(Ok(()), |told| html!(out, "<p>{}</p>", told))?;
    html!(out, "</td></tr>\n")
}

fn fault(capture: u32, fault: &Fault, names: &FrameNames, out: &mut dyn io::Write) -> io::Result<()> {
    html!(out, "<p><b>{}</b> x {}", fault.kind, grouped(fault.count))?;
    if let Some(frame) = fault.first_frame {
        html!(out, ", first in {}", names.at(capture).frame(capture, frame))?;
    }
    if !fault.detail.is_empty() {
        html!(out, " ({})", fault.detail)?;
    }
    match meaning(&fault.kind) {
        Some(meaning) => html!(out, ": {}. <i>Advice: {}.</i></p>", meaning.what, meaning.advice),
        None => html!(out, "</p>"),
    }
}

fn orphans(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    for (count, what) in [(report.orphans.responses, "3xx without the request"), (report.orphans.acks, "ACK without the response")] {
        if count > 0 {
            html!(out, "<p>Not in the captures: {} x {}.</p>\n", grouped(count), what)?;
        }
    }
    Ok(())
}

/// Writes the options in force: those of the judgement, and those that were set.
fn options(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let options = &report.options;
    let levels: Vec<String> = options.rule_levels.iter().map(|(rule, level)| format!("{rule} = {level}")).collect();
    let text = |option: &Option<String>| option.clone().unwrap_or_default();
    html!(out, "<section id=\"options\">\n<h2>How it was judged</h2>\n<dl>\n")?;
    for (name, value) in [
        ("profile", options.profile.clone()),
        ("retry window", format!("{} s", options.retry_window_s)),
        ("patience", format!("{} s", options.patience_s)),
        ("captures", if options.separate { "each by itself" } else { "merged by time" }.to_owned()),
        ("only rules", options.only_rules.join(", ")),
        ("ignored rules", options.ignored_rules.join(", ")),
        ("levels of rules", levels.join(", ")),
        ("configuration", text(&options.config)),
        ("baseline", text(&options.baseline)),
        ("display filter", text(&options.display_filter)),
    ] {
        if !value.is_empty() {
            html!(out, "<dt>{}</dt><dd><code>{}</code></dd>\n", name, value)?;
        }
    }
    html!(out, "</dl>\n</section>\n")
}
