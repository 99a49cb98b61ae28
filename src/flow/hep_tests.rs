//! Packets of HEP that a stream carries, cut and joined anywhere.

use super::toy::Bench;
use crate::evidence::Transport;
use crate::fault::FaultKind;
use crate::packet::bytes::{ACK, ipv4, tcp};

/// A packet of HEP version 3 that tells of `payload` from 192.0.2.`host`:5060 to 192.0.2.9:5062 over the transport of that IANA number.
fn hep(host: u8, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let chunk = |kind: u8, value: &[u8]| [&[0, 0, 0, kind][..], &(value.len() as u16 + 6).to_be_bytes(), value].concat();
    let chunks = [
        chunk(2, &[protocol]),
        chunk(3, &[192, 0, 2, host]),
        chunk(4, &[192, 0, 2, 9]),
        chunk(7, &5060_u16.to_be_bytes()),
        chunk(8, &5062_u16.to_be_bytes()),
        chunk(11, &[1]),
        chunk(15, payload),
    ]
    .concat();
    [&b"HEP3"[..], &(chunks.len() as u16 + 6).to_be_bytes(), &chunks].concat()
}

/// What came of `stream` in segments of `size` octets, with `faults`: payload, last octet of the sender, transport.
fn given(stream: &[u8], size: usize, faults: &[(FaultKind, u64)]) -> Vec<(Vec<u8>, String, Transport)> {
    let mut bench = Bench::new();
    let mut sequence = 1_000_u32;
    for part in stream.chunks(size) {
        bench.ip(&ipv4((1, 2), 6, &tcp((40_000, 9061), sequence, 0, ACK, part)));
        sequence += part.len() as u32;
    }
    bench.finish();
    assert_eq!(bench.faults(), faults, "segments of {size}");
    bench.given.iter().map(|unit| (unit.bytes.clone(), unit.source.to_string(), unit.transport)).collect()
}

#[test]
fn a_stream_of_hep_gives_what_it_tells_of_between_those_who_sent_it() {
    let stream = [hep(1, 17, b"INVITE sip:a@b SIP/2.0\r\n\r\n"), hep(3, 6, b"one"), hep(4, 17, b"HEP3 is no payload")].concat();
    let wanted = [
        (b"INVITE sip:a@b SIP/2.0\r\n\r\n".to_vec(), "192.0.2.1:5060".to_owned(), Transport::Udp),
        (b"one".to_vec(), "192.0.2.3:5060".to_owned(), Transport::Tcp),
        (b"HEP3 is no payload".to_vec(), "192.0.2.4:5060".to_owned(), Transport::Udp),
    ];
    for size in [1, 2, 3, 5, 7, 50, 100, 1_000] {
        assert_eq!(given(&stream, size, &[]), wanted, "segments of {size}");
    }
}

#[test]
fn a_stream_of_hep_that_is_joined_late_goes_on_with_the_next_packet() {
    let (first, second) = (hep(1, 17, &[b'x'; 90]), hep(3, 17, b"second"));
    let stream = [&first[80..], &second].concat();
    assert_eq!(given(&stream, 1_000, &[(FaultKind::TcpGap, 1)]).last().map(|(bytes, ..)| bytes.clone()), Some(b"second".to_vec()));
}

#[test]
fn packets_of_hep_in_noise_are_found_however_it_is_cut_into_segments() {
    let (one, two, three) = (hep(1, 17, b"one"), hep(3, 6, b"two"), hep(4, 17, b"three"));
    // What is no packet by its length or its first chunk swallows nothing, and the toy inside a packet is none of its own.
    let noise: [&[u8]; 6] = [b"x", b"\r\n", b"HHEHEPHEP3", b"HEP3\xff\xff\0\0\0\x02\0\x02", b"*9", b"\r\nHEP3\0\x06 and more of it\0\0\0"];
    for noise in noise {
        let stream = [noise, &one, noise, &two, noise, noise, &hep(5, 17, b"*2:aa"), &three, noise].concat();
        let late = if noise == b"\r\n" { &[][..] } else { &[(FaultKind::TcpGap, 1)] };
        let whole = given(&stream, stream.len(), late);
        let payloads: Vec<&[u8]> = whole.iter().map(|(payload, ..)| payload.as_slice()).collect();
        assert_eq!(payloads, [&b"one"[..], b"two", b"*2:aa", b"three"], "{}", noise.escape_ascii());
        for size in [1, 2, 3, 5, 7, 11, 13, 40, 61, 100] {
            assert_eq!(given(&stream, size, late), whole, "segments of {size}, {}", noise.escape_ascii());
        }
    }
}
