//! Takes the ladders of a report, gives the pictures of the redirects, and once each message that stands in any of them.
//!
//! Invariant: the text of each message stands once, at the end of the page; a frame that is named is a link to it, so that it is read without the
//! script too. Pictures and messages stand in `noscript`: where the script runs, that is one text to the browser, and a page of thousands opens as
//! quickly as one without; the script unpacks what is opened.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;

use super::super::frames::{FrameNames, FramesAt};
use super::super::ladder::svg;
use super::super::model::{Ladder, LadderMessage, Redirect, Report, Subject};
use super::super::phrases::is_companion;
use super::super::wording::{counted, grouped};
use super::markup::html;

/// How many messages a picture shows: those that the report speaks of, and those next to them.
const SHOWN: usize = 40;

/// Where a message stands: its capture, its frame, its index in that.
pub(super) type Place = (u32, u64, u32);

/// The ladders as the page shows them.
pub(super) struct Ladders {
    excerpts: Vec<Ladder>,
    /// Where that of each redirect stands among them.
    at: HashMap<Subject, usize>,
}

impl Ladders {
    /// Those of `report`, which has none where it was made without messages.
    pub(super) fn of(report: &Report) -> Self {
        let excerpts: Vec<Ladder> = report.ladders.iter().map(excerpt).collect();
        let at = excerpts.iter().zip(0..).map(|(ladder, at)| (ladder.subject, at)).collect();
        Self { excerpts, at }
    }

    /// That of `redirect`.
    pub(super) fn get(&self, redirect: &Redirect) -> Option<&Ladder> {
        let subject = if is_companion(redirect) { Subject::Companion(redirect.id) } else { Subject::Redirect(redirect.id) };
        self.excerpts.get(*self.at.get(&subject)?)
    }

    /// Each message of any picture, in the order of captures and frames.
    fn messages(&self) -> BTreeMap<Place, &LadderMessage> {
        let mut messages: BTreeMap<Place, &LadderMessage> = BTreeMap::new();
        for message in self.excerpts.iter().flat_map(|ladder| &ladder.messages) {
            let told = messages.entry(message.seen.place()).or_insert(message);
            // Behind the bound of all texts a message has none; the same one of an earlier ladder may have it.
            if told.text.len() < message.text.len() {
                *told = message;
            }
        }
        messages
    }
}

/// A place as the page and the pictures write it.
pub(super) fn spelled((capture, frame, index): Place) -> String {
    format!("{capture}/{frame}/{index}")
}

/// The ladder with at most [`SHOWN`] messages, the nearest to those that bear a mark; the others are counted as left out.
fn excerpt(ladder: &Ladder) -> Ladder {
    let mut ladder = ladder.clone();
    let all = ladder.messages.len();
    if all > SHOWN {
        let marked: Vec<usize> = (0..).zip(&ladder.messages).filter(|(_, message)| !message.marks.is_empty()).map(|(at, _)| at).collect();
        let distance = |at: usize| marked.iter().map(|mark| mark.abs_diff(at)).min().unwrap_or(at);
        let mut nearest: Vec<usize> = (0..all).collect();
        nearest.sort_by_key(|at| (distance(*at), *at));
        let kept: BTreeSet<usize> = nearest.into_iter().take(SHOWN).collect();
        let mut at = 0..;
        ladder.messages.retain(|_| at.next().is_some_and(|at| kept.contains(&at)));
        ladder.left_out = ladder.left_out.saturating_add((all - ladder.messages.len()) as u64);
    }
    ladder
}

/// Writes the picture of a ladder.
pub(super) fn picture(ladder: &Ladder, report: &Report, names: &FrameNames, out: &mut dyn io::Write) -> io::Result<()> {
    html!(out, "<figure class=\"calls\"><noscript>")?;
    // Markup of ours, in which the writer of ladders has escaped what is of the wire.
    out.write_all(svg::figure(ladder, report, names).element.as_bytes())?;
    html!(out, "</noscript>\n")?;
    if ladder.left_out > 0 {
        html!(out, "<figcaption>Without {} of these calls.</figcaption>\n", counted(ladder.left_out, "more message"))?;
    }
    html!(out, "</figure>\n")
}

/// The names of frames in the detail of a redirect, as links to the messages that its picture shows.
pub(super) struct Frames<'a> {
    /// The names.
    pub(super) names: FramesAt<'a>,
    /// The picture.
    pub(super) ladder: Option<&'a Ladder>,
}

impl Frames<'_> {
    /// Writes the name of the frame of a message.
    pub(super) fn write(&self, place @ (capture, frame, _): Place, out: &mut dyn io::Write) -> io::Result<()> {
        let name = self.names.frame(capture, frame);
        let is_shown = self.ladder.is_some_and(|ladder| ladder.messages.iter().any(|message| message.seen.place() == place));
        if is_shown { html!(out, "<a href=\"#m{}\">{}</a>", spelled(place), name) } else { html!(out, "<b>{}</b>", name) }
    }
}

/// Writes the section of the messages.
pub(super) fn messages(ladders: &Ladders, names: &FrameNames, out: &mut dyn io::Write) -> io::Result<()> {
    let messages = ladders.messages();
    if messages.is_empty() {
        return Ok(());
    }
    html!(out, "<section id=\"messages\">\n<h2>Messages</h2>\n")?;
    messages.iter().try_for_each(|(place, message)| self::message(*place, message, names, out))?;
    html!(out, "</section>\n")
}

fn message(place: Place, message: &LadderMessage, names: &FrameNames, out: &mut dyn io::Write) -> io::Result<()> {
    let LadderMessage { seen, source, destination, transport, .. } = message;
    html!(out, "<noscript id=\"m{}\"><article class=\"message\">\n<h3>{}</h3>\n", spelled(place), names.frame(seen.capture, seen.frame))?;
    html!(out, "<p>{}, <code>{}</code> → <code>{}/{}</code>", seen.moment.time(), source, destination, transport)?;
    if let Some(first) = message.repeats {
        html!(out, ", again after frame {}", first)?;
    }
    html!(out, "</p>\n<pre>")?;
    // The line ends are those of the wire; whatever else steers is spelled out.
    for line in message.text.lines() {
        html!(out, "{}\n", line)?;
    }
    html!(out, "</pre>\n")?;
    if message.truncated {
        html!(out, "<p>The capture has cut it off.</p>\n")?;
    }
    if message.cut {
        html!(out, "<p>It has {} octets in all.</p>\n", grouped(message.octets))?;
    }
    html!(out, "</article></noscript>\n")
}
