//! Takes the segments that one side of a TCP connection sent, gives its octets in order to the cutting, or to what opens its TLS.
//!
//! What comes ahead of its turn waits. Octets that were there before win over what comes again (RFC 9293, 3.10.7.4).
//!
//! When a gap is given up. The octets are lost to the capture, though not to the receiver, if the receiver has confirmed octets behind
//! them: then only disorder of the capture itself can bring them, and [`CONFIRMED_GAP_AGE`] or [`GAP_SEGMENTS`] more
//! segments is ample for that. If the receiver is heard and has not confirmed them, the octets were lost on the wire, and the sender will
//! send them again after its timeout, which doubles from a second (RFC 6298, 2, 5): [`GAP_AGE`]. If the receiver is not heard, or
//! the sender has sent its FIN, [`UNHEARD_GAP_AGE`] or the segments decide. RST ends all waiting, and so does
//! [`Limit::StreamOctets`].

use super::ahead::Ahead;
use super::cut::Cutter;
use super::cutting::Cutting;
use super::http;
use super::patience::{BARREN_OCTETS, CONFIRMED_GAP_AGE, GAP_AGE, GAP_SEGMENTS, UNHEARD_GAP_AGE};
use super::sign::{Sign, SignKind};
use super::tls::{self, Inbound, KeyLog, Next, Session};
use super::unit::{Origin, Sink};
use crate::evidence::{Endpoint, Timestamp};
use crate::fault::{Fault, FaultKind, FaultLogs};
use crate::limit::{Limit, Limits};
use crate::packet::Segment;

/// Positions begin so high that what lies ahead of the first octet has a position too.
const FIRST_POSITION: u64 = 1 << 40;
/// A segment that lies farther ahead than any window of a signalling connection belongs to other sequence numbers.
const WINDOW_MAX: u64 = 16 << 20;
/// How far back the first position is kept, so that it stays on the near side of the circle of sequence numbers.
const HISTORY_MAX: u64 = 1 << 30;

/// What a direction needs from outside while it works.
pub(super) struct Context<'a, 'b, C> {
    pub(super) cutter: &'a C,
    pub(super) limits: &'a Limits,
    pub(super) faults: &'a mut FaultLogs,
    pub(super) sink: Sink<'b>,
    /// The time of the frame that is being read.
    pub(super) now: Timestamp,
    /// Sender and receiver of the direction that is being worked on.
    pub(super) ends: (Endpoint, Endpoint),
    /// The secrets that are known.
    pub(super) keys: &'a KeyLog,
    /// What both directions of the connection know of its TLS.
    pub(super) session: &'a mut Option<Box<Session>>,
    /// Takes what is shown beside the units.
    pub(super) signs: &'a mut Vec<Sign>,
}

/// Why no octets follow those that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// They may follow.
    Open,
    /// The sender has closed.
    Closed,
    /// They are not in the capture, which is told.
    Lost,
    /// They are not in the capture: the connection was broken off, or the capture ends.
    Over,
}

/// What lies between the octets and the cutting.
#[derive(Debug, Default)]
enum Layer {
    /// No octet came yet.
    #[default]
    Unknown,
    /// Nothing.
    Plain,
    /// TLS.
    Tls(Box<Inbound>),
    /// TLS that nobody can open.
    Closed,
}

/// One direction of a connection.
#[derive(Debug, Default)]
pub(super) struct Direction {
    /// Whether its positions are known.
    begun: bool,
    /// The capture of its last segment.
    pub(super) capture: u32,
    /// The sequence number of its SYN, where that was seen.
    pub(super) syn: Option<u32>,
    /// The first position that is known.
    first: u64,
    /// The position behind all that was taken.
    next: u64,
    /// The position behind the last octet, where the FIN was seen.
    fin: Option<u64>,
    /// Whether the FIN was reached, or the connection was broken off: no octets follow.
    pub(super) has_ended: bool,
    /// Whether the receiver was heard to confirm any position.
    is_heard: bool,
    /// Segments of either direction that came so far.
    arrivals: u64,
    layer: Layer,
    cutting: Cutting,
    /// What lies ahead of its turn, where anything does.
    ahead: Option<Box<Ahead>>,
}

impl Direction {
    /// Octets held, bookkeeping included.
    pub(super) fn cost(&self) -> usize {
        let opening = if let Layer::Tls(inbound) = &self.layer { inbound.cost() } else { 0 };
        self.cutting.cost().saturating_add(opening).saturating_add(self.ahead().pending.cost())
    }

    /// Whether segments wait for others.
    pub(super) fn is_waiting(&self) -> bool {
        !self.ahead().pending.is_empty()
    }

    /// Whether it is TLS that keys open, as far as is known.
    pub(super) const fn is_opened(&self) -> bool {
        matches!(self.layer, Layer::Tls(_))
    }

