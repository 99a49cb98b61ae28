//! Takes findings, gives each a name that stays the same when the same fault is captured once more.
//!
//! Invariant: a name holds nothing that differs between two runs of one test: no frame, no time, no port, no Call-ID, no folder. Equal faults of
//! one report are told apart by their number.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io;
use std::path::Path;

use super::model::{Finding, Redirect, Report};
use super::namesakes::Namesakes;

/// Marks the findings of `report` that `baseline` has as well as known; of several equal ones as many as it has.
///
/// # Errors
/// Those of the stores in which redirects are laid aside; those of `report` are taken back into memory.
pub fn mark_known(report: &mut Report, baseline: &Report) -> io::Result<()> {
    report.bring_back()?;
    let known: HashSet<String> = identities(baseline)?.into_iter().collect();
    let are_known = identities(report)?.into_iter().map(|name| known.contains(&name));
    let redirects = report.redirects.iter_mut().chain(&mut report.companions);
    for (finding, is_known) in redirects.flat_map(|redirect| &mut redirect.findings).zip(are_known) {
        finding.known = is_known;
    }
    Ok(())
}

/// The name of every finding, in the order of [`Report::told`].
///
/// # Errors
/// Those of the store in which redirects are laid aside.
pub fn identities(report: &Report) -> io::Result<Vec<String>> {
    let mut identities = Identities::of(report);
    let names = |redirect: Cow<'_, Redirect>| {
        let names = redirect.findings.iter().map(|finding| identities.name(&redirect, finding));
        names.collect::<Vec<_>>()
    };
    let names = report.told().flat_map(names).collect();
    report.whole().map(|()| names)
}

/// Names the findings of a report one after the other, so that these need not be in memory together.
pub(super) struct Identities<'a> {
    report: &'a Report,
    given: Namesakes,
}

impl<'a> Identities<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        Self { report, given: Namesakes::default() }
    }

    /// The name of the next finding.
    pub(super) fn name(&mut self, redirect: &Redirect, finding: &Finding) -> String {
        let name = name(self.report, redirect, finding);
        let number = self.given.number(&name);
        format!("{name} {number}")
    }
}

/// What equal faults have in common.
fn name(report: &Report, redirect: &Redirect, finding: &Finding) -> String {
    let capture = Path::new(report.path_of(redirect.response.seen.capture)).file_name().unwrap_or_default().to_string_lossy();
    let asked = redirect.request.as_ref().map_or("", |request| request.uri.as_str());
    let (rule, status, method, client) = (&finding.rule, redirect.status, &redirect.method, &redirect.client.address);
    format!("{rule} {status} {method} {asked} {client} {capture}")
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn of_equal_findings_as_many_are_known_as_the_baseline_has() {
        let baseline = example::one_capture();
        let mut report = baseline.clone();
        let again = report.redirects[1].clone();
        report.redirects.push(again);
        mark_known(&mut report, &baseline).unwrap();
        let known: Vec<bool> = report.redirects.iter().flat_map(|redirect| &redirect.findings).map(|finding| finding.known).collect();
        assert_eq!(known, [true, true, false, false]);
    }

    #[test]
    fn a_second_capture_of_the_same_fault_has_the_same_names() {
        let first = example::one_capture();
        let mut second = first.clone();
        second.captures[0].path = "elsewhere/office.pcap".to_owned();
        for redirect in &mut second.redirects {
            redirect.client.port += 1;
            redirect.call_id.push('x');
            redirect.response.seen.frame += 100;
            for finding in &mut redirect.findings {
                finding.primary.frame += 100;
            }
        }
        assert_eq!(identities(&first).unwrap(), identities(&second).unwrap());
    }

    #[test]
    fn two_equal_faults_have_two_names() {
        let mut report = example::one_capture();
        let again = report.redirects[1].clone();
        report.redirects.push(again);
        let mut names = identities(&report).unwrap();
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn another_rule_or_client_is_another_name() {
        let report = example::one_capture();
        let mut other = report.clone();
        other.redirects[1].client.address = "10.77.0.4".to_owned();
        let others = identities(&other).unwrap();
        assert!(identities(&report).unwrap().iter().all(|name| !others.contains(name)));
    }
}
