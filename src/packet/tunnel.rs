//! Takes an IP or UDP payload, gives the packet that a tunnel carries in it.
//!
//! Over IP: IP (RFC 2003, 4213, 2473), GRE (RFC 2784, 2890, 2637) with ERSPAN, EtherIP (RFC 3378), MPLS (RFC 4023), L2TP and ESP without
//! encryption. Over UDP: VXLAN (RFC 7348) and VXLAN-GPE, GENEVE (RFC 8926), GTP-U (3GPP TS 29.281, 5), Teredo (RFC 4380), L2TP, TZSP and HEP. Those without an RFC here have
//! a file of their own.
//!
//! A UDP port alone makes no tunnel, since SIP may use any port: the header must be plausible and what it carries must read as a packet;
//! otherwise the datagram is delivered as it is.

use std::net::IpAddr;

use super::decode::Packet;
use super::esp::{self, PROTOCOL_ESP};
use super::hep::{self, PORT_HEP};
use super::icmp::{self, PROTOCOL_ICMP, PROTOCOL_ICMPV6};
use super::ip::{self, Carrier};
use super::l2tp::{self, PORT_L2TP, PROTOCOL_L2TP};
use super::link;
use super::octets::{after, u8_at, u16_at, u32_at};
use super::shim::{self, ETHERTYPE_TEB};
use super::tzsp::{self, PORT_TZSP};
use super::walk::{Stop, Walk};

/// VXLAN as assigned, and as Linux had it before.
const PORT_VXLAN: u16 = 4789;
const PORT_VXLAN_LINUX: u16 = 8472;
const PORT_VXLAN_GPE: u16 = 4790;
const PORT_GENEVE: u16 = 6081;
const PORT_GTP_U: u16 = 2152;
const PORT_TEREDO: u16 = 3544;

/// IP protocol numbers of tunnels.
mod protocol {
    pub(super) const IPV4: u8 = 4;
    pub(super) const IPV6: u8 = 41;
    pub(super) const GRE: u8 = 47;
    pub(super) const ETHERIP: u8 = 97;
    pub(super) const MPLS: u8 = 137;
}

/// GRE protocol types that are no ethertypes to walk on with.
const GRE_PPP: u16 = 0x880b;
const GRE_ERSPAN: u16 = 0x88be;
const GRE_ERSPAN_III: u16 = 0x22eb;

/// Whether a datagram from and to `ports` with `payload` may be a tunnel.
#[inline(always)]
pub(super) fn may_be(ports: (u16, u16), payload: &[u8]) -> bool {
    is_port(ports) || hep::begins(payload)
}

/// Whether datagrams from and to `ports` may be tunnels.
#[inline]
const fn is_port(ports: (u16, u16)) -> bool {
    // What answers in L2TP or Teredo may go to any port.
    matches!(
        ports.1,
        PORT_VXLAN | PORT_VXLAN_LINUX | PORT_VXLAN_GPE | PORT_GENEVE | PORT_GTP_U | PORT_L2TP | PORT_TZSP | PORT_HEP | PORT_TEREDO
    ) || matches!(ports.0, PORT_L2TP | PORT_TEREDO)
}

/// A walk that goes on inside a tunnel of `kind` with `id`, between the addresses of `carrier`.
pub(super) fn inside(carrier: Carrier, kind: u16, id: u32) -> Walk {
    let mut walk = carrier.walk;
    for address in [carrier.source, carrier.destination] {
        let bits = match address {
            IpAddr::V4(address) => u128::from(address.to_bits()),
            IpAddr::V6(address) => address.to_bits(),
        };
        for word in [bits >> 96, bits >> 64, bits >> 32, bits] {
            walk.path.pass_tunnel(0, (word & u128::from(u32::MAX)) as u32);
        }
    }
    walk.path.pass_tunnel(kind, id);
    walk
}

/// The packet that the IP payload `bytes` carries, where it is a tunnel.
pub(super) fn over_ip<'a>(carrier: Carrier, bytes: &'a [u8]) -> Result<Packet<'a>, Stop> {
    let walk = inside(carrier, u16::from(carrier.protocol), 0);
    let (inner, walk) = match carrier.protocol {
        protocol::IPV4 | protocol::IPV6 => (bytes, walk),
        protocol::GRE => return gre(carrier, bytes),
        protocol::MPLS => shim::mpls(bytes, walk)?,
        // RFC 3378, 3: version 3, then reserved bits of 0.
        protocol::ETHERIP if u16_at(bytes, 0) == Some(0x3000) => shim::ethernet(after(bytes, 2).unwrap_or_default(), walk)?,
        PROTOCOL_ESP => return esp::null_encrypted(carrier, bytes),
        PROTOCOL_ICMP | PROTOCOL_ICMPV6 => return icmp::quoted(carrier, bytes),
        PROTOCOL_L2TP => return l2tp::version3(carrier, bytes),
        _ => return Err(Stop::NotOurs),
    };
    ip::packet(inner, walk)
}

