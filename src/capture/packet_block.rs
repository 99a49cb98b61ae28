//! Takes a whole packet block of a pcapng file, gives what it says of its packet.
//!
//! Three kinds: enhanced, simple, and the obsolete one of the first drafts, which pcap-parser leaves to us. Invariant: what is given
//! lies inside the block, padding and options left out.
//! draft-ietf-opsawg-pcapng, 4.3, 4.4 and Appendix A.

use pcap_parser::{parse_enhancedpacketblock_be, parse_enhancedpacketblock_le, parse_simplepacketblock_be, parse_simplepacketblock_le};

use super::byte_order::ByteOrder;
use super::interface::Interface;
use crate::fault::{Fault, FaultKind};

/// Octets of an enhanced, and of an obsolete, packet block ahead of the packet.
const HEADER: u32 = 28;

/// Octets of a simple packet block ahead of the packet.
const SIMPLE_HEADER: u32 = 12;

/// Octets of a block after its body: the length again.
const TRAILER: u32 = 4;

/// What a packet block says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Packet {
    /// Index of the interface in its section.
    pub(super) interface: u32,
    /// The time on the interface's clock, where the block has one.
    pub(super) ticks: Option<u64>,
    /// Where the packet starts in the block.
    pub(super) start: usize,
    /// How many octets of it were kept.
    pub(super) len: u32,
    /// How many it had on the wire.
    pub(super) original_len: u32,
}

impl Packet {
    /// Reads an enhanced packet block.
    #[inline]
    pub(super) fn enhanced(block: &[u8], order: ByteOrder) -> Result<Self, Fault> {
        Self::bare(block, order).map_or_else(|| Self::enhanced_with_options(block, order), Ok)
    }

    /// Reads an enhanced packet block that holds its packet and no options, as nearly all do; nothing of another one.
    ///
    /// Then all is told by the header: type, length, interface, time (2), octets kept and on the wire. The rest must be the packet, its
    /// padding and the length once more.
    #[inline]
    fn bare(block: &[u8], order: ByteOrder) -> Option<Self> {
        let (head, rest) = block.split_first_chunk::<16>()?;
        let (more, _) = rest.split_first_chunk::<16>()?;
        let [_, length, interface, ticks_high] = order.u32s_of(head);
        let [ticks_low, len, original_len, _] = order.u32s_of(more);
        let whole = len.checked_next_multiple_of(4)?.checked_add(HEADER + TRAILER)?;
        let trailer = block.last_chunk::<4>()?;
        (whole == length && block.len() == whole as usize && order.u32_at(trailer, 0) == Some(length)).then_some(Self {
            interface,
            ticks: Some(u64::from(ticks_high) << 32 | u64::from(ticks_low)),
            start: HEADER as usize,
            len,
            original_len,
        })
    }

    fn enhanced_with_options(block: &[u8], order: ByteOrder) -> Result<Self, Fault> {
        let parsed = match order {
            ByteOrder::Little => parse_enhancedpacketblock_le(block),
            ByteOrder::Big => parse_enhancedpacketblock_be(block),
        };
        let Ok((_, packet)) = parsed else { return Err(broken("pcapng enhanced packet block", block, order, 20, HEADER)) };
        Ok(Self {
            interface: packet.if_id,
            ticks: Some(u64::from(packet.ts_high) << 32 | u64::from(packet.ts_low)),
            start: HEADER as usize,
            // pcap-parser has seen that the packet with its padding fits.
            len: packet.caplen,
            original_len: packet.origlen,
        })
    }

    /// Reads a simple packet block, which always belongs to interface 0: its snaplen says how much was kept.
    pub(super) fn simple(block: &[u8], order: ByteOrder, interface: Option<&Interface>) -> Result<Self, Fault> {
        let parsed = match order {
            ByteOrder::Little => parse_simplepacketblock_le(block),
            ByteOrder::Big => parse_simplepacketblock_be(block),
        };
        let Some((_, packet)) = parsed.ok().filter(|(_, packet)| packet.block_len1 == packet.block_len2) else {
            return Err(broken("pcapng simple packet block", block, order, 8, SIMPLE_HEADER));
        };
        let snaplen = interface.map(|interface| interface.snaplen).filter(|&snaplen| snaplen > 0).unwrap_or(u32::MAX);
        let there = u32::try_from(packet.data.len()).unwrap_or(u32::MAX);
        Ok(Self {
            interface: 0,
            ticks: None,
            start: SIMPLE_HEADER as usize,
            len: packet.origlen.min(snaplen).min(there),
            original_len: packet.origlen,
        })
    }

    /// Reads a packet block of the first drafts: interface and drop count of 16 bits each, then as in an enhanced one.
    pub(super) fn obsolete(block: &[u8], order: ByteOrder) -> Result<Self, Fault> {
        let read = || {
            let number = |at| order.u32_at(block, at);
            let length = number(4)?;
            let len = number(20)?;
            let same = number(length.checked_sub(TRAILER)? as usize)? == length;
            let fits = len <= length.checked_sub(HEADER + TRAILER)?;
            (same && fits).then_some(Self {
                interface: order.u16_at(block, 8)?.into(),
                ticks: Some(u64::from(number(12)?) << 32 | u64::from(number(16)?)),
                start: HEADER as usize,
                len,
                original_len: number(24)?,
            })
        };
        read().ok_or_else(|| broken("pcapng packet block", block, order, 20, HEADER))
    }
}

/// The fault of a block of which pcap-parser, or we, can make nothing; the captured length stands at `len_at`.
#[cold]
fn broken(said_by: &'static str, block: &[u8], order: ByteOrder, len_at: usize, header: u32) -> Fault {
    let wanted = order.u32_at(block, len_at).unwrap_or_default().into();
    let had = (block.len() as u64).saturating_sub(u64::from(header + TRAILER));
    Fault::new(FaultKind::BadRecord, said_by).wanted_had(wanted, had)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_block_says_what_the_parser_of_all_blocks_says() {
        for kept in 0..9_u32 {
            let padded = kept.next_multiple_of(4);
            let length = HEADER + TRAILER + padded;
            let mut block: Vec<u8> = [6, length, 2, 0x0005_fb87, 0x1234_5678, kept, 1_500].into_iter().flat_map(u32::to_le_bytes).collect();
            block.resize((HEADER + padded) as usize, 0xab);
            block.extend(length.to_le_bytes());
            let told = Packet::enhanced_with_options(&block, ByteOrder::Little).ok();
            assert!(told.is_some());
            assert_eq!(Packet::bare(&block, ByteOrder::Little), told);
            // Each octet behind the type changed, also those that lie about lengths: the same, or nothing and the parser has the word.
            for at in 4..block.len() {
                for bit in 0..8 {
                    let mut damaged = block.clone();
                    if let Some(octet) = damaged.get_mut(at) {
                        *octet ^= 1 << bit;
                    }
                    if let Some(bare) = Packet::bare(&damaged, ByteOrder::Little) {
                        assert_eq!(Some(bare), Packet::enhanced_with_options(&damaged, ByteOrder::Little).ok(), "octet {at}, bit {bit}");
                    }
                }
            }
        }
    }
}
