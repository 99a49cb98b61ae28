//! Takes what lies around a packet, gives the way by which it came into the capture.
//!
//! Two sightings of one packet differ in their paths where a mirror port, a router or a tunnel stands between them; a packet that was sent
//! again has the same path and another IP identification. `flow::Copies` tells the one from the other.

use std::fmt;

/// How many VLAN ids of a packet are kept, outermost first; more are walked over.
pub const VLANS_KEPT: usize = 4;

/// The VLAN ids around a packet, outermost first (IEEE 802.1Q, 9.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Vlans {
    ids: [u16; VLANS_KEPT],
    count: u8,
}

impl Vlans {
    /// Adds the VLAN id of the tag control information `tci`.
    fn push(&mut self, tci: u16) {
        if let Some(free) = self.ids.get_mut(usize::from(self.count)) {
            *free = tci & 0x0fff;
            self.count += 1;
        }
    }

    /// Adds the VLAN tag at the front of `bytes`; gives the ethertype behind it and what follows (IEEE 802.1Q, 9.6).
    #[inline]
    pub(super) fn pass_tag<'a>(&mut self, bytes: &'a [u8]) -> Option<(u16, &'a [u8])> {
        let ([high, low, kind_high, kind_low], rest) = bytes.split_first_chunk::<4>()?;
        self.push(u16::from_be_bytes([*high, *low]));
        Some((u16::from_be_bytes([*kind_high, *kind_low]), rest))
    }

    /// The ids that were kept.
    #[must_use]
    pub fn ids(&self) -> &[u16] {
        self.ids.get(..usize::from(self.count)).unwrap_or_default()
    }
}

/// The way by which a packet came into the capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Path {
    /// The interface of the frame.
    pub interface: u32,
    /// A hash of the link addresses around the packet; 0 where the link has none.
    pub link: u32,
    /// A hash of the tunnels around the packet (kind, id, outer addresses); 0 outside of any.
    pub tunnel: u32,
    /// The VLAN ids around the packet.
    pub vlans: Vlans,
    /// TTL or hop limit of the innermost IP header.
    pub hop_limit: u8,
    /// Identification of the innermost IPv4 header; 0 in IPv6.
    pub ip_id: u16,
}

impl Path {
    /// A way that begins on `interface`.
    #[inline]
    pub(super) const fn from_interface(interface: u32) -> Self {
        Self { interface, link: 0, tunnel: 0, vlans: Vlans { ids: [0; VLANS_KEPT], count: 0 }, hop_limit: 0, ip_id: 0 }
    }

    /// Whether both paths are the same way, whatever the packet's own IP identification is.
    #[must_use]
    pub fn is_same_way(&self, other: &Self) -> bool {
        Self { ip_id: 0, ..*self } == Self { ip_id: 0, ..*other }
    }

    /// Takes the link addresses in `words` into the path.
    pub(super) const fn pass_link(&mut self, addresses: u64, rest: u64) {
        self.link = mixed(mixed(self.link, addresses), rest);
    }

    /// Takes a tunnel of `kind` with `id` into the path.
    pub(super) const fn pass_tunnel(&mut self, kind: u16, id: u32) {
        self.tunnel = mixed(mixed(self.tunnel, kind as u64), id as u64);
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "interface {}", self.interface)?;
        for id in self.vlans.ids() {
            write!(f, ", vlan {id}")?;
        }
        if self.tunnel != 0 {
            f.write_str(", in a tunnel")?;
        }
        write!(f, ", hop limit {}", self.hop_limit)
    }
}

/// `seed` and `word` as one number; equal inputs give equal numbers, others nearly always others.
const fn mixed(seed: u32, word: u64) -> u32 {
    let product = (word ^ ((seed as u64) << 32) ^ seed as u64).wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xd6e8_feb8_6659_fd93);
    ((product >> 32) ^ product) as u32
}
