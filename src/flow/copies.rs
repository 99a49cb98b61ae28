//! Takes units, gives whether each is a copy: the same packet seen again by a mirror port, another tap, or inside and outside of a tunnel.
//!
//! A copy has the same octets, endpoints and transport within [`COPY_WINDOW`], and nothing that shows it was sent again. What shows that:
//! the same way into the capture (interface, link addresses, VLANs, tunnel, hop limit) with another IP identification, or, where there is
//! no identification, later than a millisecond. So a retransmission (RFC 3261, 17.1.1.2: 500 ms and more) and a response that is repeated
//! because the request was (17.2.1) are never copies. A stream gives no octet twice, so a unit of TCP is a copy only on another way.

use std::hash::BuildHasher;

use smallvec::SmallVec;

use super::aging::Aging;
use super::unit::Unit;
use crate::evidence::{Timestamp, Transport};
use crate::packet::Path;

/// How far apart the copies of a packet may be, in nanoseconds.
pub const COPY_WINDOW: i64 = 100_000_000;
/// How far apart the same packet may be seen twice on the same way where it has no IP identification, in nanoseconds.
const SAME_PACKET_WINDOW: i64 = 1_000_000;
/// How many different units are remembered; beyond it the oldest is forgotten, whose copies then count as sent again.
const REMEMBERED_MAX: usize = 1 << 16;
/// How many sightings of equal units are remembered.
const SIGHTINGS_MAX: usize = 32;

/// One sighting of a unit.
#[derive(Debug, Clone, Copy)]
struct Sighting {
    capture: u32,
    frame: u64,
    time: Timestamp,
    path: Path,
    transport: Transport,
    /// Which of the sightings this one is a copy of: an index into the list, its own for an original.
    original: usize,
}

impl Sighting {
    /// Whether both may be the same packet.
    fn may_be_same_packet(&self, other: &Self) -> bool {
        let apart = self.time.nanos_since(other.time).saturating_abs();
        if self.capture != other.capture || !self.path.is_same_way(&other.path) {
            return apart <= COPY_WINDOW;
        }
        let same_id = self.path.ip_id == other.path.ip_id && (self.path.ip_id != 0 || apart <= SAME_PACKET_WINDOW);
        self.transport == Transport::Udp && self.frame != other.frame && same_id && apart <= COPY_WINDOW
    }
}

/// The memory of the units of the last moments.
#[derive(Debug)]
pub struct Copies {
    hasher: foldhash::quality::RandomState,
    recent: Aging<u64, SmallVec<[Sighting; 2]>>,
}

impl Default for Copies {
    fn default() -> Self {
        Self::new()
    }
}

impl Copies {
    /// An empty memory.
    #[must_use]
    pub fn new() -> Self {
        Self { hasher: foldhash::quality::RandomState::default(), recent: Aging::new() }
    }

    /// Whether `unit` is a copy of one that was shown before.
    pub fn is_copy(&mut self, unit: &Unit<'_>) -> bool {
        self.original(unit).is_some()
    }

    /// The capture and the frame of the unit that `unit` is a copy of, if it is one.
    pub fn original(&mut self, unit: &Unit<'_>) -> Option<(u32, u64)> {
        self.forget(unit.time);
        let key = self.hasher.hash_one((unit.bytes, unit.source, unit.destination, unit.transport));
        let mut seen = Sighting {
            capture: unit.capture,
            frame: unit.place_frame,
            time: unit.time,
            path: unit.path,
            transport: unit.transport,
            original: 0,
        };
        let Some(id) = self.recent.find(&key) else {
            self.recent.insert(key, SmallVec::from_slice(&[seen]));
            return None;
        };
        self.recent.touch(id);
        let sightings = self.recent.get_mut(id)?;
        // A packet is a copy of an original only if it may be the same packet as each of that original's copies: one of them may have come
        // by the same way as this one, with another identification.
        let original = (0..sightings.len()).find(|&index| {
            sightings.get(index).is_some_and(|it| it.original == index)
                && sightings.iter().all(|it| it.original != index || it.may_be_same_packet(&seen))
        });
        seen.original = original.unwrap_or(sightings.len());
        let found = original.and_then(|index| sightings.get(index)).map(|it| (it.capture, it.frame));
        if sightings.len() < SIGHTINGS_MAX {
            sightings.push(seen);
        } else if found.is_none() {
            *sightings = SmallVec::from_slice(&[Sighting { original: 0, ..seen }]);
        }
        found
    }

