//! Takes a message as text, gives the row that it would be in a capture: Ethernet, a VLAN tag, IPv4 and UDP around it.

use std::net::{IpAddr, Ipv4Addr};

use super::row::{Computed, FrameFacts, FrameWords, Row};
use super::{Filter, fields};
use crate::call::{Frames, Sighting};
use crate::capture::{Frame, LinkType};
use crate::evidence::{Endpoint, Place, Timestamp, Transport};
use crate::packet::Layers;
use crate::sip::Message;

/// 2023-11-14 22:13:20.5 UTC.
const TIME: i128 = 1_700_000_000_500_000_000;

/// An INVITE with everything that fields tell apart.
pub(super) const INVITE: &str = "\
INVITE sip:carol:pw@c.example:5070;transport=tcp;lr?X=y SIP/2.0\r\n\
Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKa;rport, SIP/2.0/TCP [2001:db8::1];branch=z9hG4bKb;received=192.0.2.9\r\n\
v: SIP/2.0/UDP h.example:5099;branch=z9hG4bKc;maddr=192.0.2.8;rport=7\r\n\
From: \"Bob, x\" <sip:bob@a.example:5061;user=phone?Subject=x>;tag=ft\r\n\
To: sip:alice@b.example;x=y;tag=tt\r\n\
Call-ID: c1@h\r\n\
CSeq:  7   INVITE \r\n\
Contact: \"C\" <sip:c1@h1:5062;transport=udp;ob>;q=0.5;expires=60, <sip:c2@h2>;q=0.1\r\n\
m: <sip:[2001:db8::5]:5080>\r\n\
Subject: folded\r\n  twice\r\n\
X-Foo: 1\r\n\
Session-ID: 0123;remote=00\r\n\
Reason: Q.850;cause=16;text=\"x, y\", SIP;cause=200\r\n\
Retry-After: 120 (busy);duration=5\r\n\
Content-Type: application/sdp\r\n\
Content-Length: 5\r\n\
\r\n\
v=0\r\n";

/// A response of few headers.
pub(super) const MOVED: &str = "\
SIP/2.0 302 Moved Temporarily\r\n\
Via: SIP/2.0/UDP 10.0.0.1\r\n\
From: <tel:+1555>;tag=ft\r\n\
To: <sip:alice@b.example>\r\n\
Call-ID: c1@h\r\n\
CSeq: 7 INVITE\r\n\
Contact: *\r\n\
l: 0\r\n\
\r\n";

/// Hands the row of `text` to `look`.
pub(super) fn with_row<T>(text: &str, look: impl FnOnce(&Row<'_>) -> T) -> T {
    let mut data = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x81, 0, 0xe0, 7, 8, 0];
    let length = u16::try_from(text.len()).expect("a short text");
    data.extend([0x45, 0xb8]);
    data.extend((length + 28).to_be_bytes());
    data.extend([0x12, 0x34, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
    data.extend([0x13, 0xc4, 0x13, 0xc6]);
    data.extend((length + 8).to_be_bytes());
    data.extend([0, 0]);
    data.extend(text.as_bytes());
    let original_len = u32::try_from(data.len()).expect("a short frame");
    let time = Timestamp::from_nanos(TIME);
    let frame = Frame { number: 9, time, link_type: LinkType(1), interface: 3, data: &data, original_len, offset: 0 };
    let end = |last: u8, port: u16| Endpoint { address: IpAddr::V4(Ipv4Addr::new(10, 0, 0, last)), port };
    let sighting = Sighting {
        message: Message::scan(text.as_bytes()).expect("a message"),
        place: Place { capture: 0, frame: 9, index: 1 },
        frames: Frames::from_slice(&[8, 9]),
        time,
        source: end(1, 5060),
        destination: end(2, 5062),
        transport: Transport::Udp,
        truncated: false,
        copy: false,
    };
    let facts = FrameFacts {
        number: 9,
        time,
        len: original_len,
        cap_len: original_len,
        interface: Some(3),
        relative: 1_500_000_000,
        words: FrameWords { interface_name: Some((*b"eth7").into()), comments: [(*b"one").into(), (*b"two").into()].into() },
        ..FrameFacts::default()
    };
    let computed = Computed { response_request: Some(4), response_time: Some(12), ..Computed::default() };
    look(&Row { sighting: &sighting, frame: &facts, layers: &Layers::of(&frame), computed: &computed })
}

/// Whether the filter picks the message.
pub(super) fn picks(filter: &str, text: &str) -> bool {
    let filter = Filter::parse(filter).unwrap_or_else(|error| panic!("{error}\n{}", error.picture().join("\n")));
    with_row(text, |row| filter.matches(row))
}

/// The values of a field, as they are written.
pub(super) fn values(name: &str, text: &str) -> Vec<String> {
    let field = fields::named(name).unwrap_or_else(|| panic!("no field {name}"));
    let mut found = Vec::new();
    with_row(text, |row| field.values(row, &mut |value| found.push(value.to_string())));
    found
}
