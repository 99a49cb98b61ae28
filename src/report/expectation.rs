//! Takes the text of an expectation file, gives what a capture is expected to show, and where a report differs from it.
//!
//! Invariant: what a file does not say is not compared; a key, a word or a rule that is not known is an error, never passed over. What
//! [`Expectation::of`] makes of a report is met by that report. `docs/regression.md` describes every key.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize};

use super::junit;
use super::model::{Finding, FutureVerdict, Redirect, Report, Verdict};
use crate::nearest::nearest;
use crate::rules;

/// The name and version of the shape.
pub const SCHEMA: &str = "sip3xx.expected/1";

/// What a capture is expected to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// [`SCHEMA`].
    pub schema: String,
    /// Whether the capture is complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete: Option<bool>,
    /// Every redirect and companion, and no other.
    pub redirects: Vec<Expected>,
}

/// What one redirect is expected to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The frame of the 3xx, from 1.
    pub frame: u64,
    /// Which message of that frame, from 0.
    #[serde(default, skip_serializing_if = "is_first")]
    pub index: u32,
    /// The status code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The frame of the retry; null where none is expected.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub retry_frame: Option<Option<u64>>,
    /// What became of the original URI; null for all but 301 and 302.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub future: Option<Option<FutureVerdict>>,
    /// The ids of the rules that are broken, in any order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<BTreeSet<String>>,
    /// A remark for who reads the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

const fn is_first(index: &u32) -> bool {
    *index == 0
}

/// A value that is there, null included.
fn said<'de, T: Deserialize<'de>, D: Deserializer<'de>>(value: D) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

/// A member of a redirect that is not as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The member, as the expectation file names it.
    pub member: &'static str,
    /// What the file says.
    pub expected: String,
    /// What the capture shows.
    pub found: String,
}

/// How one redirect compares with what was expected of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The frame of the 3xx.
    pub frame: u64,
    /// The redirect in words that are the same in every run; none where an expected one is not there.
    pub name: Option<String>,
    /// What differs; a redirect that is not there, or was not expected, is one difference.
    pub differences: Vec<Difference>,
    /// What explains a redirect that differs: its client, the reason of its verdict, and its findings with clause and frame.
    pub remarks: Vec<String>,
}

impl Expectation {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// What is wrong with it, with line and column where JSON itself or a key is.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let expectation: Self = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        if expectation.schema != SCHEMA {
            return Err(format!("schema is `{}`, and `{SCHEMA}` is wanted", expectation.schema));
        }
        let mut places = BTreeSet::new();
        for redirect in &expectation.redirects {
            if !places.insert((redirect.frame, redirect.index)) {
                return Err(format!("two redirects in frame {}, message {}", redirect.frame, redirect.index));
            }
            for rule in redirect.rules.iter().flatten() {
                known_rule(rule)?;
            }
        }
        Ok(expectation)
    }

    /// What the report of one capture, all of it in memory ([`Report::bring_back`]), shows, in the order of frames.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let mut redirects: Vec<Expected> = told(report).map(expected).collect();
        redirects.sort_by_key(|redirect| (redirect.frame, redirect.index));
        let complete = report.captures.iter().all(|capture| capture.complete);
        Self { schema: SCHEMA.to_owned(), complete: Some(complete), redirects }
    }

    /// Takes the remarks of an earlier file over, for the redirects that both have.
    pub fn keep_notes(&mut self, earlier: &Self) {
        for redirect in &mut self.redirects {
            let same = earlier.redirects.iter().find(|other| (other.frame, other.index) == (redirect.frame, redirect.index));
            redirect.note = same.and_then(|same| same.note.clone());
        }
    }

    /// The file's text.
    #[must_use]
    pub fn text(&self) -> Vec<u8> {
        let mut text = Vec::new();
        // Memory can be written, and every member has a form in JSON.
        let _ = super::json_escape::write_pretty(self, &mut text);
        text.push(b'\n');
        text
    }

    /// Every redirect of the file and of the report of its capture, all of it in memory ([`Report::bring_back`]), in the order of frames.
    #[must_use]
    pub fn compare(&self, report: &Report) -> Vec<Compared> {
        let mut awaited: BTreeMap<(u64, u32), &Expected> =
            self.redirects.iter().map(|expected| ((expected.frame, expected.index), expected)).collect();
        let mut all: Vec<Compared> = told(report)
            .map(|redirect| {
                let seen = &redirect.response.seen;
                let differences = awaited.remove(&(seen.frame, seen.index)).map_or_else(
                    || vec![difference("redirect", "none", &format!("{}, {}", redirect.status, redirect.verdict))],
                    |expected| differences(expected, redirect),
                );
                let remarks = if differences.is_empty() { Vec::new() } else { remarks(redirect) };
                Compared { frame: seen.frame, name: Some(junit::name(redirect)), differences, remarks }
            })
            .collect();
        all.extend(awaited.into_values().map(|expected| {
            let status = expected.status.map_or_else(|| "one".to_owned(), |status| status.to_string());
            let differences = vec![difference("redirect", &status, "none")];
            Compared { frame: expected.frame, name: None, differences, remarks: Vec::new() }
        }));
        all.sort_by_key(|compared| compared.frame);
        all
    }

    /// Whether the capture is as complete as expected; the difference where it is not.
    #[must_use]
    pub fn completeness(&self, report: &Report) -> Option<Difference> {
        let is_complete = report.captures.iter().all(|capture| capture.complete);
        let expected = self.complete.filter(|expected| *expected != is_complete)?;
        Some(difference("complete", &expected.to_string(), &is_complete.to_string()))
    }
}

