//! Takes octets in which framing was lost, or was never there, gives the place where the next start line is or may be.
//!
//! Invariant: a start line begins where nothing is ahead of it, or behind an octet that ends a line or a body; the first such place of a
//! line that can be one is the one. What cannot become a start line any more is given up at once, what can is kept, so that the answer
//! does not depend on how the octets were chopped. RFC 3261, 7.1 and 7.2.

use super::fields::Fields;
use super::name::Name;
use super::scan::{is_blank, is_token, names_sip, split, take_while};
use super::start_line::{MAX_METHOD, MAX_START_LINE, StartLine};
use memchr::memchr;

/// Where a start line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// It starts here.
    At(usize),
    /// There is none yet, but what stands from here on may become one; at the end if nothing may.
    Perhaps(usize),
}

/// Finds the first start line in `octets`; no line end is sought in the first `resume` octets of a line that has not ended.
pub(super) fn find_start(octets: &[u8], resume: usize) -> Found {
    if StartLine::read(octets).is_some_and(|start| start.is_ended) {
        return Found::At(0);
    }
    let mut line_at = 0usize;
    loop {
        let (_, rest) = split(octets, line_at);
        let unread = if line_at == 0 && may_begin(rest, false) { resume } else { 0 };
        let Some(end) = rest.get(unread..).and_then(|unread| memchr(b'\n', unread)) else {
            return in_open_line(rest).moved(line_at);
        };
        let line_len = unread.saturating_add(end).saturating_add(1);
        if let Some(start) = in_line(split(rest, line_len).0) {
            return Found::At(start).moved(line_at);
        }
        line_at = line_at.saturating_add(line_len);
    }
}

impl Found {
    const fn moved(self, by: usize) -> Self {
        match self {
            Self::At(at) => Self::At(at.saturating_add(by)),
            Self::Perhaps(at) => Self::Perhaps(at.saturating_add(by)),
        }
    }
}

/// Finds where a start line begins, or may, in the last line, which has no line end yet.
fn in_open_line(line: &[u8]) -> Found {
    match places(line).find(|place| may_begin(place.1, true)) {
        Some((at, text)) if is_status_line(text) => Found::At(at),
        Some((at, _)) => Found::Perhaps(at),
        None => Found::Perhaps(kept(line)),
    }
}

/// Where the octets start that must be kept of a line in which no start line can begin so far.
///
/// What is given up must not make the rest look like the beginning of a line: so the last octet that no method holds stays, or more
/// octets than a method has.
fn kept(line: &[u8]) -> usize {
    if line.last().copied().is_none_or(is_edge) {
        return line.len();
    }
    let tokens = line.iter().rev().take(MAX_METHOD.saturating_add(1)).take_while(|octet| is_token(**octet)).count();
    let kept = if tokens > MAX_METHOD { tokens } else { tokens.saturating_add(1) };
    line.len().saturating_sub(kept)
}

/// Finds the next start line from `from` on that a header follows: what a message begins with, and no text about one.
pub(super) fn next_start(octets: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    if !names_sip(octets.get(at..)?) {
        return None;
    }
    loop {
        let Found::At(found) = find_start(octets.get(at..)?, 0) else { return None };
        at = at.saturating_add(found);
        let (_, text) = split(octets, at);
        let start = StartLine::read(text)?;
        let (_, block) = split(text, start.end as usize);
        let mut fields = Fields::new(block);
        if fields.next().is_some_and(|field| field.name != Name::Other) {
            return Some(at);
        }
        // What else begins ahead of the field, or of the empty line, that was met is followed by the same one.
        at = at.saturating_add(start.end.max(1) as usize).saturating_add(fields.position());
    }
}

/// Finds the last such start line, where there is one.
pub(super) fn last_start(octets: &[u8], from: usize) -> Option<usize> {
    let behind = |at: &usize| next_start(octets, at.saturating_add(1));
    std::iter::successors(next_start(octets, from), behind).last()
}

/// The start of the start line in `line`, which has its line end.
fn in_line(line: &[u8]) -> Option<usize> {
    // Most lines have no version at all, and are left at the speed of a byte search.
    if !names_sip(line) {
        return None;
    }
    let text = line.trim_ascii_end();
    let is_request = text.iter().rposition(|octet| is_blank(*octet)).is_some_and(|blank| {
        // Judged once for the line: the version at its end is that of every place ahead of it.
        let (_, word) = split(text, blank.saturating_add(1));
        let (digits, rest) = take_while(word.get(4..).unwrap_or(&[]), |octet| octet.is_ascii_digit());
        let (minor, rest) = take_while(rest.get(1..).unwrap_or(&[]), |octet| octet.is_ascii_digit());
        !digits.is_empty() && !minor.is_empty() && rest.is_empty()
    });
    places(line)
        .filter(|place| is_status_line(place.1) || is_request && place.1.len() <= MAX_START_LINE && has_method(place.1))
        .find(|place| StartLine::read(place.1).is_some())
        .map(|place| place.0)
}

/// The places of a line where a start line could begin, each with the text from there on.
fn places(line: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let behind_edges = line.iter().enumerate().filter(|(_, octet)| is_edge(**octet)).map(|(at, _)| at.saturating_add(1));
    std::iter::once(0).chain(behind_edges).filter_map(|at| line.get(at..).map(|text| (at, text)))
}

/// Whether `octet` can be the last one ahead of a start line: the end of a line, of binary data, or of a body in brackets.
const fn is_edge(octet: u8) -> bool {
    matches!(octet, 0..=8 | 10..=31 | b'>' | b'}' | b']' | 127..)
}

/// Whether a method and a blank stand at the front.
fn has_method(text: &[u8]) -> bool {
    let (window, _) = split(text, MAX_METHOD.saturating_add(1));
    let (method, rest) = take_while(window, is_token);
    !method.is_empty() && rest.first().copied().is_some_and(is_blank)
}

/// Whether a version, blanks and a digit stand at the front.
fn is_status_line(text: &[u8]) -> bool {
    text.get(..4).is_some_and(|name| name.eq_ignore_ascii_case(b"SIP/")) && StartLine::read(text).is_some()
}

/// Whether `text`, which has no line end yet, may go on to be a start line; with `bounded`, one that is not too long.
fn may_begin(text: &[u8], bounded: bool) -> bool {
    if text.is_empty() {
        return false;
    }
    let (window, _) = split(text, MAX_METHOD.saturating_add(1));
    let (method, rest) = take_while(window, is_token);
    let is_method = match rest.first() {
        None => method.len() <= MAX_METHOD,
        Some(octet) => !method.is_empty() && is_blank(*octet),
    };
    if is_method {
        return !bounded || text.len() <= MAX_START_LINE;
    }
    // A version that may be followed by a status code; `SIP` alone was a method so far.
    text.get(..4).is_some_and(|name| name.eq_ignore_ascii_case(b"SIP/"))
        && (is_status_line(text)
            || text.len() <= MAX_METHOD && text.iter().skip(4).all(|octet| octet.is_ascii_digit() || matches!(octet, b'.' | b' ' | b'\t')))
}
