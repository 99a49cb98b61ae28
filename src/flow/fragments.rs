//! Takes fragments, gives whole IP payloads; and, where the rest of a datagram does not come, what its head holds.
//!
//! Fragments are one datagram's if they agree in addresses, identification and protocol (RFC 791, 2.3; RFC 8200, 4.5), in their VLANs and
//! in the tunnel around them: so the copies that a mirror makes on another VLAN are put together apart from the originals, and copies on
//! the same way fall in with them as known octets. A completed datagram is remembered for [`FRAGMENT_MEMORY`], so that late copies
//! open no new one.
//!
//! Identifications are used again. Octets that contradict a datagram which waits for longer than [`REUSE_AGE`] begin the next one.
//!
//! The head of a datagram whose rest was not captured (a filter on ports sees the first fragment only) is delivered as truncated if it is
//! text: as soon as its receiver answers, or after [`FRAGMENT_HEAD_AGE`]. If the rest comes after all, the whole is delivered too.

use std::net::IpAddr;

use super::aging::Aging;
use super::patience::{FRAGMENT_AGE, FRAGMENT_HEAD_AGE, FRAGMENT_MEMORY};
use super::reassembly::{Added, Reassembly};
use super::unit::{Origin, Unit};
use crate::evidence::Timestamp;
use crate::fault::{Fault, FaultKind, FaultLogs};
use crate::limit::{Limit, Limits};
use crate::packet::{Carrier, Fragment, Vlans};

/// How long an identification is taken to mean one datagram against what its fragments say, in nanoseconds.
const REUSE_AGE: i64 = 1_000_000_000;
/// The IANA number of UDP, and the octets of its header.
const UDP: u8 = 17;
const UDP_LEN: usize = 8;
/// How many octets of a head must be text for it to be taken for text.
const TEXT_SHOWN: usize = 8;

/// What the fragments of one datagram have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    source: IpAddr,
    destination: IpAddr,
    identification: u32,
    protocol: u8,
    vlans: Vlans,
    tunnel: u32,
}

impl Key {
    fn of(fragment: &Fragment<'_>) -> Self {
        let (carrier, path) = (&fragment.carrier, fragment.carrier.path());
        Self {
            source: carrier.source,
            destination: carrier.destination,
            identification: fragment.identification,
            // RFC 8200, 4.5: in IPv6 only the first fragment's counts.
            protocol: if carrier.source.is_ipv4() { carrier.protocol } else { 0 },
            vlans: path.vlans,
            tunnel: path.tunnel,
        }
    }
}

/// A datagram of which fragments came.
#[derive(Debug)]
struct Datagram {
    parts: Reassembly,
    /// The payload, once it was whole and delivered.
    whole: Option<Vec<u8>>,
    cost: usize,
}

/// The payload of an IP datagram, or the head of one.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) key: Key,
    pub(super) carrier: Carrier,
    pub(super) bytes: Vec<u8>,
    /// Octets behind `bytes` that are not in the capture, as far as known.
    pub(super) missing: u32,
    /// The frames that carried it, ascending.
    pub(super) frames: Vec<u64>,
    /// The completing one.
    pub(super) origin: Origin,
    /// Whether it is the head of a datagram whose rest is told as lost.
    pub(super) is_head: bool,
}

impl Whole {
    /// The unit in it, with nothing untold that is told of the datagram.
    pub(super) fn told<'a>(&self, unit: Unit<'a>) -> Unit<'a> {
        Unit { untold: unit.untold.filter(|_| !self.is_head), ..unit }
    }
}

/// The datagrams that wait for fragments.
#[derive(Debug)]
pub(super) struct Fragments {
    datagrams: Aging<Key, Datagram>,
    held: usize,
    /// The datagrams whose head is text and not yet delivered, in the order of their heads.
    heads: Vec<u32>,
}

impl Fragments {
    /// None.
    pub(super) fn new() -> Self {
        Self { datagrams: Aging::new(), held: 0, heads: Vec::new() }
    }

    /// Whether there are heads that [`Self::answer`] may want to deliver.
    pub(super) const fn has_heads(&self) -> bool {
        !self.heads.is_empty()
    }

    /// Octets held.
    #[cfg(test)]
    pub(super) const fn held(&self) -> usize {
        self.held
    }

