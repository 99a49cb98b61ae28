//! Takes two URIs, gives whether they are equal, and a key that equal URIs share.
//!
//! Equality is reflexive and symmetric, but not transitive: a parameter that only one URI has is mostly ignored. RFC 3261, 19.1.4;
//! RFC 3966, 4; RFC 5031, 4.2; RFC 8141, 3.

use super::components::{Parameter, Parts, Scheme, SipParts, Uri};
use super::escape::{append_key, same, same_in_any_case};
use super::host::Host;

/// Parameters that, where only one URI has them, make two URIs unequal.
///
/// `transport` is not in the list of 19.1.4, but its rule on default values and its example make `sip:a@b` and
/// `sip:a@b;transport=udp` unequal.
const NEVER_IGNORED: [&str; 5] = ["user", "ttl", "method", "maddr", "transport"];

/// Headers whose values hold a URI, which is compared as one.
///
/// Where a URI has more headers than [`MAX_URI_HEADERS`] they are compared as text, which bounds the work that hostile URIs make.
const URI_HEADERS: [&str; 8] = ["to", "from", "contact", "route", "reply-to", "refer-to", "referred-by", "p-asserted-identity"];

/// Up to how many headers their URIs are compared as such.
const MAX_URI_HEADERS: usize = 8;

impl Uri {
    /// Whether two URIs are equal. One that cannot be read is compared by what was understood of it.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        self.0.raw == other.0.raw || self.equals_at(other, true)
    }

    /// Compares; `descend` says whether the URIs in headers are compared as such, which happens on the first level only.
    pub(super) fn equals_at(&self, other: &Self, descend: bool) -> bool {
        if self.0.scheme != other.0.scheme {
            return false;
        }
        match (&self.0.parts, &other.0.parts) {
            (Parts::Sip(one), Parts::Sip(other)) => {
                same_address(one, other)
                    && same_parameters(&one.parameters, &other.parameters)
                    && same_headers(&one.headers, &other.headers, descend)
            }
            (Parts::Tel(one), Parts::Tel(other)) => one == other,
            (Parts::Opaque(_), Parts::Opaque(_)) => self.opaque_key() == other.opaque_key(),
            _ => false,
        }
    }

    /// A key that is the same for URIs that are equal; unequal URIs may share one (their parameters and headers say nothing in it).
    #[must_use]
    pub fn lookup_key(&self) -> Vec<u8> {
        let mut key = match self.0.scheme {
            Scheme::Sip => b"sip:".to_vec(),
            Scheme::Sips => b"sips:".to_vec(),
            Scheme::Tel => b"tel:".to_vec(),
            Scheme::Urn | Scheme::Other | Scheme::Missing => Vec::new(),
        };
        match &self.0.parts {
            Parts::Sip(parts) => append_address_key(&mut key, parts),
            Parts::Tel(subscriber) => {
                key.extend_from_slice(if subscriber.is_global() { b"+" } else { b"" });
                key.extend_from_slice(subscriber.number());
            }
            Parts::Opaque(_) => key = self.opaque_key(),
        }
        key
    }

    /// A spelling that URIs of other schemes share where they are equal: scheme and authority in lower case, escapes made alike.
    fn opaque_key(&self) -> Vec<u8> {
        let mut key = self.scheme_text().to_ascii_lowercase();
        let text = self.opaque().unwrap_or_default();
        // RFC 5031, 4.2 has services, RFC 9562, 4 UUIDs compared in any case; of other URNs the namespace alone is (RFC 8141, 3.1).
        let any_case = |prefix: &str| text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()));
        let folded = match self.0.scheme {
            Scheme::Urn if any_case("service:") || any_case("uuid:") => text.len(),
            Scheme::Urn => text.iter().position(|&octet| octet == b':').unwrap_or(0),
            Scheme::Other => authority_length(text),
            Scheme::Sip | Scheme::Sips | Scheme::Tel | Scheme::Missing => 0,
        };
        let (head, tail) = text.split_at_checked(folded).unwrap_or((text, &[]));
        if self.0.scheme != Scheme::Missing {
            key.push(b':');
        }
        append_key(&mut key, head, true);
        append_key(&mut key, tail, false);
        key
    }
}

/// Octets of `//authority` at the start of `text`, 0 where there is none.
fn authority_length(text: &[u8]) -> usize {
    let Some(behind) = text.strip_prefix(b"//") else { return 0 };
    let end = behind.iter().position(|octet| matches!(octet, b'/' | b'?')).unwrap_or(behind.len());
    end.saturating_add(b"//".len())
}

