//! Takes every `.sip` text under `samples/`, holds the capture beside it to it.
//!
//! `UPDATE_SAMPLES=1 cargo test --test it committed_captures` writes the captures anew.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::capture_text::{capture_of, capture_of_text};
use crate::support::sip_text::{Cargo, Sending, parse};
use crate::support::tshark;

/// All files below `folder` that end in `.extension`, in the order of their names.
fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
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

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn sendings(path: &Path) -> Vec<Sending> {
    parse(&read(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn committed_captures_equal_their_text() {
    let update = std::env::var_os("UPDATE_SAMPLES").is_some();
    let texts = files_below(&samples(), "sip");
    assert!(!texts.is_empty(), "there are no samples");
    for path in texts {
        let wanted = capture_of_text(&read(&path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let capture = path.with_extension("pcap");
        if update {
            fs::write(&capture, &wanted).unwrap_or_else(|error| panic!("{}: {error}", capture.display()));
        }
        let found = fs::read(&capture).unwrap_or_default();
        assert!(found == wanted, "{} is not what its text says; write it anew with UPDATE_SAMPLES=1", capture.display());
    }
}

#[test]
fn every_rule_sample_has_its_counterpart() {
    for path in files_below(&samples().join("rules"), "sip") {
        let counterpart = match path.file_name().and_then(|name| name.to_str()) {
            Some("violates.sip") => "conforms.sip",
            Some("conforms.sip") => "violates.sip",
            name => panic!("{name:?} in {}: wanted violates.sip or conforms.sip", path.display()),
        };
        assert!(path.with_file_name(counterpart).is_file(), "{} stands alone", path.display());
    }
}

#[test]
fn times_in_a_sample_never_run_back() {
    for path in files_below(&samples(), "sip") {
        for pair in sendings(&path).windows(2) {
            assert!(pair[0].micros <= pair[1].micros, "{} at {} µs", path.display(), pair[1].micros);
        }
    }
}

/// One capture of all samples, an hour apart, in a file that tshark can be shown; with the sendings in it.
///
/// Starting tshark costs more than reading: so it is started once per test.
fn one_capture_of_all(name: &str) -> (PathBuf, Vec<(PathBuf, Sending)>) {
    let mut all = Vec::new();
    for (index, path) in files_below(&samples(), "sip").into_iter().enumerate() {
        for mut sending in sendings(&path) {
            sending.micros += index as u64 * 3_600_000_000;
            all.push((path.clone(), sending));
        }
    }
    let bare: Vec<Sending> = all.iter().map(|(_, sending)| sending.clone()).collect();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&file, capture_of(&bare)).expect("the folder for tests can be written");
    (file, all)
}

#[test]
fn tshark_reads_back_what_the_text_says() {
    let (file, all) = one_capture_of_all("read-back.pcap");
    let names = [
        "frame.time_epoch",
        "ip.src",
        "ipv6.src",
        "udp.srcport",
        "tcp.srcport",
        "udp.dstport",
        "tcp.dstport",
        "udp.payload",
        "tcp.payload",
    ];
    let Some(rows) = tshark::fields(&file, "udp || tcp.len > 0", &names) else { return };
    let mut rows = rows.into_iter();
    for (path, sending) in all {
        let Cargo::Payload(payload) = sending.cargo else { continue };
        let mut found = String::new();
        while found.len() < payload.len() * 2 {
            let row = rows.next().unwrap_or_else(|| panic!("{}: frames are missing", path.display()));
            let [time, v4, v6, udp_from, tcp_from, udp_to, tcp_to, udp, tcp] = row.as_slice() else { panic!("{row:?}") };
            assert_eq!(micros(time), sending.micros, "{}", path.display());
            assert_eq!(format!("{v4}{v6}"), sending.from.ip().to_string(), "{}", path.display());
            assert_eq!(format!("{udp_from}{tcp_from}"), sending.from.port().to_string(), "{}", path.display());
            assert_eq!(format!("{udp_to}{tcp_to}"), sending.to.port().to_string(), "{}", path.display());
            found += udp;
            found += tcp;
        }
        let wanted: String = payload.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(found, wanted, "{}", path.display());
    }
    assert_eq!(rows.next(), None, "frames too many");
}

#[test]
fn tshark_finds_no_fault_in_the_frames() {
    let (file, _) = one_capture_of_all("faultless.pcap");
    let bad = "_ws.malformed || ip.checksum.status == 0 || udp.checksum.status == 0 || tcp.checksum.status == 0 || tcp.analysis.flags";
    let Some(rows) = tshark::fields(&file, bad, &["frame.number", "_ws.expert.message"]) else { return };
    assert_eq!(rows, Vec::<Vec<String>>::new());
}

/// Microseconds of tshark's seconds, which have nine decimals.
fn micros(seconds: &str) -> u64 {
    let (seconds, fraction) = seconds.split_once('.').expect("has decimals");
    let fraction: String = fraction.chars().chain(std::iter::repeat('0')).take(6).collect();
    seconds.parse::<u64>().expect("is a number") * 1_000_000 + fraction.parse::<u64>().expect("is a number")
}
