//! Takes closed redirects, later requests and bounds as they come, gives them judged, published and in order.
//!
//! Invariant: redirects stand in the order of their numbers, whatever the order in which they were closed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::call::{Events, FIRST_COMPANION, LaterRequest, Redirect, Sighting, Watch};
use crate::evidence::Place;
use crate::fault::{Fault, FaultKind, FaultLog};
use crate::report::{model, publish};
use crate::rules::{self, Selection};

/// The most later requests that are judged and told of one redirect; more of them are told as a fault.
const MAX_LATER: usize = 1_000;

/// What came later for a redirect.
#[derive(Debug, Default)]
struct Later {
    requests: Vec<model::LaterRequest>,
    findings: Vec<rules::Finding>,
}

/// The Call-IDs under which a redirect and its attempts went.
pub(super) type CallIds = Vec<Box<[u8]>>;

/// What came of all calls.
pub(super) struct Judged {
    /// The redirects, in the order of their numbers.
    pub(super) redirects: Vec<model::Redirect>,
    /// The Call-IDs of each, where they were to be kept.
    pub(super) calls: BTreeMap<u64, CallIds>,
    /// What is told beside them, in the order of its numbers.
    pub(super) companions: Vec<model::Redirect>,
    /// What stands alone.
    pub(super) orphans: model::Orphans,
    /// The bounds that were reached, by capture.
    pub(super) faults: Vec<FaultLog>,
    /// How another reader reads what the incorrect verdicts stand on, by capture.
    pub(super) second_readings: Vec<model::SecondReading>,
}

/// Judges and keeps what the calls give.
pub(super) struct Collector {
    selection: Selection,
    /// The Call-IDs of each redirect, where somebody will ask for them.
    calls: Option<BTreeMap<u64, CallIds>>,
    /// Boxed, as the tree moves its values about.
    redirects: BTreeMap<u64, Box<model::Redirect>>,
    companions: BTreeMap<u64, Box<model::Redirect>>,
    later: BTreeMap<u64, Later>,
    orphans: model::Orphans,
    faults: Vec<FaultLog>,
    second_readings: Vec<model::SecondReading>,
}

impl Collector {
    pub(super) fn new(selection: Selection, captures: usize) -> Self {
        Self {
            selection,
            calls: None,
            redirects: BTreeMap::new(),
            companions: BTreeMap::new(),
            later: BTreeMap::new(),
            orphans: model::Orphans::default(),
            faults: vec![FaultLog::default(); captures],
            second_readings: vec![model::SecondReading::default(); captures],
        }
    }

    /// Keeps from now on under which Call-IDs each redirect and its attempts went.
    pub(super) fn keep_call_ids(&mut self) {
        self.calls = Some(BTreeMap::new());
    }

    pub(super) fn redirects(&self) -> u64 {
        self.redirects.len() as u64
    }

    /// Notes what is broken in a capture.
    pub(super) fn note(&mut self, capture: u32, fault: Fault) {
        if let Some(log) = self.faults.get_mut(capture as usize) {
            log.note(fault);
        }
    }

    /// Lets another reader read the messages that an incorrect verdict stands on: what it reads otherwise is counted, and ours is taken.
    fn read_again(&mut self, redirect: &Redirect) {
        let Some(reading) = self.second_readings.get_mut(redirect.response.place.capture as usize) else { return };
        let attempts = redirect.attempts.iter().map(|attempt| &attempt.request);
        for member in redirect.request.iter().chain([&redirect.response]).chain(attempts) {
            let tally = member.message.to_rsip_typed().tally;
            reading.agreed += u64::from(tally.agreed);
            reading.refused += u64::from(tally.refused);
            reading.disagreed += u64::from(tally.disagreed);
        }
    }

    /// The redirects with their futures, what stands alone, and the faults of each capture.
    pub(super) fn finish(mut self) -> Judged {
        for (id, later) in std::mem::take(&mut self.later) {
            if let Some(redirect) = self.redirects.get_mut(&id) {
                add(redirect, later);
            }
        }
        Judged {
            calls: self.calls.unwrap_or_default(),
            redirects: self.redirects.into_values().map(|redirect| *redirect).collect(),
            companions: self.companions.into_values().map(|companion| *companion).collect(),
            orphans: self.orphans,
            faults: self.faults,
            second_readings: self.second_readings,
        }
    }
}

