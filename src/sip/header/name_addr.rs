//! Takes a value of From, To, Contact, Route and their like, gives display name, URI and parameters.
//!
//! Invariant: whose a parameter is, the header's or the URI's, follows from the angle brackets alone: without them all belong to the header.
//! `name-addr = [ display-name ] LAQUOT addr-spec RAQUOT`, `from-spec = ( name-addr / addr-spec ) *( SEMI from-param )`. RFC 3261, 20 and 25.1.

use crate::sip::params::Params;
use crate::sip::scan::{all_token, is_lws, is_token, quoted_len, split, trim, trim_start, unquote};
use std::borrow::Cow;

/// An address with its name and the header's parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameAddr<'a> {
    /// The display name as written, quotes included; empty where there is none.
    pub display: &'a [u8],
    /// The URI as written, without the angle brackets and the blanks around it.
    pub uri: &'a [u8],
    /// Whether it stands in angle brackets.
    pub is_bracketed: bool,
    /// The parameters of the header, not those of the URI.
    pub params: Params<'a>,
    /// Whether the brackets close, and close around the URI.
    is_closed: bool,
}

/// Where the part ahead of the parameters ends: at an angle bracket, or at the parameters.
enum Mark {
    Angle(usize),
    Params(usize),
}

impl<'a> NameAddr<'a> {
    /// Reads one value; what cannot be told is empty.
    #[must_use]
    pub fn read(value: &'a [u8]) -> Self {
        let value = trim(value);
        match find_mark(value) {
            Mark::Angle(at) => Self::bracketed(value, at),
            Mark::Params(at) => Self::bare(value, at),
        }
    }

    fn bracketed(value: &'a [u8], at: usize) -> Self {
        let (display, rest) = split(value, at);
        let rest = rest.get(1..).unwrap_or(&[]);
        let close = memchr::memchr(b'>', rest);
        let (inside, behind) = split(rest, close.unwrap_or(rest.len()));
        let behind = trim_start(behind.get(1..).unwrap_or(&[]));
        let uri = trim(inside);
        let is_closed = close.is_some() && uri.len() == inside.len();
        Self { display: trim(display), uri, is_bracketed: true, params: Params::new(behind), is_closed }
    }

    fn bare(value: &'a [u8], at: usize) -> Self {
        let (uri, params) = split(value, at);
        Self { display: &[], uri: trim(uri), is_bracketed: false, params: Params::new(params), is_closed: true }
    }

    /// The display name without quotes and escapes; empty where there is none.
    #[must_use]
    pub fn display_name(&self) -> Cow<'a, [u8]> {
        unquote(self.display)
    }

    /// The tag parameter, none where it is absent or empty (RFC 3261, 19.3).
    #[must_use]
    pub fn tag(&self) -> Option<&'a [u8]> {
        self.params.value("tag").filter(|tag| !tag.is_empty())
    }

    /// The tag of the address `value`: that of [`NameAddr::read`], without reading name and URI.
    #[must_use]
    pub fn tag_of(value: &'a [u8]) -> Option<&'a [u8]> {
        if let Some(tag) = plain_tag(value) {
            return tag;
        }
        let params = match find_mark(value) {
            Mark::Params(at) => split(value, at).1,
            Mark::Angle(at) => {
                let (_, rest) = split(value, at);
                memchr::memchr(b'>', rest).and_then(|close| rest.get(close..)).and_then(|rest| rest.get(1..)).unwrap_or(&[])
            }
        };
        Params::new(params).value("tag").filter(|tag| !tag.is_empty())
    }

    /// Whether it is made as the grammar wants, parameters included; the URI is looked at from outside only.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        // Comma, question mark and semicolon want brackets (RFC 3261, 20); a semicolon has ended the URI already.
        let is_bare_well = self.is_bracketed || !self.uri.iter().any(|octet| matches!(octet, b'?' | b','));
        self.is_closed && is_bare_well && is_plain_uri(self.uri) && is_display_name(self.display) && self.params.is_well_formed()
    }
}

/// The tag of a value that is written as nearly all are: a name without escapes, if any, a URI in angle brackets, a tag, if any; none of any other.
fn plain_tag(value: &[u8]) -> Option<Option<&[u8]>> {
    let bracketed = match value {
        [b'<', ..] => value,
        [b'"', rest @ ..] => {
            let behind = rest.get(memchr::memchr2(b'"', b'\\', rest)?..)?;
            behind.strip_prefix(b"\"").map(|rest| rest.strip_prefix(b" ").unwrap_or(rest)).filter(|rest| rest.first() == Some(&b'<'))?
        }
        _ => return None,
    };
    let behind = bracketed.get(memchr::memchr(b'>', bracketed)?.saturating_add(1)..)?;
    if behind.is_empty() {
        return Some(None);
    }
    behind.strip_prefix(b";tag=").filter(|tag| all_token(tag)).map(Some)
}

