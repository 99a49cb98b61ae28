//! Takes a value of Authorization, WWW-Authenticate or their proxy twins, gives the scheme and its parameters.
//!
//! Invariant: the commas of such a value part parameters, not values: one header line holds one challenge or one set of credentials.
//! `credentials = ("Digest" LWS digest-response) / other-response`. RFC 3261, 20.7, 20.27, 20.28 and 20.44.

use crate::sip::params::Param;
use crate::sip::scan::{Items, is_token, take_while, trim};
use std::borrow::Cow;

/// A challenge or credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Auth<'a> {
    /// The scheme as written: `Digest`, ...
    pub scheme: &'a [u8],
    params: &'a [u8],
}

impl<'a> Auth<'a> {
    /// Reads one header line's value.
    #[must_use]
    pub fn read(value: &'a [u8]) -> Self {
        let (scheme, params) = take_while(trim(value), is_token);
        Self { scheme, params: trim(params) }
    }

    /// Whether the scheme is Digest, in any case.
    #[must_use]
    pub fn is_digest(&self) -> bool {
        self.scheme.eq_ignore_ascii_case(b"Digest")
    }

    /// The parameters in the order as written.
    pub fn params(&self) -> impl Iterator<Item = Param<'a>> + use<'a> {
        Items::new(self.params, b',').map(Param::read)
    }

    /// The value of the first parameter of that name, in any case, without quotes and escapes.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Cow<'a, [u8]>> {
        self.params().find(|param| param.name.eq_ignore_ascii_case(name.as_bytes())).map(|param| param.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_without_quotes_and_through_folds() {
        let auth = Auth::read(
            b"Digest username=\"bob\", realm=\"a, b\",\r\n nonce=\"x\\\"y\" , uri=\"sip:a@b;x=y,z\",\r\n\tresponse = 00ff,stale",
        );
        assert!(auth.is_digest());
        for (name, value) in
            [("username", "bob"), ("Realm", "a, b"), ("nonce", "x\"y"), ("uri", "sip:a@b;x=y,z"), ("response", "00ff"), ("stale", "")]
        {
            assert_eq!(auth.get(name).as_deref(), Some(value.as_bytes()), "{name}");
        }
        assert_eq!(auth.get("opaque"), None);
        assert_eq!(auth.params().count(), 6);
    }

    #[test]
    fn an_unknown_scheme_is_read_too() {
        let auth = Auth::read(b"NoOneKnowsThisScheme opaque-data=here");
        assert_eq!(auth.scheme, b"NoOneKnowsThisScheme");
        assert!(!auth.is_digest());
        assert_eq!(auth.get("opaque-data").as_deref(), Some(&b"here"[..]));
        assert_eq!(Auth::read(b"").scheme, b"");
    }
}