fn known_rule(id: &str) -> Result<(), String> {
    if rules::find(id).is_some() {
        return Ok(());
    }
    let hint = nearest(id, rules::ALL.iter().map(|rule| rule.id)).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Err(format!("no rule `{id}`{hint}"))
}

/// The redirects and companions of a report.
fn told(report: &Report) -> impl Iterator<Item = &Redirect> {
    report.redirects.iter().chain(&report.companions)
}

/// What a redirect shows.
fn expected(redirect: &Redirect) -> Expected {
    Expected {
        frame: redirect.response.seen.frame,
        index: redirect.response.seen.index,
        status: Some(redirect.status),
        verdict: Some(redirect.verdict),
        retry_frame: Some(redirect.retry().map(|retry| retry.seen.frame)),
        future: Some(redirect.future.as_ref().map(|future| future.verdict)),
        rules: Some(redirect.findings.iter().map(|finding| finding.rule.clone()).collect()),
        note: None,
    }
}

fn difference(member: &'static str, expected: &str, found: &str) -> Difference {
    Difference { member, expected: expected.to_owned(), found: found.to_owned() }
}

fn differences(wanted: &Expected, redirect: &Redirect) -> Vec<Difference> {
    let found = expected(redirect);
    let mut differences = Vec::new();
    let mut compare = |member, wanted: Option<String>, found: Option<String>| {
        if let (Some(wanted), Some(found)) = (wanted, found)
            && wanted != found
        {
            differences.push(Difference { member, expected: wanted, found });
        }
    };
    compare("status", wanted.status.map(|status| status.to_string()), found.status.map(|status| status.to_string()));
    compare("verdict", wanted.verdict.map(|verdict| verdict.to_string()), found.verdict.map(|verdict| verdict.to_string()));
    compare("retry_frame", wanted.retry_frame.map(or_none), found.retry_frame.map(or_none));
    compare("future", wanted.future.map(or_none), found.future.map(or_none));
    compare("rules", wanted.rules.as_ref().map(listed), found.rules.as_ref().map(listed));
    differences
}

/// The client, the reason of the verdict, and the findings with clause and frame.
fn remarks(redirect: &Redirect) -> Vec<String> {
    let client = redirect.client.user_agent.iter().map(|user_agent| format!("client: {user_agent}"));
    let reason = std::iter::once(format!("why: {}", redirect.reason));
    let findings = redirect.findings.iter().map(|finding| {
        let Finding { level, rule, clause, .. } = finding;
        format!("{level} {rule} ({clause}, frame {})", finding.primary.frame)
    });
    client.chain(reason).chain(findings).collect()
}

