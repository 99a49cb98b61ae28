//! Takes nothing, gives the captures of real clients that are kept beside the project, and what is known to be true of them.
//!
//! They are not part of the project. A test that needs them skips itself, and says so, where they are not there.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// One 3xx as a person judged it.
#[derive(Deserialize)]
pub(crate) struct Truth {
    pub(crate) status: u16,
    pub(crate) frame_of_request: Option<u64>,
    pub(crate) frame_of_3xx: Option<u64>,
    pub(crate) frame_of_retry: Option<u64>,
    /// The frames of all transmissions and copies of the 3xx.
    pub(crate) resp_frames: Vec<u64>,
    /// The verdicts that count as right.
    pub(crate) accept: Vec<String>,
    pub(crate) later_requests: Vec<LaterTruth>,
    /// Whether reasonable readers may disagree.
    pub(crate) ambiguous: bool,
}

/// A later call of a redirected client as a person judged it.
#[derive(Deserialize)]
pub(crate) struct LaterTruth {
    pub(crate) frame: u64,
    /// Whether it was right to call what was called.
    pub(crate) original_uri_kept: bool,
}

/// The folder of the captures, or the one below it that `part` names; `None` where it is not there.
pub(crate) fn folder(part: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/captures").join(part);
    if !folder.is_dir() {
        eprintln!("skipped: there is no folder {}", folder.display());
        return None;
    }
    Some(folder)
}

/// The files in `folder` that are captures, or want to be, in the order of their names.
pub(crate) fn captures_in(folder: &Path) -> Vec<PathBuf> {
    let is_about = |path: &PathBuf| path.extension().is_some_and(|extension| matches!(extension.to_str(), Some("json" | "tsv" | "md")));
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("can be listed").path()).collect();
    files.retain(|path| path.is_file() && !is_about(path));
    files.sort();
    files
}

/// What is known of `capture`; `None` where nobody has looked.
pub(crate) fn truth_of(capture: &Path) -> Option<Vec<Truth>> {
    let name = name_of(capture);
    let stem = name.split('.').next().unwrap_or_default();
    let text = fs::read_to_string(capture.with_file_name(format!("{stem}.truth.json"))).ok()?;
    Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{stem}.truth.json: {error}")))
}

/// The name of the file alone.
pub(crate) fn name_of(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}
