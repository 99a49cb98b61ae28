//! Each link type and tunnel with octets built by hand; lengths that lie; and damage of every kind, which must not make the walk fail.

use super::bytes::{ACK, FIN, SYN, ethernet, fragment4, fragment6, ipv4, ipv6, tcp, udp};
use super::{Datagram, Packet, decode, plain_datagram, resume};
use crate::capture::{Frame, LinkType};
use crate::evidence::Timestamp;
use crate::fault::{FaultKind, FaultLog};

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;
pub(super) const TEXT: &[u8] = b"OPTIONS sip:a@b SIP/2.0\r\n";

pub(super) fn frame(link_type: u16, data: &[u8]) -> Frame<'_> {
    Frame {
        number: 7,
        time: Timestamp::default(),
        link_type: LinkType(link_type),
        interface: 3,
        data,
        original_len: data.len() as u32,
        offset: 1_000,
    }
}

pub(super) fn sip4() -> Vec<u8> {
    ipv4((1, 2), 17, &udp((5060, 5062), TEXT))
}

pub(super) fn sip6() -> Vec<u8> {
    ipv6((1, 2), 17, &udp((5060, 5062), TEXT))
}

/// What the shortcut says of a frame is what the walk says, if it says anything.
pub(super) fn shortcut_agrees(frame: &Frame<'_>) -> bool {
    let Some(plain) = plain_datagram(frame) else { return false };
    let walked = decode(frame, &mut FaultLog::default());
    let Some(Packet::Datagram(walked)) = walked else { panic!("{plain:?} {walked:?}") };
    assert_eq!(format!("{plain:?}"), format!("{walked:?}"));
    true
}

pub(super) fn datagram(link_type: u16, data: &[u8]) -> Datagram<'_> {
    let mut faults = FaultLog::default();
    match decode(&frame(link_type, data), &mut faults) {
        Some(Packet::Datagram(datagram)) => datagram,
        other => panic!("{other:?} {faults:?}"),
    }
}

/// The frame holds `TEXT` from port 5060 of a host to 5062 of another.
pub(super) fn holds_text(what: &str, link_type: u16, data: &[u8]) {
    let found = datagram(link_type, data);
    assert_eq!((found.payload, found.source.port, found.destination.port, found.truncated), (TEXT, 5060, 5062, false), "{what}");
    let addresses = format!("{} {}", found.source.address, found.destination.address);
    assert!(matches!(&*addresses, "10.0.0.1 10.0.0.2" | "2001:db8::1 2001:db8::2"), "{what}: {addresses}");
    assert_eq!(found.path.interface, 3);
}

