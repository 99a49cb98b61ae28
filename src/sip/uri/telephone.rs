//! Takes the subscriber of a `tel` URI or of the user part of a SIP URI, gives the number and its parameters ready for comparison.
//!
//! Visual separators, case and the order of parameters say nothing; global and local numbers are never equal. RFC 3966, 3 and 4;
//! RFC 3261, 19.1.6. One leniency: a local number without `phone-context` is taken, since `tel:911` is everywhere.

use super::components::MAX_PARAMETERS;
use super::escape;
use super::fault::UriFault;

/// Parameters that routing adds to a number without making it another one (RFC 4694, 4).
const ROUTING_PARAMETERS: [&[u8]; 7] = [b"rn", b"npdi", b"rn-context", b"cic", b"cic-context", b"cpc", b"oli"];

/// How two telephone numbers compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberMatch {
    /// Equal by RFC 3966, 4.
    Equal,
    /// The same digits, but `+`, the context or parameters of number portability differ.
    Normalised,
    /// Other digits, or another parameter that matters.
    Different,
}

/// A telephone number with its parameters: `telephone-subscriber` of RFC 3966, 3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscriber {
    /// Whether the number begins with `+`.
    global: bool,
    /// The digits without `+` and visual separators, in lower case.
    number: Vec<u8>,
    /// Parameters by name, all in lower case and without escapes.
    parameters: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

impl Subscriber {
    /// Takes what follows `tel:`, gives the subscriber and what is wrong in it.
    pub(super) fn parse(text: &[u8]) -> (Self, Vec<UriFault>) {
        let mut pieces = text.split(|&octet| octet == b';');
        let written = pieces.next().unwrap_or_default();
        let mut faults = Vec::new();
        let (global, number) = digits(written);
        // RFC 3966, 3: a local number may hold hexadecimal digits, "*" and "#"; a global one digits alone.
        let fits = |octet: &u8| octet.is_ascii_digit() || !global && (octet.is_ascii_hexdigit() || matches!(octet, b'*' | b'#'));
        if number.is_empty() || !number.iter().all(fits) {
            faults.push(UriFault::Number);
        }
        let mut parameters = Vec::new();
        for piece in pieces {
            if parameters.len() >= MAX_PARAMETERS {
                faults.push(UriFault::TooMany);
                break;
            }
            let (name, value) = split_parameter(piece);
            let well_formed = |text: &[u8]| !text.is_empty() && escape::is_made_of(text, b"[]/:&+$");
            if !well_formed(name) || value.is_some_and(|value| !well_formed(value)) {
                faults.push(UriFault::Parameter);
            }
            parameters.push(folded(name, value));
        }
        parameters.sort();
        if parameters.windows(2).any(|pair| matches!(pair, [one, other] if one.0 == other.0)) {
            faults.push(UriFault::RepeatedParameter);
        }
        (Self { global, number, parameters }, faults)
    }

    /// Takes the user part of a SIP URI, gives the subscriber where it reads as a telephone number in decimal digits.
    pub(super) fn of_user(user: &[u8]) -> Option<Self> {
        let (subscriber, faults) = Self::parse(user);
        (faults.is_empty() && subscriber.is_dialled()).then_some(subscriber)
    }

    /// Whether the number holds only what a keypad has: decimal digits, `*` and `#`.
    #[must_use]
    pub fn is_dialled(&self) -> bool {
        self.number.iter().all(|octet| octet.is_ascii_digit() || matches!(octet, b'*' | b'#'))
    }

    /// Whether the number is global, that is begins with `+`.
    #[must_use]
    pub const fn is_global(&self) -> bool {
        self.global
    }

    /// The digits, without `+` and visual separators.
    #[must_use]
    pub fn number(&self) -> &[u8] {
        &self.number
    }

    /// The value of a parameter in lower case and without escapes, empty where it has none.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&[u8]> {
        let (_, value) = self.parameters.iter().find(|(own, _)| own.eq_ignore_ascii_case(name.as_bytes()))?;
        Some(value.as_deref().unwrap_or_default())
    }

    /// Compares with another number.
    #[must_use]
    pub fn compare(&self, other: &Self) -> NumberMatch {
        if self == other {
            return NumberMatch::Equal;
        }
        let same_digits = self.number == other.number || self.full_number() == other.full_number();
        if same_digits && self.own_parameters().eq(other.own_parameters()) {
            return NumberMatch::Normalised;
        }
        NumberMatch::Different
    }

    /// The digits, after those of a numeric `phone-context`.
    fn full_number(&self) -> Vec<u8> {
        let context = self.parameter("phone-context").and_then(|context| context.strip_prefix(b"+")).unwrap_or_default();
        [context, &self.number].concat()
    }

    /// The parameters that make a number another one.
    fn own_parameters(&self) -> impl Iterator<Item = &(Vec<u8>, Option<Vec<u8>>)> {
        self.parameters.iter().filter(|(name, _)| !ROUTING_PARAMETERS.contains(&name.as_slice()) && name != b"phone-context")
    }
}

