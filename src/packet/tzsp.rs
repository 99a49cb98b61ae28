//! Takes a datagram of the TaZmen Sniffer Protocol, gives the packet in the frame that it mirrors.
//!
//! Routers and access points send what they sniff so: version 1, type, what the frame is, tags, then the frame.

use super::decode::Packet;
use super::ip::{self, Carrier};
use super::link;
use super::octets::{after, u8_at, u16_at};
use super::tunnel::inside;
use super::walk::Stop;
use crate::capture::LinkType;

/// The port that TZSP is sent to.
pub(super) const PORT_TZSP: u16 = 37008;

/// The packet in a UDP payload; nothing where it is no TZSP.
pub(super) fn over_udp<'a>(carrier: Carrier, bytes: &'a [u8]) -> Option<Result<Packet<'a>, Stop>> {
    // Types: 0 a frame that was received, 1 one that is to be sent. Others hold no frame.
    if u8_at(bytes, 0)? != 1 || u8_at(bytes, 1)? > 1 {
        return None;
    }
    let kind = u16_at(bytes, 2)?;
    // What the frame is, in the numbers of TZSP, and as a link type.
    let link_type = LinkType(match kind {
        1 => link::ETHERNET,
        4 => link::PPP,
        7 => link::RAW,
        18 => link::IEEE802_11,
        _ => return None,
    });
    let mut at = 4_usize;
    loop {
        match u8_at(bytes, at)? {
            // Padding has no length.
            0 => at += 1,
            1 => break,
            _ => at += 2 + usize::from(u8_at(bytes, at + 1)?),
        }
    }
    let frame = after(bytes, at + 1)?;
    let mut walk = inside(carrier, PORT_TZSP, u32::from(kind));
    Some(walk.step().and_then(|()| link::network(link_type, frame, walk)).and_then(|(inner, walk)| ip::packet(inner, walk)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]
mod tests {
    use super::super::bytes::{ethernet, ipv4, udp};
    use super::super::decode_tests::{TEXT, datagram, holds_text, nothing, sip4};
    use crate::fault::FaultKind;

    fn tzsp(payload: &[u8]) -> Vec<u8> {
        ipv4((8, 9), 17, &udp((999, 37008), payload))
    }

    #[test]
    fn a_mirrored_frame_leads_to_the_packet() {
        let frame = ethernet(0x0800, &sip4());
        let wireless = [&[0x08, 1, 0, 0][..], &[2; 18], &[0, 0, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0], &sip4()].concat();
        for (what, payload) in [
            ("TZSP", [&[1, 0, 0, 1, 1][..], &frame].concat()),
            ("TZSP to be sent", [&[1, 1, 0, 1, 1][..], &frame].concat()),
            ("TZSP with tags", [&[1, 0, 0, 1, 0, 0, 10, 1, 0xc5, 0x28, 4, 1, 2, 3, 4, 1][..], &frame].concat()),
            ("TZSP with 802_11", [&[1, 0, 0, 18, 1][..], &wireless].concat()),
        ] {
            holds_text(what, 101, &tzsp(&payload));
            assert_ne!(datagram(101, &tzsp(&payload)).path.tunnel, 0);
        }
    }

    #[test]
    fn what_only_goes_to_its_port_stays_a_datagram() {
        for payload in
            [TEXT, b"", b"\x01\0\0\x01", b"\x01\0\0\x01\x0a\xff", b"\x01\0\0\x63\x01", b"\x01\x04\0\x01\x01", b"\x01\0\0\x01\x01short"]
        {
            let packet = tzsp(payload);
            let found = datagram(101, &packet);
            assert_eq!((found.payload, found.path.tunnel), (payload, 0));
        }
    }

    #[test]
    fn one_in_another_ends() {
        let deep = (0..40).fold(sip4(), |inner, _| tzsp(&[&[1, 0, 0, 1, 1][..], &ethernet(0x0800, &inner)].concat()));
        assert_eq!(nothing(101, &deep), [FaultKind::BoundReached]);
    }
}