pub(super) fn nothing(link_type: u16, data: &[u8]) -> Vec<FaultKind> {
    let mut faults = FaultLog::default();
    let found = decode(&frame(link_type, data), &mut faults);
    assert!(found.is_none(), "{found:?}");
    faults.iter().map(|count| count.first.kind).collect()
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

#[test]
fn every_link_type_leads_to_the_packet() {
    let (four, six) = (sip4(), sip6());
    holds_text("Ethernet", 1, &ethernet(IPV4, &four));
    holds_text("Ethernet, padded", 1, &joined(&[&ethernet(IPV6, &six), &[0; 20]]));
    for raw in [101, 12, 14, 228] {
        holds_text("raw", raw, &four);
    }
    holds_text("raw", 229, &six);
    let sll = |protocol: u16| joined(&[&[0, 0, 3, 4, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0], &protocol.to_be_bytes()]);
    holds_text("SLL", 113, &joined(&[&sll(IPV4), &four]));
    holds_text("SLL, VLAN", 113, &joined(&[&sll(0x8100), &[0, 5], &IPV6.to_be_bytes(), &six]));
    let sll2 = joined(&[&IPV4.to_be_bytes(), &[0; 18]]);
    holds_text("SLL2", 276, &joined(&[&sll2, &four]));
    for family in [2_u32, 10, 24, 28, 30] {
        let packet = if family == 2 { &four } else { &six };
        holds_text("NULL, little endian", 0, &joined(&[&family.to_le_bytes(), packet]));
        holds_text("NULL, big endian", 0, &joined(&[&family.to_be_bytes(), packet]));
        holds_text("LOOP", 108, &joined(&[&family.to_be_bytes(), packet]));
    }
    for ppp in [9, 50] {
        holds_text("PPP", ppp, &joined(&[&[0xff, 3, 0, 0x21], &four]));
        holds_text("PPP, no address", ppp, &joined(&[&[0, 0x57], &six]));
        holds_text("PPP, short protocol", ppp, &joined(&[&[0x21], &four]));
        holds_text("Cisco HDLC on PPP", ppp, &joined(&[&[0x0f, 0, 8, 0], &four]));
    }
    holds_text("Cisco HDLC", 104, &joined(&[&[0x0f, 0, 8, 0], &four]));
    holds_text("PPPoE alone", 51, &joined(&[&[0x11, 0, 0, 1, 0, 9, 0, 0x21], &four]));
    let attribute = |kind: u16, value: &[u8]| {
        let len = (value.len() + 4) as u16;
        joined(&[&len.to_le_bytes(), &kind.to_le_bytes(), value, &[0; 3][..value.len().next_multiple_of(4) - value.len()]])
    };
    holds_text("NFLOG", 239, &joined(&[&[2, 0, 0, 0], &attribute(1, &[1; 4]), &attribute(10, b"x"), &attribute(9, &four)]));
}

#[test]
fn tags_labels_and_sessions_are_walked_over() {
    let four = sip4();
    let tag = |kind: u16, id: u16, next: u16| joined(&[&kind.to_be_bytes(), &id.to_be_bytes(), &next.to_be_bytes()])[2..].to_vec();
    let mut tags = Vec::new();
    for id in 1..=6 {
        tags.extend(tag(0x8100, id | 0xe000, if id == 6 { IPV4 } else { 0x8100 }));
    }
    let data = ethernet(0x88a8, &joined(&[&tags, &four]));
    holds_text("six VLAN tags", 1, &data);
    assert_eq!(datagram(1, &data).path.vlans.ids(), [1, 2, 3, 4]);
    holds_text("9100", 1, &ethernet(0x9100, &joined(&[&[0, 1], &IPV4.to_be_bytes(), &four])));
    holds_text("SNAP", 1, &ethernet(four.len() as u16 + 8, &joined(&[&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0], &four])));
    holds_text("LLC", 1, &ethernet(four.len() as u16 + 3, &joined(&[&[6, 6, 3], &four])));
    holds_text("PPPoE", 1, &ethernet(0x8864, &joined(&[&[0x11, 0, 0, 1, 0, 9, 0, 0x21], &four])));
    let labels = [0, 1, 0, 64, 0, 2, 0x11, 64];
    holds_text("MPLS", 1, &ethernet(0x8847, &joined(&[&labels, &four])));
    holds_text("MPLS, IPv6", 1, &ethernet(0x8848, &joined(&[&labels, &sip6()])));
    holds_text("pseudo-wire", 1, &ethernet(0x8847, &joined(&[&labels, &[0; 4], &ethernet(IPV4, &four)])));
    let mut other = ethernet(IPV4, &four);
    holds_text("pseudo-wire without control word", 1, &ethernet(0x8847, &joined(&[&labels, &other])));
    other[0] = 0x46;
    holds_text("the same to an address that looks like IPv4", 1, &ethernet(0x8847, &joined(&[&labels, &other])));
    let mut from_8_0_69 = four.clone();
    from_8_0_69[12..16].copy_from_slice(&[8, 0, 69, 1]);
    assert_eq!(datagram(1, &ethernet(0x8847, &joined(&[&labels, &from_8_0_69]))).source.address.to_string(), "8.0.69.1");
}

