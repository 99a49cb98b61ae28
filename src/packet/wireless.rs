//! Takes a frame of IEEE 802.11, bare or behind the header of the tool that captured it, gives the IP packet in it.
//!
//! Data frames alone hold packets, behind LLC and SNAP. What is protected stays closed: nobody here has the keys. A check sequence or
//! padding at the end is left to the IP header, which says where it ends. IEEE 802.11, 9.2 and 9.3.2; radiotap.org; PPI 1.0.10.

use super::link;
use super::octets::{after, u8_at, u16_at, u16_le_at, u32_at, u32_le_at};
use super::shim;
use super::walk::{Reached, Stop, Walk};
use crate::capture::LinkType;

/// Octets of an 802.11 header with three addresses.
const HEADER_LEN: usize = 24;
/// Octets of the header of a frame inside an A-MSDU: two addresses and a length.
const SUBFRAME_LEN: usize = 14;
/// How many words of presence bits a radiotap header may have.
const RADIOTAP_WORDS_MAX: usize = 32;

/// The bits of the second octet of the frame control field (9.2.4.1).
mod flag {
    pub(super) const BOTH_DS: u8 = 0x03;
    pub(super) const PROTECTED: u8 = 0x40;
    pub(super) const ORDER: u8 = 0x80;
}

/// What the tool that captured an 802.11 frame says about it.
#[derive(Debug, Clone, Copy, Default)]
struct Capturing {
    /// The header is padded to a multiple of four octets.
    padded: bool,
}

/// The IP packet in an 802.11 frame.
pub(super) fn ieee80211<'a>(data: &'a [u8], walk: Walk) -> Reached<'a> {
    frame(data, Capturing::default(), walk)
}

/// The IP packet in an 802.11 frame behind a radiotap header: version 0, pad, length, words of presence bits, fields; all little-endian.
pub(super) fn radiotap<'a>(data: &'a [u8], walk: Walk) -> Reached<'a> {
    let stop = Stop::short("radiotap header", 8, data);
    let (version, len) = (u8_at(data, 0).ok_or(stop)?, usize::from(u16_le_at(data, 2).ok_or(stop)?));
    if version != 0 || len < 8 {
        return Err(stop);
    }
    let rest = after(data, len).ok_or(Stop::short("radiotap header", len, data))?;
    let present = u32_le_at(data, 4).ok_or(stop)?;
    let mut fields = 8_usize;
    // Bit 31 of each word says that another word follows.
    while u32_le_at(data, fields - 4).is_some_and(|word| word >> 31 == 1) {
        fields += 4;
        if fields > 4 + RADIOTAP_WORDS_MAX * 4 {
            return Err(stop);
        }
    }
    // Bit 0 is the time (eight octets, aligned so), bit 1 the flags behind it, of which 0x20 says that the header is padded.
    let at = if present & 1 == 1 { fields.next_multiple_of(8) + 8 } else { fields };
    let padded = present & 2 != 0 && at < len && u8_at(data, at).is_some_and(|flags| flags & 0x20 != 0);
    frame(rest, Capturing { padded }, walk)
}

/// Per-packet information: version 0, flags, length, link type, fields; all little-endian. Then a frame of that link type.
pub(super) fn ppi<'a>(data: &'a [u8], mut walk: Walk) -> Reached<'a> {
    let stop = Stop::short("PPI header", 8, data);
    walk.step()?;
    let (version, len) = (u8_at(data, 0).ok_or(stop)?, usize::from(u16_le_at(data, 2).ok_or(stop)?));
    let link_type = u32_le_at(data, 4).ok_or(stop)?;
    if version != 0 || len < 8 {
        return Err(stop);
    }
    let rest = after(data, len).ok_or(Stop::short("PPI header", len, data))?;
    u16::try_from(link_type).map_or(Err(Stop::UnknownLink(u16::MAX)), |link_type| link::network(LinkType(link_type), rest, walk))
}

