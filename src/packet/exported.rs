//! Takes a PDU that Wireshark has exported, gives the datagram that it is: the tags ahead of it name the protocol and the endpoints.
//!
//! This is how SIP leaves TLS: the keys opened it there, and what is exported is one message or one record of plain text. Tags may come in
//! any order; one that is not known here is passed over. What is not said stays unspecified. Link type 252 (`LINKTYPE_WIRESHARK_UPPER_PDU`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::decode::Packet;
use super::octets::{after, u16_at, u32_at};
use super::transport::Datagram;
use super::walk::{Stop, Walk};
use crate::evidence::{Endpoint, Transport};

/// The link type of exported PDUs.
pub(super) const WIRESHARK_UPPER_PDU: u16 = 252;

/// The tags that matter here.
mod tag {
    pub(super) const END: u16 = 0;
    pub(super) const DISSECTOR: u16 = 12;
    pub(super) const HEURISTIC_DISSECTOR: u16 = 13;
    pub(super) const DISSECTOR_TABLE: u16 = 14;
    pub(super) const IPV4_SOURCE: u16 = 20;
    pub(super) const IPV4_DESTINATION: u16 = 21;
    pub(super) const IPV6_SOURCE: u16 = 22;
    pub(super) const IPV6_DESTINATION: u16 = 23;
    pub(super) const PORT_TYPE: u16 = 24;
    pub(super) const SOURCE_PORT: u16 = 25;
    pub(super) const DESTINATION_PORT: u16 = 26;
}

/// The port type of UDP.
const PORT_TYPE_UDP: u32 = 3;

/// The datagram in the exported PDU `data`; no packet where it is not SIP.
pub(super) fn packet<'a>(data: &'a [u8], walk: Walk) -> Result<Packet<'a>, Stop> {
    let nowhere = Endpoint { address: IpAddr::V4(Ipv4Addr::UNSPECIFIED), port: 0 };
    let mut found = Datagram {
        source: nowhere,
        destination: nowhere,
        payload: &[],
        truncated: walk.cut > 0,
        transport: Transport::Udp,
        path: walk.path,
    };
    let (mut named, mut carried, mut is_for_port) = (None, None, false);
    let mut rest = data;
    // Each round takes four octets at least.
    loop {
        let stop = Stop::short("tag of an exported PDU", 4, rest);
        let (kind, len) = (u16_at(rest, 0).ok_or(stop)?, usize::from(u16_at(rest, 2).ok_or(stop)?));
        let bytes = after(rest, 4).ok_or(stop)?;
        let Some((value, next)) = bytes.split_at_checked(len) else {
            return Err(Stop::short("tag of an exported PDU", len, bytes));
        };
        let stop = Stop::short("value of a tag of an exported PDU", 4, value);
        match kind {
            tag::END => {
                found.payload = next;
                break;
            }
            tag::DISSECTOR | tag::HEURISTIC_DISSECTOR => named = sip(value).or(named),
            tag::DISSECTOR_TABLE => (named, is_for_port) = (of_port(value).or(named), true),
            tag::IPV4_SOURCE => found.source.address = ipv4(value).ok_or(stop)?,
            tag::IPV4_DESTINATION => found.destination.address = ipv4(value).ok_or(stop)?,
            tag::IPV6_SOURCE => found.source.address = ipv6(value).ok_or(stop)?,
            tag::IPV6_DESTINATION => found.destination.address = ipv6(value).ok_or(stop)?,
            // What is neither UDP nor said to be nothing at all is reliable: TCP, SCTP.
            tag::PORT_TYPE => {
                carried = match u32_at(value, 0).ok_or(stop)? {
                    0 => None,
                    PORT_TYPE_UDP => Some(Transport::Udp),
                    _ => Some(Transport::Tcp),
                }
            }
            tag::SOURCE_PORT => found.source.port = port(value).ok_or(stop)?,
            tag::DESTINATION_PORT => found.destination.port = port(value).ok_or(stop)?,
            _ => {}
        }
        rest = next;
    }
    let by_name = named.ok_or(Stop::NotOurs)?;
    found.transport = match carried {
        Some(Transport::Tcp) if by_name.is_secure() => by_name,
        _ => carried.unwrap_or(by_name),
    };
    let is_excerpt = is_for_port && found.transport != Transport::Udp;
    Ok(if is_excerpt { Packet::Excerpt(found) } else { Packet::Datagram(found) })
}

