//! Chance: streams and fragments in random disorder come out whole; random nonsense holds no more than its bounds and ends empty.

use super::toy::{Bench, toy};
use crate::limit::{Limit, Limits};
use crate::packet::bytes::{FIN, RST, SYN, fragment4, fragment6, ipv4, tcp, udp};

/// Numbers that are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

#[test]
fn a_stream_in_disorder_comes_out_whole() {
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    for round in 0..300 {
        let messages: Vec<_> = (0..20).map(|index| toy(b'a' + index, chance.below(80))).collect();
        let stream = messages.concat();
        let isn = if round % 2 == 0 { u32::MAX - 200 } else { 5 };
        let mut segments = Vec::new();
        let mut from = 0;
        while from < stream.len() {
            let to = (from + 1 + chance.below(60)).min(stream.len());
            segments.push(from - chance.below(from.min(9) + 1)..(to + chance.below(9)).min(stream.len()));
            from = to;
        }
        // Neighbours change places; some come again, much later.
        for _ in 0..segments.len() {
            let at = chance.below(segments.len() - 3);
            segments.swap(at, at + 1 + chance.below(3));
            let again = segments[at].clone();
            let later = (at + 1 + chance.below(30)).min(segments.len());
            segments.insert(later, again);
        }
        let mut bench = Bench::new();
        bench.ip(&ipv4((1, 2), 6, &tcp((9, 5060), isn, 0, SYN, b"")));
        for range in segments {
            let sequence = isn.wrapping_add(1 + range.start as u32);
            bench.ip(&ipv4((1, 2), 6, &tcp((9, 5060), sequence, 0, 0, &stream[range])));
        }
        assert_eq!(bench.bytes(), messages, "round {round}");
        assert_eq!(bench.faults(), []);
        assert!(bench.given.windows(2).all(|pair| pair[0].place <= pair[1].place));
        assert!(bench.given.iter().all(|unit| unit.frames.is_sorted() && unit.frames.last() == Some(&unit.place)));
        bench.finish();
        assert_eq!((bench.given.len(), bench.flow.held()), (20, (0, 0)));
    }
}

#[test]
fn datagrams_in_fragments_in_disorder_come_out_whole() {
    let mut chance = Chance(0x2545_f491_4f6c_dd1d);
    for round in 0..200 {
        let mut bench = Bench::new();
        let (mut pieces, mut payloads) = (Vec::new(), Vec::new());
        for id in 0..6_u16 {
            let payload: Vec<u8> = (0..40 + chance.below(400)).map(|index| (index * 7 + usize::from(id)) as u8).collect();
            let datagram = udp((5060, 5060 + id), &payload);
            let mut from = 0;
            while from < datagram.len() {
                let to = (from + 8 * (1 + chance.below(6))).min(datagram.len());
                // A first piece that reaches the end would be no fragment.
                let overlap = if from == 0 { to } else { (to + 8 * chance.below(3)).min(datagram.len()) };
                pieces.push((id, from, overlap < datagram.len(), datagram[from..overlap].to_vec()));
                from = to;
            }
            payloads.push(payload);
        }
        for at in (1..pieces.len()).rev() {
            pieces.swap(at, chance.below(at + 1));
        }
        for (id, offset, more, octets) in pieces {
            bench.ip(&match round % 2 {
                0 => fragment4((1, 2), 17, id, offset, more, &octets),
                _ => fragment6((1, 2), 17, id.into(), offset, more, &octets),
            });
        }
        bench.finish();
        let mut found = bench.bytes();
        found.sort();
        payloads.sort();
        assert_eq!(found, payloads, "round {round}");
        assert_eq!((bench.faults(), bench.flow.held()), (vec![], (0, 0)));
    }
}

#[test]
fn nonsense_holds_no_more_than_its_bounds() {
    let limits = [
        (Limit::Fragments, 8),
        (Limit::FragmentOctets, 100_000),
        (Limit::Connections, 4),
        (Limit::StreamOctets, 2_000),
        (Limit::AllStreamOctets, 20_000),
    ];
    let limits = limits.into_iter().fold(Limits::default(), |limits, (limit, value)| limits.with(limit, value));
    let mut chance = Chance(0x1357_9bdf_2468_ace1);
    let mut bench = Bench::with(limits);
    let octets: Vec<u8> = (0..3_000).map(|index| if index % 11 == 0 { b'*' } else { b"0123456789:\r\nab"[index * 7 % 15] }).collect();
    for _ in 0..30_000 {
        let most = if chance.below(20) == 0 { 3_000 } else { 40 };
        let len = chance.below(most);
        let octets = &octets[chance.below(octets.len() - len)..][..len];
        let packet = match chance.below(4) {
            0 => fragment4(
                (1, 2),
                [6, 17, 4][chance.below(3)],
                chance.below(12) as u16,
                8 * chance.below(9_000),
                chance.below(3) > 0,
                octets,
            ),
            1 => fragment6((1, 2), [17, 44, 60][chance.below(3)], chance.below(4) as u32, 8 * chance.below(9), chance.below(3) > 0, octets),
            _ => {
                let flags = [0, 0, 0, 16, 16, 16, FIN, RST, SYN, SYN | 16][chance.below(10)];
                let number =
                    |chance: &mut Chance| [0_u32, u32::MAX - 50, 1 << 31, 1 << 20][chance.below(4)].wrapping_add(chance.below(300) as u32);
                let (sequence, acknowledgment) = (number(&mut chance), number(&mut chance));
                let hosts = if chance.below(2) == 0 { (1, 2) } else { (2, 1) };
                ipv4(hosts, 6, &tcp((7, 7 + chance.below(3) as u16), sequence, acknowledgment, flags, octets))
            }
        };
        let kept = packet.len() - if chance.below(9) == 0 { chance.below(packet.len()) } else { 0 };
        bench.cut_ip(&packet, kept);
        bench.wait([0, 0, 0, 20, 2_000, 60_000, -60_000][chance.below(7)]);
        let (fragments, streams) = bench.flow.held();
        assert!(fragments <= limits.room(Limit::FragmentOctets) && streams <= limits.room(Limit::AllStreamOctets));
        assert!(bench.given.iter().all(|unit| !unit.bytes.is_empty() || unit.transport == crate::evidence::Transport::Udp));
        bench.given.clear();
    }
    bench.finish();
    assert_eq!(bench.flow.held(), (0, 0));
}
