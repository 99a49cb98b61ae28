//! Takes units, gives whether each is a copy: the same packet seen again by a mirror port, another tap, or inside and outside of a tunnel.
//!
//! A copy has the same octets, endpoints and transport within [`COPY_WINDOW`], and nothing that shows it was sent again. What shows that:
//! the same way into the capture (interface, link addresses, VLANs, tunnel, hop limit) with another IP identification, or, where there is
//! no identification, later than a millisecond. So a retransmission (RFC 3261, 17.1.1.2: 500 ms and more) and a response that is repeated
//! because the request was (17.2.1) are never copies. A stream gives no octet twice, so a unit of TCP is a copy only on another way.
//!
//! Between captures a NAT may stand, which changes endpoints and leaves the octets alone: [`Copies::across_captures`] has the same octets in
//! another capture be a copy, whoever the endpoints are. A client that asks elsewhere changes its branch (RFC 3261, 8.1.1.7), and so the octets.

use std::collections::VecDeque;
use std::hash::{BuildHasher, Hash, Hasher};
use std::net::IpAddr;

use super::unit::Unit;
use crate::evidence::{Timestamp, Transport};
use crate::limit::{Limit, Limits};
use crate::packet::Path;

/// How far apart the copies of a packet may be, in nanoseconds.
pub const COPY_WINDOW: i64 = 100_000_000;
/// How far apart the same packet may be seen twice on the same way where it has no IP identification, in nanoseconds.
const SAME_PACKET_WINDOW: i64 = 1_000_000;
/// Into how many buckets the remembered units are put.
const BUCKETS: usize = 1 << 14;
/// How many sightings of equal units are remembered.
const SIGHTINGS_MAX: usize = 32;

/// One sighting of a unit.
#[derive(Debug, Clone, Copy)]
struct Sighting {
    capture: u32,
    frame: u64,
    time: Timestamp,
    path: Path,
    /// A hash of the endpoints where these do not belong to the key, else 0.
    ends: u64,
    /// Which of the sightings this one is a copy of: an index into them, its own for an original.
    original: usize,
}

impl Sighting {
    /// Whether both, which came by `transport`, may be the same packet.
    fn may_be_same_packet(&self, other: &Self, transport: Transport) -> bool {
        let apart = self.time.nanos_since(other.time).saturating_abs();
        if self.capture == other.capture && self.ends != other.ends {
            return false;
        }
        if self.capture != other.capture || !self.path.is_same_way(&other.path) {
            return apart <= COPY_WINDOW;
        }
        let same_id = self.path.ip_id == other.path.ip_id && (self.path.ip_id != 0 || apart <= SAME_PACKET_WINDOW);
        transport == Transport::Udp && self.frame != other.frame && same_id && apart <= COPY_WINDOW
    }
}

/// The sightings of equal units. Nearly every unit is seen once, so the first sighting needs no list.
#[derive(Debug)]
struct Sightings {
    key: u64,
    first: Sighting,
    /// The later ones.
    more: Vec<Sighting>,
    /// The place of the unit before it in the same bucket of the hash; see [`Copies`].
    before: u64,
    /// Whether these moved to the end of the line when one was added, so that this place is empty.
    moved: bool,
}

impl Sightings {
    fn iter(&self) -> impl Iterator<Item = &Sighting> {
        std::iter::once(&self.first).chain(&self.more)
    }

    /// When the unit was last seen.
    fn last_time(&self) -> Timestamp {
        self.more.last().unwrap_or(&self.first).time
    }

    /// Adds `seen`; gives the capture and the frame of what it is a copy of, and whether there was room to remember it beside the others.
    fn add(&mut self, mut seen: Sighting, transport: Transport) -> (Option<(u32, u64)>, bool) {
        // A packet is a copy of an original only if it may be the same packet as each of that original's copies: one of them may have come
        // by the same way as this one, with another identification.
        let is_original_of_seen = |(index, it): &(usize, &Sighting)| {
            it.original == *index && self.iter().all(|it| it.original != *index || it.may_be_same_packet(&seen, transport))
        };
        let original = self.iter().enumerate().find(is_original_of_seen).map(|(index, it)| (index, (it.capture, it.frame)));
        let count = self.more.len() + 1;
        seen.original = original.map_or(count, |(index, _)| index);
        if count < SIGHTINGS_MAX {
            self.more.push(seen);
        } else if original.is_none() {
            self.first = Sighting { original: 0, ..seen };
            self.more.clear();
        }
        (original.map(|(_, place)| place), count < SIGHTINGS_MAX)
    }
}