/// What carries the SIP that the dissector `name` (padded with zeros) reads; nothing where it reads something else.
fn sip(name: &[u8]) -> Option<Transport> {
    match without_zeros(name)? {
        b"sip" | b"sip_udp" => Some(Transport::Udp),
        // The name of the reader that a stream is handed to. What a stream in the clear holds is exported as `sip` by that reader itself; only TLS
        // exports what it hands on.
        b"sip.tcp" | b"sip_tcp" => Some(Transport::Tls),
        _ => None,
    }
}

/// What carries a PDU that some dissector of a port is to read, whichever that is; nothing where it is not told by a port.
fn of_port(table: &[u8]) -> Option<Transport> {
    match without_zeros(table)? {
        b"udp.port" => Some(Transport::Udp),
        b"tcp.port" | b"sctp.port" => Some(Transport::Tcp),
        b"tls.port" | b"ssl.port" => Some(Transport::Tls),
        _ => None,
    }
}

/// A name without the zeros that fill it up.
fn without_zeros(name: &[u8]) -> Option<&[u8]> {
    let end = name.iter().position(|octet| *octet == 0).unwrap_or(name.len());
    name.get(..end)
}

fn ipv4(value: &[u8]) -> Option<IpAddr> {
    u32_at(value, 0).map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits)))
}

fn ipv6(value: &[u8]) -> Option<IpAddr> {
    value.first_chunk::<16>().map(|octets| IpAddr::V6(Ipv6Addr::from(*octets)))
}

/// A port, which stands in four octets.
fn port(value: &[u8]) -> Option<u16> {
    u32_at(value, 0).map(|port| u16::try_from(port).unwrap_or_default())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]
mod tests {
    use super::super::decode_tests::{TEXT, datagram, frame, holds_text, nothing};
    use super::super::{Packet, decode};
    use crate::capture::Frame;
    use crate::evidence::Transport;
    use crate::fault::{FaultKind, FaultLog};

    const UPPER_PDU: u16 = super::WIRESHARK_UPPER_PDU;

    fn tag(kind: u16, value: &[u8]) -> Vec<u8> {
        let padded = value.len().next_multiple_of(4);
        [&kind.to_be_bytes()[..], &(padded as u16).to_be_bytes(), value, &[0; 3][..padded - value.len()]].concat()
    }

    /// An IPv4 or IPv6 address of the documentation, as the other tests have them.
    fn address(v6: bool, host: u8) -> Vec<u8> {
        if v6 { [&[0x20, 1, 0x0d, 0xb8][..], &[0; 11], &[host]].concat() } else { vec![10, 0, 0, host] }
    }

    fn tags(name: &[u8], v6: bool, port_type: u32) -> Vec<Vec<u8>> {
        let first = if v6 { 22 } else { 20 };
        vec![
            tag(12, name),
            tag(first, &address(v6, 1)),
            tag(first + 1, &address(v6, 2)),
            tag(24, &port_type.to_be_bytes()),
            tag(25, &5060_u32.to_be_bytes()),
            tag(26, &5062_u32.to_be_bytes()),
        ]
    }

    fn pdu(tags: &[Vec<u8>]) -> Vec<u8> {
        [tags.concat(), tag(0, b""), TEXT.to_vec()].concat()
    }

