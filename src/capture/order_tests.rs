//! Frames out of order, and captures read as one.

use std::fs;
use std::path::PathBuf;

use super::*;
use crate::evidence::Timestamp;
use crate::fault::FaultKind;

/// A file that is removed in the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, octets: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("sip3xx-{}-{name}", std::process::id()));
        fs::write(&path, octets).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.0));
    }
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_nanos(i128::from(millis) * 1_000_000)
}

/// A pcap of frames at these milliseconds.
fn pcap(times: &[i64]) -> Vec<u8> {
    let mut writer = PcapWriter::new(Vec::new(), LinkType(1), true).unwrap();
    times.iter().for_each(|&time| writer.write(at(time), &time.to_be_bytes(), 8).unwrap());
    writer.into_inner()
}

/// A pcapng of the same, with an interface more every third frame.
fn pcapng(times: &[i64]) -> Vec<u8> {
    let mut writer = PcapNgWriter::new(Vec::new()).unwrap();
    for (index, &time) in times.iter().enumerate() {
        if index % 3 == 0 {
            writer.interface(LinkType(index as u16)).unwrap();
        }
        writer.write(index as u32 / 3, at(time), &time.to_be_bytes(), 8).unwrap();
    }
    writer.into_inner()
}

fn gzip(octets: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, octets).unwrap();
    encoder.finish().unwrap()
}

/// Number and milliseconds of each frame; the octets of the frame must agree with its time.
fn frames(capture: &mut Capture) -> Vec<(u64, i64)> {
    let mut all = Vec::new();
    while capture.advance() {
        let frame = capture.frame().unwrap();
        let millis = frame.time.nanos() / 1_000_000;
        assert_eq!(frame.data, millis.to_be_bytes());
        all.push((frame.number, millis));
    }
    all
}

/// Two halves in the wrong order, with a little jitter, and a third piece between them.
const SHUFFLED: [i64; 9] = [60_000, 61_000, 60_500, 62_000, 1_000, 2_000, 59_000, 30_000, 90_000];
const SORTED: [(u64, i64); 9] =
    [(5, 1_000), (6, 2_000), (8, 30_000), (7, 59_000), (1, 60_000), (2, 61_000), (3, 60_500), (4, 62_000), (9, 90_000)];

#[test]
fn a_file_in_disorder_is_read_by_time_and_frames_keep_their_numbers() {
    let files = [pcap(&SHUFFLED), pcapng(&SHUFFLED), gzip(&pcap(&SHUFFLED)), gzip(&pcapng(&SHUFFLED))];
    for (index, octets) in files.into_iter().enumerate() {
        let file = Scratch::new(&format!("shuffled-{index}"), &octets);
        let mut straight = Capture::open(&file.0).unwrap();
        let read = frames(&mut straight);
        assert_eq!(read.iter().map(|frame| frame.1).collect::<Vec<_>>(), SHUFFLED);
        let mut ordered = Capture::open_in_time_order(&file.0).unwrap();
        assert_eq!(frames(&mut ordered), SORTED);
        for capture in [&straight, &ordered] {
            let fault = capture.faults().iter().next().unwrap();
            assert_eq!((fault.first.kind, fault.first.frame, fault.count), (FaultKind::TimeGoesBack, Some(5), 2));
            assert_eq!(capture.steps_back(), Some(61_000_000_000));
            assert_eq!((capture.info().frames, capture.info().last_time), (9, Some(at(90_000))));
        }
    }
}

#[test]
fn link_types_and_interfaces_survive_the_reordering() {
    let file = Scratch::new("interfaces", &pcapng(&SHUFFLED));
    let mut ordered = Capture::open_in_time_order(&file.0).unwrap();
    while ordered.advance() {
        let frame = ordered.frame().unwrap();
        let interface = (frame.number as u32 - 1) / 3;
        assert_eq!((frame.interface, frame.link_type.0), (interface, interface as u16 * 3));
    }
}

#[test]
fn jitter_of_a_second_makes_no_run() {
    let times = [5_000, 4_000, 4_500, 6_000, 5_000];
    let file = Scratch::new("jitter", &pcap(&times));
    let mut ordered = Capture::open_in_time_order(&file.0).unwrap();
    assert_eq!(frames(&mut ordered).iter().map(|frame| frame.1).collect::<Vec<_>>(), times);
    assert!(ordered.faults().is_empty() && ordered.steps_back().is_none());
}

