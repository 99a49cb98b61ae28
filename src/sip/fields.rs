//! Takes the octets behind a start line, gives the header lines in the order and spelling in which they were written.
//!
//! Invariant: each call moves forward, so the walk is linear; a line that is no header is counted, passed over and loses no other.
//! Folded lines, blanks ahead of the colon, LF line ends and octets that are no UTF-8 are all read (RFC 3261, 7.3.1).

use super::name::Name;
use super::scan::{is_blank, is_token, split, take_while, trim};
use memchr::{Memchr, memchr_iter};

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
    line_ends: Memchr<'a>,
    at: usize,
    end: Option<End>,
    bad_lines: u32,
}

impl<'a> Fields<'a> {
    /// Starts at the first header line of `octets`.
    #[must_use]
    pub fn new(octets: &'a [u8]) -> Self {
        Self { octets, line_ends: memchr_iter(b'\n', octets), at: 0, end: None, bad_lines: 0 }
    }

    /// How many octets were walked: behind the empty line once the walk has ended.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.at
    }

    /// How the block ended, once the walk has.
    #[must_use]
    pub const fn end(&self) -> Option<End> {
        self.end
    }

    /// How many lines so far were no header: no colon, or a name that is no token.
    #[must_use]
    pub const fn bad_lines(&self) -> u32 {
        self.bad_lines
    }

    /// The next line with its folds, without its line end; none at the end of the block.
    fn line(&mut self) -> Option<&'a [u8]> {
        if self.end.is_some() {
            return None;
        }
        let rest = self.octets.get(self.at..).unwrap_or(&[]);
        let empty = match rest {
            [] => {
                self.end = Some(End::Cut);
                return None;
            }
            [b'\n', ..] => 1,
            [b'\r', b'\n', ..] => 2,
            _ => 0,
        };
        if empty > 0 {
            self.at = self.at.saturating_add(empty);
            self.end = Some(End::BlankLine);
            return None;
        }
        // The line ends come in order, so each is sought once.
        let next = self.line_ends.by_ref().map(|at| at.saturating_add(1)).find(|next| !is_fold(self.octets.get(*next..).unwrap_or(&[])));
        let length = next.map_or(rest.len(), |next| next.saturating_sub(self.at));
        self.at = self.at.saturating_add(length);
        Some(split(rest, length).0)
    }
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
            let line = self.line()?;
            // `HCOLON = *( SP / HTAB ) ":" SWS`
            let (written, rest) = take_while(line, is_token);
            let value = rest.strip_prefix(b":").or_else(|| take_while(rest, is_blank).1.strip_prefix(b":"));
            let field = value.filter(|_| !written.is_empty()).map(|value| Field { written, name: Name::of(written), value: trim(value) });
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
