//! Takes the redirects of a report in their order, gives the list of them: a row for each, which unfolds to its detail.
//!
//! Invariant: a row is the `summary` of a `details` element, so that it unfolds by mouse and key without a script.

use std::borrow::Cow;
use std::io;

use super::super::frames::FrameNames;
use super::super::model::Redirect;
use super::super::phrases::{is_companion, number};
use super::super::tallies::ClientName;
use super::clients::key;
use super::markup::{beginning, html};
use super::{Shown, detail, filters};

/// Writes the section of the redirects, and that of their companions.
pub(super) fn write<'a>(
    shown: &Shown<'_>,
    mut ordered: impl Iterator<Item = Cow<'a, Redirect>>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let report = shown.report;
    if report.redirects.is_empty() && report.companions.is_empty() {
        return Ok(());
    }
    html!(out, "<section id=\"redirects\">\n<h2>Redirects</h2>\n")?;
    filters::write(report, out)?;
    html!(out, "<div class=\"columns\" aria-hidden=\"true\"><span>No.</span><span>Verdict</span><span>Answer</span><span>Client</span>")?;
    html!(out, "<span>Asked for</span><span>Tried</span><span>Findings</span><span>Frame</span></div>\n")?;
    ordered.try_for_each(|redirect| self::redirect(&redirect, shown, out))?;
    html!(out, "</section>\n")?;
    if report.companions.is_empty() {
        return Ok(());
    }
    html!(out, "<section id=\"companions\">\n<h2>Responses that ask a handset to register or to call anew, as a 380 does</h2>\n")?;
    report.companions.iter().try_for_each(|companion| redirect(companion, shown, out))?;
    html!(out, "</section>\n")
}

/// The name of a redirect in the page.
fn id(redirect: &Redirect) -> String {
    format!("{}{}", if is_companion(redirect) { "c" } else { "" }, redirect.id)
}

fn redirect(redirect: &Redirect, shown: &Shown<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let rules: Vec<&str> = redirect.findings.iter().map(|finding| finding.rule.as_str()).collect();
    let future = redirect.future.as_ref().map_or("", |future| future.verdict.name());
    html!(
        out,
        "<details class=\"redirect\" id=\"r{}\" data-verdict=\"{}\" data-status=\"{}\"",
        id(redirect),
        redirect.verdict,
        redirect.status
    )?;
    html!(out, " data-client=\"{}\" data-rule=\"{}\" data-future=\"{}\">\n", key(&ClientName::of(redirect)), rules.join(" "), future)?;
    row(redirect, shown.names, out)?;
    html!(out, "<div class=\"detail\">\n")?;
    detail::write(redirect, shown, out)?;
    html!(out, "</div>\n</details>\n")
}

fn row(redirect: &Redirect, names: &FrameNames, out: &mut dyn io::Write) -> io::Result<()> {
    html!(out, "<summary><span>{}</span><span class=\"verdict {}\">{}</span>", number(redirect), redirect.verdict, redirect.verdict)?;
    html!(out, "<span><b>{}</b> <code>{}</code></span>", redirect.status, beginning(&redirect.method))?;
    let user_agent = redirect.client.user_agent.as_deref().unwrap_or("");
    html!(out, "<span><code>{}</code> <code>{}</code></span>", redirect.client.address, beginning(user_agent))?;
    let asked = redirect.request.as_ref().map_or_else(String::new, |request| beginning(&request.uri));
    html!(out, "<span><code>{}</code></span>", asked)?;
    match redirect.retry() {
        Some(attempt) => {
            html!(out, "<span>")?;
            attempt.outcome.map_or(Ok(()), |outcome| html!(out, "<b>{}</b> ", outcome))?;
            html!(out, "<code>{}</code></span>", beginning(&attempt.uri))?;
        }
        None => html!(out, "<span class=\"nothing\">nothing</span>")?,
    }
    html!(out, "<span>")?;
    for (nth, finding) in redirect.findings.iter().enumerate() {
        html!(out, "{}<span class=\"level {}\">{}</span>", if nth > 0 { " " } else { "" }, finding.level, finding.rule)?;
    }
    let seen = &redirect.response.seen;
    html!(out, "</span><span>frame {} {}</span></summary>\n", seen.frame, names.capture(seen.capture))
}
