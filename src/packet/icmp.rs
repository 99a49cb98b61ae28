//! Takes an ICMP error, gives the datagram that it quotes: one that was sent and did not arrive.
//!
//! What is quoted is the IP packet and eight octets of its payload at least, most often all of a SIP request. That a packet was too big is no
//! such error: it is sent again in pieces. RFC 792; RFC 1812, 4.3.2.3; RFC 4443, 3.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::decode::Packet;
use super::ip::Carrier;
use super::octets::{after, u8_at, u16_at, u32_at};
use super::transport::Datagram;
use super::walk::Stop;
use crate::evidence::{Endpoint, Transport, Unreachable};

/// The IANA numbers of ICMP for IPv4 and for IPv6.
pub(super) const PROTOCOL_ICMP: u8 = 1;
pub(super) const PROTOCOL_ICMPV6: u8 = 58;
/// Octets ahead of what is quoted.
const HEADER_LEN: usize = 8;
/// Octets of the IPv6 header.
const IPV6_LEN: usize = 40;
/// The IANA numbers of TCP and UDP.
const TCP: u8 = 6;
const UDP: u8 = 17;

/// What the ICMP message in `bytes` quotes; not ours where it is no error, or quotes no start of a datagram or segment.
pub(super) fn quoted<'a>(carrier: Carrier, bytes: &'a [u8]) -> Result<Packet<'a>, Stop> {
    let why = why(carrier.protocol, bytes).ok_or(Stop::NotOurs)?;
    let packet = after(bytes, HEADER_LEN).unwrap_or_default();
    let datagram = datagram(packet, carrier).ok_or(Stop::NotOurs)?;
    Ok(Packet::Quoted(datagram, why))
}

/// Why it did not arrive.
fn why(protocol: u8, bytes: &[u8]) -> Option<Unreachable> {
    Some(match (protocol, u8_at(bytes, 0)?, u8_at(bytes, 1)?) {
        (PROTOCOL_ICMP, 3, 0 | 6 | 11) | (PROTOCOL_ICMPV6, 1, 0) => Unreachable::Network,
        (PROTOCOL_ICMP, 3, 1 | 7 | 8 | 12) | (PROTOCOL_ICMPV6, 1, 2 | 3) => Unreachable::Host,
        (PROTOCOL_ICMP, 3, 2) | (PROTOCOL_ICMPV6, 4, 1) => Unreachable::Protocol,
        (PROTOCOL_ICMP, 3, 3) | (PROTOCOL_ICMPV6, 1, 4) => Unreachable::Port,
        (PROTOCOL_ICMP, 3, 9 | 10 | 13) | (PROTOCOL_ICMPV6, 1, 1 | 5 | 6) => Unreachable::Prohibited,
        (PROTOCOL_ICMP, 11, _) | (PROTOCOL_ICMPV6, 3, _) => Unreachable::TimeExceeded,
        _ => return None,
    })
}

