//! Takes the script of a call, gives what is said of each redirect in it: its frame, the verdict, the broken rules, the frame of the retry.
//! For tests.

use super::engine::{Selection, judge, judge_later};
use super::rule::Party;
use super::scene::play;
use crate::call::Use;

/// What is said of one redirect: frame of the 3xx, verdict, rules that the client broke, frame of the first attempt.
pub(super) type Said = (u64, &'static str, Vec<&'static str>, Option<u64>);

/// What is said of the redirects in a script, in the order in which they came.
#[track_caller]
pub(super) fn said(script: &str) -> Vec<Said> {
    let mut redirects = play(script).redirects;
    redirects.sort_by_key(|redirect| redirect.id);
    let told = redirects.iter().map(|redirect| {
        let judgement = judge(redirect, &Selection::default());
        let of_client = judgement.findings.iter().filter(|finding| finding.rule.party != Party::Server);
        let attempt = redirect.attempts.first().map(|attempt| attempt.request.place.frame);
        (redirect.response.place.frame, judgement.verdict.name(), of_client.map(|finding| finding.rule.id).collect(), attempt)
    });
    told.collect()
}

/// Holds what is said of the only redirect in a script.
#[track_caller]
pub(super) fn hold(script: &str, frame: u64, verdict: &str, rules: &[&str], attempt: Option<u64>) {
    let told = said(script);
    let [(at, found, broken, retry)] = told.as_slice() else { panic!("one redirect, found {told:?}") };
    assert_eq!((*at, *found, broken.as_slice(), *retry), (frame, verdict, rules, attempt), "{script}");
}

/// What the later requests in a script show, and the rules that they break.
#[track_caller]
pub(super) fn later(script: &str) -> Vec<(Use, Vec<&'static str>)> {
    let scene = play(script);
    let told = scene.later.iter().map(|(watch, request)| {
        let findings = judge_later(watch, request, &Selection::default());
        (request.shows, findings.iter().map(|finding| finding.rule.id).collect())
    });
    told.collect()
}
