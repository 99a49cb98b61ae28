//! Takes a report, gives the form that searches and filters its redirects. Without the script it does nothing, and stays hidden.

use std::collections::BTreeMap;
use std::io;

use super::super::model::{Redirect, Report};
use super::super::tallies;
use super::clients::key;
use super::markup::{beginning, html};

/// How many clients can be chosen; the others are found by the search.
const CLIENTS: usize = 200;

/// Writes the form.
pub(super) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let all = || report.redirects.iter().chain(&report.companions);
    html!(out, "<form id=\"filters\" role=\"search\" hidden=\"\">\n<label>Search <input type=\"search\" name=\"q\" autocomplete=\"off\" ")?;
    html!(out, "spellcheck=\"false\" placeholder=\"URI, Call-ID, frame, product\"/></label>\n")?;
    choice("verdict", "Verdict", &counts(all().map(|redirect| redirect.verdict.name().to_owned())), out)?;
    choice("status", "Status", &counts(all().map(|redirect| redirect.status.to_string())), out)?;
    let rules = |redirect: &'_ Redirect| redirect.findings.iter().map(|finding| finding.rule.clone()).collect::<Vec<_>>();
    choice("rule", "Rule", &counts(all().flat_map(rules)), out)?;
    let clients = tallies::clients(&report.redirects);
    let clients = clients.iter().take(CLIENTS).map(|(name, tally)| (key(name), tally.redirects));
    choice("client", "Client", &clients.collect::<Vec<_>>(), out)?;
    let futures = all().filter_map(|redirect| Some(redirect.future.as_ref()?.verdict.name().to_owned()));
    choice("future", "Later requests", &counts(futures), out)?;
    html!(out, "<label>Order <select name=\"sort\"><option value=\"\">as in the report</option>\n")?;
    html!(out, "<option value=\"verdict\">worst first</option>\n<option value=\"client\">by client</option>\n</select></label>\n")?;
    html!(out, "<button type=\"reset\">Clear</button>\n<button type=\"button\" name=\"all\">Open or close all</button>\n</form>\n")?;
    html!(out, "<p id=\"count\" role=\"status\"></p>\n")?;
    html!(out, "<p class=\"keys\" hidden=\"\"><kbd>j</kbd> <kbd>k</kbd> or arrows move, <kbd>Enter</kbd> opens, <kbd>Esc</kbd> closes, ")?;
    html!(out, "<kbd>/</kbd> searches. The address of the page always names what is shown.</p>\n")
}

/// Each value with its count, in the order of the values.
fn counts(values: impl Iterator<Item = String>) -> Vec<(String, u64)> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    values.for_each(|value| *counts.entry(value).or_default() += 1);
    counts.into_iter().collect()
}

fn choice(name: &str, label: &str, values: &[(String, u64)], out: &mut dyn io::Write) -> io::Result<()> {
    if values.is_empty() {
        return Ok(());
    }
    html!(out, "<label>{} <select name=\"{}\"><option value=\"\">all</option>\n", label, name)?;
    for (value, count) in values {
        html!(out, "<option value=\"{}\">{} ({})</option>\n", value, beginning(value), count)?;
    }
    html!(out, "</select></label>\n")
}
