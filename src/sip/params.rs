//! Takes the part of a header value that starts at its first `;`, gives the parameters.
//!
//! Invariant: quoted values may hold anything, `<` and `;` too, and are never split; names compare without regard to case.
//! `generic-param = token [ EQUAL gen-value ]`, blanks and folds allowed around `;` and `=`. RFC 3261, 25.1 and 7.3.1.

use super::scan::{Items, all_token, find_outside, is_lws, is_token, quoted_len, split, take_while, trim, unquote};
use std::borrow::Cow;

/// One parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Param<'a> {
    /// The name as written.
    pub name: &'a [u8],
    /// The value as written, quotes included; none where there is no `=`.
    pub value: Option<&'a [u8]>,
}

impl<'a> Param<'a> {
    /// Reads one parameter: `token [ EQUAL gen-value ]`.
    #[must_use]
    pub fn read(item: &'a [u8]) -> Self {
        // A token holds no quote, so that an equals sign right behind it is the first one outside quotes.
        let (token, rest) = take_while(item, is_token);
        let (name, value) = match rest {
            [] => return Self { name: item, value: None },
            [b'=', ..] => (token, rest),
            _ => match find_outside(item, b'=', false) {
                Some(at) => split(item, at),
                None => return Self { name: item, value: None },
            },
        };
        Self { name: trim(name), value: Some(trim(value.get(1..).unwrap_or(&[]))) }
    }

    /// The value without its quotes and escapes; empty where there is none.
    #[must_use]
    pub fn text(&self) -> Cow<'a, [u8]> {
        self.value.map_or(Cow::Borrowed(&[]), unquote)
    }

    fn is_well_formed(&self) -> bool {
        all_token(self.name)
            && self.value.is_none_or(|value| match value {
                [] => false,
                [b'"', ..] => quoted_len(value) == Some(value.len()),
                // A host may stand here too, an IPv6 reference among them; a branch of real systems holds more than a token.
                _ => !value.iter().any(|octet| is_lws(*octet) || matches!(octet, b'"' | b'<' | b'>')),
            })
    }
}

/// The parameters of one header value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Params<'a> {
    raw: &'a [u8],
}

impl<'a> Params<'a> {
    /// Takes what follows a value: from its first `;` on, or nothing.
    #[must_use]
    pub const fn new(raw: &'a [u8]) -> Self {
        Self { raw }
    }

    /// The octets as written, the leading `;` included.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The parameters in the order as written; empty ones (`;;`) are passed over.
    pub fn iter(&self) -> impl Iterator<Item = Param<'a>> + use<'a> {
        Items::new(self.raw, b';').map(Param::read)
    }

    /// The first parameter of that name, a token, in any case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Param<'a>> {
        let name = name.as_bytes();
        let initial = name.first().map(u8::to_ascii_lowercase);
        let mut rest = self.raw;
        loop {
            (_, rest) = take_while(rest, |octet| octet == b';' || is_lws(octet));
            // As nearly all are written: the name as it is sought, the equals sign behind it.
            if let Some(value) = rest.strip_prefix(name).and_then(|rest| rest.strip_prefix(b"=")) {
                let (value, _) = split(value, find_outside(value, b';', false).unwrap_or(value.len()));
                return Some(Param { name: split(rest, name.len()).0, value: Some(trim(value)) });
            }
            let first = rest.first()?.to_ascii_lowercase();
            let (item, behind) = split(rest, find_outside(rest, b';', false).unwrap_or(rest.len()));
            // The first octet tells most names apart, and an item is read only where it does not.
            if initial.is_none_or(|initial| initial == first) {
                let param = Param::read(trim(item));
                if param.name.eq_ignore_ascii_case(name) {
                    return Some(param);
                }
            }
            rest = behind;
        }
    }

    /// The value as written of the first parameter of that name; none where it is absent or has no value.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&'a [u8]> {
        self.get(name).and_then(|param| param.value)
    }

    /// Whether every parameter is made as the grammar wants, none of them empty.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        let mut rest = trim(self.raw);
        while let [b';', tail @ ..] = rest {
            let (item, next) = split(tail, find_outside(tail, b';', false).unwrap_or(tail.len()));
            if !Param::read(trim(item)).is_well_formed() {
                return false;
            }
            rest = next;
        }
        rest.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_folds_around_separators_do_not_count() {
        let params = Params::new(b" ;\r\n  tag = 98asjd8 ; lr;Q\t=\r\n 0.33");
        assert_eq!(params.value("TAG"), Some(&b"98asjd8"[..]));
        assert_eq!(params.get("lr").map(|param| param.value), Some(None));
        assert_eq!(params.value("q"), Some(&b"0.33"[..]));
        assert_eq!(params.iter().count(), 3);
        assert!(params.is_well_formed());
    }

    #[test]
    fn a_quoted_value_is_never_split() {
        let params = Params::new(br#";+sip.instance="<urn:uuid:f8;1=2>";x="a\";b""#);
        assert_eq!(params.get("+sip.instance").map(|param| param.text().into_owned()), Some(b"<urn:uuid:f8;1=2>".to_vec()));
        assert_eq!(params.get("x").map(|param| param.text().into_owned()), Some(br#"a";b"#.to_vec()));
        assert!(params.is_well_formed());
    }

    #[test]
    fn bad_parameters_are_told() {
        for raw in [";;", ";", ";a=", ";=b", ";a b", ";a=\"b", ";a=b c", "x;a=b", ";a=<b>"] {
            assert!(!Params::new(raw.as_bytes()).is_well_formed(), "{raw:?}");
        }
        for raw in ["", ";a", ";a=b;c", ";received=[2001:db8::1]", ";branch=z9hG4bK$&/1"] {
            assert!(Params::new(raw.as_bytes()).is_well_formed(), "{raw:?}");
        }
    }
}
