//! Takes one record of a capture file, gives a frame: number, time, link type and octets, borrowed from the reader's buffer.

use std::fmt;

use crate::evidence::Timestamp;

/// The link type of a frame: the number of the pcap registry, FCS bits taken off (`1` Ethernet, `113` Linux cooked, ...).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkType(pub u16);

impl fmt::Display for LinkType {
    /// The name that the pcap registry has for it, else its number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.0 {
            0 => "null",
            1 => "ethernet",
            9 => "ppp",
            50 => "ppp-hdlc",
            51 => "pppoe",
            12 | 14 | 101 => "raw-ip",
            105 => "ieee802-11",
            108 => "loop",
            109 => "enc",
            113 => "linux-sll",
            127 => "ieee802-11-radiotap",
            192 => "ppi",
            228 => "ipv4",
            229 => "ipv6",
            239 => "nflog",
            252 => "wireshark-upper-pdu",
            276 => "linux-sll2",
            number => return write!(f, "{number}"),
        };
        f.write_str(name)
    }
}

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
