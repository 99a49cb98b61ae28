//! SIP in WebSocket: however the stream is cut and wherever it is joined, the messages come out whole, in order and once.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use proptest::prelude::*;

use super::SipCutter;
use crate::capture::{Frame, LinkType};
use crate::evidence::{Timestamp, Transport};
use crate::fault::{FaultKind, FaultLogs};
use crate::flow::Flow;
use crate::limit::Limits;
use crate::packet::bytes::{ACK, SYN, ipv4, tcp};

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: 192.0.2.20\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n";
const ACCEPTED: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;
const COMPRESSED: u8 = 0xc1;
const PING: u8 = 0x89;
const CLOSE: u8 = 0x88;

/// A unit: its octets, how many frames of the capture carried it, and whether it was cut short.
type Given = (String, usize, bool);

/// One direction of a connection.
struct Line {
    flow: Flow<SipCutter>,
    next: u32,
    frame: u64,
    /// Seconds that have passed without a frame.
    age: u64,
    given: Vec<Given>,
    faults: FaultLogs,
}

impl Line {
    fn open() -> Self {
        let mut line = Self::joined_late();
        line.push(SYN, b"", usize::MAX);
        line.next += 1;
        line
    }

    fn joined_late() -> Self {
        Self {
            flow: Flow::new(Limits::default(), SipCutter),
            next: 1_000,
            frame: 0,
            age: 0,
            given: Vec::new(),
            faults: FaultLogs::default(),
        }
    }

    fn push(&mut self, flags: u8, payload: &[u8], kept: usize) {
        let packet = ipv4((1, 2), 6, &tcp((49_160, 80), self.next, 0, flags & !ACK, payload));
        self.frame += 1;
        let frame = Frame {
            number: self.frame,
            time: Timestamp::from_nanos(i128::from(self.age * 1_000_000_000 + self.frame * 1_000)),
            link_type: LinkType(101),
            interface: 0,
            data: &packet[..packet.len().min(kept)],
            original_len: packet.len() as u32,
            offset: 0,
        };
        let given = &mut self.given;
        self.flow.push(0, &frame, &mut self.faults, &mut |unit| {
            assert_eq!(unit.transport, Transport::Ws, "{}", unit.bytes.escape_ascii());
            given.push((String::from_utf8_lossy(unit.bytes).into_owned(), unit.frames.len(), unit.truncated));
        });
    }

    fn send(&mut self, payload: &[u8]) {
        // No packet of IPv4 is larger.
        for part in payload.chunks(60_000) {
            self.push(0, part, usize::MAX);
            self.next = self.next.wrapping_add(part.len() as u32);
        }
    }

    fn finish(mut self) -> (Vec<String>, Vec<FaultKind>) {
        let given = &mut self.given;
        self.flow.finish(&mut self.faults, &mut |unit| {
            given.push((String::from_utf8_lossy(unit.bytes).into_owned(), unit.frames.len(), unit.truncated));
        });
        (self.given.into_iter().map(|(octets, _, _)| octets).collect(), self.faults.iter().map(|fault| fault.first.kind).collect())
    }
}

fn frame(first: u8, mask: Option<[u8; 4]>, payload: &[u8]) -> Vec<u8> {
    let masked = if mask.is_some() { 0x80 } else { 0 };
    let mut octets = vec![first];
    match payload.len() {
        len @ ..126 => octets.push(masked | len as u8),
        len @ ..0x1_0000 => octets.extend([&[masked | 126][..], &(len as u16).to_be_bytes()].concat()),
        len => octets.extend([&[masked | 127][..], &(len as u64).to_be_bytes()].concat()),
    }
    octets.extend(mask.into_iter().flatten());
    octets.extend(payload.iter().zip(mask.unwrap_or_default().iter().cycle()).map(|(octet, mask)| octet ^ mask));
    octets
}

const MASK: Option<[u8; 4]> = Some([0x37, 0xfa, 0x21, 0x3d]);

fn message(number: u32, body: usize) -> String {
    format!("INVITE sip:bob@192.0.2.20 SIP/2.0\r\nVia: SIP/2.0/WS a.invalid\r\nCSeq: {number} INVITE\r\n\r\n{}", "v".repeat(body))
}

fn answer(number: u32) -> String {
    format!("SIP/2.0 302 Moved\r\nCSeq: {number} INVITE\r\nContact: <sip:bob@198.51.100.30;line={}>\r\n\r\n", "x".repeat(100))
}

