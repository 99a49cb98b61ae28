//! Takes captures and options, gives the report; the one place where the stages are joined.
//!
//! A frame becomes units, a unit that is SIP becomes a sighting, one that bears on SIP a clue; these become redirects, redirects are judged and published. One pass;
//! a capture whose frames are not in order of time is begun again in order.

use std::fmt;
use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use crate::call::{Clue, Network, SIPS, Settings, Sighting};
use crate::capture::{self, Capture, Frame, Merge};
use crate::fault::{Fault, FaultLog, FaultLogs};
use crate::filter::Filter;
use crate::flow::{Cut, CutState, Cutter, Flow, Front, KeyLog, Sign, Unit};
use crate::limit::{Limit, Limits};
use crate::report::model::{self, Report};
use crate::rules::{Level, Profile};
use crate::sip::framing::{self, Step};
use crate::sip::is_sip;

mod batch;
mod clocks;
mod clues;
mod collect;
mod conversations;
mod exchanges;
mod given;
mod judging;
mod kept;
mod ladders;
mod list;
mod marked;
mod masking;
mod members;
mod parties;
mod picked;
mod redaction;
mod side_by_side;
mod sightings;
#[cfg(test)]
mod stream_tests;
#[cfg(all(test, feature = "tls"))]
mod tls_tests;
#[cfg(test)]
mod websocket_tests;
mod written;

use batch::{Judge as _, Sender};
use clocks::Clocks;
use collect::Judged;
use judging::{Judging, judge};
pub use ladders::{Wanted, ladders, with_ladders};
pub use list::{DecodeAs, Listing, Taken, list};
pub use marked::{Marked, WriteError, write_marked};
pub use members::Members;
pub use picked::audit_wanting;
pub use redaction::Redaction;
pub use side_by_side::side_by_side;
use sightings::{Count, Found, Sightings};
pub use written::{Written, write_members};

/// After how many frames progress is told.
const PROGRESS_FRAMES: u64 = 1 << 14;

/// What an audit is to judge, and by which measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How late after a 3xx a request still counts as its attempt, in nanoseconds.
    pub retry_window_ns: i64,
    /// How much silence the capture must cover before "not followed" is said, in nanoseconds.
    pub patience_ns: i64,
    /// The measure of levels.
    pub profile: Profile,
    /// The ids of the only rules to check; all where empty.
    pub only: Vec<String>,
    /// The ids of rules not to check.
    pub ignore: Vec<String>,
    /// The secrets by which TLS is opened, beside those that a capture brings itself.
    pub keys: KeyLog,
    /// The levels of single rules at their worst, which go before the profile.
    pub levels: Vec<(String, Level)>,
    /// What is known of the network.
    pub network: Network,
    /// How much is held.
    pub limits: Limits,
    /// On how many threads it is done; the report is the same on any number.
    pub threads: NonZeroUsize,
    /// What puts pseudonyms in the place of persons, where they are not to be told.
    pub redaction: Option<Redaction>,
    /// Where redirects are laid aside that are more than memory is to hold.
    pub aside: Option<LaysAside>,
}

/// Opens a store, such as a temporary file, for the redirects of one analysis: [`Report::all`] has them then, and `Report::redirects` only what is left in memory.
///
/// It changes nothing that a report says, so all are equal.
#[derive(Clone, Copy)]
pub struct LaysAside(pub fn() -> io::Result<Box<dyn model::Store>>);

impl fmt::Debug for LaysAside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LaysAside")
    }
}

impl PartialEq for LaysAside {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for LaysAside {}

impl Default for Options {
    fn default() -> Self {
        let settings = Settings::default();
        Self {
            retry_window_ns: settings.retry_window,
            patience_ns: settings.patience,
            profile: Profile::Default,
            only: Vec::new(),
            ignore: Vec::new(),
            keys: KeyLog::default(),
            levels: Vec::new(),
            network: Network::default(),
            limits: Limits::default(),
            threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            redaction: None,
            aside: None,
        }
    }
}

/// Where a capture comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

/// How far the work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Octets of the captures read so far, as they lie on disk.
    pub bytes_read: u64,
    /// Octets of all captures, where known.
    pub bytes_total: Option<u64>,
    /// Redirects met so far.
    pub redirects: u64,
}

