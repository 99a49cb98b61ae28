//! Takes the octets of a DNS message and a place in them, gives the name that begins there.
//!
//! Invariant: a name is lower case and has no last dot, so that equal names have equal octets (RFC 4343); compression pointers lead back only,
//! so that no loop of them ends nowhere (RFC 1035, 4.1.4).

use std::fmt;

/// The most octets of a name (RFC 1035, 2.3.4).
const MAX_NAME: usize = 255;

/// A domain name, in lower case and without its last dot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Box<[u8]>);

impl Name {
    /// The name written as `text`, in any case, with or without its last dot.
    #[must_use]
    pub fn of(text: &[u8]) -> Self {
        Self(text.strip_suffix(b".").unwrap_or(text).to_ascii_lowercase().into())
    }

    /// Its octets.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.0
    }

    /// Reads the name that begins at `start` of `message`; gives it and the place behind it.
    ///
    /// None where it does not end, is longer than a name may be, or has an octet in a label that no written name can show.
    pub(super) fn read(message: &[u8], start: usize) -> Option<(Self, usize)> {
        let mut text = Vec::new();
        // Where the labels end at which the reader goes on; a pointer must lead ahead of all that was read.
        let (mut at, mut behind, mut before) = (start, None, start);
        loop {
            match *message.get(at)? {
                0 => return Some((Self(text.into()), behind.unwrap_or(at + 1))),
                len @ 1..=63 => {
                    let label = message.get(at + 1..at + 1 + usize::from(len))?;
                    if text.len() + label.len() >= MAX_NAME || !label.iter().all(|octet| octet.is_ascii_graphic() && *octet != b'.') {
                        return None;
                    }
                    if !text.is_empty() {
                        text.push(b'.');
                    }
                    text.extend(label.iter().map(u8::to_ascii_lowercase));
                    at += 1 + label.len();
                }
                high @ 0xc0.. => {
                    let low = *message.get(at + 1)?;
                    behind = behind.or(Some(at + 2));
                    at = usize::from(u16::from_be_bytes([high & 0x3f, low]));
                    if at >= before {
                        return None;
                    }
                    before = at;
                }
                _ => return None,
            }
        }
    }

    /// The place behind the name that begins at `start`, whatever it says.
    pub(super) fn end(message: &[u8], start: usize) -> Option<usize> {
        let mut at = start;
        loop {
            match *message.get(at)? {
                0 => return Some(at + 1),
                len @ 1..=63 => at += 1 + usize::from(len),
                0xc0.. => return Some(at + 2),
                _ => return None,
            }
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn a_name_is_lower_case_and_has_no_last_dot() {
        let message = b"\x03SIP\x07Example\0";
        assert_eq!(Name::read(message, 0), Some((Name::of(b"sip.example."), message.len())));
    }

    #[test]
    fn a_pointer_leads_back_to_what_was_written_before() {
        let message = b"\x07example\0\x03sip\xc0\x00rest";
        assert_eq!(Name::read(message, 9), Some((Name::of(b"sip.example"), 15)));
        assert_eq!(Name::end(message, 9), Some(15));
    }

    #[test]
    fn a_pointer_to_itself_or_ahead_ends_the_name() {
        for message in [&b"\xc0\x00"[..], b"\x01a\xc0\x00", b"\xc0\x02\x01a\0", b"\xc0\x02\xc0\x00"] {
            assert_eq!(Name::read(message, 0), None, "{message:?}");
        }
        assert_eq!(Name::read(b"\x01a\xc0\x00", 2), None);
    }

    #[test]
    fn a_name_that_does_not_end_or_is_too_long_is_none() {
        assert_eq!(Name::read(b"\x05sip", 0), None);
        let long: Vec<u8> = b"\x3f".iter().chain([b'a'; 63].iter()).copied().cycle().take(64 * 5).chain([0]).collect();
        assert_eq!(Name::read(&long, 0), None);
    }

    #[test]
    fn a_label_that_cannot_be_written_is_no_name() {
        assert_eq!(Name::read(b"\x03a.b\0", 0), None);
        assert_eq!(Name::read(b"\x03a\x1bb\0", 0), None);
    }
}
