//! Takes the octets of a pcapng file, gives the packets of its blocks.
//!
//! Sections may differ in byte order and each has its own interfaces; pcap-parser reads the section headers, interface descriptions and
//! packet blocks, one whole block at a time. Invariants: a block's length is checked before anything looks inside; a whole block that is
//! broken inside is told, skipped, and keeps its frame number; an interface that is broken keeps its index.
//! draft-ietf-opsawg-pcapng.

use std::path::Path;
use std::sync::Arc;

use pcap_parser::{SecretsType, parse_decryptionsecretsblock_be, parse_decryptionsecretsblock_le, parse_sectionheaderblock};

use super::buffer::{Buffer, MAX_BLOCK};
use super::byte_order::ByteOrder;
use super::error::Error;
use super::frame::LinkType;
use super::interface::Interface;
use super::packet_block::Packet;
use super::records::{Record, note_cut};
use super::words::{self, InterfaceWords};
use crate::evidence::Timestamp;
use crate::fault::{Fault, FaultKind, FaultLog};

/// Type, length, and the length again.
const LEAST_BLOCK: u32 = 12;

/// Octets ahead of the packet in the blocks that may have comments on it.
const PACKET_HEAD: usize = 28;

/// The shortest section header.
const SECTION_HEADER: usize = 28;

/// The longest block that is believed, in octets; one longer than [`MAX_BLOCK`] is skipped unread.
const MAX_BELIEVED: u32 = 128 << 20;

/// The most interfaces that a section may describe.
const MAX_INTERFACES: usize = 65_536;

/// The most octets of secrets that wait to be taken, which is also the most of one block.
const MAX_SECRETS: usize = MAX_BLOCK;

/// The kinds of blocks, by the type that stands first in each.
pub(super) mod block_type {
    pub(crate) const SECTION: u32 = 0x0a0d_0d0a;
    pub(crate) const INTERFACE: u32 = 1;
    /// The packet block of the first drafts.
    pub(crate) const OBSOLETE_PACKET: u32 = 2;
    pub(crate) const SIMPLE_PACKET: u32 = 3;
    pub(crate) const ENHANCED_PACKET: u32 = 6;
    /// Secrets by which something in the capture can be decrypted.
    pub(crate) const SECRETS: u32 = 10;
    /// Blocks that are no packets but that Wireshark shows, and counts, as frames: systemd journal entries, custom blocks, sysdig events.
    pub(crate) const SHOWN: [u32; 6] = [9, 0x0bad, 0x4000_0bad, 0x204, 0x216, 0x221];
}

/// A pcapng file as far as it was read.
#[derive(Debug, Clone)]
pub(super) struct PcapNg {
    /// That of this section.
    order: ByteOrder,
    /// Those of this section; a broken description holds its place. Shared by the marks set in this section.
    interfaces: Arc<Vec<Option<Interface>>>,
    /// How many interfaces the sections before this one described.
    interfaces_before: u32,
    link_types: Vec<LinkType>,
    /// Lines of TLS key logs that nobody has taken yet.
    secrets: Vec<u8>,
    /// How many blocks were read that describe something.
    described: u64,
    /// The time of the packet last read, which is that of a packet without one.
    last_time: Timestamp,
}

impl PcapNg {
    /// Whether a file that starts with `head` is a pcapng.
    pub(super) fn is_known(head: &[u8]) -> bool {
        // The type of a section header is the same in both orders.
        ByteOrder::Little.u32_at(head, 0) == Some(block_type::SECTION)
    }

    /// Looks at the first section header, which is then read like any other. `path` is for errors.
    pub(super) fn open(buffer: &mut Buffer, path: &Path) -> Result<Self, Error> {
        let path = path.to_path_buf();
        let format = "pcapng";
        if !buffer.fill_to(SECTION_HEADER) {
            return Err(Error::CutHeader { path, format, had: buffer.len() as u64, wanted: SECTION_HEADER as u64 });
        }
        let Some(order) = byte_order_of(buffer.available()) else {
            return Err(Error::NotACapture { path, looks_like: "a pcapng section header of no byte order" });
        };
        let major = order.u16_at(buffer.available(), 12).unwrap_or_default();
        if major != 1 {
            return Err(Error::UnknownVersion { path, major });
        }
        let length = order.u32_at(buffer.available(), 4).unwrap_or_default() as usize;
        if length <= MAX_BLOCK && !buffer.fill_to(length) {
            return Err(Error::CutHeader { path, format, had: buffer.len() as u64, wanted: length as u64 });
        }
        Ok(Self {
            order,
            interfaces: Arc::default(),
            interfaces_before: 0,
            link_types: Vec::new(),
            secrets: Vec::new(),
            described: 0,
            last_time: Timestamp::default(),
        })
    }

    /// The link types described so far, in order.
    pub(super) fn link_types(&self) -> &[LinkType] {
        &self.link_types
    }

    /// How many blocks were read that describe something: interfaces, secrets.
    #[inline]
    pub(super) const fn described(&self) -> u64 {
        self.described
    }

