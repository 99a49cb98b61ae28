//! Takes one request behind every link header and in every tunnel that is read, asks tshark for it too, holds our count to both.
//!
//! Invariant: where tshark sees another number of messages, the row says why.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use crate::support::audited::report_of;
use crate::support::pcap_writer::{file_header, ip_frame, udp_frame, write_record};
use crate::support::sip_text::EPOCH_MICROS;
use crate::support::tshark;

/// A frame with the request in it.
struct Wrapped {
    what: &'static str,
    link_type: u32,
    frame: Vec<u8>,
    /// Why tshark does not see the request, where it does not.
    unseen_by_tshark: Option<&'static str>,
}

const ETHERNET: u32 = 1;
const IPV4: [u8; 2] = [0x08, 0x00];
const IPV6: [u8; 2] = [0x86, 0xdd];

fn request() -> Vec<u8> {
    b"OPTIONS sip:bob@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKw1\r\nMax-Forwards: 70\r\n\
      From: <sip:alice@atlanta.example>;tag=1\r\nTo: <sip:bob@192.0.2.2>\r\nCall-ID: wrapped@192.0.2.1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        .to_vec()
}

fn ends(v6: bool) -> (SocketAddr, SocketAddr) {
    let read = |text: &str| text.parse().expect("an address and a port");
    if v6 { (read("[2001:db8::1]:5060"), read("[2001:db8::2]:5060")) } else { (read("192.0.2.1:5060"), read("192.0.2.2:5060")) }
}

/// The request in UDP in IP.
fn packet(v6: bool) -> Vec<u8> {
    let (from, to) = ends(v6);
    udp_frame(from, to, 7, &request())[14..].to_vec()
}

/// `payload` in IP of `protocol` between the ends of a tunnel, in Ethernet.
fn over_ip(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let (from, to) = ("198.51.100.1".parse().expect("an address"), "198.51.100.2".parse().expect("an address"));
    ip_frame(from, to, protocol, 9, payload)
}

/// `payload` in UDP to `port`, in Ethernet.
fn over_udp(port: u16, payload: &[u8]) -> Vec<u8> {
    let (from, to) = ("198.51.100.1:40000".parse().expect("an end"), SocketAddr::new("198.51.100.2".parse().expect("an address"), port));
    udp_frame(from, to, 9, payload)
}

fn ethernet(kind: [u8; 2], payload: &[u8]) -> Vec<u8> {
    [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2], &kind[..], payload].concat()
}

/// A packet of HEP version 3.
fn hep3() -> Vec<u8> {
    let chunk = |kind: u8, value: &[u8]| [&[0, 0, 0, kind][..], &(value.len() as u16 + 6).to_be_bytes(), value].concat();
    let addresses =
        [chunk(3, &[192, 0, 2, 1]), chunk(4, &[192, 0, 2, 2]), chunk(7, &5060_u16.to_be_bytes()), chunk(8, &5060_u16.to_be_bytes())];
    let times = [chunk(9, &1_704_067_200_u32.to_be_bytes()), chunk(10, &[0; 4])];
    let chunks = [
        chunk(1, &[2]),
        chunk(2, &[17]),
        addresses.concat(),
        times.concat(),
        chunk(11, &[1]),
        chunk(12, &[0, 0, 0, 1]),
        chunk(15, &request()),
    ]
    .concat();
    [&b"HEP3"[..], &(chunks.len() as u16 + 6).to_be_bytes(), &chunks].concat()
}

