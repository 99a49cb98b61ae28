//! Takes every capture at hand, asks tshark how many SIP messages it holds, and holds our count to that.
//!
//! Invariant: where the two differ, a table says why ours is right; a row that no longer differs fails too.

use std::path::{Path, PathBuf};
use std::thread;

use crate::support::audited::{report_of, try_report_of};
use crate::support::real_captures::{captures_in, folder, name_of, tshark_options};
use crate::support::sample_files::{APART_MICROS, files_below, one_capture_of_all, samples};
use crate::support::sip_text::EPOCH_MICROS;
use crate::support::tshark::{self, BETWEEN_VALUES};

/// A capture in which we do not see what tshark sees.
struct Difference {
    file: &'static str,
    tshark: u64,
    /// Ours; 0 where the capture is refused.
    ours: u64,
    why: &'static str,
}

const FOREIGN: &str = "not a format that is read here, which the error says, with the way to convert it";

/// Every difference, by the name of the file.
const DIFFERENCES: &[Difference] = &[
    Difference {
        file: "c09_tcp_crlf_keepalives.pcap",
        tshark: 6,
        ours: 18,
        why: "CRLFs stand before the messages of a stream, which RFC 3261, 7.5 has us ignore; tshark takes the stream for no SIP",
    },
    Difference {
        file: "c33_lowercase_headers.pcap",
        tshark: 0,
        ours: 21,
        why: "start lines and header names are in order, but lower case, which RFC 3261, 7.3.1 allows for names; tshark takes none of it for SIP",
    },
    Difference {
        file: "OISF-suricata-verify__tests__http-evader__http-evader-486__input.pcap",
        tshark: 0,
        ours: 1,
        why: "a web server's answer begins with a SIP status line; it is counted, and told as undecodable, for it has no SIP headers",
    },
    Difference { file: "ec_5views.cap", tshark: 7, ours: 0, why: FOREIGN },
    Difference { file: "ec_netmon2.cap", tshark: 7, ours: 0, why: FOREIGN },
    Difference { file: "ec_ngsniffer.cap", tshark: 7, ours: 0, why: FOREIGN },
    Difference { file: "ec_snoop.cap", tshark: 7, ours: 0, why: FOREIGN },
    Difference {
        file: "ng_badopts.pcapng",
        tshark: 0,
        ours: 2,
        why: "an option claims more octets than its block has; tshark gives up the file, and the packets do not need the option",
    },
    Difference {
        file: "ng_be_allblocks.pcapng",
        tshark: 2,
        ours: 3,
        why: "tshark gives up the file at a short journal block; the packet behind it is whole",
    },
    Difference { file: "ng_le_allblocks.pcapng", tshark: 2, ours: 3, why: "as the one in the other byte order" },
    Difference {
        file: "ng_if_oob.pcapng",
        tshark: 0,
        ours: 1,
        why: "one packet names an interface that was not described; tshark gives up the file, and the other packet is whole",
    },
    Difference {
        file: "ng_spb_snap.pcapng",
        tshark: 0,
        ours: 1,
        why: "the snap length cut the packets; one still shows its start line, and is told as cut",
    },
];

/// Start lines of messages that were sent, not those that an ICMP error quotes.
const FILTER: &str = "sip && !icmp && !icmpv6";
const START_LINES: [&str; 3] = ["frame.time_epoch", "sip.Request-Line", "sip.Status-Line"];

/// How many messages stand in a row of [`START_LINES`]: several in one segment stand in one row.
fn messages_in(row: &[String]) -> u64 {
    let lines = row.iter().skip(1).filter(|lines| !lines.is_empty());
    lines.map(|lines| lines.split(BETWEEN_VALUES).count() as u64).sum()
}