    /// Whether nothing is held.
    pub(super) fn is_empty(&self) -> bool {
        self.datagrams.len() == 0
    }

    /// Takes `fragment`; `out` gets what it completes, and the heads of what it displaces.
    pub(super) fn push(&mut self, fragment: &Fragment<'_>, origin: Origin, limits: &Limits, faults: &mut FaultLogs, out: &mut Vec<Whole>) {
        let key = Key::of(fragment);
        let id = match self.datagrams.find(&key) {
            Some(id) if self.is_copy_of_whole(id, fragment, origin.time) => return,
            Some(id) if !self.has_passed(id, fragment, origin.time) => id,
            passed => {
                if let Some(id) = passed {
                    self.forget(id, "IP identification used again", faults, out);
                }
                self.datagrams.insert(key, Datagram { parts: Reassembly::new(fragment, origin), whole: None, cost: 0 })
            }
        };
        let Some(datagram) = self.datagrams.get_mut(id) else { return };
        let added = datagram.parts.add(fragment, origin);
        if added == Added::Impossible {
            faults.of(origin.capture).note(Fault::new(FaultKind::BadPacket, "IP fragment offset").at_frame(origin.frame));
        }
        if datagram.parts.is_complete() {
            out.push(Self::complete(key, datagram));
            self.heads.retain(|&head| head != id);
        } else if fragment.offset == 0 && added == Added::New && !self.heads.contains(&id) && is_text(&datagram.parts) {
            self.heads.push(id);
        }
        self.account(id);
        self.make_room(limits, faults, out);
    }

    /// Whether `fragment` only repeats octets of datagram `id`, which was complete a moment ago.
    fn is_copy_of_whole(&self, id: u32, fragment: &Fragment<'_>, now: Timestamp) -> bool {
        let Some(Datagram { parts, whole: Some(whole), .. }) = self.datagrams.get(id) else { return false };
        let from = usize::from(fragment.offset);
        let to = from.saturating_add(fragment.payload.len());
        // What the capture cut is not there to be compared.
        let shown = whole.get(from..to.min(whole.len())).unwrap_or_default();
        now.nanos_since(parts.last.time) < FRAGMENT_MEMORY && fragment.payload.get(..shown.len()) == Some(shown)
    }

    /// Whether `fragment` cannot be part of datagram `id`: that one is too old, was complete, or is contradicted by it.
    fn has_passed(&self, id: u32, fragment: &Fragment<'_>, now: Timestamp) -> bool {
        let Some(Datagram { parts, whole, .. }) = self.datagrams.get(id) else { return true };
        let age = now.nanos_since(parts.first.time);
        whole.is_some() || age >= FRAGMENT_AGE || (age >= REUSE_AGE && parts.is_contradicted_by(fragment))
    }

    fn complete(key: Key, datagram: &mut Datagram) -> Whole {
        let parts = &datagram.parts;
        let whole = Whole {
            key,
            carrier: parts.carrier,
            bytes: parts.head().to_vec(),
            missing: parts.missing(),
            frames: parts.frames(),
            origin: parts.last,
            is_head: false,
        };
        datagram.whole = Some(Vec::new());
        datagram.parts.clear();
        whole
    }

    /// Remembers the octets of a datagram that was delivered.
    pub(super) fn remember(&mut self, key: &Key, bytes: Vec<u8>) {
        let Some(id) = self.datagrams.find(key) else { return };
        if let Some(Datagram { whole: Some(whole), .. }) = self.datagrams.get_mut(id) {
            *whole = bytes;
            self.account(id);
        }
    }

    fn account(&mut self, id: u32) {
        let Some(datagram) = self.datagrams.get_mut(id) else { return };
        let cost = datagram.parts.cost().saturating_add(datagram.whole.as_ref().map_or(0, Vec::capacity));
        self.held = self.held.saturating_add(cost).saturating_sub(datagram.cost);
        datagram.cost = cost;
    }

