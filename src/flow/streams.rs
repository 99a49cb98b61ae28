//! Takes TCP segments, gives them to their connections, and keeps the connections within their bounds.
//!
//! A connection is its two endpoints, whatever capture, interface or VLAN a segment came by: two taps fill each other's gaps, and mirrored
//! copies vanish as retransmissions. A SYN with another sequence number opens the endpoints anew (RFC 9293, 3.4.3).
//!
//! While the receiver has confirmed octets that the capture does not have, what the receiver sends is held back until the gap is closed or
//! given up: so no response comes out ahead of its request.

use std::collections::{BTreeSet, VecDeque};

use super::aging::Aging;
use super::cut::Cutter;
use super::direction::{Context, Direction, End};
use super::patience::CLOSED_AGE;
use super::sign::{Sign, SignKind};
use super::tls::{KeyLog, Session, is_sealed};
use super::unit::{Origin, Sink};
use crate::evidence::{Endpoint, Timestamp};
use crate::fault::{Fault, FaultLogs};
use crate::limit::{Limit, Limits};
use crate::packet::Segment;

/// The endpoints of a connection in their own order, so that both directions find it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Pair {
    low: Endpoint,
    high: Endpoint,
}

/// A connection: what either endpoint sent.
#[derive(Debug, Default)]
struct Connection {
    from_low: Direction,
    from_high: Direction,
    /// What both know of their TLS.
    session: Option<Box<Session>>,
    last: Timestamp,
    /// What it held when that was last counted.
    cost: usize,
    /// Whether it stands among the closed ones.
    is_closed: bool,
}

/// All that a stream needs from outside.
pub(super) struct Surroundings<'a, 'b, C> {
    pub(super) cutter: &'a C,
    pub(super) limits: &'a Limits,
    pub(super) faults: &'a mut FaultLogs,
    pub(super) sink: Sink<'b>,
    pub(super) now: Timestamp,
    pub(super) keys: &'a KeyLog,
    pub(super) signs: &'a mut Vec<Sign>,
    /// The capture that is being read.
    pub(super) capture: u32,
}

impl<C> Surroundings<'_, '_, C> {
    pub(super) fn between<'s>(
        &'s mut self,
        source: Endpoint,
        destination: Endpoint,
        session: &'s mut Option<Box<Session>>,
    ) -> Context<'s, 's, C> {
        let Self { cutter, limits, faults, sink, now, keys, signs, .. } = self;
        Context { cutter, limits, faults, sink: &mut **sink, now: *now, ends: (source, destination), keys, session, signs }
    }
}

impl Connection {
    /// Takes a segment between `pair` that the low endpoint sent if `from_low`, else the high one.
    fn segment<C: Cutter>(
        &mut self,
        pair: Pair,
        segment: &Segment<'_>,
        from_low: bool,
        origin: Origin,
        around: &mut Surroundings<'_, '_, C>,
    ) {
        self.last = origin.time;
        if segment.flags.syn {
            self.open(pair, segment, from_low, around);
            if segment.acknowledgment.is_none() {
                around.signs.push(Sign {
                    capture: origin.capture,
                    frame: origin.frame,
                    time: origin.time,
                    source: segment.source,
                    destination: segment.destination,
                    kind: SignKind::Syn,
                });
            }
        }
        let (here, there) = if from_low { (&mut self.from_low, &mut self.from_high) } else { (&mut self.from_high, &mut self.from_low) };
        let (source, destination) = (segment.source, segment.destination);
        if let Some((port, least)) = around.cutter.sealed()
            && destination.port == port
            && !here.is_opened()
            && is_sealed(segment.payload, least)
        {
            let Origin { capture, frame, time, .. } = origin;
            around.signs.push(Sign { capture, frame, time, source, destination, kind: SignKind::Sealed });
        }
        let session = &mut self.session;
        if let Some(acknowledgment) = segment.acknowledgment {
            there.acknowledge(acknowledgment, origin);
        }
        there.settle(&mut around.between(destination, source, session));
        here.segment(segment, origin, there.misses_what_was_received(), &mut around.between(source, destination, session));
        if segment.flags.rst {
            here.close(End::Over, &mut around.between(source, destination, session));
            there.close(End::Over, &mut around.between(destination, source, session));
            (here.has_ended, there.has_ended) = (true, true);
        }
        self.release(pair, around);
    }

