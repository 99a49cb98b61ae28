//! What the second walk tells of frames, and that it ends where the first one does.

use super::super::bytes::{ethernet, fragment4, ipv4, ipv6, tcp, udp};
use super::super::decode_tests::{TEXT, datagram, frame, sip4};
use super::*;

fn names(layers: &Layers) -> String {
    layers.iter().map(Layer::name).collect::<Vec<_>>().join(":")
}

#[test]
fn headers_stand_in_the_order_of_the_frame() {
    let four = sip4();
    let gre = ipv4((8, 9), 47, &[&[0, 0, 8, 0][..], &four].concat());
    let vxlan = ipv4((8, 9), 17, &udp((999, 4789), &[&[8, 0, 0, 0, 0, 0, 1, 0][..], &ethernet(0x0800, &four)].concat()));
    let gtp = [&[0x34, 0xff, 0, 60, 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0, 1, 0][..], &four].concat();
    let gtp = ipv4((8, 9), 17, &udp((999, 2152), &gtp));
    let pptp = ipv4((8, 9), 47, &[&[0x30, 1, 0x88, 0x0b, 0, 60, 0, 7, 0, 0, 0, 1, 0x21][..], &four].concat());
    let wireless = [&[8, 1, 0, 0][..], &[0; 20], &[0xaa, 0xaa, 3, 0, 0, 0, 8, 0], &four].concat();
    let ppi = [&[0, 0, 8, 0, 1, 0, 0, 0][..], &ethernet(0x0800, &four)].concat();
    for (link, data, wanted) in [
        (101, gtp, "raw:ip:udp:gtp:ip:udp"),
        (101, pptp, "raw:ip:gre:ppp:ip:udp"),
        (105, wireless.clone(), "wlan:llc:ip:udp"),
        (127, [&[0, 0, 8, 0, 0, 0, 0, 0][..], &wireless].concat(), "radiotap:wlan_radio:wlan:llc:ip:udp"),
        (192, ppi, "ppi:pcap_pktdata:eth:ethertype:ip:udp"),
        (104, [&[0x0f, 0, 8, 0][..], &four].concat(), "chdlc:ip:udp"),
        (109, [&[0; 12][..], &four].concat(), "enc:ip:udp"),
        (228, four.clone(), "ip:udp"),
        (1, ethernet(0x0800, &four), "eth:ethertype:ip:udp"),
        (1, ethernet(0x8100, &[&[0, 7, 8, 0][..], &four].concat()), "eth:ethertype:vlan:ethertype:ip:udp"),
        (1, ethernet(0x8847, &[&[0, 1, 1, 64][..], &four].concat()), "eth:ethertype:mpls:ip:udp"),
        (101, gre, "raw:ip:gre:ip:udp"),
        (101, vxlan, "raw:ip:udp:vxlan:eth:ethertype:ip:udp"),
        (101, ipv6((1, 2), 6, &tcp((1, 2), 7, 8, 16, TEXT)), "raw:ipv6:tcp"),
        (101, fragment4((1, 2), 17, 3, 0, true, &four), "raw:ip"),
    ] {
        assert_eq!(names(&Layers::of(&frame(link, &data))), wanted);
    }
}

#[test]
fn a_header_says_what_stands_in_it() {
    let data = ethernet(0x8100, &[&[0xe0, 7, 8, 0][..], &ipv4((1, 2), 6, &tcp((5060, 5062), 9, 8, 0x12, TEXT))].concat());
    let layers: Vec<Layer> = Layers::of(&frame(1, &data)).iter().copied().collect();
    let [Layer::Ethernet(link), _, Layer::Vlan(7), _, Layer::Ipv4(ip), Layer::Tcp(tcp)] = layers[..] else { panic!("{layers:?}") };
    assert_eq!((link.destination, link.source), ([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2]));
    assert_eq!((ip.ttl, ip.identification, ip.protocol, ip.destination), (64, 0x1234, 6, Ipv4Addr::new(10, 0, 0, 2)));
    assert_eq!((tcp.source_port, tcp.destination_port, tcp.sequence, tcp.len), (5060, 5062, 9, TEXT.len() as u32));
    assert!(tcp.has(Tcp::SYN) && tcp.has(Tcp::ACK) && !tcp.has(Tcp::RST));
}

#[test]
fn what_the_second_walk_does_not_reach_is_taken_from_the_first() {
    let four = sip4();
    let pseudo_wire = ethernet(0x8847, &[&[0, 1, 1, 64, 0, 0, 0, 0][..], &ethernet(0x0800, &four)].concat());
    let found = datagram(1, &pseudo_wire);
    let mut layers = Layers::of(&frame(1, &pseudo_wire));
    layers.end_at(found.source, found.destination, found.transport, &found.path, found.payload.len());
    assert_eq!(names(&layers), "eth:ethertype:mpls:ip:udp");

    // In the last fragment of a datagram the ports are missing alone; the addresses are not told twice.
    let mut layers = Layers::of(&frame(101, &fragment4((1, 2), 17, 3, 8, false, b"12345678")));
    layers.end_at(found.source, found.destination, found.transport, &found.path, found.payload.len());
    assert_eq!(names(&layers), "raw:ip:udp");
    // Where all was reached nothing is added.
    let mut layers = Layers::of(&frame(101, &four));
    layers.end_at(found.source, found.destination, found.transport, &found.path, found.payload.len());
    assert_eq!(names(&layers), "raw:ip:udp");
}

#[test]
fn no_octets_make_the_second_walk_fail() {
    let data = ethernet(0x8100, &[&[0, 7, 8, 0][..], &ipv4((8, 9), 47, &[&[0, 0, 8, 0][..], &sip4()].concat())].concat());
    for link in [0, 1, 9, 50, 51, 101, 104, 105, 108, 113, 127, 192, 239, 252, 276, 999] {
        for end in 0..data.len() {
            let mut cut = data[..end].to_vec();
            let _ = Layers::of(&frame(link, &cut));
            cut.iter_mut().for_each(|octet| *octet ^= 0xff);
            let _ = Layers::of(&frame(link, &cut));
        }
    }
    let labels = [0, 1, 0, 64].repeat(500);
    assert!(Layers::of(&frame(1, &ethernet(0x8847, &labels))).iter().count() <= 2 * usize::from(HEADERS_MAX));
}