    fn make_room(&mut self, limits: &Limits, faults: &mut FaultLogs, out: &mut Vec<Whole>) {
        while let Some(limit) = self.exceeded(limits)
            && let Some(id) = self.datagrams.oldest()
        {
            if let Some(datagram) = self.datagrams.get(id).filter(|datagram| datagram.whole.is_none()) {
                let fault = Fault::reached(limit);
                let first = datagram.parts.first;
                faults.of(first.capture).note(fault.at_frame(first.frame).wanted_had(self.held as u64, self.datagrams.len() as u64));
            }
            self.forget(id, "bound on fragments", faults, out);
        }
    }

    /// The limit that is exceeded, if one is.
    fn exceeded(&self, limits: &Limits) -> Option<Limit> {
        if self.datagrams.len() > limits.room(Limit::Fragments) {
            return Some(Limit::Fragments);
        }
        (self.held > limits.room(Limit::FragmentOctets)).then_some(Limit::FragmentOctets)
    }

    /// Drops datagram `id`, and tells and delivers what is lost with it.
    fn forget(&mut self, id: u32, said_by: &'static str, faults: &mut FaultLogs, out: &mut Vec<Whole>) {
        self.deliver_head(id, out);
        let Some((_, datagram)) = self.datagrams.remove(id) else { return };
        self.held = self.held.saturating_sub(datagram.cost);
        if datagram.whole.is_none() {
            let (had, wanted) = datagram.parts.had_and_wanted();
            let kind = if datagram.parts.is_first_alone() { FaultKind::FirstFragmentOnly } else { FaultKind::LostFragment };
            let fault = Fault::new(kind, said_by).at_frame(datagram.parts.first.frame).wanted_had(wanted, had);
            faults.of(datagram.parts.first.capture).note(Fault { wanted: (wanted > 0).then_some(wanted), ..fault });
        }
    }

    /// Delivers the head of datagram `id`, if it has one that was not delivered yet.
    fn deliver_head(&mut self, id: u32, out: &mut Vec<Whole>) {
        let Some(index) = self.heads.iter().position(|&head| head == id) else { return };
        self.heads.remove(index);
        let Some((key, parts)) = self.datagrams.entry(id).map(|(key, datagram)| (*key, &datagram.parts)) else { return };
        out.push(Whole {
            key,
            carrier: parts.carrier,
            bytes: parts.head().to_vec(),
            missing: parts.missing().max(1),
            frames: parts.frames(),
            origin: parts.last,
            is_head: true,
        });
    }

    /// Takes that `source` sent text to `destination`: what `destination` sent it before must have arrived.
    pub(super) fn answer(&mut self, source: IpAddr, destination: IpAddr, out: &mut Vec<Whole>) {
        for id in self.heads.clone() {
            let is_answered = |key: &Key| key.source == destination && key.destination == source;
            if self.datagrams.entry(id).is_some_and(|(key, _)| is_answered(key)) {
                self.deliver_head(id, out);
            }
        }
    }

    /// Drops what is too old at `now`.
    pub(super) fn expire(&mut self, now: Timestamp, faults: &mut FaultLogs, out: &mut Vec<Whole>) {
        let mut next = self.datagrams.oldest();
        while let Some(id) = next {
            next = self.datagrams.next(id);
            let Some(Datagram { parts, whole, .. }) = self.datagrams.get(id) else { continue };
            let age = now.nanos_since(parts.first.time);
            if whole.is_some() && now.nanos_since(parts.last.time) >= FRAGMENT_MEMORY || age >= FRAGMENT_AGE {
                self.forget(id, "IP reassembly time", faults, out);
            } else if age >= FRAGMENT_HEAD_AGE {
                self.deliver_head(id, out);
            }
        }
    }

    /// Drops everything: nothing follows.
    pub(super) fn finish(&mut self, faults: &mut FaultLogs, out: &mut Vec<Whole>) {
        while let Some(id) = self.datagrams.oldest() {
            self.forget(id, "end of the capture", faults, out);
        }
    }
}

/// Whether the head of a datagram is UDP that begins as text does.
fn is_text(parts: &Reassembly) -> bool {
    let text = parts.head().get(UDP_LEN..).unwrap_or_default();
    parts.carrier.protocol == UDP && text.len() >= TEXT_SHOWN && begins_as_text(text)
}

/// Whether `bytes` begin as text does.
pub(super) fn begins_as_text(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().take(TEXT_SHOWN).all(|byte| matches!(byte, b'\t' | b'\r' | b'\n' | b' '..=b'~'))
}
