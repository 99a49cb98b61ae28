//! Takes a report, gives the beginning of the page, which says in one sentence what was found and how far to trust it, and its end.

use std::io;

use super::super::frames::captures_in_words;
use super::super::model::{Report, Summary};
use super::super::phrases::why_nothing;
use super::super::wording::{counted, grouped};
use super::markup::html;
use super::policy::{SCRIPT, SCRIPT_HASH, STYLE, STYLE_HASH};

/// Writes all that stands before the first section.
pub(super) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let captures = captures_in_words(&report.captures);
    html!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src &apos;none&apos;; style-src &apos;sha256-{}&apos;; \
         script-src &apos;sha256-{}&apos;; base-uri &apos;none&apos;; form-action &apos;none&apos;; require-trusted-types-for &apos;script&apos;; \
         trusted-types page\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<meta name=\"color-scheme\" content=\"light dark\"/>\n\
         <meta name=\"referrer\" content=\"no-referrer\"/>\n<meta name=\"generator\" content=\"{} {}\"/>\n<title>{}: {}</title>\n",
        STYLE_HASH,
        SCRIPT_HASH,
        report.tool.name,
        report.tool.version,
        headline(report),
        captures,
    )?;
    // Ours, from a file beside this one: the only markup that is no literal.
    write!(out, "<style>{STYLE}</style>\n</head>\n<body>\n")?;
    html!(out, "<header>\n<p class=\"kind\">SIP redirect audit</p>\n<h1>{}</h1>\n<p><code>{}</code>", headline(report), captures)?;
    if let Some((first, last)) = period(report) {
        html!(out, ", {} to {}", first, last)?;
    }
    html!(out, "</p>\n")?;
    completeness(report, out)?;
    if report.summary.redirects == 0 {
        html!(out, "<p>{}</p>\n", why_nothing(report))?;
    }
    html!(out, "</header>\n")
}

/// What was found, in one sentence.
fn headline(report: &Report) -> String {
    let Summary { redirects, by_verdict, .. } = &report.summary;
    match (redirects, by_verdict.incorrect) {
        (0, _) => "No redirects".to_owned(),
        (_, 0) => format!("{}, none incorrect", counted(*redirects, "redirect")),
        (_, incorrect) => format!("{}, {} incorrect", counted(*redirects, "redirect"), grouped(incorrect)),
    }
}

/// When the only capture begins and ends; several may have nothing to do with each other.
fn period(report: &Report) -> Option<(&str, &str)> {
    let [capture] = report.captures.as_slice() else {
        return None;
    };
    Some((to_the_second(capture.first_time.as_deref()?), to_the_second(capture.last_time.as_deref()?)))
}

/// A time as the report has it, without what follows the second.
pub(super) fn to_the_second(time: &str) -> &str {
    time.split('.').next().unwrap_or(time)
}

/// Whether the captures are whole, where to read what they lack, and what else speaks against them.
fn completeness(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let all = report.captures.len();
    let incomplete = report.captures.iter().filter(|capture| !capture.complete).count();
    match (all, incomplete) {
        (0, _) => {}
        (1, 0) => html!(out, "<p class=\"whole\">The capture is complete.</p>\n")?,
        (_, 0) => html!(out, "<p class=\"whole\">All captures are complete.</p>\n")?,
        (1, _) => html!(out, "<p class=\"damaged\">The capture is <a href=\"#captures\">incomplete</a>.</p>\n")?,
        _ => html!(out, "<p class=\"damaged\"><a href=\"#captures\">{} of {} captures are incomplete</a>.</p>\n", incomplete, all)?,
    }
    report.hints.iter().try_for_each(|hint| html!(out, "<p class=\"damaged\">{}</p>\n", hint))
}

/// Writes all that stands after the last section.
pub(super) fn foot(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    html!(
        out,
        "<footer>\n<p>Written by {} {}. Frame numbers are Wireshark&apos;s, times are UTC.</p>\n</footer>\n",
        report.tool.name,
        report.tool.version
    )?;
    writeln!(out, "<script>{SCRIPT}</script>\n</body>\n</html>")
}
