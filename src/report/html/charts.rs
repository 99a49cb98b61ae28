//! Takes a report, gives its counts as small charts: by verdict, by status, by future, and over time.
//!
//! Each row of a chart is a link to the redirects that it counts. A bar is inline SVG whose colours come from classes, as the policy asks.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io;

use super::super::model::{Redirect, Report, Verdict, Verdicts, rfc3339};
use super::super::wording::grouped;
use super::head::to_the_second;
use super::markup::{html, view};

/// The columns of the chart over time.
const COLUMNS: i64 = 48;

/// Writes the section.
pub(super) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let redirects = &report.redirects;
    if redirects.is_empty() {
        return Ok(());
    }
    html!(out, "<section class=\"charts\" aria-label=\"Summary\">\n")?;
    chart("Verdict", "verdict", redirects, |redirect| Some(redirect.verdict), out)?;
    chart("Status", "status", redirects, |redirect| Some(redirect.status), out)?;
    chart("Later requests", "future", redirects, |redirect| Some(redirect.future.as_ref()?.verdict), out)?;
    over_time(redirects, out)?;
    html!(out, "</section>\n")
}

/// A row for each value of `key`, with a link to its redirects and a bar of their verdicts.
fn chart<K: Ord + Display>(
    caption: &str,
    filter: &str,
    redirects: &[Redirect],
    key: impl Fn(&Redirect) -> Option<K>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut counts: BTreeMap<K, Verdicts> = BTreeMap::new();
    for redirect in redirects {
        if let Some(key) = key(redirect) {
            counts.entry(key).or_default().add(redirect.verdict);
        }
    }
    if counts.is_empty() {
        return Ok(());
    }
    let most = counts.values().map(Verdicts::total).max().unwrap_or(0);
    html!(out, "<table class=\"chart\">\n<caption>{}</caption>\n", caption)?;
    for (value, verdicts) in &counts {
        let value = value.to_string();
        html!(out, "<tr><th scope=\"row\"><a href=\"{}\">{}</a></th>", view(&[(filter, &value)]), value)?;
        html!(out, "<td class=\"number\">{}</td><td class=\"bar\">", grouped(verdicts.total()))?;
        bar(verdicts, most, out)?;
        html!(out, "</td></tr>\n")?;
    }
    html!(out, "</table>\n")
}

/// A bar as long as the verdicts are many, the longest being `most`, in one part for each verdict.
pub(super) fn bar(verdicts: &Verdicts, most: u64, out: &mut dyn io::Write) -> io::Result<()> {
    html!(out, "<svg viewBox=\"0 0 100 1\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}\">", in_words(verdicts))?;
    let mut left = 0.0;
    for (verdict, count) in parts(verdicts) {
        let width = share(count, most, 100.0);
        html!(out, "<rect class=\"{}\" x=\"{}\" width=\"{}\" height=\"1\"/>", verdict, number(left), number(width))?;
        left += width;
    }
    html!(out, "</svg>")
}

/// A column for each part of the time between the first redirect and the last.
fn over_time(redirects: &[Redirect], out: &mut dyn io::Write) -> io::Result<()> {
    let moments = || redirects.iter().map(|redirect| redirect.response.seen.moment.0);
    let (Some(first), Some(last)) = (moments().min(), moments().max()) else {
        return Ok(());
    };
    // One more than the time between, so that the last redirect stands in the last column.
    let span = i128::from(last) - i128::from(first) + 1;
    if span == 1 {
        return Ok(());
    }
    let mut columns: BTreeMap<i128, Verdicts> = BTreeMap::new();
    for redirect in redirects {
        let at = (i128::from(redirect.response.seen.moment.0) - i128::from(first)) * i128::from(COLUMNS) / span;
        columns.entry(at).or_default().add(redirect.verdict);
    }
    let most = columns.values().map(Verdicts::total).max().unwrap_or(0);
    html!(out, "<figure class=\"time\">\n<figcaption>Time, at most {} in one column</figcaption>\n", grouped(most))?;
    html!(
        out,
        "<svg viewBox=\"0 0 {} 100\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"Redirects over time\">\n",
        COLUMNS * 10
    )?;
    for (at, verdicts) in &columns {
        html!(out, "<g><title>{}</title>", in_words(verdicts))?;
        let mut top = 100.0;
        for (verdict, count) in parts(verdicts) {
            let height = share(count, most, 100.0);
            top -= height;
            html!(
                out,
                "<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"8\" height=\"{}\"/>",
                verdict,
                at * 10 + 1,
                number(top),
                number(height)
            )?;
        }
        html!(out, "</g>\n")?;
    }
    let (first, last) = (rfc3339(first), rfc3339(last));
    html!(out, "</svg>\n<p class=\"axis\"><span>{}</span><span>{}</span></p>\n</figure>\n", to_the_second(&first), to_the_second(&last))
}

/// The verdicts that there are, with their counts, the worst first.
fn parts(verdicts: &Verdicts) -> impl Iterator<Item = (Verdict, u64)> {
    Verdict::ALL.iter().map(|verdict| (*verdict, verdicts.of(*verdict))).filter(|(_, count)| *count > 0)
}

/// The counts in words: `3 incorrect, 4 correct`.
pub(super) fn in_words(verdicts: &Verdicts) -> String {
    parts(verdicts).map(|(verdict, count)| format!("{} {verdict}", grouped(count))).collect::<Vec<_>>().join(", ")
}

/// The part of `whole` that `count` is of `most`.
fn share(count: u64, most: u64, whole: f64) -> f64 {
    if most == 0 { 0.0 } else { count as f64 / most as f64 * whole }
}

/// A length in a picture, with two digits behind the point.
fn number(length: f64) -> String {
    format!("{length:.2}")
}
