//! Takes octets, gives the small answers that every reader of SIP needs: which class an octet is of, where a line or a list item ends,
//! what a number says.
//!
//! Invariant: nothing here allocates (but [`unfold`], and only for a value that is folded), and nothing can fail or panic.
//! RFC 3261, 25.1.

use std::borrow::Cow;

/// Tells whether `octet` may stand in a token.
///
/// `token = 1*(alphanum / "-" / "." / "!" / "%" / "*" / "_" / "+" / "`" / "'" / "~")`
#[inline]
#[must_use]
pub fn is_token(octet: u8) -> bool {
    TOKENS.get(usize::from(octet)).copied().unwrap_or(false)
}

/// For each octet whether it may stand in a token: a look-up instead of a chain of comparisons.
const TOKENS: [bool; 256] = tokens();

const fn tokens() -> [bool; 256] {
    let mut table = [false; 256];
    let mut octet = 0u8;
    while octet < 128 {
        let is_mark = matches!(octet, b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~');
        #[expect(clippy::indexing_slicing, reason = "runs at compile time, and 128 lies within the table")]
        {
            table[octet as usize] = is_mark || octet.is_ascii_alphanumeric();
        }
        octet += 1;
    }
    table
}

/// Tells whether `octet` is a blank within a line: `WSP = SP / HTAB`.
#[must_use]
pub const fn is_blank(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t')
}

/// Tells whether `octet` can be part of linear whitespace: `LWS = [*WSP CRLF] 1*WSP`.
///
/// A folded value keeps its line ends, so they count as blanks wherever a value is read.
#[must_use]
pub const fn is_lws(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\r' | b'\n')
}

/// Tells whether `octets` is a token, not an empty one.
#[must_use]
pub fn all_token(octets: &[u8]) -> bool {
    !octets.is_empty() && octets.iter().copied().all(is_token)
}

/// The value without the whitespace around it.
#[must_use]
pub fn trim(octets: &[u8]) -> &[u8] {
    trim_end(trim_start(octets))
}

/// The value without the whitespace ahead of it.
#[must_use]
pub fn trim_start(mut octets: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = octets {
        if !is_lws(*first) {
            break;
        }
        octets = rest;
    }
    octets
}

/// The value without the whitespace behind it.
#[must_use]
pub fn trim_end(mut octets: &[u8]) -> &[u8] {
    while let [rest @ .., last] = octets {
        if !is_lws(*last) {
            break;
        }
        octets = rest;
    }
    octets
}

/// The two sides of position `at`, which is clamped to the end.
#[inline]
#[must_use]
pub fn split(octets: &[u8], at: usize) -> (&[u8], &[u8]) {
    octets.split_at_checked(at).unwrap_or((octets, &[]))
}

/// The longest prefix of which `class` accepts every octet, and the rest.
#[must_use]
pub fn take_while(octets: &[u8], class: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let end = octets.iter().position(|octet| !class(*octet)).unwrap_or(octets.len());
    split(octets, end)
}

/// The number that `octets` writes in decimal digits alone; none for an empty, signed or too large one.
#[must_use]
pub fn decimal(octets: &[u8]) -> Option<u64> {
    if octets.is_empty() {
        return None;
    }
    octets.iter().try_fold(0u64, |number, octet| {
        let digit = octet.is_ascii_digit().then(|| u64::from(octet - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// The port that `octets` writes: 0 to 65535, not padded beyond five digits.
#[must_use]
pub fn port(octets: &[u8]) -> Option<u16> {
    if octets.is_empty() || octets.len() > 5 || !octets.iter().all(u8::is_ascii_digit) {
        return None;
    }
    // Five digits do not wrap.
    let number = octets.iter().fold(0u32, |number, octet| number.wrapping_mul(10).wrapping_add(u32::from(octet & 0xf)));
    u16::try_from(number).ok()
}

/// The value with each fold (line end and the whitespace around it) replaced by one space; borrowed where nothing is folded.
///
/// RFC 3261, 7.3.1.
#[must_use]
pub fn unfold(octets: &[u8]) -> Cow<'_, [u8]> {
    let octets = trim(octets);
    if memchr::memchr2(b'\r', b'\n', octets).is_none() {
        return Cow::Borrowed(octets);
    }
    let mut unfolded: Vec<u8> = Vec::with_capacity(octets.len());
    let mut rest = octets;
    while let Some(at) = memchr::memchr2(b'\r', b'\n', rest) {
        let (line, folded) = split(rest, at);
        unfolded.extend_from_slice(trim_end(line));
        unfolded.push(b' ');
        rest = trim_start(folded);
    }
    unfolded.extend_from_slice(rest);
    Cow::Owned(unfolded)
}

/// Whether a version's name, `SIP/` in any case, stands anywhere in `octets`.
#[must_use]
pub fn names_sip(octets: &[u8]) -> bool {
    memchr::memchr_iter(b'/', octets).any(|at| split(octets, at).0.last_chunk::<3>().is_some_and(|name| name.eq_ignore_ascii_case(b"SIP")))
}

/// The octets behind the quoted string that `octets` starts with, or none where its closing quote is missing.
///
/// `quoted-string = SWS DQUOTE *(qdtext / quoted-pair ) DQUOTE`; `octets` starts with the opening quote.
#[must_use]
pub fn quoted_len(octets: &[u8]) -> Option<usize> {
    let mut at = 1usize;
    loop {
        let rest = octets.get(at..)?;
        let stop = memchr::memchr2(b'"', b'\\', rest)?;
        if rest.get(stop) == Some(&b'"') {
            return Some(at.saturating_add(stop).saturating_add(1));
        }
        // The octet behind a backslash is never the closing quote.
        at = at.saturating_add(stop).saturating_add(2);
    }
}

/// The content of a quoted string with its escapes resolved and its folds undone; any other value comes back trimmed and unfolded.
#[must_use]
pub fn unquote(octets: &[u8]) -> Cow<'_, [u8]> {
    let octets = trim(octets);
    let [b'"', inner @ .., b'"'] = octets else { return unfold(octets) };
    if memchr::memchr3(b'\\', b'\r', b'\n', inner).is_none() {
        return Cow::Borrowed(inner);
    }
    let mut plain = Vec::with_capacity(inner.len());
    let mut escaped = false;
    for octet in unfold(inner).iter().copied() {
        if octet == b'\\' && !escaped {
            escaped = true;
        } else {
            escaped = false;
            plain.push(octet);
        }
    }
    Cow::Owned(plain)
}

/// Where `wanted` first stands outside quoted strings and, with `angles`, outside `<...>`; none where it does not.
///
/// A quoted string or an angle that never closes reaches to the end: nothing after it is taken for structure.
#[must_use]
pub fn find_outside(octets: &[u8], wanted: u8, angles: bool) -> Option<usize> {
    let mut at = 0usize;
    loop {
        let rest = octets.get(at..)?;
        let stop = if angles { memchr::memchr3(wanted, b'"', b'<', rest) } else { memchr::memchr2(wanted, b'"', rest) }?;
        let rest = rest.get(stop..)?;
        at = at.saturating_add(stop);
        let step = match *rest.first()? {
            octet if octet == wanted => return Some(at),
            b'"' => quoted_len(rest)?,
            _ => memchr::memchr(b'>', rest)?.saturating_add(1),
        };
        at = at.saturating_add(step);
    }
}

/// The items of a list: trimmed, never empty, borrowed from the value.
#[derive(Debug, Clone)]
pub struct Items<'a> {
    rest: &'a [u8],
    separator: u8,
    angles: bool,
}

impl<'a> Items<'a> {
    /// No items.
    pub(super) const NONE: Self = Self { rest: &[], separator: b',', angles: false };

    /// The items of `value` that `separator` parts, those within quotes left alone.
    #[must_use]
    pub const fn new(value: &'a [u8], separator: u8) -> Self {
        Self { rest: value, separator, angles: false }
    }
}

/// Splits a header value at its commas, those within quotes and angles left alone; empty items are passed over.
///
/// RFC 3261, 7.3.1.
#[must_use]
pub const fn split_list(value: &[u8]) -> Items<'_> {
    Items { rest: value, separator: b',', angles: true }
}

impl<'a> Iterator for Items<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        while let Some(first) = self.rest.first() {
            if *first == self.separator {
                self.rest = self.rest.get(1..).unwrap_or(&[]);
                continue;
            }
            let end = find_outside(self.rest, self.separator, self.angles).unwrap_or(self.rest.len());
            let (item, rest) = split(self.rest, end);
            self.rest = rest.get(1..).unwrap_or(&[]);
            let item = trim(item);
            if !item.is_empty() {
                return Some(item);
            }
        }
        None
    }
}