    /// Moves the lines of TLS key logs that were read since this was last called to the end of `into`.
    pub(super) fn take_secrets(&mut self, into: &mut Vec<u8>) {
        into.append(&mut self.secrets);
    }

    /// The next packet; `None` at the end, `faults` saying whether it is an early one.
    #[inline]
    pub(super) fn next(&mut self, buffer: &mut Buffer, number: &mut u64, faults: &mut FaultLog) -> Option<Record> {
        loop {
            let (kind, length) = self.block_head(buffer, *number, faults)?;
            let offset = buffer.offset();
            let Some(whole) = usize::try_from(length).ok().filter(|&length| length <= MAX_BLOCK) else {
                self.skip_long_block(kind, length, buffer, number, faults)?;
                continue;
            };
            if !buffer.fill_to(whole) {
                note_cut(buffer, "pcapng block", length.into(), *number + 1, faults);
                return None;
            }
            let start = buffer.position();
            let block = buffer.lend(start, whole);
            let packet = match kind {
                block_type::ENHANCED_PACKET => Packet::enhanced(block, self.order),
                block_type::SIMPLE_PACKET => Packet::simple(block, self.order, self.interface(0)),
                block_type::OBSOLETE_PACKET => Packet::obsolete(block, self.order),
                _ => {
                    self.other_block(kind, block, number, offset, faults)?;
                    buffer.consume(whole);
                    continue;
                }
            };
            buffer.consume(whole);
            *number += 1;
            match packet.and_then(|packet| self.record(packet, *number, offset, start)) {
                Ok(record) => {
                    self.last_time = record.time;
                    return Some(record);
                }
                Err(fault) => faults.note(fault.at_offset(offset).at_frame(*number)),
            }
        }
    }

    /// Type and length of the block that `buffer` stands at, the length checked; `None` where nothing can be read any more.
    #[inline]
    fn block_head(&mut self, buffer: &mut Buffer, number: u64, faults: &mut FaultLog) -> Option<(u32, u32)> {
        if !buffer.fill_to(LEAST_BLOCK as usize) {
            if buffer.len() > 0 {
                note_cut(buffer, "pcapng block header", LEAST_BLOCK.into(), number + 1, faults);
            }
            return None;
        }
        let head = buffer.available();
        let kind = self.order.u32_at(head, 0)?;
        if kind == block_type::SECTION {
            let Some(order) = byte_order_of(head) else {
                faults.note(Fault::new(FaultKind::BadRecord, "pcapng byte-order magic").at_offset(buffer.offset()));
                return None;
            };
            self.order = order;
        }
        let length = self.order.u32_at(head, 4)?;
        if length < LEAST_BLOCK || length % 4 != 0 || length > MAX_BELIEVED {
            let fault = Fault::new(FaultKind::BadRecord, "pcapng block length").wanted_had(length.into(), LEAST_BLOCK.into());
            faults.note(fault.at_offset(buffer.offset()).at_frame(number + 1));
            return None;
        }
        Some((kind, length))
    }

    /// The record of `packet`, whose block starts at `start` of the buffer.
    #[inline]
    fn record(&self, packet: Packet, number: u64, offset: u64, start: usize) -> Result<Record, Fault> {
        let Some(interface) = self.interface(packet.interface) else {
            return Err(Fault::new(FaultKind::UnknownInterface, "pcapng interface index")
                .wanted_had(packet.interface.into(), self.interfaces.len() as u64));
        };
        if packet.len > interface.max_packet() {
            return Err(
                Fault::new(FaultKind::BadRecord, "pcapng captured length").wanted_had(packet.len.into(), interface.max_packet().into())
            );
        }
        Ok(Record {
            number,
            time: packet.ticks.map_or(self.last_time, |ticks| interface.time(ticks)),
            link_type: interface.link_type,
            interface: self.interfaces_before.saturating_add(packet.interface),
            original_len: packet.original_len,
            offset,
            start: start + packet.start,
            len: packet.len as usize,
        })
    }

    #[inline]
    fn interface(&self, index: u32) -> Option<&Interface> {
        self.interfaces.get(index as usize)?.as_ref()
    }

    /// What is said of the interface with that index over the whole capture; none where its section is over.
    pub(super) fn words_of(&self, interface: u32) -> Option<&InterfaceWords> {
        self.interface(interface.checked_sub(self.interfaces_before)?).map(|interface| &interface.words)
    }