/// How many messages tshark sees; `None` where it is not installed.
fn seen_by_tshark(capture: &Path) -> Option<u64> {
    let options = tshark_options(capture);
    let mut options: Vec<&str> = options.iter().map(String::as_str).collect();
    options.extend(["-o", "tcp.reassemble_out_of_order:TRUE"]);
    let reading = tshark::read(capture, &options, FILTER, &START_LINES)?;
    Some(reading.rows.iter().map(|row| messages_in(row)).sum())
}

/// How many we see.
fn seen_by_us(capture: &Path) -> u64 {
    try_report_of(capture).map_or(0, |report| report.captures.iter().map(|capture| capture.sip_messages).sum())
}

/// What is wrong with the two counts of one capture, if anything.
fn objection(capture: &Path, tshark: u64, ours: u64) -> Option<String> {
    let name = name_of(capture);
    match DIFFERENCES.iter().find(|difference| difference.file == name) {
        None if tshark == ours => None,
        None => Some(format!("{name}: tshark sees {tshark} messages, we see {ours}")),
        Some(known) if (known.tshark, known.ours) == (tshark, ours) => None,
        Some(known) => Some(format!(
            "{name}: tshark sees {tshark} messages, we see {ours}; the table says {} and {}, because {}",
            known.tshark, known.ours, known.why
        )),
    }
}

/// What is wrong with some of the captures; `None` where tshark is not installed.
fn objections(captures: &[PathBuf]) -> Option<Vec<String>> {
    let mut found = Vec::new();
    for capture in captures {
        let tshark = seen_by_tshark(capture)?;
        found.extend(objection(capture, tshark, seen_by_us(capture)));
    }
    Some(found)
}

#[test]
fn tshark_counts_the_same_messages_in_captures_of_real_clients() {
    let mut captures: Vec<PathBuf> =
        ["", "public", "containers"].into_iter().filter_map(folder).flat_map(|part| captures_in(&part)).collect();
    // The slow ones are neighbours: dealt out one by one, both threads get some of them.
    captures.sort_by_key(|capture| capture.metadata().map_or(0, |about| about.len()));
    let (mut even, mut odd) = (Vec::new(), Vec::new());
    for (index, capture) in captures.into_iter().enumerate() {
        if index % 2 == 0 { even.push(capture) } else { odd.push(capture) }
    }
    let found = thread::scope(|scope| {
        let other = scope.spawn(|| objections(&odd));
        let mut found = objections(&even)?;
        found.extend(other.join().expect("the other half was judged")?);
        Some(found)
    });
    let Some(found) = found else { return };
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn tshark_counts_the_same_messages_in_every_sample() {
    let (file, _) = one_capture_of_all("counted.pcap");
    let Some(reading) = tshark::read(&file, &[], FILTER, &START_LINES) else { return };
    let texts = files_below(&samples(), "sip");
    let mut seen = vec![0; texts.len()];
    for row in &reading.rows {
        let seconds: u64 = row[0].split('.').next().and_then(|seconds| seconds.parse().ok()).expect("seconds since the epoch");
        let index = (seconds * 1_000_000 - EPOCH_MICROS) / APART_MICROS;
        seen[usize::try_from(index).expect("a number of a sample")] += messages_in(row);
    }
    // What tshark was shown of a sample of damage is not damaged.
    for (text, tshark) in texts.iter().zip(seen).filter(|(text, _)| !text.starts_with(samples().join("faults"))) {
        let report = report_of(&text.with_extension("pcap"));
        assert_eq!(report.captures[0].sip_messages, tshark, "{}", text.display());
    }
}

#[test]
fn every_difference_is_of_a_capture_that_is_there() {
    let parts: Option<Vec<PathBuf>> = ["", "public", "containers"].into_iter().map(folder).collect();
    let Some(parts) = parts else { return };
    let captures: Vec<PathBuf> = parts.iter().flat_map(|part| captures_in(part)).collect();
    for known in DIFFERENCES {
        assert!(known.tshark != known.ours && captures.iter().any(|capture| name_of(capture) == known.file), "{}", known.file);
    }
}
