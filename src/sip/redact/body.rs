//! Takes the body of a message, puts pseudonyms in it as its media type asks.
//!
//! Invariant: what cannot be read as text is scrambled: it keeps its length, equal bodies stay equal and different ones different, and nothing else of
//! it stays. RFC 4566, 5; RFC 2046, 5.1; RFC 3420.

use super::message::{Content, Redactor};
use crate::sip::body::boundary_of;

/// How many bodies may lie in one another; what lies deeper is text.
const MAX_DEPTH: usize = 4;

impl Redactor {
    /// A body of which the headers say `content`.
    pub(super) fn body(&self, content: &Content, body: &mut [u8], depth: usize) {
        if body.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        let media_type = content.content_type.split(|octet| *octet == b';').next().unwrap_or_default().trim_ascii().to_ascii_lowercase();
        let is_encoded = !matches!(content.encoding.as_slice(), b"" | b"identity");
        let is_text = !body.contains(&0);
        if is_encoded || !is_text {
            return self.scramble(body);
        }
        if depth < MAX_DEPTH {
            if media_type.starts_with(b"multipart/") {
                return self.multipart(content, body, depth);
            }
            if media_type.starts_with(b"message/sip") {
                return self.redact(body, depth + 1);
            }
        }
        if media_type == b"application/sdp" || (media_type.is_empty() && body.starts_with(b"v=")) {
            self.session(body);
        } else if media_type.ends_with(b"xml") || media_type == b"text/html" || body.trim_ascii_start().starts_with(b"<") {
            self.markup(body);
        } else {
            self.prose(body);
        }
    }

    /// The parts between the lines that the boundary makes, each with headers of its own; what stands ahead of them is text.
    fn multipart(&self, content: &Content, body: &mut [u8], depth: usize) {
        let Some(boundary) = boundary_of(&content.content_type, body) else { return self.prose(body) };
        let mut rest = body;
        let mut is_ahead = true;
        while !rest.is_empty() {
            let (part, delimiter) = next_delimiter(rest, &boundary);
            let (content, behind) = std::mem::take(&mut rest).split_at_mut(part);
            if is_ahead {
                self.prose(content)
            } else {
                self.part(content, depth)
            }
            is_ahead = false;
            rest = behind.get_mut(delimiter..).unwrap_or_default();
        }
    }

    /// A part: headers, an empty line, a body. Without headers it begins with the empty line.
    fn part(&self, part: &mut [u8], depth: usize) {
        let is_bare = part.starts_with(b"\r\n") || part.starts_with(b"\n");
        if is_bare { self.body(&Content::default(), part, depth + 1) } else { self.redact(part, depth + 1) }
    }

    /// A session description: users, names, and keys of media; addresses stay.
    fn session(&self, body: &mut [u8]) {
        for line in body.split_mut(|octet| matches!(octet, b'\r' | b'\n')) {
            let Some((kind, value)) = line.split_first_mut().and_then(|(kind, rest)| Some((*kind, rest.get_mut(1..)?))) else { continue };
            match kind {
                b'o' => {
                    let end = value.iter().position(|octet| *octet == b' ').unwrap_or(value.len());
                    self.key().words(value.get_mut(..end).unwrap_or_default());
                }
                b's' | b'i' | b'u' | b'e' | b'p' | b'k' => self.prose(value),
                b'a' => self.attribute(value),
                b'v' | b'c' | b'b' | b't' | b'r' | b'z' | b'm' => {}
                _ => self.prose(value),
            }
        }
    }

    /// An attribute of a session: what proves or names somebody has a pseudonym.
    fn attribute(&self, attribute: &mut [u8]) {
        const TELLING: [&[u8]; 7] = [b"crypto", b"ice-ufrag", b"ice-pwd", b"key-mgmt", b"identity", b"cname", b"label"];
        let colon = attribute.iter().position(|octet| *octet == b':').unwrap_or(attribute.len());
        let (name, value) = attribute.split_at_mut(colon);
        if name == b"crypto" {
            let inline = value.windows(7).position(|window| window.eq_ignore_ascii_case(b"inline:")).map_or(value.len(), |at| at + 7);
            self.key().words(value.get_mut(inline..).unwrap_or_default());
        } else if name == b"ssrc" {
            let blank = value.iter().position(|octet| *octet == b' ').unwrap_or(value.len());
            self.prose(value.get_mut(blank..).unwrap_or_default());
        } else if TELLING.contains(&&*name) {
            self.prose(value);
        }
    }

    /// What is no text: other octets, by the key and by all that stood there.
    fn scramble(&self, body: &mut [u8]) {
        let words = body.chunks(8).map(|chunk| chunk.iter().fold(0, |word: u64, octet| word << 8 | u64::from(*octet)));
        let whole = self.key().digest(&words.chain([body.len() as u64]).collect::<Vec<_>>());
        for (nth, chunk) in body.chunks_mut(8).enumerate() {
            for (octet, other) in chunk.iter_mut().zip(self.key().digest(&[whole, nth as u64]).to_le_bytes()) {
                *octet = other;
            }
        }
    }
}

/// Where the next delimiter line begins in `text`, and how long it is with its end; at the end none of no length.
fn next_delimiter(text: &[u8], boundary: &[u8]) -> (usize, usize) {
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let len = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        let line = rest.get(..len).unwrap_or_default();
        if line.strip_prefix(b"--").is_some_and(|line| line.starts_with(boundary)) {
            return (at, len);
        }
        at += len;
    }
    (text.len(), 0)
}