    /// Whether something is lost where it is forgotten: octets that wait, or what it takes to read those that follow; `has_keys` to TLS.
    pub(super) fn would_be_missed(&self, has_keys: bool) -> bool {
        self.cutting.holds_octets() || self.is_waiting() || (has_keys && self.is_opened()) || self.cutting.is_compressed()
    }

    /// Whether the receiver has confirmed octets that the capture does not have (yet).
    pub(super) fn misses_what_was_received(&self) -> bool {
        self.ahead().gap.is_some_and(|gap| gap.confirmed.is_some())
    }

    fn ahead(&self) -> &Ahead {
        static NOTHING: Ahead = Ahead::NOTHING;
        self.ahead.as_deref().unwrap_or(&NOTHING)
    }

    fn ahead_mut(&mut self) -> &mut Ahead {
        self.ahead.get_or_insert_with(|| Box::new(Ahead::NOTHING))
    }

    /// Whether a SYN with this sequence number opens a stream that is not the present one.
    pub(super) fn is_opened_anew_by(&self, sequence: u32) -> bool {
        let begins_here = self.syn.is_none() && self.first as u32 == sequence.wrapping_add(1);
        self.begun && self.syn != Some(sequence) && !begins_here
    }

    /// Takes a SYN.
    pub(super) fn open(&mut self, sequence: u32) {
        if !self.begun {
            self.begin(sequence.wrapping_add(1));
        }
        self.syn = Some(sequence);
    }

    fn begin(&mut self, sequence: u32) {
        self.begun = true;
        self.first = FIRST_POSITION | u64::from(sequence);
        self.next = self.first;
    }

    /// The position of `sequence`, the nearest to what comes next (RFC 9293, 3.4).
    fn position(&self, sequence: u32) -> u64 {
        let ahead = sequence.wrapping_sub(self.next as u32).cast_signed();
        self.next.saturating_add_signed(i64::from(ahead))
    }

    /// Takes a segment of this direction; with `hold`, its octets wait for [`Self::release`].
    pub(super) fn segment<C: Cutter>(&mut self, segment: &Segment<'_>, origin: Origin, hold: bool, cx: &mut Context<'_, '_, C>) {
        self.capture = origin.capture;
        let (bytes, missing) = (segment.payload, u64::from(segment.missing));
        let sequence = segment.sequence.wrapping_add(u32::from(segment.flags.syn));
        let len = missing.saturating_add(bytes.len() as u64);
        if !self.begun {
            // A segment without octets may be a keep-alive, which names the octet before the next one.
            if len == 0 {
                return;
            }
            self.begin(sequence);
            self.cutting.begin_late(origin);
        }
        let at = self.position(sequence);
        // RFC 9293, 3.8.4: a keep-alive repeats the octet before the next one, or none.
        if len <= 1 && at.saturating_add(1) == self.next && !segment.flags.fin {
            return;
        }
        if len > 0 && self.is_elsewhere(at, len) {
            self.begin_elsewhere(at, origin, cx);
        }
        let end = at.saturating_add(len);
        self.arrivals = self.arrivals.saturating_add(1);
        if len > 0 {
            self.place(at, bytes, missing, origin, hold, cx);
        }
        if segment.flags.fin {
            self.fin.get_or_insert(end);
        }
        self.settle(cx);
    }

    /// Whether a segment belongs to other sequence numbers: far ahead, or ahead of the first octet of a stream that was joined late.
    fn is_elsewhere(&self, at: u64, len: u64) -> bool {
        at > self.next.saturating_add(WINDOW_MAX) || (self.syn.is_none() && at.saturating_add(len) <= self.first)
    }

    fn begin_elsewhere<C: Cutter>(&mut self, at: u64, origin: Origin, cx: &mut Context<'_, '_, C>) {
        self.close(End::Lost, cx);
        self.tell_loss(Fault::new(FaultKind::TcpGap, "TCP sequence number"), origin, cx);
        let taken = (at < self.first).then_some((self.first, self.next));
        self.ahead = taken.map(|taken| Box::new(Ahead { taken: Some(taken), ..Ahead::NOTHING }));
        (self.syn, self.fin) = (None, None);
        self.has_ended = false;
        (self.first, self.next) = (at, at);
        self.cutting.begin_after_gap();
    }

    /// Passes over octets that were taken already.
    fn pass_taken<C: Cutter>(&mut self, cx: &mut Context<'_, '_, C>) {
        let next = self.next;
        if let Some((from, to)) = self.ahead.as_mut().and_then(|ahead| ahead.taken.take_if(|(from, _)| *from <= next))
            && next < to
        {
            self.pass_over(to.max(from), cx);
        }
    }

