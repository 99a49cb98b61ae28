//! Takes octets of captures, packets and streams, holds all that the program makes of them to its invariants.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use sip3xx::analysis::{self, Input, Listing, Options, Taken};
use sip3xx::capture::Capture;
use sip3xx::fault::FaultLogs;
use sip3xx::flow::{Cut, CutState, Cutter, Flow};
use sip3xx::limit::Limits;
use sip3xx::report::expectation::Expectation;
use sip3xx::report::model::Report;
use sip3xx::report::{FORMATS, LADDER_FORMATS, Presentation, identity};
use sip3xx::sip::framing::{self, Step};

use super::engine::Target;
use super::mutation::Maker;
use crate::support::audited::report_of_bytes;
use crate::support::chance::Chance;
use crate::support::pcap_writer::{file_header, ip_frame, udp_frame, write_record};
use crate::support::sample_files::{files_below, samples};
use crate::support::sip_text::EPOCH_MICROS;

/// Octets of a report for each octet of its capture, and beside them: a redirect is told at length.
const TOLD: usize = 200;
const FRAME: usize = 64 * 1024;
/// The octets of a pcap's file header, and of the header of a record.
const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;

/// Holds a report to what is true of each.
fn hold(report: &Report, input: &[u8]) {
    let octets = serde_json::to_vec(report).expect("can be written");
    assert!(octets.len() <= input.len() * TOLD + FRAME, "{} octets tell of {}", octets.len(), input.len());
    let expectation = Expectation::of(report);
    assert_eq!(Expectation::parse(&expectation.text()).as_ref(), Ok(&expectation));
    assert!(expectation.compare(report).iter().all(|compared| compared.differences.is_empty()), "a report is as expected of itself");
    let mut known = report.clone();
    identity::mark_known(&mut known, report).expect("all is in memory");
    let findings: usize = report.told().map(|redirect| redirect.findings.len()).sum();
    assert_eq!(identity::identities(report).expect("all is in memory").len(), findings);
    for format in FORMATS {
        let mut text = Vec::new();
        format.write(report, &Presentation::default(), &mut text).expect("memory can be written");
        let steers = |octet: &u8| octet.is_ascii_control() && !matches!(octet, b'\n' | b'\r' | b'\t');
        assert!(!text.iter().any(steers), "{}: an octet that steers a terminal", format.name);
        assert!(std::str::from_utf8(&text).is_ok(), "{}: no UTF-8", format.name);
    }
}

fn capture(input: &[u8]) {
    let Ok(report) = report_of_bytes(input.to_vec()) else { return };
    assert!(report_of_bytes(input.to_vec()).is_ok_and(|again| again == report), "two reports of one capture");
    hold(&report, input);
}

/// The same capture as a file: rows, ladders, and the frames of its calls.
fn capture_file(input: &[u8]) {
    let path = scratch("input");
    fs::write(&path, input).expect("can be written");
    let inputs = [Input::File(path)];
    let options = Options::default();
    let Ok(audited) = analysis::audit_with_members(&inputs, &options, None, &mut |_| {}) else { return };
    let mut rows = 0;
    let listing = Listing { conversations: true, words: true, judges: true, options: options.clone(), ..Listing::default() };
    let take = &mut |_: &sip3xx::filter::Row<'_>| {
        rows += 1;
        Taken::Shown
    };
    let listed = analysis::list(&inputs, &listing, &mut |_| {}, take).expect("could be read before");
    assert_eq!(rows, listed.captures.iter().map(|capture| capture.sip_messages).sum::<u64>());
    assert_eq!(listed.redirects.len(), audited.report.redirects.len(), "a list judges as an audit does");
    let mut written = Vec::new();
    let count = analysis::write_members(&inputs, &options, &audited, &mut |_| {}, &mut written).expect("can be written").frames;
    assert!(count <= audited.report.captures.iter().map(|capture| capture.frames).sum());
    if count > 0 {
        let again = report_of_bytes(written).expect("what was written is a capture");
        assert!(again.captures.iter().all(|capture| capture.frames == count));
    }
    let drawn = analysis::with_ladders(&inputs, &options, audited.report, &mut |_| {}).expect("could be read before");
    for format in LADDER_FORMATS {
        let mut text = Vec::new();
        format.write(&drawn, false, &mut text).expect("memory can be written");
        let steers = |octet: &u8| octet.is_ascii_control() && !matches!(octet, b'\n' | b'\r' | b'\t');
        assert!(!text.iter().any(steers) && std::str::from_utf8(&text).is_ok(), "{}", format.name);
    }
    hold(&Report { ladders: Vec::new(), ..drawn.clone() }, input);
    let html = FORMATS.iter().find(|format| format.name == "html").expect("there is one");
    html.write(&drawn, &Presentation::default(), &mut std::io::sink()).expect("nothing is refused");
}

fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{name}-{}", std::process::id()))
}

