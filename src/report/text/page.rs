//! Takes lines of words, gives a page: escaped, wrapped at [`WIDTH`] columns with hanging indents, coloured where that is wanted.
//!
//! Invariant: this is the only place of the text report that writes, so nothing from the wire can reach a terminal unescaped.

use std::io::{self, Write};

use anstyle::Style;

use super::super::wording::{columns, escape};
use super::tint;

/// The columns of a page.
pub(in crate::report) const WIDTH: usize = 100;
/// Where the labels of rows begin.
pub(in crate::report) const LABELS: usize = 4;
/// Where the values of rows begin.
pub(in crate::report) const VALUES: usize = 14;

/// A line in the making: words with the gaps before them; it breaks at gaps only, unless a word is wider than a line.
#[derive(Default)]
pub(in crate::report) struct Line {
    words: Vec<Word>,
    gap: usize,
}

#[derive(Default)]
struct Word {
    gap: usize,
    pieces: Vec<(Style, String)>,
}

impl Word {
    fn columns(&self) -> usize {
        self.pieces.iter().flat_map(|(_, text)| text.chars()).map(columns).sum()
    }
}

impl Line {
    pub(in crate::report) fn new() -> Self {
        Self::default()
    }

    /// The line with text that may be broken at its spaces.
    pub(in crate::report) fn text(self, text: &str) -> Self {
        self.tinted(Style::new(), text)
    }

    /// The line with text in `style` that may be broken at its spaces.
    pub(in crate::report) fn tinted(mut self, style: Style, text: &str) -> Self {
        let escaped = escape(text);
        for (nth, part) in escaped.split(' ').enumerate() {
            if nth > 0 {
                self.gap += 1;
            }
            if !part.is_empty() {
                self.push(style, part);
            }
        }
        self
    }

    /// The line with text that stays together, spaces included.
    pub(in crate::report) fn whole(mut self, text: &str) -> Self {
        self.push(Style::new(), &escape(text));
        self
    }

    /// The line with a gap of two columns.
    pub(in crate::report) fn gap(mut self) -> Self {
        self.gap = 2;
        self
    }

    fn push(&mut self, style: Style, text: &str) {
        // What follows without a gap belongs to the word before.
        match self.words.last_mut() {
            Some(word) if self.gap == 0 => word.pieces.push((style, text.to_owned())),
            _ => self.words.push(Word { gap: self.gap, pieces: vec![(style, text.to_owned())] }),
        }
        self.gap = 0;
    }
}

/// The page.
pub(in crate::report) struct Page<'a> {
    out: &'a mut dyn Write,
    colour: bool,
}

impl<'a> Page<'a> {
    pub(in crate::report) fn new(out: &'a mut dyn Write, colour: bool) -> Self {
        Self { out, colour }
    }

    /// Writes an empty line.
    pub(in crate::report) fn blank(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n")
    }

    /// Writes `line` from column `indent` on, and what does not fit from column `hang` on.
    pub(in crate::report) fn line(&mut self, indent: usize, hang: usize, line: &Line) -> io::Result<()> {
        self.indent(indent)?;
        self.words(indent, hang, line)
    }

    /// Writes a row of a block: a label, and `value` beside it.
    pub(in crate::report) fn row(&mut self, label: &str, value: &Line) -> io::Result<()> {
        self.indent(LABELS)?;
        self.piece(tint::LABEL, label)?;
        let at = LABELS + label.chars().map(columns).sum::<usize>();
        // An empty label makes a further line of the row above.
        self.indent(VALUES.saturating_sub(at).max(1))?;
        self.words(VALUES.max(at + 1), VALUES, value)
    }

    /// Writes a line of pieces that are escaped and fit already.
    pub(in crate::report) fn drawn(&mut self, pieces: &[(Style, String)]) -> io::Result<()> {
        pieces.iter().try_for_each(|(style, text)| self.piece(*style, text))?;
        self.out.write_all(b"\n")
    }

    fn words(&mut self, mut column: usize, hang: usize, line: &Line) -> io::Result<()> {
        let mut fresh = true;
        for word in &line.words {
            let width = word.columns();
            let gap = if fresh { 0 } else { word.gap };
            if column + gap + width <= WIDTH {
                self.indent(gap)?;
                column += gap;
            } else if !fresh {
                self.out.write_all(b"\n")?;
                self.indent(hang)?;
                column = hang;
            }
            for (style, text) in &word.pieces {
                column = self.cut(*style, text, column, hang)?;
            }
            fresh = false;
        }
        self.out.write_all(b"\n")
    }

    /// Writes `text` from `column` on, cut where the page ends; gives the column behind it.
    fn cut(&mut self, style: Style, text: &str, mut column: usize, hang: usize) -> io::Result<usize> {
        let mut rest = text;
        loop {
            let mut end = rest.len();
            for (at, c) in rest.char_indices() {
                if column + columns(c) > WIDTH {
                    end = at;
                    break;
                }
                column += columns(c);
            }
            let (fits, more) = rest.split_at(end);
            self.piece(style, fits)?;
            if more.is_empty() {
                return Ok(column);
            }
            self.out.write_all(b"\n")?;
            self.indent(hang)?;
            column = hang;
            rest = more;
        }
    }

    fn piece(&mut self, style: Style, text: &str) -> io::Result<()> {
        if self.colour && style != Style::new() && !text.is_empty() {
            write!(self.out, "{}{text}{}", style.render(), style.render_reset())
        } else {
            self.out.write_all(text.as_bytes())
        }
    }

    fn indent(&mut self, columns: usize) -> io::Result<()> {
        write!(self.out, "{:columns$}", "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(indent: usize, hang: usize, line: &Line) -> String {
        let mut out = Vec::new();
        Page::new(&mut out, false).line(indent, hang, line).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_long_line_goes_on_under_its_indent() {
        let text = printed(2, 6, &Line::new().text(&"word ".repeat(40)));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[0].starts_with("  word") && lines[1].starts_with("      word"));
        assert!(lines.iter().all(|line| line.len() <= WIDTH && !line.ends_with(' ')));
    }

    #[test]
    fn a_word_wider_than_the_page_is_cut_and_nothing_of_it_is_lost() {
        let text = printed(0, 10, &Line::new().text("uri ").text(&"x".repeat(250)));
        assert!(text.lines().all(|line| line.len() <= WIDTH));
        assert_eq!(text.matches('x').count(), 250);
    }

    #[test]
    fn what_stays_together_is_not_broken_at_its_spaces() {
        let line = Line::new().text(&"x".repeat(95)).gap().whole("frame 12").text(", and");
        assert_eq!(printed(0, 4, &line), format!("{}\n    frame 12, and\n", "x".repeat(95)));
    }

    #[test]
    fn wide_characters_take_two_columns() {
        let text = printed(0, 0, &Line::new().text(&"王".repeat(60)));
        assert_eq!(text.lines().next().map(|line| line.chars().count()), Some(50));
    }

    #[test]
    fn the_wire_cannot_begin_a_line_of_its_own() {
        assert_eq!(printed(0, 0, &Line::new().text("a\n#9  CORRECT")), "a\\u{a}#9  CORRECT\n");
    }
}
