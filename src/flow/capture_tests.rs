//! Real captures: every SIP message that their hand-written truth names comes out, in the frame that it names.
//!
//! The captures are not part of the sources; where `../shared/captures` is missing these tests say so and hold nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Copies, Cut, CutState, Cutter, Flow};
use crate::capture::{Frame, LinkType};
use crate::evidence::Timestamp;
use crate::fault::FaultLogs;
use crate::limit::Limits;

/// As much of SIP framing as these captures need.
struct Sip;

const METHODS: [&[u8]; 12] =
    [b"INVITE", b"ACK", b"BYE", b"CANCEL", b"REGISTER", b"OPTIONS", b"PRACK", b"MESSAGE", b"SUBSCRIBE", b"NOTIFY", b"PUBLISH", b"SIP/2.0"];

fn begins(bytes: &[u8]) -> bool {
    METHODS.iter().any(|start| bytes.strip_prefix(*start).is_some_and(|rest| rest.starts_with(b" ")))
}

impl Cutter for Sip {
    fn cut(&self, bytes: &[u8], state: CutState) -> Cut {
        let skip = match state.after_gap {
            true => (0..bytes.len()).find(|&at| begins(&bytes[at..])).unwrap_or(bytes.len()),
            false => bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count(),
        };
        let message = &bytes[skip..];
        if message.is_empty() {
            return if state.after_gap { Cut::More { at_least: 0, resume: 0 } } else { Cut::Skip(skip) };
        }
        let Some(head) = memchr::memmem::find(message, b"\r\n\r\n") else { return Cut::More { at_least: 0, resume: 0 } };
        let text = String::from_utf8_lossy(&message[..head]).to_ascii_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length:").or(line.strip_prefix("l:")));
        let len = head + 4 + length.and_then(|value| value.trim().parse::<usize>().ok()).unwrap_or(0);
        if message.len() < len { Cut::More { at_least: skip + len, resume: 0 } } else { Cut::Unit { skip, len } }
    }
}

fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/captures");
    if !folder.is_dir() {
        eprintln_skipped();
        return None;
    }
    Some(folder)
}

#[expect(clippy::print_stderr, reason = "a test that holds nothing says so")]
fn eprintln_skipped() {
    eprintln!("skipped: no captures beside the sources");
}

/// The records of a little-endian pcap file; none of any other.
fn records(file: &[u8]) -> Vec<(i128, u32, &[u8])> {
    let word = |at: usize| file.get(at..at + 4).map_or(0, |bytes| u32::from_le_bytes(bytes.try_into().unwrap()));
    let unit = match word(0) {
        0xa1b2_c3d4 => 1_000,
        0xa1b2_3c4d => 1,
        _ => return Vec::new(),
    };
    let (mut at, mut found) = (24, Vec::new());
    while at + 16 <= file.len() {
        let time = i128::from(word(at)) * 1_000_000_000 + i128::from(word(at + 4)) * unit;
        let (kept, original) = (word(at + 8) as usize, word(at + 12));
        let Some(data) = file.get(at + 16..at + 16 + kept) else { break };
        found.push((time, original, data));
        at += 16 + kept;
    }
    found
}

/// A SIP unit of a capture.
struct Message {
    place: u64,
    frames: Vec<u64>,
    bytes: Vec<u8>,
    copy_of: Option<u64>,
    truncated: bool,
}

/// The SIP units of a capture, and its faults.
struct Read {
    units: Vec<Message>,
    faults: FaultLogs,
}

fn read(file: &[u8]) -> Read {
    let link_type = LinkType(u16::from_le_bytes(file[20..22].try_into().unwrap()));
    let mut flow = Flow::new(Limits::default(), Sip);
    let mut faults = FaultLogs::default();
    let (mut units, mut copies) = (Vec::new(), Copies::default());
    let mut take = |unit: super::Unit<'_>| {
        if begins(unit.bytes) {
            let copy_of = copies.original(&unit).map(|(_, frame)| frame);
            let (place, truncated) = (unit.place_frame, unit.truncated);
            units.push(Message { place, frames: unit.frames.to_vec(), bytes: unit.bytes.to_vec(), copy_of, truncated });
        }
    };
    for (index, (time, original_len, data)) in records(file).into_iter().enumerate() {
        let time = Timestamp::from_nanos(time);
        let frame = Frame { number: index as u64 + 1, time, link_type, interface: 0, data, original_len, offset: 0 };
        flow.push(0, &frame, &mut faults, &mut take);
    }
    flow.finish(&mut faults, &mut take);
    Read { units, faults }
}