#[test]
fn every_tunnel_leads_to_the_inner_packet() {
    let (four, six) = (sip4(), sip6());
    let inner = ethernet(IPV4, &four);
    let over_ip = |protocol: u8, payload: &[u8]| ipv4((8, 9), protocol, payload);
    let over_udp = |port: u16, payload: &[u8]| ipv4((8, 9), 17, &udp((999, port), payload));
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("IPIP", over_ip(4, &four)),
        ("6in4", over_ip(41, &six)),
        ("4in6", ipv6((8, 9), 4, &four)),
        ("IPIP twice", over_ip(4, &over_ip(4, &four))),
        ("GRE", over_ip(47, &joined(&[&[0, 0, 8, 0], &four]))),
        ("GRE with all", over_ip(47, &joined(&[&[0xb0, 0, 0x86, 0xdd], &[0; 12], &six]))),
        ("GRE, Ethernet", over_ip(47, &joined(&[&[0, 0, 0x65, 0x58], &inner]))),
        ("ERSPAN I", over_ip(47, &joined(&[&[0, 0, 0x88, 0xbe], &inner]))),
        ("ERSPAN II", over_ip(47, &joined(&[&[0x10, 0, 0x88, 0xbe, 0, 0, 0, 1], &[0x10, 1, 0, 1, 0, 0, 0, 0], &inner]))),
        ("ERSPAN III", over_ip(47, &joined(&[&[0x10, 0, 0x22, 0xeb, 0, 0, 0, 1], &[0x20; 11], &[0], &inner]))),
        ("ERSPAN III, platform", over_ip(47, &joined(&[&[0x10, 0, 0x22, 0xeb, 0, 0, 0, 1], &[0x20; 11], &[1], &[0; 8], &inner]))),
        ("PPTP", over_ip(47, &joined(&[&[0x30, 0x81, 0x88, 0x0b, 0, 9, 0, 1], &[0; 8], &[0xff, 3, 0, 0x21], &four]))),
        ("EtherIP", over_ip(97, &joined(&[&[0x30, 0], &inner]))),
        ("MPLS in IP", over_ip(137, &joined(&[&[0, 1, 1, 64], &four]))),
        ("VXLAN", over_udp(4789, &joined(&[&[8, 0, 0, 0, 0, 0, 1, 0], &inner]))),
        ("VXLAN, Linux", over_udp(8472, &joined(&[&[8, 0, 0, 0, 0, 0, 1, 0], &inner]))),
        ("GENEVE", over_udp(6081, &joined(&[&[1, 0, 0x65, 0x58, 0, 0, 1, 0], &[0; 4], &inner]))),
        ("GENEVE, IP", over_udp(6081, &joined(&[&[0, 0, 8, 0, 0, 0, 1, 0], &four]))),
        ("VXLAN-GPE, IPv4", over_udp(4790, &joined(&[&[0x0c, 0, 0, 1, 0, 0, 7, 0], &four]))),
        ("VXLAN-GPE, IPv6", over_udp(4790, &joined(&[&[0x0c, 0, 0, 2, 0, 0, 8, 0], &six]))),
        ("VXLAN-GPE, Ethernet", over_udp(4790, &joined(&[&[0x0c, 0, 0, 3, 0, 0, 9, 0], &ethernet(0x0800, &four)]))),
        (
            "GTP-U, Ethernet",
            over_udp(2152, &joined(&[&[0x30, 0xff, 0, 60, 0, 0, 0, 9], &ethernet(0x8100, &joined(&[&[0, 5, 8, 0], &four]))])),
        ),
        ("GTP-U", over_udp(2152, &joined(&[&[0x30, 0xff, 0, 60, 0, 0, 0, 1], &four]))),
        ("GTP-U, sequence", over_udp(2152, &joined(&[&[0x32, 0xff, 0, 60, 0, 0, 0, 1, 0, 1, 0, 0], &six]))),
        (
            "GTP-U, extensions",
            over_udp(2152, &joined(&[&[0x34, 0xff, 0, 60, 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0, 0, 0xc0, 1, 0, 0, 0], &four])),
        ),
        ("Teredo", over_udp(3544, &six)),
        ("Teredo, origin", over_udp(3544, &joined(&[&[0, 0, 1, 2, 3, 4, 5, 6], &six]))),
        ("Teredo, authentication and origin", over_udp(3544, &joined(&[&[0, 1, 1, 2], &[9; 12], &[0, 0, 1, 2, 3, 4, 5, 6], &six]))),
    ];
    for (what, packet) in &cases {
        holds_text(what, 101, packet);
        assert_ne!(datagram(101, packet).path.tunnel, 0, "{what}");
    }
    let tunnels: std::collections::BTreeSet<u32> = cases.iter().map(|(_, packet)| datagram(101, packet).path.tunnel).collect();
    assert!(tunnels.len() >= cases.len() - 8, "tunnels are told apart: {tunnels:?}");
}

#[test]
fn sip_to_the_port_of_a_tunnel_is_a_datagram() {
    for port in [4789, 8472, 6081, 2152, 3544] {
        for payload in [
            TEXT,
            b"\r\n\r\n",
            b"",
            b"\x08\0\0\0\0\0\x01\0short",
            b"\x30\xff\0\x09\0\0\0\x01\x00no packet",
            b"\x34\xff\0\x09\0\0\0\x01\0\0\0\x85\0\0\0\0",
        ] {
            let packet = ipv4((1, 2), 17, &udp((5060, port), payload));
            let found = datagram(101, &packet);
            assert_eq!((found.payload, found.path.tunnel), (payload, 0));
        }
    }
}

