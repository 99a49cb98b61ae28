//! Takes an L2TP packet, gives the packet of the session in it.
//!
//! Version 2 carries PPP (RFC 2661, 3.1). Version 3 (RFC 3931, 4.1) does not say what it carries, nor how long the cookie is: both were
//! agreed on when the session began, which the capture need not show. So Ethernet with a whole IP packet is looked for at each place where
//! it may begin. Control messages hold nothing for us.

use super::decode::Packet;
use super::ip::{self, Carrier};
use super::link;
use super::octets::{after, u16_at, u32_at};
use super::shim;
use super::tunnel::inside;
use super::walk::Stop;

/// The port of L2TP over UDP.
pub(super) const PORT_L2TP: u16 = 1701;
/// The IP protocol number of L2TP version 3.
pub(super) const PROTOCOL_L2TP: u8 = 115;
/// Octets that may stand between the session and the frame: a cookie of 0, 4 or 8 octets, a sublayer of 0 or 4 (RFC 3931, 4.1 and 4.6).
const COOKIES: [usize; 4] = [0, 4, 8, 12];

/// The bits of the first two octets (RFC 2661, 3.1).
mod flag {
    pub(super) const CONTROL: u16 = 0x8000;
    pub(super) const LENGTH: u16 = 0x4000;
    pub(super) const SEQUENCE: u16 = 0x0800;
    pub(super) const OFFSET: u16 = 0x0200;
    /// What must be 0.
    pub(super) const RESERVED: u16 = 0x34f0;
}

/// The packet in a UDP payload; nothing where it is no data message of L2TP.
pub(super) fn over_udp<'a>(carrier: Carrier, bytes: &'a [u8]) -> Option<Result<Packet<'a>, Stop>> {
    let flags = u16_at(bytes, 0)?;
    match flags & 0xf {
        2 if flags & (flag::CONTROL | flag::RESERVED) == 0 => version2(carrier, bytes, flags),
        // Nothing but the version, then 16 reserved bits (RFC 3931, 4.1.2.1).
        3 if flags == 3 && u16_at(bytes, 2)? == 0 => match version3(carrier, after(bytes, 4)?) {
            Err(Stop::NotOurs) => None,
            found => Some(found),
        },
        _ => None,
    }
}

/// Flags, length where a bit says so, tunnel, session, sequence numbers and an offset where bits say so; then PPP.
fn version2<'a>(carrier: Carrier, bytes: &'a [u8], flags: u16) -> Option<Result<Packet<'a>, Stop>> {
    let mut at = 2_usize;
    if flags & flag::LENGTH != 0 {
        // All of the datagram; more than is there where the capture cut it.
        if usize::from(u16_at(bytes, at)?) < bytes.len() {
            return None;
        }
        at += 2;
    }
    let id = u32_at(bytes, at)?;
    at += 4;
    if flags & flag::SEQUENCE != 0 {
        at += 4;
    }
    if flags & flag::OFFSET != 0 {
        at += 2 + usize::from(u16_at(bytes, at)?);
    }
    let rest = after(bytes, at)?;
    let walk = inside(carrier, PORT_L2TP, id);
    Some(link::ppp(rest, walk).and_then(|(inner, walk)| ip::packet(inner, walk)))
}

/// The packet in what follows the header that UDP alone has: a session, a cookie, a frame.
pub(super) fn version3<'a>(carrier: Carrier, bytes: &'a [u8]) -> Result<Packet<'a>, Stop> {
    let stop = Stop::short("L2TP header", 4, bytes);
    let session = u32_at(bytes, 0).ok_or(stop)?;
    // Session 0 is the control channel.
    if session == 0 {
        return Err(Stop::NotOurs);
    }
    let frames = COOKIES.iter().filter_map(|cookie| after(bytes, 4 + cookie));
    let frame = frames.into_iter().find(|frame| shim::holds_whole_ip_in_ethernet(frame)).ok_or(Stop::NotOurs)?;
    let mut walk = inside(carrier, u16::from(PROTOCOL_L2TP), session);
    walk.step()?;
    let (inner, walk) = shim::ethernet(frame, walk)?;
    ip::packet(inner, walk)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]