    /// Takes a SYN: the first one, the same again, or that of a new connection between the same endpoints.
    fn open<C: Cutter>(&mut self, pair: Pair, segment: &Segment<'_>, from_low: bool, around: &mut Surroundings<'_, '_, C>) {
        let here = if from_low { &self.from_low } else { &self.from_high };
        if here.is_opened_anew_by(segment.sequence) {
            // The answer to a SYN opens its own direction only; a SYN opens both.
            let both = segment.acknowledgment.is_none();
            if from_low || both {
                self.from_low.close(End::Over, &mut around.between(pair.low, pair.high, &mut self.session));
                self.from_low = Direction::default();
            }
            if !from_low || both {
                self.from_high.close(End::Over, &mut around.between(pair.high, pair.low, &mut self.session));
                self.from_high = Direction::default();
            }
            if both {
                self.session = None;
            }
        }
        let here = if from_low { &mut self.from_low } else { &mut self.from_high };
        here.open(segment.sequence);
    }

    /// Lets either direction go on that need not wait for the other one any more.
    fn release<C: Cutter>(&mut self, Pair { low, high }: Pair, around: &mut Surroundings<'_, '_, C>) {
        if self.from_low.is_waiting() && !self.from_high.misses_what_was_received() {
            self.from_low.release(&mut around.between(low, high, &mut self.session));
        }
        if self.from_high.is_waiting() && !self.from_low.misses_what_was_received() {
            self.from_high.release(&mut around.between(high, low, &mut self.session));
        }
    }

    /// Gives up the gaps whose time has come.
    fn settle<C: Cutter>(&mut self, Pair { low, high }: Pair, around: &mut Surroundings<'_, '_, C>) {
        self.from_low.settle(&mut around.between(low, high, &mut self.session));
        self.from_high.settle(&mut around.between(high, low, &mut self.session));
        self.release(Pair { low, high }, around);
    }

    /// Gives what is held, since nothing follows.
    fn close<C: Cutter>(&mut self, Pair { low, high }: Pair, around: &mut Surroundings<'_, '_, C>) {
        self.from_low.close(End::Over, &mut around.between(low, high, &mut self.session));
        self.from_high.close(End::Over, &mut around.between(high, low, &mut self.session));
    }

    fn is_waiting(&self) -> bool {
        self.from_low.is_waiting() || self.from_high.is_waiting()
    }

    /// Whether neither side sends any more.
    const fn is_over(&self) -> bool {
        self.from_low.has_ended && self.from_high.has_ended
    }

    fn would_be_missed(&self, has_keys: bool) -> bool {
        self.from_low.would_be_missed(has_keys) || self.from_high.would_be_missed(has_keys)
    }
}

/// All connections.
#[derive(Debug)]
pub(super) struct Streams {
    /// Boxed, as their table is up to twice as large as what it holds.
    connections: Aging<Pair, Box<Connection>>,
    /// The connections in which segments wait for others.
    waiting: BTreeSet<u32>,
    /// Connections that were closed, and when, in that order.
    closed: VecDeque<(Timestamp, u32)>,
    /// What all connections hold.
    held: usize,
}

impl Streams {
    /// No connections.
    pub(super) fn new() -> Self {
        Self { connections: Aging::new(), waiting: BTreeSet::new(), closed: VecDeque::new(), held: 0 }
    }

    /// Octets held.
    #[cfg(test)]
    pub(super) const fn held(&self) -> usize {
        self.held
    }

