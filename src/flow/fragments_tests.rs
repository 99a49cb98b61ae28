//! Fragments: whatever their order, copies and overlaps, the datagram comes out once and unchanged; what is lost is told.

use super::toy::Bench;
use crate::fault::FaultKind;
use crate::limit::{Limit, Limits};
use crate::packet::bytes::{fragment4, fragment6, ipv4, tcp, udp};

const PORTS: (u16, u16) = (5_060, 5_062);

fn text(len: usize) -> Vec<u8> {
    (0..len).map(|index| b'a' + (index % 23) as u8).collect()
}

/// The fragments of a UDP datagram with `payload`, cut at multiples of 8 octets: offset, more, octets.
fn fragments(payload: &[u8], cuts: &[usize]) -> Vec<(usize, bool, Vec<u8>)> {
    let datagram = udp(PORTS, payload);
    let mut from = 0;
    let mut found = Vec::new();
    for &to in cuts.iter().chain([&datagram.len()]) {
        found.push((from, to < datagram.len(), datagram[from..to].to_vec()));
        from = to;
    }
    found
}

impl Bench {
    fn fragment(&mut self, id: u16, (offset, more, payload): &(usize, bool, Vec<u8>)) {
        self.ip(&fragment4((1, 2), 17, id, *offset, *more, payload));
    }
}

const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

#[test]
fn a_datagram_comes_out_once_in_whatever_order_its_fragments_come() {
    let payload = text(100);
    for order in ORDERS {
        for doubled in [false, true] {
            for version in [4, 6] {
                let parts = fragments(&payload, &[32, 64]);
                let mut bench = Bench::new();
                for index in order.iter().flat_map(|&index| std::iter::repeat_n(index, if doubled { 2 } else { 1 })) {
                    let (offset, more, part) = &parts[index];
                    bench.ip(&match version {
                        4 => fragment4((1, 2), 17, 7, *offset, *more, part),
                        _ => fragment6((1, 2), 17, 7, *offset, *more, part),
                    });
                }
                // A second mirror brings them all again.
                for part in &parts {
                    bench.fragment(7, part);
                }
                bench.finish();
                let copies = if version == 4 { 1 } else { 2 };
                assert_eq!(bench.bytes(), vec![payload.clone(); copies], "{order:?}");
                assert!(bench.given.iter().all(|unit| unit.reassembled && !unit.truncated && unit.frames.len() == 3));
                assert_eq!(bench.given[0].place, if doubled { 5 } else { 3 });
                assert_eq!(bench.faults(), []);
            }
        }
    }
}

#[test]
fn overlapping_fragments_fill_only_what_is_free() {
    let payload = text(120);
    let datagram = udp(PORTS, &payload);
    for from in (0..=64).step_by(8) {
        for to in (from + 8..=120).step_by(8) {
            let mut bench = Bench::new();
            bench.fragment(7, &(32, true, datagram[32..64].to_vec()));
            // This one says other octets where the first one was.
            let mut other = datagram[from..to].to_vec();
            for place in from.max(32)..to.min(64) {
                other[place - from] = b'#';
            }
            bench.fragment(7, &(from, true, other));
            bench.fragment(7, &(0, true, datagram[..64].to_vec()));
            bench.fragment(7, &(56, false, datagram[56..].to_vec()));
            assert_eq!(bench.bytes(), std::slice::from_ref(&payload), "{from}..{to}");
            bench.finish();
            assert_eq!((bench.given.len(), bench.faults()), (1, vec![]));
        }
    }
}

#[test]
fn an_end_that_contradicts_an_earlier_one_changes_nothing() {
    let payload = text(100);
    let parts = fragments(&payload, &[32, 64]);
    let mut bench = Bench::new();
    bench.fragment(7, &parts[2]);
    bench.fragment(7, &(64, false, vec![b'#'; 9]));
    bench.fragment(7, &(200, false, vec![b'#'; 9]));
    bench.fragment(7, &(200, true, vec![b'#'; 16]));
    bench.fragment(7, &parts[0]);
    bench.fragment(7, &parts[1]);
    assert_eq!(bench.bytes(), [payload]);
}

#[test]
fn the_last_fragment_may_bring_nothing_but_the_end() {
    let payload = text(56);
    let datagram = udp(PORTS, &payload);
    let mut bench = Bench::new();
    bench.fragment(7, &(0, true, datagram.clone()));
    bench.fragment(7, &(48, false, datagram[48..].to_vec()));
    assert_eq!(bench.bytes(), [payload]);
}

#[test]
fn identifications_may_be_used_again() {
    let (one, two) = (text(100), vec![b'z'; 100]);
    let mut bench = Bench::new();
    for part in fragments(&one, &[32, 64]).iter().chain(&fragments(&two, &[32, 64])) {
        bench.fragment(7, part);
    }
    assert_eq!(bench.bytes(), [one.clone(), two.clone()]);
    // One that lost its tail, then, seconds later, another.
    let mut bench = Bench::new();
    bench.fragment(7, &(0, true, vec![0; 64]));
    bench.wait(2_000);
    for part in &fragments(&two, &[32, 64]) {
        bench.fragment(7, part);
    }
    assert_eq!(bench.bytes(), [two]);
    assert_eq!(bench.faults(), [(FaultKind::FirstFragmentOnly, 1)]);
}

