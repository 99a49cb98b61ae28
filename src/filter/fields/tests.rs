//! What the fields of a message tell: as tshark 4.0 does, and better where it errs.

use super::{ALL, named};
use crate::capture::{Frame, LinkType};
use crate::evidence::Timestamp;
use crate::filter::row::{FrameFacts, Row};
use crate::filter::scene::{INVITE, MOVED, values, with_row};
use crate::packet::Layers;

#[test]
fn fields_of_a_request_tell_what_stands_in_it() {
    for (name, wanted) in [
        ("sip.Method", &["INVITE"][..]),
        ("sip.r-uri", &["sip:carol:pw@c.example:5070;transport=tcp;lr?X=y"]),
        ("sip.r-uri.user", &["carol:pw"]),
        ("sip.r-uri.host", &["c.example"]),
        ("sip.r-uri.port", &["5070"]),
        ("sip.r-uri.param", &["transport=tcp", "lr"]),
        ("sip.Status-Code", &[]),
        ("sip.Via.branch", &["z9hG4bKa", "z9hG4bKb", "z9hG4bKc"]),
        ("sip.Via.sent-by.address", &["10.0.0.1", "2001:db8::1", "h.example"]),
        ("sip.Via.sent-by.port", &["5060", "5099"]),
        ("sip.Via.received", &["192.0.2.9"]),
        ("sip.Via.rport", &["rport", "7"]),
        ("sip.Via.transport", &["UDP", "TCP", "UDP"]),
        ("sip.from.addr", &["sip:bob@a.example:5061;user=phone?Subject=x"]),
        ("sip.from.param", &["user=phone"]),
        ("sip.from.display.info", &["\"Bob, x\""]),
        ("sip.to.addr", &["sip:alice@b.example"]),
        ("sip.to.tag", &["tt"]),
        ("sip.tag", &["ft", "tt"]),
        ("sip.CSeq", &["7   INVITE"]),
        ("sip.CSeq.seq", &["7"]),
        ("sip.CSeq.method", &["INVITE"]),
        ("sip.contact.uri", &["sip:c1@h1:5062;transport=udp;ob", "sip:c2@h2", "sip:[2001:db8::5]:5080"]),
        ("sip.contact.host", &["h1", "h2", "[2001:db8::5]"]),
        ("sip.contact.parameter", &["q=0.5", "expires=60", "q=0.1"]),
        ("sip.Subject", &["folded twice"]),
        ("sip.Session-ID", &["0123;remote=00"]),
        ("sip.reason_protocols", &["Q.850", "SIP"]),
        ("sip.reason_cause_q850", &["16"]),
        ("sip.reason_cause_sip", &["200"]),
        ("sip.reason_text", &["x, y"]),
        ("sip.Retry-After", &["120"]),
        ("sip.unrecognized_header", &["1"]),
        ("sip.msg_body", &["1"]),
        ("sdp", &["Session Description Protocol"]),
        ("sip", &["Session Initiation Protocol (INVITE)"]),
    ] {
        assert_eq!(values(name, INVITE), wanted, "{name}");
    }
}

#[test]
fn fields_of_a_response_tell_what_stands_in_it() {
    for (name, wanted) in [
        ("sip.Status-Line", &["SIP/2.0 302 Moved Temporarily"][..]),
        ("sip.Status-Code", &["302"]),
        ("sip.Method", &[]),
        ("sip.from.user", &[]),
        ("sip.from.addr", &["tel:+1555"]),
        ("sip.contact.uri", &[]),
        ("sip.Contact", &["*"]),
        ("sip.to.tag", &[]),
        ("sip.Content-Length", &["0"]),
        ("sip.msg_body", &[]),
        ("sdp", &[]),
        ("sip.resend", &["0"]),
        ("sip.response-request", &["4"]),
        ("sip.response-time", &["12"]),
        ("sip.release-time", &[]),
    ] {
        assert_eq!(values(name, MOVED), wanted, "{name}");
    }
}