#[test]
fn every_message_of_the_truth_comes_out_in_its_frame() {
    let Some(folder) = folder() else { return };
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let mut checked = 0;
    for path in names.iter().filter(|path| path.extension().is_some_and(|extension| extension == "pcap")) {
        let file = std::fs::read(path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        // SIP as other programs write it (leading line ends, lower case) is no matter of this room.
        if records(&file).is_empty() || name.contains("lowercase") {
            continue;
        }
        let truth = std::fs::read_to_string(path.with_extension("truth.json")).unwrap();
        let truth: serde_json::Value = serde_json::from_str(&truth).unwrap();
        let places: BTreeSet<u64> = read(&file).units.iter().map(|unit| unit.place).collect();
        for row in truth.as_array().unwrap() {
            for field in ["request_frames", "resp_frames", "retry_frames", "ack_frames"] {
                for frame in row[field].as_array().into_iter().flatten().filter_map(serde_json::Value::as_u64) {
                    assert!(places.contains(&frame), "{name}: {field} {frame} of {places:?}");
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 500, "{checked}");
}

#[test]
fn whole_captures_have_no_faults() {
    let Some(folder) = folder() else { return };
    for name in [
        "c01_ipfrag_inorder",
        "c02_ipfrag_reversed",
        "c03_ipfrag_overlap_dup",
        "c04_ip6frag",
        "c05_tcp_every_odd_boundary",
        "c06_tcp_one_byte_segments",
        "c07_tcp_coalesced",
        "c08_tcp_out_of_order",
        "c09_tcp_crlf_keepalives",
        "c10_vlan",
        "c11_qinq",
        "c12_sll",
        "c13_null",
        "c14_rawip",
        "c15_gre",
        "c16_vxlan",
        "c17_gtpu",
        "c18_mpls",
        "c19_pppoe",
        "c27_mirror_twice",
        "c28_mirror_routed",
        "c37_sll2",
        "c38_null_bigendian",
        "c39_ipip",
        "c40_ip4_in_ip6",
        "c42_gre_teb",
        "c43_mirror_tcp",
        "c44_ipfrag_shuffled_all",
        "c45_vlan_on_some",
        "c46_tcp_cuts_and_disorder",
        "c48_tcp_overlap_retrans",
        "c63_loop108",
        "c65_gre_key_seq",
        "c93_ip_options_and_ext",
        "c95_gtpu_ipv6",
        "c96_vxlan_vlan",
    ] {
        let file = std::fs::read(folder.join(name).with_extension("pcap")).unwrap();
        let read = read(&file);
        let faults: Vec<_> = read.faults.iter().collect();
        assert!(faults.is_empty(), "{name}: {faults:?}");
        assert!(read.units.iter().all(|unit| !unit.truncated && unit.frames.contains(&unit.place)), "{name}");
    }
}

#[test]
fn mirrored_packets_are_copies_and_retransmissions_are_not() {
    let Some(folder) = folder() else { return };
    for (name, twice) in [
        ("c27_mirror_twice", true),
        ("c28_mirror_routed", true),
        ("c81_mirror_loop", true),
        ("b10_baresip_chain_ring", false),
        ("b14_pjsua_accept_udp", false),
        ("b23_sipp_no_ack", false),
        ("c30_udp_keepalives", false),
    ] {
        let file = std::fs::read(folder.join(name).with_extension("pcap")).unwrap();
        let units = read(&file).units;
        let copies = units.iter().filter(|unit| unit.copy_of.is_some()).count();
        assert_eq!(copies * 2, if twice { units.len() } else { 0 }, "{name}");
        for it in &units {
            let same = |frame: u64| units.iter().any(|other| other.place == frame && other.bytes == it.bytes && other.copy_of.is_none());
            assert!(it.copy_of.is_none_or(same), "{name}");
        }
    }
}
