//! Takes a report, gives the words that are to stand at its frames, as comments in a capture.
//!
//! Invariant: nothing is said that the report does not say, and no octet of the wire steers a reader's eye.

use std::collections::BTreeMap;

use super::model::{Evidence, Finding, Redirect, Report};
use super::wording::escape;

/// What is said at frames, by capture and frame: at each 3xx its verdict and findings, at each attempt and later request to which redirect it
/// belongs, and at each frame that breaks a rule the rule. The report is all in memory ([`Report::bring_back`]).
#[must_use]
pub fn remarks(report: &Report) -> BTreeMap<(u32, u64), Vec<String>> {
    let mut remarks: BTreeMap<(u32, u64), Vec<String>> = BTreeMap::new();
    let mut say = |capture: u32, frame: u64, text: String| remarks.entry((capture, frame)).or_default().push(escape(&text).into_owned());
    let redirects = report.redirects.iter().map(|redirect| ("redirect", redirect));
    for (noun, redirect) in redirects.chain(report.companions.iter().map(|companion| ("companion", companion))) {
        let name = format!("sip3xx {noun} {}", redirect.id);
        let response = &redirect.response.seen;
        say(response.capture, response.frame, format!("{name}: {}, {}: {}", redirect.status, redirect.verdict, redirect.reason));
        for (number, attempt) in redirect.attempts.iter().enumerate() {
            let of = format!("attempt {} after the {}: {}", number + 1, redirect.status, redirect.verdict);
            say(attempt.seen.capture, attempt.seen.frame, format!("{name}: {of}"));
        }
        for later in redirect.future.iter().flat_map(|future| &future.requests) {
            say(later.seen.capture, later.seen.frame, format!("{name}: later request: {}", later.verdict));
        }
        for finding in &redirect.findings {
            for (capture, frame) in frames_of(redirect, finding) {
                say(capture, frame, format!("{name}: {}", told(finding)));
            }
        }
    }
    remarks
}

/// Where a finding is told: at the 3xx, and at the frame that breaks the rule.
fn frames_of(redirect: &Redirect, finding: &Finding) -> Vec<(u32, u64)> {
    let response = &redirect.response.seen;
    let Evidence { capture, frame, .. } = finding.primary;
    let mut frames = vec![(response.capture, response.frame), (capture, frame)];
    frames.dedup();
    frames
}

fn told(finding: &Finding) -> String {
    let Finding { level, rule, clause, message, .. } = finding;
    format!("{level} {rule} ({clause}): {message}")
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn a_verdict_stands_at_its_3xx_and_a_finding_there_and_at_its_own_frame() {
        let report = example::one_capture();
        let remarks = remarks(&report);
        for redirect in &report.redirects {
            let at = &remarks[&(redirect.response.seen.capture, redirect.response.seen.frame)];
            let said = |part: &str| at.iter().any(|remark| remark.contains(part));
            assert!(said(&format!("redirect {}: {}, {}", redirect.id, redirect.status, redirect.verdict)), "{at:?}");
            for finding in &redirect.findings {
                assert!(said(&finding.clause) && said(&finding.rule), "{at:?}");
                let own = &remarks[&(finding.primary.capture, finding.primary.frame)];
                assert!(own.iter().any(|remark| remark.contains(&finding.rule)), "{own:?}");
            }
            for attempt in &redirect.attempts {
                assert!(remarks.contains_key(&(attempt.seen.capture, attempt.seen.frame)));
            }
        }
    }

    #[test]
    fn what_the_wire_wrote_steers_no_eye() {
        let mut report = example::one_capture();
        report.redirects[0].reason = "a\u{202e}b\n".to_owned();
        assert!(remarks(&report).values().flatten().all(|remark| !remark.contains(['\u{202e}', '\n'])));
    }
}
