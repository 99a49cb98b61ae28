//! Takes ladders, gives them as SVG 1.1: one picture for a page of HTML, or one document of all, one below the other.
//!
//! Invariants: the look comes from classes alone, so that a page with a strict policy may hold it; the document brings [`CSS`] along. Every message
//! is a group with `data-message` (capture, frame, index) and a title that says all that the picture elides. Text from the wire is escaped.

use std::fmt::Write as _;
use std::io;

use super::LadderFormat;
use super::fitting::{elided, elided_inside};
use super::story::{self, Tone};
use crate::report::frames::FrameNames;
use crate::report::model::{Ladder, LadderMessage, Participant, Report};
use crate::report::wording::escape;
use crate::report::xml_escape::{markup, xml};

pub(super) const FORMAT: LadderFormat = LadderFormat { name: "svg", summary: "one SVG document, the ladders one below the other", write };

/// The look of a ladder; a page that holds pictures may bring its own.
pub(in crate::report) const CSS: &str = include_str!("ladder.css");

/// The width of a character of the labels in tenths of a unit.
const CHARACTER: i64 = 66;
/// The columns ahead of the lifelines: frames and times.
const GUTTER: i64 = 150;
/// The columns behind the lifelines: notes.
const NOTES: i64 = 220;
/// The height of the participants' boxes.
const HEAD: i64 = 58;
/// The height of a message.
const ROW: i64 = 36;
/// The height of a line of text.
const LINE: i64 = 18;
/// The distance to the edges.
const EDGE: i64 = 8;
/// How long an arrow to the same participant is.
const LOOP: i64 = 46;

/// A ladder as an element of a page, without a look of its own.
pub(in crate::report) struct Figure {
    /// The element `svg`.
    pub(in crate::report) element: String,
    /// How wide it is.
    pub(in crate::report) width: i64,
    /// How high it is.
    pub(in crate::report) height: i64,
}

/// Draws a ladder.
pub(in crate::report) fn figure(ladder: &Ladder, report: &Report, names: &FrameNames) -> Figure {
    let picture = Picture::of(ladder, report, names);
    Figure { element: picture.element(), width: picture.width, height: picture.height }
}

fn write(report: &Report, _: bool, out: &mut dyn io::Write) -> io::Result<()> {
    let names = FrameNames::of(&report.captures);
    let mut body = String::new();
    let (mut y, mut widest) = (EDGE, GUTTER);
    for ladder in &report.ladders {
        let figure = figure(ladder, report, &names);
        widest = widest.max(figure.width);
        y = lines(&mut body, y, "title", &[story::title(ladder, report, &names)]);
        let redirects = story::redirects(ladder, report, &names);
        for told in redirects.iter().filter(|told| told.head.is_none()) {
            y = lines(&mut body, y, "reason", std::slice::from_ref(&told.redirect.reason));
        }
        push(&mut body, format_args!("<g transform=\"translate(0 {y})\">{}</g>\n", figure.element));
        y += figure.height;
        for told in &redirects {
            if let Some(head) = &told.head {
                y = lines(&mut body, y, "title", &[head.clone(), told.redirect.reason.clone()]);
            }
            for (level, finding) in &told.findings {
                y = lines(&mut body, y, level.name(), std::slice::from_ref(finding));
            }
        }
        y = lines(&mut body, y, "remark", &story::remarks(ladder)) + 2 * LINE;
    }
    write!(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"ladders\" width=\"{widest}\" height=\"{y}\" \
         viewBox=\"0 0 {widest} {y}\">\n<style>{CSS}</style>\n<rect class=\"paper\" width=\"{widest}\" height=\"{y}\"/>\n{body}</svg>\n"
    )
}

/// Writes each text on a line, with all of it as its title; gives the height behind them.
fn lines(body: &mut String, y: i64, class: &str, texts: &[String]) -> i64 {
    let mut y = y;
    for text in texts {
        y += LINE;
        push(body, format_args!("<text class=\"{class}\" x=\"{EDGE}\" y=\"{}\">{}</text>\n", y - 5, xml(text)));
    }
    y
}

