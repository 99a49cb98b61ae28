//! Takes the host of a URI, gives a name or an address.
//!
//! Names are compared in any case, IPv6 addresses by value; a name never equals an address (RFC 3261, 19.1.4; grammar 25.1).
//! Two leniencies, because names in test beds and containers need them: a label may hold `_`, and the last label may begin with a
//! digit as long as it is not all digits (RFC 1123, 2.1).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::fault::UriFault;

/// The host of a URI.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Host {
    /// A host name as written, in whatever case; also what is no host at all, beside a fault.
    Name(Vec<u8>),
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// An IPv6 address.
    V6(Ipv6Addr),
}

impl Host {
    /// Takes `host` as it stands in a URI, an IPv6 address in brackets, gives it with the fault that was met.
    pub(super) fn parse(text: &[u8]) -> (Self, Option<UriFault>) {
        if text.is_empty() {
            return (Self::Name(Vec::new()), Some(UriFault::EmptyHost));
        }
        if let Some(inner) = text.strip_prefix(b"[") {
            return inner.strip_suffix(b"]").map_or_else(|| Self::unknown(text), |inner| Self::bracketed(text, inner));
        }
        if let Some(address) = ipv4(text) {
            return (Self::V4(address), None);
        }
        if let Some(address) = ipv6(text) {
            return (Self::V6(address), Some(UriFault::BareIpv6));
        }
        if is_host_name(text) { (Self::Name(text.to_vec()), None) } else { Self::unknown(text) }
    }

    /// Reads what stands between brackets.
    fn bracketed(whole: &[u8], inner: &[u8]) -> (Self, Option<UriFault>) {
        if let Some(address) = ipv6(inner) {
            return (Self::V6(address), None);
        }
        let before_zone = inner.split(|&octet| octet == b'%').next().unwrap_or_default();
        ipv6(before_zone).map_or_else(|| Self::unknown(whole), |address| (Self::V6(address), Some(UriFault::Zone)))
    }

    /// Keeps what is no host.
    fn unknown(text: &[u8]) -> (Self, Option<UriFault>) {
        (Self::Name(text.to_vec()), Some(UriFault::Host))
    }

    /// The address, where the host is one.
    #[must_use]
    pub const fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Name(_) => None,
            Self::V4(address) => Some(IpAddr::V4(*address)),
            Self::V6(address) => Some(IpAddr::V6(*address)),
        }
    }

    /// The name as written, where the host is none of the addresses.
    #[must_use]
    pub fn name(&self) -> Option<&[u8]> {
        match self {
            Self::Name(name) => Some(name),
            Self::V4(_) | Self::V6(_) => None,
        }
    }

    /// Whether two hosts are equal: names in any case, addresses by value, an IPv4-mapped address unequal to its IPv4 address.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Name(one), Self::Name(other)) => one.eq_ignore_ascii_case(other),
            _ => self == other,
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "{}", name.escape_ascii()),
            Self::V4(address) => write!(f, "{address}"),
            Self::V6(address) => write!(f, "[{address}]"),
        }
    }
}

/// Reads an IPv6 address in any of its text forms.
fn ipv6(text: &[u8]) -> Option<Ipv6Addr> {
    // No name is tried that cannot be one: every address has a colon.
    if !text.contains(&b':') {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Reads `1*3DIGIT "." 1*3DIGIT "." 1*3DIGIT "." 1*3DIGIT`; leading zeros are decimal, as the grammar has no octal.
fn ipv4(text: &[u8]) -> Option<Ipv4Addr> {
    let mut octets = [0_u8; 4];
    let mut parts = text.split(|&octet| octet == b'.');
    for octet in &mut octets {
        let part = parts.next().filter(|part| (1..=3).contains(&part.len()))?;
        *octet = u8::try_from(decimal(part)?).ok()?;
    }
    parts.next().is_none().then(|| Ipv4Addr::from(octets))
}

/// Reads a run of decimal digits; none where it is empty, holds anything else, or exceeds 32 bits.
pub(super) fn decimal(text: &[u8]) -> Option<u32> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0_u32, |value, octet| {
        let digit = octet.is_ascii_digit().then(|| u32::from(octet.saturating_sub(b'0')))?;
        value.checked_mul(10)?.checked_add(digit)
    })
}

/// Whether `text` is `*( domainlabel "." ) toplabel [ "." ]`, with the leniencies named above.
fn is_host_name(text: &[u8]) -> bool {
    let text = text.strip_suffix(b".").unwrap_or(text);
    let mut last_is_number = false;
    for label in text.split(|&octet| octet == b'.') {
        let (Some(first), Some(last)) = (label.first(), label.last()) else { return false };
        let inner = label.iter().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'));
        if !inner || *first == b'-' || *last == b'-' {
            return false;
        }
        last_is_number = label.iter().all(u8::is_ascii_digit);
    }
    !last_is_number
}

#[cfg(test)]
mod tests {
    use super::{Host, UriFault};

    #[track_caller]
    fn check(text: &str, shown: &str, fault: Option<UriFault>) {
        let (host, found) = Host::parse(text.as_bytes());
        assert_eq!((host.to_string().as_str(), found), (shown, fault), "{text}");
    }

    #[test]
    fn names_and_addresses_are_told_apart() {
        check("atlanta.com", "atlanta.com", None);
        check("AtLanTa.CoM.", "AtLanTa.CoM.", None);
        check("192.0.2.4", "192.0.2.4", None);
        check("192.000.002.004", "192.0.2.4", None);
        check("[2001:0db8:0:0::1]", "[2001:db8::1]", None);
        check("[::ffff:192.0.2.1]", "[::ffff:192.0.2.1]", None);
        assert!(matches!(Host::parse(b"10.0.0.1").0, Host::V4(_)));
    }

    #[test]
    fn names_of_containers_are_names() {
        check("sip_proxy_1", "sip_proxy_1", None);
        check("3f2a8bc1d2e4", "3f2a8bc1d2e4", None);
    }

    #[test]
    fn what_is_no_host_is_kept_with_a_fault() {
        check("", "", Some(UriFault::EmptyHost));
        check("300.1.2.3", "300.1.2.3", Some(UriFault::Host));
        check("10.0.0", "10.0.0", Some(UriFault::Host));
        check("911", "911", Some(UriFault::Host));
        check("a..b", "a..b", Some(UriFault::Host));
        check("-a.b", "-a.b", Some(UriFault::Host));
        check("a b", "a b", Some(UriFault::Host));
        check("ex%61mple.com", "ex%61mple.com", Some(UriFault::Host));
        check("[2001:db8::1", "[2001:db8::1", Some(UriFault::Host));
        check("[192.0.2.1]", "[192.0.2.1]", Some(UriFault::Host));
        check("2001:db8::1", "[2001:db8::1]", Some(UriFault::BareIpv6));
        check("[fe80::1%25eth0]", "[fe80::1]", Some(UriFault::Zone));
    }
}