#[test]
fn fields_around_a_message_tell_of_its_frame_and_headers() {
    for (name, wanted) in [
        ("frame.number", &["9"][..]),
        ("frame.time", &["Nov 14, 2023 22:13:20.500000000 UTC"]),
        ("frame.time_epoch", &["1700000000.500000000"]),
        ("frame.time_relative", &["1.500000000"]),
        ("frame.interface_id", &["3"]),
        ("frame.interface_name", &["eth7"]),
        ("frame.comment", &["one", "two"]),
        ("frame.protocols", &["eth:ethertype:vlan:ethertype:ip:udp:sip"]),
        // The receiver stands first in an Ethernet header.
        ("eth.addr", &["02:00:00:00:00:01", "02:00:00:00:00:02"]),
        ("vlan.id", &["7"]),
        ("ip.addr", &["10.0.0.1", "10.0.0.2"]),
        ("ip.ttl", &["64"]),
        ("ip.id", &["0x1234"]),
        ("ip.dsfield.dscp", &["46"]),
        ("ip.flags.mf", &["0"]),
        ("ip.fragment.count", &[]),
        ("ip.reassembled_in", &[]),
        ("tcp.segment.count", &[]),
        ("tcp.reassembled_in", &[]),
        ("sip.continuation", &[]),
        ("udp.port", &["5060", "5062"]),
        ("tcp.port", &[]),
    ] {
        assert_eq!(values(name, MOVED), wanted, "{name}");
    }
}

#[test]
fn a_message_in_fragments_of_ipv4_tells_how_many_they_are() {
    let ethernet = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
    let last_fragment = [0x45, 0, 0, 28, 0, 7, 0, 9, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8];
    let mut in_ipv6 = [0; 56];
    (in_ipv6[0], in_ipv6[6], in_ipv6[40], in_ipv6[43]) = (0x60, 44, 17, 8);
    for (octets, wanted) in
        [([&ethernet[..], &[8, 0], &last_fragment].concat(), Some("2")), ([&ethernet[..], &[0x86, 0xdd], &in_ipv6].concat(), None)]
    {
        let frame = Frame {
            number: 9,
            time: Timestamp::default(),
            link_type: LinkType(1),
            interface: 0,
            data: &octets,
            original_len: 0,
            offset: 0,
        };
        with_row(MOVED, |row| {
            let row = Row { layers: &Layers::of(&frame), ..*row };
            let mut found = None;
            named("ip.fragment.count").expect("a field").values(&row, &mut |value| found = Some(value.to_string()));
            assert_eq!(found.as_deref(), wanted);
        });
    }
}

#[test]
fn the_parts_of_a_body_are_protocols_too() {
    const PARTS: &str = "INVITE sip:b@b.example SIP/2.0\r\nContent-Type: multipart/mixed;boundary=x\r\n\r\n--x\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n\
                         --x\r\nContent-Type: application/pidf+xml\r\n\r\n<a/>\r\n--x--\r\n";
    assert_eq!(values("frame.protocols", PARTS), ["eth:ethertype:vlan:ethertype:ip:udp:sip:mime_multipart:sdp:xml"]);
    assert_eq!((values("sdp", PARTS).len(), values("xml", PARTS).len(), values("sipfrag", PARTS).len()), (1, 1, 0));
}

#[test]
fn a_format_without_interfaces_tells_none() {
    with_row(MOVED, |row| {
        let frame = FrameFacts { interface: None, ..row.frame.clone() };
        named("frame.interface_id").expect("a field").values(&Row { frame: &frame, ..*row }, &mut |value| panic!("{value}"));
    });
}

#[test]
fn every_field_gives_values_of_its_kind() {
    for text in [
        INVITE,
        MOVED,
        "SIP/2.0 302 \r\nVia\r\n:\r\nFrom:<\r\nContact:,,<>;\r\nExpires: 99999999999\r\nCSeq: 99999999999 X\r\nReason:SIP;cause=99999999999\r\n",
    ] {
        with_row(text, |row| {
            for field in ALL.iter().copied().flatten() {
                field.values(row, &mut |value| assert!(value.is_of(field.kind), "{}: {value:?}", field.name));
            }
        });
    }
}
