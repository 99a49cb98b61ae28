//! Takes captures with expectation files beside them, holds what `sip3xx verify` does with them end to end.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const CAPTURES: &[&str] = &["captures/mixed-office", "captures/emergency-380", "rules/ack-missing/violates"];

/// A folder with some captures of samples.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).expect("the folder for tests can be written");
    for capture in CAPTURES {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(format!("{capture}.pcap"));
        let name = capture.replace('/', "-");
        fs::copy(from, folder.join(format!("{name}.pcap"))).expect("can be copied");
    }
    folder
}

fn verify(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sip3xx")).arg("verify").args(arguments).arg(folder).output().expect("the program can be started")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

/// Replaces `from` by `to` in an expectation file, which must hold it.
fn change(folder: &Path, name: &str, from: &str, to: &str) {
    let path = folder.join(format!("{name}.expected.json"));
    let text = fs::read_to_string(&path).expect("there is an expectation");
    assert!(text.contains(from), "{from} is not in {text}");
    fs::write(path, text.replacen(from, to, 1)).expect("can be written");
}

#[test]
fn what_was_updated_is_met_and_what_changes_fails() {
    let folder = folder("verified");
    let output = verify(&folder, &[]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("--update"));

    let output = verify(&folder, &["--update"]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let output = verify(&folder, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(told(&output).ends_with("3 captures as expected, 0 not, 0 without expectation\n"), "{}", told(&output));

    change(&folder, "captures-mixed-office", "\"retry_frame\": 4", "\"note\": \"by hand\", \"retry_frame\": 5");
    let output = verify(&folder, &[]);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(told(&output).contains("retry_frame: expected 5, found 4"), "{}", told(&output));
    assert!(
        told(&verify(&folder, &["--format", "junit"]))
            .contains("<failure type=\"expectation\" message=\"retry_frame: expected 5, found 4\"")
    );

    // What was written by hand beside the values stays.
    verify(&folder, &["--update"]);
    let text = fs::read_to_string(folder.join("captures-mixed-office.expected.json")).expect("there is an expectation");
    assert!(text.contains("\"note\": \"by hand\"") && text.contains("\"retry_frame\": 4"), "{text}");
}

#[test]
fn another_measure_is_another_outcome() {
    let folder = folder("measured");
    verify(&folder, &["--update"]);
    let output = verify(&folder, &["--ignore", "ack-missing"]);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(told(&output).contains("rules: expected ack-missing"), "{}", told(&output));
}

#[test]
fn nothing_is_passed_over() {
    let folder = folder("incomplete");
    verify(&folder, &["--update"]);
    fs::remove_file(folder.join("rules-ack-missing-violates.pcap")).expect("it is there");
    fs::remove_file(folder.join("captures-emergency-380.expected.json")).expect("it is there");
    let output = verify(&folder, &[]);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(told(&output).contains("rules-ack-missing-violates.expected.json  no capture to this expectation"), "{}", told(&output));
    assert!(told(&output).ends_with("1 capture as expected, 1 not, 1 without expectation\n"), "{}", told(&output));
}

#[test]
fn an_expectation_that_cannot_be_read_is_said_in_one_line() {
    let folder = folder("misspelt");
    verify(&folder, &["--update"]);
    change(&folder, "captures-emergency-380", "\"verdict\"", "\"verdit\"");
    let output = verify(&folder, &[]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    let told = told(&output);
    assert!(told.contains("captures-emergency-380.expected.json: unknown field `verdit`") && told.lines().count() == 1, "{told}");
}
