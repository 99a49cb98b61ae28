//! Takes frames one by one, gives units: joins the packet walk with fragments and streams.
//!
//! A datagram passes through without a copy or an allocation; what waits is looked after in steps of [`TICK`] of capture time.

use super::cut::Cutter;
use super::excerpt::cut_excerpt;
use super::fragments::{Fragments, Whole, begins_as_text};
use super::inflated::inflated;
use super::sign::Sign;
use super::streams::{Streams, Surroundings};
use super::tls::KeyLog;
use super::unit::{Origin, Sink, Unit};
use crate::capture::Frame;
use crate::evidence::Timestamp;
use crate::fault::{FaultKind, FaultLogs};
use crate::limit::Limits;
use crate::packet::{self, Datagram, Packet};

/// How often what waits is looked after, in nanoseconds of capture time.
const TICK: u64 = 50_000_000;

/// Frames in, units out.
///
/// Units come out in the order in which they were completed, with two exceptions, both because octets are missing: what lies behind a gap
/// of a stream, and a datagram whose fragments are lost, come out when the gap is given up; their time and place are still those of their
/// own frames.
#[derive(Debug)]
pub struct Flow<C: Cutter> {
    limits: Limits,
    cutter: C,
    fragments: Fragments,
    streams: Streams,
    keys: KeyLog,
    /// What [`Self::take_signs`] gives next.
    signs: Vec<Sign>,
    last_tick: Timestamp,
    /// The capture of the last frame that was not the most usual one.
    last_capture: u32,
}

impl<C: Cutter> Flow<C> {
    /// A flow that holds nothing yet, whose streams `cutter` cuts.
    #[must_use]
    pub fn new(limits: Limits, cutter: C) -> Self {
        Self {
            limits,
            cutter,
            fragments: Fragments::new(),
            streams: Streams::new(),
            keys: KeyLog::within(&limits),
            signs: Vec::new(),
            last_tick: Timestamp::MIN,
            last_capture: 0,
        }
    }

    /// The secrets by which TLS is opened; what is added counts for what comes after it.
    pub const fn keys_mut(&mut self) -> &mut KeyLog {
        &mut self.keys
    }

    /// Whether there is anything to take.
    #[inline]
    #[must_use]
    pub const fn has_signs(&self) -> bool {
        !self.signs.is_empty()
    }

    /// What connections have shown beside their units since this was last asked. Who reads frames takes it each time, as nothing else bounds it.
    pub fn take_signs(&mut self) -> impl Iterator<Item = Sign> {
        self.signs.drain(..)
    }

    /// What cuts the streams.
    #[must_use]
    pub const fn cutter(&self) -> &C {
        &self.cutter
    }