    /// Takes the octets at `at`, now or later.
    fn place<C: Cutter>(&mut self, at: u64, bytes: &[u8], missing: u64, origin: Origin, hold: bool, cx: &mut Context<'_, '_, C>) {
        let octets_end = at.saturating_add(bytes.len() as u64);
        let end = octets_end.saturating_add(missing);
        if end <= self.next {
            return;
        }
        if at > self.next && self.is_barren() {
            // Not worth waiting: nothing of ours was ever in this stream.
            self.pass_over(at, cx);
        }
        if at > self.next || hold {
            let arrivals = self.arrivals;
            self.ahead_mut().pending.insert(at, bytes, missing, origin, arrivals);
            return;
        }
        let known = usize::try_from(self.next - at).unwrap_or(usize::MAX);
        if let Some(fresh) = bytes.get(known..).filter(|fresh| !fresh.is_empty()) {
            self.advance(octets_end);
            self.take(fresh, origin, Some(origin), cx);
        }
        if missing > 0 {
            self.lose(end, FaultKind::Snaplen, origin, cx);
        }
        self.pass_taken(cx);
        self.drain(Some(origin), cx);
    }

    fn advance(&mut self, to: u64) {
        self.next = to;
        self.first = self.first.max(to.saturating_sub(HISTORY_MAX));
    }

    /// Whether nothing of ours was ever in this stream, or nobody can tell what is.
    const fn is_barren(&self) -> bool {
        matches!(self.layer, Layer::Closed) || self.cutting.is_barren(BARREN_OCTETS)
    }

    /// Takes octets that came in their turn; `completing` is the frame that made them complete.
    fn take<C: Cutter>(&mut self, bytes: &[u8], origin: Origin, completing: Option<Origin>, cx: &mut Context<'_, '_, C>) {
        if matches!(self.layer, Layer::Unknown) {
            self.layer = if tls::may_begin(bytes) { Layer::Tls(Box::default()) } else { Layer::Plain };
            if let Some(host) = http::host(bytes) {
                tell(SignKind::HttpRequest { host: host.into() }, origin, cx);
            }
        }
        match &mut self.layer {
            Layer::Unknown | Layer::Closed => {}
            Layer::Plain => {
                self.cutting.reaches(self.next as u32);
                self.cutting.take(bytes, origin, completing, cx);
            }
            Layer::Tls(inbound) => match inbound.take(bytes, origin, completing, &mut self.cutting, cx) {
                Next::On => {}
                Next::Closed => self.layer = Layer::Closed,
                Next::Foreign => {
                    let octets = std::mem::take(inbound.as_mut()).into_octets();
                    self.layer = Layer::Plain;
                    for (range, origin) in octets.runs(0, octets.len()) {
                        let behind = (octets.len() - range.end) as u64;
                        self.cutting.reaches(self.next.saturating_sub(behind) as u32);
                        self.cutting.take(octets.bytes().get(range).unwrap_or_default(), origin, completing, cx);
                    }
                }
            },
        }
    }

    /// Goes on at `to`, as what lies before will not come.
    fn pass_over<C: Cutter>(&mut self, to: u64, cx: &mut Context<'_, '_, C>) {
        if let Layer::Tls(inbound) = &mut self.layer
            && inbound.lose(to.saturating_sub(self.next)) == Next::Closed
        {
            self.layer = Layer::Closed;
        }
        self.cutting.cut(None, End::Lost, cx);
        self.cutting.begin_after_gap();
        self.advance(to);
    }

    /// Takes what waited and now follows.
    fn drain<C: Cutter>(&mut self, completing: Option<Origin>, cx: &mut Context<'_, '_, C>) {
        while let Some((piece, known)) = self.ahead.as_mut().and_then(|ahead| ahead.pending.take(self.next)) {
            if piece.missing > known {
                self.lose(self.next.saturating_add(piece.missing - known), FaultKind::Snaplen, piece.origin, cx);
            } else if let Some(fresh) = usize::try_from(known).ok().and_then(|known| piece.bytes.get(known..)) {
                self.advance(self.next.saturating_add(fresh.len() as u64));
                self.take(fresh, piece.origin, completing, cx);
            }
        }
    }

    /// Takes what was held back.
    pub(super) fn release<C: Cutter>(&mut self, cx: &mut Context<'_, '_, C>) {
        self.drain(None, cx);
        self.settle(cx);
    }

    /// Goes on at `to`; what lies before is not in the capture.
    fn lose<C: Cutter>(&mut self, to: u64, kind: FaultKind, origin: Origin, cx: &mut Context<'_, '_, C>) {
        if to <= self.next {
            return;
        }
        let said_by = if kind == FaultKind::Snaplen { "TCP payload beyond the kept octets" } else { "TCP sequence number" };
        self.tell_loss(Fault::new(kind, said_by).wanted_had(to - self.next, 0), origin, cx);
        self.pass_over(to, cx);
    }

