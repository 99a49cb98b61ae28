//! Takes frames, gives a capture file: the same octets for the same frames, on any machine.
//!
//! Little-endian throughout, nothing of the machine that writes.
//! draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.

use std::io::{self, ErrorKind, Write};

use super::frame::LinkType;
use super::pcapng::block_type;
use super::words::{COMMENT, InterfaceWords};
use crate::evidence::Timestamp;

/// The snaplen that is told: more than any frame here has.
const SNAPLEN: u32 = 262_144;

/// The option that ends the options of a block.
const END_OF_OPTIONS: u16 = 0;
/// The option of an interface that tells which part of a second its ticks are.
const TIME_RESOLUTION: u16 = 9;
/// The kind of secrets that is a TLS key log.
const TLS_KEY_LOG: u32 = 0x544c_534b;

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

/// Writes pcapng files of one section, with any number of interfaces.
#[derive(Debug)]
pub struct PcapNgWriter<W> {
    to: W,
    /// The nanoseconds of a tick, by interface.
    ticks: Vec<u64>,
}

impl<W: Write> PcapNgWriter<W> {
    /// Writes the section header to `to`.
    ///
    /// # Errors
    /// What writing to `to` gives.
    pub fn new(to: W) -> io::Result<Self> {
        let mut writer = Self { to, ticks: Vec::new() };
        let section = [&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat();
        writer.block(block_type::SECTION, &section, &[], &[])?;
        Ok(writer)
    }

    /// Describes a further interface, in nanoseconds; gives its index.
    ///
    /// # Errors
    /// What writing gives.
    pub fn interface(&mut self, link_type: LinkType) -> io::Result<u32> {
        self.interface_in_words(link_type, &InterfaceWords::none(9))
    }

    /// Describes a further interface in the words of another capture; gives its index.
    ///
    /// # Errors
    /// What writing gives.
    pub fn interface_in_words(&mut self, link_type: LinkType, words: &InterfaceWords) -> io::Result<u32> {
        let [low, high] = link_type.0.to_le_bytes();
        let description = [&[low, high, 0, 0][..], &SNAPLEN.to_le_bytes()].concat();
        let mut options = Vec::new();
        for (code, value) in &words.options {
            push_option(&mut options, *code, value);
        }
        push_option(&mut options, TIME_RESOLUTION, &[words.decimals]);
        push_option(&mut options, END_OF_OPTIONS, &[]);
        self.block(block_type::INTERFACE, &description, &[], &options)?;
        let index = u32::try_from(self.ticks.len()).map_err(|_| invalid("more interfaces than can be told"))?;
        self.ticks.push(10_u64.pow(9 - u32::from(words.decimals.min(9))));
        Ok(index)
    }

    /// Writes lines of a TLS key log, by which frames behind them can be decrypted.
    ///
    /// # Errors
    /// What writing gives.
    pub fn secrets(&mut self, lines: &[u8]) -> io::Result<()> {
        let len = u32::try_from(lines.len()).map_err(|_| invalid("more secrets than can be told"))?;
        self.block(block_type::SECRETS, &[TLS_KEY_LOG.to_le_bytes(), len.to_le_bytes()].concat(), lines, &[])
    }

    /// Writes the frame `data` of `interface`, which had `original_len` octets on the wire.
    ///
    /// # Errors
    /// `InvalidInput` for an interface that was not described, a time before 1970, or a frame longer than 262,144 octets; else what writing
    /// gives.
    pub fn write(&mut self, interface: u32, time: Timestamp, data: &[u8], original_len: u32) -> io::Result<()> {
        self.write_commented(interface, time, data, original_len, &[])
    }

    /// The same with comments; of one longer than 65,535 octets its beginning.
    ///
    /// # Errors
    /// As of [`Self::write`].
    pub fn write_commented(
        &mut self,
        interface: u32,
        time: Timestamp,
        data: &[u8],
        original_len: u32,
        comments: &[&[u8]],
    ) -> io::Result<()> {
        let tick = self.ticks.get(interface as usize).ok_or_else(|| invalid("an interface that was not described"))?;
        let nanos = u64::try_from(time.nanos()).map_err(|_| invalid("a time that pcapng cannot tell"))?;
        let ticks = nanos.checked_div(*tick).unwrap_or(nanos);
        let mut header = [0; 20];
        let numbers = [interface, (ticks >> 32) as u32, ticks as u32, len_of(data)?, original_len];
        for (place, number) in header.chunks_exact_mut(4).zip(numbers) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        let mut options = Vec::new();
        for comment in comments {
            push_option(&mut options, COMMENT, comment);
        }
        if !options.is_empty() {
            push_option(&mut options, END_OF_OPTIONS, &[]);
        }
        self.block(block_type::ENHANCED_PACKET, &header, data, &options)
    }

    /// Gives back what was written to.
    pub fn into_inner(self) -> W {
        self.to
    }

    /// Writes a block of `kind` whose body is `head`, then `data` filled up to a multiple of four octets, then `options`.
    fn block(&mut self, kind: u32, head: &[u8], data: &[u8], options: &[u8]) -> io::Result<()> {
        let padding = data.len().next_multiple_of(4) - data.len();
        let length = (12 + head.len() + data.len() + padding + options.len()) as u32;
        self.to.write_all(&kind.to_le_bytes())?;
        self.to.write_all(&length.to_le_bytes())?;
        self.to.write_all(head)?;
        self.to.write_all(data)?;
        self.to.write_all([0; 4].get(..padding).unwrap_or_default())?;
        self.to.write_all(options)?;
        self.to.write_all(&length.to_le_bytes())
    }
}

/// Adds an option to `options`; of a value longer than can be told its beginning.
fn push_option(options: &mut Vec<u8>, code: u16, value: &[u8]) {
    let value = value.get(..value.len().min(u16::MAX.into())).unwrap_or_default();
    options.extend(code.to_le_bytes());
    options.extend((value.len() as u16).to_le_bytes());
    options.extend(value);
    options.resize(options.len().next_multiple_of(4), 0);
}

fn len_of(data: &[u8]) -> io::Result<u32> {
    u32::try_from(data.len()).ok().filter(|&len| len <= SNAPLEN).ok_or_else(|| invalid("a frame longer than the snaplen"))
}

fn invalid(why: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, why)
}
