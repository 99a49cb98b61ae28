//! Streams: however segments are cut, ordered, repeated and lost, the messages come out whole, in order and once.

use super::toy::{Bench, toy};
use super::{Cut, CutState, Cutter, Flow, Limits, SignKind};
use crate::evidence::Timestamp;
use crate::fault::{FaultKind, FaultLogs};
use crate::packet::bytes::{ACK, FIN, RST, SYN, ipv4, tcp};

const PORTS: (u16, u16) = (40_000, 5_060);
const ISN: u32 = 1_000;

impl Bench {
    /// A segment of the client.
    fn client(&mut self, sequence: u32, flags: u8, payload: &[u8]) {
        self.ip(&ipv4((1, 2), 6, &tcp(PORTS, sequence, 0, flags & !ACK, payload)));
    }

    /// A segment of the server, which has all octets of the client before `acknowledgment`.
    fn server(&mut self, sequence: u32, acknowledgment: u32, flags: u8, payload: &[u8]) {
        self.ip(&ipv4((2, 1), 6, &tcp((PORTS.1, PORTS.0), sequence, acknowledgment, flags | ACK, payload)));
    }

    fn open(&mut self, sequence: u32) {
        self.client(sequence, SYN, b"");
    }
}

fn three() -> (Vec<Vec<u8>>, Vec<u8>) {
    let messages = vec![toy(b'a', 5), toy(b'f', 0), toy(b'k', 14)];
    let stream = messages.concat();
    (messages, stream)
}

/// The segments of `stream` cut at `cuts`: position and octets.
fn segments<'a>(stream: &'a [u8], cuts: &[usize]) -> Vec<(usize, &'a [u8])> {
    let mut from = 0;
    cuts.iter()
        .chain([&stream.len()])
        .map(|&to| (std::mem::replace(&mut from, to), to))
        .map(|(from, to)| (from, &stream[from..to]))
        .collect()
}

fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![vec![]];
    }
    let shorter = permutations(count - 1);
    shorter.iter().flat_map(|it| (0..count).map(|at| [&it[..at], &[count - 1], &it[at..]].concat())).collect()
}

#[test]
fn messages_come_out_whole_wherever_they_are_cut_and_in_whatever_order_they_come() {
    let (messages, stream) = three();
    for isn in [ISN, u32::MAX - 12] {
        for a in 1..stream.len() - 1 {
            for b in a + 1..stream.len() {
                let parts = segments(&stream, &[a, b]);
                for order in permutations(3) {
                    let mut bench = Bench::new();
                    bench.open(isn);
                    for (turn, &index) in order.iter().enumerate() {
                        let (at, bytes) = parts[index];
                        bench.client(isn.wrapping_add(1 + at as u32), 0, bytes);
                        // Each segment twice, as a mirror port does.
                        if turn != 1 {
                            bench.client(isn.wrapping_add(1 + at as u32), 0, bytes);
                        }
                    }
                    assert_eq!(bench.bytes(), messages, "cut at {a} and {b}, order {order:?}");
                    assert_eq!(bench.faults(), []);
                    assert!(bench.given.iter().all(|unit| !unit.truncated && !unit.after_gap && unit.frames.contains(&unit.place)));
                    bench.finish();
                    assert_eq!(bench.given.len(), 3);
                }
            }
        }
    }
}

#[test]
fn a_unit_knows_the_frames_that_carried_it_and_the_one_that_completed_it() {
    let (_, stream) = three();
    let mut bench = Bench::new();
    bench.open(ISN);
    for (at, bytes) in segments(&stream, &[4, 9, 14]) {
        bench.client(ISN + 1 + at as u32, 0, bytes);
    }
    let found: Vec<_> = bench.given.iter().map(|unit| (unit.frames.clone(), unit.place, unit.reassembled)).collect();
    assert_eq!(found, [(vec![2, 3], 3, true), (vec![3, 4], 4, true), (vec![4, 5], 5, true)]);
    assert_eq!(bench.given[1].time, Timestamp::from_nanos(4_000));
}

