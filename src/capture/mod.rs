//! Takes capture files, gives frames.

use std::io;
use std::path::{Path, PathBuf};

mod frame;

pub use frame::{Frame, LinkType};

/// A capture that cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}: {source}", path.display())]
pub struct Error {
    /// The file or folder.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

/// The captures in `folder` and the folders below it, in the order of their paths.
///
/// # Errors
/// When the folder cannot be listed.
pub fn captures_below(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |source| Error { path: folder.to_owned(), source };
    let mut captures = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_file() {
            captures.push(path);
        }
    }
    captures.sort();
    Ok(captures)
}
