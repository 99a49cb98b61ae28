//! Takes frames with their headers, gives them back for a while: a message behind a gap is completed later than its frame.

use std::collections::{HashMap, VecDeque};

use crate::filter::FrameFacts;
use crate::packet::Layers;

/// How many frames are kept; of an older one a row tells number and time alone.
const KEPT_MAX: usize = 1 << 13;

/// Frames by capture and number.
#[derive(Debug, Default)]
pub(super) struct KeptFrames {
    frames: HashMap<(u32, u64), (FrameFacts, Layers), foldhash::fast::RandomState>,
    line: VecDeque<(u32, u64)>,
}

impl KeptFrames {
    /// Keeps a frame, in place of the oldest where there are too many.
    pub(super) fn keep(&mut self, capture: u32, facts: FrameFacts, layers: Layers) {
        if self.line.len() >= KEPT_MAX
            && let Some(oldest) = self.line.pop_front()
        {
            self.frames.remove(&oldest);
        }
        let key = (capture, facts.number);
        self.line.push_back(key);
        self.frames.insert(key, (facts, layers));
    }

    /// The frame of that number.
    pub(super) fn get(&self, capture: u32, frame: u64) -> Option<&(FrameFacts, Layers)> {
        self.frames.get(&(capture, frame))
    }
}
