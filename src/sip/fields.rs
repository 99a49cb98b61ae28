//! Takes the octets behind a start line, gives the header lines in the order and spelling in which they were written.
//!
//! Invariant: each call moves forward, so the walk is linear; a line that is no header is counted, passed over and loses no other.
//! Folded lines, blanks ahead of the colon, LF line ends and octets that are no UTF-8 are all read (RFC 3261, 7.3.1).

use super::name::Name;
use super::scan::{is_blank, is_token, split, take_while, trim};
use memchr::memchr;

/// One header line, folds included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// The name as written.
    pub written: &'a [u8],
    /// The header that it names.
    pub name: Name,
    /// The value as written, folds included, without the whitespace around it.
    pub value: &'a [u8],
}

impl<'a> Field<'a> {
    /// Reads one line; none where it is no header.
    #[must_use]
    pub fn read(line: &'a [u8]) -> Option<Self> {
        let (written, rest) = take_while(line, is_token);
        let value = behind_colon(rest).filter(|_| !written.is_empty())?;
        Some(Field { written, name: Name::of(written), value: trim(value) })
    }
}

/// What follows the colon that `rest` starts with, blanks ahead of it passed over. `HCOLON = *( SP / HTAB ) ":" SWS`
pub(super) fn behind_colon(rest: &[u8]) -> Option<&[u8]> {
    rest.strip_prefix(b":").or_else(|| take_while(rest, is_blank).1.strip_prefix(b":"))
}

/// How a header block ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With the empty line that the grammar wants.
    BlankLine,
    /// With the last octet: the message is cut, or its sender left the empty line out.
    Cut,
}

/// The header lines of a block, one after the other.
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    octets: &'a [u8],
    rest: &'a [u8],
    end: Option<End>,
    bad_lines: u32,
}

impl<'a> Fields<'a> {
    /// Starts at the first header line of `octets`.
    #[must_use]
    pub fn new(octets: &'a [u8]) -> Self {
        Self { octets, rest: octets, end: None, bad_lines: 0 }
    }

    /// How many octets were walked: behind the empty line once the walk has ended.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.octets.len().saturating_sub(self.rest.len())
    }

    /// How the block ended, once the walk has.
    #[must_use]
    pub const fn end(&self) -> Option<End> {
        self.end
    }

    /// How many lines so far were no header: no colon, or a name that is no token.
    ///
    /// Lines that `line` and `next_of` pass over are not looked at, and not counted.
    #[must_use]
    pub const fn bad_lines(&self) -> u32 {
        self.bad_lines
    }

    /// The next line with its folds and its line end, whatever it holds; none at the end of the block.
    #[inline]
    pub(super) fn line(&mut self) -> Option<&'a [u8]> {
        let Some((line, rest)) = memchr(b'\n', self.rest).and_then(|at| self.rest.split_at_checked(at.saturating_add(1))) else {
            return self.last_line();
        };
        if matches!(line, [b'\n'] | [b'\r', b'\n']) {
            // What is behind the empty line is no longer part of the walk.
            (self.octets, _) = split(self.octets, self.octets.len().saturating_sub(rest.len()));
            self.rest = &[];
            self.end = Some(End::BlankLine);
            return None;
        }
        // A fold is rare: the first line end is nearly always the one.
        if is_fold(rest) {
            return Some(self.folded());
        }
        self.rest = rest;
        Some(line)
    }

    /// What is left without a line end.
    #[cold]
    fn last_line(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            self.end = self.end.or(Some(End::Cut));
            return None;
        }
        Some(std::mem::take(&mut self.rest))
    }

    /// The next line where it is folded.
    #[cold]
    fn folded(&mut self) -> &'a [u8] {
        let (line, rest) = split(self.rest, folded_len(self.rest));
        self.rest = rest;
        line
    }

    /// The next line of the header `name`; no other line's name is read unless it starts with the same letter.
    pub(super) fn next_of(&mut self, name: Name) -> Option<Field<'a>> {
        let initials = name.initials();
        loop {
            let line = self.line()?;
            let initial = line.first().map(u8::to_ascii_lowercase);
            if name != Name::Other && !initials.contains(&initial) {
                continue;
            }
            let field = Field::read(line).filter(|field| field.name == name);
            if field.is_some() {
                return field;
            }
        }
    }
}

/// The length of the line that `rest` starts with, folds and line end included; each line end is sought once.
fn folded_len(rest: &[u8]) -> usize {
    let mut at = 0usize;
    while let Some(end) = rest.get(at..).and_then(|rest| memchr(b'\n', rest)) {
        at = at.saturating_add(end).saturating_add(1);
        if !is_fold(rest.get(at..).unwrap_or(&[])) {
            return at;
        }
    }
    rest.len()
}

/// Whether the line that `rest` starts with continues the one ahead of it.
///
/// A line of blanks alone is taken for the end of the block by nobody, and for a fold by all: so is it here.
fn is_fold(rest: &[u8]) -> bool {
    rest.first().copied().is_some_and(is_blank)
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        loop {
            let field = Field::read(self.line()?);
            if field.is_some() {
                return field;
            }
            self.bad_lines = self.bad_lines.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Line = (String, Name, String);

    fn walk(block: &str) -> (Vec<Line>, Option<End>, u32, usize) {
        let mut fields = Fields::new(block.as_bytes());
        let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
        let lines = fields.by_ref().map(|field| (text(field.written), field.name, text(field.value))).collect();
        (lines, fields.end(), fields.bad_lines(), fields.position())
    }

    #[test]
    fn lines_come_in_order_and_as_written() {
        let (lines, end, bad, at) = walk("v: a\r\nVIA : b\r\nX-Foo:c\r\n\r\nbody");
        let expected = [("v", Name::Via, "a"), ("VIA", Name::Via, "b"), ("X-Foo", Name::Other, "c")];
        assert_eq!(lines, expected.map(|(written, name, value)| (written.to_owned(), name, value.to_owned())));
        assert_eq!((end, bad, at), (Some(End::BlankLine), 0, 26));
    }

    #[test]
    fn a_folded_value_is_one_value() {
        for block in ["TO :\r\n sip:a ;\r\n\ttag = 1\r\nl: 0\r\n\r\n", "TO :\n sip:a ;\n\ttag = 1\nl: 0\n\n"] {
            let (lines, end, ..) = walk(block);
            assert_eq!(lines.len(), 2, "{block:?}");
            let value = lines.first().map(|line| super::super::scan::unfold(line.2.as_bytes()).into_owned());
            assert_eq!(value.as_deref(), Some(&b"sip:a ; tag = 1"[..]));
            assert_eq!(end, Some(End::BlankLine));
        }
    }

    #[test]
    fn a_line_without_a_colon_loses_no_other() {
        let (lines, end, bad, _) = walk("From: a\r\nnonsense\r\nTo: b\r\nbad name: c\r\n: d\r\nl: 0");
        assert_eq!(lines.iter().map(|line| line.1).collect::<Vec<_>>(), [Name::From, Name::To, Name::ContentLength]);
        assert_eq!((end, bad), (Some(End::Cut), 3));
    }

    #[test]
    fn a_block_may_be_empty() {
        assert_eq!(walk("\r\nbody"), (vec![], Some(End::BlankLine), 0, 2));
        assert_eq!(walk("\nbody"), (vec![], Some(End::BlankLine), 0, 1));
        assert_eq!(walk(""), (vec![], Some(End::Cut), 0, 0));
        assert_eq!(walk("\r").1, Some(End::Cut));
    }
}
