//! Takes the most usual frame (Ethernet with at most one VLAN tag, whole IP without options, UDP to no port of a tunnel), gives its datagram
//! without the walk.
//!
//! A capture of telephony is nearly all RTP, and this is its way. The shortcut says the same as [`super::decode()`] or nothing, which a
//! test holds it to. It gains twice: no state of a walk has to pass through memory, and each header is read in one piece, as what is
//! usual has a fixed length: one comparison with the octets that are there, and the rest are loads.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::link;
use super::path::Path;
use super::shim;
use super::transport::Datagram;
use super::tunnel;
use crate::capture::Frame;
use crate::evidence::{Endpoint, Transport};

/// The IANA number of UDP.
const UDP: u8 = 17;
/// Octets of an IPv4 header without options.
const IPV4_LEN: usize = 20;
/// Octets of the UDP header.
const UDP_LEN: usize = 8;

/// The datagram of a usual frame; of another frame nothing, whatever it holds.
#[inline(always)]
pub fn plain_datagram<'a>(frame: &Frame<'a>) -> Option<Datagram<'a>> {
    if frame.link_type.0 != link::ETHERNET {
        return None;
    }
    let (addresses, kind, bytes) = shim::header(frame.data)?;
    let mut path = Path::from_interface(frame.interface);
    path.pass_link(addresses.0, addresses.1);
    let (kind, bytes) = if kind == shim::ETHERTYPE_VLAN { path.vlans.pass_tag(bytes)? } else { (kind, bytes) };
    match kind {
        shim::ETHERTYPE_IPV4 => version4(bytes, path),
        shim::ETHERTYPE_IPV6 => version6(bytes, path),
        _ => None,
    }
}

/// The datagram in a whole IPv4 packet of which the header has five words (RFC 791, 3.1).
#[inline(always)]
fn version4(bytes: &[u8], mut path: Path) -> Option<Datagram<'_>> {
    let (header, rest) = bytes.split_first_chunk::<IPV4_LEN>()?;
    let [0x45, _, t1, t2, i1, i2, f1, f2, hop_limit, UDP, _, _, s1, s2, s3, s4, d1, d2, d3, d4] = *header else { return None };
    // A piece of a datagram says that more follow, or where it stands.
    if u16::from_be_bytes([f1, f2]) & 0x3fff != 0 {
        return None;
    }
    let len = usize::from(u16::from_be_bytes([t1, t2])).checked_sub(IPV4_LEN)?;
    path.hop_limit = hop_limit;
    path.ip_id = u16::from_be_bytes([i1, i2]);
    let (source, destination) = (Ipv4Addr::new(s1, s2, s3, s4), Ipv4Addr::new(d1, d2, d3, d4));
    datagram(IpAddr::V4(source), IpAddr::V4(destination), rest.get(..len)?, path)
}

/// The datagram in a whole IPv6 packet without extension headers (RFC 8200, 3).
#[inline(always)]
fn version6(bytes: &[u8], mut path: Path) -> Option<Datagram<'_>> {
    let (header, rest) = bytes.split_first_chunk::<8>()?;
    let (source, rest) = rest.split_first_chunk::<16>()?;
    let (destination, rest) = rest.split_first_chunk::<16>()?;
    let [0x60..=0x6f, _, _, _, l1, l2, UDP, hop_limit] = *header else { return None };
    let len = usize::from(u16::from_be_bytes([l1, l2]));
    // A length of 0 says nothing.
    if len == 0 {
        return None;
    }
    path.hop_limit = hop_limit;
    let (source, destination) = (Ipv6Addr::from(*source), Ipv6Addr::from(*destination));
    datagram(IpAddr::V6(source), IpAddr::V6(destination), rest.get(..len)?, path)
}

/// The datagram in a whole IP payload (RFC 768). One that says a length which cannot be has all of it.
#[inline(always)]
fn datagram(source: IpAddr, destination: IpAddr, bytes: &[u8], path: Path) -> Option<Datagram<'_>> {
    let ([s1, s2, d1, d2, l1, l2, _, _], rest) = bytes.split_first_chunk::<UDP_LEN>()?;
    let (source_port, destination_port) = (u16::from_be_bytes([*s1, *s2]), u16::from_be_bytes([*d1, *d2]));
    if tunnel::is_port((source_port, destination_port)) {
        return None;
    }
    let len = usize::from(u16::from_be_bytes([*l1, *l2]));
    Some(Datagram {
        source: Endpoint { address: source, port: source_port },
        destination: Endpoint { address: destination, port: destination_port },
        payload: len.checked_sub(UDP_LEN).and_then(|len| rest.get(..len)).unwrap_or(rest),
        truncated: false,
        transport: Transport::Udp,
        path,
    })
}
