//! Takes redirects, gives what each client got and did, and how often each rule was broken; the worst first.
//!
//! Invariant: equal reports give equal orders: what is equally bad stands in the order of its name.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::model::{All, Level, Party, Redirect, Verdicts};

/// A client: its address and what it calls itself. Its port says nothing, a connection has a new one each time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ClientName {
    pub(super) address: String,
    /// Its User-Agent; empty where it has none.
    pub(super) user_agent: String,
}

impl ClientName {
    /// Who received `redirect`.
    pub(super) fn of(redirect: &Redirect) -> Self {
        Self { address: redirect.client.address.clone(), user_agent: redirect.client.user_agent.clone().unwrap_or_default() }
    }
}

/// What one client got and did.
#[derive(Default)]
pub(super) struct ClientTally {
    pub(super) redirects: u64,
    pub(super) verdicts: Verdicts,
    /// The rules that it broke itself, each with its worst level and its count.
    pub(super) rules: BTreeMap<String, (Level, u64)>,
}

impl ClientTally {
    /// How many findings are held against it.
    fn findings(&self) -> u64 {
        self.rules.values().map(|(_, count)| *count).fold(0, u64::saturating_add)
    }

    fn add(&mut self, redirect: &Redirect) {
        self.redirects = self.redirects.saturating_add(1);
        self.verdicts.add(redirect.verdict);
        for finding in redirect.findings.iter().filter(|finding| matches!(finding.party, Party::Client | Party::Proxy)) {
            let (level, count) = self.rules.entry(finding.rule.clone()).or_insert((finding.level, 0));
            (*level, *count) = (finding.level.max(*level), count.saturating_add(1));
        }
    }
}

/// How often a rule was broken at one level.
pub(super) struct RuleTally {
    pub(super) rule: String,
    pub(super) level: Level,
    pub(super) party: Party,
    pub(super) clause: String,
    pub(super) count: u64,
}

/// What each client got and did.
#[derive(Default)]
struct Clients(BTreeMap<ClientName, ClientTally>);

impl Clients {
    fn add(&mut self, redirect: &Redirect) {
        self.0.entry(ClientName::of(redirect)).or_default().add(redirect);
    }

    fn worst_first(self) -> Vec<(ClientName, ClientTally)> {
        let mut clients: Vec<_> = self.0.into_iter().collect();
        let badness = |tally: &ClientTally| Reverse((tally.verdicts.incorrect, tally.findings(), tally.redirects));
        // Stable: what is equally bad stays in the order of its name.
        clients.sort_by_key(|(_, tally)| badness(tally));
        clients
    }
}

/// How often each rule was broken.
#[derive(Default)]
struct Rules(BTreeMap<(String, Level), RuleTally>);

impl Rules {
    fn add(&mut self, redirect: &Redirect) {
        for finding in &redirect.findings {
            let tally = self.0.entry((finding.rule.clone(), finding.level)).or_insert_with(|| RuleTally {
                rule: finding.rule.clone(),
                level: finding.level,
                party: finding.party,
                clause: finding.clause.clone(),
                count: 0,
            });
            tally.count = tally.count.saturating_add(1);
        }
    }

    fn worst_first(self) -> Vec<RuleTally> {
        let mut rules: Vec<_> = self.0.into_values().collect();
        // Stable: by name where these are equal.
        rules.sort_by_key(|tally| (Reverse(tally.level), Reverse(tally.count)));
        rules
    }
}

/// Every client, the one with the most `incorrect` first.
pub(super) fn clients(redirects: &[Redirect]) -> Vec<(ClientName, ClientTally)> {
    let mut clients = Clients::default();
    redirects.iter().for_each(|redirect| clients.add(redirect));
    clients.worst_first()
}

/// Every rule that was broken: the worst level first, then the most frequent, then by name.
pub(super) fn rules(redirects: &[Redirect]) -> Vec<RuleTally> {
    let mut rules = Rules::default();
    redirects.iter().for_each(|redirect| rules.add(redirect));
    rules.worst_first()
}

/// Both, in one pass over redirects that may have to be read.
pub(super) fn rules_and_clients(redirects: All<'_>) -> (Vec<RuleTally>, Vec<(ClientName, ClientTally)>) {
    let (mut rules, mut clients) = (Rules::default(), Clients::default());
    for redirect in redirects {
        rules.add(&redirect);
        clients.add(&redirect);
    }
    (rules.worst_first(), clients.worst_first())
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn the_client_with_most_incorrect_comes_first_and_answers_for_its_own_faults_alone() {
        let redirects = [example::followed(), example::followed(), example::not_followed()];
        let clients = clients(&redirects);
        let told: Vec<_> = clients.iter().map(|(name, tally)| (name.address.as_str(), tally.verdicts.incorrect, tally.redirects)).collect();
        assert_eq!(told, [("10.77.0.3", 1, 1), ("10.77.0.2", 0, 2)]);
        // The note beside it is the server's.
        assert_eq!(clients[0].1.rules.keys().collect::<Vec<_>>(), ["redirect-not-followed"]);
    }

    #[test]
    fn the_worst_level_comes_first_and_then_what_is_most_frequent() {
        let mut redirects = [example::not_followed(), example::not_followed(), example::not_followed()];
        redirects[1].findings.remove(0);
        redirects[2].findings[0].level = Level::Note;
        let told: Vec<_> = rules(&redirects).iter().map(|tally| (tally.rule.clone(), tally.level, tally.count)).collect();
        let wanted = [
            ("redirect-not-followed", Level::Error, 1),
            ("contact-without-sip-target", Level::Note, 3),
            ("redirect-not-followed", Level::Note, 1),
        ];
        assert_eq!(told, wanted.map(|(rule, level, count)| (rule.to_owned(), level, count)));
    }
}