#[test]
fn a_message_behind_a_hole_is_completed_by_the_frame_that_fills_the_hole() {
    let (messages, stream) = three();
    let mut bench = Bench::new();
    bench.open(ISN);
    let cut = messages[0].len();
    bench.client(ISN + 1 + cut as u32, 0, &stream[cut..]);
    assert!(bench.given.is_empty());
    bench.client(ISN + 1, 0, &stream[..cut]);
    assert_eq!(bench.bytes(), messages);
    assert!(bench.given.iter().all(|unit| unit.place == 3));
}

#[test]
fn overlapping_retransmissions_do_not_change_what_was_there() {
    let (messages, stream) = three();
    for a in 1..stream.len() {
        for back in 0..=a {
            let mut bench = Bench::new();
            bench.open(ISN);
            bench.client(ISN + 1, 0, &stream[..a]);
            let mut other = stream[a - back..].to_vec();
            other[..back].fill(b'#');
            bench.client(ISN + 1 + (a - back) as u32, 0, &other);
            assert_eq!(bench.bytes(), messages, "cut at {a}, {back} octets again");
        }
    }
}

#[test]
fn overlapping_segments_ahead_of_their_turn_do_not_change_what_was_there() {
    let (messages, stream) = three();
    for a in 2..stream.len() - 1 {
        let mut bench = Bench::new();
        bench.open(ISN);
        bench.client(ISN + 1 + a as u32, 0, &stream[a..=a]);
        let mut other = stream[1..].to_vec();
        other[a - 1] = b'#';
        bench.client(ISN + 2, 0, &other);
        bench.client(ISN + 1, 0, &stream[..1]);
        assert_eq!(bench.bytes(), messages, "{a}");
    }
}

#[test]
fn keep_alives_and_line_ends_between_messages_are_no_units() {
    let mut bench = Bench::new();
    bench.open(ISN);
    let message = toy(b'a', 4);
    bench.client(ISN + 1, 0, &[b"\r\n\r\n", &message[..]].concat());
    let next = ISN + 5 + message.len() as u32;
    bench.client(next - 1, 0, b"");
    bench.client(next - 1, 0, b"\0");
    bench.client(next, 0, &message);
    bench.client(next + message.len() as u32 - 1, 0, b"x");
    assert_eq!(bench.bytes(), [message.clone(), message]);
    assert_eq!(bench.faults(), []);
}

#[test]
fn a_stream_joined_late_gives_what_follows_the_lost_start() {
    let message = toy(b'a', 4);
    let mut bench = Bench::new();
    bench.client(77, 0, b"");
    bench.client(77, 0, &[b"cdefg", &message[..], &message[..]].concat());
    assert_eq!(bench.bytes(), [message.clone(), message]);
    assert_eq!(bench.given.iter().map(|unit| unit.after_gap).collect::<Vec<_>>(), [true, false]);
    assert_eq!(bench.faults(), [(FaultKind::TcpGap, 1)]);
}

#[test]
fn octets_before_the_first_known_one_are_taken_and_the_stream_goes_on() {
    let message = toy(b'a', 4);
    let mut bench = Bench::new();
    let len = message.len() as u32;
    bench.client(5_000, 0, &message);
    bench.client(5_000 - len, 0, &message);
    bench.client(5_000 + len, 0, &message);
    assert_eq!(bench.bytes().len(), 3);
}

#[test]
fn a_confirmed_gap_is_given_up_soon_and_reading_goes_on_at_the_next_message() {
    let message = toy(b'a', 30);
    let len = message.len() as u32;
    let mut bench = Bench::new();
    bench.open(ISN);
    bench.server(500, ISN + 1, SYN, b"");
    bench.client(ISN + 1, 0, &message);
    bench.client(ISN + 1 + len, 0, &message[..20]);
    // The next ten octets are lost to the capture.
    bench.client(ISN + 1 + len + 30, 0, &[&message[30..], &message[..]].concat());
    assert_eq!(bench.given.len(), 1);
    bench.wait(90);
    bench.server(501, ISN + 1 + 3 * len, 0, &message);
    assert_eq!(bench.given.len(), 1, "the response waits, the capture may be out of order");
    bench.wait(110);
    bench.client(ISN + 1 + 3 * len, 0, b"");
    let found: Vec<_> =
        bench.given.iter().map(|unit| (unit.bytes.len(), unit.truncated, unit.after_gap, unit.place, unit.source.port)).collect();
    let whole = message.len();
    assert_eq!(
        found,
        [(whole, false, false, 3, 40_000), (20, true, false, 4, 40_000), (whole, false, true, 5, 40_000), (whole, false, false, 6, 5_060)]
    );
    assert_eq!(bench.faults(), [(FaultKind::TcpGap, 1)]);
}

