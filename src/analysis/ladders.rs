//! Takes captures that were judged and the report on them, gives the ladders: a second pass over the files that keeps the messages of some calls.
//!
//! Wanted are the messages of the Call-IDs of a redirect, of its attempts and of its later requests; the latter two from the attempt or the
//! request on. Invariant: the first pass pays nothing for it. What is kept is bounded; what is left out is counted in the ladder.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use smallvec::SmallVec;

use super::clocks::Clocks;
use super::exchanges::Exchanges;
use super::parties::{Ends, participants};
use super::redaction::Redaction;
use super::{Audit, Error, Found, Input, Options, Progress, open};
use crate::call::{Clue, Sighting};
use crate::capture::{self, Capture};
use crate::evidence::Place;
use crate::flow::Unit;
use crate::report::model::{Ladder, LadderMessage, Mark, Redirect, Report, Standing, Subject};
use crate::report::publish;

/// How many messages the ladder of a call tells; those that bear a mark are told beyond.
const CALL_MESSAGES_MAX: usize = 2_000;
/// The same of a redirect: one of hundreds of one call shows what is near to it.
const REDIRECT_MESSAGES_MAX: usize = 300;
/// How many messages of its Call-ID are told from before the redirected request, the last ones.
const BEFORE_MAX: usize = 100;
/// How many messages all ladders together tell; those that bear a mark are told beyond.
const ALL_MESSAGES_MAX: usize = 200_000;
/// How many octets of text all ladders together hold.
const ALL_TEXT_MAX: usize = 64 << 20;

/// What a ladder is wanted of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A redirect or a companion of the report.
    Of(Subject),
    /// The call of that Call-ID.
    Call(String),
}

impl Input {
    /// Whether it can be read a second time: what came through a pipe cannot.
    #[must_use]
    pub fn can_be_read_again(&self) -> bool {
        match self {
            Self::Stdin => false,
            Self::File(path) => path.as_os_str() != "-" && path.metadata().map_or(true, |about| about.is_file() || about.is_dir()),
        }
    }
}

/// The report with the ladder of every redirect and companion, for which `inputs` are read again; with a hint where they cannot be.
///
/// # Errors
/// When an input cannot be read any more, or redirects that were laid aside cannot be taken back into memory.
pub fn with_ladders(inputs: &[Input], options: &Options, mut report: Report, progress: &mut dyn FnMut(&Progress)) -> Result<Report, Error> {
    if inputs.iter().all(Input::can_be_read_again) {
        report.bring_back()?;
        let wanted: Vec<Wanted> = subjects(&report).map(|(subject, _)| Wanted::Of(subject)).collect();
        report.ladders = ladders(inputs, options, &report, &wanted, progress)?;
    } else if report.all().next().is_some() {
        report
            .hints
            .push("no messages are shown: they need a second reading, and what came through a pipe cannot be read again".to_owned());
    }
    Ok(report)
}

/// The ladders that are `wanted` of `inputs`, in that order, on which `report`, all of it in memory ([`Report::bring_back`]), was made with the
/// same options.
///
/// # Errors
/// When an input cannot be read any more.
pub fn ladders(
    inputs: &[Input],
    options: &Options,
    report: &Report,
    wanted: &[Wanted],
    progress: &mut dyn FnMut(&Progress),
) -> Result<Vec<Ladder>, Error> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let clocks = Clocks::of_inputs(inputs);
    let mut read = |file: fn(&Path) -> Result<Capture, capture::Error>, give_up_disorder| -> Result<_, Error> {
        let mut collecting = Collecting { redaction: options.redaction.clone(), ..Collecting::new(report, wanted) };
        let is_read = Audit::new(open(inputs, &clocks, file)?, options).read(&mut collecting, give_up_disorder, progress);
        Ok(is_read.then_some(collecting))
    };
    // As the audit did: begun again in the order of time.
    let collecting = match read(Capture::open, true)? {
        Some(collecting) => Some(collecting),
        None => read(Capture::open_in_time_order, false)?,
    };
    Ok(collecting.map(Collecting::finish).unwrap_or_default())
}

