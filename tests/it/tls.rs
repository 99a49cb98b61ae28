//! Takes captures of SIP in TLS and their key logs, holds the report to what was sent, and the frames to those of tshark.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::tshark;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/tls")
}

/// The captures of TLS alone that have a key log beside them, with it.
fn captures() -> Vec<(PathBuf, PathBuf)> {
    let entries = std::fs::read_dir(folder()).expect("the samples are there");
    let mut found: Vec<_> = entries.map(|entry| entry.expect("can be listed").path()).collect();
    found.retain(|path| path.extension().is_some_and(|extension| extension == "pcap") && !path.ends_with("encrypted-retry.pcap"));
    found.sort();
    assert!(found.len() >= 6, "{found:?}");
    found.into_iter().map(|capture| (capture.clone(), capture.with_extension("keys"))).collect()
}

fn audit(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sip3xx"));
    command.args(["audit", "--format", "json"]).args(arguments).output().expect("the program can be started")
}

fn json(arguments: &[&str]) -> Value {
    let output = audit(arguments);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {told}"))
}

fn shown(path: &Path) -> &str {
    path.to_str().expect("a plain name")
}

#[test]
fn what_was_opened_is_judged_by_the_usual_rules() {
    for (capture, keys) in captures() {
        let report = json(&["--keylog", shown(&keys), shown(&capture)]);
        let redirect = &report["redirects"][0];
        let transport = if shown(&capture).contains("wss") { "wss" } else { "tls" };
        assert_eq!((redirect["verdict"].as_str(), redirect["transport"].as_str()), (Some("correct"), Some(transport)), "{redirect}");
        assert_eq!(redirect["findings"].as_array().map(Vec::len), Some(0), "{redirect}");
        assert_eq!(report["captures"][0]["complete"], true, "{report}");
        let preference = format!("tls.keylog_file:{}", shown(&keys));
        assert_eq!(json(&["-o", &preference, shown(&capture)]), report, "tshark's preference means the same");
    }
}

#[test]
fn a_capture_may_bring_its_secrets_itself() {
    let capture = folder().join("tls13-secrets-inside.pcapng");
    let report = json(&[shown(&capture)]);
    assert_eq!((report["captures"][0]["sip_messages"].as_u64(), &report["redirects"][0]["verdict"]), (Some(8), &"correct".into()));
    // Rows are read by another pass.
    let report = json(&["-Y", "sip.Status-Code == 302", shown(&capture)]);
    assert_eq!(report["redirects"][0]["verdict"], "correct");
    let rows = Command::new(env!("CARGO_BIN_EXE_sip3xx")).arg("list").arg(&capture).output().expect("the program can be started");
    assert_eq!(String::from_utf8_lossy(&rows.stdout).lines().count(), 8);
}

#[test]
fn a_display_filter_changes_no_verdict_that_hangs_on_tls() {
    for name in ["tls13-secrets-inside.pcapng", "encrypted-retry.pcap"] {
        let capture = folder().join(name);
        assert_eq!(json(&["-Y", "sip", shown(&capture)])["redirects"], json(&[shown(&capture)])["redirects"], "{name}");
    }
}

#[test]
fn without_keys_nothing_is_seen_and_nothing_is_wrong() {
    for (capture, _) in captures() {
        let report = json(&[shown(&capture)]);
        assert_eq!((report["captures"][0]["sip_messages"].as_u64(), report["captures"][0]["complete"].as_bool()), (Some(0), Some(true)));
    }
}

#[test]
fn a_retry_that_goes_over_tls_unseen_is_inconclusive_and_told_with_its_frame() {
    let report = json(&[shown(&folder().join("encrypted-retry.pcap"))]);
    let redirect = &report["redirects"][0];
    assert_eq!(redirect["verdict"], "inconclusive", "{redirect}");
    assert_eq!(
        redirect["reason"],
        "a probable encrypted retry: the client opened a TLS connection to 198.51.100.30:5061, for the name far.example, in frame 10, 16.0 ms after \
         the 302, and its keys are not known"
    );
    let keys = folder().join("encrypted-retry.keys");
    let report = json(&["--keylog", shown(&keys), shown(&folder().join("encrypted-retry.pcap"))]);
    assert_eq!(report["redirects"][0]["verdict"], "correct", "{report}");
}

#[test]
fn a_file_without_secrets_is_refused_as_a_key_log() {
    let capture = folder().join("tls13-aes256-gcm.pcap");
    for (wrong, told) in [(shown(&capture), "no secret of TLS in it"), ("no-such-file.log", "cannot read no-such-file.log")] {
        let output = audit(&["--keylog", wrong, shown(&capture)]);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), stderr.contains(told)), (Some(2), true), "{stderr}");
    }
}

#[test]
fn messages_stand_in_the_frames_that_tshark_names() {
    for (capture, keys) in captures() {
        let preference = format!("tls.keylog_file:{}", shown(&keys));
        let mut command = Command::new("tshark");
        command.args(["-n", "-r", shown(&capture), "-o", &preference, "-Y", "sip.Status-Code == 302 || sip.Method == \"INVITE\""]);
        let Some(lines) = tshark::lines(command.args(["-T", "fields", "-e", "frame.number"])) else { return };
        let theirs: Vec<u64> = lines.iter().map(|line| line.parse().expect("a number")).collect();
        let report = json(&["--keylog", shown(&keys), shown(&capture)]);
        let redirect = &report["redirects"][0];
        let seen = [&redirect["request"], &redirect["response"], &redirect["attempts"][0]];
        let ours: Vec<u64> = seen.iter().filter_map(|seen| seen["frame"].as_u64()).collect();
        assert_eq!(ours, theirs, "{}", capture.display());
    }
}

#[test]
fn keys_that_do_not_fit_make_a_capture_incomplete() {
    let capture = folder().join("tls12-aes128-gcm.pcap");
    let keys = std::fs::read_to_string(capture.with_extension("keys")).expect("the key log is there");
    let wrong: String = keys
        .lines()
        .filter_map(|line| line.rsplit_once(' ').filter(|_| line.starts_with("CLIENT_RANDOM")))
        .map(|(head, secret)| format!("{head} {}\n", "42".repeat(secret.len() / 2)))
        .collect();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wrong.keys");
    std::fs::write(&path, wrong).expect("the folder for tests can be written to");
    let report = json(&["--keylog", shown(&path), shown(&capture)]);
    let fault = &report["captures"][0]["faults"][0];
    assert_eq!((report["captures"][0]["complete"].as_bool(), fault["kind"].as_str()), (Some(false), Some("sealed-tls")), "{report}");
    assert_eq!(fault["first_frame"], 6, "{report}");
}
