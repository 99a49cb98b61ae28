//! Takes a multipart body and its boundary, gives the parts.
//!
//! Lines may end with LF alone; a body without its last boundary ends with its last octet. RFC 2046, 5.1.1.

use super::alternatives::MAX_PARTS;
use super::media_type::MediaType;

/// One part of a multipart body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<'a> {
    /// The value of Content-Type, with folds made blanks.
    pub content_type: Option<Vec<u8>>,
    /// The value of Content-Encoding.
    pub content_encoding: Option<Vec<u8>>,
    /// Whether Content-Transfer-Encoding says anything but 7bit, 8bit or binary.
    pub transfer_encoded: bool,
    /// The content.
    pub body: &'a [u8],
}

/// The boundary that the first delimiter line shows.
pub(super) fn guessed_boundary(body: &[u8]) -> Option<&[u8]> {
    let line = lines(body).map(|(_, line)| line).find(|line| line.starts_with(b"--") && line.len() > 2)?;
    line.get(2..)
}

/// The media types of the parts of a multipart body, as they are written, by the boundary that its first delimiter line shows.
#[must_use]
pub fn media_types(body: &[u8]) -> Vec<Vec<u8>> {
    let Some(boundary) = guessed_boundary(body) else { return Vec::new() };
    parts(body, boundary.trim_ascii_end(), MAX_PARTS).0.into_iter().filter_map(|part| part.content_type).collect()
}

/// The parts of a multipart body, at most [`MAX_PARTS`], and whether its last delimiter was there; by the boundary that its type names, or the one
/// that its first delimiter line shows.
#[must_use]
pub fn multipart<'a>(content_type: &[u8], body: &'a [u8]) -> (Vec<Part<'a>>, bool) {
    boundary_of(content_type, body).map_or_else(|| (Vec::new(), false), |boundary| parts(body, &boundary, MAX_PARTS))
}

/// The boundary that the type of a multipart body names, or else the one that its first delimiter line shows.
pub(in crate::sip) fn boundary_of(content_type: &[u8], body: &[u8]) -> Option<Vec<u8>> {
    let named = MediaType::parse(content_type).and_then(|media_type| media_type.boundary);
    named.or_else(|| guessed_boundary(body).map(|boundary| boundary.trim_ascii_end().to_vec()))
}

/// Splits at the boundary, gives the parts in order and whether the last delimiter was there.
pub(super) fn parts<'a>(body: &'a [u8], boundary: &[u8], bound: usize) -> (Vec<Part<'a>>, bool) {
    let mut parts = Vec::new();
    let mut start = None;
    for (offset, line) in lines(body) {
        let Some(tail) = line.strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary)) else { continue };
        let is_last = tail.trim_ascii_end() == b"--";
        if !is_last && !tail.trim_ascii_end().is_empty() {
            continue;
        }
        if let Some(part) = start.and_then(|start| body.get(start..offset)) {
            // The line end before a delimiter belongs to the delimiter.
            let part = part.strip_suffix(b"\n").unwrap_or(part);
            parts.push(read_part(part.strip_suffix(b"\r").unwrap_or(part)));
        }
        start = memchr::memchr(b'\n', body.get(offset..).unwrap_or_default()).map(|at| offset.saturating_add(at).saturating_add(1));
        if is_last || parts.len() >= bound {
            return (parts, is_last);
        }
    }
    if let Some(part) = start.and_then(|start| body.get(start..)) {
        parts.push(read_part(part));
    }
    (parts, false)
}

/// The lines without their ends, each with its offset.
fn lines(body: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut offset: usize = 0;
    body.split(|&octet| octet == b'\n').map(move |line| {
        let start = offset;
        offset = offset.saturating_add(line.len()).saturating_add(1);
        (start, line.strip_suffix(b"\r").unwrap_or(line))
    })
}

