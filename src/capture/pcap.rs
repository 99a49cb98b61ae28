//! Takes the octets of a pcap file, gives its records.
//!
//! pcap-parser reads the file header; which layout follows the magic, and what a record header says, is settled here: its four numbers are
//! read in one piece, as the walk from header to header is what a frame without SIP costs. Invariant: a record longer than
//! max(snaplen, [`MAX_PACKET`]) ends the reading, as where the next one starts cannot be known.
//! draft-ietf-opsawg-pcap.

use std::path::Path;

use pcap_parser::parse_pcap_header;

use super::buffer::{Buffer, MAX_BLOCK};
use super::byte_order::ByteOrder;
use super::error::Error;
use super::frame::LinkType;
use super::records::{MAX_PACKET, Record, note_cut};
use crate::evidence::Timestamp;
use crate::fault::{Fault, FaultKind, FaultLog};

/// Octets of the file header.
const FILE_HEADER: usize = 24;

/// Octets of a record header that all layouts share: seconds, fraction, octets kept, octets on the wire.
const RECORD_HEADER: usize = 16;

/// The longest record header of any layout.
const LONGEST_HEADER: usize = 28;

/// How many records are looked at to tell which layout a magic means.
const RECORDS_TO_TRY: usize = 3;

/// The longest packet on the wire that is believed when layouts are told apart.
const MAX_ORIGINAL: u32 = 1 << 28;

/// The longest time between two records that is believed then, in seconds.
const MAX_SILENCE: u32 = 30 * 24 * 3600;

/// What the magic of a file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Magic {
    order: ByteOrder,
    nanosecond: bool,
    /// The lengths that a record header may have under this magic, the usual one first.
    ///
    /// Old kernels' patches wrote longer headers, some without a new magic: Red Hat 6.1 (24) and Nokia (20) under the standard one,
    /// SuSE 6.3 (28) under that of the "modified" layout (24).
    header_lens: &'static [usize],
}

impl Magic {
    fn of(head: &[u8]) -> Option<Self> {
        const STANDARD: &[usize] = &[RECORD_HEADER, 24, 20];
        const NANOSECOND: &[usize] = &[RECORD_HEADER];
        const MODIFIED: &[usize] = &[24, LONGEST_HEADER];
        let of = |order: ByteOrder| {
            let (nanosecond, header_lens) = match order.u32_at(head, 0)? {
                0xa1b2_c3d4 => (false, STANDARD),
                0xa1b2_3c4d => (true, NANOSECOND),
                0xa1b2_cd34 => (false, MODIFIED),
                _ => return None,
            };
            Some(Self { order, nanosecond, header_lens })
        };
        of(ByteOrder::Little).or_else(|| of(ByteOrder::Big))
    }
}

/// What sense records make under a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sense {
    /// One of them says what cannot be.
    None,
    /// None does, but the file ends inside one.
    Cut,
    /// None does.
    Full,
}

/// A pcap file, as its header describes it.
#[derive(Debug, Clone)]
pub(super) struct Pcap {
    order: ByteOrder,
    nanosecond: bool,
    /// Octets of a record header.
    header_len: usize,
    link_type: LinkType,
    /// The longest record that is believed.
    max_packet: u32,
}

impl Pcap {
    /// The decimal places of a second that its times have.
    pub(super) const fn decimals(&self) -> u8 {
        if self.nanosecond { 9 } else { 6 }
    }

    /// Whether a file that starts with `head` is a pcap.
    pub(super) fn is_known(head: &[u8]) -> bool {
        Magic::of(head).is_some()
    }

