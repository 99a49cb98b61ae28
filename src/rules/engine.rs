//! Takes a closed redirect or a later request, gives the findings of all rules that are in force.
//!
//! Invariant: findings stand in the order of the catalogue, and of attempts within a rule, so the same input gives the same report.

use super::ALL;
use super::finding::{Draft, Finding};
use super::profile::Profile;
use super::rule::{Check, Level, Rule, Section};
use super::verdict::{self, Judgement};
use crate::call::{LaterRequest, Redirect, Watch};

/// Which rules are in force, and by what measure.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// The profile.
    pub profile: Profile,
    /// Only these rules, where there are any.
    pub only: Vec<String>,
    /// All but these rules.
    pub ignore: Vec<String>,
}

impl Selection {
    fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        ALL.iter().copied().filter(|rule| {
            (self.only.is_empty() || self.only.iter().any(|id| id == rule.id)) && !self.ignore.iter().any(|id| id == rule.id)
        })
    }

    fn finding(&self, rule: &'static Rule, draft: Draft) -> Finding {
        let level = match draft.level {
            // What the check itself calls no more than a note is asked of nobody by this clause.
            Some(Level::Note) => Level::Note,
            level => self.profile.level(level.unwrap_or(rule.level), rule.strength),
        };
        let clause = draft.clause.unwrap_or(rule.clause);
        Finding { rule, level, clause, message: draft.message, primary: draft.primary, related: draft.related }
    }
}

/// The rule of that id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.id == id)
}

/// What the rules say of a redirect.
#[must_use]
pub fn judge(redirect: &Redirect, selection: &Selection) -> Judgement {
    let mut findings = Vec::new();
    // Of a companion only that is asked which a 380 asks.
    let concerns = |rule: &&Rule| !redirect.is_companion() || rule.section == Section::Alternative;
    for rule in selection.rules().filter(concerns) {
        match rule.check {
            Check::Redirect(check) => findings.extend(check(redirect).map(|draft| selection.finding(rule, draft))),
            Check::Attempt(check) => {
                let drafts = redirect.attempts.iter().filter_map(|attempt| check(redirect, attempt));
                findings.extend(drafts.map(|draft| selection.finding(rule, draft)));
            }
            Check::Later(_) => {}
        }
    }
    let (verdict, reason) = verdict::of(redirect, &findings);
    Judgement { verdict, reason, findings }
}

/// What the rules say of a later request of a redirected client.
#[must_use]
pub fn judge_later(watch: &Watch, request: &LaterRequest, selection: &Selection) -> Vec<Finding> {
    selection
        .rules()
        .filter_map(|rule| match rule.check {
            Check::Later(check) => check(watch, request).map(|draft| selection.finding(rule, draft)),
            Check::Redirect(_) | Check::Attempt(_) => None,
        })
        .collect()
}