/// Why no report can be given.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A capture cannot be read at all.
    #[error(transparent)]
    Capture(#[from] capture::Error),
    /// What was laid aside cannot be read back.
    #[error("what was laid aside cannot be read back: {0}")]
    Store(#[from] std::io::Error),
}

/// Reads `inputs` as one capture, merged by time, and judges every 3xx in it.
///
/// # Errors
/// When an input cannot be read at all; what is broken inside a capture is told in the report.
pub fn audit(inputs: &[Input], options: &Options, progress: &mut dyn FnMut(&Progress)) -> Result<Report, Error> {
    Ok(audited(inputs, options, false, progress)?.report)
}

/// The same, of those calls of which `filter` picks a message where there is one; gives beside the report of what its redirects consist, so that
/// their frames can be written.
///
/// # Errors
/// As of [`audit`].
pub fn audit_with_members(
    inputs: &[Input],
    options: &Options,
    filter: Option<&Filter>,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Audited, Error> {
    match filter {
        Some(filter) => picked::audited_picked(inputs, options, filter, progress),
        None => audited(inputs, options, true, progress),
    }
}

/// A report, and of what its redirects consist.
#[derive(Debug, Default)]
pub struct Audited {
    /// The report.
    pub report: Report,
    /// Of what its redirects consist; nothing where nobody asked.
    pub members: Members,
}

impl From<Report> for Audited {
    fn from(report: Report) -> Self {
        Self { report, members: Members::default() }
    }
}

fn audited(inputs: &[Input], options: &Options, keeps_members: bool, progress: &mut dyn FnMut(&Progress)) -> Result<Audited, Error> {
    let clocks = Clocks::of_inputs(inputs);
    let merge = open(inputs, &clocks, Capture::open)?;
    // What came through a pipe cannot be read again.
    let repeatable = merge.captures().iter().all(Capture::can_be_reopened);
    let (mut audited, is_in_time_order) = match Audit::new(merge, options).run(keeps_members, repeatable, progress) {
        Some(audited) => (audited, false),
        None => {
            let merge = open(inputs, &clocks, Capture::open_in_time_order)?;
            (Audit::new(merge, options).run(keeps_members, false, progress).unwrap_or_default(), true)
        }
    };
    audited.members.is_in_time_order = is_in_time_order;
    clocks.tell(&mut audited.report);
    Ok(audited)
}

/// Judges every 3xx in `captures`, of which nothing was read yet, merged by time.
///
/// They cannot be begun again: frames that are not in order of time are taken as they come, and told.
pub fn audit_captures(captures: Vec<Capture>, options: &Options, progress: &mut dyn FnMut(&Progress)) -> Report {
    Audit::new(captures.into_iter().collect(), options).run(false, false, progress).unwrap_or_default().report
}

fn open(inputs: &[Input], clocks: &Clocks, file: fn(&std::path::Path) -> Result<Capture, capture::Error>) -> Result<Merge, Error> {
    let mut merge = Merge::new();
    for (index, input) in inputs.iter().enumerate() {
        let capture = match input {
            Input::File(path) => file(path)?,
            Input::Stdin => Capture::from_reader("-".to_owned(), Box::new(std::io::stdin()))?,
        };
        merge.add(capture.with_clock_ahead(clocks.of(index).ahead));
    }
    Ok(merge)
}

/// Cuts streams into SIP messages.
struct SipCutter;

/// Octets of the shortest request that begins something: its start line, and the headers that it has at least (RFC 3261, 8.1.1).
const SHORTEST: usize = 150;

impl Cutter for SipCutter {
    fn cut(&self, bytes: &[u8], state: CutState) -> Cut {
        let step = if state.at_end { framing::cut_rest(bytes) } else { Some(framing::cut(bytes, state.resume)) };
        match step {
            Some(Step::Unit { skip, len, .. }) => Cut::Unit { skip, len },
            Some(Step::Skip { len, .. }) => Cut::Skip(len),
            Some(Step::More { at_least, resume }) => Cut::More { at_least, resume },
            None => Cut::Skip(bytes.len()),
        }
    }

    fn front(&self, bytes: &[u8], is_all: bool) -> Front {
        match if is_all { Some(is_sip(bytes)) } else { framing::begins_as_sip(bytes) } {
            Some(true) => Front::Ours,
            Some(false) => Front::Foreign,
            None => Front::Open,
        }
    }

    fn sealed(&self) -> Option<(u16, usize)> {
        Some((SIPS, SHORTEST))
    }
}

/// One pass over the captures: one thread reads, others judge, or the same where there is one only.
struct Audit<'a> {
    merge: Merge,
    flow: Flow<SipCutter>,
    sightings: Sightings,
    /// The faults found behind the capture room, by capture.
    faults: FaultLogs,
    options: &'a Options,
}

impl Found for Sender {
    #[inline]
    fn frame(&mut self, capture: u32, frame: &Frame<'_>) {
        self.reaches(capture, frame.time);
    }

    fn message(&mut self, sighting: &Sighting<'_>, _: &Unit<'_>) {
        self.send(sighting);
    }

    fn clue(&mut self, clue: Clue, _: &[u64]) {
        self.send_clue(clue);
    }

    fn redirects(&self) -> u64 {
        self.judged()
    }
}

impl Found for Judging {
    #[inline]
    fn frame(&mut self, capture: u32, frame: &Frame<'_>) {
        self.reached(capture, frame.time);
    }

    fn message(&mut self, sighting: &Sighting<'_>, _: &Unit<'_>) {
        self.seen(sighting);
    }

    fn clue(&mut self, clue: Clue, _: &[u64]) {
        self.noticed(&clue);
    }

    fn redirects(&self) -> u64 {
        self.events.redirects()
    }
}

impl<'a> Audit<'a> {
    fn new(merge: Merge, options: &'a Options) -> Self {
        let captures = merge.captures().len();
        let mut flow = Flow::new(options.limits, SipCutter);
        flow.keys_mut().take(&options.keys);
        let sightings = Sightings::of_captures(captures, &options.limits);
        Self { merge, flow, sightings, faults: FaultLogs::of_captures(captures), options }
    }

    /// Reads to the end and judges; `None` where the frames are not in order of time and `give_up_disorder` asks to begin again. Of what the redirects
    /// consist is told where `keeps_members`.
    fn run(mut self, keeps_members: bool, give_up_disorder: bool, progress: &mut dyn FnMut(&Progress)) -> Option<Audited> {
        let (captures, options) = (self.merge.captures().len(), self.options);
        let mut judged = if options.threads.get() == 1 {
            let mut judging = Judging::new(options, captures, keeps_members);
            self.read(&mut judging, give_up_disorder, progress).then(|| judging.finish())
        } else {
            let (mut sender, batches) = batch::batches(captures);
            std::thread::scope(|scope| {
                let judge = scope.spawn(move || judge(batches, options, captures, keeps_members));
                let complete = self.read(&mut sender, give_up_disorder, progress);
                sender.finish();
                let judged = judge.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                complete.then_some(judged)
            })
        }?;
        let members = judged.take_members();
        Some(Audited { report: self.report(judged), members })
    }

    /// Reads to the end; false where it was given up.
    fn read(&mut self, found: &mut impl Found, give_up_disorder: bool, progress: &mut dyn FnMut(&Progress)) -> bool {
        let mut frames = 0_u64;
        let sightings = &mut self.sightings;
        while advance(&mut self.merge, &mut self.flow) {
            let Some((capture, frame)) = self.merge.frame() else { break };
            found.frame(capture, &frame);
            self.flow.push(capture, &frame, &mut self.faults, &mut |unit| sightings.take(&unit, found));
            // Most frames show none.
            if self.flow.has_signs() {
                self.flow.take_signs().for_each(|sign| tell(found, sign));
            }
            frames += 1;
            if frames.is_multiple_of(PROGRESS_FRAMES) {
                if give_up_disorder && is_disordered(&self.merge) {
                    return false;
                }
                progress(&how_far(&self.merge, found.redirects()));
            }
        }
        if give_up_disorder && is_disordered(&self.merge) {
            return false;
        }
        self.flow.finish(&mut self.faults, &mut |unit| sightings.take(&unit, found));
        self.flow.take_signs().for_each(|sign| tell(found, sign));
        true
    }

    fn report(mut self, judged: Judged) -> Report {
        let options = self.options;
        let dropped = self.flow.keys_mut().dropped();
        if dropped > 0 {
            let had = options.limits.of(Limit::TlsSessions);
            self.faults.of(0).note(Fault::reached(Limit::TlsSessions).wanted_had(had.saturating_add(dropped), had));
        }
        let Judged { redirects, aside, companions, orphans, faults: bounds, second_readings, .. } = judged;
        let counts = self.sightings.counts.into_iter();
        let found = self.faults.into_logs().zip(self.sightings.faults.into_logs()).zip(bounds.into_iter().zip(second_readings));
        let captures = self.merge.captures().iter().zip(counts).zip(found).map(
            |((capture, count), ((mut faults, messages), (bounds, second_reading)))| {
                capture.faults().iter().chain(messages.iter()).chain(bounds.iter()).for_each(|fault| faults.merge(fault));
                model::Capture { second_reading, ..published(capture, count, &faults) }
            },
        );
        let report = Report {
            options: model::Options {
                profile: options.profile.name().to_owned(),
                retry_window_s: options.retry_window_ns as f64 / 1e9,
                patience_s: options.patience_ns as f64 / 1e9,
                only_rules: options.only.clone(),
                ignored_rules: options.ignore.clone(),
                limits: options.limits.changed().map(|(limit, value)| (limit.name().to_owned(), value)).collect(),
                redacted: options.redaction.is_some(),
                rule_levels: options.levels.iter().map(|(id, level)| (id.clone(), level.name().to_owned())).collect(),
                ..model::Options::default()
            },
            captures: captures.collect(),
            redirects,
            aside,
            companions,
            orphans,
            ..Report::default()
        };
        Report { summary: model::Summary::of(report.all()), ..report }
    }
}

/// Goes to the next frame, and learns the secrets that stand in the captures ahead of it.
#[inline]
fn advance(merge: &mut Merge, flow: &mut Flow<SipCutter>) -> bool {
    if !merge.advance() {
        return false;
    }
    if merge.has_secrets() {
        flow.keys_mut().learn(&merge.take_secrets());
    }
    true
}

/// Tells `found` what a connection shows beside its units.
#[cold]
fn tell(found: &mut impl Found, sign: Sign) {
    let frames = [sign.frame];
    found.clue(clues::of_connection(sign), &frames);
}

fn is_disordered(merge: &Merge) -> bool {
    merge.captures().iter().any(|capture| capture.steps_back().is_some())
}

fn how_far(merge: &Merge, redirects: u64) -> Progress {
    let captures = merge.captures();
    Progress {
        bytes_read: captures.iter().map(Capture::bytes_read).sum(),
        bytes_total: captures.iter().map(|capture| capture.info().bytes).sum(),
        redirects,
    }
}

/// A capture in the published shape.
fn published(capture: &Capture, count: Count, faults: &FaultLog) -> model::Capture {
    let info = capture.info();
    model::Capture {
        path: info.name.clone(),
        format: info.format.clone(),
        link_types: info.link_types.iter().map(ToString::to_string).collect(),
        frames: info.frames,
        bytes: info.bytes.unwrap_or_else(|| capture.bytes_read()),
        sip_messages: count.messages,
        copies: count.copies,
        clock_offset_ms: 0.0,
        clock_offset_uncertainty_ms: None,
        clock_offset_messages: 0,
        second_reading: model::SecondReading::default(),
        first_time: info.first_time.map(|time| model::rfc3339(time.nanos())),
        first_epoch_ns: info.first_time.map(|time| time.nanos().to_string()),
        last_time: info.last_time.map(|time| model::rfc3339(time.nanos())),
        last_epoch_ns: info.last_time.map(|time| time.nanos().to_string()),
        complete: !faults.iter().any(|fault| fault.first.kind.is_loss()),
        faults: faults
            .iter()
            .map(|fault| model::Fault {
                kind: fault.first.kind.name().to_owned(),
                count: fault.count,
                first_frame: fault.first.frame,
                detail: fault.first.to_string(),
                limit: fault.first.limit.map(|limit| limit.name().to_owned()),
            })
            .collect(),
    }
}
