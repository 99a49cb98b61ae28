//! Takes the octets of a frame and its link type, gives the IP packet in it.
//!
//! Link types are those of the pcap registry. What is no IP is not ours and no fault; a link type without a reader is a fault.

use super::octets::{after, u8_at, u16_at, u32_at};
use super::shim::{self, ETHERTYPE_IPV4, ETHERTYPE_IPV6, ETHERTYPE_MPLS, ETHERTYPE_MPLS_MULTICAST};
use super::walk::{Reached, Stop, Walk};
use super::wireless;
use crate::capture::LinkType;

/// Link types by their names in the pcap registry.
mod link_type {
    pub(super) const NULL: u16 = 0;
    /// `DLT_RAW` as BSD systems, Linux and OpenBSD numbered it before 101 was agreed.
    pub(super) const RAW_OLD: u16 = 12;
    pub(super) const RAW_OPENBSD: u16 = 14;
    pub(super) const PPP_HDLC: u16 = 50;
    pub(super) const PPP_ETHER: u16 = 51;
    pub(super) const C_HDLC: u16 = 104;
    pub(super) const LOOP: u16 = 108;
    /// OpenBSD's encapsulating interface of IPsec, where packets are seen in clear.
    pub(super) const ENC: u16 = 109;
    pub(super) const LINUX_SLL: u16 = 113;
    pub(super) const IEEE802_11_RADIOTAP: u16 = 127;
    pub(super) const PPI: u16 = 192;
    pub(super) const IPV4: u16 = 228;
    pub(super) const IPV6: u16 = 229;
    pub(super) const NFLOG: u16 = 239;
    pub(super) const LINUX_SLL2: u16 = 276;
}

/// The link type of Ethernet.
pub(super) const ETHERNET: u16 = 1;
/// The link type of PPP.
pub(super) const PPP: u16 = 9;
/// The link type of IP without any link.
pub(super) const RAW: u16 = 101;
/// The link type of 802.11 without a header of the tool that captured it.
pub(super) const IEEE802_11: u16 = 105;
/// Octets ahead of a packet on an encapsulating interface.
const ENC_LEN: usize = 12;
/// Octets of the Linux cooked header, version 1.
const SLL_LEN: usize = 16;
/// Octets of the Linux cooked header, version 2.
const SLL2_LEN: usize = 20;
/// The NFLOG attribute that holds the packet.
const NFLOG_PAYLOAD: u16 = 9;

/// The IP packet in a frame of `link_type`.
pub(super) fn network<'a>(link_type: LinkType, data: &'a [u8], walk: Walk) -> Reached<'a> {
    match link_type.0 {
        ETHERNET => shim::ethernet(data, walk),
        RAW | link_type::RAW_OLD | link_type::RAW_OPENBSD | link_type::IPV4 | link_type::IPV6 => Ok((data, walk)),
        link_type::LINUX_SLL => cooked(data, walk),
        link_type::LINUX_SLL2 => cooked2(data, walk),
        link_type::NULL | link_type::LOOP => loopback(data, walk),
        PPP | link_type::PPP_HDLC => ppp(data, walk),
        link_type::PPP_ETHER => shim::pppoe(data, walk),
        // Address family, parameter index and flags, each of four octets.
        link_type::ENC => after(data, ENC_LEN).map(|packet| (packet, walk)).ok_or(Stop::short("ENC header", ENC_LEN, data)),
        link_type::C_HDLC => cisco_hdlc(data, walk),
        link_type::NFLOG => nflog(data, walk),
        IEEE802_11 => wireless::ieee80211(data, walk),
        link_type::IEEE802_11_RADIOTAP => wireless::radiotap(data, walk),
        link_type::PPI => wireless::ppi(data, walk),
        other => Err(Stop::UnknownLink(other)),
    }
}

/// Linux cooked capture: packet type, ARPHRD, address length, address (8), protocol.
fn cooked<'a>(data: &'a [u8], mut walk: Walk) -> Reached<'a> {
    let stop = Stop::short("Linux cooked header", SLL_LEN, data);
    let (Some(kind), Some(low), Some(high), Some(protocol), Some(rest)) =
        (u16_at(data, 0), u32_at(data, 6), u32_at(data, 10), u16_at(data, 14), after(data, SLL_LEN))
    else {
        return Err(stop);
    };
    walk.path.pass_link(u64::from(low) << 32 | u64::from(high), u64::from(kind));
    shim::ethertype(protocol, rest, walk)
}