/// Every redirect and companion of a report.
fn subjects(report: &Report) -> impl Iterator<Item = (Subject, &Redirect)> {
    let redirects = report.redirects.iter().map(|redirect| (Subject::Redirect(redirect.id), redirect));
    redirects.chain(report.companions.iter().map(|companion| (Subject::Companion(companion.id), companion)))
}

/// A ladder in the making.
struct Draft {
    subject: Subject,
    call_ids: Vec<String>,
    messages: Vec<LadderMessage>,
    ends: Vec<Ends>,
    left_out: u64,
    copies: u64,
    /// Whether the redirected request, or the 3xx where that is missing, has come; a call has begun from the start.
    is_begun: bool,
}

/// What keeps the messages that are wanted.
struct Collecting {
    drafts: Vec<Draft>,
    /// What the message of a place is.
    marks: HashMap<Place, SmallVec<[Mark; 2]>, foldhash::fast::RandomState>,
    /// The ladder of each subject.
    of_subject: HashMap<Subject, usize, foldhash::fast::RandomState>,
    /// The ladders of each Call-ID, in the order of their wanting.
    of_call: HashMap<String, SmallVec<[usize; 2]>, foldhash::fast::RandomState>,
    exchanges: Exchanges,
    /// What puts pseudonyms in a message before anything of it is kept.
    redaction: Option<Redaction>,
    messages: usize,
    text: usize,
}

impl Collecting {
    fn new(report: &Report, wanted: &[Wanted]) -> Self {
        let mut collecting = Self {
            drafts: Vec::new(),
            marks: HashMap::default(),
            of_subject: HashMap::default(),
            of_call: HashMap::default(),
            exchanges: Exchanges::default(),
            redaction: None,
            messages: 0,
            text: 0,
        };
        let by_subject: HashMap<Subject, &Redirect, foldhash::fast::RandomState> = subjects(report).collect();
        for wanted in wanted {
            let (subject, call_id) = match wanted {
                Wanted::Of(subject) => (*subject, by_subject.get(subject).map_or("", |redirect| redirect.call_id.as_str())),
                Wanted::Call(call_id) => (Subject::Call, call_id.as_str()),
            };
            let index = collecting.drafts.len();
            collecting.drafts.push(Draft::new(subject));
            if subject != Subject::Call {
                collecting.of_subject.insert(subject, index);
            }
            // One that has no Call-ID shows the messages that are marked.
            if !call_id.is_empty() {
                collecting.learn(call_id, index);
            }
        }
        for (subject, redirect) in subjects(report) {
            collecting.mark(subject, redirect);
        }
        collecting
    }

    /// Marks the messages of a redirect.
    fn mark(&mut self, of: Subject, redirect: &Redirect) {
        for ((capture, frame, index), is) in redirect.standings() {
            self.marks.entry(Place { capture, frame, index }).or_default().push(Mark { of, is });
        }
    }

    /// Wants the messages of a Call-ID from now on.
    fn learn(&mut self, call_id: &str, ladder: usize) {
        match self.of_call.get_mut(call_id) {
            Some(ladders) if ladders.contains(&ladder) => {}
            Some(ladders) => ladders.push(ladder),
            None => {
                self.of_call.insert(call_id.to_owned(), SmallVec::from_slice(&[ladder]));
            }
        }
    }

    fn finish(self) -> Vec<Ladder> {
        self.drafts.into_iter().map(Draft::finish).collect()
    }

