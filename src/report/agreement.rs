//! Takes two reports on the same calls, gives where they come to other verdicts: the frames of calls, written alone, are held to where they came from.
//!
//! Invariant: a redirect is known by its Call-ID, status and time, never by its number or frame, which differ between two files.

use std::collections::BTreeMap;
use std::io;

use super::model::{Report, Verdict};

/// By what a redirect is known in both reports.
type Key = (String, u16, i64);
/// What must agree: the verdict, and the rules that are broken.
type Judged = (Verdict, Vec<String>);

/// How many redirects of `report`, companions included, are judged otherwise in `again`, or are not there. What is only there is none: the call
/// of a later request may have been redirected as well.
///
/// # Errors
/// Those of the stores in which redirects are laid aside.
pub fn departures(report: &Report, again: &Report) -> io::Result<usize> {
    let judged: BTreeMap<Key, Judged> = told(again).collect();
    let departures = told(report).filter(|(key, wanted)| judged.get(key) != Some(wanted)).count();
    report.whole()?;
    again.whole()?;
    Ok(departures)
}

fn told(report: &Report) -> impl Iterator<Item = (Key, Judged)> {
    report.told().map(|redirect| {
        let mut rules: Vec<String> = redirect.findings.iter().map(|finding| finding.rule.clone()).collect();
        rules.sort_unstable();
        ((redirect.call_id.clone(), redirect.status, redirect.response.seen.moment.0), (redirect.verdict, rules))
    })
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn another_verdict_and_a_missing_redirect_are_departures_and_other_frames_and_a_further_one_are_none() {
        let report = example::one_capture();
        let mut again = report.clone();
        for redirect in &mut again.redirects {
            (redirect.id, redirect.response.seen.frame) = (redirect.id + 1, 1);
        }
        let departures = |report: &Report, again: &Report| departures(report, again).unwrap();
        assert_eq!(departures(&report, &again), 0);
        again.redirects[0].verdict = Verdict::Inconclusive;
        assert_eq!(departures(&report, &again), 1);
        let last = again.redirects.pop();
        assert_eq!((departures(&report, &again), departures(&again, &report)), (2, 1));
        again.redirects.extend(last);
        again.redirects[1].findings.clear();
        assert_eq!(departures(&report, &again), 2);
    }
}
