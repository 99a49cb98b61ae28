//! Takes ladders, gives them as one sequence diagram of Mermaid, one ladder behind the other: for a page of Markdown that draws it.
//!
//! Invariants: it can be read by Mermaid whatever the wire held, as every character that means something there is written as its number; and it
//! is no longer than Mermaid reads, what is left out being told in its last note.

use std::collections::HashMap;
use std::io;

use super::LadderFormat;
use super::fitting::elided;
use super::story;
use crate::report::frames::FrameNames;
use crate::report::model::{Ladder, LadderMessage, Participant, Report};
use crate::report::wording::{counted, escape};

pub(super) const FORMAT: LadderFormat = LadderFormat { name: "mermaid", summary: "a sequence diagram for Markdown", write };

/// How many characters a diagram has at most; Mermaid refuses more than 50,000.
const DIAGRAM_MAX: usize = 45_000;
/// How many columns a message takes at most.
const MESSAGE_MAX: usize = 60;
/// How many columns a note takes at most.
const NOTE_MAX: usize = 160;

fn write(report: &Report, _: bool, out: &mut dyn io::Write) -> io::Result<()> {
    let names = FrameNames::of(&report.captures);
    let mut diagram = Diagram::new(report);
    for ladder in &report.ladders {
        diagram.ladder(ladder, report, &names);
    }
    diagram.finish();
    out.write_all(diagram.text.as_bytes())
}

/// A diagram in the making.
struct Diagram {
    text: String,
    characters: usize,
    /// The number of each participant, from 1, by address and port.
    numbers: HashMap<(String, u16), usize, foldhash::fast::RandomState>,
    is_of_several: bool,
    /// How many lines had no room any more.
    left_out: u64,
}

impl Diagram {
    /// A diagram with everybody who takes part in a ladder of `report`.
    fn new(report: &Report) -> Self {
        let mut diagram = Self {
            text: "sequenceDiagram\n".to_owned(),
            characters: 0,
            numbers: HashMap::default(),
            is_of_several: report.captures.len() > 1,
            left_out: 0,
        };
        for participant in report.ladders.iter().flat_map(|ladder| &ladder.participants) {
            let number = diagram.numbers.len() + 1;
            if diagram.numbers.contains_key(&key(participant)) {
                continue;
            }
            let product = participant.product.as_deref().unwrap_or_default();
            let name = elided(&escape(&format!("{} {product}", story::address(participant))), MESSAGE_MAX).trim_end().to_owned();
            if diagram.line(&format!("participant p{number} as {}", written(&name))) {
                diagram.numbers.insert(key(participant), number);
            }
        }
        diagram
    }

    /// Adds a line where there is room for it.
    fn line(&mut self, line: &str) -> bool {
        let characters = self.characters + line.chars().count() + 5;
        if characters > DIAGRAM_MAX {
            self.left_out += 1;
            return false;
        }
        self.characters = characters;
        self.text.push_str("    ");
        self.text.push_str(line);
        self.text.push('\n');
        true
    }

    /// The alias of a participant; none where it had no room.
    fn alias(&self, ladder: &Ladder, participant: usize) -> Option<String> {
        let number = self.numbers.get(&key(ladder.participants.get(participant)?))?;
        Some(format!("p{number}"))
    }

    /// A note over all of a ladder.
    fn note(&mut self, over: &str, text: &str) {
        self.line(&format!("Note over {over}: {}", written(&elided(&escape(text), NOTE_MAX))));
    }

    fn ladder(&mut self, ladder: &Ladder, report: &Report, names: &FrameNames) {
        let mut known: Vec<String> = (0..ladder.participants.len()).filter_map(|index| self.alias(ladder, index)).collect();
        known.truncate(2);
        if known.is_empty() {
            return;
        }
        let over = known.join(",");
        let redirects = story::redirects(ladder, report, names);
        self.note(&over, &story::title(ladder, report, names));
        for told in redirects.iter().filter(|told| told.head.is_none()) {
            self.note(&over, &told.redirect.reason);
        }
        for (index, message) in ladder.messages.iter().enumerate() {
            self.message(ladder, index, message);
        }
        for told in &redirects {
            if let Some(head) = &told.head {
                self.note(&over, &format!("{head}: {}", told.redirect.reason));
            }
            told.findings.iter().for_each(|(_, finding)| self.note(&over, finding));
        }
        story::remarks(ladder).iter().for_each(|remark| self.note(&over, remark));
    }

