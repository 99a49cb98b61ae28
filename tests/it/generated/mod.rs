//! Takes a seed, makes calls up by chance, right and wrong, over every transport and role, disturbed in every way, and holds the verdicts to
//! what was meant.
//!
//! Invariant: whoever makes a call up writes down what is true of it; nothing of the judging code is used for that. `GENERATED_CALLS=100000`
//! makes more of them than the usual number, `GENERATED_SEED=7` others.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use sip3xx::report::model::{Level, Party, Redirect, Report};

use self::disturbed::{Disturbance, capture_of};
use self::stage::{SECOND, Stage, Truth};
use self::uac::Story;
use crate::support::audited::report_of_bytes;
use crate::support::chance::Chance;

mod alternative;
mod credentials;
mod disturbed;
mod incomplete;
mod message;
mod named;
mod proxy;
mod stage;
mod uac;
mod within_dialog;
mod wrong;

/// How many calls are made up where nobody says otherwise.
const CALLS: usize = 10_000;
/// The most calls of one capture.
const MOST_AT_ONCE: usize = 24;
/// After how many wrong verdicts of one story the rest of them is not told.
const MOST_TOLD: usize = 3;

/// The most captures with wrong verdicts that are kept.
const MOST_KEPT: usize = 8;

/// Leaves a capture that was judged wrongly where it can be looked at.
fn keep(seed: u64, capture: &[u8]) {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("generated-{seed:x}.pcap"));
    fs::write(&file, capture).expect("the folder for tests can be written");
    eprintln!("kept: {}", file.display());
}

/// A number from the environment.
fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// All stories, by name.
fn stories() -> Vec<(&'static str, Story)> {
    [
        uac::STORIES,
        wrong::STORIES,
        incomplete::STORIES,
        credentials::STORIES,
        within_dialog::STORIES,
        named::STORIES,
        proxy::STORIES,
        alternative::STORIES,
    ]
    .concat()
}

/// Some calls at once in one capture.
fn batch(seed: u64, most: usize) -> (Vec<(Stage, Disturbance, u64)>, Vec<u8>) {
    let mut chance = Chance::new(seed);
    let count = if chance.happens(30) { 1 } else { 1 + chance.below(most) };
    let all = stories();
    let mut played = Vec::new();
    for number in 0..count {
        let (name, story) = chance.one_of(&all);
        let begin = chance.next() % (30 * SECOND);
        let mut stage = Stage::new(number, Chance::new(chance.next()));
        story(&mut stage);
        stage.name = name;
        stage.shots.sort_by_key(|shot| shot.micros);
        let disturbance = Disturbance::by_chance(&mut stage, count == 1);
        disturbance.happen(&mut stage);
        played.push((stage, disturbance, begin));
    }
    let capture = capture_of(&played);
    (played, capture)
}

/// The redirect that `truth` speaks of.
fn redirect_of<'a>(truth: &Truth, report: &'a Report) -> Option<&'a Redirect> {
    report.redirects.iter().find(|redirect| {
        let is_client = redirect.client.address == truth.client.ip().to_string();
        redirect.call_id == truth.call_id && redirect.status == truth.status && is_client && redirect_is_of(truth, redirect)
    })
}

/// Whether the redirect's request is the one that the truth speaks of, among those of one call.
fn redirect_is_of(truth: &Truth, redirect: &Redirect) -> bool {
    redirect.request.as_ref().is_none_or(|request| request.uri == truth.uri)
}

/// In what the report differs from the truth.
fn difference(truth: &Truth, report: &Report) -> Option<String> {
    let Some(redirect) = redirect_of(truth, report) else {
        return (!truth.may_be_unseen).then(|| "it is not in the report".to_owned());
    };
    let verdict = redirect.verdict.name();
    if !truth.verdicts.contains(&verdict) {
        return Some(format!("{verdict} instead of {:?}: {}", truth.verdicts, redirect.reason));
    }
    let is_charge = |party, level| level != Level::Note && matches!(party, Party::Client | Party::Proxy);
    let charges: Vec<&str> = redirect.findings.iter().filter(|it| is_charge(it.party, it.level)).map(|it| it.rule.as_str()).collect();
    if !truth.is_loose
        && let Some(missing) = truth.broken.iter().find(|rule| !charges.contains(rule))
    {
        return Some(format!("{missing} is not found, but {charges:?}"));
    }
    let is_known = |rule: &&&str| truth.broken.contains(*rule) || truth.companions.iter().any(|known| known == *rule || *known == "*");
    if let Some(wrong) = charges.iter().find(|rule| !is_known(rule)) {
        return Some(format!("{wrong} is found"));
    }
    let future = redirect.future.as_ref().map(|future| future.verdict.name());
    match truth.future {
        Some(wanted) if future != Some(wanted) => Some(format!("future {future:?} instead of {wanted}")),
        _ => None,
    }
}

#[test]
fn every_verdict_is_what_the_call_was_made_up_to_be() {
    let calls = setting("GENERATED_CALLS").and_then(|calls| usize::try_from(calls).ok()).unwrap_or(CALLS);
    let mut seeds = Chance::new(setting("GENERATED_SEED").unwrap_or(0x5eed));
    let (mut told, mut wrong, mut made) = (String::new(), 0, 0);
    let mut by_story = BTreeMap::new();
    while made < calls {
        let seed = seeds.next();
        let (stories, capture) = batch(seed, MOST_AT_ONCE);
        made += stories.len();
        let report = report_of_bytes(capture.clone()).expect("a capture that was just written can be read");
        let (before, mut known) = (wrong, 0);
        for (stage, disturbance, _) in &stories {
            known += stage.truths.len();
            for truth in &stage.truths {
                let Some(difference) = difference(truth, &report) else { continue };
                wrong += 1;
                *by_story.entry(stage.name).or_insert(0) += 1;
                if by_story[stage.name] <= MOST_TOLD {
                    let about = format!("{} ({disturbance:?}, {}, {} at once)", stage.name, stage.transport, stories.len());
                    let _ = writeln!(told, "seed {seed:#x}: {about}, {} of {}: {difference}", truth.status, truth.call_id);
                }
            }
        }
        if report.redirects.len() > known {
            wrong += 1;
            let _ = writeln!(told, "seed {seed:#x}: {} redirects in place of {known}", report.redirects.len());
        }
        if wrong > before && before < MOST_KEPT {
            keep(seed, &capture);
        }
    }
    assert!(wrong == 0, "{wrong} of {made} calls were judged wrongly: {by_story:?}\n{told}");
}
