//! Takes one Route, Record-Route, Path or Service-Route value, gives the proxy it names.
//!
//! Invariant: whether it routes loosely is read from the URI's parameters, not from the header's. RFC 3261, 20.30, 20.34 and 19.1.1.

use super::name_addr::NameAddr;
use crate::sip::params::Params;
use crate::sip::scan::split;

/// A proxy that a request is to visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route<'a> {
    /// The proxy's address.
    pub address: NameAddr<'a>,
}

impl<'a> Route<'a> {
    /// Reads one value of a route list.
    #[must_use]
    pub fn read(value: &'a [u8]) -> Self {
        Self { address: NameAddr::read(value) }
    }

    /// The URI as written, without brackets.
    #[must_use]
    pub const fn uri(&self) -> &'a [u8] {
        self.address.uri
    }

    /// Whether the URI has an `lr` parameter, with or without a value (`lr=on` is seen).
    #[must_use]
    pub fn is_loose(&self) -> bool {
        // Parameters start behind the user part, which may hold semicolons of its own (RFC 3261, 25.1, `user-unreserved`).
        let host = self.uri().rsplit(|octet| *octet == b'@').next().unwrap_or(&[]);
        let (host, _) = split(host, memchr::memchr(b'?', host).unwrap_or(host.len()));
        let params = memchr::memchr(b';', host).and_then(|at| host.get(at..)).unwrap_or(&[]);
        Params::new(params).get("lr").is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loose_routing_is_told_by_the_uri_alone() {
        for (value, loose) in [
            ("<sip:p@h;lr>", true),
            ("<sip:h;LR;x=y>", true),
            ("<sip:h;lr=on>", true),
            ("<sip:a;lr@h>", false),
            ("<sip:h>;lr", false),
            ("<sip:h;lrx>", false),
            ("<sip:h?lr=1;lr>", false),
        ] {
            assert_eq!(Route::read(value.as_bytes()).is_loose(), loose, "{value:?}");
        }
    }
}
