//! Each version of HEP with octets built by hand; chunks in any order; and what only looks like HEP.

use super::super::bytes::{ethernet, ipv4, udp};
use super::super::decode_tests::{TEXT, datagram, frame, holds_text, nothing, shortcut_agrees};
use super::super::{Packet, decode};
use crate::capture::Frame;
use crate::evidence::Transport;
use crate::fault::FaultLog;

fn chunk(kind: u16, value: &[u8]) -> Vec<u8> {
    [&[0, 0][..], &kind.to_be_bytes(), &(value.len() as u16 + 6).to_be_bytes(), value].concat()
}

/// 10.0.0.`host`, or 2001:db8::`host`.
fn address(v6: bool, host: u8) -> Vec<u8> {
    if v6 { [&[0x20, 1, 0x0d, 0xb8][..], &[0; 11], &[host]].concat() } else { vec![10, 0, 0, host] }
}

fn chunks(v6: bool, protocol: u8) -> Vec<Vec<u8>> {
    let first = if v6 { 5 } else { 3 };
    vec![
        chunk(1, &[if v6 { 10 } else { 2 }]),
        chunk(2, &[protocol]),
        chunk(first, &address(v6, 1)),
        chunk(first + 1, &address(v6, 2)),
        chunk(7, &5060_u16.to_be_bytes()),
        chunk(8, &5062_u16.to_be_bytes()),
        chunk(9, &[0x65, 0, 0, 0]),
        chunk(10, &[0, 0, 0, 7]),
        chunk(11, &[1]),
        chunk(12, &[0, 0, 7, 0xd1]),
        chunk(17, b"call-id@host"),
    ]
}

fn hep3(chunks: &[Vec<u8>]) -> Vec<u8> {
    let chunks = chunks.concat();
    [&b"HEP3"[..], &(chunks.len() as u16 + 6).to_be_bytes(), &chunks].concat()
}

fn message(v6: bool, protocol: u8) -> Vec<u8> {
    hep3(&[chunks(v6, protocol), vec![chunk(15, TEXT)]].concat())
}

fn over_udp(port: u16, payload: &[u8]) -> Vec<u8> {
    ipv4((8, 9), 17, &udp((999, port), payload))
}

/// A header of version 1 or 2 whose length field is off by `more` from that of version 1.
fn old(version: u8, v6: bool, protocol: u8, more: u8) -> Vec<u8> {
    let (family, len) = if v6 { (10, 40) } else { (2, 16) };
    let time = [7; 12];
    let time = if version == 2 { &time[..] } else { &[] };
    [&[version, len + more, family, protocol, 0x13, 0xc4, 0x13, 0xc6][..], &address(v6, 1), &address(v6, 2), time, TEXT].concat()
}

#[test]
fn version_3_is_known_on_any_port() {
    for port in [9060, 9063, 5060, 4789] {
        for v6 in [false, true] {
            holds_text(&format!("HEP3 to {port} {v6}"), 101, &over_udp(port, &message(v6, 17)));
        }
    }
    let mut reversed = [chunks(false, 17), vec![chunk(15, TEXT), chunk(99, b"unknown")]].concat();
    reversed.push([&[0x12, 0x34, 0, 15, 0, 9][..], b"yes"].concat());
    reversed.reverse();
    holds_text("HEP3 in another order, a chunk of a vendor first", 101, &over_udp(9060, &hep3(&reversed)));
    let with_rest = [message(false, 17), b"rest".to_vec()].concat();
    holds_text("HEP3 with a rest", 101, &over_udp(9060, &with_rest));
    let frame_of_it = ethernet(0x0800, &over_udp(9063, &message(false, 17)));
    assert!(!shortcut_agrees(&frame(1, &frame_of_it)), "the shortcut leaves it to the walk");
}

