//! Takes ladders, gives them as text for a terminal: who takes part, an arrow for each message, what is said of it, and the verdict.
//!
//! Invariants: no line is wider than the page, whatever the names; nothing from the wire reaches it unescaped.

use std::io;

use anstyle::Style;

use super::LadderFormat;
use super::fitting::{elided_inside, width};
use super::lanes::Lanes;
use super::story::{self, Note, Tone};
use crate::report::frames::{FrameNames, captures_in_words};
use crate::report::model::{Capture, Ladder, LadderMessage, Level, Part, Report};
use crate::report::text::page::{LABELS, Line, Page, WIDTH};
use crate::report::text::tint;
use crate::report::wording::{counted, escape};

pub(super) const FORMAT: LadderFormat = LadderFormat { name: "text", summary: "for a reader at a terminal", write };

fn write(report: &Report, colour: bool, out: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page::new(out, colour);
    let names = FrameNames::of(&report.captures);
    let title = format!("{} in {}", counted(report.ladders.len() as u64, "ladder"), captures_in_words(&report.captures));
    page.line(0, LABELS, &Line::new().tinted(tint::TITLE, &title))?;
    for ladder in &report.ladders {
        page.blank()?;
        picture(ladder, report, &names, &mut page)?;
    }
    Ok(())
}

fn picture(ladder: &Ladder, report: &Report, names: &FrameNames, page: &mut Page<'_>) -> io::Result<()> {
    let redirects = story::redirects(ladder, report, names);
    page.line(0, LABELS, &Line::new().tinted(tint::TITLE, &story::title(ladder, report, names)))?;
    for told in redirects.iter().filter(|told| told.head.is_none()) {
        page.line(LABELS, LABELS, &Line::new().text(&told.redirect.reason))?;
    }
    page.blank()?;
    legend(ladder, &report.captures, page)?;
    Drawing::of(ladder, &report.captures).write(page)?;
    for told in &redirects {
        if let Some(head) = &told.head {
            page.blank()?;
            page.line(0, LABELS, &Line::new().tinted(tint::TITLE, head))?;
            page.line(LABELS, LABELS, &Line::new().text(&told.redirect.reason))?;
        }
        for (nth, (level, finding)) in told.findings.iter().enumerate() {
            if nth == 0 {
                page.blank()?;
            }
            page.line(LABELS, LABELS + 2, &Line::new().tinted(of_level(*level), finding))?;
        }
    }
    let remarks = story::remarks(ladder);
    if !remarks.is_empty() {
        page.blank()?;
    }
    remarks.iter().try_for_each(|remark| page.line(LABELS, LABELS + 2, &Line::new().text(remark)))
}

/// Who takes part, each with its number; and the captures, where there are several.
fn legend(ladder: &Ladder, captures: &[Capture], page: &mut Page<'_>) -> io::Result<()> {
    for (nth, participant) in (1..).zip(&ladder.participants) {
        let mut line = Line::new().whole(&format!("{nth:>2}")).gap().text(&story::address(participant));
        if let Some(product) = &participant.product {
            line = line.gap().text(product);
        }
        if participant.part != Part::Other {
            line = line.gap().text(&format!("({})", participant.part));
        }
        if let Some(others) = story::other_ports(participant) {
            line = line.gap().text(&others);
        }
        page.line(LABELS, LABELS + 4, &line)?;
    }
    if is_of_several(ladder, captures) {
        for (nth, capture) in (1_u32..).zip(captures) {
            if ladder.messages.iter().any(|message| message.seen.capture + 1 == nth) {
                page.line(LABELS, LABELS + 4, &Line::new().text(&format!("frames {nth}: of ")).text(&capture.path))?;
            }
        }
    }
    page.blank()
}

/// Whether frames need the number of their capture.
fn is_of_several(ladder: &Ladder, captures: &[Capture]) -> bool {
    captures.len() > 1 && !ladder.messages.is_empty()
}

const fn of_level(level: Level) -> Style {
    tint::level(level)
}

const fn of_tone(tone: Tone) -> Style {
    match tone {
        Tone::Error => tint::level(Level::Error),
        Tone::Warning => tint::level(Level::Warning),
        Tone::Redirect | Tone::Redirected | Tone::Attempt | Tone::Later => Style::new().bold(),
        Tone::Plain => Style::new(),
    }
}

/// Something that stands at a column of a line.
type Piece = (usize, Style, String);

/// A ladder on its lanes.
struct Drawing<'a> {
    ladder: &'a Ladder,
    lanes: Lanes,
    /// The frame of each message, with the number of its capture where there are several.
    frames: Vec<String>,
    /// Where the frames end.
    frame_end: usize,
    /// Where the times end.
    time_end: usize,
}

