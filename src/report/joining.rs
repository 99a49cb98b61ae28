//! Takes the reports of several analyses, gives one report, as when captures are analysed each by itself and told together.

use std::io;

use super::model::{Ladder, Redirect, Report, Sighting, Subject, Summary};

/// One report of all of `reports`, in their order; captures and redirects are numbered anew, the options are those of the first.
///
/// # Errors
/// Those of the stores in which redirects are laid aside: they are taken back into memory.
pub fn join(reports: Vec<Report>) -> io::Result<Report> {
    let mut reports = reports.into_iter();
    let mut joined = reports.next().unwrap_or_default();
    joined.bring_back()?;
    for mut report in reports {
        report.bring_back()?;
        let captures = u32::try_from(joined.captures.len()).unwrap_or(u32::MAX);
        let redirects = joined.redirects.iter().map(|redirect| redirect.id).max().unwrap_or(0);
        for redirect in &mut report.redirects {
            shift(redirect, captures, redirects);
        }
        let companions = joined.companions.len() as u64;
        for companion in &mut report.companions {
            shift(companion, captures, companions);
        }
        for ladder in &mut report.ladders {
            shift_ladder(ladder, captures, redirects, companions);
        }
        joined.ladders.append(&mut report.ladders);
        joined.hints.append(&mut report.hints);
        joined.companions.append(&mut report.companions);
        joined.captures.append(&mut report.captures);
        joined.redirects.append(&mut report.redirects);
        joined.orphans.responses = joined.orphans.responses.saturating_add(report.orphans.responses);
        joined.orphans.acks = joined.orphans.acks.saturating_add(report.orphans.acks);
    }
    joined.summary = Summary::of(&joined.redirects);
    Ok(joined)
}

/// Moves every index of a capture in `redirect` by `captures`, and every number of a redirect by `redirects`.
fn shift(redirect: &mut Redirect, captures: u32, redirects: u64) {
    redirect.id = redirect.id.saturating_add(redirects);
    redirect.chain.first = redirect.chain.first.saturating_add(redirects);
    redirect.relayed_to = redirect.relayed_to.map(|id| id.saturating_add(redirects));

    let seen = redirect.request.iter_mut().map(|request| &mut request.seen).chain([&mut redirect.response.seen]);
    let seen = seen.chain(redirect.ack.iter_mut().map(|ack| &mut ack.seen));
    let seen = seen.chain(redirect.attempts.iter_mut().map(|attempt| &mut attempt.seen));
    let later = redirect.future.iter_mut().flat_map(|future| &mut future.requests);
    for Sighting { capture, .. } in seen.chain(later.map(|request| &mut request.seen)) {
        *capture = capture.saturating_add(captures);
    }
    for finding in &mut redirect.findings {
        for evidence in std::iter::once(&mut finding.primary).chain(&mut finding.related) {
            evidence.capture = evidence.capture.saturating_add(captures);
        }
    }
}

/// The same for a ladder, whose companions are numbered by themselves.
fn shift_ladder(ladder: &mut Ladder, captures: u32, redirects: u64, companions: u64) {
    let shift = |subject: &mut Subject| match subject {
        Subject::Redirect(id) => *id = id.saturating_add(redirects),
        Subject::Companion(id) => *id = id.saturating_add(companions),
        Subject::Call => {}
    };
    shift(&mut ladder.subject);
    for message in &mut ladder.messages {
        message.seen.capture = message.seen.capture.saturating_add(captures);
        message.marks.iter_mut().for_each(|mark| shift(&mut mark.of));
    }
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;
    use serde_json::Value;

    /// Every value under the key `key`, however deep.
    fn all_under(value: &Value, key: &str, found: &mut Vec<Value>) {
        match value {
            Value::Object(members) => members.iter().for_each(|(name, member)| {
                if name == key {
                    found.push(member.clone());
                }
                all_under(member, key, found);
            }),
            Value::Array(items) => items.iter().for_each(|item| all_under(item, key, found)),
            _ => {}
        }
    }

    #[test]
    fn every_place_of_the_second_report_points_to_its_own_capture() {
        let one = example::one_capture();
        let joined = join(vec![one.clone(), one.clone()]).unwrap();
        assert_eq!(joined.captures.len(), 2);
        let half = one.redirects.len();
        let second = serde_json::to_value((&joined.redirects[half..], &joined.companions[1..])).unwrap();
        let (mut captures, mut before) = (Vec::new(), Vec::new());
        all_under(&second, "capture", &mut captures);
        all_under(&serde_json::to_value((&one.redirects, &one.companions)).unwrap(), "capture", &mut before);
        assert_eq!(captures.len(), before.len());
        assert!(captures.iter().all(|capture| *capture == 1));
    }

    #[test]
    fn redirects_are_numbered_on_and_what_refers_to_them_follows() {
        let one = example::one_capture();
        let joined = join(vec![one.clone(), one.clone()]).unwrap();
        let ids: Vec<u64> = joined.redirects.iter().map(|redirect| redirect.id).collect();
        assert_eq!(ids, (1..=2 * one.redirects.len() as u64).collect::<Vec<_>>());
        for (first, second) in one.redirects.iter().zip(&joined.redirects[one.redirects.len()..]) {
            assert_eq!(second.id - first.id, second.chain.first - first.chain.first);
            assert_eq!(second.relayed_to.is_some(), first.relayed_to.is_some());
        }
        assert_eq!(joined.summary.redirects, 2 * one.summary.redirects);
        assert_eq!(joined.orphans.responses, 2 * one.orphans.responses);
    }

    #[test]
    fn nothing_joined_is_an_empty_report() {
        assert_eq!(join(Vec::new()).unwrap(), Report::default());
    }
}
