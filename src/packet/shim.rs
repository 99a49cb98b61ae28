//! Takes octets and the ethertype that announces them, gives the IP packet behind the tags, labels and sessions between link and network.
//!
//! VLAN tags (IEEE 802.1Q, 802.1ad and the older 9100, 9200), VN-Tag, 802.3 with LLC and SNAP, PPPoE sessions (RFC 2516), MPLS
//! (RFC 3032) with a pseudo-wire control word (RFC 4385).

use super::link;
use super::octets::{after, u8_at, u16_at, u32_at};
use super::walk::{Reached, Stop, Walk};

/// Internet Protocol, version 4.
pub(super) const ETHERTYPE_IPV4: u16 = 0x0800;
/// Internet Protocol, version 6.
pub(super) const ETHERTYPE_IPV6: u16 = 0x86dd;
/// A VLAN tag of IEEE 802.1Q.
pub(super) const ETHERTYPE_VLAN: u16 = 0x8100;
/// MPLS unicast.
pub(super) const ETHERTYPE_MPLS: u16 = 0x8847;
/// MPLS multicast, or with an upstream label.
pub(super) const ETHERTYPE_MPLS_MULTICAST: u16 = 0x8848;
/// Transparent Ethernet bridging: a whole Ethernet frame.
pub(super) const ETHERTYPE_TEB: u16 = 0x6558;
/// A PPPoE session.
const ETHERTYPE_PPPOE: u16 = 0x8864;
/// Cisco VN-Tag: four octets of tag, then an ethertype.
const ETHERTYPE_VNTAG: u16 = 0x8926;
/// Linux cooked frames that are 802.2 say so by this number.
const SLL_802_2: u16 = 0x0004;
/// Octets of the two addresses and the type.
const ETHERNET_LEN: usize = 14;
/// Lengths of IEEE 802.3 end here; ethertypes begin at 0x0600.
const LENGTH_MAX: u16 = 1500;

/// The addresses of an Ethernet header (both, as 8 and 4 octets), its ethertype, and what follows.
#[inline(always)]
pub(super) fn header(data: &[u8]) -> Option<((u64, u64), u16, &[u8])> {
    let (header, rest) = data.split_first_chunk::<ETHERNET_LEN>()?;
    let [a, b, c, d, e, f, g, h, i, j, k, l, high, low] = *header;
    let addresses = (u64::from_be_bytes([a, b, c, d, e, f, g, h]), u64::from(u32::from_be_bytes([i, j, k, l])));
    Some((addresses, u16::from_be_bytes([high, low]), rest))
}

/// The IP packet in an Ethernet frame.
pub(super) fn ethernet<'a>(data: &'a [u8], mut walk: Walk) -> Reached<'a> {
    let Some((addresses, kind, rest)) = header(data) else {
        return Err(Stop::short("Ethernet header", ETHERNET_LEN, data));
    };
    walk.path.pass_link(addresses.0, addresses.1);
    ethertype(kind, rest, walk)
}

/// The IP packet in `rest`, which `kind` announces.
pub(super) fn ethertype<'a>(kind: u16, rest: &'a [u8], walk: Walk) -> Reached<'a> {
    match kind {
        ETHERTYPE_IPV4 | ETHERTYPE_IPV6 => Ok((rest, walk)),
        _ => tagged(kind, rest, walk),
    }
}

/// The IP packet behind whatever else an ethertype may announce.
fn tagged<'a>(kind: u16, rest: &'a [u8], mut walk: Walk) -> Reached<'a> {
    walk.step()?;
    match kind {
        ETHERTYPE_VLAN | 0x88a8 | 0x9100 | 0x9200 => {
            let (kind, rest) = walk.path.vlans.pass_tag(rest).ok_or(Stop::short("VLAN tag", 4, rest))?;
            ethertype(kind, rest, walk)
        }
        ETHERTYPE_VNTAG => {
            let stop = Stop::short("VN-Tag", 6, rest);
            ethertype(u16_at(rest, 4).ok_or(stop)?, after(rest, 6).ok_or(stop)?, walk)
        }
        ETHERTYPE_MPLS | ETHERTYPE_MPLS_MULTICAST => mpls(rest, walk),
        ETHERTYPE_PPPOE => pppoe(rest, walk),
        ETHERTYPE_TEB => ethernet(rest, walk),
        SLL_802_2 | 5..=LENGTH_MAX => llc(rest, walk),
        _ => Err(Stop::NotOurs),
    }
}