    fn message(&mut self, ladder: &Ladder, index: usize, message: &LadderMessage) {
        let (Some(from), Some(to)) = (self.alias(ladder, message.from), self.alias(ladder, message.to)) else {
            self.left_out += 1;
            return;
        };
        let arrow = if message.status.is_some() { "-->>" } else { "->>" };
        let capture = if self.is_of_several { format!("{}:", u64::from(message.seen.capture) + 1) } else { String::new() };
        let notes: Vec<String> = story::notes(ladder, index).into_iter().map(|note| note.words).collect();
        let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
        let text = format!("{capture}{} {}{notes}", message.seen.frame, elided(&escape(&message.label), MESSAGE_MAX));
        self.line(&format!("{from}{arrow}{to}: {}", written(&text)));
    }

    /// Says what had no room.
    fn finish(&mut self) {
        if self.left_out > 0 {
            let text = format!("{} had no room: Mermaid draws no longer diagram", counted(self.left_out, "line"));
            let over = if self.numbers.is_empty() { "p0" } else { "p1" };
            self.text.push_str(&format!("    Note over {over}: {}\n", written(&text)));
        } else if self.numbers.is_empty() {
            // A diagram of nothing is refused by some readers.
            self.text.push_str("    participant p0 as nobody\n");
        }
    }
}

/// What tells a participant from others.
fn key(participant: &Participant) -> (String, u16) {
    (participant.address.clone(), participant.ports.first().copied().unwrap_or_default())
}

/// The text with every character that may mean something to Mermaid as `#number;`.
fn written(text: &str) -> String {
    // A line with one of these words and a number loses its last character to a repair that Mermaid does on styles.
    let text = text.replace("style", "st\u{1}le").replace("classDef", "class\u{2}ef");
    let mut written = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\u{1}' => written.push_str("#121;"),
            '\u{2}' => written.push_str("#68;"),
            ' ' | '.' | '(' | ')' | '/' | '=' | '_' => written.push(c),
            _ if c.is_alphanumeric() => written.push(c),
            _ => written.push_str(&format!("#{};", u32::from(c))),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::super::example::{crowd, hostile_office, office};
    use super::*;

    fn drawn(report: &Report) -> String {
        let mut out = Vec::new();
        FORMAT.write(report, false, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// Whether Mermaid reads the line: of its words, and text in which every other character is a number.
    fn is_read(line: &str) -> bool {
        let text = |text: &str| text.chars().all(|c| c.is_alphanumeric() || " .()/=_#;".contains(c)) && !text.contains("style");
        let alias = |alias: &str| alias.strip_prefix('p').is_some_and(|number| number.parse::<usize>().is_ok());
        let words = line.trim_start();
        if let Some((participant, name)) = words.strip_prefix("participant ").and_then(|rest| rest.split_once(" as ")) {
            return alias(participant) && text(name);
        }
        let Some((ends, said)) = words.split_once(": ") else { return false };
        let mut ends: Vec<&str> = match ends.strip_prefix("Note over ") {
            Some(over) => over.split(',').collect(),
            None => ends.split("->>").map(|end| end.trim_end_matches('-')).collect(),
        };
        ends.retain(|end| !alias(end));
        ends.is_empty() && text(said)
    }

    #[test]
    fn every_line_is_one_that_mermaid_reads_whatever_the_wire_held() {
        for report in [office(), hostile_office(), crowd(40), crowd(300)] {
            let diagram = drawn(&report);
            let (first, lines) = diagram.split_once('\n').unwrap();
            assert_eq!(first, "sequenceDiagram");
            assert!(lines.lines().all(is_read), "{:?}", lines.lines().find(|line| !is_read(line)));
        }
    }

    #[test]
    fn requests_and_responses_go_between_their_ends() {
        let diagram = drawn(&office());
        assert!(diagram.contains("    p1->>p2: 30 INVITE sip#58;carol#64;example.com (redirected)\n"), "{diagram}");
        assert!(
            diagram.contains("    p2-->>p1: 31 302 Moved Temporarily (error redirect#45;not#45;followed#59; the redirect)\n"),
            "{diagram}"
        );
        assert!(diagram.contains("    p3->>p3: 42 OPTIONS"));
    }

    #[test]
    fn a_diagram_is_no_longer_than_mermaid_reads_and_tells_what_it_lacks() {
        let mut report = office();
        let ladder = &mut report.ladders[0];
        ladder.messages = (0..2_000).map(|_| ladder.messages[0].clone()).collect();
        let diagram = drawn(&report);
        assert!(diagram.chars().count() < 50_000);
        assert!(diagram.lines().last().is_some_and(|line| line.contains("lines had no room")), "{:?}", diagram.lines().last());
    }

    #[test]
    fn a_repair_of_styles_in_mermaid_finds_nothing_to_repair() {
        assert_eq!(written("style x:y#"), "st#121;le x#58;y#35;");
        assert_eq!(written("classDef"), "class#68;ef");
    }
}
