//! Frames and handshakes of WebSocket, one by one.

use super::websocket::{Handshake, Header, Kind, Start, handshake, header, unmask};

/// A final text frame in the clear.
const TEXT: Header = Header { is_final: true, is_compressed: false, kind: Kind::Data, mask: None, len: 2, payload: 5 };

#[test]
fn the_frames_of_rfc_6455_5_7_are_read() {
    let mask = Some([0x37, 0xfa, 0x21, 0x3d]);
    let facts: [(&[u8], Header); 8] = [
        (&[0x81, 0x05], TEXT),
        (&[0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d], Header { mask, len: 6, ..TEXT }),
        (&[0x01, 0x03], Header { is_final: false, payload: 3, ..TEXT }),
        (&[0x80, 0x02], Header { kind: Kind::Continuation, payload: 2, ..TEXT }),
        (&[0x89, 0x05], Header { kind: Kind::Control, ..TEXT }),
        (&[0x82, 0x7e, 0x01, 0x00], Header { len: 4, payload: 256, ..TEXT }),
        (&[0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0], Header { len: 10, payload: 65_536, ..TEXT }),
        (&[0xc1, 0x05], Header { is_compressed: true, ..TEXT }),
    ];
    for (octets, wanted) in facts {
        assert_eq!(header(octets), Start::Header(wanted), "{octets:02x?}");
        for len in 0..octets.len() {
            let Start::More(at_least) = header(&octets[..len]) else { panic!("{len} of {octets:02x?}") };
            assert!(at_least > len && at_least <= octets.len(), "{len} of {octets:02x?}");
        }
    }
}

#[test]
fn lengths_are_of_7_16_and_64_bits() {
    for payload in [0_u64, 125, 126, 65_535, 65_536, 1 << 32] {
        let octets = match payload {
            0..=125 => vec![0x81, payload as u8],
            126..=0xffff => [&[0x81, 126][..], &(payload as u16).to_be_bytes()].concat(),
            _ => [&[0x81, 127][..], &payload.to_be_bytes()].concat(),
        };
        assert_eq!(header(&octets), Start::Header(Header { len: octets.len(), payload, ..TEXT }));
    }
}

#[test]
fn what_no_frame_can_say_is_no_header() {
    let lies: [&[u8]; 9] = [
        b"GET / HTTP/1.1\r\n",
        b"SIP/2.0 200 OK\r\n",
        &[0x83, 0x05],
        &[0x8b, 0x00],
        &[0xa1, 0x05],
        &[0xc0, 0x05],
        &[0x09, 0x00],
        &[0x89, 0x7e, 0x00, 0x7e],
        &[0x81, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    ];
    for octets in lies {
        assert_eq!(header(octets), Start::Nothing, "{octets:02x?}");
    }
}

#[test]
fn a_mask_is_applied_from_the_first_octet_of_the_payload() {
    let masked = [0x7f, 0x9f, 0x4d, 0x51, 0x58];
    for len in 0..=masked.len() {
        let mut octets = b"> ".to_vec();
        unmask(&masked[..len], Some([0x37, 0xfa, 0x21, 0x3d]), &mut octets);
        assert_eq!(octets, [b"> ", &b"Hello"[..len]].concat());
    }
    let mut octets = Vec::new();
    unmask(b"Hello", None, &mut octets);
    assert_eq!(octets, b"Hello");
}

#[test]
fn both_sides_of_a_handshake_are_known_as_soon_as_they_are_whole() {
    let sides = [
        "GET /sip HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c, WebSocket\r\n\r\n",
        "HTTP/1.1 101\nUpgrade:websocket\n\n",
    ];
    for side in sides {
        for len in 4..side.len() {
            assert_eq!(handshake(&side.as_bytes()[..len]), Handshake::Open, "{len} of {side:?}");
        }
        assert_eq!(handshake(format!("{side}\u{81}").as_bytes()), Handshake::Done(side.len()), "{side:?}");
    }
}

#[test]
fn other_heads_are_no_handshakes() {
    let endless = format!("GET / HTTP/1.1\r\nUpgrade: websocket\r\nA: {}", "a".repeat(20_000));
    let heads = [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET sip:bob@192.0.2.20 SIP/2.0\r\nUpgrade: websocket\r\n",
        "HTTP/1.1 200 OK\r\nUpgrade: websocket\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
        "POST / HTTP/1.1\r\n",
        &endless,
    ];
    for head in heads {
        assert_eq!(handshake(head.as_bytes()), Handshake::Nothing, "{head:.60?}");
    }
}
