//! Takes octets that may begin a SIP message, gives the start line: request or status line, with what is wrong in it.
//!
//! Invariant: whatever is recognisably SIP is recognised, however malformed; everything else falls out after the first few octets.
//! `Request-Line = Method SP Request-URI SP SIP-Version CRLF`, `Status-Line = SIP-Version SP Status-Code SP Reason-Phrase CRLF`.
//! RFC 3261, 7.1 and 7.2.

use super::scan::{Span, is_blank, is_token, split, take_while};
use memchr::{memchr, memchr2, memchr3};

/// Longest method that is taken for one, in octets; the torture messages go to 43.
pub const MAX_METHOD: usize = 128;
/// Longest start line that is looked at, in octets.
pub const MAX_START_LINE: usize = 64 * 1024;

/// What a start line says, as stretches of the octets it was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// A request line.
    Request {
        /// The method as written.
        method: Span,
        /// The Request-URI as written, blanks within it included.
        uri: Span,
    },
    /// A status line.
    Response {
        /// The status code, none where it is not three digits from 100 to 699.
        status: Option<u16>,
        /// The Reason-Phrase, which may be empty.
        reason: Span,
    },
}

/// A start line, and how well it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartLine {
    /// Request or response.
    pub start: Start,
    /// The whole line without its line end.
    pub line: Span,
    /// Where the next line starts, or where the octets end.
    pub end: u32,
    /// Whether the version is `SIP/2.0`; nothing of another version can be decoded.
    pub is_version_2: bool,
    /// Whether the separators are exactly those of the grammar: single spaces, none at the end.
    pub is_well_formed: bool,
    /// Whether a line end stands behind it.
    pub is_ended: bool,
}

/// How many octets of keep-alive stand ahead of a start line: CR, LF and NUL (RFC 3261, 7.5; RFC 5626, 3.5.1).
#[inline]
#[must_use]
pub fn noise_len(octets: &[u8]) -> usize {
    octets.iter().position(|octet| !matches!(octet, b'\r' | b'\n' | 0)).unwrap_or(octets.len())
}

/// The SIP-Version that `octets` starts with: its length, and whether it is 2.0. `SIP-Version = "SIP" "/" 1*DIGIT "." 1*DIGIT`, any case.
#[inline]
fn version(octets: &[u8]) -> Option<(usize, bool)> {
    if let Some((b"SIP/2.0", rest)) = octets.split_first_chunk::<7>()
        && !rest.first().is_some_and(u8::is_ascii_digit)
    {
        return Some((b"SIP/2.0".len(), true));
    }
    let (name, rest) = octets.split_at_checked(4)?;
    if !name.eq_ignore_ascii_case(b"SIP/") {
        return None;
    }
    let (major, rest) = take_while(rest, |octet| octet.is_ascii_digit());
    let rest = rest.strip_prefix(b".")?;
    let (minor, rest) = take_while(rest, |octet| octet.is_ascii_digit());
    let well = !major.is_empty() && !minor.is_empty();
    well.then(|| (octets.len().saturating_sub(rest.len()), major == b"2" && minor == b"0"))
}

impl StartLine {
    /// Reads the start line that `octets` begins with, none where they do not begin with one.
    ///
    /// A line without a line end is read up to the last octet: the capture may have been cut there.
    #[must_use]
    pub fn read(octets: &[u8]) -> Option<Self> {
        match octets.first()? {
            b'S' | b's' => match version(octets) {
                Some(version) => Self::response(octets, version),
                None => Self::request(octets),
            },
            first if is_token(*first) => Self::request(octets),
            _ => None,
        }
    }

    /// Whether `octets` begin with a start line: [`StartLine::read`] without its parts.
    #[must_use]
    pub fn is_at(octets: &[u8]) -> bool {
        Self::read(octets).is_some()
    }

    fn request(octets: &[u8]) -> Option<Self> {
        let (window, _) = split(octets, MAX_METHOD.saturating_add(1));
        let (method, after) = take_while(window, is_token);
        if !after.first().copied().is_some_and(is_blank) {
            return None;
        }
        if let Some(plain) = Self::plain_request(octets, method.len()) {
            return Some(plain);
        }
        let line = Line::of(octets);
        let text = line.text(octets);
        // Sought from the end: a Request-URI may hold blanks (RFC 4475, 3.1.2.8), a version cannot.
        let trimmed = text.trim_ascii_end();
        let last_blank = trimmed.iter().rposition(|octet| is_blank(*octet))?;
        let (head, word) = split(trimmed, last_blank.saturating_add(1));
        let (length, is_version_2) = version(word)?;
        let padded_uri = head.get(method.len()..)?;
        let uri = padded_uri.trim_ascii();
        if length != word.len() || uri.is_empty() {
            return None;
        }
        let uri_start = method.len().saturating_add(padded_uri.len().saturating_sub(padded_uri.trim_ascii_start().len()));
        let is_well_formed = trimmed.len() == text.len()
            && padded_uri.len() == uri.len().saturating_add(2)
            && padded_uri.first() == Some(&b' ')
            && padded_uri.last() == Some(&b' ')
            && memchr2(b' ', b'\t', uri).is_none();
        let start = Start::Request { method: Span::new(0, method.len()), uri: Span::new(uri_start, uri_start.saturating_add(uri.len())) };
        Some(line.with(start, is_version_2, is_well_formed))
    }

