//! Takes text of a URI, gives it without escapes, its comparison under escapes, and whether its characters may stand there.
//!
//! A malformed escape stands for itself. A reserved character and its escape differ, all others equal theirs. RFC 3261, 19.1.2, 19.1.4, 25.1.

/// One character of a URI under comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// A character, written so or as the escape of one that is not reserved.
    Plain(u8),
    /// The escape of a reserved character or of `%`, which differs from the character itself.
    Escaped(u8),
}

impl Unit {
    /// The unit with a letter in lower case.
    pub(super) const fn lower(self) -> Self {
        match self {
            Self::Plain(octet) => Self::Plain(octet.to_ascii_lowercase()),
            Self::Escaped(octet) => Self::Escaped(octet),
        }
    }
}

/// `reserved` of RFC 2396, 2.2, which RFC 3261, 19.1.4 refers to.
const fn is_reserved(octet: u8) -> bool {
    matches!(octet, b';' | b'/' | b'?' | b':' | b'@' | b'&' | b'=' | b'+' | b'$' | b',')
}

/// `unreserved = alphanum / mark`.
pub(super) const fn is_unreserved(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')')
}

/// The value of a hexadecimal digit.
fn hex(octet: u8) -> Option<u8> {
    char::from(octet).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Takes the first character off `text`: its octet, and whether it was escaped.
fn next_octet(text: &[u8]) -> Option<((u8, bool), &[u8])> {
    if let Some((&[b'%', high, low], rest)) = text.split_first_chunk::<3>()
        && let (Some(high), Some(low)) = (hex(high), hex(low))
    {
        return Some(((high << 4 | low, true), rest));
    }
    text.split_first().map(|(&octet, rest)| ((octet, false), rest))
}

/// The characters of `text` with their escapes undone, each with whether it was escaped.
fn octets(mut text: &[u8]) -> impl Iterator<Item = (u8, bool)> {
    std::iter::from_fn(move || {
        let (octet, rest) = next_octet(text)?;
        text = rest;
        Some(octet)
    })
}

/// The characters of `text` as they are compared.
pub(super) fn units(text: &[u8]) -> impl Iterator<Item = Unit> {
    octets(text).map(|(octet, escaped)| {
        // "%25" stays apart from "%", else "%2540" and "%40" would be the same.
        if escaped && (is_reserved(octet) || octet == b'%') { Unit::Escaped(octet) } else { Unit::Plain(octet) }
    })
}

/// Whether two texts are equal under escapes, in the case as written.
pub(super) fn same(one: &[u8], other: &[u8]) -> bool {
    one == other || units(one).eq(units(other))
}

/// Whether two texts are equal under escapes, in any case.
pub(super) fn same_in_any_case(one: &[u8], other: &[u8]) -> bool {
    one == other || units(one).map(Unit::lower).eq(units(other).map(Unit::lower))
}

/// The text with every escape undone.
pub(super) fn unescaped(text: &[u8]) -> Vec<u8> {
    octets(text).map(|(octet, _)| octet).collect()
}

/// Appends a spelling of `text` that is the same for texts that [`same`] holds equal, in lower case where asked.
pub(super) fn append_key(key: &mut Vec<u8>, text: &[u8], fold_case: bool) {
    for unit in units(text) {
        match if fold_case { unit.lower() } else { unit } {
            Unit::Plain(octet) => key.push(octet),
            Unit::Escaped(octet) => key.extend([b'%', octet]),
        }
    }
}

/// Whether every character of `text` is unreserved, one of `also`, or a well-formed escape.
pub(super) fn is_made_of(text: &[u8], also: &[u8]) -> bool {
    octets(text).all(|(octet, escaped)| escaped || is_unreserved(octet) || also.contains(&octet))
}

#[cfg(test)]
mod tests {
    use super::{same, same_in_any_case, unescaped};

    #[test]
    fn an_unreserved_character_equals_its_escape() {
        assert!(same(b"%61lice", b"alice"));
        assert!(same(b"%7ebob", b"~%62ob"));
    }

    #[test]
    fn a_reserved_character_differs_from_its_escape() {
        assert!(!same(b"a%3Bb", b"a;b"));
        assert!(!same(b"%2B1555", b"+1555"));
    }

    #[test]
    fn the_case_of_hexadecimal_digits_says_nothing() {
        assert!(same(b"a%3bb", b"a%3Bb"));
        assert!(same_in_any_case(b"A%3bB", b"a%3Bb"));
    }

    #[test]
    fn an_escaped_percent_sign_starts_no_escape() {
        assert!(!same(b"%2540", b"%40"));
        assert!(!same(b"%2541", b"%41"));
        assert!(!same(b"%2541", b"A"));
    }

    #[test]
    fn a_malformed_escape_stands_for_itself() {
        assert_eq!(unescaped(b"100%"), b"100%");
        assert_eq!(unescaped(b"%4"), b"%4");
        assert_eq!(unescaped(b"%zz%41"), b"%zzA");
        assert_eq!(unescaped(b"%+1"), b"%+1");
    }
}