#[test]
fn a_confirmed_gap_that_is_filled_in_time_is_no_gap() {
    let message = toy(b'a', 30);
    let len = message.len() as u32;
    let mut bench = Bench::new();
    bench.open(ISN);
    bench.server(500, ISN + 1, SYN, b"");
    bench.client(ISN + 1 + len, 0, &message);
    bench.server(501, ISN + 1 + 2 * len, 0, &message);
    bench.wait(20);
    bench.client(ISN + 1, 0, &message);
    assert_eq!(bench.given.iter().map(|unit| unit.source.port).collect::<Vec<_>>(), [40_000, 40_000, 5_060]);
    assert_eq!(bench.faults(), []);
}

#[test]
fn octets_lost_on_the_wire_are_waited_for_while_the_receiver_asks_for_them() {
    let message = toy(b'a', 30);
    let len = message.len() as u32;
    let mut bench = Bench::new();
    bench.open(ISN);
    bench.server(500, ISN + 1, SYN, b"");
    bench.client(ISN + 1 + len, 0, &message);
    for _ in 0..5 {
        bench.wait(1_000);
        bench.server(501, ISN + 1, 0, b"");
    }
    assert!(bench.given.is_empty());
    bench.client(ISN + 1, 0, &message);
    assert_eq!(bench.bytes(), [message.clone(), message]);
    assert_eq!(bench.faults(), []);
}

#[test]
fn with_one_direction_captured_a_gap_ends_after_a_second_or_enough_segments() {
    let message = toy(b'a', 30);
    let len = message.len() as u32;
    let after_gap = |bench: &mut Bench| {
        bench.open(ISN);
        bench.client(ISN + 1, 0, &message);
        bench.client(ISN + 1 + 2 * len, 0, &message);
        assert_eq!(bench.given.len(), 1);
    };
    let mut late = Bench::new();
    after_gap(&mut late);
    late.wait(1_001);
    late.client(ISN + 1 + 3 * len, 0, b"");
    assert_eq!(late.given.len(), 2);
    let mut busy = Bench::new();
    after_gap(&mut busy);
    for index in 0..64 {
        busy.client(ISN + 1 + (3 + index) * len, 0, &message);
    }
    assert!(busy.given.len() >= 65, "{}", busy.given.len());
    for bench in [late, busy] {
        assert_eq!(bench.faults(), [(FaultKind::TcpGap, 1)]);
    }
}

#[test]
fn fin_and_rst_and_the_end_give_what_is_there() {
    let message = toy(b'a', 9);
    for (flags, truncated) in [(FIN, false), (RST, true)] {
        let mut bench = Bench::new();
        bench.open(ISN);
        bench.client(ISN + 1, flags, &message[..6]);
        assert_eq!(bench.given.iter().map(|unit| (unit.bytes.len(), unit.truncated)).collect::<Vec<_>>(), [(6, truncated)]);
    }
    let mut bench = Bench::new();
    bench.open(ISN);
    bench.client(ISN + 1, 0, &message[..6]);
    bench.client(ISN + 1 + 20, 0, &message);
    assert!(bench.given.is_empty());
    bench.finish();
    assert_eq!(
        bench.given.iter().map(|unit| (unit.bytes.len(), unit.truncated, unit.place)).collect::<Vec<_>>(),
        [(6, true, 2), (12, false, 3)]
    );
}

#[test]
fn a_fin_ahead_of_its_turn_ends_nothing() {
    let (messages, stream) = three();
    let mut bench = Bench::new();
    bench.open(ISN);
    bench.client(ISN + 1 + 9, FIN, &stream[9..]);
    bench.client(ISN + 1, 0, &stream[..9]);
    assert_eq!(bench.bytes(), messages);
}