/// Compressed as one stream, with the end of each message left away (RFC 7692, 7.2.1 and 7.2.3.2).
fn deflated(messages: &[String]) -> Vec<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    let compressed = messages.iter().map(|message| {
        encoder.write_all(message.as_bytes()).expect("memory takes all");
        encoder.flush().expect("memory takes all");
        let mut octets = std::mem::take(encoder.get_mut());
        assert_eq!(octets.split_off(octets.len() - 4), [0, 0, 0xff, 0xff]);
        octets
    });
    compressed.collect()
}

/// What a client may send, and the messages in it.
fn client() -> (Vec<u8>, Vec<String>) {
    let messages: Vec<String> = (0..7).map(|number| message(number, 10)).collect();
    let (head, rest) = messages[2].as_bytes().split_at(20);
    let (middle, end) = rest.split_at(30);
    let compressed = deflated(&messages[4..6]);
    let (front, back) = compressed[1].split_at(compressed[1].len() / 2);
    let stream = [
        GET.to_vec(),
        frame(TEXT, MASK, messages[0].as_bytes()),
        frame(TEXT, MASK, b"\r\n\r\n"),
        frame(PING, MASK, b"INVITE sip:a SIP/2.0\r\n"),
        frame(BINARY, None, messages[1].as_bytes()),
        frame(0x01, MASK, head),
        frame(0x00, None, middle),
        frame(PING, MASK, b""),
        frame(0x80, MASK, end),
        frame(TEXT, MASK, b"something else"),
        frame(0x01, MASK, br#"{"in two": "#),
        frame(0x80, MASK, messages[0].as_bytes()),
        frame(TEXT, Some([0; 4]), messages[3].as_bytes()),
        frame(COMPRESSED, MASK, &compressed[0]),
        frame(0x41, MASK, front),
        frame(0x80, MASK, back),
        frame(TEXT, MASK, messages[6].as_bytes()),
        frame(CLOSE, MASK, &[3, 232]),
    ];
    (stream.concat(), messages)
}

#[test]
fn messages_come_out_whole_wherever_the_stream_is_cut() {
    let (stream, messages) = client();
    for cut in 0..stream.len() {
        let mut line = Line::open();
        let (one, other) = stream.split_at(cut);
        line.send(one);
        line.send(other);
        assert_eq!(line.finish(), (messages.clone(), vec![]), "cut at {cut}");
    }
    for size in [1, 2, 3, 7, 50] {
        let mut line = Line::open();
        stream.chunks(size).for_each(|part| line.send(part));
        assert_eq!(line.finish(), (messages.clone(), vec![]), "in pieces of {size}");
    }
}

#[test]
fn the_frames_that_carried_a_message_are_known() {
    let text = message(1, 10);
    let (one, other) = text.as_bytes().split_at(50);
    let mut line = Line::open();
    let parts =
        [GET.to_vec(), frame(0x01, MASK, one), frame(PING, MASK, b""), frame(0x80, MASK, other), frame(TEXT, MASK, text.as_bytes())];
    parts.iter().for_each(|part| line.send(part));
    assert_eq!(line.given, [(text.clone(), 2, false), (text, 1, false)]);
}

#[test]
fn a_stream_that_is_joined_late_is_known_by_its_next_message() {
    let masked = [0, 1, 2].map(|number| frame(TEXT, MASK, message(number, 10).as_bytes())).concat();
    let clear = [0, 1, 2].map(|number| frame(TEXT, None, answer(number).as_bytes())).concat();
    for (stream, text) in [(masked, message as fn(u32, usize) -> String), (clear, |number, _| answer(number))] {
        let first = stream.len() / 3;
        // What is joined inside of the header of a frame in the clear begins plainly.
        for missed in 5..first {
            for cut in [missed, missed + 1, first - 1, first + 1, first + 3, first + 9, first + 60] {
                let mut line = Line::joined_late();
                let (one, other) = stream.split_at(cut.max(missed));
                line.send(&one[missed..]);
                line.send(other);
                let (messages, faults) = line.finish();
                assert_eq!(messages, [text(1, 10), text(2, 10)], "from {missed}, cut at {cut}");
                assert!(faults.iter().all(|kind| *kind == FaultKind::TcpGap), "{faults:?}");
            }
        }
    }
}

#[test]
fn plain_sip_is_no_websocket_whatever_it_carries() {
    let carried = frame(TEXT, None, answer(1).as_bytes());
    let plain = format!("MESSAGE sip:bob@192.0.2.20 SIP/2.0\r\nContent-Type: multipart/mixed\r\nContent-Length: {}\r\n\r\n", carried.len());
    let message = [plain.as_bytes(), &carried].concat();
    for cut in 0..message.len() {
        let mut flow = Flow::new(Limits::default(), SipCutter);
        let mut given = Vec::new();
        let (one, other) = message.split_at(cut);
        for (number, sequence, part) in [(1, 1_000, one), (2, 1_000 + cut as u32, other)] {
            let packet = ipv4((1, 2), 6, &tcp((49_160, 80), sequence, 0, 0, part));
            let time = Timestamp::from_nanos(i128::from(number));
            let len = packet.len() as u32;
            let frame = Frame { number, time, link_type: LinkType(101), interface: 0, data: &packet, original_len: len, offset: 0 };
            flow.push(0, &frame, &mut FaultLogs::default(), &mut |unit| given.push((unit.bytes.to_vec(), unit.transport)));
        }
        assert_eq!(given, [(message.clone(), Transport::Tcp)], "cut at {cut}");
    }
}

#[test]
fn both_sides_of_a_connection_are_read() {
    let stream = [ACCEPTED.to_vec(), frame(TEXT, None, answer(1).as_bytes()), frame(TEXT, None, answer(2).as_bytes())].concat();
    for cut in 0..stream.len() {
        let mut line = Line::open();
        line.send(&stream[..cut]);
        line.send(&stream[cut..]);
        assert_eq!(line.finish(), (vec![answer(1), answer(2)], vec![]), "cut at {cut}");
    }
}

#[test]
fn behind_a_gap_the_next_message_is_found() {
    let mut line = Line::open();
    line.send(&[GET.to_vec(), frame(TEXT, MASK, message(0, 10).as_bytes())].concat());
    let lost = frame(TEXT, MASK, message(1, 10).as_bytes());
    line.send(&lost[..20]);
    line.next += 30;
    line.send(&[lost[50..].to_vec(), frame(TEXT, MASK, message(2, 10).as_bytes()), frame(TEXT, MASK, message(3, 10).as_bytes())].concat());
    let (given, faults) = line.finish();
    assert_eq!(given, [message(0, 10), message(2, 10), message(3, 10)]);
    assert_eq!(faults, [FaultKind::TcpGap]);
}

#[test]
fn a_message_that_the_capture_cut_short_is_given_as_such() {
    let mut line = Line::open();
    line.send(GET);
    let octets = frame(TEXT, MASK, message(0, 100).as_bytes());
    line.push(0, &octets, 150);
    line.next += octets.len() as u32;
    line.send(&frame(TEXT, MASK, message(1, 10).as_bytes()));
    let given: Vec<(bool, bool)> = line.given.iter().map(|(text, _, truncated)| (text.starts_with("INVITE"), *truncated)).collect();
    assert_eq!(given, [(true, true), (true, false)]);
}

#[test]
fn long_messages_are_read_up_to_the_bound_and_told_beyond_it() {
    let mut line = Line::open();
    line.send(GET);
    line.send(&frame(TEXT, MASK, message(0, 70_000).as_bytes()));
    line.send(&frame(TEXT, MASK, message(1, 300_000).as_bytes()));
    line.send(&frame(TEXT, MASK, message(2, 10).as_bytes()));
    // The same in pieces.
    line.send(&frame(0x01, MASK, message(3, 10).as_bytes()));
    (0..5).for_each(|_| line.send(&frame(0x00, MASK, &[b'v'; 60_000])));
    line.send(&frame(0x80, MASK, b"v"));
    line.send(&frame(TEXT, MASK, message(4, 10).as_bytes()));
    assert_eq!(line.finish(), (vec![message(0, 70_000), message(2, 10), message(4, 10)], vec![FaultKind::BoundReached]));
}

#[test]
fn what_is_not_sip_is_passed_over_without_a_word() {
    let mut line = Line::open();
    line.send(GET);
    line.send(&frame(BINARY, MASK, &[0xd5; 500_000]));
    line.send(&frame(TEXT, None, br#"{"event":"INVITE sip:bob@192.0.2.20 SIP/2.0"}"#));
    // A length that no stream ever reaches swallows what follows, as the sender wanted it.
    line.send(&[0x82, 127, 0, 0, 0, 0, 0x40, 0, 0, 0]);
    line.send(&frame(TEXT, MASK, message(0, 10).as_bytes()));
    assert_eq!(line.finish(), (vec![], vec![]));
}

#[test]
fn a_bomb_is_told_and_what_is_behind_it_cannot_be_inflated() {
    let compressed = deflated(&[message(0, 10), message(1, 5_000_000), message(2, 10)]);
    let mut line = Line::open();
    line.send(GET);
    compressed.iter().for_each(|octets| line.send(&frame(COMPRESSED, MASK, octets)));
    line.send(&frame(TEXT, MASK, message(3, 10).as_bytes()));
    assert_eq!(line.faults.iter().map(|fault| (fault.first.kind, fault.count)).collect::<Vec<_>>(), [(FaultKind::UndecodableSip, 2)]);
    assert_eq!(line.finish().0, [message(0, 10), message(3, 10)]);
}

#[test]
fn a_compressed_message_that_is_too_long_is_told_and_so_are_those_that_may_refer_to_it() {
    let mut line = Line::open();
    line.send(GET);
    let compressed = deflated(&[message(0, 10), message(1, 10), message(2, 10)]);
    line.send(&frame(COMPRESSED, MASK, &compressed[0]));
    line.send(&frame(COMPRESSED, MASK, &[0; 300_000]));
    line.send(&frame(COMPRESSED, MASK, &compressed[1]));
    line.send(&frame(TEXT, MASK, message(3, 10).as_bytes()));
    assert_eq!(line.finish(), (vec![message(0, 10), message(3, 10)], vec![FaultKind::UndecodableSip, FaultKind::BoundReached]));
}

#[test]
fn a_connection_whose_messages_refer_to_those_ahead_of_them_is_not_forgotten_in_silence() {
    let faults = |flags: u8, messages: [&[u8]; 2]| {
        let mut line = Line::open();
        line.send(GET);
        line.send(&frame(flags, MASK, messages[0]));
        line.age += 16 * 60;
        line.send(&frame(flags, MASK, messages[1]));
        line.finish()
    };
    let (one, other) = (message(0, 10), message(1, 10));
    let compressed = deflated(&[one.clone(), other.clone()]);
    assert_eq!(faults(COMPRESSED, [&compressed[0], &compressed[1]]), (vec![one.clone()], vec![FaultKind::BoundReached]));
    assert_eq!(faults(TEXT, [one.as_bytes(), other.as_bytes()]), (vec![one.clone(), other.clone()], vec![]));
}

#[test]
fn a_message_that_ends_its_deflate_stream_is_read_and_so_is_the_next() {
    let mut line = Line::open();
    line.send(GET);
    for number in 0..2 {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(message(number, 10).as_bytes()).expect("memory takes all");
        let mut octets = encoder.finish().expect("memory takes all");
        octets.push(0);
        line.send(&frame(COMPRESSED, MASK, &octets));
    }
    assert_eq!(line.finish(), (vec![message(0, 10), message(1, 10)], vec![]));
}

#[test]
fn compressed_messages_of_a_stream_that_was_joined_late_are_told() {
    let mut line = Line::joined_late();
    line.send(&frame(TEXT, MASK, message(0, 10).as_bytes()));
    line.send(&frame(COMPRESSED, MASK, &deflated(&[message(1, 10)])[0]));
    line.send(&frame(TEXT, MASK, message(2, 10).as_bytes()));
    assert_eq!(line.finish(), (vec![message(0, 10), message(2, 10)], vec![FaultKind::UndecodableSip]));
}

#[test]
fn a_refused_handshake_may_be_followed_by_another() {
    let mut line = Line::open();
    line.send(GET);
    line.send(GET);
    line.send(&frame(TEXT, MASK, message(0, 10).as_bytes()));
    assert_eq!(line.finish(), (vec![message(0, 10)], vec![]));
}

proptest! {
    #[test]
    fn hostile_frames_give_the_same_however_they_are_cut(
        octets in proptest::collection::vec(prop_oneof![
            4 => proptest::sample::select(vec![0x81_u8, 0x01, 0x00, 0x80, 0x82, 0xc1, 0x89, 0x05, 0x85, 0x7e, 0x7f, 0xff, 0xfe]),
            1 => any::<u8>(),
        ], 0..200),
        number in 0..100_u32,
        sizes in proptest::collection::vec(1..40_usize, 1..30),
        late in any::<bool>(),
    ) {
        let read = |sizes: &[usize]| {
            let stream = [frame(TEXT, MASK, message(number, 10).as_bytes()), octets.clone(), frame(TEXT, MASK, message(1, 5).as_bytes())].concat();
            let stream = if late { stream } else { [GET.to_vec(), stream].concat() };
            let mut line = Line::open();
            let mut rest = stream.as_slice();
            for size in sizes {
                let (one, other) = rest.split_at((*size).min(rest.len()));
                line.send(one);
                rest = other;
            }
            line.send(rest);
            line.finish().0
        };
        prop_assert_eq!(read(&sizes), read(&[]));
    }
}
