//! Takes a URI as written, gives the parts that rsip's type has fields for.
//!
//! Invariant: the parts together are the URI; nothing is unescaped or lowered. RFC 3261, 19.1.1.

use crate::sip::scan::{port, split};

/// A URI in its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SplitUri<'a> {
    /// What stands ahead of the first colon.
    pub(super) scheme: &'a str,
    /// User and password of a SIP URI, none where there is no `@`.
    pub(super) userinfo: Option<&'a str>,
    /// The host of a SIP URI, brackets included; all behind the scheme for any other.
    pub(super) host: &'a str,
    /// The port of a SIP URI.
    pub(super) port: Option<u16>,
    /// The parameters of a SIP URI, from the first `;` on.
    pub(super) params: &'a str,
    /// The headers of a SIP URI, from the `?` on.
    pub(super) headers: &'a str,
}

/// Cuts `text` at `at` characters' octets; at its end where that is no boundary.
fn cut(text: &str, at: Option<usize>) -> (&str, &str) {
    at.and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""))
}

impl<'a> SplitUri<'a> {
    /// Splits `uri`; none where it has no scheme.
    pub(super) fn of(uri: &'a str) -> Option<Self> {
        let (scheme, rest) = uri.split_once(':')?;
        let is_scheme = scheme.bytes().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'-' | b'.'));
        if scheme.is_empty() || !is_scheme {
            return None;
        }
        if !["sip", "sips"].iter().any(|name| scheme.eq_ignore_ascii_case(name)) {
            return Some(Self { scheme, userinfo: None, host: rest, port: None, params: "", headers: "" });
        }
        // Headers may hold an `@` only escaped, the user part may hold `;` and `?` as they are.
        let (userinfo, rest) = rest.split_once('@').map_or((None, rest), |(user, rest)| (Some(user), rest));
        let (rest, headers) = cut(rest, rest.find('?'));
        let (hostport, params) = cut(rest, rest.find(';'));
        let colon = match hostport.find(']') {
            Some(bracket) => hostport.get(bracket..).and_then(|behind| behind.find(':')).map(|at| bracket.saturating_add(at)),
            None => hostport.find(':'),
        };
        let (host, behind) = cut(hostport, colon);
        let port = port(split(behind.as_bytes(), 1).1);
        Some(Self { scheme, userinfo, host, port, params, headers })
    }

    /// The user without the password.
    pub(super) fn user(&self) -> Option<&'a str> {
        self.userinfo.map(|userinfo| userinfo.split(':').next().unwrap_or(userinfo))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_those_of_the_grammar() {
        for (uri, scheme, user, host, port, params, headers) in [
            ("sip:a:b@h:5062;lr?X=y", "sip", Some("a"), "h", Some(5062), ";lr", "?X=y"),
            ("sips:john.doe@[2001:db8::1]:5061", "sips", Some("john.doe"), "[2001:db8::1]", Some(5061), "", ""),
            ("sip:user;par=u%40h@example.com", "sip", Some("user;par=u%40h"), "example.com", None, "", ""),
            ("sip:[::1];lr", "sip", None, "[::1]", None, ";lr", ""),
            ("tel:7042;phone-context=example.com", "tel", None, "7042;phone-context=example.com", None, "", ""),
        ] {
            let split = SplitUri::of(uri).expect("it has a scheme");
            assert_eq!((split.scheme, split.user(), split.host, split.port), (scheme, user, host, port), "{uri}");
            assert_eq!((split.params, split.headers), (params, headers), "{uri}");
        }
        for uri in ["nonsense", ":", "<sip:a@b>", ""] {
            assert_eq!(SplitUri::of(uri), None, "{uri}");
        }
    }
}
