//! Takes the arguments of `rules`, prints the catalogue: the list, one rule, or all as Markdown.

use clap::Args;
use sip3xx::report::catalogue;
use sip3xx::rules::{ALL, Profile, Rule};

use super::complaint::Complaint;
use super::exit::Exit;
use super::judgement::profile_parser;
use super::one_of::OneOf;
use super::output;
use sip3xx::nearest::nearest;

/// List the rules, or explain one with its clause, rationale, remedy and an example.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  sip3xx rules\n  sip3xx rules redirect-not-followed\n  sip3xx rules --profile strict\n  sip3xx rules --markdown > docs/rules.md"
)]
pub(super) struct Rules {
    /// The rule to explain.
    #[arg(value_name = "ID", value_parser = RULE, hide_possible_values = true)]
    rule: Option<&'static Rule>,
    /// Show the levels under this profile.
    #[arg(long, value_name = "PROFILE", default_value = "default", value_parser = profile_parser())]
    profile: Profile,
    /// Print the whole catalogue as Markdown.
    #[arg(long, conflicts_with_all = ["rule", "profile"])]
    markdown: bool,
}

/// Runs the command.
pub(super) fn run(rules: &Rules) -> Result<Exit, Complaint> {
    let mut text = Vec::new();
    let written = match rules.rule {
        Some(rule) => catalogue::page(rule, rules.profile, &mut text),
        None if rules.markdown => {
            text = catalogue::markdown(ALL).into_bytes();
            Ok(())
        }
        None => catalogue::list(ALL, rules.profile, &mut text),
    };
    written.map_err(Complaint::new)?;
    output::print(&text)?;
    Ok(Exit::Well)
}

/// A parser of the id of a rule.
pub(super) const RULE: OneOf<&'static Rule> = OneOf::new(|| ALL.iter().map(|rule| rule.id).collect(), rule_named);

/// The rule of that id.
fn rule_named(id: &str) -> Result<&'static Rule, String> {
    if let Some(rule) = ALL.iter().find(|rule| rule.id == id) {
        return Ok(rule);
    }
    Err(match nearest(id, ALL.iter().map(|rule| rule.id)) {
        Some(meant) => format!("no such rule; did you mean `{meant}`?"),
        None => "no such rule; `sip3xx rules` lists them".to_owned(),
    })
}