fn wrapped() -> Vec<Wrapped> {
    let (four, six) = (packet(false), packet(true));
    let inner = ethernet(IPV4, &four);
    let join = |parts: &[&[u8]]| parts.concat();
    let seen = |what, link_type, frame| Wrapped { what, link_type, frame, unseen_by_tshark: None };
    let unseen = |what, frame, why| Wrapped { what, link_type: ETHERNET, frame, unseen_by_tshark: Some(why) };
    let snap = join(&[&[0xaa, 0xaa, 3, 0, 0, 0], &IPV4, &four]);
    let wireless = join(&[&[0x08, 1, 0x2c, 0], &[2, 0, 0, 0, 0, 1], &[2, 0, 0, 0, 0, 2], &[2, 0, 0, 0, 0, 3], &[0x10, 0], &snap]);
    let mut hop_by_hop = six[..40].to_vec();
    hop_by_hop[6] = 0;
    let payload = (six.len() - 40 + 8) as u16;
    hop_by_hop[4..6].copy_from_slice(&payload.to_be_bytes());
    vec![
        seen("IPv6", ETHERNET, ethernet(IPV6, &six)),
        seen("IPv6 with an extension header", ETHERNET, ethernet(IPV6, &join(&[&hop_by_hop, &[17, 0, 1, 4, 0, 0, 0, 0], &six[40..]]))),
        seen("VLAN", ETHERNET, ethernet([0x81, 0], &join(&[&[0, 7], &IPV4, &four]))),
        seen("VLAN in VLAN", ETHERNET, ethernet([0x88, 0xa8], &join(&[&[0, 7, 0x81, 0, 0, 8], &IPV4, &four]))),
        seen("802.3, LLC, SNAP", ETHERNET, ethernet((snap.len() as u16).to_be_bytes(), &snap)),
        seen(
            "PPPoE",
            ETHERNET,
            ethernet([0x88, 0x64], &join(&[&[0x11, 0, 0, 1], &(four.len() as u16 + 2).to_be_bytes(), &[0, 0x21], &four])),
        ),
        seen("MPLS", ETHERNET, ethernet([0x88, 0x47], &join(&[&[0, 1, 0, 64, 0, 1, 1, 64], &four]))),
        unseen(
            "MPLS with a control word",
            ethernet([0x88, 0x47], &join(&[&[0, 1, 1, 64, 0, 0, 0, 0], &inner])),
            "tshark takes the control word for the start of an address",
        ),
        seen("IP in IP", ETHERNET, over_ip(4, &four)),
        seen("6in4", ETHERNET, over_ip(41, &six)),
        seen("GRE", ETHERNET, over_ip(47, &join(&[&[0, 0], &IPV4, &four]))),
        seen("GRE with checksum, key and sequence", ETHERNET, over_ip(47, &join(&[&[0xb0, 0], &IPV4, &[0; 12], &four]))),
        seen("ERSPAN I", ETHERNET, over_ip(47, &join(&[&[0, 0, 0x88, 0xbe], &inner]))),
        seen("ERSPAN II", ETHERNET, over_ip(47, &join(&[&[0x10, 0, 0x88, 0xbe, 0, 0, 0, 1], &[0x10, 1, 0, 1, 0, 0, 0, 0], &inner]))),
        seen(
            "ERSPAN III",
            ETHERNET,
            over_ip(47, &join(&[&[0x10, 0, 0x22, 0xeb, 0, 0, 0, 1], &[0x20, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], &inner])),
        ),
        seen("VXLAN", ETHERNET, over_udp(4789, &join(&[&[8, 0, 0, 0, 0, 0, 1, 0], &inner]))),
        seen("VXLAN-GPE", ETHERNET, over_udp(4790, &join(&[&[0x0c, 0, 0, 1, 0, 0, 1, 0], &four]))),
        seen("GENEVE", ETHERNET, over_udp(6081, &join(&[&[0, 0, 0x65, 0x58, 0, 0, 1, 0], &inner]))),
        seen("GTP-U", ETHERNET, over_udp(2152, &join(&[&[0x30, 0xff], &(four.len() as u16).to_be_bytes(), &[0, 0, 0, 1], &four]))),
        seen(
            "GTP-U with an extension header",
            ETHERNET,
            over_udp(
                2152,
                &join(&[&[0x34, 0xff], &(four.len() as u16 + 8).to_be_bytes(), &[0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0, 1, 0], &four]),
            ),
        ),
        seen(
            "GTP-U with Ethernet",
            ETHERNET,
            over_udp(2152, &join(&[&[0x30, 0xff], &(inner.len() as u16).to_be_bytes(), &[0, 0, 0, 1], &inner])),
        ),
        seen("L2TP", ETHERNET, over_udp(1701, &join(&[&[0, 2, 0, 7, 0, 9, 0xff, 3, 0, 0x21], &four]))),
        seen("TZSP", ETHERNET, over_udp(37008, &join(&[&[1, 0, 0, 1, 1], &inner]))),
        seen("Teredo", ETHERNET, over_udp(3544, &six)),
        unseen("HEP", over_udp(9060, &hep3()), "tshark looks for HEP only when it is told to"),
        unseen(
            "ESP with NULL encryption",
            over_ip(50, &join(&[&[0, 0, 0, 1, 0, 0, 0, 1], &four[20..], &padding(four.len() - 20), &[17], &[0; 12]])),
            "tshark opens NULL encryption only when it is told to",
        ),
        seen("raw IP", 101, four.clone()),
        seen("loopback", 0, join(&[&[2, 0, 0, 0], &four])),
        seen("encapsulating interface", 109, join(&[&[2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], &four])),
        seen("PPP", 9, join(&[&[0xff, 3, 0, 0x21], &four])),
        seen("802.11", 105, wireless.clone()),
        seen("radiotap", 127, join(&[&[0, 0, 8, 0, 0, 0, 0, 0], &wireless])),
        seen("Linux cooked", 113, join(&[&[0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0], &IPV4, &four])),
        seen("Linux cooked, version 2", 276, join(&[&IPV4, &[0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0], &four])),
        seen("NFLOG", 239, join(&[&[2, 0, 0, 0], &(four.len() as u16 + 4).to_le_bytes(), &[9, 0], &four])),
    ]
}

