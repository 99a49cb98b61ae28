//! Takes the frames that are to be written, and the messages in them, gives the frames with pseudonyms in the place of persons.
//!
//! Invariants: a frame keeps its length and its headers, and its checksums are as right as they were; an octet of a payload that is part of no message which was
//! redacted is not written. What a frame holds that is no UDP or TCP at its own place is written as nothing.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::clues;
use super::redaction::Redaction;
use crate::capture::Frame;
use crate::evidence::{Endpoint, Transport};
use crate::fault::FaultLog;
use crate::flow::Unit;
use crate::packet::{Changed, Datagram, Fragment, Packet, Segment, decode, difference, mend};
use crate::sip::is_sip;
use crate::sip::redact::Redactor;

/// The most octets of messages that several frames carried, which are kept until their frames are written.
const MAX_KEPT: usize = 64 << 20;
/// The link type of what Wireshark has exported: a payload without IP and UDP.
const EXPORTED: u16 = 252;
/// Octets of a UDP header.
const UDP_LEN: usize = 8;

/// A message as it was and as it is to be.
#[derive(Debug)]
struct Kept {
    before: Box<[u8]>,
    after: Box<[u8]>,
}

/// The messages in one direction of a connection.
#[derive(Debug, Default)]
struct Stream {
    /// By the sequence number of the first octet.
    kept: BTreeMap<u32, Arc<Kept>>,
    /// The length of the longest, in octets.
    longest: u32,
}

impl Stream {
    /// Those that may have octets among the `len` ones from `sequence` on. Sequence numbers begin again at 0 (RFC 9293, 3.4).
    fn within(&self, sequence: u32, len: usize) -> impl Iterator<Item = (&u32, &Arc<Kept>)> {
        let from = sequence.wrapping_sub(self.longest);
        let to = sequence.wrapping_add(len as u32);
        let (lower, upper) = if from <= to { (from..=to, None) } else { (from..=u32::MAX, Some(0..=to)) };
        self.kept.range(lower).chain(upper.into_iter().flat_map(|upper| self.kept.range(upper)))
    }
}

/// The messages that were redacted, by where their octets lie.
#[derive(Debug, Default)]
pub(super) struct Masking {
    /// In streams: by capture, sender and receiver.
    streams: HashMap<(u32, Endpoint, Endpoint), Stream>,
    /// In fragments: by capture and frame.
    fragments: HashMap<(u32, u64), Arc<Kept>>,
    octets: usize,
    /// The frames of messages for which there was no room, by capture.
    dropped: HashSet<(u32, u64)>,
    /// The frames that are written for their time alone, by capture: that nothing of them is left is no loss.
    for_time: HashSet<(u32, u64)>,
}

/// A frame as it is to be written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Masked {
    pub(super) data: Vec<u8>,
    /// Whether octets of it were left out that nobody could redact.
    pub(super) is_blank: bool,
}

impl Masking {
    /// Keeps a message for the frames that carried it, where one of them alone does not tell it.
    pub(super) fn keep(&mut self, unit: &Unit<'_>, redaction: &Redaction) {
        if unit.transport == Transport::Udp && unit.frames.len() == 1 {
            return;
        }
        self.octets = self.octets.saturating_add(unit.bytes.len().saturating_mul(2));
        if self.octets > MAX_KEPT {
            self.dropped.extend(unit.frames.iter().map(|frame| (unit.capture, *frame)));
            return;
        }
        let after = redaction.redactor(unit.bytes).message(unit.bytes).into();
        let kept = Arc::new(Kept { before: unit.bytes.into(), after });
        if let Some(sequence) = unit.sequence {
            let stream = self.streams.entry((unit.capture, unit.source, unit.destination)).or_default();
            stream.longest = stream.longest.max(u32::try_from(unit.bytes.len()).unwrap_or(u32::MAX));
            stream.kept.insert(sequence, kept);
        } else if unit.transport == Transport::Udp {
            for frame in unit.frames {
                self.fragments.insert((unit.capture, *frame), Arc::clone(&kept));
            }
        }
    }

    /// Notes that `frame` of `capture` is written for its time alone.
    pub(super) fn keep_time(&mut self, capture: u32, frame: u64) {
        self.for_time.insert((capture, frame));
    }