    /// Takes a frame of capture `capture`; `sink` gets the units that it completes.
    #[inline]
    pub fn push(&mut self, capture: u32, frame: &Frame<'_>, faults: &mut FaultLogs, sink: &mut impl FnMut(Unit<'_>)) {
        // Times may go back: then too what waits is looked after, by the new time.
        if frame.time.nanos_since(self.last_tick).unsigned_abs() >= TICK {
            self.tick(capture, frame.time, faults, sink);
        }
        if !self.fragments.has_heads()
            && let Some(datagram) = packet::plain_datagram(frame)
        {
            sink(unit(&datagram, capture, frame.number, frame.time, &[frame.number]));
        } else {
            self.pass(capture, frame, faults, sink);
        }
    }

    /// Gives what is still held, and tells what is lost: nothing follows.
    ///
    /// What it gives may be of any capture that was pushed.
    pub fn finish(&mut self, faults: &mut FaultLogs, sink: &mut impl FnMut(Unit<'_>)) {
        let (now, capture) = (self.last_tick, self.last_capture);
        // A delivered head may hold fragments itself, in a tunnel, of which the rest is as lost.
        while !self.fragments.is_empty() {
            let mut wholes = Vec::new();
            self.fragments.finish(faults, &mut wholes);
            self.deliver(wholes, now, faults, sink);
        }
        let (streams, mut around) = self.around(capture, now, faults, sink);
        streams.finish(&mut around);
    }

    /// Octets that fragments and streams hold.
    #[cfg(test)]
    pub(super) const fn held(&self) -> (usize, usize) {
        (self.fragments.held(), self.streams.held())
    }

    /// Takes a frame that is not the most usual one, or may need state.
    fn pass(&mut self, capture: u32, frame: &Frame<'_>, faults: &mut FaultLogs, sink: Sink<'_>) {
        self.last_capture = capture;
        match packet::decode(frame, faults.of(capture)) {
            None => {}
            Some(Packet::Datagram(datagram)) => {
                if self.fragments.has_heads() && begins_as_text(datagram.payload) {
                    self.answer(&datagram, frame.time, faults, sink);
                }
                sink(unit(&datagram, capture, frame.number, frame.time, &[frame.number]));
            }
            Some(Packet::Excerpt(datagram)) => {
                let origin = Origin { capture, frame: frame.number, time: frame.time, path: datagram.path };
                let (_, mut around) = self.around(capture, frame.time, faults, sink);
                cut_excerpt(&datagram, origin, &mut around);
            }
            Some(Packet::Deflated(datagram)) => {
                if let Some(octets) = inflated(&datagram, frame.number, faults.of(capture)) {
                    let datagram = Datagram { payload: &octets, ..datagram };
                    sink(unit(&datagram, capture, frame.number, frame.time, &[frame.number]));
                }
            }
            Some(Packet::Quoted(datagram, why)) => {
                sink(Unit { quoted: Some(why), untold: None, ..unit(&datagram, capture, frame.number, frame.time, &[frame.number]) });
            }
            Some(Packet::Segment(segment)) => {
                let origin = Origin { capture, frame: frame.number, time: frame.time, path: segment.path };
                let (streams, mut around) = self.around(capture, frame.time, faults, sink);
                streams.segment(&segment, origin, &mut around);
            }
            Some(Packet::Fragment(fragment)) => {
                let origin = Origin { capture, frame: frame.number, time: frame.time, path: fragment.carrier.path() };
                let mut wholes = Vec::new();
                self.fragments.push(&fragment, origin, &self.limits, faults, &mut wholes);
                self.deliver(wholes, frame.time, faults, sink);
            }
        }
    }

    /// Delivers reassembled datagrams; what they carry may be fragments again, in a tunnel.
    fn deliver(&mut self, mut wholes: Vec<Whole>, now: Timestamp, faults: &mut FaultLogs, sink: Sink<'_>) {
        wholes.reverse();
        while let Some(whole) = wholes.pop() {
            match packet::resume(&whole.carrier, &whole.bytes, whole.missing, whole.origin.frame, faults.of(whole.origin.capture)) {
                None => {}
                Some(Packet::Datagram(datagram)) => {
                    if self.fragments.has_heads() && begins_as_text(datagram.payload) {
                        let before = wholes.len();
                        self.fragments.answer(datagram.source.address, datagram.destination.address, &mut wholes);
                        if wholes.len() > before {
                            // The answered heads go first, then this one again.
                            wholes.insert(before, whole);
                            continue;
                        }
                    }
                    sink(whole.told(unit(&datagram, whole.origin.capture, whole.origin.frame, whole.origin.time, &whole.frames)));
                }
                Some(Packet::Deflated(datagram)) => {
                    if let Some(octets) = inflated(&datagram, whole.origin.frame, faults.of(whole.origin.capture)) {
                        let datagram = Datagram { payload: &octets, ..datagram };
                        sink(whole.told(unit(&datagram, whole.origin.capture, whole.origin.frame, whole.origin.time, &whole.frames)));
                    }
                }
                Some(Packet::Excerpt(datagram)) => {
                    let origin = Origin { path: datagram.path, ..whole.origin };
                    let (_, mut around) = self.around(origin.capture, now, faults, sink);
                    cut_excerpt(&datagram, origin, &mut around);
                }
                Some(Packet::Quoted(datagram, why)) => {
                    let quoted = unit(&datagram, whole.origin.capture, whole.origin.frame, whole.origin.time, &whole.frames);
                    sink(Unit { quoted: Some(why), untold: None, ..quoted });
                }
                Some(Packet::Segment(segment)) => {
                    let origin = Origin { path: segment.path, ..whole.origin };
                    let (streams, mut around) = self.around(origin.capture, now, faults, sink);
                    streams.segment(&segment, origin, &mut around);
                }
                Some(Packet::Fragment(fragment)) => {
                    let origin = Origin { path: fragment.carrier.path(), ..whole.origin };
                    self.fragments.push(&fragment, origin, &self.limits, faults, &mut wholes);
                }
            }
            self.fragments.remember(&whole.key, whole.bytes);
        }
    }

    /// Delivers the heads that `datagram` answers.
    #[cold]
    fn answer(&mut self, datagram: &Datagram<'_>, now: Timestamp, faults: &mut FaultLogs, sink: Sink<'_>) {
        let mut wholes = Vec::new();
        self.fragments.answer(datagram.source.address, datagram.destination.address, &mut wholes);
        self.deliver(wholes, now, faults, sink);
    }

    /// Looks after what waits.
    #[cold]
    fn tick(&mut self, capture: u32, now: Timestamp, faults: &mut FaultLogs, sink: Sink<'_>) {
        self.last_tick = now;
        if !self.fragments.is_empty() {
            let mut wholes = Vec::new();
            self.fragments.expire(now, faults, &mut wholes);
            self.deliver(wholes, now, faults, sink);
        }
        let (streams, mut around) = self.around(capture, now, faults, sink);
        streams.expire(&mut around);
    }

    /// The streams, and what is around them.
    fn around<'a>(
        &'a mut self,
        capture: u32,
        now: Timestamp,
        faults: &'a mut FaultLogs,
        sink: Sink<'a>,
    ) -> (&'a mut Streams, Surroundings<'a, 'a, C>) {
        let Self { streams, cutter, limits, keys, signs, .. } = self;
        (streams, Surroundings { cutter, limits, faults, sink, now, capture, keys, signs })
    }
}

/// The unit that `datagram` is, which `frames` of `capture` carried and `place_frame` among them completed at `time`.
#[inline(always)]
fn unit<'a>(datagram: &Datagram<'a>, capture: u32, place_frame: u64, time: Timestamp, frames: &'a [u64]) -> Unit<'a> {
    Unit {
        bytes: datagram.payload,
        capture,
        place_frame,
        frames,
        time,
        source: datagram.source,
        destination: datagram.destination,
        transport: datagram.transport,
        path: datagram.path,
        truncated: datagram.truncated,
        untold: if datagram.truncated { Some(FaultKind::Snaplen) } else { None },
        quoted: None,
        after_gap: false,
        reassembled: frames.len() > 1,
        sequence: None,
    }
}