impl<'a> Drawing<'a> {
    fn of(ladder: &'a Ladder, captures: &[Capture]) -> Self {
        let of_several = is_of_several(ladder, captures);
        let frame = |message: &LadderMessage| match of_several {
            true => format!("{}:{}", u64::from(message.seen.capture) + 1, message.seen.frame),
            false => message.seen.frame.to_string(),
        };
        let frames: Vec<String> = ladder.messages.iter().map(frame).collect();
        let widest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or_default();
        let frame_end = LABELS + widest(&mut frames.iter().map(String::len)).max("frame".len());
        let times = widest(&mut ladder.messages.iter().map(|message| story::offset(ladder, message).len())).max("+00.0 ms".len());
        let time_end = frame_end + 2 + times;
        Self { ladder, lanes: Lanes::of(ladder, time_end + 2), frames, frame_end, time_end }
    }

    fn write(&self, page: &mut Page<'_>) -> io::Result<()> {
        if self.ladder.messages.is_empty() {
            return Ok(());
        }
        self.head(page)?;
        (0..self.ladder.messages.len()).try_for_each(|index| self.message(index, page))
    }

    /// The line that names the columns.
    fn head(&self, page: &mut Page<'_>) -> io::Result<()> {
        let mut pieces = vec![right(self.frame_end, tint::LABEL, "frame"), right(self.time_end, tint::LABEL, "time")];
        for (lane, column) in self.lanes.columns().iter().enumerate() {
            let Some(index) = self.lanes.participant(lane) else { continue };
            let Some(participant) = self.ladder.participants.get(index) else { continue };
            let name = if self.lanes.is_shared(index) {
                format!("{} others", self.lanes.sharing)
            } else {
                let number = format!("{} ", index + 1);
                let room = self.lanes.apart.saturating_sub(number.len() + 1);
                // The legend has the port.
                let address = story::address(participant);
                let name = if width(&address) <= room { &address } else { &participant.address };
                number + &elided_inside(name, room)
            };
            pieces.push((*column, tint::LABEL, name));
        }
        page.drawn(&composed(pieces, &[]))
    }

    fn message(&self, index: usize, page: &mut Page<'_>) -> io::Result<()> {
        let Some(message) = self.ladder.messages.get(index) else { return Ok(()) };
        let notes = story::notes(self.ladder, index);
        let tone = of_tone(notes.first().map_or(Tone::Plain, |note| note.tone));
        let (from, to) = (self.lanes.column(message.from), self.lanes.column(message.to));
        let (left, far) = (from.min(to), from.max(to));

        let (start, label) = self.lanes.placed(&self.label(message), left + 2);
        let frame = self.frames.get(index).map_or("", String::as_str);
        page.drawn(&composed(
            vec![
                right(self.frame_end, Style::new(), frame),
                right(self.time_end, Style::new(), &story::offset(self.ladder, message)),
                (start, tone, label),
            ],
            self.lanes.columns(),
        ))?;

        let gap = story::gap(self.ladder, index).unwrap_or_default();
        let arrow = arrow(from, to);
        let end = far.max(left + width(&arrow).saturating_sub(1)) + 2;
        let mut pieces = vec![right(self.time_end, tint::LABEL, &gap), (left, tone, arrow)];
        let said = notes.iter().map(|note| width(&note.words)).sum::<usize>() + notes.len().saturating_sub(1) * 2;
        if end + said <= WIDTH {
            pieces.extend(side_by_side(&notes, end));
            return page.drawn(&composed(pieces, self.lanes.columns()));
        }
        page.drawn(&composed(pieces, self.lanes.columns()))?;
        for note in &notes {
            let (start, words) = self.lanes.placed(&note.words, left + 2);
            page.drawn(&composed(vec![(start, of_tone(note.tone), words)], self.lanes.columns()))?;
        }
        Ok(())
    }

    /// What stands over an arrow; where its end is one of several, which one.
    fn label(&self, message: &LadderMessage) -> String {
        let ends = [("from", message.from), ("to", message.to)];
        let shared = ends.iter().filter(|(_, end)| self.lanes.is_shared(*end));
        let shared: String = shared.map(|(word, end)| format!("({word} {}) ", end + 1)).collect();
        format!("{shared}{}", escape(&message.label))
    }
}

/// A text that ends at a column.
fn right(end: usize, style: Style, text: &str) -> Piece {
    (end.saturating_sub(width(text)), style, text.to_owned())
}

