//! Takes payloads with their addresses, gives the bytes of a capture file: pcap, microseconds, Ethernet.
//!
//! Invariant: the same calls give the same bytes; lengths and checksums are right. Nothing of the product is used here, so that the
//! writer can bear witness against it. Benches share this file.

use std::net::{IpAddr, SocketAddr};

/// The protocol number of UDP in IPv4 and IPv6 (RFC 768).
const UDP: u8 = 17;

/// The header of a little-endian pcap file of microseconds and link type Ethernet.
pub(crate) fn file_header() -> Vec<u8> {
    let mut out = Vec::with_capacity(24);
    out.extend_from_slice(&0xa1b2_c3d4_u32.to_le_bytes());
    out.extend_from_slice(&2_u16.to_le_bytes());
    out.extend_from_slice(&4_u16.to_le_bytes());
    out.extend_from_slice(&[0; 8]); // time zone and accuracy, always zero
    out.extend_from_slice(&262_144_u32.to_le_bytes());
    out.extend_from_slice(&1_u32.to_le_bytes());
    out
}

/// Appends one record: `micros` since 1970-01-01T00:00:00Z, and the frame in full.
pub(crate) fn write_record(out: &mut Vec<u8>, micros: u64, frame: &[u8]) {
    let length = u32::try_from(frame.len()).expect("a frame is shorter than 4 GiB");
    out.extend_from_slice(&u32::try_from(micros / 1_000_000).expect("before 2106").to_le_bytes());
    out.extend_from_slice(&u32::try_from(micros % 1_000_000).expect("under a million").to_le_bytes());
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(frame);
}

/// The Ethernet frame of one datagram; `identification` is the one of IPv4.
pub(crate) fn udp_frame(from: SocketAddr, to: SocketAddr, identification: u16, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len() + 8).expect("a datagram is shorter than 64 KiB");
    let mut datagram = Vec::with_capacity(payload.len() + 8);
    datagram.extend_from_slice(&from.port().to_be_bytes());
    datagram.extend_from_slice(&to.port().to_be_bytes());
    datagram.extend_from_slice(&length.to_be_bytes());
    datagram.extend_from_slice(&[0, 0]);
    datagram.extend_from_slice(payload);
    // RFC 768: a sum of zero is sent as all ones, for zero says that there is none.
    let sum = match transport_checksum(from.ip(), to.ip(), UDP, &datagram) {
        0 => 0xffff,
        sum => sum,
    };
    datagram[6..8].copy_from_slice(&sum.to_be_bytes());
    ip_frame(from.ip(), to.ip(), UDP, identification, &datagram)
}

/// The Ethernet frame around a transport segment.
pub(crate) fn ip_frame(from: IpAddr, to: IpAddr, protocol: u8, identification: u16, segment: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(segment.len() + 54);
    frame.extend_from_slice(&station(to));
    frame.extend_from_slice(&station(from));
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            frame.extend_from_slice(&[0x08, 0x00]);
            let length = u16::try_from(segment.len() + 20).expect("a packet is shorter than 64 KiB");
            let mut header = [0_u8; 20];
            header[0] = 0x45;
            header[2..4].copy_from_slice(&length.to_be_bytes());
            header[4..6].copy_from_slice(&identification.to_be_bytes());
            header[8] = 64;
            header[9] = protocol;
            header[12..16].copy_from_slice(&from.octets());
            header[16..20].copy_from_slice(&to.octets());
            let sum = fold(sum_of(0, &header));
            header[10..12].copy_from_slice(&sum.to_be_bytes());
            frame.extend_from_slice(&header);
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            frame.extend_from_slice(&[0x86, 0xdd, 0x60, 0, 0, 0]);
            let length = u16::try_from(segment.len()).expect("a packet is shorter than 64 KiB");
            frame.extend_from_slice(&length.to_be_bytes());
            frame.extend_from_slice(&[protocol, 64]);
            frame.extend_from_slice(&from.octets());
            frame.extend_from_slice(&to.octets());
        }
        _ => panic!("{from} and {to} are not of one family"),
    }
    frame.extend_from_slice(segment);
    frame
}

/// The checksum over pseudo-header and segment (RFC 768, RFC 9293 3.1, RFC 8200 8.1); the segment's own field must be zero.
pub(crate) fn transport_checksum(from: IpAddr, to: IpAddr, protocol: u8, segment: &[u8]) -> u16 {
    let mut sum = u64::from(protocol) + segment.len() as u64;
    for address in [from, to] {
        sum = match address {
            IpAddr::V4(address) => sum_of(sum, &address.octets()),
            IpAddr::V6(address) => sum_of(sum, &address.octets()),
        };
    }
    fold(sum_of(sum, segment))
}

/// Adds the big-endian words of `bytes`; an odd last byte counts as the high half of a word.
fn sum_of(sum: u64, bytes: &[u8]) -> u64 {
    let words = bytes.chunks_exact(2);
    let last = words.remainder().first().map_or(0, |byte| u64::from(*byte) << 8);
    words.fold(sum + last, |sum, word| sum + u64::from(u16::from_be_bytes([word[0], word[1]])))
}

/// Folds the carries and gives the one's complement.
fn fold(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).expect("folded")
}

/// A locally administered MAC address that follows from the IP address.
fn station(address: IpAddr) -> [u8; 6] {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            [0x02, 0x04, a, b, c, d]
        }
        IpAddr::V6(address) => {
            let [.., a, b, c, d] = address.octets();
            [0x02, 0x06, a, b, c, d]
        }
    }
}