impl Judged {
    /// Keeps the redirects of which `is_wanted` is true of a Call-ID.
    pub(super) fn keep_calls(&mut self, is_wanted: impl Fn(&[u8]) -> bool) {
        let calls = &self.calls;
        self.redirects.retain(|redirect| calls.get(&redirect.id).into_iter().flatten().any(|call_id| is_wanted(call_id)));
    }

    /// Notes what is broken in a capture.
    pub(super) fn note(&mut self, capture: u32, fault: Fault) {
        if let Some(log) = self.faults.get_mut(capture as usize) {
            log.note(fault);
        }
    }
}

/// The Call-ID of a message; one that has none, as where the capture cut it off, is a call of its own, named after its place.
pub(super) fn call_of<'a>(sighting: &'a Sighting<'_>) -> Cow<'a, [u8]> {
    let Place { capture, frame, index } = sighting.place;
    sighting.message.call_id().map_or_else(|| format!("\0{capture}/{frame}/{index}").into_bytes().into(), Cow::Borrowed)
}

/// The Call-IDs of a redirect: its own, and those of its attempts.
fn call_ids(redirect: &Redirect) -> CallIds {
    let attempts = redirect.attempts.iter().map(|attempt| &attempt.request);
    let members = redirect.request.iter().chain([&redirect.response]).chain(attempts);
    let mut found: CallIds = members.map(|member| call_of(member).into()).collect();
    found.sort();
    found.dedup();
    found
}

fn add(redirect: &mut model::Redirect, later: Later) {
    if let Some(future) = &mut redirect.future {
        future.verdict = publish::future_verdict(&later.requests);
        future.requests = later.requests;
    }
    if redirect.verdict != model::Verdict::Incorrect
        && let Some(worst) = later.findings.iter().find(|finding| rules::convicts(finding))
    {
        redirect.verdict = model::Verdict::Incorrect;
        redirect.reason.clone_from(&worst.message);
    }
    redirect.findings.extend(later.findings.iter().map(publish::finding));
}

impl Events for Collector {
    fn closed(&mut self, redirect: Redirect) {
        if redirect.is_companion() {
            let judgement = rules::judge(&redirect, &self.selection);
            let mut companion = publish::redirect(&redirect, &judgement);
            // They are numbered by themselves, from 1.
            let number = |id: u64| id.saturating_sub(FIRST_COMPANION).saturating_add(1);
            (companion.id, companion.chain.first) = (number(redirect.id), number(redirect.id));
            companion.relayed_to = redirect.relayed.map(number);
            self.companions.insert(redirect.id, Box::new(companion));
            return;
        }
        if redirect.request.is_none() {
            self.orphans.responses += 1;
        }
        if let Some(calls) = &mut self.calls {
            calls.insert(redirect.id, call_ids(&redirect));
        }
        let judgement = rules::judge(&redirect, &self.selection);
        if judgement.verdict == rules::Verdict::Incorrect {
            self.read_again(&redirect);
        }
        self.redirects.insert(redirect.id, Box::new(publish::redirect(&redirect, &judgement)));
    }

    fn later(&mut self, watch: &Watch, request: LaterRequest) {
        let later = self.later.entry(watch.redirect).or_default();
        if later.requests.len() < MAX_LATER {
            later.findings.extend(rules::judge_later(watch, &request, &self.selection));
            later.requests.push(publish::later_request(&request));
        } else {
            let bound =
                Fault { wanted: Some(MAX_LATER as u64), ..Fault::new(FaultKind::BoundReached, "later requests told of one redirect") };
            self.note(request.place.capture, bound.at_frame(request.place.frame));
        }
    }

    fn unanswered(&mut self, acks: u64) {
        self.orphans.acks = acks;
    }

    fn fault(&mut self, capture: u32, fault: Fault) {
        self.note(capture, fault);
    }
}
