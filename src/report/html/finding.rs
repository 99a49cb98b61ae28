//! Takes one finding, gives it as a card: the rule with its clause, what happened, the frames that prove it, and what to do.

use std::io;

use super::super::model::{Finding, Redirect};
use super::super::phrases::part_of;
use super::ladder::{Frames, spelled};
use super::markup::html;
use super::rules::{prose, remedy};

/// How many frames a card names before it only counts the rest.
const SHOWN: usize = 50;

pub(super) fn write(finding: &Finding, redirect: &Redirect, frames: &Frames<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    html!(
        out,
        "<article class=\"finding {}\" data-message=\"{}\">\n<h3><span class=\"level {}\">{}",
        finding.level,
        spelled(finding.primary.place()),
        finding.level,
        finding.level
    )?;
    html!(out, "{}</span> ", if finding.known { ", known" } else { "" })?;
    let remedy = remedy(&finding.rule);
    match remedy {
        Some(_) => html!(out, "<a href=\"#rule-{}\">{}</a></h3>\n", finding.rule, finding.rule)?,
        None => html!(out, "{}</h3>\n", finding.rule)?,
    }
    html!(out, "<p class=\"clause\">{}", finding.party)?;
    if let Some(strength) = &finding.strength {
        html!(out, ", {}", strength)?;
    }
    html!(out, ", {}</p>\n<p>{}</p>\n<ul>\n", finding.clause, finding.message)?;
    for evidence in std::iter::once(&finding.primary).chain(&finding.related).take(SHOWN) {
        html!(out, "<li>")?;
        frames.write(evidence.place(), out)?;
        match (&evidence.note, part_of(evidence, redirect)) {
            (Some(note), _) => html!(out, ": {}", note)?,
            (None, Some(part)) => html!(out, ": {}", part)?,
            (None, None) => {}
        }
        html!(out, "</li>\n")?;
    }
    match finding.related.len().saturating_add(1).saturating_sub(SHOWN) {
        0 => {}
        more => html!(out, "<li>and {} more</li>\n", more)?,
    }
    html!(out, "</ul>\n")?;
    if let Some(remedy) = remedy {
        html!(out, "<p class=\"remedy\"><b>Remedy:</b> ")?;
        prose(remedy, out)?;
        html!(out, "</p>\n")?;
    }
    html!(out, "</article>\n")
}