/// Splits `name=value`.
fn split_parameter(piece: &[u8]) -> (&[u8], Option<&[u8]>) {
    match piece.iter().position(|&octet| octet == b'=').and_then(|at| piece.split_at_checked(at)) {
        Some((name, value)) => (name, value.strip_prefix(b"=")),
        None => (piece, None),
    }
}

/// Whether an octet is a visual separator (RFC 3966, 5.1.1).
const fn is_visual_separator(octet: u8) -> bool {
    matches!(octet, b'-' | b'.' | b'(' | b')')
}

/// Takes a number as written, gives whether it is global, and its digits in lower case without visual separators.
fn digits(written: &[u8]) -> (bool, Vec<u8>) {
    let mut number = escape::unescaped(written);
    let global = number.first() == Some(&b'+');
    if global {
        number.remove(0);
    }
    number.retain(|&octet| !is_visual_separator(octet));
    number.make_ascii_lowercase();
    (global, number)
}

/// Takes a parameter as written, gives it as it is compared (RFC 3966, 4).
fn folded(name: &[u8], value: Option<&[u8]>) -> (Vec<u8>, Option<Vec<u8>>) {
    let name = escape::unescaped(name).to_ascii_lowercase();
    let value = value.map(|value| {
        let mut value = escape::unescaped(value).to_ascii_lowercase();
        // A context that is a domain keeps its dots and hyphens.
        if name == b"ext" || name == b"phone-context" && value.first() == Some(&b'+') {
            value.retain(|&octet| !is_visual_separator(octet));
        }
        value
    });
    (name, value)
}

#[cfg(test)]
mod tests {
    use super::{NumberMatch, Subscriber};

    #[track_caller]
    fn check(one: &str, other: &str, expected: NumberMatch) {
        let (one, other) = (Subscriber::parse(one.as_bytes()).0, Subscriber::parse(other.as_bytes()).0);
        assert_eq!(one.compare(&other), expected, "{one:?} {other:?}");
        assert_eq!(other.compare(&one), expected, "{other:?} {one:?}");
    }

    #[test]
    fn separators_case_and_order_say_nothing() {
        check("+358-555-1234567;postd=pp22", "+358-555-1234567;POSTD=PP22", NumberMatch::Equal);
        check("+358-555-1234567;postd=pp22;isub=1411", "+358-555-1234567;isub=1411;postd=pp22", NumberMatch::Equal);
        check("+1(201)555.0123", "+12015550123", NumberMatch::Equal);
        check("7042;phone-context=Example.com", "70-42;phone-context=example.COM", NumberMatch::Equal);
        check("1;phone-context=+1-201", "1;phone-context=+1201", NumberMatch::Equal);
        check("1;ext=1-2", "1;ext=12", NumberMatch::Equal);
        check("*A1", "*a1", NumberMatch::Equal);
    }

    #[test]
    fn a_domain_as_context_keeps_its_hyphens() {
        check("1;phone-context=my-net.example", "1;phone-context=mynet.example", NumberMatch::Normalised);
    }

    #[test]
    fn the_same_digits_may_be_another_form_of_the_number() {
        check("+12015550123", "12015550123", NumberMatch::Normalised);
        check("+12015550123", "+12015550123;npdi;rn=+12015550000", NumberMatch::Normalised);
        check("5550123;phone-context=+1201", "+12015550123", NumberMatch::Normalised);
    }

    #[test]
    fn another_number_or_extension_is_different() {
        check("+12015550123", "+12015550124", NumberMatch::Different);
        check("+12015550123;ext=1", "+12015550123;ext=2", NumberMatch::Different);
        check("+12015550123", "+12015550123;isub=1411", NumberMatch::Different);
    }

    #[test]
    fn a_word_in_hexadecimal_letters_is_no_dialled_number() {
        assert!(Subscriber::of_user(b"fade").is_none());
        assert!(Subscriber::of_user(b"alice").is_none());
        assert!(Subscriber::of_user(b"").is_none());
        assert!(Subscriber::of_user(b"*31%231555").is_some());
    }
}
