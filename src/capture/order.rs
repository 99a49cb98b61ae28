//! Takes a capture whose frames are not in order of time, gives them in that order.
//!
//! Files appended in the wrong order consist of runs: stretches in which time never steps back by more than a second. The runs are
//! found in one reading and then read side by side, each through a reader of its own. Invariants: a frame keeps the number it has in the
//! file; smaller steps back stay as they are; memory is bounded by the number of runs.

use std::path::Path;

use super::error::Error;
use super::frame::Frame;
use super::merge::Turns;
use super::open::Capture;
use super::records::{Mark, Records};
use crate::evidence::Timestamp;
use crate::fault::{Fault, FaultKind, FaultLog};

/// The greatest step back that is left to those who read the frames, in nanoseconds.
const JITTER: i64 = 1_000_000_000;

/// The most runs that are read side by side; what comes after stays in the last one.
const MAX_RUNS: usize = 64;

/// The same of a compressed file, where each run is reached by decompressing all that is before it.
const MAX_COMPRESSED_RUNS: usize = 8;

/// What is known of the order of times so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct TimeLine {
    /// The latest time of this run; none yet is the earliest that can be told.
    latest: Timestamp,
    greatest_step_back: Option<i64>,
}

impl Default for TimeLine {
    fn default() -> Self {
        Self { latest: Timestamp::MIN, greatest_step_back: None }
    }
}

impl TimeLine {
    /// Whether a run begins with the frame of `time`, as it lies more than [`JITTER`] before the latest of the run so far.
    #[inline]
    pub(super) fn steps_back_at(&mut self, time: Timestamp) -> bool {
        if time >= self.latest {
            self.latest = time;
            return false;
        }
        let step = self.latest.nanos_since(time);
        if step <= JITTER {
            return false;
        }
        self.latest = time;
        self.greatest_step_back = self.greatest_step_back.max(Some(step));
        true
    }

    /// The greatest step back of more than [`JITTER`], in nanoseconds.
    pub(super) const fn greatest_step_back(&self) -> Option<i64> {
        self.greatest_step_back
    }
}

/// The runs of a file, read side by side.
pub(super) struct Runs {
    runs: Vec<Records>,
    turns: Turns,
}

impl Runs {
    /// Reads all of `capture`, which has just been opened from `path`, and opens its runs.
    ///
    /// # Errors
    /// The file cannot be opened again.
    pub(super) fn find(capture: &mut Capture, path: &Path) -> Result<Self, Error> {
        let mut marks = Vec::new();
        let mut time_line = TimeLine::default();
        let max_runs = if capture.is_compressed() { MAX_COMPRESSED_RUNS } else { MAX_RUNS };
        while capture.advance() {
            let Some(frame) = capture.frame() else { break };
            let fault = Fault::new(FaultKind::BoundReached, "runs of a file that is not in order of time");
            let fault = fault.at_frame(frame.number).at_offset(frame.offset).wanted_had(max_runs as u64 + 1, max_runs as u64);
            if time_line.steps_back_at(frame.time) || marks.is_empty() {
                if marks.len() < max_runs {
                    marks.extend(capture.mark());
                } else {
                    capture.faults_mut().note(fault);
                }
            }
        }
        let ends: Vec<u64> = marks.iter().skip(1).map(|mark: &Mark| mark.offset).chain([u64::MAX]).collect();
        let open = |(mark, end)| capture.reader_at(path, mark, end);
        let mut runs = marks.into_iter().zip(ends).map(open).collect::<Result<Vec<_>, _>>()?;
        let mut turns = Turns::default();
        for (index, run) in runs.iter_mut().enumerate() {
            if run.advance(&mut FaultLog::default()) {
                turns.join(index, run.time());
            }
        }
        Ok(Self { runs, turns })
    }

    /// Reads the next frame; false at the end.
    pub(super) fn advance(&mut self) -> bool {
        // The first reading has told what is broken.
        let time = self.turns.current().and_then(|index| self.runs.get_mut(index)).and_then(|run| {
            run.advance(&mut FaultLog::default());
            run.time()
        });
        self.turns.goes_on(time) || self.turns.pass_on()
    }

    /// The run of which a frame was last read.
    pub(super) fn current(&self) -> Option<&Records> {
        self.runs.get(self.turns.current()?)
    }

    /// When the frame last read was captured.
    pub(super) fn time(&self) -> Option<Timestamp> {
        self.current()?.time()
    }

    /// The frame last read.
    pub(super) fn frame(&self) -> Option<Frame<'_>> {
        self.current()?.frame()
    }
}
