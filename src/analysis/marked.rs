//! Takes frames that were marked, gives a capture of them: a second pass over the files, in the order of their frames.
//!
//! Invariant: a mark costs one bit for each frame of the capture up to it, however many are marked.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use crate::call::Sighting;
use crate::capture::{Capture, Frame, LinkType, PcapNgWriter};
use crate::evidence::{Endpoint, Place, Transport};
use crate::fault::FaultLog;
use crate::packet::{Packet, decode};

use super::clocks::Clocks;
use super::masking::Masking;
use super::redaction::Redaction;
use super::{Error, Input, open};

/// Which frames of the captures are marked.
#[derive(Debug, Default)]
pub struct Marked {
    /// A bit for each frame, by capture.
    captures: Vec<Vec<u64>>,
    /// The connections of which more is marked than what carried messages, by capture.
    connections: HashMap<(u32, Endpoint, Endpoint), Extent>,
    /// Whether secrets are needed to read what is marked.
    is_encrypted: bool,
}

/// How much of a connection is marked beside what carried messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Extent {
    /// What opens and closes it, by which it is known where a direction begins, and its keep-alives.
    Ends,
    /// Every segment.
    Whole,
}

/// Why frames could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The captures cannot be read again.
    #[error(transparent)]
    Read(#[from] Error),
    /// What was written to does not take it.
    #[error(transparent)]
    Write(#[from] io::Error),
}

impl Marked {
    /// Marks `frames` of the capture of `place`.
    pub fn mark(&mut self, place: Place, frames: &[u64]) {
        let capture = place.capture as usize;
        if self.captures.len() <= capture {
            self.captures.resize(capture + 1, Vec::new());
        }
        let Some(words) = self.captures.get_mut(capture) else { return };
        for frame in frames {
            let Ok(word) = usize::try_from(frame / 64) else { continue };
            if words.len() <= word {
                words.resize(word + 1, 0);
            }
            if let Some(bits) = words.get_mut(word) {
                *bits |= 1 << (frame % 64);
            }
        }
    }

    /// Marks every frame that it takes to read a message: those that carried it, what opens and closes its connection, and all of one that is
    /// encrypted or compressed, for that can only be read with what was said on it before.
    pub(super) fn mark_message(&mut self, sighting: &Sighting<'_>) {
        self.mark(sighting.place, &sighting.frames);
        self.is_encrypted |= sighting.transport.is_secure();
        let extent = match sighting.transport {
            Transport::Udp => return,
            Transport::Tcp => Extent::Ends,
            Transport::Ws | Transport::Tls | Transport::Wss => Extent::Whole,
        };
        let (one, other) = (sighting.source, sighting.destination);
        let known = self.connections.entry((sighting.place.capture, one.min(other), one.max(other))).or_insert(extent);
        *known = extent.max(*known);
    }

    /// Whether any frame of `capture` is marked.
    pub(super) fn has_any_of(&self, capture: u32) -> bool {
        self.captures.get(capture as usize).is_some_and(|words| !words.is_empty())
    }

    /// Whether a frame is marked, by its number or as a segment of a connection.
    fn takes(&self, capture: u32, frame: &Frame<'_>) -> bool {
        self.contains(capture, frame.number) || (!self.connections.is_empty() && self.is_of_connection(capture, frame))
    }

    fn is_of_connection(&self, capture: u32, frame: &Frame<'_>) -> bool {
        let Some(Packet::Segment(segment)) = decode(frame, &mut FaultLog::default()) else { return false };
        let (one, other) = (segment.source, segment.destination);
        let flags = segment.flags;
        let is_end = (flags.syn || flags.fin || flags.rst) && segment.payload.is_empty();
        // Where a keep-alive is missing, it looks as if a message were (RFC 5626, 3.5.1).
        let is_keep_alive = !segment.payload.is_empty() && segment.payload.iter().all(|octet| matches!(octet, b'\r' | b'\n' | 0));
        let known = self.connections.get(&(capture, one.min(other), one.max(other)));
        known.is_some_and(|extent| is_end || is_keep_alive || *extent == Extent::Whole)
    }

    /// Whether `frame` of `capture` is marked.
    #[must_use]
    pub fn contains(&self, capture: u32, frame: u64) -> bool {
        let word = usize::try_from(frame / 64).ok().and_then(|word| self.captures.get(capture as usize)?.get(word).copied());
        word.is_some_and(|bits| bits >> (frame % 64) & 1 == 1)
    }
}

/// What is said at frames: comments, by capture and frame.
pub(super) type Remarks = BTreeMap<(u32, u64), Vec<String>>;

/// Reads `inputs` again and writes their marked frames to `out` as pcapng, each with the comments that it had; gives how many there were. What the
/// captures say of their interfaces in words is written with them.
///
/// # Errors
/// An input cannot be read again, or `out` takes no more.
pub fn write_marked(inputs: &[Input], marked: &Marked, out: &mut dyn Write) -> Result<u64, WriteError> {
    // What was captured is written as it was, by whatever clock.
    Ok(write_remarked(inputs, &Clocks::default(), marked, &Remarks::new(), None, out)?.frames)
}

/// How many frames were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Frames {
    pub(super) frames: u64,
    /// How many of them were written without their octets, as nobody could redact those.
    pub(super) blank: u64,
}

/// The same with further comments, by clocks that were put right, and with pseudonyms where there is a `mask`: then what the capture says in words is
/// not written.
pub(super) fn write_remarked(
    inputs: &[Input],
    clocks: &Clocks,
    marked: &Marked,
    remarks: &Remarks,
    mask: Option<(&Masking, &Redaction)>,
    out: &mut dyn Write,
) -> Result<Frames, WriteError> {
    let mut merge = open(inputs, clocks, Capture::open)?;
    let mut writer = PcapNgWriter::new(out)?;
    let mut interfaces: HashMap<(u32, u32, LinkType), u32> = HashMap::new();
    let mut written = Frames::default();
    while merge.advance() {
        let secrets = merge.take_secrets();
        if marked.is_encrypted && !secrets.is_empty() {
            writer.secrets(&secrets)?;
        }
        let Some((capture, frame)) = merge.frame() else { break };
        if !marked.takes(capture, &frame) {
            continue;
        }
        let Some(source) = merge.captures().get(capture as usize) else { continue };
        let words = source.interface_words();
        let words = if mask.is_some() { words.without_words() } else { words };
        let index = match interfaces.entry((capture, frame.interface, frame.link_type)) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => *new.insert(writer.interface_in_words(frame.link_type, &words)?),
        };
        let own = remarks.get(&(capture, frame.number)).into_iter().flatten().map(|remark| remark.as_bytes());
        let theirs = if mask.is_some() { Vec::new() } else { source.comments() };
        let comments: Vec<&[u8]> = theirs.into_iter().chain(own).collect();
        written.frames += 1;
        match mask.map(|(masking, redaction)| masking.frame(capture, &frame, redaction)) {
            None => writer.write_commented(index, frame.time, frame.data, frame.original_len, &comments)?,
            Some(masked) => {
                written.blank += u64::from(masked.is_blank);
                writer.write_commented(index, frame.time, &masked.data, frame.original_len, &comments)?;
            }
        }
    }
    Ok(written)
}