/// Linux cooked capture, version 2: protocol, reserved, interface index, ARPHRD, packet type, address length, address (8).
fn cooked2<'a>(data: &'a [u8], mut walk: Walk) -> Reached<'a> {
    let stop = Stop::short("Linux cooked header v2", SLL2_LEN, data);
    let (Some(protocol), Some(index), Some(low), Some(high), Some(rest)) =
        (u16_at(data, 0), u32_at(data, 4), u32_at(data, 12), u32_at(data, 16), after(data, SLL2_LEN))
    else {
        return Err(stop);
    };
    let kind = u8_at(data, 10).unwrap_or_default();
    walk.path.pass_link(u64::from(low) << 32 | u64::from(high), u64::from(index) << 8 | u64::from(kind));
    shim::ethertype(protocol, rest, walk)
}

/// BSD loopback: an address family in the order of the host that captured (NULL) or of the network (LOOP).
fn loopback(data: &[u8], walk: Walk) -> Reached<'_> {
    let (Some(family), Some(rest)) = (u32_at(data, 0), after(data, 4)) else {
        return Err(Stop::short("loopback header", 4, data));
    };
    // A family is a small number, so the order shows: one of both readings is small. AF_INET is 2 everywhere; AF_INET6 is 10 on Linux,
    // 23 on Windows, 24, 28 or 30 on the BSD systems.
    match family.min(family.swap_bytes()) {
        2 | 10 | 23 | 24 | 28 | 30 => Ok((rest, walk)),
        _ => Err(Stop::NotOurs),
    }
}

/// PPP, with or without HDLC address and control (RFC 1662, 3.1), with or without a compressed protocol field (RFC 1661, 6.5).
pub(super) fn ppp<'a>(data: &'a [u8], mut walk: Walk) -> Reached<'a> {
    let stop = Stop::short("PPP header", 4, data);
    walk.step()?;
    let data = match u8_at(data, 0) {
        Some(0xff) => after(data, 2).ok_or(stop)?,
        // Cisco framing on the same link type: 0x0f unicast, 0x8f multicast.
        Some(0x0f | 0x8f) => return cisco_hdlc(data, walk),
        _ => data,
    };
    let first = u8_at(data, 0).ok_or(stop)?;
    let (protocol, rest) = if first & 1 == 1 { (u16::from(first), after(data, 1)) } else { (u16_at(data, 0).ok_or(stop)?, after(data, 2)) };
    let rest = rest.ok_or(stop)?;
    match protocol {
        0x0021 => shim::ethertype(ETHERTYPE_IPV4, rest, walk),
        0x0057 => shim::ethertype(ETHERTYPE_IPV6, rest, walk),
        0x0281 => shim::ethertype(ETHERTYPE_MPLS, rest, walk),
        0x0283 => shim::ethertype(ETHERTYPE_MPLS_MULTICAST, rest, walk),
        _ => Err(Stop::NotOurs),
    }
}

/// Cisco HDLC: address, control, ethertype.
fn cisco_hdlc<'a>(data: &'a [u8], walk: Walk) -> Reached<'a> {
    let (Some(protocol), Some(rest)) = (u16_at(data, 2), after(data, 4)) else {
        return Err(Stop::short("Cisco HDLC header", 4, data));
    };
    shim::ethertype(protocol, rest, walk)
}

/// Linux netfilter log: family, version, group, then attributes of which one is the packet; lengths are in the order of the host.
fn nflog(data: &[u8], walk: Walk) -> Reached<'_> {
    let stop = Stop::short("NFLOG header", 8, data);
    if !matches!(u8_at(data, 0), Some(2 | 10)) {
        return Err(Stop::NotOurs);
    }
    let mut rest = after(data, 4).ok_or(stop)?;
    loop {
        let (len, kind) = (u16_at(rest, 0).ok_or(stop)?, u16_at(rest, 2).ok_or(stop)?);
        // Attribute types are below 256: a type in the upper octet shows a little-endian host.
        let (len, kind) = if kind > 0xff { (len.swap_bytes(), kind.swap_bytes()) } else { (len, kind) };
        let len = usize::from(len);
        if kind == NFLOG_PAYLOAD {
            let packet = rest.get(4..len.min(rest.len()));
            return packet.map(|packet| (packet, walk)).ok_or(stop);
        }
        if len < 4 {
            return Err(stop);
        }
        rest = after(rest, len.next_multiple_of(4)).ok_or(stop)?;
    }
}