/// The packet in a GRE payload.
fn gre<'a>(carrier: Carrier, bytes: &'a [u8]) -> Result<Packet<'a>, Stop> {
    let stop = Stop::short("GRE header", 4, bytes);
    let (flags, kind) = (u16_at(bytes, 0).ok_or(stop)?, u16_at(bytes, 2).ok_or(stop)?);
    let has = |bit: u16| flags & bit != 0;
    let mut at = 4_usize;
    let mut id = 0;
    // RFC 1701's source routes, and versions beyond RFC 2637's, are not read.
    match flags & 7 {
        0 if !has(0x4000) => {
            if has(0x8000) {
                at += 4;
            }
            if has(0x2000) {
                id = u32_at(bytes, at).ok_or(stop)?;
                at += 4;
            }
            if has(0x1000) {
                at += 4;
            }
        }
        1 if kind == GRE_PPP => {
            id = u32::from(u16_at(bytes, 6).ok_or(stop)?);
            at += 4 + if has(0x1000) { 4 } else { 0 } + if has(0x0080) { 4 } else { 0 };
        }
        _ => return Err(Stop::NotOurs),
    }
    let rest = after(bytes, at).ok_or(stop)?;
    let mut walk = inside(carrier, kind, id);
    walk.step()?;
    let (inner, walk) = match kind {
        GRE_PPP => link::ppp(rest, walk)?,
        // ERSPAN type I has no header of its own, and shows it by having no sequence number; type II has eight octets.
        GRE_ERSPAN if has(0x1000) => shim::ethernet(after(rest, 8).ok_or(stop)?, walk)?,
        GRE_ERSPAN => shim::ethernet(rest, walk)?,
        GRE_ERSPAN_III => {
            // Twelve octets; the last bit says that eight more follow for the platform.
            let more = u8_at(rest, 11).ok_or(stop)? & 1 == 1;
            shim::ethernet(after(rest, if more { 20 } else { 12 }).ok_or(stop)?, walk)?
        }
        _ => shim::ethertype(kind, rest, walk)?,
    };
    ip::packet(inner, walk)
}

/// The packet in a UDP payload from and to `ports`, of which the capture may have `truncated` the end; nothing where it is no tunnel.
pub(super) fn over_udp<'a>(carrier: Carrier, ports: (u16, u16), bytes: &'a [u8], truncated: bool) -> Option<Result<Packet<'a>, Stop>> {
    let found = match ports.1 {
        _ if hep::begins(bytes) || ports.1 == PORT_HEP => hep::over_udp(carrier, ports.1, bytes, truncated),
        PORT_VXLAN | PORT_VXLAN_LINUX => vxlan(carrier, bytes),
        PORT_VXLAN_GPE => vxlan_gpe(carrier, bytes),
        PORT_GENEVE => geneve(carrier, bytes),
        PORT_GTP_U => gtp_u(carrier, bytes),
        _ if ports.0 == PORT_TEREDO || ports.1 == PORT_TEREDO => teredo(carrier, bytes),
        PORT_TZSP => tzsp::over_udp(carrier, bytes),
        _ if ports.0 == PORT_L2TP || ports.1 == PORT_L2TP => l2tp::over_udp(carrier, bytes),
        _ => None,
    }?;
    match found {
        Err(Stop::Broken { .. }) => None,
        other => Some(other),
    }
}

/// RFC 7348, 5: flags with the I bit, reserved (3), VNI (3), reserved; then Ethernet.
fn vxlan<'a>(carrier: Carrier, bytes: &'a [u8]) -> Option<Result<Packet<'a>, Stop>> {
    // 0x80 is the group policy extension, which fills the reserved octets with a group.
    let plausible = match u8_at(bytes, 0)? {
        0x08 => bytes.get(1..4) == Some(&[0; 3]),
        0x88 => true,
        _ => false,
    };
    let (id, rest) = (u32_at(bytes, 4)? >> 8, after(bytes, 8)?);
    plausible.then(|| {
        let mut walk = inside(carrier, PORT_VXLAN, id);
        walk.step()?;
        let (inner, walk) = shim::ethernet(rest, walk)?;
        ip::packet(inner, walk)
    })
}

