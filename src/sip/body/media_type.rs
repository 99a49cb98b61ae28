//! Takes a Content-Type and the start of a body, gives what the body is to be read as.
//!
//! The declared type is believed, except where it is missing, or where the body plainly is IMS XML. RFC 3261, 20.15.

use super::alternatives::BodyKind;
use super::ims;
use super::markup::{Markup, Token};

/// A Content-Type value, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MediaType {
    /// `type/subtype` in lower case.
    pub(super) essence: String,
    /// The `boundary` parameter, without quotes.
    pub(super) boundary: Option<Vec<u8>>,
}

impl MediaType {
    /// Takes the value of a Content-Type header; none where it is empty.
    pub(super) fn parse(value: &[u8]) -> Option<Self> {
        let (essence, mut rest) = split_at(value, b';');
        let essence: Vec<u8> = essence.iter().copied().filter(|octet| !octet.is_ascii_whitespace()).collect();
        if essence.is_empty() {
            return None;
        }
        let mut boundary = None;
        while let Some(text) = rest {
            let (name, value) = split_at(text, b'=');
            // A ";" may stand before the next "=" where a parameter has no value.
            if let (_, Some(behind)) = split_at(name, b';') {
                rest = text.get(name.len().saturating_sub(behind.len())..);
                continue;
            }
            let (value, behind) = parameter_value(value.unwrap_or_default().trim_ascii_start());
            if name.trim_ascii().eq_ignore_ascii_case(b"boundary") && boundary.is_none() {
                boundary = Some(value);
            }
            rest = split_at(behind, b';').1;
        }
        let essence = String::from_utf8_lossy(&essence).to_ascii_lowercase();
        Some(Self { essence, boundary: boundary.filter(|boundary| !boundary.is_empty()) })
    }

    /// What the type alone says of the body.
    pub(super) fn kind(&self) -> BodyKind {
        match self.essence.as_str() {
            "application/3gpp-ims+xml" => BodyKind::Ims,
            "text/html" | "application/xhtml+xml" => BodyKind::Html,
            "application/sdp" => BodyKind::Sdp,
            "message/sip" | "message/sipfrag" => BodyKind::Sip,
            "application/xml" | "text/xml" => BodyKind::Xml,
            essence if essence.ends_with("+xml") => BodyKind::Xml,
            essence if essence.starts_with("multipart/") => BodyKind::Multipart,
            essence if essence.starts_with("text/") => BodyKind::Text,
            _ => BodyKind::Other,
        }
    }
}

/// Splits at the first `mark`, which is left out.
fn split_at(text: &[u8], mark: u8) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(mark, text).and_then(|at| text.split_at_checked(at)) {
        Some((before, after)) => (before, after.get(1..)),
        None => (text, None),
    }
}

/// Reads a token or quoted string, gives it without quotes and what follows.
fn parameter_value(text: &[u8]) -> (Vec<u8>, &[u8]) {
    let Some(quoted) = text.strip_prefix(b"\"") else {
        let end = text.iter().position(|&octet| octet == b';').unwrap_or(text.len());
        let (value, behind) = text.split_at_checked(end).unwrap_or((text, &[]));
        return (value.trim_ascii().to_vec(), behind);
    };
    let mut value = Vec::new();
    let mut rest = quoted;
    while let Some((&octet, behind)) = rest.split_first() {
        rest = behind;
        match octet {
            b'"' => break,
            b'\\' => {
                if let Some((&escaped, behind)) = rest.split_first() {
                    value.push(escaped);
                    rest = behind;
                }
            }
            _ => value.push(octet),
        }
    }
    (value, rest)
}

/// Whether the first element of `body` is that of IMS XML, in its right or its known wrong spelling.
pub(super) fn is_ims(body: &[u8]) -> bool {
    let looks_like_markup = body.trim_ascii_start().strip_prefix(b"\xef\xbb\xbf").unwrap_or(body.trim_ascii_start()).starts_with(b"<");
    looks_like_markup
        && Markup::of(body)
            .find_map(|token| if let Token::Open { name, .. } = token { Some(ims::is_root(name)) } else { None })
            .unwrap_or(false)
}

/// What a body without a Content-Type is, as far as its first octets tell.
pub(super) fn sniffed(body: &[u8]) -> BodyKind {
    let start = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    let begins = |word: &[u8]| start.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if is_ims(body) {
        BodyKind::Ims
    } else if begins(b"<html") || begins(b"<!doctype html") {
        BodyKind::Html
    } else if begins(b"<?xml") {
        BodyKind::Xml
    } else if start.starts_with(b"v=0\r") || start.starts_with(b"v=0\n") {
        BodyKind::Sdp
    } else if start.starts_with(b"SIP/2.0 ") {
        BodyKind::Sip
    } else if body.iter().any(|&octet| octet == 0 || octet == 0x7f) || std::str::from_utf8(body).is_err() {
        BodyKind::Other
    } else {
        BodyKind::Text
    }
}

#[cfg(test)]
mod tests {
    use super::{BodyKind, MediaType, sniffed};

    #[test]
    fn a_type_is_read_in_any_dress() {
        let facts = [
            ("application/3gpp-ims+xml", BodyKind::Ims, None),
            ("Application / 3GPP-IMS+XML ; sv=\"1.0\"", BodyKind::Ims, None),
            ("multipart/mixed;boundary=abc", BodyKind::Multipart, Some("abc")),
            ("multipart/mixed; charset ; Boundary=\"a b;c\\\"\" ; x=y", BodyKind::Multipart, Some("a b;c\"")),
            ("multipart/related; x=\"boundary=no\"; boundary= yes ", BodyKind::Multipart, Some("yes")),
            ("multipart/mixed;boundary=", BodyKind::Multipart, None),
            ("text/plain", BodyKind::Text, None),
            ("text/html;charset=utf-8", BodyKind::Html, None),
            ("message/sipfrag;version=2.0", BodyKind::Sip, None),
            ("application/sdp", BodyKind::Sdp, None),
            ("application/vnd.example.alternatives+xml", BodyKind::Xml, None),
            ("application/octet-stream", BodyKind::Other, None),
        ];
        for (value, kind, boundary) in facts {
            let found = MediaType::parse(value.as_bytes()).map(|media| (media.kind(), media.boundary));
            assert_eq!(found, Some((kind, boundary.map(|text| text.as_bytes().to_vec()))), "{value}");
        }
        assert_eq!(MediaType::parse(b" ; boundary=a"), None);
    }

    #[test]
    fn a_body_without_a_type_is_told_by_its_start() {
        let facts = [
            ("<?xml version=\"1.0\"?>\n<!-- c --><x:ims-3gpp xmlns:x=\"u\">", BodyKind::Ims),
            ("<ims-3gpp version=\"1\">", BodyKind::Ims),
            ("<3gpp-ims>", BodyKind::Ims),
            ("<?xml version='1.0'?><other/>", BodyKind::Xml),
            ("<!DOCTYPE html><html>", BodyKind::Html),
            ("v=0\r\no=-", BodyKind::Sdp),
            ("SIP/2.0 200 OK", BodyKind::Sip),
            ("Please read about <ims-3gpp>", BodyKind::Text),
            ("\0\u{1}", BodyKind::Other),
        ];
        for (body, kind) in facts {
            assert_eq!(sniffed(body.as_bytes()), kind, "{body}");
        }
    }
}
