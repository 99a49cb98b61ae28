//! Takes a URI of a scheme that this program does not know, gives the host and the port in it.
//!
//! Invariant: only what stands behind `//` or `@` is a host; a URN or a telephone number names none. RFC 3986, 3.2; RFC 6068, 2.

use super::components::Uri;
use super::host::Host;

impl Uri {
    /// The host, and the port where one is written, of a URI that is neither SIP nor tel: `https://host:port/`, `mailto:user@host`.
    #[must_use]
    pub fn authority(&self) -> Option<(Host, Option<u16>)> {
        let text = self.opaque()?;
        let authority = text.strip_prefix(b"//").unwrap_or(text);
        let authority = authority.split(|octet| matches!(octet, b'/' | b'?' | b'#')).next()?;
        let is_named = authority.contains(&b'@') || text.starts_with(b"//");
        let place = authority.rsplit(|octet| *octet == b'@').next().filter(|_| is_named)?;
        // A colon in brackets belongs to the address.
        let behind_brackets = place.iter().position(|octet| *octet == b']').unwrap_or_default();
        let colon = place.iter().rposition(|octet| *octet == b':').filter(|colon| *colon >= behind_brackets);
        let (host, port) = colon.and_then(|colon| place.split_at_checked(colon)).unwrap_or((place, b""));
        let port = port.strip_prefix(b":").and_then(|port| std::str::from_utf8(port).ok()?.parse().ok());
        (!host.is_empty()).then(|| (Host::parse(host).0, port))
    }
}

#[cfg(test)]
mod tests {
    use crate::sip::Uri;

    /// Host and port as they are shown.
    fn of(uri: &str) -> Option<String> {
        Uri::parse(uri.as_bytes()).authority().map(|(host, port)| format!("{host} {}", port.unwrap_or_default()))
    }

    #[test]
    fn the_host_stands_behind_slashes_or_an_at_sign() {
        for (uri, expected) in [
            ("https://b.example/x@y:9", "b.example 0"),
            ("http://u:p@b.example:8080?q", "b.example 8080"),
            ("http://192.0.2.7/a", "192.0.2.7 0"),
            ("http://[2001:db8::7]/a", "[2001:db8::7] 0"),
            ("http://[2001:db8::7]:81#a", "[2001:db8::7] 81"),
            ("http://b.example:99999/", "b.example 0"),
            ("mailto:a@b.example?subject=c", "b.example 0"),
        ] {
            assert_eq!(of(uri).as_deref(), Some(expected), "{uri}");
        }
    }

    #[test]
    fn what_names_no_host_has_none() {
        for uri in ["urn:service:sos", "mailto:", "http://", "http://:80/", "news:a.b", "sip:a@b.example"] {
            assert_eq!(of(uri), None, "{uri}");
        }
    }
}
