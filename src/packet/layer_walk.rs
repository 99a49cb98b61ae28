//! Takes the octets of a frame, adds a layer for each header that it knows.
//!
//! Invariant: each step takes octets away from the front, and [`Layers::push`] ends what has too many headers. The clauses are those of
//! `link`, `shim`, `ip` and `tunnel`, whose walk decides; this one only tells.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::layers::{Ethernet, Ipv4, Ipv6, Layer, Layers, Order, Tcp, Udp};
use super::octets::{after, u8_at, u16_at, u16_le_at, u32_at, u32_le_at};
use super::path::Path;
use super::walk::Walk;
use crate::capture::Frame;
use crate::evidence::Transport;

/// The IANA numbers of what IP carries.
mod protocol {
    pub(super) const HOP_BY_HOP: u8 = 0;
    pub(super) const IPV4: u8 = 4;
    pub(super) const TCP: u8 = 6;
    pub(super) const UDP: u8 = 17;
    pub(super) const IPV6: u8 = 41;
    pub(super) const ROUTING: u8 = 43;
    pub(super) const FRAGMENT: u8 = 44;
    pub(super) const GRE: u8 = 47;
    pub(super) const AUTHENTICATION: u8 = 51;
    pub(super) const DESTINATION: u8 = 60;
}

/// The layers of a frame by its link type.
pub(super) fn link(frame: &Frame<'_>, layers: &mut Layers) -> Option<()> {
    let data = frame.data;
    match frame.link_type.0 {
        1 => ethernet(data, layers),
        12 | 14 | 101 => {
            named("raw", layers)?;
            ip(data, layers)
        }
        228 | 229 => ip(data, layers),
        113 => {
            named("sll", layers)?;
            ethertype(u16_at(data, 14)?, after(data, 16)?, layers)
        }
        276 => {
            named("sll", layers)?;
            ethertype(u16_at(data, 0)?, after(data, 20)?, layers)
        }
        0 | 108 => {
            named("null", layers)?;
            ip(after(data, 4)?, layers)
        }
        9 | 50 => ppp(data, layers),
        51 => pppoe(data, layers),
        104 => cisco_hdlc(data, layers),
        105 => passed_over(&["wlan", "llc"], frame, layers),
        127 => passed_over(&["radiotap", "wlan_radio", "wlan", "llc"], frame, layers),
        192 if u32_le_at(data, 4)? == 1 => {
            named("ppi", layers)?;
            named("pcap_pktdata", layers)?;
            ethernet(after(data, u16_le_at(data, 2)?.into())?, layers)
        }
        192 if u32_le_at(data, 4)? == 105 => passed_over(&["ppi", "wlan_radio", "wlan", "llc"], frame, layers),
        192 => passed_over(&["ppi"], frame, layers),
        109 => passed_over(&["enc"], frame, layers),
        239 => passed_over(&["nflog"], frame, layers),
        252 => named("exported_pdu", layers),
        _ => None,
    }
}

fn named(name: &'static str, layers: &mut Layers) -> Option<()> {
    layers.push(Layer::Named(name)).then_some(())
}