/// Frames that each are `length` (two octets), then their octets, behind two octets for the link type.
fn frames(input: &[u8]) {
    let Some((link, mut rest)) = input.split_at_checked(2) else { return };
    let mut pcap = file_header();
    pcap[20..22].copy_from_slice(link);
    let mut micros = EPOCH_MICROS;
    while let Some((length, behind)) = rest.split_at_checked(2) {
        let length = usize::from(u16::from_be_bytes([length[0], length[1]])).min(behind.len());
        let (frame, behind) = behind.split_at(length);
        write_record(&mut pcap, micros, frame);
        micros += 1_000;
        rest = behind;
    }
    capture(&pcap);
}

struct Sip;

impl Cutter for Sip {
    fn cut(&self, bytes: &[u8], state: CutState) -> Cut {
        let step = if state.at_end { framing::cut_rest(bytes) } else { Some(framing::cut(bytes, state.resume)) };
        match step {
            Some(Step::Unit { skip, len, .. }) => Cut::Unit { skip, len },
            Some(Step::Skip { len, .. }) => Cut::Skip(len),
            Some(Step::More { at_least, resume }) => Cut::More { at_least, resume },
            None => Cut::Skip(bytes.len()),
        }
    }
}

/// The messages in a stream whose segments are these, each a place and its octets.
fn messages_of(segments: &[(usize, &[u8])]) -> Vec<Vec<u8>> {
    let (from, to) = ("192.0.2.10:40000".parse().expect("an end"), "192.0.2.20:5060".parse().expect("an end"));
    let frame = |from: std::net::SocketAddr, to: std::net::SocketAddr, sequence: u32, flags: u8, octets: &[u8]| {
        let numbers = [&sequence.to_be_bytes()[..], &[0; 4], &[0x50, flags, 0xff, 0xff, 0, 0, 0, 0]].concat();
        ip_frame(from.ip(), to.ip(), 6, 0, &[&from.port().to_be_bytes()[..], &to.port().to_be_bytes(), &numbers, octets].concat())
    };
    let mut pcap = file_header();
    write_record(&mut pcap, EPOCH_MICROS, &frame(from, to, 999, 2, &[]));
    for (place, octets) in segments {
        let sequence = 1_000 + u32::try_from(*place).expect("a short stream");
        write_record(&mut pcap, EPOCH_MICROS + 1, &frame(from, to, sequence, 0x18, octets));
    }
    let mut capture = Capture::from_reader("in memory".to_owned(), Box::new(Cursor::new(pcap))).expect("a capture");
    let (mut flow, mut faults, mut found) = (Flow::new(Limits::default(), Sip), FaultLogs::of_captures(1), Vec::new());
    while capture.advance() {
        let Some(frame) = capture.frame() else { break };
        flow.push(0, &frame, &mut faults, &mut |unit| found.push(unit.bytes.to_vec()));
    }
    flow.finish(&mut faults, &mut |unit| found.push(unit.bytes.to_vec()));
    found
}

/// Octets of a stream, in order and in any other: the same messages.
fn segments_in_any_order(input: &[u8]) {
    let sum = input.iter().fold(7_u64, |sum, octet| sum.wrapping_mul(31).wrapping_add(u64::from(*octet)));
    let mut chance = Chance::new(sum);
    let in_order: Vec<_> = input.chunks(1_400).enumerate().map(|(index, part)| (index * 1_400, part)).collect();
    let (mut mixed, mut at) = (Vec::new(), 0);
    let longest = 1 + chance.below(input.len() / 20 + 40);
    while at < input.len() {
        let end = (at + 1 + chance.below(longest)).min(input.len());
        // Some octets come twice.
        let start = at.saturating_sub(if chance.happens(20) { chance.below(30) } else { 0 });
        mixed.push((start, &input[start..end]));
        at = end;
    }
    // Few come between a segment and its turn: a gap is not waited for without end.
    for block in mixed.chunks_mut(4) {
        let other = chance.below(block.len());
        block.swap(0, other);
        block.rotate_left(other);
    }
    let (one, other) = (messages_of(&in_order), messages_of(&mixed));
    let differ = one.iter().zip(&other).position(|(one, other)| one != other);
    assert!(one == other, "{} messages, then {}; number {differ:?} is another", one.len(), other.len());
}

/// A capture and a key log, the log behind a line `KEYS`.
#[cfg(feature = "tls")]
fn tls(input: &[u8]) {
    const MARK: &[u8] = b"KEYS\n";
    let at = input.windows(MARK.len()).position(|window| window == MARK).unwrap_or(input.len());
    let (pcap, log) = input.split_at(at);
    let mut keys = sip3xx::flow::KeyLog::default();
    keys.learn(log);
    let options = Options { keys, ..Options::default() };
    let audit = || {
        let capture = Capture::from_reader("in memory".to_owned(), Box::new(Cursor::new(pcap.to_vec()))).ok()?;
        Some(analysis::audit_captures(vec![capture], &options, &mut |_| {}))
    };
    let report = audit();
    assert_eq!(report, audit());
}

