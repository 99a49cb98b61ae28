//! Takes a size, gives a capture of that size: calls, some of them redirected, many at a time, with their voice or without.
//!
//! Invariant: the same choices give the same bytes. IPv4 addresses are those for benchmarks (RFC 2544, C.2.2: 198.18.0.0/15), IPv6 ones those for
//! documentation (RFC 3849).

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::io::{self, Write};

use crate::call::Call;
use crate::carriage::Carriage;
use crate::pcap_writer::{file_header, write_record};

/// Changes with every change of what is written, so that no old capture is taken for a new one.
const VERSION: u32 = 4;
/// Bytes of the file per call with voice: 20,000 calls make 160 MB.
const BYTES_PER_CALL: u64 = 8_000;
/// 2024-01-01T00:00:00Z in microseconds.
const START: u64 = 1_704_067_200_000_000;
/// Bytes of a pcap record beside its frame.
const RECORD_HEADER: u64 = 16;
/// Bytes of a record with 20 ms of G.711: Ethernet, IPv4, UDP, RTP and 160 samples.
const VOICE_RECORD: u64 = RECORD_HEADER + 14 + 20 + 8 + 12 + 160;

/// What is captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Many phones over UDP, each from an address of its own, to many targets, with their voice.
    Mixed,
    /// The same without voice.
    Udp,
    /// Everything between one border element, one redirect server and one gateway, as a carrier's tap sees it.
    Trunk,
    /// Many phones, each call in TCP connections of its own.
    Tcp,
    /// Handsets over IPv6, in GTP-U tunnels between radio and core.
    Ims,
}

impl Shape {
    pub(crate) const ALL: [Self; 5] = [Self::Mixed, Self::Udp, Self::Trunk, Self::Tcp, Self::Ims];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Mixed => "mixed",
            Self::Udp => "udp",
            Self::Trunk => "trunk",
            Self::Tcp => "tcp",
            Self::Ims => "ims",
        }
    }
}

/// Calls as they come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Traffic {
    pub(crate) shape: Shape,
    /// How many of a thousand calls are redirected.
    pub(crate) redirected_permille: u64,
    /// How many calls begin in a second.
    pub(crate) rate: u64,
    /// How long each rings.
    pub(crate) ring_seconds: u64,
}

impl fmt::Display for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, tenth) = (self.redirected_permille / 10, self.redirected_permille % 10);
        write!(f, "{whole}.{tenth} % of calls redirected, {} calls a second that ring for {} s", self.rate, self.ring_seconds)
    }
}

/// What was written.
#[derive(Debug, Default)]
pub(crate) struct Made {
    pub(crate) calls: u64,
    pub(crate) redirected: u64,
    pub(crate) frames: u64,
    pub(crate) bytes: u64,
    pub(crate) voice_bytes: u64,
}

/// A frame that waits for its turn: time, order among equals, bytes.
type Waiting = Reverse<(u64, u64, Vec<u8>)>;

impl Traffic {
    /// What tells its captures from others.
    pub(crate) fn file_name(&self) -> String {
        format!("{}-{}-{}-{}-v{VERSION}", self.shape.name(), self.redirected_permille, self.rate, self.ring_seconds)
    }

    /// Writes a capture of about `bytes` bytes.
    pub(crate) fn write(&self, mut out: impl Write, bytes: u64) -> io::Result<Made> {
        let between_calls = (1_000_000 / self.rate).max(1);
        out.write_all(&file_header())?;
        let mut made = Made { bytes: 24, ..Made::default() };
        let mut carriage = Carriage::of(self.shape);
        let mut waiting: BinaryHeap<Waiting> = BinaryHeap::new();
        let (mut order, mut promised) = (0, made.bytes);
        while promised < bytes {
            let start = START + made.calls * between_calls;
            let is_redirected = made.calls * self.redirected_permille % 1_000 < self.redirected_permille;
            let mut call = Call::new(made.calls, start, self.ring_seconds * 1_000_000, self.shape, &mut carriage);
            call.signal(is_redirected);
            let signalling: u64 = call.frames.iter().map(|(_, frame)| frame.len() as u64 + RECORD_HEADER).sum();
            let voice = if self.shape == Shape::Mixed { BYTES_PER_CALL.saturating_sub(signalling) / VOICE_RECORD } else { 0 };
            call.talk(voice);
            for (time, frame) in call.frames {
                waiting.push(Reverse((time, order, frame)));
                order += 1;
            }
            promised += signalling + voice * VOICE_RECORD;
            made.voice_bytes += voice * VOICE_RECORD;
            made.calls += 1;
            made.redirected += u64::from(is_redirected);
            flush(&mut out, &mut waiting, start + between_calls, &mut made)?;
        }
        flush(&mut out, &mut waiting, u64::MAX, &mut made)?;
        out.flush()?;
        Ok(made)
    }
}

/// Writes what is due before `until`.
fn flush(out: &mut impl Write, waiting: &mut BinaryHeap<Waiting>, until: u64, made: &mut Made) -> io::Result<()> {
    let mut record = Vec::new();
    while waiting.peek().is_some_and(|Reverse((time, ..))| *time < until) {
        let Some(Reverse((time, _, frame))) = waiting.pop() else { break };
        record.clear();
        write_record(&mut record, time, &frame);
        out.write_all(&record)?;
        made.frames += 1;
        made.bytes += record.len() as u64;
    }
    Ok(())
}
