//! Takes a SIP message, or a fragment of one, gives it with pseudonyms: start line, headers and body, each as it asks.
//!
//! Invariant: lines and folds stay where they are; a line that is no header is text. RFC 3261, 7; RFC 3420.

use super::key::Key;
use crate::sip::name::Name;
use crate::sip::scan::is_token;

/// The words of the reason phrases that are registered (RFC 3261, 21, and IANA "SIP Parameters"), and a few that are usual.
const PHRASES: &str = "trying ringing call is being forwarded queued session progress early dialog terminated ok accepted no notification \
    multiple choices moved permanently temporarily use proxy alternative service bad request unauthorized payment required forbidden not found \
    method allowed acceptable authentication timeout gone length conditional failed entity too large uri long unsupported media type scheme \
    unknown resource priority extension interval brief location information conflict provide referrer identity flow max breadth exceeded \
    recipient restriction certificate invalid header stale date consent needed temporarily unavailable call/transaction does exist loop detected \
    many hops address incomplete ambiguous busy here terminated event security agreement pending undecipherable unwanted rejected server internal \
    error implemented gateway version supported message push failure precondition everywhere decline declined anywhere unauthorised giving a \
    the in of to as at available cancelled completed normal clearing redirect redirected transaction user network emergency";

/// What puts pseudonyms in messages, all by one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redactor {
    key: Key,
}

/// What the headers of a message say of its body.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) content_type: Vec<u8>,
    pub(super) encoding: Vec<u8>,
}

impl Redactor {
    /// One whose pseudonyms follow from `key`.
    #[must_use]
    pub const fn new(key: Key) -> Self {
        Self { key }
    }

    pub(super) const fn key(&self) -> Key {
        self.key
    }

    /// The message with pseudonyms, octet for octet as long.
    #[must_use]
    pub fn message(&self, octets: &[u8]) -> Vec<u8> {
        let mut message = octets.to_vec();
        self.redact(&mut message, 0);
        message
    }

    /// Text that is no message, with pseudonyms.
    #[must_use]
    pub fn text(&self, octets: &[u8]) -> Vec<u8> {
        let mut text = octets.to_vec();
        self.prose(&mut text);
        text
    }

    /// Puts pseudonyms in a message, or in a part of a body that has headers; `depth` bodies lie around it.
    pub(super) fn redact(&self, message: &mut [u8], depth: usize) {
        let mut content = Content::default();
        let mut rest = message;
        let mut is_first = true;
        while let Some(len) = line_len(rest) {
            let (line, behind) = std::mem::take(&mut rest).split_at_mut(len);
            rest = behind;
            if line.iter().all(|octet| matches!(octet, b'\r' | b'\n')) {
                // Empty lines may stand ahead of a message (RFC 3261, 7.5).
                if is_first {
                    continue;
                }
                break;
            }
            if !self.header_line(line, &mut content) {
                if is_first { self.start_line(line) } else { self.prose(line) }
            }
            is_first = false;
        }
        self.body(&content, rest, depth);
    }

    /// Takes a line with its folds, where it is a header; says whether it is.
    fn header_line(&self, line: &mut [u8], content: &mut Content) -> bool {
        let len = line.iter().position(|octet| !is_token(*octet)).unwrap_or(line.len());
        let (written, rest) = line.split_at_mut(len);
        let blanks = rest.iter().position(|octet| !matches!(octet, b' ' | b'\t')).unwrap_or(rest.len());
        if written.is_empty() || rest.get(blanks) != Some(&b':') {
            return false;
        }
        let value = rest.get_mut(blanks + 1..).unwrap_or_default();
        let name = Name::of(written);
        match name {
            Name::ContentType => content.content_type = value.trim_ascii().to_vec(),
            Name::ContentEncoding => content.encoding = value.trim_ascii().to_ascii_lowercase(),
            _ => {}
        }
        self.header(written, name, value);
        true
    }

    /// `Method SP Request-URI SP SIP-Version`, or `SIP-Version SP Status-Code SP Reason-Phrase`.
    fn start_line(&self, line: &mut [u8]) {
        let is_blank = |octet: &u8| *octet == b' ' || *octet == b'\t';
        let Some(blank) = line.iter().position(is_blank) else { return self.prose(line) };
        let (first, rest) = line.split_at_mut(blank);
        if first.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"SIP/")) {
            let phrase = rest.iter().skip(1).position(is_blank).map_or(rest.len(), |at| at + 1);
            return self.phrase(rest.get_mut(phrase..).unwrap_or_default());
        }
        let end = (0..rest.len()).rev().find(|at| {
            let version = rest.get(*at + 1..*at + 5).unwrap_or_default();
            rest.get(*at).is_some_and(is_blank) && version.eq_ignore_ascii_case(b"SIP/")
        });
        let end = end.unwrap_or(rest.len()).max(1);
        let uri = rest.get_mut(1..end).unwrap_or_default();
        // A URI has no blanks; what has some is told as any text.
        if uri.iter().any(is_blank) { self.prose(uri) } else { self.uri(uri) }
    }

    /// A reason phrase: the usual words stay.
    fn phrase(&self, phrase: &mut [u8]) {
        for word in phrase.split_mut(u8::is_ascii_whitespace) {
            let is_usual = PHRASES.split_ascii_whitespace().any(|usual| word.eq_ignore_ascii_case(usual.as_bytes()));
            if !is_usual {
                self.prose(word);
            }
        }
    }
}

/// How long the first line of `text` is, with its end and the folded lines behind it; none where nothing is left.
fn line_len(text: &[u8]) -> Option<usize> {
    let mut len = 0;
    loop {
        let rest = text.get(len..).filter(|rest| !rest.is_empty())?;
        let line = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let is_empty = rest.get(..line).is_some_and(|line| line.iter().all(|octet| matches!(octet, b'\r' | b'\n')));
        len += line;
        if is_empty || !matches!(text.get(len), Some(b' ' | b'\t')) {
            return Some(len);
        }
    }
}
