//! Takes the most usual frame (Ethernet with at most one VLAN tag, whole IP, UDP to no tunnel port), gives its datagram without the walk.
//!
//! A capture of telephony is nearly all RTP, and this is its way. The shortcut says the same as [`super::decode()`] or nothing, which a
//! test holds it to; the gain is that no state of a walk has to pass through memory, which costs more than all the rest.

use std::net::IpAddr;

use etherparse::{IpNumber, LaxIpSlice, LenSource, UdpSlice};

use super::link;
use super::path::Path;
use super::shim;
use super::transport::Datagram;
use super::tunnel;
use crate::capture::Frame;
use crate::evidence::Endpoint;

/// The datagram of a usual frame; of another frame nothing, whatever it holds.
#[inline(always)]
pub fn plain_datagram<'a>(frame: &Frame<'a>) -> Option<Datagram<'a>> {
    if frame.link_type.0 != link::ETHERNET {
        return None;
    }
    let (addresses, kind, bytes) = shim::header(frame.data)?;
    let mut path = Path { interface: frame.interface, ..Path::default() };
    path.pass_link(addresses.0, addresses.1);
    let (kind, bytes) = if kind == shim::ETHERTYPE_VLAN { path.vlans.pass_tag(bytes)? } else { (kind, bytes) };
    if !matches!(kind, shim::ETHERTYPE_IPV4 | shim::ETHERTYPE_IPV6) {
        return None;
    }
    let (slice, None) = LaxIpSlice::from_slice(bytes).ok()? else { return None };
    let payload = slice.payload();
    if payload.fragmented || payload.incomplete || payload.len_source == LenSource::Slice || payload.ip_number != IpNumber::UDP {
        return None;
    }
    let udp = UdpSlice::from_slice_lax(payload.payload).ok().filter(|udp| !tunnel::is_port(udp.destination_port()))?;
    let (source, destination) = match &slice {
        LaxIpSlice::Ipv4(ip) => {
            let header = ip.header();
            (path.hop_limit, path.ip_id) = (header.ttl(), header.identification());
            (IpAddr::V4(header.source_addr()), IpAddr::V4(header.destination_addr()))
        }
        LaxIpSlice::Ipv6(ip) => {
            let header = ip.header();
            path.hop_limit = header.hop_limit();
            (IpAddr::V6(header.source_addr()), IpAddr::V6(header.destination_addr()))
        }
    };
    Some(Datagram {
        source: Endpoint { address: source, port: udp.source_port() },
        destination: Endpoint { address: destination, port: udp.destination_port() },
        payload: udp.payload(),
        truncated: false,
        path,
    })
}
