//! Takes the octets at the front of a stream, gives what they are: units that lie in it plainly, or frames of WebSocket.
//!
//! A stream may also be packets of HEP one behind the other, which show themselves by their first octets.
//!
//! A stream is one of frames behind a handshake, or from the first frame on whose payload begins as a unit. These are sought in what the
//! cutter wants to skip and nowhere else: what it would take is never taken from it. A gap, or octets that cannot be a frame, begin anew.
//!
//! Invariant: a frame that holds nothing of ours is passed over by its header, with no wait for its octets. RFC 6455, 5; RFC 7118.

use memchr::{memchr2_iter, memmem};

use super::cut::{Cut, CutState, Cutter, Front};
use super::websocket::{self, GLANCE, Handshake, Header, Kind, Start};
use crate::fault::{Fault, FaultKind};
use crate::packet::HepStart;

/// Longest message that is taken from frames, in octets, their headers included.
pub(super) const MESSAGE_MAX: usize = 256 << 10;
/// Octets of a payload in which the cutter must have seen whether it is a unit.
const FRONT_MAX: usize = 64 << 10;

/// How units lie in a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Mode {
    /// One behind the other, as far as is known.
    #[default]
    Plain,
    /// In frames; known from a handshake, so that nothing of the stream was missed, or from a frame.
    Frames { from_handshake: bool },
}

/// What is known of how the units of one direction lie.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Carriage {
    mode: Mode,
    /// Octets that belong to a frame which is passed over.
    passing: u64,
    /// Octets that the frames of an open message have brought, where one is open.
    open: Option<u64>,
    /// Whether the message that a frame began last is compressed.
    is_compressed: bool,
}

/// What the octets at the front are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// What the cutter says.
    Plain(Cut),
    /// So many octets are no part of any unit.
    Pass(usize),
    /// So many octets are a handshake: frames follow.
    Handshake(usize),
    /// So many octets are a frame of a message that may be a unit; fewer than the header says where the rest is not there.
    Frame(Header, usize),
    /// So many octets are a packet of HEP, which tells of a message that others sent.
    Told(usize),
    /// So many octets are no part of any unit, for the reason that is told.
    Lost(usize, Fault),
}

impl Carriage {
    /// Nothing is known yet.
    pub(super) const NEW: Self = Self { mode: Mode::Plain, passing: 0, open: None, is_compressed: false };

    /// Looks at `bytes`.
    pub(super) fn look<C: Cutter>(&mut self, cutter: &C, bytes: &[u8], state: CutState) -> Look {
        if self.passing > 0 {
            return Look::Pass(self.pass(self.passing, bytes));
        }
        if let Mode::Frames { from_handshake } = self.mode {
            match self.frame(cutter, bytes, state.at_end, from_handshake) {
                Some(look) => return look,
                None => *self = Self::default(),
            }
        }
        match HepStart::of(bytes) {
            HepStart::Packet(total) if total <= bytes.len() || state.at_end => return Look::Told(total.min(bytes.len())),
            HepStart::Packet(at_least) | HepStart::More(at_least) if !state.at_end => {
                return Look::Plain(Cut::More { at_least, resume: 0 });
            }
            _ => {}
        }
        let cut = cutter.cut(bytes, state);
        // What is skipped is searched to the end, wherever a segment ends: a packet of HEP behind noise, or behind the rest of another.
        let hep = match cut {
            Cut::Unit { skip, .. } => hep_in(bytes, skip.saturating_add(1)),
            Cut::Skip(count) => hep_in(bytes, count),
            Cut::More { .. } => None,
        };
        match (cut, hep) {
            // The front stays: in the midst of noise the cutter would see a beginning that is none.
            (_, Some((at, HepStart::More(len)))) if !state.at_end => Look::Plain(Cut::More { at_least: at.saturating_add(len), resume: 0 }),
            (Cut::Skip(_), Some((at, HepStart::Packet(_)))) => self.seek(cutter, bytes, at, state.at_end),
            (Cut::Skip(count), _) => self.seek(cutter, bytes, count, state.at_end),
            (_, Some((at, HepStart::Packet(_)))) => Look::Plain(Cut::Skip(at)),
            _ => Look::Plain(cut),
        }
    }

    /// Looks for WebSocket in octets of which the cutter wants none of the first `count`.
    fn seek<C: Cutter>(&mut self, cutter: &C, bytes: &[u8], count: usize, at_end: bool) -> Look {
        match websocket::handshake(bytes) {
            Handshake::Done(len) => {
                self.mode = Mode::Frames { from_handshake: true };
                return Look::Handshake(len);
            }
            Handshake::Open if !at_end => return Look::Plain(Cut::More { at_least: 0, resume: 0 }),
            _ => {}
        }
        match find(cutter, bytes, count, at_end) {
            Some((0, true)) => {
                self.mode = Mode::Frames { from_handshake: false };
                self.frame(cutter, bytes, at_end, false).unwrap_or(Look::Pass(count))
            }
            Some((0, false)) => Look::Plain(Cut::More { at_least: bytes.len().saturating_mul(2), resume: 0 }),
            Some((at, _)) => Look::Plain(Cut::Skip(at)),
            None => Look::Plain(Cut::Skip(count)),
        }
    }