    /// Takes a message for the ladders that show it.
    fn see(&mut self, sighting: &Sighting<'_>) {
        let marks = self.marks.get(&sighting.place).cloned().unwrap_or_default();
        let call_id = sighting.message.call_id().map(String::from_utf8_lossy).unwrap_or_default();
        // An attempt or a later request brings its Call-ID with it.
        for mark in &marks {
            if let Some(ladder) = self.of_subject.get(&mark.of).copied()
                && !call_id.is_empty()
            {
                self.learn(&call_id, ladder);
            }
        }
        let mut ladders = self.of_call.get(call_id.as_ref()).cloned().unwrap_or_default();
        let marked = marks.iter().filter_map(|mark| self.of_subject.get(&mark.of).copied());
        ladders.extend(marked.filter(|_| call_id.is_empty()));
        ladders.dedup();
        if ladders.is_empty() {
            return;
        }
        if sighting.copy {
            ladders.iter().for_each(|ladder| self.count_copy(*ladder));
            return;
        }
        let repeats = self.exchanges.see(sighting).resend_original;
        let wire = if self.text < ALL_TEXT_MAX { publish::ladder_text(sighting) } else { Arc::default() };
        self.text = self.text.saturating_add(wire.len());
        let message = LadderMessage { repeats, ..publish::ladder_message(sighting, wire) };
        for ladder in ladders {
            let Some(draft) = self.drafts.get_mut(ladder) else { continue };
            let marks: Vec<Mark> =
                marks.iter().filter(|mark| draft.subject == Subject::Call || mark.of == draft.subject).cloned().collect();
            if let Some(dropped) = draft.make_room(&marks) {
                self.messages = self.messages.saturating_sub(1);
                self.text = self.text.saturating_sub(dropped);
            }
            if draft.has_room(self.messages >= ALL_MESSAGES_MAX) || !marks.is_empty() {
                draft.take(LadderMessage { marks, ..message.clone() }, &call_id, sighting);
                self.messages = self.messages.saturating_add(1);
            } else {
                draft.left_out = draft.left_out.saturating_add(1);
            }
        }
    }
}

impl Found for Collecting {
    fn message(&mut self, sighting: &Sighting<'_>, _: &Unit<'_>) {
        let redaction = self.redaction.clone();
        Redaction::give(redaction.as_ref(), sighting, |sighting| self.see(sighting));
    }

    fn clue(&mut self, _: Clue, _: &[u64]) {}
}

impl Collecting {
    fn count_copy(&mut self, ladder: usize) {
        if let Some(draft) = self.drafts.get_mut(ladder) {
            draft.copies = draft.copies.saturating_add(1);
        }
    }
}

impl Draft {
    fn new(subject: Subject) -> Self {
        Self {
            subject,
            call_ids: Vec::new(),
            messages: Vec::new(),
            ends: Vec::new(),
            left_out: 0,
            copies: 0,
            is_begun: subject == Subject::Call,
        }
    }

    /// Drops the oldest message from before the redirect where there are too many; gives the octets of text that nobody holds any more.
    fn make_room(&mut self, marks: &[Mark]) -> Option<usize> {
        self.is_begun |= marks.iter().any(|mark| matches!(mark.is, Standing::Redirected | Standing::Redirect));
        if self.is_begun || self.messages.len() < BEFORE_MAX {
            return None;
        }
        let oldest = self.messages.iter().position(|message| message.marks.is_empty())?;
        let message = self.messages.remove(oldest);
        self.ends.remove(oldest);
        self.left_out = self.left_out.saturating_add(1);
        Some(if Arc::strong_count(&message.text) == 1 { message.text.len() } else { 0 })
    }

    /// Whether there is room for a message without a mark.
    fn has_room(&self, is_all_full: bool) -> bool {
        let most = if self.subject == Subject::Call { CALL_MESSAGES_MAX } else { REDIRECT_MESSAGES_MAX };
        !is_all_full && self.messages.len() < most
    }

    fn take(&mut self, mut message: LadderMessage, call_id: &str, sighting: &Sighting<'_>) {
        message.call = self.call_ids.iter().position(|known| known == call_id).unwrap_or_else(|| {
            self.call_ids.push(call_id.to_owned());
            self.call_ids.len().saturating_sub(1)
        });
        self.messages.push(message);
        self.ends.push(Ends::of(sighting));
    }

    fn finish(mut self) -> Ladder {
        let participants = participants(&mut self.messages, &self.ends);
        let Self { subject, call_ids, messages, left_out, copies, .. } = self;
        Ladder { subject, call_ids, participants, messages, left_out, copies }
    }
}
