//! Compares with tshark, over a folder of small files that stress the container layer.

#![allow(clippy::print_stderr, reason = "a test that cannot run says so")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use super::*;

/// Where we read more, or other, frames than tshark: the file, our frame numbers, and why.
const BETTER: [(&str, &[u64], &str); 20] = [
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
    ("ng_be_res_2p63.pcapng", &[1], "the time is half a second; tshark's arithmetic overflows"),
    ("ng_le_res_2p63.pcapng", &[1], "the same"),
    ("ng_be_res_ps.pcapng", &[1], "the time is 2899545.718721251; tshark's arithmetic overflows"),
    ("ng_le_res_ps.pcapng", &[1], "the same"),
];

/// The samples beside the project, where there are any.
fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/captures/containers");
    folder.is_dir().then_some(folder)
}

/// A frame as tshark shows it: number, seconds since the epoch (none for a packet without a time), octets kept, octets on the wire.
fn shown(path: &Path) -> Option<Vec<String>> {
    let fields = ["frame.number", "frame.time_epoch", "frame.cap_len", "frame.len"].map(|field| ["-e", field]);
    let mut tshark = Command::new("tshark");
    tshark.arg("-r").arg(path).args(["-T", "fields"]).args(fields.as_flattened()).stderr(Stdio::null());
    Some(String::from_utf8_lossy(&tshark.output().ok()?.stdout).lines().map(str::to_owned).collect())
}

/// The frames of `path` in the same form.
fn read(path: &Path) -> Vec<String> {
    let Ok(mut capture) = Capture::open(path) else { return Vec::new() };
    let mut all = Vec::new();
    while capture.advance() {
        let Frame { number, time, data, original_len, .. } = capture.frame().unwrap();
        let nanos = time.nanos();
        let time = format!("{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000);
        all.push(format!("{number}\t{time}\t{}\t{original_len}", data.len()));
    }
    all
}

/// How ours differ from tshark's frames of `path`; `None` without tshark.
fn difference(path: &Path) -> Option<Option<String>> {
    let ours = read(path);
    if let Some((name, numbers, why)) = BETTER.iter().find(|(name, ..)| path.ends_with(name)) {
        let ours: Vec<u64> = ours.iter().map(|frame| frame.split_once('\t').unwrap().0.parse().unwrap()).collect();
        assert_eq!(ours, *numbers, "{name}: {why}");
        return Some(None);
    }
    // A simple packet block has no time; ours is that of the frame before it, in these files none.
    let theirs: Vec<_> = shown(path)?.iter().map(|frame| frame.replace("\t\t", "\t0.000000000\t")).collect();
    Some((ours != theirs).then(|| format!("{}: ours {ours:?}, tshark's {theirs:?}", path.display())))
}

#[test]
fn frames_are_those_of_tshark() {
    let Some(folder) = folder() else { return eprintln!("skipped: no folder of container samples beside the project") };
    let paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    // Most of the time tshark starts up, so a few do it at once.
    let compare = |paths: &[PathBuf]| paths.iter().map(|path| difference(path)).collect::<Vec<_>>();
    let differences = thread::scope(|scope| {
        let parts: Vec<_> = paths.chunks(paths.len().div_ceil(4)).map(|part| scope.spawn(move || compare(part))).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect::<Vec<_>>()
    });
    if differences.contains(&None) {
        eprintln!("skipped: no tshark");
    }
    let differences: Vec<_> = differences.into_iter().flatten().flatten().collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