#[test]
fn the_usual_frame_takes_the_shortcut_and_others_do_not() {
    for (data, usual) in [
        (ethernet(IPV4, &sip4()), true),
        (ethernet(IPV6, &sip6()), true),
        (ethernet(IPV4, &ipv4((1, 2), 17, &udp((5060, 4789), TEXT))), false),
        (ethernet(IPV4, &fragment4((1, 2), 17, 9, 0, true, &udp((5060, 5062), TEXT))), false),
        (ethernet(0x8100, &joined(&[&[0, 1, 8, 0], &sip4()])), true),
        (ethernet(0x8100, &joined(&[&[0, 1, 0x81, 0, 0, 2, 8, 0], &sip4()])), false),
        (ethernet(IPV4, &sip4())[..60].to_vec(), false),
    ] {
        assert_eq!(shortcut_agrees(&frame(1, &data)), usual);
    }
}

#[test]
fn the_path_tells_one_way_from_another() {
    let base = ethernet(IPV4, &sip4());
    let path = datagram(1, &base).path;
    assert_eq!((path.hop_limit, path.ip_id), (64, 0x1234));
    let mut other = base.clone();
    other[18..20].copy_from_slice(&[0, 9]);
    let sent_again = datagram(1, &other).path;
    assert!(sent_again != path && sent_again.is_same_way(&path));
    for (place, value) in [(5, 9), (11, 9), (22, 63)] {
        let mut other = base.clone();
        other[place] = value;
        assert!(!datagram(1, &other).path.is_same_way(&path), "{place}");
    }
    assert_eq!(path.to_string(), "interface 3, hop limit 64");
}

#[test]
fn lengths_that_lie_give_what_is_there() {
    let mut no_total = sip4();
    no_total[2..4].fill(0);
    holds_text("total length 0", 101, &no_total);
    let mut no_udp = sip4();
    no_udp[24..26].fill(0);
    holds_text("UDP length 0", 101, &no_udp);
    let mut long_udp = sip4();
    long_udp[24..26].fill(0xff);
    holds_text("UDP length beyond IP", 101, &long_udp);
    let mut long_total = sip4();
    long_total[2..4].fill(0xff);
    holds_text("total length beyond the frame, UDP within", 101, &long_total);
    let options = [&[0x46, 0], &60_u16.to_be_bytes()[..], &sip4()[4..20], &[1, 1, 1, 0], &sip4()[20..]].concat();
    holds_text("IPv4 options", 101, &options);
    let extended = ipv6(
        (1, 2),
        0,
        &joined(&[&[60, 0, 1, 4, 0, 0, 0, 0], &[43, 0, 1, 4, 0, 0, 0, 0], &[17, 0, 0, 0, 0, 0, 0, 0], &udp((5060, 5062), TEXT)]),
    );
    holds_text("IPv6 extension headers", 101, &extended);
    holds_text("atomic fragment", 101, &fragment6((1, 2), 17, 9, 0, false, &udp((5060, 5062), TEXT)));
}

#[test]
fn what_the_snapshot_length_took_is_told() {
    for packet in [sip4(), sip6()] {
        for kept in packet.len() - TEXT.len()..packet.len() {
            let cut = Frame { original_len: packet.len() as u32, ..frame(101, &packet[..kept]) };
            let mut faults = FaultLog::default();
            let Some(Packet::Datagram(found)) = decode(&cut, &mut faults) else { panic!("{kept}") };
            assert_eq!((found.payload.len(), found.truncated), (TEXT.len() - (packet.len() - kept), true));
        }
    }
    let segment = ipv4((1, 2), 6, &tcp((1, 2), 5, 6, ACK, &[7; 100]));
    let Some(Packet::Segment(found)) = decode(&frame(101, &segment[..90]), &mut FaultLog::default()) else { panic!() };
    assert_eq!((found.payload.len(), found.missing), (50, 50));
}