    /// Looks at `bytes` as a frame; none where they are not one.
    fn frame<C: Cutter>(&mut self, cutter: &C, bytes: &[u8], at_end: bool, from_handshake: bool) -> Option<Look> {
        let header = match websocket::header(bytes) {
            Start::Header(header) => header,
            Start::More(at_least) => return Some(Look::Plain(Cut::More { at_least, resume: 0 })),
            Start::Nothing => return None,
        };
        let payload = bytes.get(header.len..).unwrap_or_default();
        let total = header.payload.saturating_add(header.len as u64);
        let is_whole = payload.len() as u64 >= header.payload;
        let open = if header.kind == Kind::Continuation { self.open } else { None };
        let front = match header.kind {
            Kind::Control => Front::Foreign,
            Kind::Continuation => {
                if open.is_some() {
                    Front::Ours
                } else {
                    Front::Foreign
                }
            }
            // What it refers to lies ahead of it in the stream.
            Kind::Data if header.is_compressed && !from_handshake => {
                return Some(Look::Lost(self.pass(total, bytes), Fault::new(FaultKind::UndecodableSip, "a compressed WebSocket message")));
            }
            Kind::Data if header.is_compressed => Front::Open,
            Kind::Data => front(cutter, payload_of(&header, payload), header.mask, (is_whole && header.is_final) || at_end),
        };
        if header.kind != Kind::Control {
            self.open = None;
        }
        if header.kind == Kind::Data {
            self.is_compressed = header.is_compressed;
        }
        let gathered = open.unwrap_or(0).saturating_add(total);
        if front == Front::Foreign || (!is_whole && at_end && header.is_compressed) {
            return Some(Look::Pass(self.pass(total, bytes)));
        }
        if gathered > MESSAGE_MAX as u64 {
            let len = self.pass(total, bytes);
            let fault = Fault::new(FaultKind::BoundReached, "octets of one WebSocket message").wanted_had(gathered, len as u64);
            if self.is_compressed {
                // Those behind it may refer to it.
                self.mode = Mode::Frames { from_handshake: false };
            } else if front != Front::Ours {
                return Some(Look::Pass(len));
            }
            return Some(Look::Lost(len, fault));
        }
        if !is_whole && !at_end {
            self.open = open;
            return Some(Look::Plain(Cut::More { at_least: usize::try_from(total).unwrap_or(usize::MAX), resume: 0 }));
        }
        self.open = (!header.is_final).then_some(gathered);
        Some(Look::Frame(header, usize::try_from(total).map_or(bytes.len(), |total| total.min(bytes.len()))))
    }

    /// Passes over `total` octets, of which `bytes` are the first that are there; gives how many of these.
    fn pass(&mut self, total: u64, bytes: &[u8]) -> usize {
        let here = usize::try_from(total).map_or(bytes.len(), |total| total.min(bytes.len()));
        self.passing = total.saturating_sub(here as u64);
        here
    }
}

/// The first of the `count` places at the front, itself left out, at which a packet of HEP starts, or may turn out to.
fn hep_in(bytes: &[u8], count: usize) -> Option<(usize, HepStart)> {
    let start = |at: usize| {
        let start = HepStart::of(bytes.get(at..)?);
        (start != HepStart::Nothing).then_some((at, start))
    };
    let open = HepStart::MAGIC.len() - 1;
    let end = count.saturating_add(open).min(bytes.len());
    let whole = memmem::find_iter(bytes.get(1..end)?, HepStart::MAGIC).find_map(|at| start(at + 1));
    whole.or_else(|| (bytes.len().saturating_sub(open).max(1)..count.min(bytes.len())).find_map(start))
}

/// The payload of a frame, as far as it is there.
pub(super) fn payload_of<'a>(header: &Header, behind: &'a [u8]) -> &'a [u8] {
    usize::try_from(header.payload).ok().and_then(|len| behind.get(..len)).unwrap_or(behind)
}

/// Finds the first of the `count` places at which a frame starts whose payload begins as a unit; or, with false, may turn out to.
///
/// Only unfragmented messages in the clear are looked for: a stream that is joined late is known by its first.
fn find<C: Cutter>(cutter: &C, bytes: &[u8], count: usize, at_end: bool) -> Option<(usize, bool)> {
    let places = memchr2_iter(0x81, 0x82, bytes.get(..count).unwrap_or(bytes));
    places
        .filter_map(|at| {
            let rest = bytes.get(at..)?;
            let header = match websocket::header(rest) {
                Start::Header(header) => header,
                Start::More(_) => return (!at_end).then_some((at, false)),
                Start::Nothing => return None,
            };
            if header.payload == 0 || header.payload > MESSAGE_MAX as u64 {
                return None;
            }
            let behind = rest.get(header.len..)?;
            let is_all = at_end || behind.len() as u64 >= header.payload;
            match front(cutter, payload_of(&header, behind), header.mask, is_all) {
                Front::Ours => Some((at, true)),
                Front::Open => Some((at, false)),
                Front::Foreign => None,
            }
        })
        .next()
}

/// What a payload begins with; `is_all` if no more of it will be there.
fn front<C: Cutter>(cutter: &C, payload: &[u8], mask: Option<[u8; 4]>, is_all: bool) -> Front {
    // Nearly all that is no unit of ours shows it at once.
    if let Some(glance) = payload.first_chunk::<GLANCE>()
        && cutter.front(&websocket::glance(*glance, mask), false) == Front::Foreign
    {
        return Front::Foreign;
    }
    if mask.is_none() {
        return cutter.front(payload, is_all);
    }
    let mut unmasked = Vec::new();
    websocket::unmask(payload.get(..FRONT_MAX).unwrap_or(payload), mask, &mut unmasked);
    cutter.front(&unmasked, is_all)
}
