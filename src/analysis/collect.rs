//! Takes closed redirects, later requests and bounds as they come, gives them judged, published and in order.
//!
//! Invariant: redirects stand in the order of their numbers, whatever the order in which they were closed.

use std::collections::{BTreeMap, BTreeSet};

use super::members::Members;
use crate::call::{Events, FIRST_COMPANION, LaterRequest, Redirect, Watch};
use crate::evidence::Place;
use crate::fault::{Fault, FaultLog};
use crate::limit::{Limit, Limits};
use crate::report::{model, publish};
use crate::rules::{self, Selection};

/// How many redirects are held in memory before they are laid aside together, where there is a place for them.
const HELD_MAX: usize = 2_048;
/// How many octets the messages of these, and the later requests, may have, after which they are laid aside too.
const HELD_OCTETS_MAX: usize = 4 << 20;
/// What a later request and its findings take beside its URI, in octets, about.
const LATER_OCTETS: usize = 512;

/// What came of all calls.
pub(super) struct Judged {
    /// The redirects, in the order of their numbers.
    pub(super) redirects: Vec<model::Redirect>,
    /// Those that were laid aside.
    pub(super) aside: Option<model::Aside>,
    /// Of what each consists, companions too, where that was to be kept.
    members: BTreeMap<u64, Members>,
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
    limits: Limits,
    /// Of what each redirect consists, where somebody will ask for it.
    members: Option<BTreeMap<u64, Members>>,
    /// Boxed, as the tree moves its values about.
    redirects: BTreeMap<u64, Box<model::Redirect>>,
    /// Octets of the messages of those that are held.
    held_octets: usize,
    /// Where more of them than memory is to hold are laid, as long as that goes well.
    aside: Option<model::Aside>,
    is_aside_full: bool,
    /// How many redirects there are in all.
    count: u64,
    companions: BTreeMap<u64, Box<model::Redirect>>,
    later: BTreeMap<u64, model::Addition>,
    orphans: model::Orphans,
    faults: Vec<FaultLog>,
    second_readings: Vec<model::SecondReading>,
}

impl Collector {
    pub(super) fn new(selection: Selection, limits: Limits, captures: usize) -> Self {
        Self {
            selection,
            limits,
            members: None,
            redirects: BTreeMap::new(),
            held_octets: 0,
            aside: None,
            is_aside_full: false,
            count: 0,
            companions: BTreeMap::new(),
            later: BTreeMap::new(),
            orphans: model::Orphans::default(),
            faults: vec![FaultLog::default(); captures],
            second_readings: vec![model::SecondReading::default(); captures],
        }
    }

    /// Keeps from now on of what each redirect consists, where `is_wanted`.
    pub(super) fn keeping_members(self, is_wanted: bool) -> Self {
        Self { members: is_wanted.then(BTreeMap::new), ..self }
    }

    /// Lays aside in `store` what is more than memory is to hold.
    ///
    /// Not together with the members: which redirects are told is known at the end only then.
    pub(super) fn laying_aside(self, store: Option<Box<dyn model::Store>>) -> Self {
        Self { aside: store.map(model::Aside::new), ..self }
    }

    pub(super) const fn redirects(&self) -> u64 {
        self.count
    }

    /// Counts what is held from now on, and lays it all aside where it is too much.
    fn hold(&mut self, octets: usize) {
        self.held_octets = self.held_octets.saturating_add(octets);
        if self.redirects.len() >= HELD_MAX || self.held_octets >= HELD_OCTETS_MAX {
            self.lay_aside();
        }
    }

