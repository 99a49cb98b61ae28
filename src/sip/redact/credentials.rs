//! Takes credentials, or what asks for them, puts pseudonyms in the place of users and of what proves them.
//!
//! Invariant: the scheme, the realm and the algorithms stay, and equal nonces stay equal: so it is seen what was asked and whether it was answered.
//! RFC 3261, 20.7 and 20.44; RFC 7616, 3.

use super::address::{quoted_end, trim};
use super::message::Redactor;

/// The parameters that say nothing of a person and prove nothing.
const PLAIN: [&[u8]; 8] = [b"realm", b"algorithm", b"qop", b"nc", b"stale", b"charset", b"userhash", b"integrity-protected"];

impl Redactor {
    /// `Digest username="bob", realm="h", nonce="..."`.
    pub(super) fn credentials(&self, value: &mut [u8]) {
        let ahead = value.iter().take_while(|octet| octet.is_ascii_whitespace()).count();
        let value = value.get_mut(ahead..).unwrap_or_default();
        let blank = value.iter().position(u8::is_ascii_whitespace).unwrap_or(value.len());
        // Without a scheme ahead of them there are parameters at once.
        let begin = if value.get(..blank).unwrap_or_default().contains(&b'=') { 0 } else { blank };
        let mut rest = value.get_mut(begin..).unwrap_or_default();
        while !rest.is_empty() {
            let end = element_end(rest);
            let (element, behind) = std::mem::take(&mut rest).split_at_mut(end);
            self.credential(element);
            rest = behind.get_mut(1..).unwrap_or_default();
        }
    }

    fn credential(&self, element: &mut [u8]) {
        let Some(equals) = element.iter().position(|octet| *octet == b'=') else { return self.key().words(element) };
        let (name, value) = element.split_at_mut(equals);
        let name = trim(name);
        // What has no name is the padding of Base64: a token, or a user with its password.
        let is_named =
            !name.is_empty() && name.iter().all(|octet| octet.is_ascii_alphanumeric() || b"-_".contains(octet)) && value.len() > 2;
        if !is_named {
            return self.key().words(element);
        }
        if !PLAIN.iter().any(|plain| name.eq_ignore_ascii_case(plain)) {
            self.prose(value.get_mut(1..).unwrap_or_default());
        }
    }
}

/// Where the element ends with which `text` begins: at a comma outside of quotation marks.
fn element_end(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(octet) = text.get(at) {
        match octet {
            b',' => return at,
            b'"' => at = at.saturating_add(quoted_end(text.get(at..).unwrap_or_default())),
            _ => at += 1,
        }
    }
    text.len()
}