fn captures_of_samples() -> Vec<Vec<u8>> {
    let all = ["pcap", "pcapng"].into_iter().flat_map(|extension| files_below(&samples(), extension));
    let mut seeds: Vec<Vec<u8>> = all.map(|path| fs::read(path).expect("can be read")).filter(|octets| octets.len() < 12_000).collect();
    seeds.sort_unstable();
    let gzip = |octets: &Vec<u8>| {
        let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
        // One stored block (RFC 1951, 3.2.4), so that what lies inside can be changed.
        let length = u16::try_from(octets.len()).expect("a small capture");
        out.push(1);
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(!length).to_le_bytes());
        out.extend_from_slice(octets);
        out.extend_from_slice(&[0; 8]);
        out
    };
    let compressed: Vec<_> = seeds.iter().step_by(16).map(gzip).collect();
    seeds.extend(compressed);
    seeds
}

fn frames_of_samples() -> Vec<Vec<u8>> {
    let captures = captures_of_samples().into_iter().filter(|octets| octets.starts_with(&[0xd4, 0xc3, 0xb2, 0xa1])).step_by(3);
    let frames = captures.map(|octets| {
        let mut out = octets[20..22].to_vec();
        let mut rest = &octets[FILE_HEADER..];
        while let Some((record, behind)) = rest.split_at_checked(RECORD_HEADER) {
            let length = u32::from_le_bytes(record[8..12].try_into().expect("four octets")) as usize;
            let Some((frame, behind)) = behind.split_at_checked(length) else { break };
            out.extend_from_slice(&u16::try_from(length).expect("a short frame").to_be_bytes());
            out.extend_from_slice(frame);
            rest = behind;
        }
        out
    });
    let mut seeds: Vec<Vec<u8>> = frames.collect();
    let nested = udp_frame("192.0.2.1:1".parse().expect("an end"), "192.0.2.2:4789".parse().expect("an end"), 0, &[8; 60]);
    seeds.push([&[1, 0, 0, 102][..], &nested].concat());
    seeds
}

const WORDS: &[&str] = &[
    "\u{8}\0E\0",
    "\u{88}\u{6d}",
    "HEP3",
    "GET / HTTP/1.1\r\n",
    "INVITE sip:b SIP/2.0\r\n",
    "SIP/2.0 302 M\r\n",
    "\r\n\r\n",
    "\u{16}\u{3}\u{1}",
    "TZ",
];

#[test]
fn captures() {
    let maker = Maker { seeds: captures_of_samples(), words: WORDS };
    Target { name: "captures", maker, runs: 400, check: capture }.run();
}

#[test]
fn capture_files() {
    let maker = Maker { seeds: captures_of_samples(), words: WORDS };
    Target { name: "capture_files", maker, runs: 60, check: capture_file }.run();
}

#[test]
fn packets() {
    let maker = Maker { seeds: frames_of_samples(), words: WORDS };
    Target { name: "packets", maker, runs: 400, check: frames }.run();
}

/// A chunk of HEP version 3.
fn chunk_of_hep(kind: u8, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len() + 6).expect("a short chunk");
    [&[0, 0, 0, kind][..], &length.to_be_bytes(), value].concat()
}

#[test]
fn segments() {
    let mut seeds: Vec<Vec<u8>> =
        files_below(&samples().join("captures"), "sip").iter().map(|path| fs::read(path).expect("can be read")).collect();
    let message = "SIP/2.0 302 Moved\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\nContact: <sip:b@c>\r\nContent-Length: 4\r\n\r\nv=0\n\r\n\r\n";
    seeds.push(message.repeat(5).into_bytes());
    let told = [chunk_of_hep(3, &[192, 0, 2, 1]), chunk_of_hep(4, &[192, 0, 2, 2]), chunk_of_hep(15, message.as_bytes())].concat();
    let told = [&b"HEP3"[..], &u16::try_from(told.len() + 6).expect("a short packet").to_be_bytes(), &told].concat();
    seeds.push(told.repeat(5));
    seeds.push([&told[..], message.as_bytes(), b"noise", &told].concat());
    let words = &[
        "INVITE sip:b SIP/2.0\r\n",
        "SIP/2.0 302 M\r\n",
        "\r\n\r\n",
        "l: 7\r\n",
        "l: 99999\r\n",
        "\u{81}\u{7e}",
        "GET / HTTP/1.1\r\n",
        "HEP3",
        "HEP3\0\u{7f}\0\0\0\u{2}\0\u{7}\u{11}",
    ];
    Target { name: "segments", maker: Maker { seeds, words }, runs: 600, check: segments_in_any_order }.run();
}

#[cfg(feature = "tls")]
#[test]
fn records() {
    let keys = files_below(&samples().join("tls"), "keys");
    let join = |keys: &PathBuf| {
        [fs::read(keys.with_extension("pcap")).expect("stands beside"), b"KEYS\n".to_vec(), fs::read(keys).expect("can be read")].concat()
    };
    let maker = Maker {
        seeds: keys.iter().map(join).collect(),
        words: &["\u{16}\u{3}\u{3}", "\u{17}\u{3}\u{3}", "\u{14}\u{3}\u{3}\0\u{1}\u{1}", "KEYS\n"],
    };
    Target { name: "records", maker, runs: 60, check: tls }.run();
}