/// Appends user, password, host and port as 19.1.4 compares them.
fn append_address_key(key: &mut Vec<u8>, parts: &SipParts) {
    if let Some(user) = &parts.user {
        append_key(key, user, false);
        if let Some(password) = &parts.password {
            key.push(b':');
            append_key(key, password, false);
        }
        key.push(b'@');
    }
    key.extend(parts.host.to_string().to_ascii_lowercase().into_bytes());
    match (parts.port, &parts.port_text) {
        (Some(port), _) => key.extend(format!(":{port}").into_bytes()),
        (None, Some(text)) => {
            key.push(b':');
            key.extend_from_slice(text);
        }
        (None, None) => {}
    }
}

/// Whether two components are both absent, or both there and equal in the case as written.
fn same_optional(one: Option<&[u8]>, other: Option<&[u8]>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => same(one, other),
        (None, None) => true,
        _ => false,
    }
}

/// Whether the user parts are equal, without the passwords.
pub(super) fn same_user(one: &SipParts, other: &SipParts) -> bool {
    same_optional(one.user.as_deref(), other.user.as_deref())
}

/// Whether the passwords are equal or both absent.
pub(super) fn same_password(one: &SipParts, other: &SipParts) -> bool {
    same_optional(one.password.as_deref(), other.password.as_deref())
}

/// Whether the ports are equal as numbers, or both absent; ports that are none are compared as they are written.
pub(super) fn same_port(one: &SipParts, other: &SipParts) -> bool {
    one.port == other.port && (one.port.is_some() || one.port_text == other.port_text)
}

/// Whether user, password, host and port are equal.
fn same_address(one: &SipParts, other: &SipParts) -> bool {
    same_user(one, other) && same_password(one, other) && one.host.equals(&other.host) && same_port(one, other)
}

/// Whether two values of a parameter are equal: both absent, or equal in any case, a `maddr` as a host.
pub(super) fn same_value(one: &Parameter, other: &Parameter) -> bool {
    if one.is("maddr") {
        return Host::parse(one.text()).0.equals(&Host::parse(other.text()).0);
    }
    match (&one.value, &other.value) {
        (Some(one), Some(other)) => same_in_any_case(one, other),
        (None, None) => true,
        _ => false,
    }
}

/// The parameter of the same name.
pub(super) fn counterpart<'a>(parameter: &Parameter, among: &'a [Parameter]) -> Option<&'a Parameter> {
    among.iter().find(|other| same_in_any_case(&parameter.name, &other.name))
}

/// Whether the parameters of two URIs allow them to be equal.
fn same_parameters(one: &[Parameter], other: &[Parameter]) -> bool {
    let fits = |parameter: &Parameter, among: &[Parameter]| match counterpart(parameter, among) {
        Some(counterpart) => same_value(parameter, counterpart),
        None => !NEVER_IGNORED.iter().any(|name| parameter.is(name)),
    };
    one.iter().all(|parameter| fits(parameter, other)) && other.iter().all(|parameter| fits(parameter, one))
}

/// Whether the headers of two URIs are the same, in any order.
fn same_headers(one: &[Parameter], other: &[Parameter], descend: bool) -> bool {
    let descend = descend && one.len() <= MAX_URI_HEADERS;
    // Headers that hold URIs are not compared transitively, so that the pairing may depend on who looks for whom.
    one.len() == other.len() && (each_has_its_own(one, other, descend) || each_has_its_own(other, one, descend))
}

/// Whether every header of `one` finds a header in `other` that no earlier one took.
fn each_has_its_own(one: &[Parameter], other: &[Parameter], descend: bool) -> bool {
    let mut left: Vec<&Parameter> = other.iter().collect();
    one.iter().all(|header| {
        let at = left.iter().position(|candidate| same_header(header, candidate, descend));
        at.map(|at| left.swap_remove(at)).is_some()
    })
}

/// Whether two headers of URIs are the same.
///
/// Values are compared in any case (RFC 3261, 7.3.1) except those that section 20 or plain sense keeps: Call-ID, body, and URIs.
fn same_header(one: &Parameter, other: &Parameter, descend: bool) -> bool {
    if !same_in_any_case(&one.name, &other.name) {
        return false;
    }
    if one.is("call-id") || one.is("body") || one.is("subject") {
        return same(one.text(), other.text());
    }
    if descend && URI_HEADERS.iter().any(|name| one.is(name)) {
        let (one, other) = (Uri::parse(&one.unescaped_value()), Uri::parse(&other.unescaped_value()));
        if one.is_valid() && other.is_valid() {
            return one.equals_at(&other, false);
        }
    }
    same_in_any_case(one.text(), other.text())
}
