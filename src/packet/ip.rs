//! Takes the octets of an IP packet, gives what it carries: a datagram, a segment, a fragment, or the packet of a tunnel.
//!
//! Lengths lie: the payload ends where the IP header says, or where the frame ends if that is sooner; how much is missing then is told.
//! An IPv4 total length of 0 (segmentation left to the card) means all of the frame. IPv4 options and IPv6 extension headers are walked
//! over. RFC 791, 3.1; RFC 8200, 4.

use std::net::IpAddr;

use etherparse::{IpNumber, Ipv6ExtensionSlice, Ipv6ExtensionsSlice, LaxIpPayloadSlice, LaxIpSlice, LaxIpv4Slice, LaxIpv6Slice, LenSource};

use super::decode::Packet;
use super::path::Path;
use super::walk::{Stop, Walk};
use super::{transport, tunnel};

/// Octets of the IPv6 header.
const IPV6_LEN: usize = 40;

/// What an IP packet says about its payload: between whom it goes, and by which way it came.
#[derive(Debug, Clone, Copy)]
pub struct Carrier {
    /// The sender.
    pub source: IpAddr,
    /// The receiver.
    pub destination: IpAddr,
    /// The protocol of the payload, by its IANA number.
    pub protocol: u8,
    /// The walk that led here, so that [`super::resume`] goes on with what is left of its budget.
    pub(super) walk: Walk,
}

impl Carrier {
    /// The way by which the packet came into the capture.
    #[must_use]
    pub const fn path(&self) -> Path {
        self.walk.path
    }
}

/// A piece of an IP datagram.
#[derive(Debug, Clone, Copy)]
pub struct Fragment<'a> {
    /// Between whom, by which way, and of which protocol; in IPv6 the protocol of the first fragment counts (RFC 8200, 4.5).
    pub carrier: Carrier,
    /// What the pieces of one datagram have in common.
    pub identification: u32,
    /// Where the piece stands in the datagram's payload, in octets; a multiple of 8.
    pub offset: u16,
    /// Whether pieces follow.
    pub more: bool,
    /// The octets of the piece that the capture kept.
    pub payload: &'a [u8],
    /// Octets of the piece that the capture did not keep.
    pub missing: u32,
}

/// What the IP packet in `bytes` carries.
pub(super) fn packet(bytes: &[u8], mut walk: Walk) -> Result<Packet<'_>, Stop> {
    walk.step()?;
    let Ok((slice, broken)) = LaxIpSlice::from_slice(bytes) else {
        return Err(Stop::short("IP header", if bytes.first().is_some_and(|first| first >> 4 == 6) { IPV6_LEN } else { 20 }, bytes));
    };
    match &slice {
        LaxIpSlice::Ipv4(ip) => version4(ip, bytes, walk),
        // Behind a fragment header stands a piece of the payload, which etherparse reads as a header where the first piece begins with one.
        LaxIpSlice::Ipv6(ip) if broken.is_none() || ip.is_payload_fragmented() => version6(ip, bytes, walk),
        LaxIpSlice::Ipv6(_) => Err(Stop::short("IPv6 extension header", 8, bytes)),
    }
}

fn version4<'a>(ip: &LaxIpv4Slice<'a>, bytes: &'a [u8], mut walk: Walk) -> Result<Packet<'a>, Stop> {
    let header = ip.header();
    walk.path.hop_limit = header.ttl();
    walk.path.ip_id = header.identification();
    let (source, destination) = (IpAddr::V4(header.source_addr()), IpAddr::V4(header.destination_addr()));
    let missing = missing(ip.payload(), usize::from(header.total_len()), bytes, walk.cut);
    if !ip.is_payload_fragmented() {
        let carrier = Carrier { source, destination, protocol: ip.payload().ip_number.0, walk };
        return payload(carrier, ip.payload().payload, missing);
    }
    // The pieces of a datagram begin behind the IP header, even where the first of them goes on with an authentication header.
    let start = header.slice().len();
    let end = if usize::from(header.total_len()) < start { bytes.len() } else { bytes.len().min(usize::from(header.total_len())) };
    Ok(Packet::Fragment(Fragment {
        carrier: Carrier { source, destination, protocol: header.protocol().0, walk },
        identification: u32::from(header.identification()),
        offset: header.fragments_offset().byte_offset(),
        more: header.more_fragments(),
        payload: bytes.get(start..end).unwrap_or_default(),
        missing,
    }))
}