#[test]
fn what_a_stream_begins_with_is_told() {
    let mut bench = Bench::new();
    bench.open(ISN);
    bench.client(ISN + 1, 0, b"GET /help HTTP/1.1\r\nHost: help.example\r\n\r\n");
    bench.client(ISN + 45, 0, b"GET /more HTTP/1.1\r\nHost: more.example\r\n\r\n");
    let told: Vec<SignKind> = bench.flow.take_signs().map(|sign| sign.kind).collect();
    assert_eq!(told, [SignKind::Syn, SignKind::HttpRequest { host: (*b"help.example").into() }]);
}

#[test]
fn a_stream_that_begins_inside_of_a_unit_is_told() {
    let told = |opened: bool, first: &[u8]| {
        let mut bench = Bench::new();
        if opened {
            bench.open(ISN);
        }
        bench.client(ISN + 1, 0, first);
        bench.client(ISN + 1 + first.len() as u32, 0, &toy(b'k', 14));
        bench.finish();
        assert_eq!(bench.bytes(), [toy(b'k', 14)]);
        bench.faults()
    };
    assert_eq!(told(false, b"rest"), [(FaultKind::TcpGap, 1)]);
    assert_eq!(told(false, b"\r\n\r\n"), [], "a keep-alive is no part of a unit");
    assert_eq!(told(true, b"rest"), [], "what a whole stream begins with is all there");
}

#[test]
fn octets_that_are_missing_between_units_are_told_with_the_frame_behind_them() {
    let lost = |first: &[u8]| {
        let mut bench = Bench::new();
        bench.open(ISN);
        bench.client(ISN + 1, 0, first);
        bench.client(ISN + 100, 0, &toy(b'k', 14));
        bench.finish();
        let lost = bench.flow.take_signs().filter(|sign| sign.kind == SignKind::Lost);
        lost.map(|sign| (sign.source.port, sign.frame)).collect::<Vec<_>>()
    };
    assert_eq!(lost(&toy(b'a', 5)), [(PORTS.0, 3)]);
    let mut confirmed = Bench::new();
    confirmed.open(ISN);
    confirmed.client(ISN + 1, 0, &toy(b'a', 5));
    confirmed.server(7, ISN + 100, 0, b"");
    confirmed.finish();
    assert!(
        confirmed.flow.take_signs().any(|sign| sign.kind == SignKind::Lost && sign.frame == 3),
        "the server has what the capture lacks"
    );
    assert_eq!(lost(b"..... "), [], "of a stream that carries nothing of ours nobody asks");
}

#[test]
fn a_port_used_again_begins_a_new_stream() {
    let message = toy(b'a', 9);
    let mut bench = Bench::new();
    for isn in [ISN, ISN + 5, 7] {
        bench.open(isn);
        bench.open(isn);
        bench.server(isn, isn + 1, SYN, b"");
        bench.client(isn + 1, 0, &message);
        bench.server(isn + 1, isn + 13, 0, &message);
    }
    assert_eq!(bench.given.len(), 6);
    assert!(bench.given.iter().all(|unit| unit.bytes == message && !unit.after_gap));
}

#[test]
fn octets_that_the_snapshot_length_took_are_a_gap_at_once() {
    let message = toy(b'a', 50);
    let len = message.len() as u32;
    let mut bench = Bench::new();
    bench.open(ISN);
    let packet = ipv4((1, 2), 6, &tcp(PORTS, ISN + 1, 0, 0, &message));
    bench.cut_ip(&packet, 70);
    bench.client(ISN + 1 + len, 0, &message);
    assert_eq!(bench.given.iter().map(|unit| (unit.bytes.len(), unit.truncated)).collect::<Vec<_>>(), [(30, true), (54, false)]);
    assert_eq!(bench.faults(), [(FaultKind::Snaplen, 1)]);
    let mut swapped = Bench::new();
    swapped.open(ISN);
    swapped.cut_ip(&ipv4((1, 2), 6, &tcp(PORTS, ISN + 1 + len, 0, 0, &message)), 70);
    swapped.client(ISN + 1, 0, &message);
    assert_eq!(swapped.given.iter().map(|unit| (unit.bytes.len(), unit.truncated)).collect::<Vec<_>>(), [(54, false), (30, true)]);
}

/// Counts the octets that are shown to it.
struct Counting(std::cell::Cell<u64>, fn(&[u8], CutState) -> Cut);

impl Cutter for Counting {
    fn cut(&self, bytes: &[u8], state: CutState) -> Cut {
        self.0.set(self.0.get() + (bytes.len() - state.resume) as u64);
        (self.1)(bytes, state)
    }
}

