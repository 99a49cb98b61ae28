//! Takes one Contact value, gives the address with its weight and lifetime, or the wildcard.
//!
//! Invariant: a weight or lifetime that cannot be read is told as such, never taken for absent. `contact-params = q / expires / extension`.
//! RFC 3261, 20.10.

use super::expires::Expiry;
use super::name_addr::NameAddr;
use crate::sip::params::Params;
use crate::sip::scan::{decimal, split, trim};
use std::borrow::Cow;

/// A place where somebody can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contact<'a> {
    /// The address; its URI is `*` for the wildcard.
    pub address: NameAddr<'a>,
    /// The value as written.
    pub raw: &'a [u8],
}

/// What a q parameter says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quality {
    /// The weight in thousandths, 0 to 1000.
    Milli(u16),
    /// Something is written that is no qvalue.
    Malformed,
}

impl Quality {
    /// Reads `value`. `qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )`
    #[must_use]
    pub fn read(value: &[u8]) -> Self {
        let (whole, fraction) = split(value, 1);
        let digits = match fraction {
            [] => &[],
            [b'.', digits @ ..] if digits.len() <= 3 => digits,
            _ => return Self::Malformed,
        };
        let scale = match digits.len() {
            0 | 1 => 100,
            2 => 10,
            _ => 1,
        };
        let thousandths = if digits.is_empty() { Some(0) } else { decimal(digits) }.map(|number| number.saturating_mul(scale));
        match (whole, thousandths) {
            (b"0", Some(thousandths)) => Self::Milli(u16::try_from(thousandths).unwrap_or(0)),
            (b"1", Some(0)) => Self::Milli(1000),
            _ => Self::Malformed,
        }
    }

    /// The weight in thousandths, none where malformed.
    #[must_use]
    pub const fn milli(self) -> Option<u16> {
        match self {
            Self::Milli(milli) => Some(milli),
            Self::Malformed => None,
        }
    }
}

impl<'a> Contact<'a> {
    /// Reads one value of a Contact list.
    #[must_use]
    pub fn read(value: &'a [u8]) -> Self {
        let raw = trim(value);
        Self { address: NameAddr::read(raw), raw }
    }

    /// The URI as written, without brackets.
    #[must_use]
    pub const fn uri(&self) -> &'a [u8] {
        self.address.uri
    }

    /// Whether it is the wildcard `*` (RFC 3261, 10.2.2), with or without parameters.
    #[must_use]
    pub fn is_star(&self) -> bool {
        self.address.uri == b"*" && !self.address.is_bracketed
    }

    /// The parameters of the header, not those of the URI.
    #[must_use]
    pub const fn params(&self) -> Params<'a> {
        self.address.params
    }

    /// The weight, none where there is no q parameter.
    #[must_use]
    pub fn q(&self) -> Option<Quality> {
        self.params().get("q").map(|param| Quality::read(param.value.unwrap_or(&[])))
    }

    /// The lifetime, none where there is no expires parameter.
    #[must_use]
    pub fn expires(&self) -> Option<Expiry> {
        self.params().get("expires").map(|param| Expiry::read(&param.text()))
    }

    /// The instance that the `+sip.instance` parameter names, quotes and angles taken off (RFC 5626, 4.1).
    #[must_use]
    pub fn instance(&self) -> Option<Cow<'a, [u8]>> {
        let text = self.params().get("+sip.instance")?.text();
        let bare = |text: &[u8]| text.strip_prefix(b"<").and_then(|text| text.strip_suffix(b">")).map(<[u8]>::to_vec);
        Some(bare(&text).map_or(text, Cow::Owned))
    }

    /// Whether it is made as the grammar wants; the URI is looked at from outside only.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        let is_address = if self.is_star() { self.params().is_well_formed() } else { self.address.is_well_formed() };
        is_address && self.q() != Some(Quality::Malformed) && self.expires() != Some(Expiry::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_is_told_in_thousandths() {
        for (value, quality) in [
            ("0", Quality::Milli(0)),
            ("1", Quality::Milli(1000)),
            ("0.", Quality::Milli(0)),
            ("0.7", Quality::Milli(700)),
            ("0.33", Quality::Milli(330)),
            ("0.001", Quality::Milli(1)),
            ("1.000", Quality::Milli(1000)),
            ("1.1", Quality::Malformed),
            ("0.1234", Quality::Malformed),
            (".5", Quality::Malformed),
            ("2", Quality::Malformed),
            ("", Quality::Malformed),
            ("-0.5", Quality::Malformed),
            ("0,5", Quality::Malformed),
        ] {
            assert_eq!(Quality::read(value.as_bytes()), quality, "{value:?}");
        }
    }

    #[test]
    fn parameters_are_those_of_the_header() {
        let contact = Contact::read(br#"<sip:a@b;q=0.1>;Q=0.7;expires=60;+sip.instance="<urn:uuid:1>""#);
        assert_eq!(contact.uri(), b"sip:a@b;q=0.1");
        assert_eq!(contact.q(), Some(Quality::Milli(700)));
        assert_eq!(contact.expires(), Some(Expiry::Seconds(60)));
        assert_eq!(contact.instance().as_deref(), Some(&b"urn:uuid:1"[..]));
        assert!(contact.is_well_formed());
        assert_eq!(Contact::read(b"<sip:a@b;q=0.1>").q(), None);
    }

    #[test]
    fn a_malformed_lifetime_is_not_an_absent_one() {
        assert_eq!(Contact::read(b"<sip:a@b>;expires=280297596632815").expires(), Some(Expiry::Malformed));
        assert_eq!(Contact::read(b"<sip:a@b>;expires").expires(), Some(Expiry::Malformed));
        assert_eq!(Contact::read(b"<sip:a@b>").expires(), None);
    }

    #[test]
    fn the_wildcard_is_no_address() {
        assert!(Contact::read(b" * ").is_star());
        assert!(Contact::read(b"*;expires=0").is_star());
        assert!(Contact::read(b"*").is_well_formed());
        assert!(!Contact::read(b"<*>").is_star());
        assert!(!Contact::read(b"<sip:*@b>").is_star());
    }
}