    /// Takes a segment.
    pub(super) fn segment<C: Cutter>(&mut self, segment: &Segment<'_>, origin: Origin, around: &mut Surroundings<'_, '_, C>) {
        let from_low = segment.source <= segment.destination;
        let pair = if from_low {
            Pair { low: segment.source, high: segment.destination }
        } else {
            Pair { low: segment.destination, high: segment.source }
        };
        let id = match self.connections.find(&pair) {
            Some(id) => id,
            // What neither opens a connection nor carries octets needs no memory.
            None if segment.payload.is_empty() && segment.missing == 0 && !segment.flags.syn => return,
            None => {
                self.make_room(around);
                self.connections.insert(pair, Box::default())
            }
        };
        self.connections.touch(id);
        let Some(connection) = self.connections.get_mut(id) else { return };
        connection.segment(pair, segment, from_low, origin, around);
        if connection.is_over() && !connection.is_closed {
            connection.is_closed = true;
            self.closed.push_back((connection.last, id));
        }
        self.account(id);
        if self.closed.len() > around.limits.room(Limit::Connections) {
            self.forget_closed(around);
        }
        while self.held > around.limits.room(Limit::AllStreamOctets) {
            self.evict(Limit::AllStreamOctets, around);
        }
    }

    /// Counts what connection `id` holds now.
    fn account(&mut self, id: u32) {
        let Some(connection) = self.connections.get_mut(id) else { return };
        let session = if connection.session.is_some() { size_of::<Session>() } else { 0 };
        let cost = connection.from_low.cost().saturating_add(connection.from_high.cost()).saturating_add(session);
        self.held = self.held.saturating_add(cost).saturating_sub(connection.cost);
        connection.cost = cost;
        if connection.is_waiting() {
            self.waiting.insert(id);
        } else if !self.waiting.is_empty() {
            self.waiting.remove(&id);
        }
    }

    fn make_room<C: Cutter>(&mut self, around: &mut Surroundings<'_, '_, C>) {
        while self.connections.len() >= around.limits.room(Limit::Connections) {
            self.evict(Limit::Connections, around);
        }
    }

    /// Forgets the connection that was silent longest, because of `limit`.
    fn evict<C: Cutter>(&mut self, limit: Limit, around: &mut Surroundings<'_, '_, C>) {
        match self.connections.oldest() {
            Some(id) => {
                let fault = Fault::reached(limit);
                around.faults.of(around.capture).note(fault.wanted_had(self.held as u64, self.connections.len() as u64));
                self.forget(id, around);
            }
            None => self.held = 0,
        }
    }

    fn forget<C: Cutter>(&mut self, id: u32, around: &mut Surroundings<'_, '_, C>) {
        self.waiting.remove(&id);
        if let Some((pair, mut connection)) = self.connections.remove(id) {
            self.held = self.held.saturating_sub(connection.cost);
            connection.close(pair, around);
        }
    }

    /// Gives up what has waited too long at the present time.
    pub(super) fn expire<C: Cutter>(&mut self, around: &mut Surroundings<'_, '_, C>) {
        for id in self.waiting.iter().copied().collect::<Vec<_>>() {
            if let Some((pair, connection)) = self.connections.entry_mut(id) {
                connection.settle(*pair, around);
            }
            self.account(id);
        }
        self.forget_closed(around);
        while let Some(id) = self.connections.oldest() {
            let Some(connection) = self.connections.get(id) else { break };
            if around.now.nanos_since(connection.last) < around.limits.nanos(Limit::ConnectionAge) {
                break;
            }
            if connection.would_be_missed(!around.keys.is_empty()) {
                around.faults.of(connection.from_low.capture).note(Fault::reached(Limit::ConnectionAge));
            }
            self.forget(id, around);
        }
    }

    /// Forgets the connections that were closed long enough ago; were there ever more than can be followed, the first of them at once.
    fn forget_closed<C: Cutter>(&mut self, around: &mut Surroundings<'_, '_, C>) {
        while let Some(&(since, id)) = self.closed.front() {
            let has_room = self.closed.len() <= around.limits.room(Limit::Connections);
            if has_room && around.now.nanos_since(since) < CLOSED_AGE {
                return;
            }
            self.closed.pop_front();
            let Some(connection) = self.connections.get_mut(id) else { continue };
            // It may have been opened anew, or another one may stand in its place.
            if std::mem::take(&mut connection.is_closed) && connection.is_over() {
                self.forget(id, around);
            }
        }
    }

    /// Gives what all connections hold, the one that was silent longest first.
    pub(super) fn finish<C: Cutter>(&mut self, around: &mut Surroundings<'_, '_, C>) {
        while let Some(id) = self.connections.oldest() {
            self.forget(id, around);
        }
    }
}