/// The headers `names`, which say nothing that is asked for, and the packet to which the first walk finds its way through them.
fn passed_over(names: &[&'static str], frame: &Frame<'_>, layers: &mut Layers) -> Option<()> {
    let (packet, _) = super::link::network(frame.link_type, frame.data, Walk::new(frame.interface, 0)).ok()?;
    names.iter().try_for_each(|name| named(name, layers))?;
    ip(packet, layers)
}

fn ethernet(data: &[u8], layers: &mut Layers) -> Option<()> {
    let (destination, rest) = data.split_first_chunk::<6>()?;
    let (source, rest) = rest.split_first_chunk::<6>()?;
    layers.push(Layer::Ethernet(Ethernet { source: *source, destination: *destination })).then_some(())?;
    ethertype(u16_at(rest, 0)?, after(rest, 2)?, layers)
}

/// What `kind` announces.
fn ethertype(kind: u16, rest: &[u8], layers: &mut Layers) -> Option<()> {
    if kind <= 1500 {
        named("llc", layers)?;
        return match (u8_at(rest, 0)?, u8_at(rest, 1)?) {
            (0xaa, 0xaa) => network(u16_at(rest, 6)?, after(rest, 8)?, layers),
            (0x06, 0x06) => ip(after(rest, 3)?, layers),
            _ => None,
        };
    }
    named("ethertype", layers)?;
    network(kind, rest, layers)
}

/// What stands behind an ethertype.
fn network(kind: u16, rest: &[u8], layers: &mut Layers) -> Option<()> {
    match kind {
        0x0800 | 0x86dd => ip(rest, layers),
        0x8100 | 0x88a8 | 0x9100 | 0x9200 => {
            layers.push(Layer::Vlan(u16_at(rest, 0)? & 0x0fff)).then_some(())?;
            ethertype(u16_at(rest, 2)?, after(rest, 4)?, layers)
        }
        0x8926 => {
            named("vntag", layers)?;
            ethertype(u16_at(rest, 4)?, after(rest, 6)?, layers)
        }
        0x8847 | 0x8848 => mpls(rest, layers),
        0x8864 => pppoe(rest, layers),
        0x6558 => ethernet(rest, layers),
        _ => None,
    }
}

/// A stack of labels; what Ethernet in a pseudo-wire holds is left to the first walk.
fn mpls(mut rest: &[u8], layers: &mut Layers) -> Option<()> {
    loop {
        named("mpls", layers)?;
        let label = u32_at(rest, 0)?;
        rest = after(rest, 4)?;
        if label & 0x100 != 0 {
            return super::shim::fits_ip(rest).then(|| ip(rest, layers))?;
        }
    }
}

fn pppoe(rest: &[u8], layers: &mut Layers) -> Option<()> {
    named("pppoes", layers)?;
    ppp(after(rest, 6)?, layers)
}

fn cisco_hdlc(data: &[u8], layers: &mut Layers) -> Option<()> {
    named("chdlc", layers)?;
    network(u16_at(data, 2)?, after(data, 4)?, layers)
}

fn ppp(data: &[u8], layers: &mut Layers) -> Option<()> {
    named("ppp", layers)?;
    if matches!(u8_at(data, 0)?, 0x0f | 0x8f) {
        return cisco_hdlc(data, layers);
    }
    let data = if u8_at(data, 0)? == 0xff { after(data, 2)? } else { data };
    let first = u8_at(data, 0)?;
    let (kind, rest) = if first & 1 == 1 { (u16::from(first), after(data, 1)?) } else { (u16_at(data, 0)?, after(data, 2)?) };
    match kind {
        0x0021 | 0x0057 => ip(rest, layers),
        0x0281 | 0x0283 => mpls(rest, layers),
        _ => None,
    }
}

fn ip(bytes: &[u8], layers: &mut Layers) -> Option<()> {
    match u8_at(bytes, 0)? >> 4 {
        4 => version4(bytes, layers),
        6 => version6(bytes, layers),
        _ => None,
    }
}

fn version4(bytes: &[u8], layers: &mut Layers) -> Option<()> {
    let header_len = usize::from(u8_at(bytes, 0)? & 0xf) * 4;
    let (length, flags) = (u16_at(bytes, 2)?, u16_at(bytes, 6)?);
    let header = Ipv4 {
        source: Ipv4Addr::from_bits(u32_at(bytes, 12)?),
        destination: Ipv4Addr::from_bits(u32_at(bytes, 16)?),
        protocol: u8_at(bytes, 9)?,
        ttl: u8_at(bytes, 8)?,
        dscp: u8_at(bytes, 1)? >> 2,
        identification: u16_at(bytes, 4)?,
        length,
        fragment_offset: (flags & 0x1fff) << 3,
        more_fragments: flags & 0x2000 != 0,
    };
    layers.push(Layer::Ipv4(header)).then_some(())?;
    if header.more_fragments || header.fragment_offset != 0 {
        return None;
    }
    // A length of 0 says that the card was to cut the packet: all of the frame is its.
    let length = if usize::from(length) < header_len { bytes.len() } else { usize::from(length) };
    transport(header.protocol, after(bytes, header_len)?, length.saturating_sub(header_len), layers)
}

fn version6(bytes: &[u8], layers: &mut Layers) -> Option<()> {
    let address = |at: usize| after(bytes, at)?.first_chunk::<16>().copied().map(Ipv6Addr::from);
    let length = u16_at(bytes, 4)?;
    let header = Ipv6 {
        source: address(8)?,
        destination: address(24)?,
        next: u8_at(bytes, 6)?,
        hop_limit: u8_at(bytes, 7)?,
        dscp: (u16_at(bytes, 0)? >> 6 & 0x3f) as u8,
        length,
    };
    layers.push(Layer::Ipv6(header)).then_some(())?;
    let mut rest = after(bytes, 40)?;
    let mut left = if length == 0 { rest.len() } else { usize::from(length) };
    let mut next = header.next;
    loop {
        let (name, len) = match next {
            protocol::HOP_BY_HOP => ("ipv6.hopopts", usize::from(u8_at(rest, 1)?) * 8 + 8),
            protocol::ROUTING => ("ipv6.routing", usize::from(u8_at(rest, 1)?) * 8 + 8),
            protocol::DESTINATION => ("ipv6.dstopts", usize::from(u8_at(rest, 1)?) * 8 + 8),
            protocol::AUTHENTICATION => ("ah", usize::from(u8_at(rest, 1)?) * 4 + 8),
            protocol::FRAGMENT => {
                named("ipv6.fraghdr", layers)?;
                // An atomic fragment is a whole datagram (RFC 6946).
                if u16_at(rest, 2)? & 0xfff9 != 0 {
                    return None;
                }
                next = u8_at(rest, 0)?;
                (rest, left) = (after(rest, 8)?, left.saturating_sub(8));
                continue;
            }
            _ => return transport(next, rest, left, layers),
        };
        named(name, layers)?;
        next = u8_at(rest, 0)?;
        (rest, left) = (after(rest, len)?, left.saturating_sub(len));
    }
}

/// What an IP payload of `length` octets holds, of which `bytes` are there.
fn transport(kind: u8, bytes: &[u8], length: usize, layers: &mut Layers) -> Option<()> {
    match kind {
        protocol::UDP => {
            let ports = (u16_at(bytes, 0)?, u16_at(bytes, 2)?);
            let header = Udp { source_port: ports.0, destination_port: ports.1, length: u16_at(bytes, 4)?, stream: None };
            layers.push(Layer::Udp(header)).then_some(())?;
            over_udp(ports.1, after(bytes, 8)?, layers)
        }
        protocol::TCP => {
            let header_len = usize::from(u8_at(bytes, 12)? >> 4) * 4;
            let header = Tcp {
                source_port: u16_at(bytes, 0)?,
                destination_port: u16_at(bytes, 2)?,
                sequence: u32_at(bytes, 4)?,
                acknowledgment: u32_at(bytes, 8)?,
                flags: u8_at(bytes, 13)?,
                len: u32::try_from(length.saturating_sub(header_len)).unwrap_or(u32::MAX),
                stream: None,
                relative_sequence: None,
                order: Order::InOrder,
            };
            layers.push(Layer::Tcp(header)).then_some(())
        }
        protocol::IPV4 | protocol::IPV6 => ip(bytes, layers),
        protocol::GRE => gre(bytes, layers),
        protocol::AUTHENTICATION => {
            named("ah", layers)?;
            let len = usize::from(u8_at(bytes, 1)?) * 4 + 8;
            transport(u8_at(bytes, 0)?, after(bytes, len)?, length.saturating_sub(len), layers)
        }
        _ => None,
    }
}

fn gre(bytes: &[u8], layers: &mut Layers) -> Option<()> {
    let (flags, kind) = (u16_at(bytes, 0)?, u16_at(bytes, 2)?);
    let has = |bit: u16| usize::from(flags & bit != 0);
    if flags & 7 == 1 && kind == 0x880b {
        named("gre", layers)?;
        return ppp(after(bytes, 8 + 4 * (has(0x1000) + has(0x0080)))?, layers);
    }
    if flags & 0x4007 != 0 {
        return None;
    }
    named("gre", layers)?;
    let rest = after(bytes, 4 + 4 * (has(0x8000) + has(0x2000) + has(0x1000)))?;
    let ahead = match kind {
        0x88be => 8 * has(0x1000),
        0x22eb if u8_at(rest, 11)? & 1 == 1 => 20,
        0x22eb => 12,
        _ => return network(kind, rest, layers),
    };
    named("erspan", layers)?;
    ethernet(after(rest, ahead)?, layers)
}

/// What a datagram to `port` holds, where that is a tunnel of the more usual kinds.
fn over_udp(port: u16, bytes: &[u8], layers: &mut Layers) -> Option<()> {
    match port {
        4789 | 8472 if u8_at(bytes, 0)? == 8 && u32_at(bytes, 0)? == 0x0800_0000 => {
            named("vxlan", layers)?;
            ethernet(after(bytes, 8)?, layers)
        }
        4790 if matches!(u8_at(bytes, 3)?, 1 | 2) => {
            named("vxlan", layers)?;
            ip(after(bytes, 8)?, layers)
        }
        6081 if u8_at(bytes, 0)? < 0x40 && matches!(u16_at(bytes, 2)?, 0x6558 | 0x0800 | 0x86dd) => {
            named("geneve", layers)?;
            network(u16_at(bytes, 2)?, after(bytes, 8 + usize::from(u8_at(bytes, 0)?) * 4)?, layers)
        }
        2152 => {
            let (_, carried) = super::tunnel::in_gtp_u(bytes)?;
            named("gtp", layers)?;
            if super::tunnel::is_ip(carried) { ip(carried, layers) } else { ethernet(carried, layers) }
        }
        _ if super::hep::begins(bytes) => named("hep", layers),
        _ => None,
    }
}

/// An IP header as the first walk has found it.
pub(super) fn ip_between(source: IpAddr, destination: IpAddr, transport: Transport, path: &Path) -> Layer {
    let protocol = if transport == Transport::Udp { protocol::UDP } else { protocol::TCP };
    match (source, destination) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => Layer::Ipv4(Ipv4 {
            source,
            destination,
            protocol,
            ttl: path.hop_limit,
            dscp: 0,
            identification: path.ip_id,
            length: 0,
            fragment_offset: 0,
            more_fragments: false,
        }),
        (source, destination) => {
            let wide = |address: IpAddr| match address {
                IpAddr::V4(address) => address.to_ipv6_mapped(),
                IpAddr::V6(address) => address,
            };
            let (source, destination) = (wide(source), wide(destination));
            Layer::Ipv6(Ipv6 { source, destination, next: protocol, hop_limit: path.hop_limit, dscp: 0, length: 0 })
        }
    }
}
