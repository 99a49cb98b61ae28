//! Takes a closed redirect or a later request, gives the findings of all rules that are in force.
//!
//! Invariant: findings stand in the order of the catalogue, and of attempts within a rule, so the same input gives the same report.

use super::ALL;
use super::finding::{Draft, Finding};
use super::profile::Profile;
use super::rule::{Check, Level, Rule, Section};
use super::verdict::{self, Judgement};
use super::way::Way;
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
    /// The levels of single rules at their worst, which go before what the profile makes of them.
    pub levels: Vec<(String, Level)>,
}

impl Selection {
    fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        ALL.iter().copied().filter(|rule| {
            (self.only.is_empty() || self.only.iter().any(|id| id == rule.id)) && !self.ignore.iter().any(|id| id == rule.id)
        })
    }

    fn finding(&self, rule: &'static Rule, draft: Draft) -> Finding {
        let set = self.levels.iter().find(|(id, _)| id == rule.id).map(|(_, level)| *level);
        let level = match (draft.level, set) {
            // What the check takes for milder stays as mild.
            (level, Some(set)) => level.map_or(set, |level| level.min(set)),
            // What the check itself calls no more than a note is asked of nobody by this clause.
            (Some(Level::Note), None) => Level::Note,
            (level, None) => self.profile.level(level.unwrap_or(rule.level), rule.strength),
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
    let ways = redirect.attempts.iter().map(|attempt| Way::of(redirect, attempt)).collect();
    Judgement { verdict, reason, findings, ways }
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

#[cfg(test)]
mod tests {
    use super::{Selection, find};
    use crate::evidence::Place;
    use crate::rules::{Draft, Level, Profile};

    #[test]
    fn a_level_that_is_set_goes_before_the_profile_and_a_milder_case_stays_milder() {
        use Level::{Error, Note, Warning};
        let id = "redirect-not-followed";
        for (set, case, wanted) in [
            (Some(Error), None, Error),
            (Some(Warning), None, Warning),
            (Some(Note), Some(Warning), Note),
            (Some(Error), Some(Warning), Warning),
            (Some(Error), Some(Note), Note),
            (None, None, Warning),
        ] {
            let levels = set.map(|level| (id.to_owned(), level)).into_iter().collect();
            let selection = Selection { profile: Profile::Rfc, levels, ..Selection::default() };
            let draft = Draft { level: case, ..Draft::at(Place { capture: 0, frame: 1, index: 0 }, "said") };
            let rule = find(id).expect("it is in the catalogue");
            assert_eq!(selection.finding(rule, draft).level, wanted, "{set:?} {case:?}");
        }
    }
}
