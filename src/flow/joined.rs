//! Takes the frames of a WebSocket message, gives the message: unmasked, joined and inflated, with the frames of the capture that carried it.
//!
//! Invariant: it holds at most [`MESSAGE_MAX`] octets of a message, which [`super::carriage`] sees to, and one window of the decompressor.
//! RFC 6455, 5.4; RFC 7692, 7.2.2: a message may refer to those ahead of it, so every compressed one passes through one decompressor.

use flate2::{Decompress, FlushDecompress, Status};

use super::carriage::{MESSAGE_MAX, payload_of};
use super::tail::Frames;
use super::unit::Origin;
use super::websocket::{self, Header, Kind};
use crate::fault::{Fault, FaultKind};

/// What a sender leaves away at the end of each compressed message (RFC 7692, 7.2.1).
const FLUSH: [u8; 4] = [0, 0, 0xff, 0xff];
/// About what a decompressor holds, in octets.
const WINDOW_COST: usize = 48 << 10;

/// The decompressor of a direction.
#[derive(Debug, Default)]
enum Inflater {
    /// Nothing was compressed yet.
    #[default]
    Fresh,
    Going(Box<Decompress>),
    /// A message could not be inflated, so those behind it cannot be either.
    Broken,
}

/// The message that is being joined.
#[derive(Debug, Default)]
pub(super) struct Joined {
    octets: Vec<u8>,
    is_open_compressed: bool,
    capture: u32,
    frames: Frames,
    inflater: Inflater,
}

/// What a frame has brought about.
pub(super) enum Added {
    /// Others must follow.
    Open,
    /// The message is whole: its octets, and the frames of the capture that carried it.
    Whole(Vec<u8>, Frames),
    /// The message cannot be read.
    Lost(Fault),
}

impl Joined {
    /// Octets held.
    pub(super) fn cost(&self) -> usize {
        self.octets.capacity().saturating_add(if self.is_compressed() { WINDOW_COST } else { 0 })
    }

    /// Whether a message was compressed: those that follow may refer to it.
    pub(super) const fn is_compressed(&self) -> bool {
        matches!(self.inflater, Inflater::Going(_))
    }

    /// Adds the WebSocket frame `bytes`, which `carriers` brought, the last of them `last`.
    pub(super) fn add(&mut self, header: &Header, bytes: &[u8], carriers: &[u64], last: Origin) -> Added {
        if header.kind == Kind::Data {
            self.octets.clear();
            self.frames.clear();
            self.is_open_compressed = header.is_compressed;
        }
        if self.capture != last.capture {
            // Frame numbers are those of one capture.
            self.frames.clear();
            self.capture = last.capture;
        }
        self.frames.extend_from_slice(carriers);
        let payload = payload_of(header, bytes.get(header.len..).unwrap_or_default());
        websocket::unmask(payload, header.mask, &mut self.octets);
        // Of a frame that is not all there nothing follows.
        if !header.is_final && payload.len() as u64 == header.payload {
            return Added::Open;
        }
        let octets = std::mem::take(&mut self.octets);
        let mut frames = std::mem::take(&mut self.frames);
        frames.sort_unstable();
        frames.dedup();
        match self.is_open_compressed {
            true => self.inflate(octets).map_or_else(Added::Lost, |octets| Added::Whole(octets, frames)),
            false => Added::Whole(octets, frames),
        }
    }

    fn inflate(&mut self, deflated: Vec<u8>) -> Result<Vec<u8>, Fault> {
        const FAULT: Fault = Fault::new(FaultKind::UndecodableSip, "a compressed WebSocket message");
        let mut inflater = match std::mem::replace(&mut self.inflater, Inflater::Broken) {
            Inflater::Fresh => Box::new(Decompress::new(false)),
            Inflater::Going(inflater) => inflater,
            Inflater::Broken => return Err(FAULT),
        };
        let octets = inflated(&mut inflater, deflated).ok_or(FAULT)?;
        self.inflater = Inflater::Going(inflater);
        Ok(octets)
    }
}

/// Inflates one message; none where it is not deflated, or longer than [`MESSAGE_MAX`].
fn inflated(inflater: &mut Decompress, mut deflated: Vec<u8>) -> Option<Vec<u8>> {
    deflated.extend_from_slice(&FLUSH);
    let mut octets = Vec::with_capacity(deflated.len().saturating_mul(4).min(MESSAGE_MAX));
    let mut rest = deflated.as_slice();
    loop {
        let (taken, given) = (inflater.total_in(), octets.len());
        let status = inflater.decompress_vec(rest, &mut octets, FlushDecompress::Sync).ok()?;
        let taken = usize::try_from(inflater.total_in().checked_sub(taken)?).ok()?;
        rest = rest.get(taken..)?;
        if status == Status::StreamEnd {
            // RFC 7692, 7.2.3.4: a block that calls itself the last one ends the message; the next begins a stream.
            inflater.reset(false);
            return Some(octets);
        }
        let has_room = octets.len() < octets.capacity();
        match (rest.is_empty(), has_room) {
            (true, true) => return Some(octets),
            (false, true) if taken == 0 && octets.len() == given => return None,
            (_, true) => {}
            (_, false) if octets.len() >= MESSAGE_MAX => return None,
            (_, false) => octets.reserve(octets.len().max(1)),
        }
    }
}
