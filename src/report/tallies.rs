//! Takes redirects, gives what each client got and did, and how often each rule was broken; the worst first.
//!
//! Invariant: equal reports give equal orders: what is equally bad stands in the order of its name.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::model::{Level, Party, Redirect, Verdicts};

/// A client: its address and what it calls itself. Its port says nothing, a connection has a new one each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ClientName<'a> {
    pub(super) address: &'a str,
    /// Its User-Agent; empty where it has none.
    pub(super) user_agent: &'a str,
}

impl<'a> ClientName<'a> {
    /// Who received `redirect`.
    pub(super) fn of(redirect: &'a Redirect) -> Self {
        Self { address: &redirect.client.address, user_agent: redirect.client.user_agent.as_deref().unwrap_or("") }
    }
}

/// What one client got and did.
#[derive(Default)]
pub(super) struct ClientTally<'a> {
    pub(super) redirects: u64,
    pub(super) verdicts: Verdicts,
    /// The rules that it broke itself, each with its worst level and its count.
    pub(super) rules: BTreeMap<&'a str, (Level, u64)>,
}

impl<'a> ClientTally<'a> {
    /// How many findings are held against it.
    fn findings(&self) -> u64 {
        self.rules.values().map(|(_, count)| *count).fold(0, u64::saturating_add)
    }

    fn add(&mut self, redirect: &'a Redirect) {
        self.redirects = self.redirects.saturating_add(1);
        self.verdicts.add(redirect.verdict);
        for finding in redirect.findings.iter().filter(|finding| matches!(finding.party, Party::Client | Party::Proxy)) {
            let (level, count) = self.rules.entry(&finding.rule).or_insert((finding.level, 0));
            (*level, *count) = (finding.level.max(*level), count.saturating_add(1));
        }
    }
}

/// Every client, the one with the most `incorrect` first.
pub(super) fn clients(redirects: &[Redirect]) -> Vec<(ClientName<'_>, ClientTally<'_>)> {
    let mut tallies: BTreeMap<ClientName<'_>, ClientTally<'_>> = BTreeMap::new();
    for redirect in redirects {
        tallies.entry(ClientName::of(redirect)).or_default().add(redirect);
    }
    let mut clients: Vec<_> = tallies.into_iter().collect();
    clients.sort_by_key(|(name, tally)| Reverse((tally.verdicts.incorrect, tally.findings(), tally.redirects, Reverse(*name))));
    clients
}

/// How often a rule was broken at one level.
pub(super) struct RuleTally<'a> {
    pub(super) rule: &'a str,
    pub(super) level: Level,
    pub(super) party: Party,
    pub(super) clause: &'a str,
    pub(super) count: u64,
}

/// Every rule that was broken: the worst level first, then the most frequent, then by name.
pub(super) fn rules(redirects: &[Redirect]) -> Vec<RuleTally<'_>> {
    let mut tallies: BTreeMap<(&str, Level), RuleTally<'_>> = BTreeMap::new();
    for finding in redirects.iter().flat_map(|redirect| &redirect.findings) {
        let tally = tallies.entry((&finding.rule, finding.level)).or_insert_with(|| RuleTally {
            rule: &finding.rule,
            level: finding.level,
            party: finding.party,
            clause: &finding.clause,
            count: 0,
        });
        tally.count = tally.count.saturating_add(1);
    }
    let mut rules: Vec<_> = tallies.into_values().collect();
    rules.sort_by_key(|tally| (Reverse(tally.level), Reverse(tally.count), tally.rule));
    rules
}