fn side_by_side(notes: &[Note], start: usize) -> Vec<Piece> {
    let mut at = start;
    let mut pieces = Vec::new();
    for note in notes {
        pieces.push((at, of_tone(note.tone), note.words.clone()));
        at += width(&note.words) + 2;
    }
    pieces
}

/// The arrow between two columns, both included; one to itself goes out and comes back.
fn arrow(from: usize, to: usize) -> String {
    let between = "-".repeat(from.abs_diff(to).saturating_sub(2));
    match from.cmp(&to) {
        std::cmp::Ordering::Less => format!("|{between}>|"),
        std::cmp::Ordering::Greater => format!("|<{between}|"),
        std::cmp::Ordering::Equal => "|<-'".to_owned(),
    }
}

/// A line of pieces in the order of their columns, with a lifeline in each of `lanes` that no piece covers.
fn composed(mut pieces: Vec<Piece>, lanes: &[usize]) -> Vec<(Style, String)> {
    pieces.retain(|(_, _, text)| !text.is_empty());
    pieces.sort_by_key(|(start, ..)| *start);
    let mut line = Vec::new();
    let mut column = 0;
    let between =
        |column: usize, until: usize| -> String { (column..until).map(|at| if lanes.contains(&at) { '|' } else { ' ' }).collect() };
    for (start, style, text) in pieces {
        line.push((tint::LABEL, between(column, start)));
        column = column.max(start) + width(&text);
        line.push((style, text));
        // No lifeline touches a text.
        if lanes.contains(&column) {
            line.push((tint::LABEL, " ".to_owned()));
            column += 1;
        }
    }
    let rest = between(column, lanes.last().map_or(column, |last| last + 1).max(column));
    line.push((tint::LABEL, rest));
    while let Some((_, last)) = line.last_mut()
        && last.trim_end().is_empty()
    {
        line.pop();
    }
    if let Some((_, last)) = line.last_mut() {
        last.truncate(last.trim_end().len());
    }
    line
}

#[cfg(test)]
mod tests {
    use super::super::example::{crowd, hostile_office, office};
    use super::*;
    use crate::report::wording::steers;

    fn drawn(report: &Report) -> String {
        let mut out = Vec::new();
        FORMAT.write(report, false, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_picture_is_as_designed() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/ladder.txt");
        let actual = drawn(&office());
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &actual).unwrap();
        }
        assert_eq!(actual, std::fs::read_to_string(&path).unwrap_or_default(), "UPDATE_GOLDEN=1 rewrites {}", path.display());
    }

    #[test]
    fn no_line_is_wider_than_the_page_and_none_ends_in_a_space() {
        for report in [office(), hostile_office(), crowd(2), crowd(5), crowd(6), crowd(40)] {
            for line in drawn(&report).lines() {
                assert!(width(line) <= WIDTH, "too wide: {line}");
                assert!(!line.ends_with(' '), "ends in a space: {line:?}");
            }
        }
    }

    #[test]
    fn nothing_hostile_reaches_the_page() {
        let text = drawn(&hostile_office());
        assert!(!text.contains(|c| c != '\n' && steers(c)) && text.contains("\\u{1b}[2J"), "{text}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("#9")), "the wire began a line of its own");
    }

    #[test]
    fn of_a_crowd_the_busiest_have_lanes_and_the_legend_names_everybody() {
        let text = drawn(&crowd(40));
        assert!(text.contains("36 others") && text.contains("(to 40) INVITE") && text.contains("(from 40) 486 Busy Here"), "{text}");
        assert_eq!(text.lines().filter(|line| line.contains("[2001:db8:1111:2222:3333:4444:5555:")).count(), 40);
    }

    #[test]
    fn colours_are_those_of_the_report() {
        let mut out = Vec::new();
        FORMAT.write(&office(), true, &mut out).unwrap();
        assert!(String::from_utf8(out).unwrap().contains("\u{1b}[1m\u{1b}[31m"));
        assert!(!drawn(&office()).contains('\u{1b}'));
    }

    #[test]
    fn lifelines_stand_where_nothing_covers_them() {
        let line = |pieces: Vec<Piece>| composed(pieces, &[2, 8, 14]).into_iter().map(|(_, text)| text).collect::<String>();
        assert_eq!(line(vec![]), "  |     |     |");
        assert_eq!(line(vec![(8, Style::new(), arrow(8, 14))]), "  |     |---->|");
        assert_eq!(line(vec![(2, Style::new(), arrow(14, 2))]), "  |<----------|");
        assert_eq!(line(vec![(4, Style::new(), "over it all".to_owned())]), "  | over it all");
    }
}