#[test]
fn the_head_of_a_text_whose_rest_never_comes_is_delivered_as_truncated() {
    let payload = text(100);
    let parts = fragments(&payload, &[48]);
    let check = |bench: &Bench| {
        assert_eq!(bench.given.len(), 1);
        let unit = &bench.given[0];
        assert_eq!((&unit.bytes[..], unit.truncated, unit.place, &unit.frames[..]), (&payload[..40], true, 1, &[1][..]));
        assert_eq!((unit.source.port, unit.destination.port), PORTS);
    };
    let mut at_the_end = Bench::new();
    at_the_end.fragment(7, &parts[0]);
    assert!(at_the_end.given.is_empty());
    at_the_end.finish();
    check(&at_the_end);
    let mut after_a_while = Bench::new();
    after_a_while.fragment(7, &parts[0]);
    after_a_while.wait(500);
    after_a_while.ip(&ipv4((1, 2), 1, b"ping"));
    check(&after_a_while);
    after_a_while.wait(31_000);
    after_a_while.ip(&ipv4((1, 2), 1, b"ping"));
    check(&after_a_while);
    for bench in [at_the_end, after_a_while] {
        assert_eq!(bench.faults(), [(FaultKind::FirstFragmentOnly, 1)]);
    }
}

#[test]
fn a_head_comes_out_ahead_of_its_answer_and_the_whole_when_the_rest_comes() {
    let payload = text(100);
    let parts = fragments(&payload, &[48]);
    let mut bench = Bench::new();
    bench.fragment(7, &parts[0]);
    bench.ip(&ipv4((2, 1), 17, &udp(PORTS, b"\x80\0\0\0\0\0\0\0\0rtp")));
    assert_eq!(bench.given.len(), 1);
    bench.ip(&ipv4((2, 1), 17, &udp(PORTS, b"SIP/2.0 100 Trying")));
    assert_eq!(
        bench.given.iter().map(|unit| (unit.bytes.len(), unit.truncated)).collect::<Vec<_>>(),
        [(12, false), (40, true), (18, false)]
    );
    bench.fragment(7, &parts[1]);
    bench.finish();
    assert_eq!((bench.given.len(), bench.given[3].bytes.len(), bench.given[3].truncated), (4, 100, false));
    assert_eq!(bench.faults(), []);
}

#[test]
fn an_answer_in_fragments_lets_the_head_go_first_too() {
    let parts = fragments(&text(100), &[48]);
    let mut bench = Bench::new();
    bench.fragment(7, &parts[0]);
    for (offset, more, part) in &parts {
        bench.ip(&fragment4((2, 1), 17, 9, *offset, *more, part));
    }
    assert_eq!(bench.given.iter().map(|unit| unit.bytes.len()).collect::<Vec<_>>(), [40, 100]);
}

#[test]
fn a_head_that_is_no_text_is_not_delivered() {
    let mut bench = Bench::new();
    bench.fragment(7, &fragments(&[0x80; 100], &[48])[0]);
    bench.finish();
    assert_eq!((bench.given.len(), bench.faults()), (0, vec![(FaultKind::FirstFragmentOnly, 1)]));
}

#[test]
fn what_the_snapshot_length_took_of_a_fragment_is_missing_from_the_datagram() {
    let payload = text(100);
    let parts = fragments(&payload, &[48]);
    let mut bench = Bench::new();
    bench.fragment(7, &parts[0]);
    bench.cut_ip(&fragment4((1, 2), 17, 7, parts[1].0, false, &parts[1].2), 30);
    assert_eq!(bench.bytes(), [payload[..50].to_vec()]);
    assert!(bench.given[0].truncated);
}

#[test]
fn a_segment_in_fragments_joins_its_stream() {
    let message = super::toy::toy(b'a', 60);
    let segment = tcp((40_000, 5_060), 100, 0, 0, &message);
    let mut bench = Bench::new();
    bench.ip(&fragment4((1, 2), 6, 7, 40, false, &segment[40..]));
    bench.ip(&fragment4((1, 2), 6, 7, 0, true, &segment[..40]));
    assert_eq!(bench.bytes(), [message]);
}

#[test]
fn fragments_in_a_tunnel_in_fragments_come_out() {
    let payload = text(200);
    let datagram = udp(PORTS, &payload);
    let mut bench = Bench::new();
    for (offset, more, range) in [(0, true, 0..104), (104, false, 104..datagram.len())] {
        let inner = fragment4((3, 4), 17, 9, offset, more, &datagram[range]);
        let id = 20 + offset as u16;
        bench.ip(&fragment4((1, 2), 4, id, 64, false, &inner[64..]));
        bench.ip(&fragment4((1, 2), 4, id, 0, true, &inner[..64]));
    }
    assert_eq!(bench.bytes(), [payload]);
    assert_eq!(bench.given[0].source.address.to_string(), "10.0.0.3");
    bench.finish();
    assert_eq!((bench.given.len(), bench.faults()), (1, vec![]));
}

#[test]
fn the_bounds_on_fragments_hold_and_are_told() {
    let limits = Limits::default().with(Limit::Fragments, 10).with(Limit::FragmentOctets, 1 << 20);
    for offset in [8, 65_000] {
        let mut bench = Bench::with(limits);
        for id in 0..100 {
            bench.fragment(id, &(offset, true, vec![0; 8]));
        }
        assert_eq!(bench.faults(), [(FaultKind::LostFragment, 90), (FaultKind::BoundReached, 90)]);
        bench.wait(31_000);
        bench.ip(&ipv4((1, 2), 1, b"ping"));
        assert_eq!(bench.faults()[0], (FaultKind::LostFragment, 100));
    }
}