mod tests {
    use super::super::bytes::{ethernet, ipv4, udp};
    use super::super::decode_tests::{TEXT, datagram, holds_text, nothing, sip4, sip6};

    fn over_udp(payload: &[u8]) -> Vec<u8> {
        ipv4((8, 9), 17, &udp((1701, 1701), payload))
    }

    #[test]
    fn version_2_leads_to_the_packet_in_its_ppp() {
        let (four, six) = (sip4(), sip6());
        let with_length = |flags: u8, rest: &[u8]| [&[flags, 2][..], &(rest.len() as u16 + 4).to_be_bytes(), rest].concat();
        for (what, payload) in [
            ("L2TP, bare", [&[0, 2, 0, 7, 0, 9, 0xff, 3, 0, 0x21][..], &four].concat()),
            ("L2TP, length", with_length(0x40, &[&[0, 7, 0, 9, 0xff, 3, 0, 0x57][..], &six].concat())),
            ("L2TP, sequence", with_length(0x48, &[&[0, 7, 0, 9, 0, 1, 0, 0, 0xff, 3, 0, 0x21][..], &four].concat())),
            ("L2TP, offset", with_length(0x43, &[&[0, 7, 0, 9, 0, 2, 0, 0, 0xff, 3, 0, 0x21][..], &four].concat())),
            ("L2TP, no address", with_length(0x40, &[&[0, 7, 0, 9, 0, 0x21][..], &four].concat())),
        ] {
            holds_text(what, 101, &over_udp(&payload));
            assert_ne!(datagram(101, &over_udp(&payload)).path.tunnel, 0);
            // The other side may have chosen any port.
            holds_text(&format!("{what}, answer"), 101, &ipv4((8, 9), 17, &udp((1701, 40_000), &payload)));
        }
        assert_eq!(nothing(101, &over_udp(&[0, 2, 0, 7, 0, 9, 0xff, 3, 0xc0, 0x21, 9, 1, 0, 4])), []);
    }

    #[test]
    fn version_3_leads_to_the_packet_in_its_ethernet() {
        let frame = ethernet(0x0800, &sip4());
        let tagged = ethernet(0x8100, &[&[0, 5, 0x86, 0xdd][..], &sip6()].concat());
        for (cookie, frame) in [(0, &frame), (4, &frame), (8, &tagged), (12, &tagged)] {
            let session = [&[0, 0, 0, 9][..], &[0xab; 12][..cookie], frame].concat();
            holds_text(&format!("L2TPv3, {cookie}"), 101, &ipv4((8, 9), 115, &session));
            holds_text(&format!("L2TPv3 over UDP, {cookie}"), 101, &over_udp(&[&[0, 3, 0, 0][..], &session].concat()));
        }
        assert_eq!(nothing(101, &ipv4((8, 9), 115, &[&[0; 4][..], &frame].concat())), [], "control");
        assert_eq!(nothing(101, &ipv4((8, 9), 115, &[&[0, 0, 0, 1][..], &[0x42; 90]].concat())), []);
    }

    #[test]
    fn what_only_goes_to_its_port_stays_a_datagram() {
        for payload in [
            TEXT,
            b"",
            b"\r\n\r\n",
            &[0xc8, 2, 0, 12, 0, 7, 0, 0, 0, 1, 0, 1],
            &[0x40, 2, 0, 5, 0, 7, 0, 9, 0xff, 3, 0, 0x21],
            &[0x02, 2, 0, 7, 0, 9, 0xff, 0xff],
            &[0, 3, 0, 0, 0, 0, 0, 9, 1, 2, 3],
            &[0, 3, 0, 0, 0, 0, 0, 0],
        ] {
            let packet = over_udp(payload);
            let found = datagram(101, &packet);
            assert_eq!((found.payload, found.path.tunnel), (payload, 0));
        }
    }
}
