//! Takes a report, gives the rules that were broken, with their counts, and what each of them asks, why, and what to do.

use std::io;

use super::super::catalogue::capitalised;
use super::super::model::Report;
use super::super::tallies::{self, RuleTally};
use super::super::wording::{counted, grouped};
use super::markup::{html, view};
use crate::rules;

/// How many rules are shown at once; the others can be unfolded.
const SHOWN: usize = 12;

/// Writes the section of the broken rules, the worst first.
pub(super) fn broken(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let tallies = tallies::rules(&report.redirects);
    if tallies.is_empty() {
        return Ok(());
    }
    html!(out, "<section id=\"findings\">\n<h2>Broken rules</h2>\n")?;
    let (shown, folded) = tallies.split_at(SHOWN.min(tallies.len()));
    table(shown, out)?;
    if !folded.is_empty() {
        html!(out, "<details>\n<summary>{}</summary>\n", counted(folded.len() as u64, "more rule"))?;
        table(folded, out)?;
        html!(out, "</details>\n")?;
    }
    html!(out, "</section>\n")
}

fn table(tallies: &[RuleTally], out: &mut dyn io::Write) -> io::Result<()> {
    html!(out, "<table class=\"rules\">\n<thead><tr><th scope=\"col\">Rule</th><th scope=\"col\" class=\"number\">Findings</th>")?;
    html!(out, "<th scope=\"col\">Level</th><th scope=\"col\">By</th><th scope=\"col\">Clause</th></tr></thead>\n<tbody>\n")?;
    for RuleTally { rule, level, party, clause, count } in tallies {
        html!(out, "<tr><th scope=\"row\"><a href=\"{}\">{}</a></th>", view(&[("rule", rule)]), rule)?;
        html!(out, "<td class=\"number\">{}</td><td><span class=\"level {}\">{}</span></td>", grouped(*count), level, level)?;
        html!(out, "<td>{}</td><td>{}</td></tr>\n", party, clause)?;
    }
    html!(out, "</tbody>\n</table>\n")
}

/// Writes a text of the catalogue, in which what is literal stands between backticks.
pub(super) fn prose(text: &str, out: &mut dyn io::Write) -> io::Result<()> {
    for (nth, part) in text.split('`').enumerate() {
        if nth % 2 == 0 { html!(out, "{}", part)? } else { html!(out, "<code>{}</code>", part)? }
    }
    Ok(())
}

/// The remedy of a rule; none of a rule that this program does not know.
pub(super) fn remedy(id: &str) -> Option<&'static str> {
    rules::ALL.iter().find(|rule| rule.id == id).map(|rule| rule.remedy.trim())
}

/// Writes the pages of the rules that were broken, in the order of the catalogue.
pub(super) fn catalogue(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let findings = || report.redirects.iter().chain(&report.companions).flat_map(|redirect| &redirect.findings);
    let broken: Vec<_> = rules::ALL.iter().filter(|rule| findings().any(|finding| finding.rule == rule.id)).collect();
    if broken.is_empty() {
        return Ok(());
    }
    html!(out, "<section id=\"rules\">\n<h2>What the broken rules ask</h2>\n")?;
    for rule in broken {
        html!(out, "<article id=\"rule-{}\">\n<h3>{}</h3>\n<p><b>{}.</b> ", rule.id, rule.id, capitalised(rule.summary))?;
        html!(out, "{} {}, {}</p>\n", capitalised(rule.party.name()), rule.strength.keyword(), rule.clause)?;
        html!(out, "<p>")?;
        prose(rule.rationale.trim(), out)?;
        html!(out, "</p>\n<p><b>Remedy:</b> ")?;
        prose(rule.remedy.trim(), out)?;
        html!(out, "</p>\n")?;
        if !rule.example.trim().is_empty() {
            html!(out, "<pre>")?;
            rule.example.trim().lines().try_for_each(|line| html!(out, "{}\n", line.trim()))?;
            html!(out, "</pre>\n")?;
        }
        html!(out, "</article>\n")?;
    }
    html!(out, "</section>\n")
}
