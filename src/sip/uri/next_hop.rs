//! Takes a SIP or SIPS URI, gives where a request to it is sent, as far as the URI alone decides it.
//!
//! A name is left to DNS: what DNS may still change is said, never guessed. RFC 3263, 4.1 and 4.2; `maddr` stands for the host.

use std::fmt;
use std::net::IpAddr;

use super::components::{Scheme, Uri};
use super::host::Host;

/// A transport that a URI can ask for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum UriTransport {
    /// `udp`
    Udp,
    /// `tcp`
    Tcp,
    /// `tls`, which RFC 3261, 26.2.2 deprecates and many still write.
    Tls,
    /// `sctp`
    Sctp,
    /// `tls-sctp` (RFC 4168, 5)
    TlsSctp,
    /// `ws` (RFC 7118, 5.2)
    Ws,
    /// `wss`, as some write it beside the `ws` of RFC 7118.
    Wss,
    /// Any other name, in lower case.
    Other(String),
}

impl UriTransport {
    /// The transport of that name, in any case.
    #[must_use]
    pub fn named(name: &[u8]) -> Self {
        match name.to_ascii_lowercase().as_slice() {
            b"udp" => Self::Udp,
            b"tcp" => Self::Tcp,
            b"tls" => Self::Tls,
            b"sctp" => Self::Sctp,
            b"tls-sctp" => Self::TlsSctp,
            b"ws" => Self::Ws,
            b"wss" => Self::Wss,
            other => Self::Other(other.escape_ascii().to_string()),
        }
    }

    /// The name in lower case.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Sctp => "sctp",
            Self::TlsSctp => "tls-sctp",
            Self::Ws => "ws",
            Self::Wss => "wss",
            Self::Other(name) => name,
        }
    }

    /// Whether it encrypts by itself.
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        matches!(self, Self::Tls | Self::TlsSctp | Self::Wss)
    }

    /// The default port: 5060, 5061 where secured, 80 and 443 for WebSocket (RFC 3261, 19.1.1; RFC 7118, 5).
    #[must_use]
    pub const fn default_port(&self, sips: bool) -> u16 {
        match self {
            Self::Ws if !sips => 80,
            Self::Ws | Self::Wss => 443,
            _ if sips || self.is_secure() => 5061,
            _ => 5060,
        }
    }
}

impl fmt::Display for UriTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where a request to a URI is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextHop {
    /// What RFC 3263, 4 calls the TARGET: `maddr`, else the host.
    pub target: Host,
    /// Whether the target is the `maddr` parameter.
    pub from_maddr: bool,
    /// The address, where the target is one.
    pub address: Option<IpAddr>,
    /// The port: as written, else the default one of scheme and transport.
    pub port: u16,
    /// Whether the port is written.
    pub explicit_port: bool,
    /// The transport: as written, else UDP for `sip` and TCP for `sips`.
    pub transport: UriTransport,
    /// Whether the transport is written.
    pub explicit_transport: bool,
    /// Whether the hop must be encrypted: `sips`, or a transport that encrypts.
    pub secure: bool,
}

impl NextHop {
    /// Whether `port` is certain: it is written, or the target is an address; else SRV records may name another (RFC 3263, 4.2).
    #[must_use]
    pub const fn port_is_settled(&self) -> bool {
        self.explicit_port || self.address.is_some()
    }

    /// Whether `transport` is certain: it or a port is written, or the target is an address; else DNS may choose (RFC 3263, 4.1).
    #[must_use]
    pub const fn transport_is_settled(&self) -> bool {
        self.explicit_transport || self.port_is_settled()
    }

    /// Whether a packet to `address` goes to the target; none where the target is a name. An IPv4-mapped address is its IPv4 address here.
    #[must_use]
    pub fn is_at(&self, address: IpAddr) -> Option<bool> {
        self.address.map(|own| own.to_canonical() == address.to_canonical())
    }
}

impl Uri {
    /// Where a request to this URI is sent; none for schemes other than SIP and SIPS, and where the host or port is spoilt.
    #[must_use]
    pub fn next_hop(&self) -> Option<NextHop> {
        let parts = self.sip().filter(|_| self.is_usable_target())?;
        let maddr = self.maddr();
        let from_maddr = maddr.is_some();
        let target = maddr.unwrap_or_else(|| parts.host.clone());
        let transport = self.effective_transport();
        Some(NextHop {
            from_maddr,
            address: target.address(),
            target,
            port: self.effective_port()?,
            explicit_port: parts.port.is_some(),
            secure: self.scheme() == Scheme::Sips || transport.is_secure(),
            transport,
            explicit_transport: self.parameter("transport").is_some(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::Uri;

    /// Writes a next hop as `target port transport`, with `?` behind what DNS may change and `!` where it must be encrypted.
    fn shown(uri: &str) -> String {
        Uri::parse(uri.as_bytes()).next_hop().map_or_else(
            || "none".to_owned(),
            |hop| {
                let doubt = |settled: bool| if settled { "" } else { "?" };
                let (port, transport) = (doubt(hop.port_is_settled()), doubt(hop.transport_is_settled()));
                format!("{} {}{port} {}{transport}{}", hop.target, hop.port, hop.transport, if hop.secure { "!" } else { "" })
            },
        )
    }

    #[test]
    fn the_uri_decides_what_rfc_3263_lets_it_decide() {
        let facts = [
            ("sip:alice@192.0.2.4", "192.0.2.4 5060 udp"),
            ("sip:alice@192.0.2.4:5070;transport=TCP", "192.0.2.4 5070 tcp"),
            ("sip:alice@192.0.2.4;transport=tls", "192.0.2.4 5061 tls!"),
            ("sips:alice@[2001:db8::1]", "[2001:db8::1] 5061 tcp!"),
            ("sip:alice@atlanta.com", "atlanta.com 5060? udp?"),
            ("sip:alice@atlanta.com;transport=tcp", "atlanta.com 5060? tcp"),
            ("sip:alice@atlanta.com:5060", "atlanta.com 5060 udp"),
            ("sip:alice@atlanta.com;maddr=239.255.255.1;ttl=15", "239.255.255.1 5060 udp"),
            ("sip:alice@192.0.2.4;maddr=proxy.atlanta.com", "proxy.atlanta.com 5060? udp?"),
            ("sip:alice@192.0.2.4;maddr=[2001:db8::2]", "[2001:db8::2] 5060 udp"),
            ("sip:a@df7jal23ls0d.invalid;transport=ws", "df7jal23ls0d.invalid 80? ws"),
            ("sips:a@df7jal23ls0d.invalid;transport=ws", "df7jal23ls0d.invalid 443? ws!"),
            ("sip:a@192.0.2.4;transport=wss", "192.0.2.4 443 wss!"),
            ("tel:+15550123", "none"),
            ("sip:alice@192.0.2.4:port", "none"),
        ];
        for (uri, expected) in facts {
            assert_eq!(shown(uri), expected, "{uri}");
        }
    }

    #[test]
    fn a_mapped_address_is_met_at_its_ipv4_address() {
        let at = |uri: &str, octet| {
            let address = IpAddr::V4(Ipv4Addr::new(192, 0, 2, octet));
            Uri::parse(uri.as_bytes()).next_hop().and_then(|hop| hop.is_at(address))
        };
        assert_eq!(at("sip:a@[::ffff:192.0.2.1]", 1), Some(true));
        assert_eq!(at("sip:a@[::ffff:192.0.2.1]", 2), Some(false));
        assert_eq!(at("sip:a@b", 1), None);
    }
}