    /// The comments on the packet of `record`, which `buffer` still holds.
    pub(super) fn comments<'a>(&self, record: &Record, buffer: &'a Buffer) -> Vec<&'a [u8]> {
        // Enhanced and obsolete blocks have a head of one length, in which the length of the packet stands again: that of a simple one has not.
        let head = record.start.checked_sub(PACKET_HEAD).map(|start| buffer.lend(start, PACKET_HEAD)).unwrap_or_default();
        let number = |at| self.order.u32_at(head, at).map(|number| number as usize);
        let has_options = matches!(number(0), Some(kind) if [block_type::ENHANCED_PACKET, block_type::OBSOLETE_PACKET].contains(&(kind as u32)))
            && number(20) == Some(record.len);
        let behind = record.len.next_multiple_of(4);
        let len = number(4).and_then(|length| length.checked_sub(PACKET_HEAD + behind + 4)).filter(|_| has_options);
        len.map(|len| words::comments(buffer.lend(record.start + behind, len), self.order)).unwrap_or_default()
    }

    /// Reads a block that is no packet; `None` where nothing can be read after it.
    #[cold]
    fn other_block(&mut self, kind: u32, block: &[u8], number: &mut u64, offset: u64, faults: &mut FaultLog) -> Option<()> {
        match kind {
            block_type::SECTION => match parse_sectionheaderblock(block) {
                Ok((_, section)) if section.major_version == 1 => {
                    self.interfaces_before = self.interfaces_before.saturating_add(self.interfaces.len() as u32);
                    self.interfaces = Arc::default();
                }
                _ => {
                    faults.note(Fault::new(FaultKind::BadRecord, "pcapng section header").at_offset(offset));
                    return None;
                }
            },
            block_type::INTERFACE => self.describe(Interface::read(block, self.order), offset, faults),
            block_type::SECRETS => self.learn(block, offset, faults),
            kind if block_type::SHOWN.contains(&kind) => *number += 1,
            _ => {}
        }
        Some(())
    }

    /// Keeps the lines of the TLS key log in a block of secrets.
    fn learn(&mut self, block: &[u8], offset: u64, faults: &mut FaultLog) {
        let read = match self.order {
            ByteOrder::Little => parse_decryptionsecretsblock_le(block),
            ByteOrder::Big => parse_decryptionsecretsblock_be(block),
        };
        // Behind the secrets stands padding.
        let secrets = read.ok().and_then(|(_, read)| Some((read.secrets_type, read.data.get(..read.secrets_len as usize)?)));
        match secrets {
            Some((SecretsType::TlsKeyLog, lines)) if self.secrets.len().saturating_add(lines.len()) < MAX_SECRETS => {
                self.secrets.extend_from_slice(lines);
                self.secrets.push(b'\n');
                self.described = self.described.saturating_add(1);
            }
            Some((SecretsType::TlsKeyLog, _)) => {
                let fault = Fault::new(FaultKind::BoundReached, "octets of secrets in pcapng blocks");
                faults.note(Fault { wanted: Some(MAX_SECRETS as u64), ..fault }.at_offset(offset));
            }
            // Secrets of other protocols.
            Some(_) => {}
            None => faults.note(Fault::new(FaultKind::BadRecord, "pcapng secrets block").at_offset(offset)),
        }
    }

    /// Adds an interface to the section.
    fn describe(&mut self, interface: Option<Interface>, offset: u64, faults: &mut FaultLog) {
        self.described = self.described.saturating_add(1);
        match &interface {
            Some(interface) => {
                if interface.words.is_full {
                    let fault = Fault::new(FaultKind::BoundReached, "words of a pcapng interface");
                    faults.note(Fault { wanted: Some(words::MAX_WORDS as u64), ..fault }.at_offset(offset));
                }
                if let Err(place) = self.link_types.binary_search(&interface.link_type) {
                    self.link_types.insert(place, interface.link_type);
                }
            }
            None => faults.note(Fault::new(FaultKind::BadRecord, "pcapng interface description").at_offset(offset)),
        }
        if self.interfaces.len() < MAX_INTERFACES {
            Arc::make_mut(&mut self.interfaces).push(interface);
        } else {
            let fault = Fault::new(FaultKind::BoundReached, "interfaces of a pcapng section");
            faults.note(fault.wanted_had(MAX_INTERFACES as u64 + 1, MAX_INTERFACES as u64).at_offset(offset));
        }
    }

    /// Skips a block that is believed but longer than the buffer may be; `None` where the file ends in it.
    #[cold]
    fn skip_long_block(&mut self, kind: u32, length: u32, buffer: &mut Buffer, number: &mut u64, faults: &mut FaultLog) -> Option<()> {
        let offset = buffer.offset();
        let fault = Fault::new(FaultKind::BoundReached, "pcapng block length").wanted_had(length.into(), MAX_BLOCK as u64);
        faults.note(fault.at_offset(offset));
        match kind {
            // What comes after could not be understood without it.
            block_type::SECTION => return None,
            block_type::INTERFACE => self.describe(None, offset, faults),
            block_type::ENHANCED_PACKET | block_type::SIMPLE_PACKET | block_type::OBSOLETE_PACKET => *number += 1,
            kind if block_type::SHOWN.contains(&kind) => *number += 1,
            _ => {}
        }
        let had = buffer.skip(length.into());
        if had < length.into() {
            note_cut(buffer, "pcapng block", u64::from(length) - had, *number, faults);
            return None;
        }
        Some(())
    }
}

/// The byte order of the section header that `head` starts with.
fn byte_order_of(head: &[u8]) -> Option<ByteOrder> {
    [ByteOrder::Little, ByteOrder::Big].into_iter().find(|order| order.u32_at(head, 8) == Some(0x1a2b_3c4d))
}