#[test]
fn a_segment_shows_its_numbers_and_flags() {
    let packet = ipv4((1, 2), 6, &tcp((1, 2), 5, 6, SYN | ACK | FIN, b"abc"));
    let Some(Packet::Segment(found)) = decode(&frame(101, &packet), &mut FaultLog::default()) else { panic!() };
    assert_eq!((found.sequence, found.acknowledgment, found.payload, found.missing), (5, Some(6), &b"abc"[..], 0));
    assert!(found.flags.syn && found.flags.fin && !found.flags.rst);
    let no_ack = ipv4((1, 2), 6, &tcp((1, 2), 5, 6, SYN, b""));
    let Some(Packet::Segment(found)) = decode(&frame(101, &no_ack), &mut FaultLog::default()) else { panic!() };
    assert_eq!(found.acknowledgment, None);
}

#[test]
fn a_fragment_shows_its_place_and_the_rest_is_read_when_it_is_whole() {
    let datagram = udp((5060, 5062), TEXT);
    let options = joined(&[&[17, 0, 1, 4, 0, 0, 0, 0], &datagram]);
    for (data, payload) in [
        (fragment4((1, 2), 17, 9, 16, true, &datagram[16..24]), &datagram),
        (fragment6((1, 2), 60, 9, 16, true, &options[16..24]), &options),
    ] {
        let mut faults = FaultLog::default();
        let Some(Packet::Fragment(found)) = decode(&frame(101, &data), &mut faults) else { panic!() };
        assert_eq!((found.identification, found.offset, found.more, found.payload), (9, 16, true, &payload[16..24]));
        let Some(Packet::Datagram(whole)) = resume(&found.carrier, payload, 0, 7, &mut faults) else { panic!() };
        assert_eq!((whole.payload, whole.source.port, whole.truncated), (TEXT, 5060, false));
        assert!(faults.is_empty());
    }
}

#[test]
fn what_is_not_ours_is_no_fault() {
    for (link_type, data) in [
        (1, ethernet(0x0806, &[0; 28])),
        (1, ethernet(38, &[0x42, 0x42, 3, 0, 0, 0])),
        (1, ethernet(0x8863, &[0x11, 9, 0, 0, 0, 0])),
        (1, ethernet(IPV4, &ipv4((1, 2), 1, &[8; 40]))),
        (101, ipv6((1, 2), 58, &[8; 40])),
        (0, [7, 0, 0, 0, 1, 2].to_vec()),
        (9, vec![0xff, 3, 0xc0, 0x21, 1, 1]),
    ] {
        assert_eq!(nothing(link_type, &data), [], "{link_type} {data:?}");
    }
}

#[test]
fn what_cannot_be_read_is_a_fault() {
    assert_eq!(nothing(147, &[0; 60]), [FaultKind::UnknownLinkType]);
    let mut faults = FaultLog::default();
    decode(&frame(147, &[0; 60]), &mut faults);
    let first = faults.iter().next().unwrap().first;
    assert_eq!((first.wanted, first.frame), (Some(147), Some(7)));
    assert_eq!(nothing(1, &[0; 13]), [FaultKind::BadPacket]);
    assert_eq!(nothing(1, &ethernet(IPV4, &[0x45; 19])), [FaultKind::BadPacket]);
    assert_eq!(nothing(101, &ipv4((1, 2), 17, &[0; 7])), [FaultKind::BadPacket]);
    assert_eq!(nothing(101, &ipv4((1, 2), 6, &[0; 40])), [FaultKind::BadPacket]);
    let tags = [0_u8, 1, 0x81, 0].repeat(40);
    assert_eq!(nothing(1, &ethernet(0x8100, &tags)), [FaultKind::BoundReached]);
    let deep = (0..40).fold(sip4(), |inner, _| ipv4((1, 2), 4, &inner));
    assert_eq!(nothing(101, &deep), [FaultKind::BoundReached]);
}