/// The start of the datagram, or segment, in the IP packet that is quoted.
fn datagram(packet: &[u8], carrier: Carrier) -> Option<Datagram<'_>> {
    let (protocol, source, destination, rest) = match u8_at(packet, 0)? {
        first @ 0x45..=0x4f => {
            // The pieces of a datagram but the first have no ports.
            if u16_at(packet, 6)? & 0x1fff != 0 {
                return None;
            }
            let address = |at| u32_at(packet, at).map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits)));
            (u8_at(packet, 9)?, address(12)?, address(16)?, after(packet, usize::from(first & 0xf) * 4)?)
        }
        0x60..=0x6f => {
            let address = |at| after(packet, at)?.first_chunk::<16>().map(|octets| IpAddr::V6(Ipv6Addr::from(*octets)));
            (u8_at(packet, 6)?, address(8)?, address(24)?, after(packet, IPV6_LEN)?)
        }
        _ => return None,
    };
    let (transport, header) = match protocol {
        UDP => (Transport::Udp, 8),
        TCP => (Transport::Tcp, usize::from(u8_at(rest, 12).unwrap_or(0x50) >> 4) * 4),
        _ => return None,
    };
    Some(Datagram {
        source: Endpoint { address: source, port: u16_at(rest, 0)? },
        destination: Endpoint { address: destination, port: u16_at(rest, 2)? },
        payload: after(rest, header).unwrap_or_default(),
        truncated: true,
        transport,
        path: carrier.walk.path,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]
mod tests {
    use super::super::bytes::{fragment4, ipv4, ipv6, tcp, udp};
    use super::super::decode_tests::{TEXT, frame, nothing, sip4, sip6};
    use super::super::{Packet, decode};
    use crate::evidence::{Transport, Unreachable};
    use crate::fault::FaultLog;

    fn error(kind: u8, code: u8, quoted: &[u8]) -> Vec<u8> {
        [&[kind, code, 0, 0, 0, 0, 0, 0], quoted].concat()
    }

    /// Payload, ports, transport and reason.
    type Quoted = (Vec<u8>, (u16, u16), Transport, Unreachable);

    /// What an IP packet quotes.
    fn quoted(packet: &[u8]) -> Option<Quoted> {
        match decode(&frame(101, packet), &mut FaultLog::default())? {
            Packet::Quoted(datagram, why) => {
                Some((datagram.payload.to_vec(), (datagram.source.port, datagram.destination.port), datagram.transport, why))
            }
            _ => None,
        }
    }

    #[test]
    fn an_error_leads_to_the_datagram_that_did_not_arrive() {
        let (four, six) = (sip4(), sip6());
        for (kind, code, why) in [
            (3, 0, Unreachable::Network),
            (3, 1, Unreachable::Host),
            (3, 2, Unreachable::Protocol),
            (3, 3, Unreachable::Port),
            (3, 13, Unreachable::Prohibited),
            (11, 0, Unreachable::TimeExceeded),
        ] {
            let found = quoted(&ipv4((2, 1), 1, &error(kind, code, &four))).unwrap();
            assert_eq!((&found.0[..], found.2, found.3), (TEXT, Transport::Udp, why));
        }
        for (kind, code, why) in [
            (1, 0, Unreachable::Network),
            (1, 3, Unreachable::Host),
            (1, 4, Unreachable::Port),
            (1, 1, Unreachable::Prohibited),
            (3, 0, Unreachable::TimeExceeded),
            (4, 1, Unreachable::Protocol),
        ] {
            let found = quoted(&ipv6((2, 1), 58, &error(kind, code, &six))).unwrap();
            assert_eq!((&found.0[..], found.2, found.3), (TEXT, Transport::Udp, why));
        }
    }

    #[test]
    fn eight_octets_of_a_payload_tell_its_ports() {
        let datagram = ipv4((1, 2), 17, &udp((5060, 5070), TEXT));
        let segment = ipv4((1, 2), 6, &tcp((5060, 5070), 1, 0, 2, b""));
        for (packet, transport) in [(datagram, Transport::Udp), (segment, Transport::Tcp)] {
            let found = quoted(&ipv4((2, 1), 1, &error(3, 3, &packet[..28])));
            assert_eq!(found, Some((vec![], (5060, 5070), transport, Unreachable::Port)));
        }
    }

    #[test]
    fn what_is_no_error_or_quotes_no_start_of_a_datagram_is_not_ours_and_no_fault() {
        let four = sip4();
        let later_piece = fragment4((1, 2), 17, 7, 1480, false, TEXT);
        for (kind, code, packet) in [(0, 0, &four), (8, 0, &four), (3, 4, &four), (5, 0, &four), (3, 3, &later_piece)] {
            assert_eq!(nothing(101, &ipv4((2, 1), 1, &error(kind, code, packet))), [], "{kind} {code}");
        }
        assert_eq!(nothing(101, &ipv6((2, 1), 58, &error(2, 0, &sip6()))), []);
        let whole = error(3, 3, &four);
        for short in 0..HEADERS {
            assert_eq!(nothing(101, &ipv4((2, 1), 1, &whole[..short])), [], "{short}");
        }
    }

    /// Octets of an ICMP header, an IPv4 header and two ports.
    const HEADERS: usize = 8 + 20 + 4;
}