fn or_none<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}

fn listed(rules: &BTreeSet<String>) -> String {
    if rules.is_empty() { "none".to_owned() } else { rules.iter().map(String::as_str).collect::<Vec<_>>().join(" ") }
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    fn parsed(redirects: &str) -> Result<Expectation, String> {
        Expectation::parse(format!("{{\"schema\": \"{SCHEMA}\", \"redirects\": {redirects}}}").as_bytes())
    }

    #[test]
    fn what_was_made_of_a_report_is_met_by_it_and_reads_back_the_same() {
        for report in [example::one_capture(), example::damaged()] {
            let expectation = Expectation::of(&report);
            assert_eq!(Expectation::parse(&expectation.text()).unwrap(), expectation);
            assert!(expectation.compare(&report).iter().all(|compared| compared.differences.is_empty()));
            assert_eq!(expectation.completeness(&report), None);
        }
    }

    #[test]
    fn every_member_that_differs_is_named_with_both_values() {
        let report = example::one_capture();
        let expectation = parsed(
            r#"[{"frame": 3, "status": 302, "verdict": "incorrect", "retry_frame": null, "future": null, "rules": ["ack-missing"]},
                {"frame": 31, "verdict": "incorrect"}, {"frame": 42}, {"frame": 99, "status": 305}]"#,
        )
        .unwrap();
        let compared = expectation.compare(&report);
        let members: Vec<_> = compared[0].differences.iter().map(|difference| difference.member).collect();
        assert_eq!(members, ["verdict", "retry_frame", "future", "rules"]);
        assert_eq!(compared[0].differences[1], difference("retry_frame", "none", "6"));
        assert!(compared.iter().filter(|compared| compared.frame == 31).all(|compared| compared.differences.is_empty()));
        let last = compared.last().unwrap();
        assert_eq!((last.frame, last.name.as_deref()), (99, None));
        assert_eq!(last.differences, [difference("redirect", "305", "none")]);
    }

    #[test]
    fn a_redirect_that_nobody_expected_is_a_difference() {
        let compared = parsed("[]").unwrap();
        let report = example::one_capture();
        assert!(compared.compare(&report).iter().all(|compared| compared.differences.len() == 1));
    }

    #[test]
    fn what_is_not_known_is_an_error() {
        for (redirects, part) in [
            (r#"[{"frame": 1, "verdit": "correct"}]"#, "unknown field `verdit`"),
            (r#"[{"frame": 1, "verdict": "right"}]"#, "unknown variant `right`"),
            (r#"[{"frame": 1, "rules": ["ack-mising"]}]"#, "no rule `ack-mising`; did you mean `ack-missing`?"),
            (r#"[{"verdict": "correct"}]"#, "missing field `frame`"),
            (r#"[{"frame": 1}, {"frame": 1}]"#, "two redirects in frame 1"),
            (r#"[{"frame": 1}"#, "line 1 column"),
        ] {
            let error = parsed(redirects).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
        assert!(Expectation::parse(br#"{"schema": "other/1", "redirects": []}"#).unwrap_err().contains(SCHEMA));
    }

    #[test]
    fn the_remarks_of_an_earlier_file_are_kept() {
        let report = example::one_capture();
        let earlier = parsed(r#"[{"frame": 31, "note": "known since spring"}, {"frame": 7, "note": "gone"}]"#).unwrap();
        let mut expectation = Expectation::of(&report);
        expectation.keep_notes(&earlier);
        let notes: Vec<_> = expectation.redirects.iter().filter_map(|redirect| redirect.note.as_deref()).collect();
        assert_eq!(notes, ["known since spring"]);
    }

    #[test]
    fn a_capture_that_is_not_as_complete_as_expected_is_told() {
        let mut expectation = Expectation::of(&example::one_capture());
        assert_eq!(expectation.completeness(&example::damaged()), Some(difference("complete", "true", "false")));
        expectation.complete = None;
        assert_eq!(expectation.completeness(&example::damaged()), None);
    }
}