/// The IP packet in the 802.11 frame `data`.
fn frame<'a>(data: &'a [u8], capturing: Capturing, mut walk: Walk) -> Reached<'a> {
    walk.step()?;
    let stop = Stop::short("IEEE 802.11 header", HEADER_LEN, data);
    let (kind, flags) = (u8_at(data, 0).ok_or(stop)?, u8_at(data, 1).ok_or(stop)?);
    // Version 0 (two bits), type 2 (two bits), subtype: 0x40 of it is "no data", 0x80 is QoS.
    if kind & 0x0f != 0x08 || kind & 0x40 != 0 || flags & flag::PROTECTED != 0 {
        return Err(Stop::NotOurs);
    }
    let (low, middle, high) = (u32_at(data, 4).ok_or(stop)?, u32_at(data, 8).ok_or(stop)?, u32_at(data, 12).ok_or(stop)?);
    // The pieces of a frame but the first begin with no header that could be read.
    if u16_le_at(data, 22).ok_or(stop)? & 0x0f != 0 {
        return Err(Stop::NotOurs);
    }
    walk.path.pass_link(u64::from(low) << 32 | u64::from(middle), u64::from(high));
    let mut at = HEADER_LEN;
    if flags & flag::BOTH_DS == flag::BOTH_DS {
        at += 6;
    }
    let mut aggregated = false;
    if kind & 0x80 != 0 {
        aggregated = u8_at(data, at).ok_or(stop)? & 0x80 != 0;
        at += if flags & flag::ORDER != 0 { 6 } else { 2 };
    }
    if capturing.padded {
        at = at.next_multiple_of(4);
    }
    let body = after(data, at).ok_or(Stop::short("IEEE 802.11 header", at, data))?;
    if aggregated { subframe(body, walk) } else { shim::llc(body, walk) }
}

/// The IP packet in an A-MSDU of one frame (9.3.2.2.2): two addresses, a length, then LLC.
fn subframe<'a>(body: &'a [u8], mut walk: Walk) -> Reached<'a> {
    let stop = Stop::short("A-MSDU subframe header", SUBFRAME_LEN, body);
    let len = usize::from(u16_at(body, 12).ok_or(stop)?);
    let rest = after(body, SUBFRAME_LEN).ok_or(stop)?;
    // Behind the last one stands a check sequence at most; a second frame has a header and more. One walk gives one packet.
    if rest.len() > len.next_multiple_of(4) + SUBFRAME_LEN {
        return Err(Stop::TooMany("frames in one A-MSDU"));
    }
    walk.step()?;
    shim::llc(rest, walk)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]
mod tests {
    use super::super::decode_tests::{TEXT, datagram, holds_text, nothing, sip4, sip6};
    use crate::fault::FaultKind;

    const SNAP4: &[u8] = &[0xaa, 0xaa, 3, 0, 0, 0, 8, 0];
    const SNAP6: &[u8] = &[0xaa, 0xaa, 3, 0, 0, 0, 0x86, 0xdd];

    /// A header of `kind` and `flags`, with what follows the third address and the sequence control.
    fn header(kind: u8, flags: u8, more: &[u8]) -> Vec<u8> {
        let addresses = [[2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2], [2, 0, 0, 0, 0, 3]].concat();
        [&[kind, flags, 0x2c, 0], &addresses[..], &[0x10, 0], more].concat()
    }

    fn radiotap(fields: &[u8], present: &[u32]) -> Vec<u8> {
        let len = (4 + present.len() * 4 + fields.len()) as u16;
        let words: Vec<u8> = present.iter().flat_map(|word| word.to_le_bytes()).collect();
        [&[0, 0][..], &len.to_le_bytes(), &words, fields].concat()
    }

    fn ppi(link_type: u32, fields: &[u8]) -> Vec<u8> {
        [&[0, 0][..], &(8 + fields.len() as u16).to_le_bytes(), &link_type.to_le_bytes(), fields].concat()
    }

    #[test]
    fn a_data_frame_leads_to_the_packet() {
        let (four, six) = (sip4(), sip6());
        for (what, header) in [
            ("to the access point", header(0x08, 1, &[])),
            ("from the access point, sent again", header(0x08, 2 | 8, &[])),
            ("ad hoc", header(0x08, 0, &[])),
            ("between access points", header(0x08, 3, &[2, 0, 0, 0, 0, 4])),
            ("QoS", header(0x88, 1, &[5, 0])),
            ("QoS with HT control", header(0x88, 0x82, &[5, 0, 0, 0, 0, 0])),
            ("QoS between access points", header(0x88, 3, &[2, 0, 0, 0, 0, 4, 5, 0])),
        ] {
            holds_text(what, 105, &[&header, SNAP4, &four].concat());
            holds_text(&format!("{what}, FCS"), 105, &[&header, SNAP6, &six, &[1, 2, 3, 4]].concat());
            holds_text(&format!("{what}, radiotap"), 127, &[&radiotap(&[], &[0]), &header, SNAP4, &four].concat());
            holds_text(&format!("{what}, PPI"), 192, &[&ppi(105, &[]), &header, SNAP4, &four].concat());
        }
        let one = [&header(0x88, 1, &[0x80, 0]), &[0; 12][..], &(four.len() as u16 + 8).to_be_bytes(), SNAP4, &four].concat();
        holds_text("A-MSDU of one frame", 105, &one);
        holds_text(
            "Ethernet behind PPI",
            192,
            &[&ppi(1, &[2, 0, 4, 0, 1, 2, 3, 4]), &super::super::bytes::ethernet(0x0800, &four)[..]].concat(),
        );
    }