    /// The same of a request line as nearly all are written: single spaces, and none elsewhere.
    fn plain_request(octets: &[u8], method: usize) -> Option<Self> {
        const BEHIND_URI: &[u8] = b" SIP/2.0\r\n";
        let at = method.saturating_add(1);
        let (window, _) = split(octets, MAX_START_LINE);
        let behind = window.get(method..)?.strip_prefix(b" ")?;
        let (uri, rest) = split(behind, memchr3(b' ', b'\t', b'\n', behind)?);
        if !rest.starts_with(BEHIND_URI) || uri.is_empty() || uri.trim_ascii().len() != uri.len() {
            return None;
        }
        let uri = Span::new(at, at.saturating_add(uri.len()));
        let next = (uri.end as usize).saturating_add(BEHIND_URI.len());
        let line = Line { end: next.saturating_sub(b"\r\n".len()), next, is_ended: true };
        Some(line.with(Start::Request { method: Span::new(0, method), uri }, true, true))
    }

    /// Reads the status line that `octets` begin with, of which the [`version`] is read.
    fn response(octets: &[u8], (version_len, is_version_2): (usize, bool)) -> Option<Self> {
        let rest = octets.get(version_len..)?;
        let (blanks, rest) = take_while(rest, is_blank);
        let (digits, after) = take_while(rest, |octet| octet.is_ascii_digit());
        // A stream is given up where its front is no longer than a method and no status code came: then it is none here either.
        if blanks.is_empty() || digits.is_empty() || version_len.saturating_add(blanks.len()) > MAX_METHOD {
            return None;
        }
        let line = Line::of(octets);
        let code_end = octets.len().saturating_sub(after.len());
        let reason = octets.get(code_end..line.end).unwrap_or(&[]);
        // Read as the three digits that the grammar wants, so that no long number can wrap into a class (RFC 4475, 3.1.2.19).
        let status = match digits {
            [a @ b'1'..=b'6', b, c] => Some([a, b, c].into_iter().fold(0u16, |code, digit| code * 10 + u16::from(digit - b'0'))),
            _ => None,
        };
        let is_well_formed = status.is_some() && blanks == b" " && reason.first() == Some(&b' ');
        let reason_start = code_end.saturating_add(reason.len().saturating_sub(reason.trim_ascii_start().len()));
        let reason_end = reason_start.max(code_end.saturating_add(reason.trim_ascii_end().len()));
        let start = Start::Response { status, reason: Span::new(reason_start, reason_end) };
        Some(line.with(start, is_version_2, is_well_formed))
    }
}

/// The first line of some octets: where its text ends and where the next one starts.
struct Line {
    end: usize,
    next: usize,
    is_ended: bool,
}

impl Line {
    fn of(octets: &[u8]) -> Self {
        let (window, _) = split(octets, MAX_START_LINE);
        memchr(b'\n', window).map_or(Self { end: window.len(), next: window.len(), is_ended: false }, |at| {
            let (line, _) = split(window, at);
            let end = line.strip_suffix(b"\r").unwrap_or(line).len();
            Self { end, next: at.saturating_add(1), is_ended: true }
        })
    }