    /// Forgets what is too old at `now` to have copies, and the oldest where there is too much.
    fn forget(&mut self, now: Timestamp) {
        while let Some(id) = self.recent.oldest() {
            let last = self.recent.get(id).and_then(|sightings| sightings.last()).map_or(Timestamp::MIN, |sighting| sighting.time);
            if now.nanos_since(last) <= COPY_WINDOW && self.recent.len() < REMEMBERED_MAX {
                break;
            }
            self.recent.remove(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Endpoint;

    const MILLISECOND: i64 = 1_000_000;

    /// A sighting: frame, nanoseconds, hop limit, IP identification.
    type Seen = (u64, i64, u8, u16);

    fn originals(transport: Transport, sightings: &[Seen]) -> Vec<Option<u64>> {
        let mut copies = Copies::new();
        let end = |port| Endpoint { address: [10, 0, 0, 1].into(), port };
        let unit = |&(frame, nanos, hop_limit, ip_id): &Seen| Unit {
            bytes: b"ACK",
            capture: 0,
            place_frame: frame,
            frames: &[],
            time: Timestamp::from_nanos(i128::from(nanos)),
            source: end(1),
            destination: end(2),
            transport,
            path: Path { hop_limit, ip_id, ..Path::default() },
            truncated: false,
            after_gap: false,
            reassembled: false,
        };
        sightings.iter().map(|seen| copies.original(&unit(seen)).map(|(_, frame)| frame)).collect()
    }

    #[test]
    fn the_same_packet_seen_again_is_a_copy() {
        let cases: &[(&str, &[Seen])] = &[
            ("twice on one port", &[(1, 0, 64, 7), (2, 3_000, 64, 7)]),
            ("twice without identification", &[(1, 0, 64, 0), (2, 3_000, 64, 0)]),
            ("behind a router", &[(1, 0, 64, 7), (2, 40 * MILLISECOND, 63, 7)]),
            ("behind a router that is seen first", &[(1, 0, 63, 7), (2, -MILLISECOND, 64, 7)]),
        ];
        for (what, sightings) in cases {
            assert_eq!(originals(Transport::Udp, sightings), [None, Some(1)], "{what}");
        }
    }

    #[test]
    fn a_packet_sent_again_is_no_copy() {
        let cases: &[(&str, &[Seen])] = &[
            ("after T1", &[(1, 0, 64, 7), (2, 500 * MILLISECOND, 64, 8)]),
            ("after T1 with the same identification", &[(1, 0, 64, 7), (2, 500 * MILLISECOND, 64, 7)]),
            ("at once, since the request was", &[(1, 0, 64, 7), (2, MILLISECOND / 10, 64, 8)]),
            ("soon, without identification", &[(1, 0, 64, 0), (2, 20 * MILLISECOND, 64, 0)]),
        ];
        for (what, sightings) in cases {
            assert_eq!(originals(Transport::Udp, sightings), [None, None], "{what}");
        }
    }

    #[test]
    fn copies_of_what_was_sent_again_go_with_it() {
        // Behind the router first, then ahead of it; then the same, sent again.
        let sightings = [(1, 0, 63, 7), (2, 100, 64, 7), (3, 20 * MILLISECOND, 64, 8), (4, 20 * MILLISECOND + 100, 63, 8)];
        assert_eq!(originals(Transport::Udp, &sightings), [None, Some(1), None, Some(3)]);
    }

    #[test]
    fn a_stream_repeats_itself_only_on_another_way() {
        assert_eq!(originals(Transport::Tcp, &[(1, 0, 64, 7), (1, 0, 64, 7), (2, 5, 64, 0), (3, 9, 63, 7)]), [None, None, None, Some(1)]);
    }

    #[test]
    fn the_memory_is_bounded() {
        let sightings: Vec<Seen> = (0..200_u64).map(|frame| (frame, frame as i64 * 1_000, 64, frame as u16 + 1)).collect();
        assert!(originals(Transport::Udp, &sightings).iter().all(Option::is_none));
    }
}