fn push_all(limits: Limits, cutter: Counting, packets: impl Iterator<Item = Vec<u8>>) -> (Vec<usize>, u64, FaultLogs) {
    let mut flow = Flow::new(limits, cutter);
    let (mut found, mut faults) = (Vec::new(), FaultLogs::default());
    for (index, packet) in packets.enumerate() {
        let frame = crate::capture::Frame {
            number: index as u64 + 1,
            time: Timestamp::from_nanos(0),
            link_type: crate::capture::LinkType(101),
            interface: 0,
            data: &packet,
            original_len: packet.len() as u32,
            offset: 0,
        };
        flow.push(0, &frame, &mut faults, &mut |unit| found.push(unit.bytes.len()));
    }
    flow.finish(&mut faults, &mut |unit| found.push(unit.bytes.len()));
    let shown = flow.cutter().0.get();
    (found, shown, faults)
}

#[test]
fn single_octets_cost_each_the_same() {
    const COUNT: u32 = 100_000;
    let unit = |bytes: &[u8], _: CutState| {
        if bytes.len() < 50_000 { Cut::More { at_least: 0, resume: bytes.len() } } else { Cut::Unit { skip: 0, len: 50_000 } }
    };
    let packets = (0..COUNT).map(|at| ipv4((1, 2), 6, &tcp(PORTS, at, 0, 0, b"x")));
    let (found, shown, faults) = push_all(Limits::default(), Counting(0.into(), unit), packets);
    assert_eq!((found, shown), (vec![50_000, 50_000], u64::from(COUNT)));
    assert!(faults.is_empty());
}

#[test]
fn segments_all_out_of_order_cost_no_more_than_their_bound() {
    let unit = |bytes: &[u8], _: CutState| Cut::Unit { skip: 0, len: bytes.len() };
    // In pairs, the later one first; then all of them backwards.
    let pairs = (0..60_000_u32).map(|at| ipv4((1, 2), 6, &tcp(PORTS, at ^ 1, 0, 0, b"x")));
    let (found, _, _) = push_all(Limits::default(), Counting(0.into(), unit), pairs);
    assert_eq!(found.iter().sum::<usize>(), 60_000);
    let opening = std::iter::once(ipv4((1, 2), 6, &tcp(PORTS, 0, 0, SYN, b"")));
    let backwards = opening.chain((0..60_000_u32).rev().map(|at| ipv4((1, 2), 6, &tcp(PORTS, at, 0, 0, b"x"))));
    let (_, _, faults) = push_all(Limits::default(), Counting(0.into(), unit), backwards);
    assert!(faults.iter().any(|count| count.first.kind == FaultKind::TcpGap));
}

#[test]
fn every_bound_on_streams_holds_and_is_told() {
    let never =
        |bytes: &[u8], state: CutState| if state.at_end { Cut::Skip(usize::MAX) } else { Cut::More { at_least: 0, resume: bytes.len() } };
    let limits = Limits { connections: 8, stream_bytes: 1_000, total_stream_bytes: 40_000, ..Limits::default() };
    let long = (0..50_u32).map(|at| ipv4((1, 2), 6, &tcp(PORTS, at * 100, 0, 0, &[b'x'; 100])));
    let many = (0..500_u16).map(|port| ipv4((1, 2), 6, &tcp((port, 5060), 1, 0, 0, &[b'x'; 100])));
    for packets in [long.collect::<Vec<_>>(), many.collect()] {
        let (_, _, faults) = push_all(limits, Counting(0.into(), never), packets.into_iter());
        assert_eq!(faults.iter().map(|count| count.first.kind).collect::<Vec<_>>(), [FaultKind::BoundReached]);
    }
}

#[test]
fn a_stream_without_units_does_not_wait_for_lost_segments() {
    let noise = |bytes: &[u8], _: CutState| Cut::Skip(bytes.len());
    let packets = (0..200_u32).filter(|at| at % 3 != 2).map(|at| ipv4((1, 2), 6, &tcp(PORTS, at * 1_000, 0, 0, &[0; 1_000])));
    let (found, _, faults) = push_all(Limits::default(), Counting(0.into(), noise), packets);
    assert!(found.is_empty() && faults.is_empty());
}