/// What ESP puts behind a payload of `len` octets: 1, 2, 3 and so on, and how many they are (RFC 4303, 2.4).
fn padding(len: usize) -> Vec<u8> {
    let count = (len + 2).next_multiple_of(4) - len - 2;
    (1..=count as u8).chain([count as u8]).collect()
}

/// A capture of one link type with those frames.
fn capture(link_type: u32, frames: &[&Wrapped]) -> std::path::PathBuf {
    let mut octets = file_header();
    octets[20..24].copy_from_slice(&link_type.to_le_bytes());
    for (nth, wrapped) in (0..).zip(frames) {
        // Apart enough that none is a copy, nor a retransmission to tshark.
        write_record(&mut octets, EPOCH_MICROS + nth * 2_000_000, &wrapped.frame);
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("wrapped-{link_type}.pcap"));
    fs::write(&path, octets).expect("the folder for tests can be written");
    path
}

fn by_link_type(all: &[Wrapped]) -> Vec<(u32, Vec<&Wrapped>)> {
    let mut link_types: Vec<u32> = all.iter().map(|wrapped| wrapped.link_type).collect();
    link_types.dedup();
    link_types.into_iter().map(|link_type| (link_type, all.iter().filter(|wrapped| wrapped.link_type == link_type).collect())).collect()
}

#[test]
fn a_request_is_seen_behind_every_link_and_in_every_tunnel() {
    for (link_type, frames) in by_link_type(&wrapped()) {
        let report = report_of(&capture(link_type, &frames));
        let capture = &report.captures[0];
        let names: Vec<&str> = frames.iter().map(|wrapped| wrapped.what).collect();
        assert_eq!((capture.sip_messages, capture.complete), (frames.len() as u64, true), "{names:?}: {:?}", capture.faults);
    }
}

#[test]
fn tshark_sees_the_request_behind_the_same_links_and_in_the_same_tunnels() {
    for (link_type, frames) in by_link_type(&wrapped()) {
        let path = capture(link_type, &frames);
        let Some(reading) = tshark::read(&path, &[], "sip.Call-ID", &["frame.number"]) else { return };
        let seen: Vec<usize> = reading.rows.iter().filter_map(|row| row.first()?.parse().ok()).collect();
        for (number, wrapped) in (1..).zip(frames) {
            assert_eq!(seen.contains(&number), wrapped.unseen_by_tshark.is_none(), "{} {:?}", wrapped.what, wrapped.unseen_by_tshark);
        }
    }
}
