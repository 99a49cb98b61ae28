//! Takes text of any kind, puts pseudonyms in the place of its words, and of the users of URIs in it.
//!
//! Invariant: what looks like a URI keeps its scheme and host; an address stays an address.

use super::address::quoted_end;
use super::message::Redactor;
use super::pseudonym::is_of_word;

/// The schemes by which a URI is known in the middle of a text.
const SCHEMES: [&[u8]; 12] =
    [b"sip:", b"sips:", b"tel:", b"urn:", b"im:", b"pres:", b"xmpp:", b"mailto:", b"http:", b"https:", b"cid:", b"fax:"];

impl Redactor {
    /// Text that people wrote, or that nothing is known of.
    pub(super) fn prose(&self, text: &mut [u8]) {
        for chunk in text.split_mut(|octet| octet.is_ascii_whitespace() || matches!(octet, b'<' | b'>' | b'"')) {
            self.chunk(chunk);
        }
    }

    /// Text without blanks.
    fn chunk(&self, text: &mut [u8]) {
        let Some(at) = uri_at(text) else { return self.without_uri(text) };
        let (ahead, uri) = text.split_at_mut(at);
        self.without_uri(ahead);
        // What closes a sentence or a list around the URI is no part of it.
        let end = uri.iter().rposition(|octet| !matches!(octet, b'.' | b',' | b')' | b'!' | b'\'')).map_or(0, |last| last + 1);
        self.uri(uri.get_mut(..end).unwrap_or_default());
    }

    fn without_uri(&self, text: &mut [u8]) {
        if is_address(text) {
            return;
        }
        // Of `user@host` the host stays.
        let end = text.iter().position(|octet| *octet == b'@').unwrap_or(text.len());
        let user = text.get_mut(..end).unwrap_or_default();
        self.key().user(user);
    }

    /// The quoted strings in a text of which the rest says nothing of persons.
    pub(super) fn quoted(&self, text: &mut [u8]) {
        let mut rest = text;
        while let Some(at) = rest.iter().position(|octet| *octet == b'"') {
            let (_, quoted) = std::mem::take(&mut rest).split_at_mut(at);
            let end = quoted_end(quoted);
            let (quoted, behind) = quoted.split_at_mut(end);
            self.prose(quoted);
            rest = behind;
        }
    }
}

/// Where in `text` a URI begins, if any does.
fn uri_at(text: &[u8]) -> Option<usize> {
    let is_there = |at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        let is_apart = at.checked_sub(1).and_then(|before| text.get(before)).is_none_or(|before| !is_of_word(*before));
        is_apart
            && SCHEMES
                .iter()
                .any(|scheme| rest.len() > scheme.len() && rest.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
    };
    (0..text.len()).find(|at| is_there(*at))
}

/// Whether `text` is an IP address, with brackets and port or without.
fn is_address(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let text = text.trim_matches([',', ';', '(', ')']);
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<std::net::IpAddr>().is_ok() || text.parse::<std::net::SocketAddr>().is_ok()
}