    /// `frame` of `capture` with pseudonyms.
    pub(super) fn frame(&self, capture: u32, frame: &Frame<'_>, redaction: &Redaction) -> Masked {
        let redactor = redaction.redactor(b"");
        let masked = match decode(frame, &mut FaultLog::default()) {
            Some(Packet::Datagram(datagram)) => datagram_of(frame, &datagram, &redactor),
            Some(Packet::Segment(segment)) => self.segment_of(capture, frame, &segment),
            Some(Packet::Fragment(fragment)) => self.fragment_of(capture, frame, &fragment, &redactor),
            Some(Packet::Quoted(datagram, _)) => quoted_of(frame, &datagram, &redactor),
            Some(Packet::Deflated(_) | Packet::Excerpt(_)) | None => None,
        };
        let key = (capture, frame.number);
        match masked {
            Some(masked) => Masked { is_blank: masked.is_blank || self.dropped.contains(&key), ..masked },
            None => Masked { data: vec![0; frame.data.len()], is_blank: !self.for_time.contains(&key) },
        }
    }

    /// A segment with the octets of messages, and blank lines in the place of all others: these are passed over between messages.
    fn segment_of(&self, capture: u32, frame: &Frame<'_>, segment: &Segment<'_>) -> Option<Masked> {
        let at = place_of(segment.payload, frame)?;
        is_behind_tcp(frame, at, segment).then_some(())?;
        let mut payload: Vec<u8> = (0..segment.payload.len())
            .map(|nth| if (segment.sequence as usize).wrapping_add(nth).is_multiple_of(2) { b'\r' } else { b'\n' })
            .collect();
        if is_client_hello(segment.payload) {
            payload.copy_from_slice(segment.payload);
        }
        let stream = self.streams.get(&(capture, segment.source, segment.destination));
        for (sequence, kept) in stream.into_iter().flat_map(|stream| stream.within(segment.sequence, segment.payload.len())) {
            overlay(&mut payload, segment, *sequence, kept);
        }
        Some(written(frame, at, &payload, Changed::Payload))
    }

    /// A fragment with its piece of the message; the first one alone is a message that was cut.
    fn fragment_of(&self, capture: u32, frame: &Frame<'_>, fragment: &Fragment<'_>, redactor: &Redactor) -> Option<Masked> {
        let at = place_of(fragment.payload, frame)?;
        let offset = usize::from(fragment.offset);
        let head = fragment.payload.get(UDP_LEN..).filter(|head| offset == 0 && is_sip(head));
        let of_head = || head.map(|head| Arc::new(Kept { before: head.into(), after: redactor.message(head).into() }));
        let kept = self.fragments.get(&(capture, frame.number)).cloned().or_else(of_head)?;
        let mut payload = fragment.payload.to_vec();
        // The first piece begins with the UDP header.
        let header = UDP_LEN.saturating_sub(offset).min(payload.len());
        let begin = (offset + header).checked_sub(UDP_LEN)?;
        let piece = payload.get_mut(header..)?;
        let end = begin.checked_add(piece.len())?.min(kept.before.len());
        let (before, after) = (kept.before.get(begin..end)?, kept.after.get(begin..end)?);
        piece.starts_with(before).then_some(())?;
        piece.fill(0);
        piece.get_mut(..after.len())?.copy_from_slice(after);
        let by = difference(&kept.before, &kept.after);
        let changed = if offset == 0 { Changed::Fragment { header: at, by } } else { Changed::Payload };
        Some(written(frame, at, &payload, changed))
    }
}

/// A datagram with its message redacted; what is neither SIP nor DNS says nothing any more.
fn datagram_of(frame: &Frame<'_>, datagram: &Datagram<'_>, redactor: &Redactor) -> Option<Masked> {
    let at = place_of(datagram.payload, frame)?;
    let is_plain = frame.link_type.0 == EXPORTED || ports_at(frame, at.checked_sub(UDP_LEN)?, datagram.source, datagram.destination);
    is_plain.then_some(())?;
    let is_dns = clues::is_dns_port(datagram.source.port) || clues::is_dns_port(datagram.destination.port);
    let payload = if is_sip(datagram.payload) {
        redactor.message(datagram.payload)
    } else if is_dns {
        redactor.dns(datagram.payload)
    } else {
        vec![0; datagram.payload.len()]
    };
    Some(written(frame, at, &payload, Changed::Payload))
}

/// An ICMP error with what it quotes redacted.
fn quoted_of(frame: &Frame<'_>, datagram: &Datagram<'_>, redactor: &Redactor) -> Option<Masked> {
    let at = if datagram.payload.is_empty() {
        return Some(Masked { data: frame.data.to_vec(), is_blank: false });
    } else {
        place_of(datagram.payload, frame)?
    };
    ports_at(frame, at.checked_sub(UDP_LEN)?, datagram.source, datagram.destination).then_some(())?;
    let payload = if is_sip(datagram.payload) { redactor.message(datagram.payload) } else { vec![0; datagram.payload.len()] };
    Some(written(frame, at, &payload, Changed::Quoted(at)))
}

