//! Takes every `.sip` text under `samples/`, holds the capture beside it to it.
//!
//! `UPDATE_SAMPLES=1 cargo test --test it committed_captures` writes the captures anew.

use std::fs;

use sip3xx::evidence::Transport;

use crate::support::capture_text::capture_of_text;
use crate::support::damage::damaged;
use crate::support::sample_files::{files_below, one_capture_of_all, read, samples, sendings};
use crate::support::sip_text::Cargo;
use crate::support::tshark;

#[test]
fn committed_captures_equal_their_text() {
    let update = std::env::var_os("UPDATE_SAMPLES").is_some();
    let texts = files_below(&samples(), "sip");
    assert!(!texts.is_empty(), "there are no samples");
    for path in texts {
        let text = read(&path);
        let whole = capture_of_text(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let (wanted, extension) = damaged(&text, whole).unwrap_or_else(|problem| panic!("{}: {problem}", path.display()));
        let capture = path.with_extension(extension);
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
    let Some(rows) = tshark::fields(&file, "(udp || tcp.len > 0) && !http.request && !http.response", &names) else { return };
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
        if sending.transport == Transport::Ws {
            found = payload_of_frame(&found);
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

/// The payload of a frame of WebSocket without its mask, in hexadecimal digits as the frame is (RFC 6455, 5.2 and 5.3).
fn payload_of_frame(digits: &str) -> String {
    let octets = digits.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()));
    let octets: Vec<u8> = octets.collect::<Option<_>>().expect("hexadecimal digits");
    let (is_masked, length) = (octets[1] & 0x80 != 0, octets[1] & 0x7f);
    let behind = &octets[if length == 126 { 4 } else { 2 }..];
    let (mask, payload) = if is_masked { behind.split_at(4) } else { (&[0; 4][..], behind) };
    payload.iter().zip(mask.iter().cycle()).map(|(octet, mask)| format!("{:02x}", octet ^ mask)).collect()
}

/// Microseconds of tshark's seconds, which have nine decimals.
fn micros(seconds: &str) -> u64 {
    let (seconds, fraction) = seconds.split_once('.').expect("has decimals");
    let fraction: String = fraction.chars().chain(std::iter::repeat('0')).take(6).collect();
    seconds.parse::<u64>().expect("is a number") * 1_000_000 + fraction.parse::<u64>().expect("is a number")
}
