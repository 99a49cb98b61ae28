//! Takes messages between two endpoints, gives the TCP segments that carry them: handshake, data, end.
//!
//! Invariant: sequence numbers are without a gap, each side's acknowledgement covers all that the other sent before (RFC 9293, 3.10).

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::pcap_writer::{ip_frame, transport_checksum};

/// The protocol number of TCP in IPv4 and IPv6 (RFC 9293).
const TCP: u8 = 6;
const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const PSH: u8 = 0x08;
const ACK: u8 = 0x10;

/// The most bytes of one segment, so that a frame fits Ethernet with either family of addresses.
const MAXIMUM_SEGMENT: usize = 1440;
/// Microseconds between two segments of the handshake.
const HANDSHAKE_STEP: u64 = 100;

/// All TCP conversations of one capture.
#[derive(Default)]
pub(crate) struct Conversations {
    /// The sequence number that each side sends next, by (sender, receiver).
    next: BTreeMap<(SocketAddr, SocketAddr), u32>,
}

impl Conversations {
    /// Segments that carry `payload` at `micros`, before them a handshake just ahead of that time where the two have no connection yet.
    pub(crate) fn send(&mut self, from: SocketAddr, to: SocketAddr, micros: u64, payload: &[u8]) -> Vec<(u64, Vec<u8>)> {
        let mut frames = Vec::new();
        if !self.next.contains_key(&(from, to)) {
            let start = micros.saturating_sub(3 * HANDSHAKE_STEP);
            // Initial numbers near the end of their range: the wrap is a normal case.
            self.next.insert((from, to), u32::MAX - 0x1ff);
            self.next.insert((to, from), 0x7000_0000);
            frames.push((start, self.segment(from, to, SYN, &[])));
            frames.push((start + HANDSHAKE_STEP, self.segment(to, from, SYN | ACK, &[])));
            frames.push((start + 2 * HANDSHAKE_STEP, self.segment(from, to, ACK, &[])));
        }
        let last = payload.len().div_ceil(MAXIMUM_SEGMENT).saturating_sub(1);
        for (index, part) in payload.chunks(MAXIMUM_SEGMENT).enumerate() {
            let flags = if index == last { PSH | ACK } else { ACK };
            frames.push((micros, self.segment(from, to, flags, part)));
        }
        frames
    }

    /// The end of the connection, as `from` begins it at `micros`.
    pub(crate) fn close(&mut self, from: SocketAddr, to: SocketAddr, micros: u64) -> Vec<(u64, Vec<u8>)> {
        let frames = vec![
            (micros, self.segment(from, to, FIN | ACK, &[])),
            (micros + HANDSHAKE_STEP, self.segment(to, from, FIN | ACK, &[])),
            (micros + 2 * HANDSHAKE_STEP, self.segment(from, to, ACK, &[])),
        ];
        self.next.remove(&(from, to));
        self.next.remove(&(to, from));
        frames
    }

    /// One segment; moves the sender's number on by what it carries.
    fn segment(&mut self, from: SocketAddr, to: SocketAddr, flags: u8, payload: &[u8]) -> Vec<u8> {
        let acknowledged = if flags & ACK == 0 { 0 } else { self.next.get(&(to, from)).copied().unwrap_or(0) };
        let sequence = self.next.entry((from, to)).or_default();
        let mut segment = Vec::with_capacity(payload.len() + 20);
        segment.extend_from_slice(&from.port().to_be_bytes());
        segment.extend_from_slice(&to.port().to_be_bytes());
        segment.extend_from_slice(&sequence.to_be_bytes());
        segment.extend_from_slice(&acknowledged.to_be_bytes());
        segment.extend_from_slice(&[0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        segment.extend_from_slice(payload);
        let counted = u32::try_from(payload.len()).expect("a part of a segment") + u32::from(flags & (SYN | FIN) != 0);
        *sequence = sequence.wrapping_add(counted);
        let sum = transport_checksum(from.ip(), to.ip(), TCP, &segment);
        segment[16..18].copy_from_slice(&sum.to_be_bytes());
        ip_frame(from.ip(), to.ip(), TCP, 0, &segment)
    }
}
