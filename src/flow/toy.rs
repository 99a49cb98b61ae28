//! Takes nothing, gives tests a small protocol, the packets that carry it, and a flow that keeps what it gave.
//!
//! A toy message is `*`, a decimal length, `:`, and so many octets of lower-case letters; line ends between messages are noise.

use super::{Cut, CutState, Cutter, Flow, Unit};
use crate::capture::{Frame, LinkType};
use crate::evidence::{Endpoint, Timestamp, Transport};
use crate::fault::{FaultKind, FaultLogs};
use crate::limit::Limits;

/// Cuts toy messages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Toy;

impl Cutter for Toy {
    fn cut(&self, bytes: &[u8], state: CutState) -> Cut {
        let skip = match state.after_gap {
            true => bytes.iter().take_while(|&&byte| byte != b'*').count(),
            false => bytes.iter().take_while(|&&byte| matches!(byte, b'\r' | b'\n')).count(),
        };
        let message = &bytes[skip..];
        if skip > 0 && message.is_empty() {
            return Cut::Skip(skip);
        }
        if message[0] != b'*' {
            let noise = bytes.iter().take_while(|&&byte| byte != b'*').count();
            return Cut::Skip(noise);
        }
        let Some(colon) = message.iter().take(12).position(|&byte| byte == b':') else {
            return if message.len() > 12 { Cut::Skip(skip + 1) } else { Cut::More { at_least: 0, resume: 0 } };
        };
        let Ok(len) = std::str::from_utf8(&message[1..colon]).unwrap_or("?").parse::<usize>() else { return Cut::Skip(skip + 1) };
        let len = colon + 1 + len;
        match message.len() < len {
            true if state.at_end => Cut::Unit { skip, len: message.len() },
            true => Cut::More { at_least: skip + len, resume: 0 },
            false => Cut::Unit { skip, len },
        }
    }
}

/// A toy message of `len` letters that begin with `letter`.
pub(super) fn toy(letter: u8, len: usize) -> Vec<u8> {
    let mut message = format!("*{len}:").into_bytes();
    message.extend((0..len).map(|index| b'a' + (letter - b'a' + (index % 26) as u8) % 26));
    message
}

/// A unit that was given, as a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) bytes: Vec<u8>,
    pub(super) capture: u32,
    pub(super) place: u64,
    pub(super) frames: Vec<u64>,
    pub(super) time: Timestamp,
    pub(super) source: Endpoint,
    pub(super) destination: Endpoint,
    pub(super) transport: Transport,
    pub(super) truncated: bool,
    pub(super) after_gap: bool,
    pub(super) reassembled: bool,
}

impl From<Unit<'_>> for Given {
    fn from(unit: Unit<'_>) -> Self {
        Self {
            bytes: unit.bytes.to_vec(),
            capture: unit.capture,
            place: unit.place_frame,
            frames: unit.frames.to_vec(),
            time: unit.time,
            source: unit.source,
            destination: unit.destination,
            transport: unit.transport,
            truncated: unit.truncated,
            after_gap: unit.after_gap,
            reassembled: unit.reassembled,
        }
    }
}

/// A flow with what it gave so far.
pub(super) struct Bench {
    pub(super) flow: Flow<Toy>,
    pub(super) given: Vec<Given>,
    pub(super) faults: FaultLogs,
    pub(super) frame: u64,
    pub(super) nanos: i64,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self::with(Limits::default())
    }

    pub(super) fn with(limits: Limits) -> Self {
        Self { flow: Flow::new(limits, Toy), given: Vec::new(), faults: FaultLogs::default(), frame: 0, nanos: 0 }
    }

    /// Pushes an IP packet as the next frame, a microsecond after the one before.
    pub(super) fn ip(&mut self, packet: &[u8]) {
        self.cut_ip(packet, packet.len());
    }

    /// Pushes an IP packet of which the capture kept `kept` octets.
    pub(super) fn cut_ip(&mut self, packet: &[u8], kept: usize) {
        self.frame += 1;
        self.nanos += 1_000;
        let frame = Frame {
            number: self.frame,
            time: Timestamp::from_nanos(i128::from(self.nanos)),
            link_type: LinkType(101),
            interface: 0,
            data: &packet[..kept],
            original_len: packet.len() as u32,
            offset: 0,
        };
        let given = &mut self.given;
        self.flow.push(0, &frame, &mut self.faults, &mut |unit| given.push(Given::from(unit)));
    }

    /// Lets time pass.
    pub(super) fn wait(&mut self, milliseconds: i64) {
        self.nanos += milliseconds * 1_000_000;
    }

    pub(super) fn finish(&mut self) {
        let given = &mut self.given;
        self.flow.finish(&mut self.faults, &mut |unit| given.push(Given::from(unit)));
    }

    pub(super) fn bytes(&self) -> Vec<Vec<u8>> {
        self.given.iter().map(|unit| unit.bytes.clone()).collect()
    }

    pub(super) fn faults(&self) -> Vec<(FaultKind, u64)> {
        self.faults.iter().map(|count| (count.first.kind, count.count)).collect()
    }
}
