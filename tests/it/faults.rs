//! Takes the samples of damaged captures, holds what the audit tells of each to the `# fault:` lines of its text.
//!
//! Invariant: every kind of fault has a sample, and no sample has a fault that its text does not name.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use sip3xx::fault::FaultKind;

use crate::support::sample_files::{files_below, read, samples};

/// A fault that a text names: `# fault: KIND x COUNT, first frame NUMBER`, or `no frame`.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    kind: String,
    count: u64,
    first_frame: Option<u64>,
}

fn texts() -> Vec<PathBuf> {
    files_below(&samples().join("faults"), "sip")
}

/// The capture of a text.
fn capture_of(text: &Path) -> PathBuf {
    ["pcap", "pcapng"].map(|extension| text.with_extension(extension)).into_iter().find(|path| path.is_file()).expect("has a capture")
}

fn named_in(text: &str) -> Vec<Told> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("# fault: "));
    lines.map(|line| told_in(line).unwrap_or_else(|| panic!("wanted KIND x COUNT, first frame NUMBER: {line}"))).collect()
}

fn told_in(line: &str) -> Option<Told> {
    let (fault, frame) = line.split_once(", ")?;
    let (kind, count) = fault.split_once(" x ")?;
    let first_frame = match frame.strip_prefix("first frame ") {
        Some(number) => Some(number.parse().ok()?),
        None if frame == "no frame" => None,
        None => return None,
    };
    Some(Told { kind: kind.to_owned(), count: count.parse().ok()?, first_frame })
}

/// What the program prints for `capture`, and its exit code.
fn audit(capture: &Path, arguments: &[&str]) -> (String, Option<i32>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sip3xx"));
    let output = command.arg("audit").args(arguments).arg(capture).stdin(Stdio::null()).output().expect("the program can be started");
    assert!(output.stderr.is_empty(), "{}: {}", capture.display(), String::from_utf8_lossy(&output.stderr));
    (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code())
}

#[test]
fn every_kind_of_fault_has_a_sample_named_after_it() {
    let names: Vec<String> =
        texts().iter().filter_map(|path| path.file_stem()).filter_map(|name| name.to_str()).map(str::to_owned).collect();
    let mut kinds: Vec<&str> = FaultKind::ALL.iter().map(|kind| kind.name()).collect();
    kinds.sort_unstable();
    assert_eq!(names, kinds);
}

#[test]
fn the_json_report_of_a_damaged_capture_tells_kind_count_and_first_frame() {
    for path in texts() {
        let named = named_in(&read(&path));
        assert!(named.iter().any(|told| path.file_stem().is_some_and(|stem| stem == told.kind.as_str())), "{}", path.display());
        let (json, _) = audit(&capture_of(&path), &["--format", "json"]);
        let report: Value = serde_json::from_str(&json).expect("a report");
        let capture = &report["captures"][0];
        let faults = capture["faults"].as_array().expect("a list");
        let told: Vec<Told> = faults
            .iter()
            .map(|fault| Told {
                kind: fault["kind"].as_str().expect("text").to_owned(),
                count: fault["count"].as_u64().expect("a number"),
                first_frame: fault["first_frame"].as_u64(),
            })
            .collect();
        assert_eq!(told, named, "{}: {faults:#?}", path.display());
        assert!(faults.iter().all(|fault| fault["detail"].as_str().is_some_and(|detail| !detail.is_empty())), "{faults:#?}");
    }
}

#[test]
fn the_text_report_of_a_damaged_capture_says_what_to_do() {
    for path in texts() {
        let (text, _) = audit(&capture_of(&path), &[]);
        for told in named_in(&read(&path)) {
            let first = told.first_frame.map_or(String::new(), |frame| format!(", first in frame {frame}"));
            let line = format!("{} x {}{first}", told.kind, told.count);
            let behind = text.split_once(&line).unwrap_or_else(|| panic!("{}: {line} is not in\n{text}", path.display())).1;
            assert!(behind.contains("advice: "), "{}:\n{text}", path.display());
        }
    }
}

#[test]
fn a_damaged_capture_blames_nobody_and_fails_a_strict_run() {
    for path in texts() {
        let capture = capture_of(&path);
        let named = named_in(&read(&path));
        let lacks_something = named.iter().any(|told| FaultKind::ALL.iter().any(|kind| kind.name() == told.kind && kind.is_loss()));
        assert_eq!(audit(&capture, &[]).1, Some(0), "{}", path.display());
        assert_eq!(audit(&capture, &["--strict"]).1, Some(if lacks_something { 3 } else { 0 }), "{}", path.display());
    }
}