/// Finds the first `<` or `;` that is outside quotes; a `;` ahead of any scheme is taken for part of a badly written display name.
fn find_mark(value: &[u8]) -> Mark {
    let mut at = 0usize;
    let mut has_scheme = false;
    let mut has_quotes = true;
    let mut first_params = None;
    while let Some(rest) = value.get(at..) {
        let Some(stop) = memchr::memchr3(b'<', b';', b'"', rest) else { break };
        let (text, rest) = split(rest, stop);
        at = at.saturating_add(stop);
        if rest.first() == Some(&b'<') {
            return Mark::Angle(at);
        }
        has_scheme = has_scheme || memchr::memchr(b':', text).is_some();
        let step = match rest.first() {
            Some(b';') if has_scheme => return Mark::Params(first_params.unwrap_or(at)),
            Some(b';') => {
                first_params = first_params.or(Some(at));
                1
            }
            // A quote that never closes is passed over alone, so that the address behind it is still found (RFC 4475, 3.1.2.6);
            // no later quote is looked at then, which keeps the walk linear.
            Some(b'"') if has_quotes => quoted_len(rest).unwrap_or_else(|| {
                has_quotes = false;
                1
            }),
            _ => 1,
        };
        at = at.saturating_add(step);
    }
    Mark::Params(first_params.unwrap_or(value.len()))
}

/// `display-name = *(token LWS) / quoted-string`
fn is_display_name(display: &[u8]) -> bool {
    match display {
        [b'"', ..] => quoted_len(display) == Some(display.len()),
        _ => display.iter().all(|octet| is_token(*octet) || is_lws(*octet)),
    }
}

/// Whether a URI has a scheme and neither blanks nor brackets nor quotes.
fn is_plain_uri(uri: &[u8]) -> bool {
    memchr::memchr(b':', uri).is_some_and(|at| at > 0) && !uri.iter().any(|octet| is_lws(*octet) || matches!(octet, b'<' | b'>' | b'"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, display: &str, uri: &str, tag: Option<&str>, bracketed: bool, well: bool) {
        let address = NameAddr::read(value.as_bytes());
        assert_eq!(String::from_utf8_lossy(&address.display_name()), display, "{value:?}");
        assert_eq!(String::from_utf8_lossy(address.uri), uri, "{value:?}");
        assert_eq!((address.tag(), NameAddr::tag_of(value.as_bytes())), (tag.map(str::as_bytes), tag.map(str::as_bytes)), "{value:?}");
        assert_eq!((address.is_bracketed, address.is_well_formed()), (bracketed, well), "{value:?}");
    }

    #[test]
    fn brackets_decide_whose_the_parameters_are() {
        check("<sip:a@b;tag=1>", "", "sip:a@b;tag=1", None, true, true);
        check("sip:a@b;tag=1", "", "sip:a@b", Some("1"), false, true);
        check("<sip:a@b;x>;tag=1", "", "sip:a@b;x", Some("1"), true, true);
        check("sip:a@b ;   tag    = 1918181833n", "", "sip:a@b", Some("1918181833n"), false, true);
    }

    #[test]
    fn quoted_names_may_hold_anything() {
        check(r#""A, \"B\"; <sip:x@y>" <sip:a@b>;tag=1"#, r#"A, "B"; <sip:x@y>"#, "sip:a@b", Some("1"), true, true);
        check(r#""caller"<sip:a@b>"#, "caller", "sip:a@b", None, true, true);
        check(r#""J Rosenberg \""       <sip:a@b>  ;  tag = 9"#, "J Rosenberg \"", "sip:a@b", Some("9"), true, true);
        check("Bob the Builder <sip:a@b>", "Bob the Builder", "sip:a@b", None, true, true);
    }

    #[test]
    fn an_angle_inside_a_quoted_parameter_is_no_address() {
        let address = NameAddr::read(br#"sip:a@b;+sip.instance="<urn:uuid:1>";tag=2"#);
        assert_eq!((address.uri, address.tag(), address.is_bracketed), (&b"sip:a@b"[..], Some(&b"2"[..]), false));
        assert!(address.is_well_formed());
    }

    #[test]
    fn what_is_malformed_keeps_what_is_usable() {
        check(r#""Mr. J. User <sip:j.user@example.com>"#, "\"Mr. J. User", "sip:j.user@example.com", None, true, false);
        check("Bell, Alexander <sip:a@b>;tag=43", "Bell, Alexander", "sip:a@b", Some("43"), true, false);
        check("Bell; Alexander <sip:a@b>;tag=43", "Bell; Alexander", "sip:a@b", Some("43"), true, false);
        check("\"Watson\" < sip:a@b >", "Watson", "sip:a@b", None, true, false);
        check("sip:a@b?Route=%3Csip:c%3E", "", "sip:a@b?Route=%3Csip:c%3E", None, false, false);
        check("<sip:a@b", "", "sip:a@b", None, true, false);
        check("<sip:a@b>;;;;", "", "sip:a@b", None, true, false);
        check("<sip:a@b> junk", "", "sip:a@b", None, true, false);
        check("", "", "", None, false, false);
        check("nonsense", "", "nonsense", None, false, false);
    }

    proptest::proptest! {
        #[test]
        fn a_tag_is_found_without_the_address_as_with_it(
            pieces in proptest::collection::vec(proptest::sample::select(vec!["\"", "\\", "<", ">", ";tag=", ";", "=", " ", "sip:a@b", "x", ",", "tag"]), 0..9)
        ) {
            let value = pieces.concat();
            proptest::prop_assert_eq!(NameAddr::tag_of(value.as_bytes()), NameAddr::read(value.as_bytes()).tag(), "{}", value);
        }
    }
}
