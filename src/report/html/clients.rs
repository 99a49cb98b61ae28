//! Takes a report, gives the table of its clients, the one with the most `incorrect` first: where an auditor begins.

use std::cmp::Reverse;
use std::io;

use super::super::model::Report;
use super::super::tallies::{self, ClientName, ClientTally};
use super::super::wording::{counted, grouped};
use super::charts::{bar, in_words};
use super::markup::{beginning, html, view};

/// How many clients are shown at once; the others can be unfolded.
const SHOWN: usize = 10;
/// How many clients are told one by one.
const TOLD: usize = 200;
/// How many rules a client is told to have broken.
const RULES: usize = 4;

/// Writes the section.
pub(super) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let clients = tallies::clients(&report.redirects);
    if clients.is_empty() {
        return Ok(());
    }
    let most = clients.iter().map(|(_, tally)| tally.redirects).max().unwrap_or(0);
    let title = if report.summary.by_verdict.incorrect > 0 { "Worst clients" } else { "Clients" };
    html!(out, "<section id=\"clients\">\n<h2>{}</h2>\n", title)?;
    let told = clients.get(..TOLD).unwrap_or(&clients);
    let (shown, folded) = told.split_at(SHOWN.min(told.len()));
    table(shown, most, out)?;
    if !folded.is_empty() {
        html!(out, "<details>\n<summary>{}</summary>\n", counted(folded.len() as u64, "more client"))?;
        table(folded, most, out)?;
        html!(out, "</details>\n")?;
    }
    match clients.len().saturating_sub(TOLD) {
        0 => {}
        more => html!(out, "<p>And {}, which the search finds.</p>\n", counted(more as u64, "more client"))?,
    }
    html!(out, "</section>\n")
}

fn table(clients: &[(ClientName, ClientTally)], most: u64, out: &mut dyn io::Write) -> io::Result<()> {
    html!(out, "<table class=\"clients\">\n<thead><tr><th scope=\"col\">Client</th><th scope=\"col\" class=\"number\">Incorrect</th>")?;
    html!(
        out,
        "<th scope=\"col\" class=\"number\">Redirects</th><th scope=\"col\">Verdicts</th><th scope=\"col\">Rules broken</th></tr></thead>\n"
    )?;
    html!(out, "<tbody>\n")?;
    clients.iter().try_for_each(|(name, tally)| row(name, tally, most, out))?;
    html!(out, "</tbody>\n</table>\n")
}

fn row(name: &ClientName, tally: &ClientTally, most: u64, out: &mut dyn io::Write) -> io::Result<()> {
    let key = key(name);
    let incorrect = tally.verdicts.incorrect;
    html!(out, "<tr><th scope=\"row\"><a href=\"{}\"><code>{}</code> ", view(&[("client", &key)]), name.address)?;
    html!(out, "<code>{}</code></a></th><td class=\"number\">", beginning(&name.user_agent))?;
    if incorrect > 0 {
        let link = view(&[("client", &key), ("verdict", "incorrect")]);
        html!(out, "<a class=\"incorrect\" href=\"{}\">{}</a>", link, grouped(incorrect))?;
    } else {
        html!(out, "0")?;
    }
    html!(out, "</td><td class=\"number\">{}</td><td class=\"bar\" title=\"{}\">", grouped(tally.redirects), in_words(&tally.verdicts))?;
    bar(&tally.verdicts, most, out)?;
    html!(out, "</td><td>")?;
    let mut rules: Vec<_> = tally.rules.iter().collect();
    // Stable: by name where these are equal.
    rules.sort_by_key(|(_, worst)| Reverse(**worst));
    for (rule, (level, count)) in rules.iter().take(RULES) {
        html!(
            out,
            "<span class=\"pair\"><a class=\"{}\" href=\"{}\">{}</a> x {}</span> ",
            level,
            view(&[("client", &key), ("rule", rule)]),
            rule,
            count
        )?;
    }
    match rules.len().saturating_sub(RULES) {
        0 => {}
        more => html!(out, "and {} more", more)?,
    }
    html!(out, "</td></tr>\n")
}

/// The name of a client in a filter.
pub(super) fn key(name: &ClientName) -> String {
    format!("{} {}", name.address, name.user_agent).trim_end().to_owned()
}
