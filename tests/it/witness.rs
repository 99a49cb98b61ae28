//! Takes every capture at hand, asks tshark which SIP messages each frame of it holds and what they say, and holds ours to that.
//!
//! Invariant: where the two differ, a table says why ours is right; a row that no longer differs fails too.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread;

use sip3xx::analysis::{self, Input, Listing, Taken};
use sip3xx::filter::fields::named;

use crate::support::real_captures::{captures_in, folder, name_of, tshark_options};
use crate::support::sample_files::one_capture_of_all;
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

/// Messages that were sent, not those that an ICMP error quotes.
const FILTER: &str = "sip && !icmp && !icmpv6";
/// What is compared of a message; the first two say whether there is one.
const FIELDS: [&str; 9] = [
    "sip.Method",
    "sip.Status-Code",
    "sip.r-uri",
    "sip.Call-ID",
    "sip.CSeq",
    "sip.Via.branch",
    "sip.from.tag",
    "sip.to.tag",
    "sip.contact.uri",
];

/// A field that we read otherwise.
struct Misread {
    file: &'static str,
    field: &'static str,
    why: &'static str,
}

const CUT: &str = "tshark reads no header of a message that the snap length cut, and those in front of the cut are whole";
const ESCAPED_QUOTE: &str = "tshark gives the Contact up at an escaped quote in the display name";

/// Every field that is read otherwise in some frame, by the name of the file.
const MISREAD: &[Misread] = &[
    Misread {
        file: "counted.pcap",
        field: "sip.contact.uri",
        why: "a quote is not closed in the Contact of a sample, which says so; tshark reads no URI there, and the brackets still show it",
    },
    Misread { file: "c26_snaplen_620.pcap", field: "sip.Call-ID", why: CUT },
    Misread { file: "c26_snaplen_620.pcap", field: "sip.CSeq", why: CUT },
    Misread { file: "c26_snaplen_620.pcap", field: "sip.Via.branch", why: CUT },
    Misread { file: "c26_snaplen_620.pcap", field: "sip.from.tag", why: CUT },
    Misread { file: "c26_snaplen_620.pcap", field: "sip.contact.uri", why: CUT },
    Misread { file: "b08_baresip_contact_forms.pcap", field: "sip.contact.uri", why: ESCAPED_QUOTE },
    Misread { file: "c10_vlan.pcap", field: "sip.contact.uri", why: ESCAPED_QUOTE },
];

/// The values of each of [`FIELDS`] in all messages of a frame, by frame.
type Read = BTreeMap<u64, Vec<Vec<String>>>;

fn count(read: &Read) -> u64 {
    read.values().flat_map(|fields| fields.iter().take(2)).map(|values| values.len() as u64).sum()
}

/// What tshark reads; `None` where it is not installed.
fn read_by_tshark(capture: &Path) -> Option<Read> {
    let options = tshark_options(capture);
    let mut options: Vec<&str> = options.iter().map(String::as_str).collect();
    options.extend(["-o", "tcp.reassemble_out_of_order:TRUE"]);
    let names: Vec<&str> = ["frame.number"].into_iter().chain(FIELDS).collect();
    let values = |cell: &String| cell.split(BETWEEN_VALUES).filter(|value| !value.is_empty()).map(str::to_owned).collect();
    let rows = tshark::read(capture, &options, FILTER, &names)?.rows;
    let frames = rows.iter().filter_map(|row| {
        let fields: Vec<Vec<String>> = row.iter().skip(1).map(values).collect();
        // A row without a start line goes on with a message that tshark has not put together.
        let holds_message = fields.iter().take(2).any(|values| !values.is_empty());
        holds_message.then(|| (row[0].parse().expect("a frame number"), fields))
    });
    Some(frames.collect())
}

/// What we read; nothing where the capture is refused.
fn read_by_us(capture: &Path) -> Read {
    let fields = FIELDS.map(|name| named(name).expect("a field"));
    let mut read = Read::new();
    // What cannot be read at all holds nothing, which the table of differences must know.
    let _ = analysis::list(&[Input::File(capture.to_owned())], &Listing::default(), &mut |_| {}, &mut |row| {
        let frame = read.entry(row.frame.number).or_insert_with(|| vec![Vec::new(); FIELDS.len()]);
        for (field, values) in fields.iter().zip(frame) {
            field.values(row, &mut |value| values.extend(Some(value.to_string()).filter(|text| !text.is_empty())));
        }
        Taken::Shown
    });
    read
}

/// What is wrong with the two readings of one capture, if anything.
fn objections_to(capture: &Path, theirs: &Read, ours: &Read) -> Vec<String> {
    let name = name_of(capture);
    let (tshark, us) = (count(theirs), count(ours));
    let mut objections = Vec::new();
    match DIFFERENCES.iter().find(|difference| difference.file == name) {
        None if tshark == us => {}
        None => objections.push(format!("{name}: tshark sees {tshark} messages, we see {us}")),
        Some(known) if (known.tshark, known.ours) == (tshark, us) => {}
        Some(known) => objections.push(format!(
            "{name}: tshark sees {tshark} messages, we see {us}; the table says {} and {}, because {}",
            known.tshark, known.ours, known.why
        )),
    }
    for (nth, field) in FIELDS.iter().enumerate() {
        let differs = theirs.iter().find(|(frame, fields)| ours.get(frame).is_some_and(|own| own[nth] != fields[nth]));
        let known = MISREAD.iter().find(|misread| (misread.file, misread.field) == (name, field));
        match (differs, known) {
            (None, None) | (Some(_), Some(_)) => {}
            (None, Some(known)) => objections.push(format!("{name}: {field} is no longer read otherwise ({})", known.why)),
            (Some((frame, fields)), None) => {
                let own = &ours[frame][nth];
                objections.push(format!("{name}, frame {frame}: {field} is {:?} to tshark, and {own:?} to us", fields[nth]));
            }
        }
    }
    objections
}

/// What is wrong with some of the captures; `None` where tshark is not installed.
fn objections(captures: &[PathBuf]) -> Option<Vec<String>> {
    let mut found = Vec::new();
    for capture in captures {
        found.extend(objections_to(capture, &read_by_tshark(capture)?, &read_by_us(capture)));
    }
    Some(found)
}

#[test]
fn tshark_reads_the_same_messages_in_captures_of_real_clients() {
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
fn tshark_reads_the_same_messages_in_every_sample() {
    let (file, _) = one_capture_of_all("counted.pcap");
    let Some(found) = objections(&[file]) else { return };
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn every_difference_is_of_a_capture_that_is_there() {
    let parts: Option<Vec<PathBuf>> = ["", "public", "containers"].into_iter().map(folder).collect();
    let Some(parts) = parts else { return };
    let captures: Vec<PathBuf> = parts.iter().flat_map(|part| captures_in(part)).collect();
    assert!(MISREAD.iter().all(|misread| !misread.why.is_empty()));
    for known in DIFFERENCES {
        assert!(known.tshark != known.ours && captures.iter().any(|capture| name_of(capture) == known.file), "{}", known.file);
    }
}