/// The memory of the units of the last moments.
///
/// Units stand in line in the order in which they were last seen, so that each is passed once when it is forgotten; those that are seen
/// again go to the end of the line and leave an empty place. Places are counted on, from the first that there ever was. Units that share a
/// bucket of the hash are chained from the last to the first by their places; a chain ends where its next place has left the line, so
/// forgetting need not look a unit up. The octets are hashed once, in all.
#[derive(Debug)]
pub struct Copies {
    hasher: foldhash::quality::RandomState,
    line: VecDeque<Sightings>,
    /// The place of the first in line; at least 1.
    first: u64,
    /// The place of the last unit of each bucket; 0 where there was none.
    buckets: Vec<u64>,
    /// Whether units with other endpoints may be copies, if they are in another capture.
    across: bool,
    /// How many units are remembered; beyond it the oldest is forgotten, whose copies then count as sent again.
    most: usize,
    /// Whether one that may yet have copies had to be forgotten.
    is_exceeded: bool,
}

impl Default for Copies {
    fn default() -> Self {
        Self::within(&Limits::default())
    }
}

impl Copies {
    /// An empty memory for one capture.
    #[must_use]
    pub fn within(limits: &Limits) -> Self {
        Self {
            hasher: foldhash::quality::RandomState::default(),
            line: VecDeque::new(),
            first: 1,
            buckets: vec![0; BUCKETS],
            across: false,
            most: limits.room(Limit::Copies),
            is_exceeded: false,
        }
    }

    /// An empty memory for several captures, between which a NAT may stand.
    #[must_use]
    pub fn across_captures(limits: &Limits) -> Self {
        Self { across: true, ..Self::within(limits) }
    }

    /// Whether a unit that may yet have copies was forgotten for want of room since this was last asked.
    pub const fn take_exceeded(&mut self) -> bool {
        std::mem::replace(&mut self.is_exceeded, false)
    }

    /// Whether `unit` is a copy of one that was shown before.
    pub fn is_copy(&mut self, unit: &Unit<'_>) -> bool {
        self.original(unit).is_some()
    }

    /// The capture and the frame of the unit that `unit` is a copy of, if it is one.
    pub fn original(&mut self, unit: &Unit<'_>) -> Option<(u32, u64)> {
        self.forget(unit.time);
        let key = self.key(unit);
        let seen = Sighting {
            capture: unit.capture,
            frame: unit.place_frame,
            time: unit.time,
            path: unit.path,
            ends: self.ends(unit),
            original: 0,
        };
        let Some(index) = self.find(key) else {
            let before = self.chain(key);
            self.line.push_back(Sightings { key, first: seen, more: Vec::new(), before, moved: false });
            return None;
        };
        // Most copies follow at once, when their originals are still the last in line.
        if index.saturating_add(1) < self.line.len() {
            let before = self.chain(key);
            let old = self.line.get_mut(index)?;
            old.moved = true;
            let moving = Sightings { more: std::mem::take(&mut old.more), before, moved: false, ..*old };
            self.line.push_back(moving);
        }
        let (original, has_room) = self.line.back_mut()?.add(seen, unit.transport);
        self.is_exceeded |= !has_room;
        original
    }

    /// Where in line the unit of `key` stands.
    #[inline]
    fn find(&self, key: u64) -> Option<usize> {
        let mut place = *self.buckets.get(bucket(key))?;
        while place >= self.first {
            let index = usize::try_from(place - self.first).ok()?;
            let there = self.line.get(index)?;
            if there.key == key && !there.moved {
                return Some(index);
            }
            place = there.before;
        }
        None
    }

    /// Makes the place behind the line the last of the bucket of `key`; gives the one that was it.
    #[inline]
    fn chain(&mut self, key: u64) -> u64 {
        let place = self.first.saturating_add(self.line.len() as u64);
        self.buckets.get_mut(bucket(key)).map_or(0, |last| std::mem::replace(last, place))
    }

    /// A number for the endpoints of `unit`, where these do not belong to its key.
    #[inline]
    fn ends(&self, unit: &Unit<'_>) -> u64 {
        if self.across { self.hasher.hash_one((unit.source, unit.destination)) } else { 0 }
    }

