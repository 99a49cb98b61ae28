//! Takes a datagram whose payload is compressed, gives the octets of its message.
//!
//! The output is bounded ([`INFLATED_MAX`]), however far the payload would expand. RFC 1950.

use std::io::Read;

use flate2::read::ZlibDecoder;

use crate::fault::{Fault, FaultKind, FaultLog};
use crate::packet::Datagram;

/// How many octets a compressed message may have; one with more is dropped.
const INFLATED_MAX: usize = 256 << 10;

/// The octets that `datagram`, which frame `frame` completed, holds compressed; of a truncated one as many as can be read.
///
/// Faults: `BoundReached` ([`INFLATED_MAX`]), `BadPacket` where it cannot be read.
#[cold]
pub(super) fn inflated(datagram: &Datagram<'_>, frame: u64, faults: &mut FaultLog) -> Option<Vec<u8>> {
    let mut octets = Vec::new();
    let read = ZlibDecoder::new(datagram.payload).take(INFLATED_MAX as u64 + 1).read_to_end(&mut octets);
    let fault = if octets.len() > INFLATED_MAX {
        Fault { wanted: Some(INFLATED_MAX as u64), ..Fault::new(FaultKind::BoundReached, "octets of a compressed message") }
    } else if read.is_err() && !datagram.truncated {
        Fault { had: Some(datagram.payload.len() as u64), ..Fault::new(FaultKind::BadPacket, "compressed payload of HEP") }
    } else {
        return Some(octets);
    };
    faults.note(fault.at_frame(frame));
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]
mod tests {
    use super::super::Flow;
    use super::super::toy::Toy;
    use super::INFLATED_MAX;
    use crate::capture::{Frame, LinkType};
    use crate::evidence::{Timestamp, Transport};
    use crate::fault::{FaultKind, FaultLogs};
    use crate::limit::Limits;
    use crate::packet::bytes::{fragment4, ipv4, udp};
    use std::io::Read;

    const TEXT: &[u8] = b"OPTIONS sip:a@b SIP/2.0\r\n\r\n";

    fn zlib(octets: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        flate2::read::ZlibEncoder::new(octets, flate2::Compression::best()).read_to_end(&mut out).unwrap();
        out
    }

    /// A UDP datagram of HEP with inner protocol TCP around `payload` in a chunk of `kind`.
    fn hep(kind: u8, payload: &[u8]) -> Vec<u8> {
        let mut chunks =
            [&[0, 0, 0, 2, 0, 7, 6, 0, 0, 0, 3, 0, 10, 10, 0, 0, 1, 0, 0, 0, 4, 0, 10, 10, 0, 0, 2, 0, 0, 0, kind][..]].concat();
        chunks.extend((payload.len() as u16 + 6).to_be_bytes());
        chunks.extend(payload);
        udp((999, 9063), &[&b"HEP3"[..], &(chunks.len() as u16 + 6).to_be_bytes(), &chunks].concat())
    }

    /// The octets of a unit, its transport, and whether it is truncated.
    type Given = (Vec<u8>, Transport, bool);

    /// The units in `packets`, of each of which some octets at the end are cut, and the faults.
    fn units(packets: &[(Vec<u8>, usize)]) -> (Vec<Given>, Vec<FaultKind>) {
        let (mut given, mut faults) = (Vec::new(), FaultLogs::default());
        let mut flow = Flow::new(Limits::default(), Toy);
        for (number, (packet, cut)) in (1..).zip(packets) {
            let data = &packet[..packet.len() - cut];
            let frame = Frame {
                number,
                time: Timestamp::default(),
                link_type: LinkType(101),
                interface: 0,
                data,
                original_len: packet.len() as u32,
                offset: 0,
            };
            flow.push(0, &frame, &mut faults, &mut |unit| given.push((unit.bytes.to_vec(), unit.transport, unit.truncated)));
        }
        (given, faults.iter().map(|count| count.first.kind).collect())
    }

    #[test]
    fn a_compressed_message_is_a_unit_as_a_plain_one_is() {
        let expected = vec![(TEXT.to_vec(), Transport::Tcp, false)];
        assert_eq!(units(&[(ipv4((8, 9), 17, &hep(15, TEXT)), 0)]), (expected.clone(), vec![]));
        let compressed = hep(16, &zlib(TEXT));
        assert_eq!(units(&[(ipv4((8, 9), 17, &compressed), 0)]), (expected.clone(), vec![]));
        let pieces = [(0, true), (48, false)].map(|(at, more)| {
            let end = if more { 48 } else { compressed.len() };
            (fragment4((8, 9), 17, 7, at, more, &compressed[at..end]), 0)
        });
        assert_eq!(units(&pieces), (expected, vec![]));
    }

    #[test]
    fn what_cannot_be_inflated_or_is_too_much_is_told() {
        assert_eq!(units(&[(ipv4((8, 9), 17, &hep(16, b"no zlib")), 0)]), (vec![], vec![FaultKind::BadPacket]));
        let bomb = zlib(&vec![b'a'; INFLATED_MAX + 1]);
        assert_eq!(units(&[(ipv4((8, 9), 17, &hep(16, &bomb)), 0)]), (vec![], vec![FaultKind::BoundReached]));
        let most = vec![b'a'; INFLATED_MAX];
        assert_eq!(units(&[(ipv4((8, 9), 17, &hep(16, &zlib(&most))), 0)]), (vec![(most, Transport::Tcp, false)], vec![]));
    }

    #[test]
    fn what_is_left_of_a_cut_one_is_given_as_truncated() {
        let (given, faults) = units(&[(ipv4((8, 9), 17, &hep(16, &zlib(TEXT))), 6)]);
        assert_eq!(faults, []);
        assert!(matches!(&*given, [(octets, Transport::Tcp, true)] if TEXT.starts_with(octets)), "{given:?}");
    }
}