/// draft-ietf-nvo3-vxlan-gpe, 3: flags with the I bit, and the P bit where the next protocol is said; reserved (2), next protocol, VNI (3),
/// reserved; then IPv4, IPv6 or Ethernet.
fn vxlan_gpe<'a>(carrier: Carrier, bytes: &'a [u8]) -> Option<Result<Packet<'a>, Stop>> {
    let (flags, next) = (u8_at(bytes, 0)?, u8_at(bytes, 3)?);
    let kind = match next {
        0 if flags & 4 == 0 => ETHERTYPE_TEB,
        1 => shim::ETHERTYPE_IPV4,
        2 => shim::ETHERTYPE_IPV6,
        3 => ETHERTYPE_TEB,
        _ => return None,
    };
    let (id, rest) = (u32_at(bytes, 4)? >> 8, after(bytes, 8)?);
    // Version 0, the I bit, no reserved bit.
    (flags & 0xf8 == 8 && u16_at(bytes, 1)? == 0).then(|| {
        let mut walk = inside(carrier, PORT_VXLAN_GPE, id);
        walk.step()?;
        let (inner, walk) = shim::ethertype(kind, rest, walk)?;
        ip::packet(inner, walk)
    })
}

/// RFC 8926, 3.4: version (2 bits) 0, length of options in words (6), flags, protocol, VNI (3), reserved; options; then the protocol.
fn geneve<'a>(carrier: Carrier, bytes: &'a [u8]) -> Option<Result<Packet<'a>, Stop>> {
    let (first, kind, id) = (u8_at(bytes, 0)?, u16_at(bytes, 2)?, u32_at(bytes, 4)?);
    let plausible = first < 0x40 && id & 0xff == 0 && matches!(kind, ETHERTYPE_TEB | shim::ETHERTYPE_IPV4 | shim::ETHERTYPE_IPV6);
    let rest = after(bytes, 8 + usize::from(first & 0x3f) * 4)?;
    plausible.then(|| {
        let mut walk = inside(carrier, PORT_GENEVE, id >> 8);
        walk.step()?;
        let (inner, walk) = shim::ethertype(kind, rest, walk)?;
        ip::packet(inner, walk)
    })
}

/// The packet in a G-PDU. The header does not say what it carries: IP by its version, or Ethernet that carries IP (PDU sessions of type
/// Ethernet, 3GPP TS 23.501, 5.6.10.2); all else is none of ours and stays a datagram.
fn gtp_u<'a>(carrier: Carrier, bytes: &'a [u8]) -> Option<Result<Packet<'a>, Stop>> {
    let (id, carried) = in_gtp_u(bytes)?;
    let walk = inside(carrier, PORT_GTP_U, id);
    if is_ip(carried) {
        return Some(ip::packet(carried, walk));
    }
    let (packet, walk) = shim::ethernet(carried, walk).ok()?;
    shim::fits_ip(packet).then(|| ip::packet(packet, walk))
}

/// Whether the version of `bytes` is one of IP.
pub(super) fn is_ip(bytes: &[u8]) -> bool {
    matches!(bytes.first().map(|first| first >> 4), Some(4 | 6))
}

/// The tunnel and the payload of a G-PDU. 3GPP TS 29.281, 5.1: version 1 with E, S and PN bits, type 255 (G-PDU), length, TEID; sequence and
/// extensions where a bit says so.
pub(super) fn in_gtp_u(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (first, kind, length, id) = (u8_at(bytes, 0)?, u8_at(bytes, 1)?, u16_at(bytes, 2)?, u32_at(bytes, 4)?);
    if first & 0xf0 != 0x30 || kind != 0xff || length == 0 {
        return None;
    }
    let mut at = 8_usize;
    if first & 7 != 0 {
        let mut next = u8_at(bytes, 11)?;
        at = 12;
        // 5.2.1: length in words, content, type of the next one; the E bit says whether the first type counts.
        while first & 4 != 0 && next != 0 {
            let len = usize::from(u8_at(bytes, at).filter(|words| *words > 0)?) * 4;
            next = u8_at(bytes, (at + len).checked_sub(1)?)?;
            at += len;
        }
    }
    Some((id, after(bytes, at)?))
}

/// RFC 4380, 5.1.1: an authentication and an origin may stand ahead, then a whole IPv6 packet.
fn teredo<'a>(carrier: Carrier, bytes: &'a [u8]) -> Option<Result<Packet<'a>, Stop>> {
    let mut rest = bytes;
    if u16_at(rest, 0)? == 1 {
        // Identifier and value with their lengths, a nonce, a confirmation.
        let (identifier, value) = (u8_at(rest, 2)?, u8_at(rest, 3)?);
        rest = after(rest, 13 + usize::from(identifier) + usize::from(value))?;
    }
    if u16_at(rest, 0)? == 0 {
        rest = after(rest, 8)?;
    }
    let is_whole = u8_at(rest, 0)? >> 4 == 6 && shim::fits_ip(rest);
    is_whole.then(|| ip::packet(rest, inside(carrier, PORT_TEREDO, 0)))
}
