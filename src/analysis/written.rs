//! Takes captures that were audited, writes the frames of the calls in the report: a pass that finds them, and one that writes them.
//!
//! Invariant: what was written, audited by the same options, comes to the same verdicts as far as one capture can say what several do: the
//! last frame of each capture is among it, for how long a capture goes on tells what was not done.

use std::collections::{BTreeMap, HashSet};
use std::io::Write;

use super::clocks::Clocks;
use super::marked::{Frames, Marked, WriteError, write_remarked};
use super::masking::Masking;
use super::members::call_of;
use super::redaction::Redaction;
use super::sightings::Found;
use super::{Audit, Audited, Error, Input, Members, Options, Progress, open};
use crate::call::{Clue, ClueKind, Sighting};
use crate::capture::{Capture, Frame};
use crate::dns::{Data, Message};
use crate::evidence::{Endpoint, Place, Timestamp};
use crate::flow::Unit;
use crate::report::remarks;

/// What is said at the last frame of a capture.
const LAST: &str = "sip3xx: the last frame of its capture, which tells how long it goes on";

/// What became of the frames of the calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// How many were written.
    pub frames: u64,
    /// How many of them without their octets, as these could not be redacted.
    pub blank: u64,
    /// How many messages were left out with their frames, as what is encrypted or lies in WebSocket cannot be redacted.
    pub left_out: u64,
}

/// Reads `inputs` twice more and writes every frame of the calls in `audited` to `out` as pcapng, with what was found as comments, and with pseudonyms
/// where the options ask for them.
///
/// The clock of a capture that is ahead of the others' is put right, as it was for the verdicts.
///
/// # Errors
/// An input cannot be read again, or `out` takes no more.
pub fn write_members(
    inputs: &[Input],
    options: &Options,
    audited: &Audited,
    progress: &mut dyn FnMut(&Progress),
    out: &mut dyn Write,
) -> Result<Written, WriteError> {
    let clocks = Clocks::of_inputs(inputs);
    let Gathered { marked, lasts, masking, left_out, .. } = gathered(inputs, &clocks, options, &audited.members, progress)?;
    let mut said = remarks(&audited.report);
    for place in lasts {
        said.entry(place).or_default().push(LAST.to_owned());
    }
    let mask = options.redaction.as_ref().map(|redaction| (&masking, redaction));
    let Frames { frames, blank } = write_remarked(inputs, &clocks, &marked, &said, mask, out)?;
    Ok(Written { frames, blank, left_out })
}

fn gathered(
    inputs: &[Input],
    clocks: &Clocks,
    options: &Options,
    members: &Members,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Gathered, Error> {
    let file = if members.is_in_time_order { Capture::open_in_time_order } else { Capture::open };
    let mut gathered = Gathered { members: members.clone(), redaction: options.redaction.clone(), ..Gathered::default() };
    Audit::new(open(inputs, clocks, file)?, options).read(&mut gathered, false, progress);
    gathered.mark_lasts();
    Ok(gathered)
}

/// The frames of the calls, as far as the captures were read.
#[derive(Debug, Default)]
struct Gathered {
    members: Members,
    /// What has changed the Call-IDs of what was judged.
    redaction: Option<Redaction>,
    marked: Marked,
    /// The messages as they are to be written.
    masking: Masking,
    /// How many messages cannot be.
    left_out: u64,
    /// Who sent messages of the calls to whom.
    ways: HashSet<(Endpoint, Endpoint)>,
    /// The frame up to which each capture reaches.
    ends: BTreeMap<u32, (Timestamp, u64)>,
    /// Those of them that are marked for that alone.
    lasts: Vec<(u32, u64)>,
}

impl Gathered {
    /// Whether a clue is one on which the verdicts may stand: what the clients were told of the hosts that they were to go to, and what became of
    /// what they sent.
    fn takes(&mut self, clue: &Clue) -> bool {
        let is_place = self.members.has_place(clue.capture, clue.frame);
        match &clue.kind {
            ClueKind::Dns(message) => {
                let client = if message.is_response { clue.destination.address } else { clue.source.address };
                let is_for_them = client.is_multicast() || self.members.has_client(client);
                is_place || (is_for_them && self.is_about_hosts(message))
            }
            ClueKind::Unreachable(_) => is_place || self.ways.contains(&(clue.source, clue.destination)),
            ClueKind::Greeting(_) | ClueKind::Lost => is_place,
        }
    }

    /// Whether a message of DNS is about a host of these redirects; where such a name leads on is one as well.
    fn is_about_hosts(&mut self, message: &Message) -> bool {
        let mut is_any = message.question.as_ref().is_some_and(|question| self.members.names(question));
        for record in &message.records {
            if !self.members.names(&record.owner) {
                continue;
            }
            is_any = true;
            match &record.data {
                Data::Alias(target) | Data::Service { target, .. } | Data::Pointer { replacement: target, .. } => {
                    self.members.add_host(target.clone());
                }
                Data::Address(_) => {}
            }
        }
        is_any
    }

    /// Marks the frame up to which each capture reaches of which any frame is marked.
    fn mark_lasts(&mut self) {
        for (capture, (_, frame)) in &self.ends {
            if self.marked.has_any_of(*capture) && !self.marked.contains(*capture, *frame) {
                self.marked.mark(Place { capture: *capture, frame: *frame, index: 0 }, &[*frame]);
                self.lasts.push((*capture, *frame));
                self.masking.keep_time(*capture, *frame);
            }
        }
    }
}

impl Found for Gathered {
    fn frame(&mut self, capture: u32, frame: &Frame<'_>) {
        let end = self.ends.entry(capture).or_insert((frame.time, frame.number));
        if frame.time >= end.0 {
            *end = (frame.time, frame.number);
        }
    }

    fn message(&mut self, sighting: &Sighting<'_>, unit: &Unit<'_>) {
        let call_id = Redaction::call_id(self.redaction.as_ref(), call_of(sighting), &sighting.message);
        if !self.members.takes(&call_id, sighting.place) {
            return;
        }
        if let Some(redaction) = &self.redaction {
            if sighting.transport.is_secure() || sighting.transport.is_websocket() {
                self.left_out = self.left_out.saturating_add(1);
                return;
            }
            self.masking.keep(unit, redaction);
        }
        self.marked.mark_message(sighting);
        self.ways.insert((sighting.source, sighting.destination));
    }

    fn clue(&mut self, clue: Clue, frames: &[u64]) {
        if self.takes(&clue) {
            self.marked.mark(Place { capture: clue.capture, frame: clue.frame, index: 0 }, frames);
        }
    }
}
