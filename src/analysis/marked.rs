//! Takes frames that were marked, gives a capture of them: a second pass over the files, in the order of their frames.
//!
//! Invariant: a mark costs one bit for each frame of the capture up to it, however many are marked.

use std::io::{self, Write};

use crate::capture::{Capture, LinkType, PcapNgWriter};
use crate::evidence::Place;

use super::clocks::Clocks;
use super::{Error, Input, open};

/// Which frames of the captures are marked.
#[derive(Debug, Default)]
pub struct Marked {
    /// A bit for each frame, by capture.
    captures: Vec<Vec<u64>>,
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

    /// Whether `frame` of `capture` is marked.
    #[must_use]
    pub fn contains(&self, capture: u32, frame: u64) -> bool {
        let word = usize::try_from(frame / 64).ok().and_then(|word| self.captures.get(capture as usize)?.get(word).copied());
        word.is_some_and(|bits| bits >> (frame % 64) & 1 == 1)
    }
}

/// Reads `inputs` again and writes their marked frames to `out` as pcapng; gives how many there were.
///
/// # Errors
/// An input cannot be read again, or `out` takes no more.
pub fn write_marked(inputs: &[Input], marked: &Marked, out: &mut dyn Write) -> Result<u64, WriteError> {
    // What was captured is written as it was, by whatever clock.
    let mut merge = open(inputs, &Clocks::default(), Capture::open)?;
    let mut writer = PcapNgWriter::new(out)?;
    let mut interfaces: Vec<(u32, u32, LinkType)> = Vec::new();
    let mut written = 0;
    while merge.advance() {
        let Some((capture, frame)) = merge.frame() else { break };
        if !marked.contains(capture, frame.number) {
            continue;
        }
        let wanted = (capture, frame.interface, frame.link_type);
        let index = match interfaces.iter().position(|known| *known == wanted) {
            Some(index) => u32::try_from(index).unwrap_or(u32::MAX),
            None => {
                interfaces.push(wanted);
                writer.interface(frame.link_type)?
            }
        };
        writer.write(index, frame.time, frame.data, frame.original_len)?;
        written += 1;
    }
    Ok(written)
}