    #[test]
    fn an_exported_message_has_the_endpoints_that_its_tags_say() {
        for (name, port_type, transport) in [
            (&b"sip"[..], 3, Transport::Udp),
            (b"sip", 2, Transport::Tcp),
            (b"sip.tcp", 2, Transport::Tls),
            (b"sip.tcp", 0, Transport::Tls),
            (b"sip", 1, Transport::Tcp),
        ] {
            for v6 in [false, true] {
                let what = format!("exported {} {port_type} {v6}", String::from_utf8_lossy(name));
                let data = pdu(&tags(name, v6, port_type));
                holds_text(&what, UPPER_PDU, &data);
                assert_eq!(datagram(UPPER_PDU, &data).transport, transport, "{what}");
            }
        }
    }

    #[test]
    fn what_is_left_to_the_dissector_of_a_port_may_be_sip() {
        let of_table = |table: &[u8], port_type| {
            let mut tags = tags(b"sip", false, port_type);
            tags[0] = tag(14, table);
            tags.push(tag(32, &5060_u32.to_be_bytes()));
            pdu(&tags)
        };
        holds_text("exported by its port", UPPER_PDU, &of_table(b"udp.port", 3));
        for (table, transport) in [(&b"tcp.port"[..], Transport::Tcp), (b"tls.port", Transport::Tls)] {
            let data = of_table(table, 2);
            let Some(Packet::Excerpt(found)) = decode(&frame(UPPER_PDU, &data), &mut FaultLog::default()) else { panic!("{transport:?}") };
            assert_eq!((found.payload, found.transport, found.source.port), (TEXT, transport, 5060));
        }
        assert_eq!(nothing(UPPER_PDU, &of_table(b"ip.proto", 3)), []);
    }

    #[test]
    fn tags_come_in_any_order_and_unknown_ones_are_passed_over() {
        let mut tags = tags(b"sip", false, 3);
        tags.reverse();
        tags.insert(2, tag(30, &[0, 0, 0, 7]));
        tags.insert(0, tag(999, b"whatever it is"));
        holds_text("exported in another order", UPPER_PDU, &pdu(&tags));
    }

    #[test]
    fn what_is_not_said_stays_unspecified() {
        let data = pdu(&[tag(12, b"sip")]);
        let found = datagram(UPPER_PDU, &data);
        assert_eq!((found.payload, found.source.port, found.transport), (TEXT, 0, Transport::Udp));
        assert!(found.source.address.is_unspecified() && found.destination.address.is_unspecified());
    }

    #[test]
    fn other_protocols_are_not_ours_and_broken_tags_are_faults() {
        for name in [&b"http"[..], b"sipfrag", b""] {
            assert_eq!(nothing(UPPER_PDU, &pdu(&tags(name, false, 3))), []);
        }
        let tags = tags(b"sip", false, 3).concat();
        for short in (0..tags.len()).chain([tags.len() + 2]) {
            let data = [&tags[..], &[0, 0, 0, 0]].concat();
            assert_eq!(nothing(UPPER_PDU, &data[..short]), [FaultKind::BadPacket], "{short}");
        }
        assert_eq!(nothing(UPPER_PDU, &pdu(&[tag(12, b"sip"), vec![0, 20, 0, 2, 1, 1]])), [FaultKind::BadPacket]);
        assert_eq!(nothing(UPPER_PDU, &pdu(&[tag(12, b"sip"), vec![0, 22, 0xff, 0xff, 1, 1]])), [FaultKind::BadPacket]);
    }

    #[test]
    fn what_the_snapshot_length_took_of_it_is_told() {
        let data = pdu(&tags(b"sip", false, 3));
        let cut = Frame { original_len: data.len() as u32 + 9, ..frame(UPPER_PDU, &data) };
        let Some(Packet::Datagram(found)) = decode(&cut, &mut FaultLog::default()) else { panic!() };
        assert!(found.truncated && !datagram(UPPER_PDU, &data).truncated);
    }
}
