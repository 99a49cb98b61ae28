//! Takes a buffer of (uncompressed) capture octets, gives its records one by one, and marks from which reading can be taken up again.
//!
//! Invariant: numbers count as Wireshark counts; a record that could be told but not read has its number too.

use std::io::ErrorKind;
use std::path::Path;

use super::buffer::Buffer;
use super::compressed::is_cut;
use super::error::Error;
use super::frame::{Frame, LinkType};
use super::pcap::Pcap;
use super::pcapng::PcapNg;
use super::words::InterfaceWords;
use crate::evidence::Timestamp;
use crate::fault::{Fault, FaultKind, FaultLog};

/// The longest packet that is believed where the capture names no greater bound; Wireshark's own, in octets.
pub(super) const MAX_PACKET: u32 = 262_144;

/// What a record's header says, and where in the buffer its octets stand until the next fill.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    /// The frame's number.
    pub(super) number: u64,
    /// When it was captured.
    pub(super) time: Timestamp,
    /// What its first octets are.
    pub(super) link_type: LinkType,
    /// Index of the interface over the whole capture.
    pub(super) interface: u32,
    /// Octets on the wire.
    pub(super) original_len: u32,
    /// File offset of the record.
    pub(super) offset: u64,
    /// Where its octets start in the buffer.
    pub(super) start: usize,
    /// How many they are.
    pub(super) len: usize,
}

/// The two containers and all that reading one needs to know of what came before.
#[derive(Debug, Clone)]
pub(super) enum Container {
    /// The classic format.
    Pcap(Pcap),
    /// The format of blocks.
    PcapNg(PcapNg),
}

impl Container {
    /// Whether a file that starts with `magic` is a capture.
    pub(super) fn is_known(magic: &[u8]) -> bool {
        Pcap::is_known(magic) || PcapNg::is_known(magic)
    }

    /// Reads the file header. `path` is for errors.
    fn open(buffer: &mut Buffer, path: &Path) -> Result<Self, Error> {
        buffer.fill_to(4);
        let head = buffer.available();
        if Pcap::is_known(head) {
            Pcap::open(buffer, path).map(Self::Pcap)
        } else if PcapNg::is_known(head) {
            PcapNg::open(buffer, path).map(Self::PcapNg)
        } else {
            buffer.fill_to(512);
            Err(Error::of_unknown(path, buffer.available()))
        }
    }

    /// The name in reports.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Pcap(_) => "pcap",
            Self::PcapNg(_) => "pcapng",
        }
    }

    /// The link types described so far, in order.
    pub(super) fn link_types(&self) -> &[LinkType] {
        match self {
            Self::Pcap(pcap) => pcap.link_types(),
            Self::PcapNg(pcapng) => pcapng.link_types(),
        }
    }
}

/// A place in a capture from which reading can be taken up again: the start of a frame's record.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    /// File offset of the record.
    pub(super) offset: u64,
    /// The frame's number.
    number: u64,
    /// What was known there.
    container: Container,
}

/// The records of a capture.
pub(super) struct Records {
    buffer: Buffer,
    container: Container,
    /// The number given last.
    number: u64,
    /// Records from this offset on are someone else's.
    stop_at: u64,
    record: Option<Record>,
}

impl Records {
    /// Reads the file header. `path` is for errors.
    pub(super) fn open(mut buffer: Buffer, path: &Path) -> Result<Self, Error> {
        let opened = Container::open(&mut buffer, path);
        // A header that is not there because reading failed is told as the failure.
        let container = opened.map_err(|refused| match buffer.take_error() {
            Some(source) => Error::Read { path: path.to_path_buf(), offset: buffer.offset() + buffer.len() as u64, source },
            None => refused,
        })?;
        Ok(Self { buffer, container, number: 0, stop_at: u64::MAX, record: None })
    }

    /// Takes up reading at `mark`, where `buffer` must stand, up to the offset `stop_at`.
    pub(super) fn resume(buffer: Buffer, mark: Mark, stop_at: u64) -> Self {
        Self { buffer, container: mark.container, number: mark.number.saturating_sub(1), stop_at, record: None }
    }

