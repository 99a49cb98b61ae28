//! Takes an ESP packet, gives the packet in it where it is not encrypted.
//!
//! Phones of an IMS protect what they say to the network so, often with NULL encryption (3GPP TS 33.203, 6.2; RFC 2410): then all can be
//! read, but nothing says so. As RFC 5879 has it, the trailer is tried behind each length that an integrity check value may have; it must
//! have its padding, and what is before it must read to the octet as what the trailer says. What does not is encrypted, and no fault.

use super::decode::Packet;
use super::ip::{self, Carrier};
use super::octets::{after, u8_at, u16_at, u32_at};
use super::tunnel::inside;
use super::walk::Stop;
use super::{shim, transport};

/// The IP protocol number of ESP.
pub(super) const PROTOCOL_ESP: u8 = 50;
/// Octets of integrity check values: 96, 128, 192 and 256 bits.
const CHECKS: [usize; 4] = [12, 16, 24, 32];
/// Octets of the index and the sequence number ahead of the payload (RFC 4303, 2).
const HEADER_LEN: usize = 8;

/// The IANA numbers of what may be inside.
mod next {
    pub(super) const IPV4: u8 = 4;
    pub(super) const TCP: u8 = 6;
    pub(super) const UDP: u8 = 17;
    pub(super) const IPV6: u8 = 41;
}

/// The packet in the ESP packet `bytes`.
pub(super) fn null_encrypted<'a>(carrier: Carrier, bytes: &'a [u8]) -> Result<Packet<'a>, Stop> {
    let index = u32_at(bytes, 0).ok_or(Stop::NotOurs)?;
    let (protocol, payload) = CHECKS.iter().find_map(|check| opened(bytes, *check)).ok_or(Stop::NotOurs)?;
    let mut walk = inside(carrier, u16::from(PROTOCOL_ESP), index);
    walk.step()?;
    let carrier = Carrier { protocol, walk, ..carrier };
    match protocol {
        next::UDP => transport::datagram(carrier, payload, 0),
        next::TCP => transport::segment(carrier, payload, 0),
        _ => ip::packet(payload, walk),
    }
}

/// What is inside of an ESP packet that ends with `check` octets of integrity check value: its protocol and its octets.
fn opened(bytes: &[u8], check: usize) -> Option<(u8, &[u8])> {
    let body = bytes.get(HEADER_LEN..bytes.len().checked_sub(check)?)?;
    // Payload, padding, its length, next header: whole words (RFC 4303, 2.4).
    let (rest, [pad_len, protocol]) = body.split_last_chunk::<2>()?;
    let (payload, padding) = rest.split_at_checked(rest.len().checked_sub(usize::from(*pad_len))?)?;
    let is_padding = body.len() % 4 == 0 && padding.iter().zip(1_u8..).all(|(octet, count)| *octet == count);
    (is_padding && reads_as(*protocol, payload)).then_some((*protocol, payload))
}

/// Whether `payload` reads as `protocol`, from its first octet to its last.
fn reads_as(protocol: u8, payload: &[u8]) -> bool {
    let has_ports = u16_at(payload, 0).is_some_and(|port| port != 0) && u16_at(payload, 2).is_some_and(|port| port != 0);
    match protocol {
        next::UDP => has_ports && payload.len() >= 8 && u16_at(payload, 4).is_some_and(|len| usize::from(len) == payload.len()),
        next::TCP => {
            // The offset of the data is within, the bits behind it are 0, and the flags are such as a segment has: SYN, FIN or RST alone
            // of the three, and ACK where it is neither SYN nor RST.
            let (offset, flags) = (u8_at(payload, 12).unwrap_or_default(), u8_at(payload, 13).unwrap_or_default());
            let header = usize::from(offset >> 4) * 4;
            has_ports
                && (20..=payload.len()).contains(&header)
                && offset & 0x0e == 0
                && (flags & 0x07).count_ones() <= 1
                && (flags & 0x10 != 0 || flags & 0x06 != 0)
        }
        next::IPV4 => u8_at(payload, 0).is_some_and(|first| first >> 4 == 4) && u16_at(payload, 2).map(usize::from) == Some(payload.len()),
        next::IPV6 => shim::fits_ip(payload) && after(payload, 40).map(<[u8]>::len) == u16_at(payload, 4).map(usize::from),
        _ => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]
mod tests {
    use super::super::bytes::{ACK, SYN, ipv4, ipv6, tcp, udp};
    use super::super::decode_tests::{TEXT, datagram, frame, holds_text, nothing, sip4, sip6};
    use super::super::{Packet, decode};
    use crate::fault::FaultLog;

    fn esp(next: u8, payload: &[u8], check: usize) -> Vec<u8> {
        let pad = (payload.len() + 2).next_multiple_of(4) - payload.len() - 2;
        let padding: Vec<u8> = (1..=pad as u8).collect();
        [&[0, 0, 0x20, 9, 0, 0, 0, 1][..], payload, &padding, &[pad as u8, next], &vec![0xc7; check]].concat()
    }

    #[test]
    fn what_is_not_encrypted_is_read() {
        let datagram_of_text = udp((5060, 5062), TEXT);
        for check in [12, 16, 24, 32] {
            holds_text(&format!("ESP {check}"), 101, &ipv4((1, 2), 50, &esp(17, &datagram_of_text, check)));
            holds_text(&format!("ESP in IPv6 {check}"), 101, &ipv6((1, 2), 50, &esp(17, &datagram_of_text, check)));
            holds_text(&format!("ESP tunnel {check}"), 101, &ipv4((8, 9), 50, &esp(4, &sip4(), check)));
            holds_text(&format!("ESP tunnel of IPv6 {check}"), 101, &ipv4((8, 9), 50, &esp(41, &sip6(), check)));
            for flags in [SYN, SYN | ACK, ACK] {
                let packet = ipv4((1, 2), 50, &esp(6, &tcp((5060, 5062), 7, 8, flags, TEXT), check));
                let Some(Packet::Segment(found)) = decode(&frame(101, &packet), &mut FaultLog::default()) else {
                    panic!("{check} {flags}")
                };
                assert_eq!((found.payload, found.sequence, found.source.port), (TEXT, 7, 5060));
            }
        }
        assert_ne!(datagram(101, &ipv4((1, 2), 50, &esp(17, &datagram_of_text, 12))).path.tunnel, 0);
    }

    #[test]
    fn what_is_encrypted_stays_closed_and_is_no_fault() {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        for len in (0..300).flat_map(|len| [len; 20]) {
            let octets: Vec<u8> = std::iter::repeat_with(|| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state as u8
            })
            .take(len)
            .collect();
            assert_eq!(nothing(101, &ipv4((1, 2), 50, &octets)), []);
        }
    }

    #[test]
    fn a_trailer_that_does_not_fit_is_none() {
        let good = udp((5060, 5062), TEXT);
        let mut wrong_padding = esp(17, &good, 12);
        let at = wrong_padding.len() - 12 - 3;
        wrong_padding[at] ^= 0xff;
        let wrong_length = esp(17, &[&good[..], b"more"].concat(), 12);
        let other = esp(50, &esp(17, &good, 12), 12);
        for packet in [wrong_padding, wrong_length, other, esp(17, &good, 13), esp(17, &good, 12)[..40].to_vec()] {
            assert_eq!(nothing(101, &ipv4((1, 2), 50, &packet)), []);
        }
    }
}
