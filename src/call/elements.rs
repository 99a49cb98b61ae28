//! Takes addresses as a user writes them, gives the elements of the network that are known by them.
//!
//! An address is `192.0.2.1`, `192.0.2.1:5060`, `[2001:db8::1]:5060` or a range as in RFC 4632, 3.1: `192.0.2.0/24`.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use crate::evidence::Endpoint;

/// What a known element of the network is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// A server that redirects and forwards nothing.
    RedirectServer,
    /// A proxy through which clients send everything (RFC 3261, 8.1.2).
    OutboundProxy,
}

/// Some addresses, and a port or all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    network: IpAddr,
    /// How many leading bits count.
    prefix: u32,
    port: Option<u16>,
}

impl Range {
    /// Whether it holds `endpoint`; an IPv4-mapped address is its IPv4 address here.
    #[must_use]
    pub fn contains(&self, endpoint: Endpoint) -> bool {
        let ((own, width), (other, other_width)) = (bits(self.network), bits(endpoint.address.to_canonical()));
        let shift = width.saturating_sub(self.prefix);
        // A shift by the whole width leaves nothing to compare.
        let is_within = width == other_width && own.checked_shr(shift).unwrap_or(0) == other.checked_shr(shift).unwrap_or(0);
        is_within && self.port.is_none_or(|port| port == endpoint.port)
    }
}

/// The bits of an address, and how many there are.
fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), u32::BITS),
        IpAddr::V6(address) => (address.to_bits(), u128::BITS),
    }
}

impl FromStr for Range {
    type Err = NoRange;

    fn from_str(text: &str) -> Result<Self, NoRange> {
        let whole = |network: IpAddr, port| Self { network: network.to_canonical(), prefix: bits(network.to_canonical()).1, port };
        if let Some((network, prefix)) = text.split_once('/') {
            let (network, prefix) = (network.parse::<IpAddr>().map_err(|_| NoRange)?, prefix.parse().map_err(|_| NoRange)?);
            return if prefix <= bits(network).1 { Ok(Self { network, prefix, port: None }) } else { Err(NoRange) };
        }
        if let Ok(address) = text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            return Ok(whole(address, None));
        }
        text.parse::<SocketAddr>().map(|socket| whole(socket.ip(), Some(socket.port()))).map_err(|_| NoRange)
    }
}

/// A text that is no address and no range of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an address is wanted: 192.0.2.1, 192.0.2.1:5060, [2001:db8::1]:5060 or 192.0.2.0/24")]
pub struct NoRange;

#[cfg(test)]
mod tests {
    use super::{NoRange, Range};
    use crate::evidence::Endpoint;

    fn holds(range: &str, endpoint: &str) -> bool {
        let range: Range = range.parse().unwrap_or_else(|error: NoRange| panic!("{range}: {error}"));
        let socket: std::net::SocketAddr = endpoint.parse().unwrap_or_else(|error| panic!("{endpoint}: {error}"));
        range.contains(Endpoint { address: socket.ip(), port: socket.port() })
    }

    #[test]
    fn a_range_holds_its_addresses_and_no_other() {
        for (range, inside, outside) in [
            ("192.0.2.1", "192.0.2.1:5080", "192.0.2.2:5060"),
            ("192.0.2.1:5060", "192.0.2.1:5060", "192.0.2.1:5061"),
            ("192.0.2.0/24", "192.0.2.255:1", "192.0.3.0:1"),
            ("0.0.0.0/0", "203.0.113.9:5060", "[2001:db8::1]:5060"),
            ("2001:db8::/32", "[2001:db8:ffff::1]:1", "[2001:db9::1]:1"),
            ("[2001:db8::1]:5060", "[2001:db8::1]:5060", "[2001:db8::1]:5061"),
            ("2001:db8::1", "[2001:db8::1]:9", "[2001:db8::2]:9"),
            ("192.0.2.1", "[::ffff:192.0.2.1]:5060", "[::ffff:192.0.2.2]:5060"),
        ] {
            assert!(holds(range, inside), "{range} {inside}");
            assert!(!holds(range, outside), "{range} {outside}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "proxy.example", "192.0.2.1/33", "192.0.2/24", "192.0.2.1:x", "192.0.2.1:70000"] {
            assert_eq!(text.parse::<Range>(), Err(NoRange), "{text}");
        }
    }
}