    fn text<'a>(&self, octets: &'a [u8]) -> &'a [u8] {
        split(octets, self.end).0
    }

    fn with(&self, start: Start, is_version_2: bool, is_well_formed: bool) -> StartLine {
        StartLine {
            start,
            line: Span::new(0, self.end),
            end: Span::new(0, self.next).end,
            is_version_2,
            is_well_formed,
            is_ended: self.is_ended,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(line: &str) -> Option<(String, String, bool)> {
        let read = StartLine::read(line.as_bytes())?;
        let Start::Request { method, uri } = read.start else { return None };
        let text = |span: Span| String::from_utf8_lossy(span.of(line.as_bytes())).into_owned();
        Some((text(method), text(uri), read.is_well_formed && read.is_version_2))
    }

    fn response(line: &str) -> Option<(Option<u16>, String, bool)> {
        let read = StartLine::read(line.as_bytes())?;
        let Start::Response { status, reason } = read.start else { return None };
        Some((status, String::from_utf8_lossy(reason.of(line.as_bytes())).into_owned(), read.is_well_formed && read.is_version_2))
    }

    #[test]
    fn a_request_line_gives_method_and_uri() {
        for (line, method, uri, well) in [
            ("INVITE sip:a@b SIP/2.0\r\n", "INVITE", "sip:a@b", true),
            ("RE%47IST%45R urn:service:sos SIP/2.0\n", "RE%47IST%45R", "urn:service:sos", true),
            ("invite tel:+1 sip/2.0\r\n", "invite", "tel:+1", true),
            ("INVITE  sip:a@b  SIP/2.0\r\n", "INVITE", "sip:a@b", false),
            ("INVITE sip:a@b SIP/2.0  \r\n", "INVITE", "sip:a@b", false),
            ("INVITE sip:a@b; lr SIP/2.0\r\n", "INVITE", "sip:a@b; lr", false),
            ("INVITE \u{c}sip:a@b SIP/2.0\r\n", "INVITE", "sip:a@b", false),
            ("INVITE sip:a@b SIP/2.0 SIP/2.0\r\n", "INVITE", "sip:a@b SIP/2.0", false),
            ("INVITE sip:a@b SIP/2.01\r\n", "INVITE", "sip:a@b", false),
            ("INVITE\tsip:a@b SIP/2.0\r\n", "INVITE", "sip:a@b", false),
            ("INVITE <sip:a@b> SIP/2.0", "INVITE", "<sip:a@b>", true),
            ("OPTIONS sip:a@b SIP/7.0\r\n", "OPTIONS", "sip:a@b", false),
        ] {
            assert_eq!(request(line), Some((method.into(), uri.into(), well)), "{line:?}");
        }
    }

    #[test]
    fn a_status_line_gives_code_and_reason() {
        for (line, status, reason, well) in [
            ("SIP/2.0 302 Moved Temporarily\r\n", Some(302), "Moved Temporarily", true),
            ("SIP/2.0 100 \r\n", Some(100), "", true),
            ("SIP/2.0 100\r\n", Some(100), "", false),
            ("sip/2.0 399 x\n", Some(399), "x", true),
            ("SIP/2.0 4294967301 better not\r\n", None, "better not", false),
            ("SIP/2.0 099 x\r\n", None, "x", false),
            ("SIP/2.0 700 x\r\n", None, "x", false),
            ("SIP/2.0  200 OK\r\n", Some(200), "OK", false),
            ("SIP/3.0 200 OK\r\n", Some(200), "OK", false),
            ("SIP/2.0 200 O", Some(200), "O", true),
            ("SIP/2.0 200", Some(200), "", false),
            ("SIP/2.0 200OK\r\n", Some(200), "OK", false),
        ] {
            assert_eq!(response(line), Some((status, reason.into(), well)), "{line:?}");
        }
    }

    #[test]
    fn what_is_no_sip_falls_out() {
        for line in [
            "",
            "GET / HTTP/1.1\r\n",
            "OPTIONS rtsp://h RTSP/1.0\r\n",
            "HTTP/1.1 200 OK\r\n",
            "SIP/2.0/UDP host\r\n",
            "SIP/2.0\r\n",
            "SIP/2.0 \r\n",
            "SIP/2 200 OK\r\n",
            "INVITE SIP/2.0\r\n",
            "INVITE  SIP/2.0\r\n",
            "INVITE sip:a@b SIP/2.0x\r\n",
            "INVITE sip:a@b xSIP/2.0\r\n",
            "INVITE sip:a@b\r\n",
            "Via: SIP/2.0\r\n",
            "\u{80}INVITE sip:a@b SIP/2.0\r\n",
            " INVITE sip:a@b SIP/2.0\r\n",
        ] {
            assert_eq!(StartLine::read(line.as_bytes()), None, "{line:?}");
        }
    }

    #[test]
    fn the_next_line_starts_behind_the_line_end() {
        for (text, end, ended) in [("SIP/2.0 200 OK\r\nVia", 16, true), ("SIP/2.0 200 OK\nVia", 15, true), ("SIP/2.0 200 OK", 14, false)] {
            let read = StartLine::read(text.as_bytes()).expect("a start line");
            assert_eq!((read.end, read.is_ended), (end, ended), "{text:?}");
        }
    }
}
