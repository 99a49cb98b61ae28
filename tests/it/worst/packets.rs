//! Takes a size, gives a capture of so many packets that make the memory of fragments and streams as large, or its questions as long, as can be.
//!
//! Invariant: the work that a packet may cost does not depend on how many came before it, so that twice the size is twice the work.

use super::pile::{CLIENT, Host, Pile, SERVER, Text, invite};
use crate::support::pcap_writer::{ip_frame, udp_frame};

/// Flags of a segment with data (RFC 9293, 3.1).
const PUSH: u8 = 0x18;
/// The most octets of one segment here.
const SEGMENT: usize = 1_400;

fn sent_in_segments(pile: &mut Pile, octets: &[u8], segment: usize) {
    let (from, to) = (CLIENT.at(40_000), SERVER.at(5060));
    pile.tcp(from, to, 99, 2, &[]);
    let mut sequence = 100_u32;
    for part in octets.chunks(segment) {
        pile.tcp(from, to, sequence, PUSH, part);
        sequence = sequence.wrapping_add(u32::try_from(part.len()).expect("a short part"));
    }
}

/// Fragments of eight octets, each of another datagram that is never complete.
pub(super) fn fragments_of_many_datagrams(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    for number in 0..size {
        pile.fragment((number % 65_536) as u16, 8 * (number / 65_536 % 8_000) as usize, false, b"INVITE s");
    }
    pile.done()
}

/// Fragments of eight octets of a few datagrams, the last ones first, with holes.
pub(super) fn fragments_with_holes(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    for number in 0..size {
        let place = 8_000 - (number % 4_000) as usize * 2;
        pile.fragment((number / 4_000) as u16, 8 * place, number % 4_000 == 0, b"INVITE s");
    }
    pile.done()
}

/// Messages in segments of one octet.
pub(super) fn segments_of_one_octet(size: u64) -> Vec<u8> {
    let message = Text { more: "Contact: <sip:a@192.0.2.10>\r\n", ..invite(1) }.request("sip:bob@192.0.2.20");
    let octets: Vec<u8> = message.iter().copied().cycle().take(size as usize).collect();
    let mut pile = Pile::new(1);
    sent_in_segments(&mut pile, &octets, 1);
    pile.done()
}

/// Segments of one octet behind a gap that nothing fills, every second one lost.
pub(super) fn segments_with_holes(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    let (from, to) = (CLIENT.at(40_000), SERVER.at(5060));
    pile.tcp(from, to, 99, 2, &[]);
    for number in 0..size {
        pile.tcp(from, to, 102 + 2 * number as u32, PUSH, b"I");
    }
    pile.done()
}

/// The same, the last one first.
pub(super) fn segments_from_behind(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    let (from, to) = (CLIENT.at(40_000), SERVER.at(5060));
    pile.tcp(from, to, 99, 2, &[]);
    for number in (0..size).rev() {
        pile.tcp(from, to, 102 + 2 * (number % 100_000) as u32, PUSH, b"I");
    }
    pile.done()
}

/// A message over TCP whose header goes on for so many octets.
pub(super) fn header_without_end(size: u64) -> Vec<u8> {
    let mut octets = b"INVITE sip:bob@192.0.2.20 SIP/2.0\r\n".to_vec();
    octets.resize(size as usize, b'x');
    let mut pile = Pile::new(1);
    sent_in_segments(&mut pile, &octets, SEGMENT);
    pile.done()
}

/// A message over TCP with lines without end, a folded one after the other.
pub(super) fn lines_without_end(size: u64) -> Vec<u8> {
    let mut octets = b"INVITE sip:bob@192.0.2.20 SIP/2.0\r\nVia: x\r\n".to_vec();
    octets.extend(b" ,\r\n".iter().cycle().take(size as usize));
    let mut pile = Pile::new(1);
    sent_in_segments(&mut pile, &octets, SEGMENT);
    pile.done()
}

/// A message over TCP whose body is said to be longer than all that comes.
pub(super) fn body_without_end(size: u64) -> Vec<u8> {
    let mut octets = b"INVITE sip:bob@192.0.2.20 SIP/2.0\r\nContent-Length: 262000\r\n\r\n".to_vec();
    octets.resize(size as usize, b'\r');
    let mut pile = Pile::new(1);
    sent_in_segments(&mut pile, &octets, SEGMENT);
    pile.done()
}

/// Start lines over TCP, one after the other, and nothing else.
pub(super) fn start_lines(size: u64) -> Vec<u8> {
    let octets: Vec<u8> = b"INVITE sip:a SIP/2.0\r\n".iter().copied().cycle().take(size as usize).collect();
    let mut pile = Pile::new(1);
    sent_in_segments(&mut pile, &octets, SEGMENT);
    pile.done()
}

/// Start lines over TCP, each with a field behind it, and never an empty line.
pub(super) fn heads_without_end(size: u64) -> Vec<u8> {
    let octets: Vec<u8> = b"INVITE sip:a SIP/2.0\r\nVia: x\r\n".iter().copied().cycle().take(size as usize).collect();
    let mut pile = Pile::new(1);
    sent_in_segments(&mut pile, &octets, SEGMENT);
    pile.done()
}

/// Start lines over TCP, each with a field behind it that says of a body which never comes.
pub(super) fn bodies_that_swallow(size: u64) -> Vec<u8> {
    let octets: Vec<u8> = b"INVITE sip:a SIP/2.0\r\nl: 200000\r\n\r\n".iter().copied().cycle().take(size as usize).collect();
    let mut pile = Pile::new(1);
    sent_in_segments(&mut pile, &octets, SEGMENT);
    pile.done()
}

/// What looks like the start of a message at every octet, and is none.
pub(super) fn almost_start_lines(size: u64) -> Vec<u8> {
    let octets: Vec<u8> = b"SIP/2.0 SIP/2.0\n".iter().copied().cycle().take(size as usize).collect();
    let mut pile = Pile::new(1);
    sent_in_segments(&mut pile, &octets, SEGMENT);
    pile.done()
}

/// Line ends that keep a connection alive, one in each segment.
pub(super) fn keepalives(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    sent_in_segments(&mut pile, &b"\r\n\r\n".repeat(size as usize / 4), 4);
    pile.done()
}

/// Connections that each begin a message.
pub(super) fn connections(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    for number in 0..size {
        let [.., a, b, c] = number.to_be_bytes();
        pile.tcp(Host(10, a, b, c).at(40_000), SERVER.at(5060), 100, PUSH, b"INVITE sip:bob@192.0.2.20 SIP/2.0\r\nVia: ");
    }
    pile.done()
}

/// One packet, again and again.
pub(super) fn copies(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(0);
    for _ in 0..size {
        pile.udp(CLIENT, SERVER, b"INVITE sip:bob@192.0.2.20 SIP/2.0\r\n\r\n");
    }
    pile.done()
}

/// IP in IP, as deep as a datagram lets it be.
pub(super) fn tunnels(size: u64) -> Vec<u8> {
    let mut pile = Pile::new(1);
    let (from, to) = (CLIENT.at(5060), SERVER.at(5060));
    let mut frame = udp_frame(from, to, 0, &invite(1).request("sip:bob@192.0.2.20"));
    for _ in 0..1_000 {
        frame = ip_frame(from.ip(), to.ip(), 4, 0, &frame[14..]);
    }
    for _ in 0..size {
        pile.frame(&frame);
    }
    pile.done()
}