#[test]
fn a_slow_slide_back_is_seen() {
    let times: Vec<i64> = (0..10).map(|step| 9_000 - step * 900).collect();
    let file = Scratch::new("slide", &pcap(&times));
    assert!(frames(&mut Capture::open_in_time_order(&file.0).unwrap()).is_sorted_by_key(|frame| (frame.1 - 1) / 1_800));
}

#[test]
fn runs_beyond_the_bound_stay_in_the_last_one_and_are_told() {
    let times: Vec<i64> = (0..200).flat_map(|step| [100_000 + step, step]).collect();
    let file = Scratch::new("runs", &pcap(&times));
    let mut ordered = Capture::open_in_time_order(&file.0).unwrap();
    let mut numbers: Vec<_> = frames(&mut ordered).iter().map(|frame| frame.0).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=400).collect::<Vec<_>>());
    assert!(ordered.faults().iter().any(|fault| fault.first.kind == FaultKind::BoundReached));
}

#[test]
fn captures_are_merged_by_time_and_the_first_of_equals_comes_first() {
    let open = |times: &[i64]| Capture::from_reader("part".into(), Box::new(std::io::Cursor::new(pcap(times)))).unwrap();
    let mut merge: Merge = [open(&[10, 30, 30]), open(&[]), open(&[10, 20, 40]), open(&[30])].into_iter().collect();
    let mut seen = Vec::new();
    while merge.advance() {
        let (capture, frame) = merge.frame().unwrap();
        seen.push((frame.time.nanos() / 1_000_000, capture, frame.number));
    }
    assert_eq!(seen, [(10, 0, 1), (10, 2, 1), (20, 2, 2), (30, 0, 2), (30, 0, 3), (30, 3, 1), (40, 2, 3)]);
    assert!(merge.frame().is_none());
    assert_eq!(merge.captures().len(), 4);
}

#[test]
fn more_captures_than_lie_open_at_once_are_merged_just_as_well() {
    let files: Vec<_> = (0..150)
        .map(|file: i64| {
            let times = [file * 100, file * 100 + 150];
            let octets = if file % 2 == 0 { pcap(&times) } else { gzip(&pcapng(&times)) };
            Scratch::new(&format!("many-{file}"), &octets)
        })
        .collect();
    let mut merge: Merge = files.iter().map(|file| Capture::open(&file.0).unwrap()).collect();
    let mut seen = Vec::new();
    while merge.advance() {
        let (capture, frame) = merge.frame().unwrap();
        let millis = frame.time.nanos() / 1_000_000;
        assert_eq!((frame.data, i64::from(capture) * 100 + (frame.number as i64 - 1) * 150), (&millis.to_be_bytes()[..], millis));
        seen.push(millis);
    }
    assert!(seen.is_sorted() && seen.len() == 300);
    assert!(merge.captures().iter().all(|capture| capture.info().frames == 2 && capture.faults().is_empty()));
}

#[test]
fn a_file_that_is_gone_when_its_turn_comes_is_told_and_the_others_go_on() {
    let files: Vec<_> = (0..70).map(|file| Scratch::new(&format!("gone-{file}"), &pcap(&[file * 100]))).collect();
    let mut merge: Merge = files.iter().map(|file| Capture::open(&file.0).unwrap()).collect();
    fs::remove_file(&files[66].0).unwrap();
    let mut seen = Vec::new();
    while merge.advance() {
        seen.push(merge.frame().unwrap().0);
    }
    assert_eq!(seen, (0..70).filter(|&file| file != 66).collect::<Vec<_>>());
    let told: Vec<_> = merge.captures()[66].faults().iter().map(|fault| (fault.first.kind, fault.count)).collect();
    assert_eq!(told, [(FaultKind::CutFile, 1)]);
}

#[test]
fn a_capture_can_be_handed_to_another_thread() {
    fn is_send<T: Send>() {}
    is_send::<Capture>();
    is_send::<Merge>();
}