/// A stretch of a message: octets `start` to `end`, not including `end`, counted from the message's first octet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// The first octet.
    pub start: u32,
    /// The octet behind the last one.
    pub end: u32,
}

impl Span {
    /// The stretch from `start` to `end`; both are clamped to what 32 bits hold.
    #[inline]
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: clamp(start), end: clamp(end) }
    }

    /// The octets of this stretch of `octets`; empty where it lies outside.
    #[must_use]
    pub fn of(self, octets: &[u8]) -> &[u8] {
        octets.get(self.start as usize..self.end as usize).unwrap_or(&[])
    }

    /// How many octets it spans.
    #[must_use]
    pub const fn len(self) -> usize {
        self.end.saturating_sub(self.start) as usize
    }

    /// Whether it spans nothing.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_digits_alone_and_never_wraps() {
        for (text, number) in [("0", Some(0)), ("0068", Some(68)), ("", None), ("-1", None), ("+1", None), ("1 ", None)] {
            assert_eq!(decimal(text.as_bytes()), number, "{text:?}");
        }
        assert_eq!(decimal(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(decimal(b"18446744073709551616"), None);
    }

    #[test]
    fn a_fold_reads_as_one_space() {
        for (folded, plain) in [("a\r\n b", "a b"), ("a  \n\t b", "a b"), (" a b ", "a b"), ("a\r\n \r\n b", "a b"), ("a\rb", "a b")] {
            assert_eq!(unfold(folded.as_bytes()).as_ref(), plain.as_bytes(), "{folded:?}");
        }
        assert!(matches!(unfold(b"plain"), Cow::Borrowed(_)));
    }

    #[test]
    fn commas_in_quotes_and_angles_do_not_split() {
        let list = br#""a, \", <b" <sip:a,b@h>;p="x,y" ,, <sip:c@h>, sip:d@h"#;
        let items: Vec<_> = split_list(list).collect();
        assert_eq!(items, [&br#""a, \", <b" <sip:a,b@h>;p="x,y""#[..], b"<sip:c@h>", b"sip:d@h"]);
    }

    #[test]
    fn a_quote_that_never_closes_reaches_to_the_end() {
        assert_eq!(split_list(br#""a, <sip:b@h>, c"#).count(), 1);
        assert_eq!(quoted_len(br#""a\""#), None);
        assert_eq!(quoted_len(br#""a\"""#), Some(5));
    }

    #[test]
    fn escapes_are_resolved_and_quotes_taken_off() {
        assert_eq!(unquote(br#""a\"b\\c""#).as_ref(), br#"a"b\c"#);
        assert_eq!(unquote(b"token").as_ref(), b"token");
        assert_eq!(unquote(b"\"a\r\n b\"").as_ref(), b"a b");
        assert_eq!(unquote(b"\"").as_ref(), b"\"");
    }

    #[test]
    fn a_span_outside_is_empty() {
        assert_eq!(Span::new(1, 3).of(b"abcd"), b"bc");
        assert_eq!(Span::new(3, 9).of(b"abcd"), b"");
        assert_eq!(Span::new(3, 1).of(b"abcd"), b"");
    }
}
