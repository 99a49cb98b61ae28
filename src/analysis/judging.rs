//! Takes the messages and clues of an analysis in the order of reading, gives what came of all calls.
//!
//! Invariant: whether one thread judges or two, the calls see everything in the order of reading, and the collector in the order of the calls.

use std::sync::atomic::Ordering;

use super::Options;
use super::batch::{Batches, Judge};
use super::collect::{Collector, Judged};
use super::given;
use super::redaction::Redaction;
use crate::call::{Calls, Clue, Events, Settings, Sighting};
use crate::evidence::Timestamp;
use crate::rules::Selection;

/// What is done with the messages: `events` is told what the calls give.
pub(super) struct Judging<E = Collector> {
    calls: Calls,
    pub(super) events: E,
    /// What comes between the messages and the calls: nothing behind it ever sees what it takes out.
    redaction: Option<Redaction>,
}

impl Judging {
    pub(super) fn new(options: &Options, captures: usize, keeps_members: bool) -> Self {
        Self::with(collector(options, captures, keeps_members), options)
    }

    pub(super) fn finish(mut self) -> Judged {
        self.calls.finish(&mut self.events);
        self.events.finish()
    }
}

impl<E> Judging<E> {
    fn with(events: E, options: &Options) -> Self {
        Self { calls: Calls::new(settings(options)), events, redaction: options.redaction.clone() }
    }
}

impl<E: Events> Judge for Judging<E> {
    fn reached(&mut self, capture: u32, time: Timestamp) {
        self.calls.reaches(capture, time);
    }

    fn seen(&mut self, sighting: &Sighting<'_>) {
        Redaction::give(self.redaction.as_ref(), sighting, |sighting| self.calls.see(sighting, &mut self.events));
    }

    fn noticed(&mut self, clue: &Clue) {
        self.calls.clue(clue, &mut self.events);
    }
}

/// Judges what the batches hold: one thread follows the calls, another one judges and publishes what they give.
pub(super) fn judge(batches: Batches, options: &Options, captures: usize, keeps_members: bool) -> Judged {
    let redirects = batches.judged();
    let (giver, taker) = given::channel();
    std::thread::scope(|scope| {
        let collecting = scope.spawn(move || {
            let mut collector = collector(options, captures, keeps_members);
            taker.each(&mut collector, |collector| redirects.store(collector.redirects(), Ordering::Relaxed));
            collector.finish()
        });
        let mut judging = Judging::with(giver, options);
        batches.each(|batch| batch.each(&mut judging));
        judging.calls.finish(&mut judging.events);
        // What is left is handed over, and the other thread comes to its end.
        drop(judging);
        collecting.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn collector(options: &Options, captures: usize, keeps_members: bool) -> Collector {
    // A store that cannot be opened leaves everything in memory.
    let store = options.aside.filter(|_| !keeps_members).and_then(|aside| aside.0().ok());
    Collector::new(selection(options), options.limits, captures).keeping_members(keeps_members).laying_aside(store)
}

fn settings(options: &Options) -> Settings {
    Settings {
        retry_window: options.retry_window_ns,
        patience: options.patience_ns,
        network: options.network.clone(),
        limits: options.limits,
    }
}

fn selection(options: &Options) -> Selection {
    Selection { profile: options.profile, only: options.only.clone(), ignore: options.ignore.clone(), levels: options.levels.clone() }
}
