//! Takes frames, gives a capture file: the same octets for the same frames, on any machine.
//!
//! Little-endian throughout, no options beside the resolution, nothing of the machine that writes.
//! draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.

use std::io::{self, ErrorKind, Write};

use super::frame::LinkType;
use crate::evidence::Timestamp;

/// The snaplen that is told: more than any frame here has.
const SNAPLEN: u32 = 262_144;

/// Writes pcap files, of one link type.
#[derive(Debug)]
pub struct PcapWriter<W> {
    to: W,
    nanosecond: bool,
}

impl<W: Write> PcapWriter<W> {
    /// Writes the file header to `to`; times are kept in nanoseconds or in microseconds.
    ///
    /// # Errors
    /// What writing to `to` gives.
    pub fn new(mut to: W, link_type: LinkType, nanosecond: bool) -> io::Result<Self> {
        let magic: u32 = if nanosecond { 0xa1b2_3c4d } else { 0xa1b2_c3d4 };
        to.write_all(&magic.to_le_bytes())?;
        to.write_all(&[2, 0, 4, 0])?;
        to.write_all(&[0; 8])?;
        to.write_all(&SNAPLEN.to_le_bytes())?;
        to.write_all(&u32::from(link_type.0).to_le_bytes())?;
        Ok(Self { to, nanosecond })
    }

    /// Writes the frame `data`, which had `original_len` octets on the wire.
    ///
    /// # Errors
    /// `InvalidInput` for a time before 1970 or after 2106, or for a frame longer than 262,144 octets; else what writing gives.
    pub fn write(&mut self, time: Timestamp, data: &[u8], original_len: u32) -> io::Result<()> {
        let seconds = u32::try_from(time.nanos().div_euclid(1_000_000_000)).map_err(|_| invalid("a time that pcap cannot tell"))?;
        let nanos = time.nanos().rem_euclid(1_000_000_000) as u32;
        let fraction = if self.nanosecond { nanos } else { nanos / 1000 };
        for number in [seconds, fraction, len_of(data)?, original_len] {
            self.to.write_all(&number.to_le_bytes())?;
        }
        self.to.write_all(data)
    }

    /// Gives back what was written to.
    pub fn into_inner(self) -> W {
        self.to
    }
}

/// Writes pcapng files of one section, with any number of interfaces, in nanoseconds.
#[derive(Debug)]
pub struct PcapNgWriter<W> {
    to: W,
    interfaces: u32,
}

impl<W: Write> PcapNgWriter<W> {
    /// Writes the section header to `to`.
    ///
    /// # Errors
    /// What writing to `to` gives.
    pub fn new(to: W) -> io::Result<Self> {
        let mut writer = Self { to, interfaces: 0 };
        let section = [&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat();
        writer.block(0x0a0d_0d0a, &section, &[])?;
        Ok(writer)
    }

    /// Describes a further interface; gives its index.
    ///
    /// # Errors
    /// What writing gives.
    pub fn interface(&mut self, link_type: LinkType) -> io::Result<u32> {
        let [low, high] = link_type.0.to_le_bytes();
        // Option 9, if_tsresol: 10^-9 s; then the end of options.
        let resolution = [9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0];
        let description = [&[low, high, 0, 0][..], &SNAPLEN.to_le_bytes(), &resolution].concat();
        self.block(1, &description, &[])?;
        let index = self.interfaces;
        self.interfaces = index.checked_add(1).ok_or_else(|| invalid("more interfaces than can be told"))?;
        Ok(index)
    }

    /// Writes the frame `data` of `interface`, which had `original_len` octets on the wire.
    ///
    /// # Errors
    /// `InvalidInput` for an interface that was not described, a time before 1970, or a frame longer than 262,144 octets; else what writing
    /// gives.
    pub fn write(&mut self, interface: u32, time: Timestamp, data: &[u8], original_len: u32) -> io::Result<()> {
        if interface >= self.interfaces {
            return Err(invalid("an interface that was not described"));
        }
        let nanos = u64::try_from(time.nanos()).map_err(|_| invalid("a time that pcapng cannot tell"))?;
        let mut header = [0; 20];
        let numbers = [interface, (nanos >> 32) as u32, nanos as u32, len_of(data)?, original_len];
        for (place, number) in header.chunks_exact_mut(4).zip(numbers) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        self.block(6, &header, data)
    }

    /// Gives back what was written to.
    pub fn into_inner(self) -> W {
        self.to
    }

    /// Writes a block of `kind` whose body is `head`, then `data` filled up to a multiple of four octets.
    fn block(&mut self, kind: u32, head: &[u8], data: &[u8]) -> io::Result<()> {
        let padding = data.len().next_multiple_of(4) - data.len();
        let length = (12 + head.len() + data.len() + padding) as u32;
        self.to.write_all(&kind.to_le_bytes())?;
        self.to.write_all(&length.to_le_bytes())?;
        self.to.write_all(head)?;
        self.to.write_all(data)?;
        self.to.write_all([0; 4].get(..padding).unwrap_or_default())?;
        self.to.write_all(&length.to_le_bytes())
    }
}

fn len_of(data: &[u8]) -> io::Result<u32> {
    u32::try_from(data.len()).ok().filter(|&len| len <= SNAPLEN).ok_or_else(|| invalid("a frame longer than the snaplen"))
}

fn invalid(why: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, why)
}