fn version6<'a>(ip: &LaxIpv6Slice<'a>, bytes: &'a [u8], mut walk: Walk) -> Result<Packet<'a>, Stop> {
    let header = ip.header();
    walk.path.hop_limit = header.hop_limit();
    walk.path.ip_id = 0;
    let (source, destination) = (IpAddr::V6(header.source_addr()), IpAddr::V6(header.destination_addr()));
    let missing = missing(ip.payload(), usize::from(header.payload_length()).saturating_add(IPV6_LEN), bytes, walk.cut);
    if !ip.is_payload_fragmented() {
        let carrier = Carrier { source, destination, protocol: ip.payload().ip_number.0, walk };
        return payload(carrier, ip.payload().payload, missing);
    }
    fragment6(ip, bytes, Carrier { source, destination, protocol: 0, walk }, missing)
}

/// The fragment that an IPv6 packet with a fragment header is.
fn fragment6<'a>(ip: &LaxIpv6Slice<'a>, bytes: &'a [u8], carrier: Carrier, missing: u32) -> Result<Packet<'a>, Stop> {
    let extensions = ip.extensions();
    let end = IPV6_LEN.saturating_add(extensions.slice().len()).saturating_add(ip.payload().payload.len());
    let mut start = IPV6_LEN;
    for extension in extensions.clone() {
        start = start.saturating_add(extension_len(&extension));
        if let Ipv6ExtensionSlice::Fragment(fragment) = extension
            && fragment.is_fragmenting_payload()
        {
            // All that follows the fragment header is payload of the datagram, further extension headers too (RFC 8200, 4.5).
            return Ok(Packet::Fragment(Fragment {
                carrier: Carrier { protocol: fragment.next_header().0, ..carrier },
                identification: fragment.identification(),
                offset: fragment.fragment_offset().byte_offset(),
                more: fragment.more_fragments(),
                payload: bytes.get(start..end).unwrap_or_default(),
                missing,
            }));
        }
    }
    Err(Stop::NotOurs)
}

/// Octets of an IPv6 extension header.
fn extension_len(extension: &Ipv6ExtensionSlice<'_>) -> usize {
    match extension {
        Ipv6ExtensionSlice::HopByHop(header) | Ipv6ExtensionSlice::Routing(header) | Ipv6ExtensionSlice::DestinationOptions(header) => {
            header.slice().len()
        }
        Ipv6ExtensionSlice::Fragment(header) => header.slice().len(),
        Ipv6ExtensionSlice::Authentication(header) => header.slice().len(),
    }
}

/// How many octets of an IP packet of `total` octets are missing behind `bytes`.
fn missing(payload: &LaxIpPayloadSlice<'_>, total: usize, bytes: &[u8], cut: u32) -> u32 {
    if payload.incomplete {
        u32::try_from(total.saturating_sub(bytes.len())).unwrap_or(u32::MAX)
    } else if payload.len_source == LenSource::Slice {
        // The header does not say how long the packet was: all that the capture cut from the frame may be its.
        cut
    } else {
        0
    }
}

/// What the whole IP payload `bytes` holds, behind which `missing` octets are not in the capture.
fn payload<'a>(carrier: Carrier, bytes: &'a [u8], missing: u32) -> Result<Packet<'a>, Stop> {
    match IpNumber(carrier.protocol) {
        IpNumber::UDP => transport::datagram(carrier, bytes, missing),
        IpNumber::TCP => transport::segment(carrier, bytes, missing),
        _ => tunnel::over_ip(carrier, bytes),
    }
}

/// What a reassembled IP payload holds; extension headers that were inside the pieces are walked over here.
pub(super) fn reassembled<'a>(carrier: &Carrier, bytes: &'a [u8], missing: u32) -> Result<Packet<'a>, Stop> {
    let (extensions, protocol, rest, broken) = Ipv6ExtensionsSlice::from_slice_lax(IpNumber(carrier.protocol), bytes);
    match broken {
        None if !extensions.is_fragmenting_payload() => payload(Carrier { protocol: protocol.0, ..*carrier }, rest, missing),
        // A fragment header inside of fragments: no sender does that.
        None => Err(Stop::NotOurs),
        Some(_) => Err(Stop::short("extension header", 8, bytes)),
    }
}