fn push(body: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = body.write_fmt(text);
}

/// A ladder that is drawn.
struct Picture<'a> {
    ladder: &'a Ladder,
    names: &'a FrameNames,
    title: String,
    /// How far apart the lifelines stand.
    apart: i64,
    width: i64,
    height: i64,
}

impl<'a> Picture<'a> {
    fn of(ladder: &'a Ladder, report: &Report, names: &'a FrameNames) -> Self {
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX / 1_000);
        let participants = count(ladder.participants.len());
        // Few stand wide, so that their labels are read; many stand close, so that they are seen together.
        let apart = (1_000 / participants.max(1)).clamp(150, 230);
        let width = GUTTER + participants * apart + NOTES;
        let height = HEAD + count(ladder.messages.len()) * ROW + ROW;
        Self { ladder, names, title: story::title(ladder, report, names), apart, width, height }
    }

    fn element(&self) -> String {
        let Self { width, height, .. } = self;
        let mut body = String::new();
        push(
            &mut body,
            format_args!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"ladder\" width=\"{width}\" height=\"{height}\" \
                 viewBox=\"0 0 {width} {height}\" role=\"group\" aria-label=\"{title}\">\n<title>{title}</title>\n",
                title = xml(&self.title)
            ),
        );
        for (index, participant) in self.ladder.participants.iter().enumerate() {
            self.participant(&mut body, index, participant);
        }
        for (index, message) in self.ladder.messages.iter().enumerate() {
            self.message(&mut body, index, message);
        }
        body.push_str("</svg>\n");
        body
    }

    /// Where the lifeline of a participant stands.
    fn lifeline(&self, participant: usize) -> i64 {
        let nth = i64::try_from(participant).unwrap_or(0);
        GUTTER + nth * self.apart + self.apart / 2
    }

    fn characters(&self) -> usize {
        fitting(self.apart - 24)
    }

    fn participant(&self, body: &mut String, index: usize, participant: &Participant) {
        let x = self.lifeline(index);
        let (left, wide) = (x - self.apart / 2 + 6, self.apart - 12);
        let address = story::address(participant);
        let product = participant.product.as_deref().unwrap_or_default();
        let also = story::other_ports(participant).map(|ports| format!(", {ports}")).unwrap_or_default();
        push(
            body,
            format_args!(
                "<g class=\"participant {part}\"><title>{}</title>\n<line class=\"lifeline\" x1=\"{x}\" y1=\"{}\" x2=\"{x}\" y2=\"{}\"/>\n\
                 <rect class=\"box\" x=\"{left}\" y=\"2\" width=\"{wide}\" height=\"{}\" rx=\"4\"/>\n",
                xml(&format!("{address} {product}{also}")),
                HEAD - 4,
                self.height - EDGE,
                HEAD - 6,
                part = participant.part,
            ),
        );
        let part = participant.part.name();
        for (class, y, text) in [
            ("address", 18, elided_inside(&address, self.characters()).into_owned()),
            ("product", 33, elided(&escape(product), self.characters()).into_owned()),
            ("part", 47, if part == "other" { String::new() } else { part.to_owned() }),
        ] {
            if !text.is_empty() {
                push(body, format_args!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>\n", markup(&text)));
            }
        }
        body.push_str("</g>\n");
    }

    fn message(&self, body: &mut String, index: usize, message: &LadderMessage) {
        let y = HEAD + ROW * i64::try_from(index).unwrap_or(0) + 28;
        let seen = &message.seen;
        let notes = story::notes(self.ladder, index);
        let tone = notes.first().map_or(Tone::Plain, |note| note.tone);
        let kind = if message.status.is_some() { "response" } else { "request" };
        let again = if message.repeats.is_some() { " again" } else { "" };
        push(
            body,
            format_args!(
                "<g class=\"message {kind} {}{again}\" data-message=\"{}/{}/{}\"><title>{}</title>\n<rect class=\"row\" y=\"{}\" width=\"{}\" height=\"{ROW}\"/>\n",
                tone.name(),
                seen.capture,
                seen.frame,
                seen.index,
                xml(&self.all(index, message)),
                y - 26,
                self.width,
            ),
        );
        self.times(body, index, message, y);
        self.arrow(body, message, y);
        let x = GUTTER + self.apart * i64::try_from(self.ladder.participants.len()).unwrap_or(0) + EDGE;
        // Two lines have room beside a message; its title says them all.
        for (nth, note) in (0..2).zip(&notes) {
            let text = elided(&note.words, fitting(NOTES - 2 * EDGE)).into_owned();
            let y = if notes.len() == 1 { y } else { y - 10 + nth * 14 };
            push(body, format_args!("<text class=\"note {}\" x=\"{x}\" y=\"{y}\">{}</text>\n", note.tone.name(), xml(&text)));
        }
        body.push_str("</g>\n");
    }

    /// The frame, the time since the first message, and since the one ahead.
    fn times(&self, body: &mut String, index: usize, message: &LadderMessage, y: i64) {
        let right = GUTTER - EDGE;
        push(body, format_args!("<text class=\"frame\" x=\"{EDGE}\" y=\"{y}\">{}</text>\n", message.seen.frame));
        push(body, format_args!("<text class=\"time\" x=\"{right}\" y=\"{y}\">{}</text>\n", story::offset(self.ladder, message)));
        if let Some(gap) = story::gap(self.ladder, index) {
            push(body, format_args!("<text class=\"gap\" x=\"{right}\" y=\"{}\">{gap}</text>\n", y - 12));
        }
    }

    fn arrow(&self, body: &mut String, message: &LadderMessage, y: i64) {
        let (from, to) = (self.lifeline(message.from), self.lifeline(message.to));
        let label = escape(&message.label);
        // The middle of the arrow, and the room over it.
        let (x, room) = if from == to { (from, self.apart) } else { ((from + to) / 2, (to - from).abs()) };
        let text = elided(&label, fitting(room - 2 * EDGE)).into_owned();
        if from == to {
            let far = from + LOOP;
            push(
                body,
                format_args!(
                    "<path class=\"arrow\" d=\"M{from} {} H{far} V{} H{from}\"/>\n<path class=\"tip\" d=\"M{from} {} l8 -4 v8 z\"/>\n",
                    y - 4,
                    y + 5,
                    y + 5
                ),
            );
        } else {
            let back = if from < to { -8 } else { 8 };
            let line = y + 5;
            push(
                body,
                format_args!(
                    "<path class=\"arrow\" d=\"M{from} {line} H{}\"/>\n<path class=\"tip\" d=\"M{to} {line} l{back} -4 v8 z\"/>\n",
                    to + back
                ),
            );
        }
        let y = if from == to { y - 8 } else { y };
        push(body, format_args!("<text class=\"label\" x=\"{x}\" y=\"{y}\">{}</text>\n", markup(&text)));
    }

    /// All that is known of a message, in one line.
    fn all(&self, index: usize, message: &LadderMessage) -> String {
        let seen = &message.seen;
        let frame = self.names.frame(seen.capture, seen.frame);
        let gap = story::gap(self.ladder, index).map(|gap| format!(" ({gap})")).unwrap_or_default();
        let call = self.ladder.call_ids.get(message.call).map_or("", String::as_str);
        let notes: String = story::notes(self.ladder, index).iter().map(|note| format!("; {}", note.words)).collect();
        let LadderMessage { label, source, destination, transport, cseq, .. } = message;
        format!(
            "{frame}, {} s{gap}: {label}; {source} -> {destination}/{transport}; CSeq {cseq}; Call-ID {call}{notes}",
            story::offset(self.ladder, message)
        )
    }
}

/// How many columns fit in so many units.
fn fitting(units: i64) -> usize {
    usize::try_from(units.max(0) * 10 / CHARACTER).unwrap_or(0)
}
