//! Takes the captures of real clients beside the project, holds the report to what a person found in each.
//!
//! Invariant: rows that are marked ambiguous are told where they differ, and never fail.

use std::fmt::Write;

use sip3xx::report::model::{FutureVerdict, Redirect, Report, Verdict};

use crate::support::audited::{report_of, try_report_of};
use crate::support::real_captures::{Truth, captures_in, folder, name_of, truth_of};

/// The redirect of `row` in the report.
fn redirect_of<'a>(row: &Truth, report: &'a Report) -> Option<&'a Redirect> {
    let mut frames: Vec<u64> = row.resp_frames.iter().copied().chain(row.frame_of_3xx).collect();
    frames.sort_unstable();
    frames.iter().find_map(|frame| report.redirects.iter().find(|redirect| redirect.response.seen.frame == *frame))
}

/// In what the report differs from the truth.
fn differences(row: &Truth, report: &Report) -> Vec<String> {
    let Some(redirect) = redirect_of(row, report) else {
        return row.frame_of_3xx.map(|_| "it is not in the report".to_owned()).into_iter().collect();
    };
    let mut found = Vec::new();
    let mut hold = |what: &str, had: Option<u64>, wanted: Option<u64>| {
        if had != wanted {
            found.push(format!("{what} in frame {had:?} instead of {wanted:?}"));
        }
    };
    hold("the 3xx", Some(redirect.response.seen.frame), row.frame_of_3xx);
    hold("the request", redirect.request.as_ref().map(|request| request.seen.frame), row.frame_of_request);
    hold("the retry", redirect.attempts.first().map(|attempt| attempt.seen.frame), row.frame_of_retry);
    let verdict = redirect.verdict.name();
    if !row.accept.iter().any(|accepted| accepted == verdict) {
        found.push(format!("{verdict} instead of {:?}: {}", row.accept, redirect.reason));
    }
    for later in &row.later_requests {
        let requests = redirect.future.iter().flat_map(|future| &future.requests);
        match requests.clone().find(|request| request.seen.frame == later.frame) {
            None => found.push(format!("no later request in frame {}", later.frame)),
            Some(request) if (request.verdict == FutureVerdict::Kept) != later.original_uri_kept => {
                found.push(format!("the later request in frame {} is {:?}", later.frame, request.verdict));
            }
            Some(_) => {}
        }
    }
    found
}

#[test]
fn every_verdict_is_the_one_that_a_person_gave() {
    let Some(folder) = folder("") else { return };
    let (mut told, mut rows) = (String::new(), 0);
    for capture in captures_in(&folder) {
        let name = name_of(&capture);
        let truth = truth_of(&capture).unwrap_or_else(|| panic!("{name} has no truth beside it"));
        let report = report_of(&capture);
        for row in &truth {
            rows += 1;
            for difference in differences(row, &report) {
                let line = format!("{name}, frame {:?}, {}: {difference}", row.frame_of_3xx, row.status);
                if row.ambiguous {
                    eprintln!("ambiguous: {line}");
                } else {
                    let _ = writeln!(told, "{line}");
                }
            }
        }
        for redirect in &report.redirects {
            let frame = redirect.response.seen.frame;
            if !truth.iter().any(|row| row.frame_of_3xx == Some(frame) || row.resp_frames.contains(&frame)) {
                let _ = writeln!(told, "{name}, frame {frame}, {}: nobody else saw it", redirect.status);
            }
        }
    }
    assert!(told.is_empty(), "\n{told}");
    assert!(rows > 0, "no row of truth was read");
}

#[test]
fn no_client_is_blamed_in_public_captures() {
    let Some(folder) = folder("public") else { return };
    for capture in captures_in(&folder) {
        let report = report_of(&capture);
        let wrong: Vec<_> = report.redirects.iter().filter(|redirect| redirect.verdict == Verdict::Incorrect).collect();
        assert!(wrong.is_empty(), "{}: {wrong:?}", name_of(&capture));
    }
}

#[test]
fn a_container_of_whatever_kind_gives_a_report_or_says_why_not() {
    let Some(folder) = folder("containers") else { return };
    for capture in captures_in(&folder) {
        match try_report_of(&capture) {
            Ok(report) => assert_eq!(report.captures.len(), 1, "{}", name_of(&capture)),
            Err(error) => {
                let told = error.to_string();
                let about = format!("{}: ", capture.display());
                assert!(told.strip_prefix(&about).is_some_and(|why| why.len() > 10), "{}: {told}", name_of(&capture));
            }
        }
    }
}