#[test]
fn no_damage_makes_the_walk_fail() {
    let inner = ethernet(0x8100, &joined(&[&[0, 1, 8, 0], &sip4()]));
    let seeds: Vec<(u16, Vec<u8>)> = vec![
        (1, ethernet(IPV6, &ipv6((1, 2), 0, &joined(&[&[17, 0, 1, 4, 0, 0, 0, 0], &udp((5060, 5062), TEXT)])))),
        (1, ethernet(0x8847, &joined(&[&[0, 1, 1, 64], &inner]))),
        (1, ethernet(IPV4, &sip4())),
        (1, ethernet(IPV6, &sip6())),
        (1, ethernet(0x8100, &joined(&[&[0, 1, 8, 0], &sip4()]))),
        (1, ethernet(0x8864, &joined(&[&[0x11, 0, 0, 1, 0, 9, 0, 0x21], &sip4()]))),
        (1, ethernet(IPV4, &ipv4((1, 2), 47, &joined(&[&[0x10, 0, 0x22, 0xeb, 0, 0, 0, 1], &[0x20; 12], &inner])))),
        (
            1,
            ethernet(
                IPV4,
                &ipv4((1, 2), 17, &udp((1, 2152), &joined(&[&[0x34, 0xff, 0, 60, 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0, 0, 0], &sip6()]))),
            ),
        ),
        (1, ethernet(IPV4, &ipv4((1, 2), 17, &udp((1, 6081), &joined(&[&[1, 0, 0x65, 0x58, 0, 0, 1, 0], &[0; 4], &inner]))))),
        (105, joined(&[&[0x88, 3, 0, 0], &[2; 24], &[5, 0, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0], &sip4()])),
        (
            127,
            joined(&[
                &[0, 0, 18, 0, 7, 0, 0, 0],
                &[0; 8],
                &[0x20, 2, 8, 1, 0, 0],
                &[2; 18],
                &[0, 0, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0],
                &sip4(),
            ]),
        ),
        (192, joined(&[&[0, 0, 8, 0, 105, 0, 0, 0, 8, 1, 0, 0], &[2; 18], &[0, 0, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0], &sip4()])),
        (252, joined(&[b"\0\x0c\0\x04sip\0", &[0, 20, 0, 4, 10, 0, 0, 1, 0, 25, 0, 4, 0, 0, 19, 196, 0, 0, 0, 0], TEXT])),
        (101, ipv4((1, 2), 17, &udp((1701, 1701), &joined(&[&[0x4a, 2, 1, 1, 0, 7, 0, 9, 0, 0, 0, 0, 0, 0, 0xff, 3, 0, 0x21], &sip4()])))),
        (101, ipv4((1, 2), 115, &joined(&[&[0, 0, 0, 9, 1, 2, 3, 4], &inner]))),
        (101, ipv4((1, 2), 17, &udp((1, 37008), &joined(&[&[1, 0, 0, 1, 0, 10, 1, 9, 1], &inner])))),
        (101, ipv4((1, 2), 17, &udp((1, 9060), &joined(&[&[1, 16, 2, 17, 19, 196, 19, 196], &[10, 0, 0, 1, 10, 0, 0, 2], TEXT])))),
        (
            101,
            ipv4(
                (1, 2),
                17,
                &udp(
                    (1, 9),
                    &joined(&[b"HEP3\0\x3f", &[0, 0, 0, 3, 0, 10, 9, 9, 9, 9, 0, 0, 0, 4, 0, 10, 9, 9, 9, 9, 0, 0, 0, 15, 0, 31], TEXT]),
                ),
            ),
        ),
        (101, ipv4((1, 2), 50, &joined(&[&[0, 0, 0, 9, 0, 0, 0, 1], &sip4(), &[1, 1, 4], &[7; 12]]))),
        (113, joined(&[&[0; 14], &[8, 0], &ipv4((1, 2), 6, &tcp((1, 2), 3, 4, ACK, TEXT))])),
        (239, joined(&[&[2, 0, 0, 0, 8, 0, 1, 0, 1, 1, 1, 1, 49, 0, 9, 0], &sip4()])),
        (9, joined(&[&[0xff, 3, 0, 0x57], &fragment6((1, 2), 17, 9, 16, true, TEXT)])),
        (0, joined(&[&[2, 0, 0, 0], &fragment4((1, 2), 17, 9, 16, true, TEXT)])),
    ];
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let (mut faults, mut shortcuts) = (FaultLog::default(), 0);
    for _ in 0..4_000 {
        for (link_type, seed) in &seeds {
            let mut data = seed.clone();
            for _ in 0..=random(4) {
                let at = random(data.len());
                data[at] = [0, 0xff, 1, random(256) as u8][random(4)];
            }
            data.truncate(data.len() - if random(3) == 0 { random(data.len()) } else { 0 });
            let damaged = Frame { original_len: random(2_000) as u32, ..frame(*link_type, &data) };
            shortcuts += usize::from(shortcut_agrees(&damaged));
            if let Some(Packet::Fragment(fragment)) = decode(&damaged, &mut faults) {
                resume(&fragment.carrier, fragment.payload, 0, 1, &mut faults);
            }
        }
    }
    assert!(shortcuts > 100, "{shortcuts}");
}
