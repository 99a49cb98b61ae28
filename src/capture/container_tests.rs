//! Compares with tshark, over a folder of small files that stress the container layer.

#![allow(clippy::print_stderr, reason = "a test that cannot run says so")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::*;

/// Where we read more, or other, frames than tshark: the file, our frame numbers, and why.
const BETTER: [(&str, &[u64], &str); 16] = [
    ("ec_5views.cap", &[], "a foreign format: the error says to convert it"),
    ("ec_erf.cap", &[], "ERF has no magic; tshark guesses it"),
    ("ec_netmon2.cap", &[], "a foreign format: the error says to convert it"),
    ("ec_ngsniffer.cap", &[], "a foreign format: the error says to convert it"),
    ("ec_snoop.cap", &[], "a foreign format: the error says to convert it"),
    ("ng_badopts.pcapng", &[1, 2], "the options of a packet block lie about their length, the packet does not"),
    (
        "ng_be_allblocks.pcapng",
        &[1, 2, 3, 4, 8],
        "frames 5 and 6 are custom blocks, 7 is a journal entry too short for tshark, which stops",
    ),
    ("ng_le_allblocks.pcapng", &[1, 2, 3, 4, 8], "the same"),
    ("ng_cap_gt_block.pcapng", &[1, 3, 4], "the block after the one that lies about its packet is whole"),
    ("ng_dsb_badlen.pcapng", &[1], "secrets that lie about their length are not read here"),
    ("ng_epb_short.pcapng", &[2], "the block after the one too short is whole"),
    ("ng_if_oob.pcapng", &[2], "the block after the one of an unknown interface is whole"),
    ("ng_len_mismatch.pcapng", &[1, 3], "the block after the one whose lengths differ is whole"),
    ("ng_nrb_empty.pcapng", &[1], "names are not read here"),
    ("ng_idb_short.pcapng", &[], "as tshark, which refuses the file: no interface, no packet"),
    ("ng_noidb.pcapng", &[], "the same"),
];

/// The samples beside the project, where there are any.
fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/captures/containers");
    folder.is_dir().then_some(folder)
}

/// The fields that tshark gives for each frame of `path`.
fn tshark(path: &Path, field: &str) -> Option<Vec<String>> {
    let output = Command::new("tshark").arg("-r").arg(path).args(["-T", "fields", "-e", field]).stderr(Stdio::null()).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

/// What `each` makes of the frames of `path`.
fn frames<T>(path: &Path, each: impl Fn(Frame<'_>) -> T) -> Vec<T> {
    let Ok(mut capture) = Capture::open(path) else { return Vec::new() };
    let mut all = Vec::new();
    while capture.advance() {
        all.extend(capture.frame().map(&each));
    }
    all
}

#[test]
fn frame_numbers_are_those_of_tshark() {
    let Some(folder) = folder() else { return eprintln!("skipped: no folder of container samples beside the project") };
    let better: BTreeMap<_, _> = BETTER.iter().map(|&(name, numbers, why)| (name, (numbers, why))).collect();
    let mut differing = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let ours = frames(&path, |frame| frame.number);
        if let Some(&(numbers, why)) = better.get(name) {
            assert_eq!(ours, numbers, "{name}: {why}");
            continue;
        }
        let Some(theirs) = tshark(&path, "frame.number") else { return eprintln!("skipped: no tshark") };
        if ours.iter().map(u64::to_string).ne(theirs.iter().cloned()) {
            differing.push(format!("{name}: ours {ours:?}, tshark's {theirs:?}"));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

#[test]
fn times_and_lengths_are_those_of_tshark() {
    let Some(folder) = folder() else { return eprintln!("skipped: no folder of container samples beside the project") };
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let ours = frames(&path, |frame| (frame.time.nanos(), frame.data.len().to_string(), frame.original_len.to_string()));
        let (Some(times), Some(kept), Some(lens)) =
            (tshark(&path, "frame.time_epoch"), tshark(&path, "frame.cap_len"), tshark(&path, "frame.len"))
        else {
            return eprintln!("skipped: no tshark");
        };
        if BETTER.iter().any(|(name, ..)| path.ends_with(name)) {
            continue;
        }
        for (((ours, time), kept), len) in ours.iter().zip(times).zip(kept).zip(lens) {
            // A simple packet block has no time; tshark shows none.
            let seconds = if time.is_empty() { 0 } else { time.replace('.', "").parse().unwrap() };
            assert_eq!((seconds, &kept, &len), (ours.0, &ours.1, &ours.2), "{}", path.display());
        }
    }
}