/// Splits the headers of a part from its content.
fn read_part(part: &[u8]) -> Part<'_> {
    let mut headers: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    let mut body_start = part.len();
    for (offset, line) in lines(part) {
        if line.is_empty() {
            let line_end = memchr::memchr(b'\n', part.get(offset..).unwrap_or_default());
            body_start = line_end.map_or(part.len(), |at| offset.saturating_add(at).saturating_add(1));
            break;
        }
        if let (true, Some((_, value))) = (line.first().is_some_and(u8::is_ascii_whitespace), headers.last_mut()) {
            value.push(b' ');
            value.extend_from_slice(line.trim_ascii());
        } else if let Some((name, value)) = memchr::memchr(b':', line).and_then(|at| line.split_at_checked(at)) {
            let value = value.strip_prefix(b":").unwrap_or(value);
            headers.push((name.trim_ascii().to_ascii_lowercase(), value.trim_ascii().to_vec()));
        }
    }
    let value =
        |names: [&[u8]; 2]| headers.iter().find(|(name, _)| names.contains(&name.as_slice())).map(|(_, value)| value.trim_ascii().to_vec());
    let transfer = value([b"content-transfer-encoding"; 2]).unwrap_or_default().to_ascii_lowercase();
    Part {
        content_type: value([b"content-type", b"c"]),
        content_encoding: value([b"content-encoding", b"e"]),
        transfer_encoded: !matches!(transfer.as_slice(), b"" | b"7bit" | b"8bit" | b"binary"),
        body: part.get(body_start..).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::{guessed_boundary, parts};

    #[track_caller]
    fn check(body: &str, expected: &[(Option<&str>, &str)], is_whole: bool) {
        let (found, whole) = parts(body.as_bytes(), b"b", 8);
        let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
        let found: Vec<_> = found.iter().map(|part| (part.content_type.as_deref().map(text), text(part.body))).collect();
        let expected: Vec<_> = expected.iter().map(|(kind, body)| (kind.map(str::to_owned), (*body).to_owned())).collect();
        assert_eq!((found, whole), (expected, is_whole), "{body:?}");
    }

    #[test]
    fn parts_stand_between_delimiters() {
        check(
            "pre\r\n--b\r\nContent-Type: text/plain\r\n\r\none\r\n--b\r\n\r\ntwo\r\n\r\n--b--\r\npost",
            &[(Some("text/plain"), "one"), (None, "two\r\n")],
            true,
        );
        check("--b\nc:\n text/html;\n\tcharset=x\n\none\n--b--", &[(Some("text/html; charset=x"), "one")], true);
        check("--b \r\n\r\none\r\n--bb\r\n--b-- ", &[(None, "one\r\n--bb")], true);
    }

    #[test]
    fn a_cut_body_gives_what_is_there() {
        check("--b\r\n\r\none\r\n--b\r\nContent-Type: text/pl", &[(None, "one"), (Some("text/pl"), "")], false);
        check("--b\r\n\r\none", &[(None, "one")], false);
        check("no delimiter", &[], false);
        check("", &[], false);
        check("--b", &[], false);
    }

    #[test]
    fn no_more_parts_are_read_than_asked_for() {
        let body = "--b\r\n\r\nx\r\n".repeat(100);
        assert_eq!(parts(body.as_bytes(), b"b", 8).0.len(), 8);
    }

    #[test]
    fn a_boundary_is_guessed_from_the_first_delimiter() {
        assert_eq!(guessed_boundary(b"preamble\r\n--xyz\r\n\r\n"), Some(&b"xyz"[..]));
        assert_eq!(guessed_boundary(b"--\r\nnone"), None);
    }

    #[test]
    fn transfer_encodings_that_change_octets_are_told() {
        let encoded = |value: &str| {
            let body = format!("--b\r\nContent-Transfer-Encoding: {value}\r\n\r\nx\r\n--b--");
            parts(body.as_bytes(), b"b", 8).0.first().map(|part| part.transfer_encoded)
        };
        assert_eq!((encoded("Binary"), encoded("base64")), (Some(false), Some(true)));
    }
}