    /// Reads the file header. `path` is for errors.
    pub(super) fn open(buffer: &mut Buffer, path: &Path) -> Result<Self, Error> {
        buffer.fill_to(FILE_HEADER);
        let head = buffer.available();
        let (Some(magic), Some(&(mut header))) = (Magic::of(head), head.first_chunk::<FILE_HEADER>()) else {
            let (had, wanted) = (head.len() as u64, FILE_HEADER as u64);
            return Err(Error::CutHeader { path: path.to_path_buf(), format: "pcap", had, wanted });
        };
        // The header is the same under each magic, but pcap-parser does not know the big-endian "modified" one.
        let plain: [u8; 4] = match magic.order {
            ByteOrder::Little => 0xa1b2_c3d4_u32.to_le_bytes(),
            ByteOrder::Big => 0xa1b2_c3d4_u32.to_be_bytes(),
        };
        for (octet, plain) in header.iter_mut().zip(plain) {
            *octet = plain;
        }
        let (_, header) = parse_pcap_header(&header).map_err(|_| Error::of_unknown(path, head))?;
        let mut pcap = Self {
            order: magic.order,
            nanosecond: magic.nanosecond,
            header_len: RECORD_HEADER,
            // The upper half of the field tells of frame check sequences.
            link_type: LinkType((header.network.0 & 0xffff) as u16),
            max_packet: header.snaplen.clamp(MAX_PACKET, (MAX_BLOCK - LONGEST_HEADER) as u32),
        };
        buffer.consume(FILE_HEADER);
        pcap.header_len = pcap.layout(magic.header_lens, buffer);
        Ok(pcap)
    }

    /// The record header length under which the first records make sense: the usual one, unless it does not and another does.
    fn layout(&self, header_lens: &[usize], buffer: &mut Buffer) -> usize {
        let (&usual, others) = header_lens.split_first().unwrap_or((&RECORD_HEADER, &[]));
        if self.sense(usual, buffer) != Sense::None {
            return usual;
        }
        others.iter().copied().find(|&other| self.sense(other, buffer) == Sense::Full).unwrap_or(usual)
    }

    /// What sense the first records make if their headers have `header_len` octets.
    fn sense(&self, header_len: usize, buffer: &mut Buffer) -> Sense {
        let mut at = 0_usize;
        let mut seconds_before = None;
        for _ in 0..RECORDS_TO_TRY {
            buffer.fill_to(at + RECORD_HEADER);
            let header = buffer.available().get(at..).unwrap_or_default();
            let number = |at| self.order.u32_at(header, at);
            let (Some(seconds), Some(fraction), Some(kept), Some(original)) = (number(0), number(4), number(8), number(12)) else {
                // Nothing is left after a whole number of records, or the file is cut.
                return if buffer.len() == at { Sense::Full } else { Sense::Cut };
            };
            let near = seconds_before.is_none_or(|before| seconds.abs_diff(before) <= MAX_SILENCE);
            let lengths = kept <= self.max_packet && kept <= original && original <= MAX_ORIGINAL;
            if !near || !lengths || fraction >= self.fractions_of_a_second() {
                return Sense::None;
            }
            seconds_before = Some(seconds);
            at += header_len + kept as usize;
        }
        Sense::Full
    }

    const fn fractions_of_a_second(&self) -> u32 {
        if self.nanosecond { 1_000_000_000 } else { 1_000_000 }
    }

    /// The one link type.
    pub(super) const fn link_types(&self) -> &[LinkType] {
        std::slice::from_ref(&self.link_type)
    }

    /// The next record; `None` at the end, `faults` saying whether it is an early one.
    #[inline(always)]
    pub(super) fn next(&self, buffer: &mut Buffer, number: &mut u64, faults: &mut FaultLog) -> Option<Record> {
        if !buffer.fill_to(self.header_len) {
            if buffer.len() > 0 {
                note_cut(buffer, "pcap record header", self.header_len as u64, *number + 1, faults);
            }
            return None;
        }
        let (head, _) = buffer.available().split_first_chunk::<RECORD_HEADER>()?;
        let [seconds, fraction, kept, original] = self.order.u32s_of(head);
        if kept > self.max_packet {
            let fault = Fault::new(FaultKind::BadRecord, "pcap record header, captured length");
            faults.note(fault.wanted_had(kept.into(), self.max_packet.into()).at_offset(buffer.offset()).at_frame(*number + 1));
            return None;
        }
        let len = kept as usize;
        let whole = self.header_len + len;
        if !buffer.fill_to(whole) {
            note_cut(buffer, "pcap record", whole as u64, *number + 1, faults);
            return None;
        }
        // Less than 2^63 whatever the fields say, so neither can overflow.
        let nanos = i64::from(seconds) * 1_000_000_000 + i64::from(fraction) * if self.nanosecond { 1 } else { 1_000 };
        *number += 1;
        let record = Record {
            number: *number,
            time: Timestamp::default().plus_nanos(nanos),
            link_type: self.link_type,
            interface: 0,
            original_len: original,
            offset: buffer.offset(),
            start: buffer.position() + self.header_len,
            len,
        };
        buffer.consume(whole);
        Some(record)
    }
}