    /// The number under which units with the octets, transport and, but across captures, the endpoints of `unit` are found.
    #[inline]
    fn key(&self, unit: &Unit<'_>) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(unit.bytes);
        if self.across {
            hasher.write_usize(unit.bytes.len() << 1 | usize::from(unit.transport == Transport::Udp));
            return hasher.finish();
        }
        let version = match (unit.source.address, unit.destination.address) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                hasher.write_u64(u64::from(source.to_bits()) << 32 | u64::from(destination.to_bits()));
                4
            }
            addresses => {
                addresses.hash(&mut hasher);
                6
            }
        };
        let ports = u64::from(unit.source.port) << 16 | u64::from(unit.destination.port);
        hasher.write_u64(ports << 16 | version << 1 | u64::from(unit.transport == Transport::Udp));
        hasher.write_usize(unit.bytes.len());
        hasher.finish()
    }

    /// Forgets what is too old at `now` to have copies, and the oldest where there is too much.
    fn forget(&mut self, now: Timestamp) {
        while let Some(oldest) = self.line.front() {
            let is_young = now.nanos_since(oldest.last_time()) <= COPY_WINDOW && !oldest.moved;
            if is_young && self.line.len() < self.most {
                break;
            }
            self.is_exceeded |= is_young;
            self.line.pop_front();
            self.first = self.first.saturating_add(1);
        }
    }
}

/// The bucket of `key`.
#[inline]
const fn bucket(key: u64) -> usize {
    key as usize % BUCKETS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Endpoint;

    const MILLISECOND: i64 = 1_000_000;

    /// A sighting: frame, nanoseconds, hop limit, IP identification.
    type Seen = (u64, i64, u8, u16);

    fn originals(transport: Transport, sightings: &[Seen]) -> Vec<Option<u64>> {
        let mut copies = Copies::default();
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
            untold: None,
            quoted: None,
            after_gap: false,
            reassembled: false,
            sequence: None,
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
    fn what_a_nat_has_changed_is_a_copy_in_another_capture_only() {
        let seen = |copies: &mut Copies, capture, host: u8, nanos: i64| {
            let end = |host: u8| Endpoint { address: [10, 0, 0, host].into(), port: 5060 };
            copies.is_copy(&Unit {
                bytes: b"ACK",
                capture,
                place_frame: 1,
                frames: &[],
                time: Timestamp::from_nanos(i128::from(nanos)),
                source: end(host),
                destination: end(9),
                transport: Transport::Udp,
                path: Path { hop_limit: 64, ip_id: u16::from(host), ..Path::default() },
                truncated: false,
                untold: None,
                quoted: None,
                after_gap: false,
                reassembled: false,
                sequence: None,
            })
        };
        let mut across = Copies::across_captures(&Limits::default());
        assert_eq!(
            [(0, 1, 0), (1, 2, 5), (0, 3, 6), (1, 2, 700)].map(|(capture, host, ms)| seen(&mut across, capture, host, ms * MILLISECOND)),
            [false, true, false, false]
        );
        let mut within = Copies::default();
        assert_eq!([(0, 1, 0), (1, 2, 5)].map(|(capture, host, ms)| seen(&mut within, capture, host, ms * MILLISECOND)), [false, false]);
    }

    #[test]
    fn units_that_come_between_do_not_hide_a_copy() {
        let mut copies = Copies::default();
        let mut see = |port, frame: u64, nanos: i64, hop_limit| {
            let end = |port| Endpoint { address: [10, 0, 0, 1].into(), port };
            let seen = Unit {
                bytes: b"ACK",
                capture: 0,
                place_frame: frame,
                frames: &[],
                time: Timestamp::from_nanos(i128::from(nanos)),
                source: end(port),
                destination: end(2),
                transport: Transport::Udp,
                path: Path { hop_limit, ip_id: 7, ..Path::default() },
                truncated: false,
                untold: None,
                quoted: None,
                after_gap: false,
                reassembled: false,
                sequence: None,
            };
            copies.original(&seen).map(|(_, frame)| frame)
        };
        // More units than buckets, so that many share one; then each again, in the order in which they came, and the first once more.
        let ports = 1..20_001_u16;
        for port in ports.clone() {
            assert_eq!(see(port, port.into(), i64::from(port) * 1_000, 64), None);
        }
        for port in ports {
            assert_eq!(see(port, 50_000 + u64::from(port), 25 * MILLISECOND + i64::from(port) * 1_000, 63), Some(port.into()));
        }
        assert_eq!(see(1, 90_000, 60 * MILLISECOND, 62), Some(1));
        // Its last sighting is young, but the first of them is not.
        assert_eq!(see(1, 90_001, 102 * MILLISECOND, 61), None);
        assert_eq!(see(2, 90_002, 400 * MILLISECOND, 61), None);
        assert_eq!(copies.line.len(), 1);
    }

    #[test]
    fn the_memory_is_bounded() {
        let sightings: Vec<Seen> = (0..200_u64).map(|frame| (frame, frame as i64 * 1_000, 64, frame as u16 + 1)).collect();
        assert!(originals(Transport::Udp, &sightings).iter().all(Option::is_none));
    }
}