/// IEEE 802.2: SNAP (RFC 1042) or IP by its own service access point.
pub(super) fn llc<'a>(rest: &'a [u8], walk: Walk) -> Reached<'a> {
    let stop = Stop::short("LLC header", 8, rest);
    match (u8_at(rest, 0).ok_or(stop)?, u8_at(rest, 1).ok_or(stop)?) {
        (0xaa, 0xaa) => ethertype(u16_at(rest, 6).ok_or(stop)?, after(rest, 8).ok_or(stop)?, walk),
        (0x06, 0x06) => Ok((after(rest, 3).ok_or(stop)?, walk)),
        _ => Err(Stop::NotOurs),
    }
}

/// A PPPoE session: version and type 1, code 0, session, length, then PPP (RFC 2516, 4).
pub(super) fn pppoe<'a>(rest: &'a [u8], walk: Walk) -> Reached<'a> {
    let stop = Stop::short("PPPoE header", 8, rest);
    let (version, code) = (u8_at(rest, 0).ok_or(stop)?, u8_at(rest, 1).ok_or(stop)?);
    if version != 0x11 || code != 0 {
        return Err(Stop::NotOurs);
    }
    link::ppp(after(rest, 6).ok_or(stop)?, walk)
}

/// A stack of MPLS labels down to its bottom, then IP, or Ethernet behind a control word.
pub(super) fn mpls<'a>(mut rest: &'a [u8], mut walk: Walk) -> Reached<'a> {
    loop {
        walk.step()?;
        let stop = Stop::short("MPLS label", 4, rest);
        let label = u32_at(rest, 0).ok_or(stop)?;
        rest = after(rest, 4).ok_or(stop)?;
        // RFC 3032, 2.1: label (20), traffic class (3), bottom of stack (1), TTL (8).
        if label & 0x100 != 0 {
            break;
        }
    }
    // MPLS does not say what it carries. IP shows its version in the first nibble, and RFC 4385 keeps that nibble 0 in a control word, so
    // that a pseudo-wire is told from IP. One without a control word begins with any address: there the ethertype decides.
    match u8_at(rest, 0).map(|first| first >> 4) {
        None => Err(Stop::NotOurs),
        Some(4 | 6) if fits_ip(rest) || !holds_ip_in_ethernet(rest) => Ok((rest, walk)),
        Some(0) if !holds_ip_in_ethernet(rest) => ethernet(after(rest, 4).unwrap_or_default(), walk),
        Some(_) => ethernet(rest, walk),
    }
}

/// Whether `rest`, read as an Ethernet frame with at most one VLAN tag, holds an IP packet that is there as a whole.
pub(super) fn holds_whole_ip_in_ethernet(rest: &[u8]) -> bool {
    let at = if u16_at(rest, 12) == Some(ETHERTYPE_VLAN) { ETHERNET_LEN + 4 } else { ETHERNET_LEN };
    let packet = after(rest, at).unwrap_or_default();
    let version = u8_at(packet, 0).map(|first| first >> 4);
    matches!((u16_at(rest, at - 2), version), (Some(ETHERTYPE_IPV4), Some(4)) | (Some(ETHERTYPE_IPV6), Some(6))) && fits_ip(packet)
}

/// Whether the lengths in `rest`, read as an IP header, lie within `rest`.
fn fits_ip(rest: &[u8]) -> bool {
    match u8_at(rest, 0).map(|first| (first >> 4, first & 0xf)) {
        Some((4, words)) => words >= 5 && u16_at(rest, 2).is_some_and(|total| total >= 20 && usize::from(total) <= rest.len()),
        Some((6, _)) => u16_at(rest, 4).is_some_and(|payload| usize::from(payload) + 40 <= rest.len()),
        _ => false,
    }
}

/// Whether `rest`, read as an Ethernet frame, holds IP of the version that its ethertype says.
fn holds_ip_in_ethernet(rest: &[u8]) -> bool {
    let version = u8_at(rest, ETHERNET_LEN).map(|first| first >> 4);
    matches!((u16_at(rest, 12), version), (Some(ETHERTYPE_IPV4), Some(4)) | (Some(ETHERTYPE_IPV6), Some(6)))
}
