//! Takes nothing, gives the committed samples: their files, their sendings, and all of them in one capture.

use std::fs;
use std::path::{Path, PathBuf};

use super::capture_text::capture_of;
use super::sip_text::{Sending, parse};

/// How far apart the samples stand in the capture of all, in microseconds; each is shorter.
pub(crate) const APART_MICROS: u64 = 3_600_000_000;

/// The folder of the samples.
pub(crate) fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

/// All files below `folder` that end in `.extension`, in the order of their names.
pub(crate) fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The sendings of one `.sip` text.
pub(crate) fn sendings(path: &Path) -> Vec<Sending> {
    parse(&read(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// One capture of all samples, an hour apart, in a file that tshark can be shown; with the sendings in it.
///
/// Starting tshark costs more than reading: so it is started once per test.
pub(crate) fn one_capture_of_all(name: &str) -> (PathBuf, Vec<(PathBuf, Sending)>) {
    let mut all = Vec::new();
    for (index, path) in files_below(&samples(), "sip").into_iter().enumerate() {
        for mut sending in sendings(&path) {
            sending.micros += index as u64 * APART_MICROS;
            all.push((path.clone(), sending));
        }
    }
    let bare: Vec<Sending> = all.iter().map(|(_, sending)| sending.clone()).collect();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&file, capture_of(&bare)).expect("the folder for tests can be written");
    (file, all)
}
