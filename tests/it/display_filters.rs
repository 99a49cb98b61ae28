//! Takes every capture at hand and display filters, asks Wireshark which frames each picks, and holds ours to that.
//!
//! A row is a message and not a frame, so that each filter is asked of frames that hold SIP. Invariant: where the two differ, a table says
//! why ours is right.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use sip3xx::analysis::{self, Input, Listing, Taken};
use sip3xx::filter::Filter;

use crate::support::real_captures::{captures_in, folder, name_of, tshark_options};
use crate::support::sample_files::one_capture_of_all;
use crate::support::sharkd;

/// What users ask for; every operator and every group of fields is there.
const FILTERS: &[&str] = &[
    "sip",
    "sip.Method",
    "sip.Status-Code",
    "not sip.Status-Code",
    "sip.Status-Code == 302",
    "sip.Status-Code != 302",
    "sip.Status-Code >= 300 && sip.Status-Code < 400",
    "sip.Status-Code in {300..399, 180}",
    "sip.Status-Code not in {300..399}",
    "sip.Status-Code & 1",
    "sip.Status-Code == 0x12e or sip.Status-Code eq 380",
    "sip.Method == INVITE",
    "sip.Method == \"INVITE\" and not sip.to.tag",
    "sip.Method in {\"INVITE\", \"ACK\", \"BYE\"}",
    "sip.Method matches \"^(inv|reg)\"",
    "sip.Method contains \"EGI\"",
    "sip.Method > \"B\"",
    "sip.Method[0:3] == \"INV\"",
    "sip.Method[-1] == 45",
    "len(sip.Method) == 3",
    "lower(sip.Method) == \"ack\"",
    "sip.CSeq.method == \"INVITE\"",
    "sip.CSeq.seq > 1",
    "sip.Call-ID contains \"a\"",
    "sip.Call-ID ~ r\"\\d\\d\"",
    "sip.Via.branch contains \"z9hG4bK\"",
    "sip.Via.transport == \"UDP\"",
    "any sip.Via.transport != \"UDP\"",
    "count(sip.Via.branch) > 1",
    "sip.Via.sent-by.port == 5060",
    "sip.Via.received",
    "sip.r-uri contains \"alice\"",
    "sip.r-uri.user",
    "sip.r-uri.host == sip.to.host",
    "sip.r-uri.user == sip.to.user",
    "sip.r-uri.port == \"5060\"",
    "sip.from.user == \"alice\"",
    "sip.from.user[0:1] == sip.to.user[0:1]",
    "sip.from.host != sip.to.host",
    "sip.from.tag && !sip.to.tag",
    "sip.contact.uri",
    "sip.contact.uri contains \"transport=\"",
    "sip.contact.parameter contains \"expires\"",
    "count(sip.contact.uri) > 1",
    "sip.Contact matches \"q=0\"",
    "sip.User-Agent or sip.Server",
    "sip.Expires == 0",
    "sip.Max-Forwards < 70",
    "sip.Content-Length > 0",
    "sip.msg_body",
    "sdp",
    "xml",
    "sdp contains \"m=audio\"",
    "sip contains \"302\"",
    "udp && sip",
    "tcp",
    "ip.src == 10.77.0.0/24",
    "ip.addr != 10.77.0.2",
    "ip.src in {10.0.0.0..10.77.0.10}",
    "ip.src == ip.dst",
    "ipv6.addr == fd00::/8",
    "vlan.id",
    "ip.ttl < 64",
    "udp.port == 5060",
    "udp.srcport > 5060 || tcp.srcport > 5060",
    "udp.port & 0xff == 0xc4",
    "max(udp.port) > 5060",
    "frame.number <= 20",
    "frame.len > 600",
    "frame.time_relative > 1.5",
    "frame.time >= \"2023-11-14 22:13:20Z\"",
    "frame.protocols contains \"udp:sip\"",
    "not (sip.Method == INVITE or sip.Method == ACK)",
    "sip.Reason",
];

/// A filter that picks other frames of a capture than it does in Wireshark.
struct Difference {
    /// The filter; any where there is none.
    filter: Option<&'static str>,
    /// What the name of the file begins with.
    file: &'static str,
    why: &'static str,
}

