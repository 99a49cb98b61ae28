//! Takes one record of a capture file, gives a frame: number, time, link type and octets, borrowed from the reader's buffer.

use crate::evidence::Timestamp;

/// The link type of a frame: the number of the pcap registry, FCS bits taken off (`1` Ethernet, `113` Linux cooked, ...).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkType(pub u16);

/// One packet as a capture holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The frame's number in its capture, from 1, as Wireshark counts.
    pub number: u64,
    /// When it was captured.
    pub time: Timestamp,
    /// What its first octets are.
    pub link_type: LinkType,
    /// The interface it came in by: index over the whole capture, from 0.
    pub interface: u32,
    /// The octets that were kept.
    pub data: &'a [u8],
    /// How many octets the packet had on the wire; more than `data` holds where the capture cut it.
    pub original_len: u32,
    /// Where the record starts, in octets from the start of the (uncompressed) file.
    pub offset: u64,
}