    /// Takes the receiver's word that it has all octets before `acknowledgment`.
    pub(super) fn acknowledge(&mut self, acknowledgment: u32, origin: Origin) {
        let at = self.position(acknowledgment);
        self.arrivals = self.arrivals.saturating_add(1);
        if self.begun && at >= self.first && at <= self.next.saturating_add(WINDOW_MAX) {
            self.is_heard = true;
            // The FIN has a number of its own.
            let reached = self.next.saturating_add(u64::from(self.has_ended));
            if at > reached && self.ahead().acked.is_none_or(|(acked, _)| at > acked) {
                self.ahead_mut().acked = Some((at, origin));
            }
            self.watch(origin.time);
        }
    }

    /// Brings what lies ahead up to date.
    fn watch(&mut self, now: Timestamp) {
        if let Some(ahead) = &mut self.ahead {
            ahead.watch(self.next, now, self.arrivals);
            if ahead.is_nothing(self.next) {
                self.ahead = None;
            }
        }
    }

    /// Gives up the gaps whose time has come, and ends the stream where its FIN is reached.
    pub(super) fn settle<C: Cutter>(&mut self, cx: &mut Context<'_, '_, C>) {
        self.watch(cx.now);
        while self.gap_is_over(cx) {
            self.give_up_gap(cx);
            self.watch(cx.now);
        }
        if self.fin.is_some_and(|fin| self.next >= fin) {
            self.fin = None;
            self.has_ended = true;
            self.cutting.cut(None, End::Closed, cx);
        }
    }

    fn gap_is_over<C: Cutter>(&self, cx: &mut Context<'_, '_, C>) -> bool {
        let Ahead { gap: Some(gap), pending, .. } = self.ahead() else { return false };
        if pending.cost() > cx.limits.room(Limit::StreamOctets) {
            let fault = Fault { said_by: "octets behind a gap in a TCP stream", ..Fault::reached(Limit::StreamOctets) };
            cx.faults.of(self.capture).note(fault.wanted_had(pending.cost() as u64, 0));
            return true;
        }
        let is_over = |(time, arrivals): (Timestamp, u64), age: i64| {
            cx.now.nanos_since(time) >= age || self.arrivals.saturating_sub(arrivals) >= GAP_SEGMENTS
        };
        match gap.confirmed {
            Some(since) => is_over(since, CONFIRMED_GAP_AGE),
            None if !self.is_heard || self.fin.is_some() => is_over(gap.since, UNHEARD_GAP_AGE),
            None => cx.now.nanos_since(gap.since.0) >= GAP_AGE,
        }
    }

    fn give_up_gap<C: Cutter>(&mut self, cx: &mut Context<'_, '_, C>) {
        if let Some((to, origin)) = self.ahead().pending.first().map(|(at, piece)| (at, piece.origin)) {
            self.lose(to, FaultKind::TcpGap, origin, cx);
            self.drain(None, cx);
        }
    }

    /// Gives what is held, since nothing follows.
    pub(super) fn close<C: Cutter>(&mut self, end: End, cx: &mut Context<'_, '_, C>) {
        while self.is_waiting() {
            self.give_up_gap(cx);
        }
        if let Layer::Tls(inbound) = std::mem::take(&mut self.layer) {
            inbound.close(cx);
        }
        self.cutting.cut(None, end, cx);
        self.cutting.set_secure(false);
        self.is_heard = false;
        let acked = self.ahead.as_mut().and_then(|ahead| {
            ahead.gap = None;
            ahead.acked.take()
        });
        // The FIN has a number of its own, which need not be seen.
        if let Some((acked, origin)) = acked.filter(|(acked, _)| *acked > self.next.saturating_add(1)) {
            let fault = Fault::new(FaultKind::TcpGap, "TCP acknowledgment");
            self.tell_loss(fault.wanted_had(acked - self.next, 0), origin, cx);
        }
    }

    /// Tells of octets that are not in the capture.
    fn tell_loss<C: Cutter>(&mut self, fault: Fault, origin: Origin, cx: &mut Context<'_, '_, C>) {
        self.cutting.tell(origin.capture, fault.at_frame(origin.frame), cx);
        if self.cutting.carries_units() {
            tell(SignKind::Lost, origin, cx);
        }
    }
}

/// Tells of something that the direction shows beside its units.
fn tell<C>(kind: SignKind, origin: Origin, cx: &mut Context<'_, '_, C>) {
    let (Origin { capture, frame, time, .. }, (source, destination)) = (origin, cx.ends);
    cx.signs.push(Sign { capture, frame, time, source, destination, kind });
}