    /// Reads the next record; false at the end, after which memory and reader are let go.
    #[inline(always)]
    pub(super) fn advance(&mut self, faults: &mut FaultLog) -> bool {
        if self.buffer.offset() < self.stop_at {
            // Each reader's record goes to its place at once: what both hand to one assignment is copied once more.
            match &mut self.container {
                Container::Pcap(pcap) => self.record = pcap.next(&mut self.buffer, &mut self.number, faults),
                Container::PcapNg(pcapng) => self.record = pcapng.next(&mut self.buffer, &mut self.number, faults),
            }
        } else {
            self.record = None;
        }
        if self.record.is_none() {
            self.end(faults);
        }
        self.record.is_some()
    }

    #[cold]
    fn end(&mut self, faults: &mut FaultLog) {
        if let Some(error) = self.buffer.take_error() {
            let fault = match error.kind() {
                _ if is_cut(&error) => Fault::new(FaultKind::CutFile, "compressed data"),
                ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::Other => Fault::new(FaultKind::BadRecord, "compressed data"),
                _ => Fault::new(FaultKind::CutFile, "read error"),
            };
            faults.note(fault.at_offset(self.buffer.offset() + self.buffer.len() as u64));
        }
        self.buffer.close();
        // Nothing is read after the end, whatever the caller does.
        self.stop_at = 0;
    }

    /// The record last read.
    #[inline]
    pub(super) const fn record(&self) -> Option<&Record> {
        self.record.as_ref()
    }

    /// When it was captured.
    #[inline]
    pub(super) fn time(&self) -> Option<Timestamp> {
        self.record.as_ref().map(|record| record.time)
    }

    /// The record last read as a frame.
    #[inline]
    pub(super) fn frame(&self) -> Option<Frame<'_>> {
        let record = self.record.as_ref()?;
        Some(Frame {
            number: record.number,
            time: record.time,
            link_type: record.link_type,
            interface: record.interface,
            data: self.buffer.lend(record.start, record.len),
            original_len: record.original_len,
            offset: record.offset,
        })
    }

    /// The number given last, also to a record that could not be read.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// What is read.
    pub(super) const fn container(&self) -> &Container {
        &self.container
    }

    /// How many blocks were read that describe something; none where there are no blocks.
    #[inline]
    pub(super) const fn described(&self) -> u64 {
        match &self.container {
            Container::Pcap(_) => 0,
            Container::PcapNg(pcapng) => pcapng.described(),
        }
    }

    /// Moves the lines of TLS key logs that were read since this was last called to the end of `into`.
    pub(super) fn take_secrets(&mut self, into: &mut Vec<u8>) {
        if let Container::PcapNg(pcapng) = &mut self.container {
            pcapng.take_secrets(into);
        }
    }

    /// What is said of the interface by which the record last read came in.
    pub(super) fn interface_words(&self) -> Option<InterfaceWords> {
        let record = self.record.as_ref()?;
        match &self.container {
            Container::Pcap(pcap) => Some(InterfaceWords::none(pcap.decimals())),
            Container::PcapNg(pcapng) => pcapng.words_of(record.interface).cloned(),
        }
    }

    /// The comments on the record last read.
    pub(super) fn comments(&self) -> Vec<&[u8]> {
        match (&self.container, &self.record) {
            (Container::PcapNg(pcapng), Some(record)) => pcapng.comments(record, &self.buffer),
            _ => Vec::new(),
        }
    }

    /// The place of the record last read.
    pub(super) fn mark(&self) -> Option<Mark> {
        let record = self.record.as_ref()?;
        Some(Mark { offset: record.offset, number: record.number, container: self.container.clone() })
    }
}

/// Tells in `faults` that the file ends inside a record, unless the reader failed, which is told instead.
#[cold]
pub(super) fn note_cut(buffer: &Buffer, said_by: &'static str, wanted: u64, number: u64, faults: &mut FaultLog) {
    if buffer.error().is_none() {
        let fault = Fault::new(FaultKind::CutFile, said_by).wanted_had(wanted, buffer.len() as u64);
        faults.note(fault.at_offset(buffer.offset()).at_frame(number));
    }
}