    /// Lays aside what is held, where that can be done; where the store fails, everything stays in memory from then on.
    fn lay_aside(&mut self) {
        let Some(aside) = self.aside.as_mut().filter(|_| !self.is_aside_full) else { return };
        let additions = self.later.iter().map(|(id, addition)| (*id, addition));
        match aside.lay(self.redirects.values().map(|redirect| &**redirect), additions) {
            Ok(()) => {
                self.redirects.clear();
                self.later.clear();
                self.held_octets = 0;
            }
            Err(_) => self.is_aside_full = true,
        }
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
        let is_some_aside = self.aside.as_ref().is_some_and(|aside| !aside.is_empty());
        if is_some_aside {
            self.lay_aside();
        }
        for (id, addition) in std::mem::take(&mut self.later) {
            match (self.redirects.get_mut(&id), &mut self.aside) {
                // Where pieces are laid aside, they come first.
                (_, Some(aside)) if is_some_aside => aside.hold(id, addition),
                (Some(redirect), _) => redirect.add(addition),
                (None, _) => {}
            }
        }
        let told: BTreeSet<u64> = self.companions.values().map(|companion| companion.id).collect();
        for companion in self.companions.values_mut() {
            companion.relayed_to = companion.relayed_to.filter(|upstream| told.contains(upstream));
        }
        Judged {
            members: self.members.unwrap_or_default(),
            redirects: self.redirects.into_values().map(|redirect| *redirect).collect(),
            aside: self.aside.filter(|_| is_some_aside),
            companions: self.companions.into_values().map(|companion| *companion).collect(),
            orphans: self.orphans,
            faults: self.faults,
            second_readings: self.second_readings,
        }
    }
}

/// Octets of the messages that a redirect is told by.
fn octets(redirect: &Redirect) -> usize {
    let attempts = redirect.attempts.iter().map(|attempt| &attempt.request);
    redirect.request.iter().chain([&redirect.response]).chain(attempts).map(|member| member.message.octets().len()).sum()
}

impl Judged {
    /// Keeps the redirects of which `is_wanted` is true of a Call-ID.
    pub(super) fn keep_calls(&mut self, is_wanted: impl Fn(&[u8]) -> bool) {
        let members = &self.members;
        self.redirects.retain(|redirect| members.get(&redirect.id).is_some_and(|members| members.has_own_call(&is_wanted)));
    }

    /// The Call-IDs under which each redirect, companions left out, and its attempts went.
    pub(super) fn own_calls(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let members = self.members.iter().filter(|(id, _)| **id < FIRST_COMPANION);
        members.flat_map(|(id, members)| members.own_calls().map(|call_id| (*id, call_id)))
    }

    /// Of what the redirects that are left, and the companions, consist.
    pub(super) fn take_members(&mut self) -> Members {
        let mut all = Members::default();
        let kept: BTreeSet<u64> = self.redirects.iter().map(|redirect| redirect.id).collect();
        for (id, members) in std::mem::take(&mut self.members) {
            if id >= FIRST_COMPANION || kept.contains(&id) {
                all.join(members);
            }
        }
        all
    }

    /// Notes what is broken in a capture.
    pub(super) fn note(&mut self, capture: u32, fault: Fault) {
        if let Some(log) = self.faults.get_mut(capture as usize) {
            log.note(fault);
        }
    }
}

impl Events for Collector {
    fn closed(&mut self, redirect: Redirect) {
        if redirect.is_companion() && self.companions.len() >= self.limits.room(Limit::Companions) {
            let Place { capture, frame, .. } = redirect.response.place;
            self.note(capture, Fault::reached_at(Limit::Companions, &self.limits, frame));
            return;
        }
        let judgement = rules::judge(&redirect, &self.selection);
        if let Some(members) = &mut self.members {
            members.entry(redirect.id).or_default().closed(&redirect, &judgement.findings);
        }
        if redirect.is_companion() {
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
        if judgement.verdict == rules::Verdict::Incorrect {
            self.read_again(&redirect);
        }
        self.count += 1;
        self.redirects.insert(redirect.id, Box::new(publish::redirect(&redirect, &judgement)));
        self.hold(octets(&redirect));
    }

    fn later(&mut self, watch: &Watch, request: LaterRequest) {
        let findings = rules::judge_later(watch, &request, &self.selection);
        if let Some(members) = &mut self.members {
            members.entry(watch.redirect).or_default().later(&request, &findings);
        }
        let addition = self.later.entry(watch.redirect).or_default();
        addition.requests.push(publish::later_request(&request));
        if addition.convicted_by.is_none() {
            addition.convicted_by = findings.iter().find(|finding| rules::convicts(finding)).map(|worst| worst.message.clone());
        }
        addition.findings.extend(findings.iter().map(publish::finding));
        self.hold(request.uri.len().saturating_add(LATER_OCTETS));
    }

    fn unanswered(&mut self, acks: u64) {
        self.orphans.acks = acks;
    }

    fn fault(&mut self, capture: u32, fault: Fault) {
        self.note(capture, fault);
    }
}
