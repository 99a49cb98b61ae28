//! Takes a frame and its octets after a change that moved nothing, puts the checksums around the change right.
//!
//! A checksum is corrected by what has changed under it, so that one which was wrong stays wrong, and none needs a pseudo-header. Invariant: nothing but
//! checksums is written. RFC 1071, 2; RFC 1624; RFC 768; RFC 9293, 3.1; RFC 792.

use super::layers::{Layer, Layers};
use crate::capture::Frame;

/// A checksum: where its header begins, from which on it covers octets, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Checksum {
    covers_from: usize,
    at: usize,
    /// Whether 0 says that there is none, as in UDP.
    is_optional: bool,
}

impl Checksum {
    const fn udp(header: usize) -> Self {
        Self { covers_from: header, at: header + 6, is_optional: true }
    }

    const fn tcp(header: usize) -> Self {
        Self { covers_from: header, at: header + 16, is_optional: false }
    }

    /// Corrects it in `data` by what differs there from `before`.
    fn mend(self, before: &[u8], data: &mut [u8]) {
        let Some(&[high, low]) = data.get(self.at..).and_then(|rest| rest.first_chunk::<2>()) else { return };
        let had = u16::from_be_bytes([high, low]);
        if self.is_optional && had == 0 {
            return;
        }
        let (old, new) = (before.get(self.covers_from..).unwrap_or_default(), data.get(self.covers_from..).unwrap_or_default());
        let own = self.at - self.covers_from;
        let changed = sum(new, own) - sum(old, own);
        let sum = (i64::from(!had) + changed).rem_euclid(0xffff);
        let mut checksum = 0xffff - sum as u16;
        if self.is_optional && checksum == 0 {
            checksum = 0xffff;
        }
        if let Some(place) = data.get_mut(self.at..self.at + 2) {
            place.copy_from_slice(&checksum.to_be_bytes());
        }
    }
}

/// The sum of the 16-bit words of `octets`, without the one at `own`.
fn sum(octets: &[u8], own: usize) -> i64 {
    let word =
        |pair: &[u8]| i64::from(u16::from_be_bytes([pair.first().copied().unwrap_or_default(), pair.get(1).copied().unwrap_or_default()]));
    octets.chunks(2).enumerate().filter(|(nth, _)| nth * 2 != own).map(|(_, pair)| word(pair)).sum()
}

/// What the octets that have changed are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// The payload of a datagram, or of a segment.
    Payload,
    /// A piece of the payload of an IP datagram: that at this offset of the frame, where it is the first one of a UDP datagram of which
    /// all has changed by `by` (see [`difference`]).
    Fragment {
        /// Where the UDP header begins.
        header: usize,
        /// By how much the sum over the whole datagram has changed.
        by: i64,
    },
    /// What an ICMP error quotes of the payload of a datagram, from this offset on.
    Quoted(usize),
}

/// By how much the sum of 16-bit words differs between the payloads of two datagrams.
#[must_use]
pub fn difference(before: &[u8], after: &[u8]) -> i64 {
    sum(after, usize::MAX) - sum(before, usize::MAX)
}

/// Puts the checksums of `data` right, which was `frame` and has changed.
pub fn mend(frame: &Frame<'_>, data: &mut [u8], changed: Changed) {
    match changed {
        Changed::Payload => {}
        Changed::Fragment { header, by } => mend_by(data, header + 6, by),
        Changed::Quoted(payload) => {
            let is_header = |at: usize, version: u8| frame.data.get(at).is_some_and(|octet| octet >> 4 == version);
            // ICMP, the IP header that it quotes, the UDP header, the payload.
            for (len, version) in [(20, 4), (40, 6)] {
                if let Some(icmp) = payload.checked_sub(8 + len + 8).filter(|icmp| is_header(icmp + 8, version)) {
                    // The checksum of the quoted datagram covers more than is quoted.
                    if let Some(quoted) = data.get_mut(payload - 2..payload) {
                        quoted.fill(0);
                    }
                    Checksum { covers_from: icmp, at: icmp + 2, is_optional: false }.mend(frame.data, data);
                    break;
                }
            }
        }
    }
    // The innermost first, as each is covered by those around it.
    for checksum in checksums(frame).into_iter().rev() {
        checksum.mend(frame.data, data);
    }
}

/// Corrects the UDP checksum at `at` by a change of the sum that it covers.
fn mend_by(data: &mut [u8], at: usize, by: i64) {
    let Some(place) = data.get_mut(at..).and_then(|rest| rest.first_chunk_mut::<2>()) else { return };
    let had = u16::from_be_bytes(*place);
    if had != 0 {
        let checksum = 0xffff - (i64::from(!had) + by).rem_euclid(0xffff) as u16;
        *place = if checksum == 0 { [0xff, 0xff] } else { checksum.to_be_bytes() };
    }
}

/// The checksums of UDP and TCP in a frame, the outermost first: each header is sought by what it says, behind the one around it.
fn checksums(frame: &Frame<'_>) -> Vec<Checksum> {
    let mut found = Vec::new();
    let mut from = 0;
    for layer in Layers::of(frame).iter() {
        let (says, len) = match layer {
            Layer::Udp(udp) => ([udp.source_port.to_be_bytes(), udp.destination_port.to_be_bytes(), udp.length.to_be_bytes()].concat(), 8),
            Layer::Tcp(tcp) => {
                let ports = [tcp.source_port.to_be_bytes(), tcp.destination_port.to_be_bytes()].concat();
                ([ports, tcp.sequence.to_be_bytes().to_vec()].concat(), 20)
            }
            _ => continue,
        };
        let Some(at) = frame.data.get(from..).and_then(|rest| memchr::memmem::find(rest, &says)).map(|at| from + at) else { break };
        found.push(if len == 8 { Checksum::udp(at) } else { Checksum::tcp(at) });
        from = at + len;
    }
    found
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a test may fail")]
mod tests {
    use super::{Checksum, sum};

    #[test]
    fn a_mended_checksum_is_what_would_have_been_computed() {
        let mut data: Vec<u8> = (0..41_u8).map(|octet| octet.wrapping_mul(37)).collect();
        let own = 6;
        let computed = |data: &[u8]| 0xffff - sum(data, own).rem_euclid(0xffff) as u16;
        let write = |data: &mut [u8], checksum: u16| data[own..own + 2].copy_from_slice(&checksum.to_be_bytes());
        let first = computed(&data);
        write(&mut data, first);
        for (at, with) in [(0, 0xff), (9, 0), (40, 7), (12, 0x80)] {
            let before = data.clone();
            data[at] = with;
            Checksum { covers_from: 0, at: own, is_optional: true }.mend(&before, &mut data);
            let wanted = computed(&data);
            assert_eq!(u16::from_be_bytes([data[own], data[own + 1]]), wanted, "octet {at}");
        }
    }

    #[test]
    fn a_checksum_of_udp_that_is_not_there_stays_away() {
        let before = [0; 16];
        let mut data = before;
        data[12] = 7;
        Checksum::udp(0).mend(&before, &mut data);
        assert_eq!(data[6..8], [0, 0]);
    }
}