const OURS_ARE_SIP: &str = "Wireshark takes none of it for SIP, and the table of counts says why it is";
const ONE_ROW_EACH: &str =
    "several messages stand in one segment: Wireshark asks all of them at once, and so finds values of one beside another's";
const ESCAPED_QUOTE: &str = "Wireshark gives the Contact up at an escaped quote in the display name";

/// Every known difference.
const DIFFERENCES: &[Difference] = &[
    Difference { filter: None, file: "c09_tcp_crlf_keepalives", why: OURS_ARE_SIP },
    Difference { filter: None, file: "c33_lowercase_headers", why: OURS_ARE_SIP },
    Difference { filter: None, file: "OISF-suricata-verify__tests__http-evader__http-evader-486", why: OURS_ARE_SIP },
    Difference { filter: None, file: "c07_tcp_coalesced", why: ONE_ROW_EACH },
    Difference {
        filter: None,
        file: "c26_snaplen_620",
        why: "Wireshark reads no header of a message that the snap length cut, and those in front of the cut are whole",
    },
    Difference {
        filter: None,
        file: "c35_tcp_mid_connection",
        why: "Wireshark calls the rest of a message, whose front the capture lacks, SIP; no message is in it",
    },
    Difference { filter: Some("sip.contact.uri"), file: "b08_baresip_contact_forms", why: ESCAPED_QUOTE },
    Difference { filter: Some("sip.contact.uri"), file: "c10_vlan", why: ESCAPED_QUOTE },
    Difference {
        filter: Some("sip.contact.uri"),
        file: "filtered",
        why: "a quote that is never closed hides the URI from Wireshark; what stands in the angle brackets is one",
    },
    Difference {
        filter: Some("sip.Via.sent-by.port == 5060"),
        file: "arkime-arkime__tests__pcap__arkime_synthetic",
        why: "Wireshark misses a port at the end of the line",
    },
    Difference {
        filter: Some("sip.r-uri.user"),
        file: "NormB-sipnab__tests__pcap-samples__sip-488-codec-reject",
        why: "Wireshark misses a user of one letter",
    },
    Difference {
        filter: Some("sip.r-uri.user == sip.to.user"),
        file: "NormB-sipnab__tests__pcap-samples__sip-488-codec-reject",
        why: "as above",
    },
];

/// The frames that our filters pick.
fn ours(capture: &Path, filters: &[Filter]) -> Vec<BTreeSet<u64>> {
    let mut picked = vec![BTreeSet::new(); filters.len()];
    let listing = Listing { conversations: true, ..Listing::default() };
    // What cannot be read at all has no frames, for Wireshark neither.
    let _ = analysis::list(&[Input::File(capture.to_owned())], &listing, &mut |_| {}, &mut |row| {
        for (filter, frames) in filters.iter().zip(&mut picked) {
            if filter.matches(row) {
                frames.insert(row.sighting.place.frame);
            }
        }
        Taken::Shown
    });
    picked
}

/// What is wrong with the filters on one capture; `None` where sharkd is not installed.
fn objections(capture: &Path, filters: &[Filter]) -> Option<Vec<String>> {
    let asked: Vec<String> = FILTERS.iter().map(|filter| format!("sip && !icmp && !icmpv6 && ({filter})")).collect();
    let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
    let theirs = sharkd::picked(capture, &asked)?;
    let name = name_of(capture);
    let mut found = Vec::new();
    for ((filter, ours), theirs) in FILTERS.iter().zip(ours(capture, filters)).zip(theirs) {
        let theirs = theirs.unwrap_or_default();
        let known = DIFFERENCES.iter().find(|known| known.filter.is_none_or(|known| known == *filter) && name.starts_with(known.file));
        if let Some(Difference { filter: Some(_), why, .. }) = known
            && ours == theirs
        {
            found.push(format!("{name}: {filter}: no longer a difference; the table says {why}"));
        }
        if ours != theirs && known.is_none() {
            let only = |one: &BTreeSet<u64>, other: &BTreeSet<u64>| one.difference(other).take(5).copied().collect::<Vec<u64>>();
            found.push(format!("{name}: {filter}: only we {:?}, only Wireshark {:?}", only(&ours, &theirs), only(&theirs, &ours)));
        }
    }
    Some(found)
}