/// `frame` with `payload` at its place, nothing behind it, and the checksums put right.
fn written(frame: &Frame<'_>, at: usize, payload: &[u8], changed: Changed) -> Masked {
    let mut data = frame.data.to_vec();
    let end = at.saturating_add(payload.len());
    if let Some(place) = data.get_mut(at..end) {
        place.copy_from_slice(payload);
    }
    // What fills a short frame up may be what was in memory.
    data.get_mut(end..).unwrap_or_default().fill(0);
    mend(frame, &mut data, changed);
    Masked { data, is_blank: false }
}

/// Puts the octets of a message that lie in `segment` into `payload`, where the segment has them.
fn overlay(payload: &mut [u8], segment: &Segment<'_>, sequence: u32, kept: &Kept) {
    let ahead = sequence.wrapping_sub(segment.sequence).cast_signed();
    let (to, from) = if ahead >= 0 { (ahead as usize, 0) } else { (0, ahead.unsigned_abs() as usize) };
    let Some(len) = payload.len().checked_sub(to).zip(kept.before.len().checked_sub(from)).map(|(room, rest)| room.min(rest)) else {
        return;
    };
    let (before, after) = (kept.before.get(from..from + len), kept.after.get(from..from + len));
    // Numbers come round again, and a pair of ports may have a second connection.
    if before == segment.payload.get(to..to + len)
        && let (Some(place), Some(after)) = (payload.get_mut(to..to + len), after)
    {
        place.copy_from_slice(after);
    }
}

/// Where `part`, which was found in `frame`, begins in it; none where it lies elsewhere.
fn place_of(part: &[u8], frame: &Frame<'_>) -> Option<usize> {
    let at = (part.as_ptr() as usize).checked_sub(frame.data.as_ptr() as usize)?;
    (at.checked_add(part.len())? <= frame.data.len()).then_some(at)
}

/// Whether the ports of `source` and `destination` stand at that place of the frame.
fn ports_at(frame: &Frame<'_>, at: usize, source: Endpoint, destination: Endpoint) -> bool {
    frame.data.get(at..at + 4) == Some([source.port.to_be_bytes(), destination.port.to_be_bytes()].concat().as_slice())
}

/// Whether a TCP header ends where the payload of the segment begins.
fn is_behind_tcp(frame: &Frame<'_>, at: usize, segment: &Segment<'_>) -> bool {
    (20..=60).step_by(4).any(|len| {
        at.checked_sub(len).is_some_and(|header| {
            ports_at(frame, header, segment.source, segment.destination)
                && frame.data.get(header + 12).is_some_and(|octet| usize::from(octet >> 4) * 4 == len)
        })
    })
}

/// Whether a payload opens a TLS connection, which names a host and no person (RFC 8446, 4.1.2 and 5.1).
fn is_client_hello(payload: &[u8]) -> bool {
    matches!(payload, [22, 3, _, _, _, 1, ..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::LinkType;
    use crate::evidence::Timestamp;
    use crate::packet::bytes::{ipv4, tcp};

    #[test]
    fn a_frame_of_a_message_for_which_there_was_no_room_counts_as_left_out() {
        let packet = ipv4((1, 2), 6, &tcp((50_000, 5060), 7, 0, 0, b"OPTIONS sip:a@b SIP/2.0\r\n"));
        let frame = |number: u64| Frame {
            number,
            time: Timestamp::default(),
            link_type: LinkType(101),
            interface: 0,
            data: &packet,
            original_len: packet.len() as u32,
            offset: 0,
        };
        let masking = Masking { dropped: HashSet::from([(0, 5)]), ..Masking::default() };
        let is_blank = |number: u64| masking.frame(0, &frame(number), &Redaction::default()).is_blank;
        assert_eq!([4, 5].map(is_blank), [false, true]);
    }

    #[test]
    fn a_segment_is_given_the_messages_around_it_also_where_numbers_begin_again() {
        let kept = || Arc::new(Kept { before: Box::new([0; 10]), after: Box::new([0; 10]) });
        let starts = [0xffff_ffe0, 0xffff_fff8, 2, 12, 22];
        let stream = Stream { kept: starts.into_iter().map(|sequence| (sequence, kept())).collect(), longest: 10 };
        let met = |sequence| stream.within(sequence, 8).map(|(start, _)| *start).collect::<Vec<_>>();
        assert_eq!(met(0xffff_fffe), [0xffff_fff8, 2]);
        assert_eq!(met(14), [12, 22]);
    }
}