    #[test]
    fn the_fields_of_radiotap_are_walked_over() {
        let (four, qos) = (sip4(), header(0x88, 1, &[5, 0]));
        // Eight octets of time, the flags, the rate; the presence bits of another name space are in a second word.
        let fields = |flags: u8| [&[7; 8][..], &[flags, 0x0c]].concat();
        holds_text("time and flags", 127, &[&radiotap(&fields(0x10), &[7]), &qos, SNAP4, &four, &[1, 2, 3, 4]].concat());
        holds_text("padded header", 127, &[&radiotap(&fields(0x20), &[7]), &qos, &[0, 0][..], SNAP4, &four].concat());
        let aligned = [&[0; 4][..], &fields(0x20)].concat();
        holds_text("two words", 127, &[&radiotap(&aligned, &[0xa000_0007, 0]), &qos, &[0, 0][..], SNAP4, &four].concat());
        holds_text("flags alone", 127, &[&radiotap(&[0x20, 0], &[2]), &qos, &[0, 0][..], SNAP4, &four].concat());
    }

    #[test]
    fn what_holds_no_readable_packet_is_no_fault() {
        let rest = [SNAP4, &sip4()].concat();
        for (what, header) in [
            ("protected", header(0x08, 0x41, &[])),
            ("no data", header(0x48, 1, &[])),
            ("QoS no data", header(0xc8, 1, &[0, 0])),
            ("beacon", header(0x80, 0, &[])),
            ("acknowledgment", header(0xd4, 0, &[])),
        ] {
            assert_eq!(nothing(105, &[&header[..], &rest].concat()), [], "{what}");
        }
        let mut second_piece = header(0x08, 1, &[]);
        second_piece[22] = 1;
        assert_eq!(nothing(105, &[second_piece, rest.clone()].concat()), []);
        assert_eq!(nothing(105, &[&header(0x08, 1, &[])[..], &[0x42; 40]].concat()), []);
    }

    #[test]
    fn headers_that_cannot_be_are_faults() {
        let good = [&header(0x08, 1, &[]), SNAP4, &sip4()].concat();
        let bad = [FaultKind::BadPacket];
        for short in 0..24 {
            assert_eq!(nothing(105, &good[..short]), bad, "{short}");
        }
        for header in [[0, 0, 7, 0], [1, 0, 8, 0], [0, 0, 0xff, 0xff]] {
            assert_eq!(nothing(127, &[&header[..], &[0; 4], &good].concat()), bad, "{header:?}");
            assert_eq!(nothing(192, &[&header[..], &[105, 0, 0, 0], &good].concat()), bad, "{header:?}");
        }
        assert_eq!(nothing(127, &[&[0, 0, 200, 1][..], &[0xff; 600]].concat()), bad);
        assert_eq!(nothing(192, &[&ppi(9_999_999, &[]), &good[..]].concat()), [FaultKind::UnknownLinkType]);
        assert_eq!(nothing(192, &ppi(192, &[]).repeat(40)), [FaultKind::BoundReached]);
        let subframe = [&[0; 12][..], &(sip4().len() as u16 + 8).to_be_bytes(), SNAP4, &sip4()].concat();
        assert_eq!(nothing(105, &[&header(0x88, 1, &[0x80, 0])[..], &subframe, &[0; 3], &subframe].concat()), [FaultKind::BoundReached]);
    }

    #[test]
    fn both_ways_over_an_access_point_are_told_apart() {
        let [to, from] = [1, 2].map(|flags| [&header(0x08, flags, &[]), SNAP4, &sip4()].concat());
        let mut relayed = from.clone();
        relayed[9] = 9;
        assert_eq!(datagram(105, &to).payload, TEXT);
        assert!(!datagram(105, &relayed).path.is_same_way(&datagram(105, &to).path));
    }
}