fn all_objections(captures: &[PathBuf]) -> Option<Vec<String>> {
    let filters: Vec<Filter> = FILTERS.iter().map(|text| Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))).collect();
    let (even, odd): (Vec<_>, Vec<_>) = captures.iter().enumerate().partition(|(index, _)| index % 2 == 0);
    thread::scope(|scope| {
        let filters = &filters;
        let half = move |half: Vec<(usize, &PathBuf)>| {
            let found: Option<Vec<_>> = half.into_iter().map(|(_, capture)| objections(capture, filters)).collect();
            found.map(|found| found.concat())
        };
        let other = scope.spawn(move || half(odd));
        let mut found = half(even)?;
        found.extend(other.join().expect("the other half was asked")?);
        Some(found)
    })
}

#[test]
fn filters_pick_the_frames_that_wireshark_picks_in_captures_of_real_clients() {
    let captures: Vec<PathBuf> = ["", "public"].into_iter().filter_map(folder).flat_map(|part| captures_in(&part)).collect();
    // sharkd takes no word on what a port carries.
    let captures: Vec<PathBuf> = captures.into_iter().filter(|capture| tshark_options(capture).is_empty()).collect();
    let Some(found) = all_objections(&captures) else { return };
    assert!(found.is_empty(), "{} differences\n{}", found.len(), found.join("\n"));
}

#[test]
fn filters_pick_the_frames_that_wireshark_picks_in_every_sample() {
    let (file, _) = one_capture_of_all("filtered.pcap");
    let Some(found) = all_objections(&[file]) else { return };
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

/// What `audit` writes as JSON with the filter `filter`.
fn audited(filter: &str, capture: &str) -> serde_json::Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sip3xx"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["audit", "--format", "json", "--fail-on", "never", "-Y", filter, capture]);
    let output = command.output().expect("the program can be started");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{filter}: {error}"))
}

#[test]
fn an_audit_tells_only_of_calls_with_a_matching_message() {
    const OFFICE: &str = "samples/captures/mixed-office.pcap";
    let ids = |filter: &str| -> Vec<u64> {
        let report = audited(filter, OFFICE);
        assert_eq!(report["options"]["display_filter"], filter);
        report["redirects"].as_array().expect("a list").iter().filter_map(|redirect| redirect["id"].as_u64()).collect()
    };
    assert_eq!(ids("sip").len(), 8);
    assert_eq!(ids("frame.number == 14"), [3]);
    // The client is named in the request alone, not in the 3xx.
    assert_eq!(
        ids("sip.User-Agent contains \"Orion\" and sip.Method == INVITE"),
        ids("sip.from.user and ip.src == 192.0.2.13 and sip.Method == INVITE")
    );
    assert!(ids("sip.Method == NONE").is_empty());
}

#[test]
fn an_attempt_under_another_call_id_belongs_to_its_redirect() {
    for text in crate::support::sample_files::files_below(&crate::support::sample_files::samples(), "sip") {
        let capture = text.with_extension("pcap");
        let path = capture.to_str().expect("a plain name");
        let whole = audited("", path);
        for redirect in whole["redirects"].as_array().expect("a list") {
            let Some(attempt) = redirect["attempts"].as_array().expect("a list").iter().find(|attempt| attempt["link"] == "new-call-id")
            else {
                continue;
            };
            let filter = format!("frame.number == {}", attempt["frame"]);
            let report = audited(&filter, path);
            let picked = report["redirects"].as_array().expect("a list");
            assert!(picked.iter().any(|picked| picked["id"] == redirect["id"]), "{path}: {filter}");
            return;
        }
    }
    panic!("no sample has an attempt under another Call-ID");
}

#[test]
fn a_filter_that_is_none_is_told_with_its_place_and_ends_with_2() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sip3xx"));
    let output = command.args(["audit", "-Y", "sip.method == INVITE", "no-such-file"]).output().expect("the program can be started");
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("did you mean sip.Method?") && told.ends_with("    sip.method == INVITE\n    ^~~~~~~~~~\n"), "{told}");
}
