//! Takes a ladder and its report, gives what every picture of it says in words: its title, what each message is, what is found.
//!
//! Invariant: nothing here is escaped; whoever draws it does that.

use crate::report::frames::FrameNames;
use crate::report::model::{FutureVerdict, Ladder, LadderMessage, Level, Mark, Participant, Redirect, Report, Standing, Subject};
use crate::report::wording::{counted, duration, socket};

/// How many ports of one participant are told.
const PORTS_TOLD: usize = 8;

/// What a message is, as a picture says it beside it.
pub(super) struct Note {
    /// How it is to be marked.
    pub(super) tone: Tone,
    /// What is said.
    pub(super) words: String,
}

/// How something is to be marked, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tone {
    /// A finding of level error.
    Error,
    /// A finding of level warning.
    Warning,
    /// The 3xx.
    Redirect,
    /// What was tried because of it.
    Attempt,
    /// A later request.
    Later,
    /// The request that was redirected.
    Redirected,
    /// Anything else that is said.
    Plain,
}

impl Tone {
    /// The name, as classes of pictures bear it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Redirect => "redirect",
            Self::Attempt => "attempt",
            Self::Later => "later",
            Self::Redirected => "redirected",
            Self::Plain => "plain",
        }
    }
}

/// What is said beside the message of that index, the strongest first.
pub(super) fn notes(ladder: &Ladder, index: usize) -> Vec<Note> {
    let Some(message) = ladder.messages.get(index) else { return Vec::new() };
    let mut notes: Vec<Note> = message.marks.iter().filter_map(|mark| note(ladder, mark)).collect();
    notes.sort_by_key(|note| note.tone);
    let mut say = |words: String| notes.push(Note { tone: Tone::Plain, words });
    if let Some(first) = message.repeats {
        say(format!("again, first in frame {first}"));
    }
    if message.truncated {
        say("cut short by the capture".to_owned());
    }
    let is_first = !ladder.messages.iter().take(index).any(|ahead| ahead.call == message.call);
    if is_first && index > 0 {
        say("another Call-ID".to_owned());
    }
    notes
}

fn note(ladder: &Ladder, mark: &Mark) -> Option<Note> {
    let (tone, words) = match &mark.is {
        Standing::Redirected => (Tone::Redirected, "redirected".to_owned()),
        Standing::Redirect => (Tone::Redirect, "the redirect".to_owned()),
        Standing::Ack => return None,
        Standing::Attempt(nth) => (Tone::Attempt, format!("attempt {nth}")),
        Standing::Later(FutureVerdict::Violated) => (Tone::Later, "later request, violated".to_owned()),
        Standing::Later(verdict) => (Tone::Later, format!("later request, {verdict}")),
        Standing::Finding { rule, level, .. } => {
            let tone = match level {
                Level::Error => Tone::Error,
                Level::Warning => Tone::Warning,
                Level::Note => Tone::Plain,
            };
            (tone, format!("{level} {rule}"))
        }
    };
    let of = if ladder.subject == Subject::Call { format!("{} ", number(mark.of)) } else { String::new() };
    Some(Note { tone, words: format!("{of}{words}") })
}

/// A redirect or a companion as reports number it.
pub(super) fn number(subject: Subject) -> String {
    match subject {
        Subject::Redirect(id) => format!("#{id}"),
        Subject::Companion(id) => format!("+{id}"),
        Subject::Call => String::new(),
    }
}

/// The first line of a picture.
pub(super) fn title(ladder: &Ladder, report: &Report, names: &FrameNames) -> String {
    match ladder.redirect(report) {
        Some(redirect) => head(ladder.subject, redirect, names),
        None => format!("call {}", ladder.call_ids.first().map_or("without a message", String::as_str)),
    }
}

/// A redirect in one line: its number, its verdict, what was answered to what and where.
fn head(subject: Subject, redirect: &Redirect, names: &FrameNames) -> String {
    let Redirect { verdict, status, method, .. } = redirect;
    let phrase = redirect.reason_phrase.trim_end();
    let frame = names.frame(redirect.response.seen.capture, redirect.response.seen.frame);
    let space = if phrase.is_empty() { "" } else { " " };
    format!("{}  {}  {status}{space}{phrase} to {method}, {frame}", number(subject), verdict.name().to_uppercase())
}

/// A redirect that a ladder shows, with what is said of it.
pub(super) struct Told<'a> {
    /// The redirect.
    pub(super) redirect: &'a Redirect,
    /// Its line, where the title is not about it.
    pub(super) head: Option<String>,
    /// Its findings, each on a line.
    pub(super) findings: Vec<(Level, String)>,
}

/// The redirects that a ladder shows: its own, or those of the call, in the order of their marks.
pub(super) fn redirects<'a>(ladder: &Ladder, report: &'a Report, names: &FrameNames) -> Vec<Told<'a>> {
    let mut subjects = vec![ladder.subject];
    if ladder.subject == Subject::Call {
        subjects.clear();
        let marks = ladder.messages.iter().flat_map(|message| &message.marks);
        for mark in marks.filter(|mark| mark.is == Standing::Redirect) {
            if !subjects.contains(&mark.of) {
                subjects.push(mark.of);
            }
        }
    }
    let told = |subject: Subject| {
        let redirect = subject.of(report)?;
        let findings = redirect.findings.iter().map(|finding| (finding.level, names.finding(finding))).collect();
        Some(Told { redirect, head: (subject != ladder.subject).then(|| head(subject, redirect, names)), findings })
    };
    subjects.into_iter().filter_map(told).collect()
}

/// What a picture does not show, in a sentence.
pub(super) fn remarks(ladder: &Ladder) -> Vec<String> {
    let mut remarks = Vec::new();
    if ladder.left_out > 0 {
        remarks.push(format!("{} of these calls not shown: there are too many", counted(ladder.left_out, "more message")));
    }
    if ladder.copies > 0 {
        let verb = if ladder.copies == 1 { "is" } else { "are" };
        remarks.push(format!("{} that a second tap or a mirror port shows {verb} left out", counted(ladder.copies, "message")));
    }
    if ladder.messages.is_empty() {
        remarks.push("no message of it in the captures".to_owned());
    }
    remarks
}

/// The address by which a participant is known, with its port.
pub(super) fn address(participant: &Participant) -> String {
    socket(&participant.address, participant.ports.first().copied().unwrap_or_default())
}

/// The ports of its own connections, in words.
pub(super) fn other_ports(participant: &Participant) -> Option<String> {
    let others: Vec<String> = participant.ports.iter().skip(1).take(PORTS_TOLD).map(u16::to_string).collect();
    let more = participant.ports.len().saturating_sub(1 + PORTS_TOLD);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!others.is_empty()).then(|| format!("also port {}{more}", others.join(", ")))
}

/// The seconds from the first message to the message of that index.
pub(super) fn offset(ladder: &Ladder, message: &LadderMessage) -> String {
    let first = ladder.messages.first().map_or(message.seen.moment.0, |first| first.seen.moment.0);
    let micros = message.seen.moment.0.saturating_sub(first) / 1_000;
    let sign = if micros < 0 { "-" } else { "" };
    let micros = micros.unsigned_abs();
    format!("{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

/// How long after the message ahead of it the message of that index came.
pub(super) fn gap(ladder: &Ladder, index: usize) -> Option<String> {
    let ahead = ladder.messages.get(index.checked_sub(1)?)?.seen.moment.0;
    let nanos = ladder.messages.get(index)?.seen.moment.0.saturating_sub(ahead);
    Some(format!("{}{}", if nanos < 0 { "" } else { "+" }, duration(nanos as f64 / 1e6)))
}