#[test]
fn versions_1_and_2_are_known_on_their_port() {
    for v6 in [false, true] {
        for (version, more) in [(1, 0), (2, 0), (2, 12)] {
            holds_text(&format!("HEP{version} {v6} {more}"), 101, &over_udp(9060, &old(version, v6, 17, more)));
            let packet = over_udp(9061, &old(version, v6, 17, more));
            assert_eq!(datagram(101, &packet).destination.port, 9061);
        }
    }
}

#[test]
fn the_inner_protocol_is_the_transport() {
    for (protocol, transport) in
        [(17, Transport::Udp), (0, Transport::Udp), (6, Transport::Tcp), (22, Transport::Tcp), (132, Transport::Tcp)]
    {
        for payload in [message(false, protocol), old(1, false, protocol, 0), old(2, true, protocol, 0)] {
            let packet = over_udp(9060, &payload);
            let found = datagram(101, &packet);
            assert_eq!((found.transport, found.payload), (transport, TEXT), "{protocol}");
        }
    }
}

#[test]
fn agents_are_told_apart() {
    let mut chunks = chunks(false, 17);
    chunks.push(chunk(15, TEXT));
    let one = over_udp(9060, &hep3(&chunks));
    chunks[9] = chunk(12, &[0, 0, 7, 0xd2]);
    let other = over_udp(9060, &hep3(&chunks));
    let tunnels = [datagram(101, &one).path.tunnel, datagram(101, &other).path.tunnel];
    assert!(tunnels[0] != tunnels[1] && !tunnels.contains(&0), "{tunnels:?}");
}

#[test]
fn a_compressed_message_is_handed_up_as_it_is() {
    let packet = over_udp(9060, &hep3(&[chunks(false, 6), vec![chunk(16, b"\x78\x9c...")]].concat()));
    let Some(Packet::Deflated(found)) = decode(&frame(101, &packet), &mut FaultLog::default()) else { panic!() };
    assert_eq!((found.payload, found.transport, found.source.port), (&b"\x78\x9c..."[..], Transport::Tcp, 5060));
}

#[test]
fn what_is_not_sip_is_not_ours() {
    for kind in [5, 34, 100] {
        let mut chunks = chunks(false, 17);
        chunks[8] = chunk(11, &[kind]);
        chunks.push(chunk(15, b"{\"json\": 1}"));
        assert_eq!(nothing(101, &over_udp(9060, &hep3(&chunks))), [], "{kind}");
    }
}

#[test]
fn what_is_no_hep_stays_a_datagram() {
    let mut long = message(false, 17);
    long[4] = 0xff;
    let bad_chunk = hep3(&[chunk(2, &[17]), vec![0, 0, 0, 3, 0, 5, 1, 2, 3, 4]]);
    let no_source = hep3(&[chunk(4, &[10, 0, 0, 1]), chunk(15, TEXT)]);
    let no_payload = hep3(&chunks(false, 17));
    for payload in [
        TEXT,
        b"",
        b"HEP3",
        b"HEP3\0\x02",
        b"HEP3\0\x06",
        &long,
        &bad_chunk,
        &no_source,
        &no_payload,
        &old(1, false, 17, 1),
        &old(2, true, 17, 1),
        &old(3, false, 17, 0),
        &old(1, true, 17, 0)[..39],
        &old(2, false, 17, 0)[..27],
        b"\x01\x10\x07\x11 and so on, long enough for addresses",
    ] {
        let packet = over_udp(9060, payload);
        let found = datagram(101, &packet);
        assert_eq!((found.payload, found.path.tunnel), (payload, 0));
    }
}

#[test]
fn what_the_snapshot_length_took_of_the_message_is_told() {
    for whole in [over_udp(9060, &message(false, 17)), over_udp(9060, &old(1, false, 17, 0))] {
        let cut = Frame { original_len: whole.len() as u32, ..frame(101, &whole[..whole.len() - 5]) };
        let Some(Packet::Datagram(found)) = decode(&cut, &mut FaultLog::default()) else { panic!() };
        assert_eq!((found.payload, found.truncated, found.source.port), (&TEXT[..TEXT.len() - 5], true, 5060));
    }
}
