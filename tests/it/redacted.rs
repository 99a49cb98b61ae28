//! Takes captures, has them audited with pseudonyms, and holds every report to what it was without: the same verdicts, and no name of a person.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use sip3xx::analysis::{self, Input, Listing, Options, Redaction, Taken, Written};
use sip3xx::capture::{Capture, LinkType, PcapNgWriter};
use sip3xx::filter::Filter;
use sip3xx::report::model::{Redirect, Report};
use sip3xx::report::{self, FORMATS, Presentation};
use sip3xx::sip::{Message, Uri};

use crate::support::real_captures::{captures_in, folder};
use crate::support::sample_files::{files_below, read, samples};
use crate::support::tshark;

/// Every capture that is there.
fn all_captures() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = ["pcap", "pcapng"].into_iter().flat_map(|extension| files_below(&samples(), extension)).collect();
    all.extend(folder("").iter().flat_map(|folder| captures_in(folder)));
    all
}

fn redacting() -> Options {
    Options { redaction: Some(Redaction::default()), ..Options::default() }
}

fn audit(capture: &Path, options: &Options) -> Option<Report> {
    analysis::audit(&[Input::File(capture.to_owned())], options, &mut |_| {}).ok()
}

/// What is said of a redirect, without what it calls anybody.
fn judged(redirect: &Redirect) -> String {
    let attempts = redirect.attempts.iter().map(|attempt| {
        let frame = attempt.seen.frame;
        format!(
            "{frame} {} {:?} {:?} {} {:?} {:?}",
            attempt.link, attempt.contact, attempt.r#match, attempt.next_hop, attempt.outcome, attempt.transport_error
        )
    });
    let findings =
        redirect.findings.iter().map(|finding| format!("{} {} {} {:?}", finding.rule, finding.level, finding.clause, finding.primary));
    let alternative = redirect
        .alternative
        .as_ref()
        .map(|offer| (offer.kind, &offer.service, &offer.action, offer.meaning.as_ref().map(String::len), offer.uris.len()));
    let told: Vec<String> = attempts.chain(findings).collect();
    let future = redirect.future.as_ref().map(|future| future.verdict);
    format!("{} {} {} {future:?} {alternative:?} {told:#?}", redirect.id, redirect.status, redirect.verdict)
}

/// The users and display names in the messages of a capture that are long enough to be known again.
fn people_in(capture: &Path) -> BTreeSet<String> {
    static OWN_WORDS: LazyLock<BTreeSet<String>> = LazyLock::new(own_words);
    let mut people = BTreeSet::new();
    let mut take = |message: &Message<'_>| {
        let mut users: Vec<Vec<u8>> = Vec::new();
        let mut user = |uri: &[u8]| users.extend(Uri::parse(uri).user().map(<[u8]>::to_vec));
        message.request_uri().into_iter().for_each(&mut user);
        message.from().into_iter().chain(message.to()).for_each(|address| user(address.uri));
        message.contacts().for_each(|contact| user(contact.uri()));
        users.extend(message.from().into_iter().chain(message.to()).map(|address| address.display_name().into_owned()));
        for user in users {
            let text = String::from_utf8_lossy(&user).into_owned();
            let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| word.len() > 4 && !is_role(word));
            people.extend(words.map(str::to_lowercase).filter(|word| !OWN_WORDS.contains(word)));
        }
    };
    let mut row = |row: &sip3xx::filter::Row<'_>| {
        take(&row.sighting.message);
        Taken::PassedOver
    };
    let _ = analysis::list(&[Input::File(capture.to_owned())], &Listing::default(), &mut |_| {}, &mut row);
    people
}

/// Whether a user is no person.
fn is_role(word: &str) -> bool {
    ["anonymous", "unavailable", "emergency"].contains(&word.to_lowercase().as_str())
}

/// The words of `text`, in lower case.
fn words_of(text: &str) -> BTreeSet<String> {
    text.split(|letter: char| !letter.is_alphanumeric()).map(str::to_lowercase).collect()
}

/// The words that the program has of itself: a name that is among them proves nothing.
fn own_words() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = ["docs/rules.md", "docs/reports.md", "docs/report.schema.json"].map(|page| read(&root.join(page)));
    // Two programs in the captures of real clients call their users after themselves.
    words_of(&[pages.concat().as_str(), " sofia sipsak"].concat())
}

/// The words of `people` that stand in `text` as words.
fn named_in(text: &str, people: &BTreeSet<String>) -> Vec<String> {
    words_of(text).intersection(people).cloned().collect()
}

#[test]
fn verdicts_findings_and_attempts_are_the_same_with_pseudonyms() {
    let (mut compared, mut differences) = (0, Vec::new());
    for capture in all_captures() {
        let Some(plain) = audit(&capture, &Options::default()) else { continue };
        let redacted = audit(&capture, &redacting()).expect("it was read a moment ago");
        assert!(redacted.options.redacted && !plain.options.redacted);
        let all = |report: &Report| report.redirects.iter().chain(&report.companions).map(judged).collect::<Vec<_>>();
        compared += plain.redirects.len();
        if all(&plain) != all(&redacted) || plain.captures != redacted.captures {
            differences.push((capture, all(&plain), all(&redacted)));
        }
    }
    assert!(compared > 100);
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn no_report_names_a_person() {
    let (mut people_met, mut messages, mut told) = (0, 0, Vec::new());
    for capture in all_captures() {
        let options = redacting();
        let Some(report) = audit(&capture, &options) else { continue };
        let report = analysis::with_ladders(&[Input::File(capture.clone())], &options, report, &mut |_| {}).expect("it is still there");
        let people = people_in(&capture);
        people_met += people.len();
        messages += report.ladders.iter().map(|ladder| ladder.messages.len()).sum::<usize>();
        for format in FORMATS {
            let mut text = Vec::new();
            format.write(&report, &Presentation::default(), &mut text).expect("memory can be written");
            let shown = capture.display().to_string();
            let text = String::from_utf8_lossy(&text).replace(&shown, "");
            told.extend(named_in(&text, &people).into_iter().map(|name| format!("{} {}: {name}", capture.display(), format.name)));
        }
    }
    assert!(people_met > 10 && messages > 1_000, "{people_met} {messages}");
    assert!(told.is_empty(), "{told:#?}");
}

#[test]
fn the_same_capture_has_the_same_pseudonyms_and_another_one_others() {
    let office = samples().join("captures/mixed-office.pcap");
    let uris = |report: &Report| {
        let contacts = report.redirects.iter().flat_map(|redirect| &redirect.contacts);
        contacts.map(|contact| contact.uri.clone()).collect::<Vec<_>>()
    };
    let first = audit(&office, &redacting()).expect("a sample");
    assert_eq!(first, audit(&office, &redacting()).expect("a sample"));
    let plain = audit(&office, &Options::default()).expect("a sample");
    assert!(uris(&first).iter().zip(uris(&plain)).all(|(redacted, plain)| *redacted != plain && redacted.len() == plain.len()));
    // One redaction for several analyses, as with --separate, has one key.
    let options = redacting();
    let followed = samples().join("captures/redirect-followed.pcap");
    audit(&followed, &options).expect("a sample");
    assert_ne!(uris(&audit(&office, &options).expect("a sample")), uris(&first));
}

#[test]
fn a_filter_looks_for_what_was_captured_and_tells_of_it_with_pseudonyms() {
    let office = samples().join("captures/mixed-office.pcap");
    let plain = audit(&office, &Options::default()).expect("a sample");
    let wanted = &plain.redirects[1];
    let filter = Filter::parse(&format!("sip.Call-ID == \"{}\"", wanted.call_id)).expect("a filter");
    let picked = analysis::audit_with_members(&[Input::File(office)], &redacting(), Some(&filter), &mut |_| {}).expect("a sample").report;
    let numbers: Vec<u64> = picked.redirects.iter().map(|redirect| redirect.id).collect();
    assert_eq!(numbers, [wanted.id]);
    assert_ne!(picked.redirects[0].contacts[0].uri, wanted.contacts[0].uri);
}

/// Writes the frames of the calls in `capture` with pseudonyms to a file of that name; gives it with the report, and what became of the frames.
fn written(name: &str, capture: &Path) -> Option<(PathBuf, Report, Written)> {
    let (inputs, options) = ([Input::File(capture.to_owned())], redacting());
    let audited = analysis::audit_with_members(&inputs, &options, None, &mut |_| {}).ok()?;
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut out = fs::File::create(&file).expect("the folder for tests can be written");
    let written = analysis::write_members(&inputs, &options, &audited, &mut |_| {}, &mut out).expect("it can be read again");
    Some((file, audited.report, written))
}

#[test]
fn frames_with_pseudonyms_name_nobody_and_come_to_the_same_verdicts() {
    let (mut frames, mut told) = (0, Vec::new());
    for capture in all_captures() {
        let Some((file, report, written)) = written("masked.pcapng", &capture) else { continue };
        let again = audit(&file, &Options::default()).expect("it was just written");
        let is_all_there = written.left_out == 0 && written.blank == 0;
        if is_all_there && report::departures(&report, &again).expect("all is in memory") > 0 {
            told.push(format!("{}: other verdicts", capture.display()));
        }
        frames += written.frames;
        let octets = fs::read(&file).expect("it was just written");
        let named = named_in(&String::from_utf8_lossy(&octets), &people_in(&capture));
        told.extend(named.into_iter().map(|name| format!("{}: {name}", capture.display())));
    }
    assert!(frames > 1_000, "{frames}");
    assert!(told.is_empty(), "{told:#?}");
}

#[test]
fn what_cannot_be_redacted_is_left_out_and_counted() {
    let (file, report, told) = written("left-out.pcapng", &samples().join("captures/websocket-redirect.pcap")).expect("a sample");
    assert_eq!((report.redirects.len(), told.left_out > 0), (1, true), "{told:?}");
    assert_eq!(audit(&file, &Options::default()).map(|report| report.captures[0].sip_messages), Some(0));
    let (_, _, told) = written("whole.pcapng", &samples().join("captures/mixed-office.pcap")).expect("a sample");
    assert_eq!((told.left_out, told.blank), (0, 0));
}

#[test]
fn comments_and_words_of_the_capture_are_not_written_with_pseudonyms() {
    let mut capture = Capture::open(&samples().join("captures/redirect-followed.pcap")).expect("a sample");
    let mut writer = PcapNgWriter::new(Vec::new()).expect("memory can be written");
    let interface = writer.interface(LinkType(1)).expect("memory can be written");
    while capture.advance() {
        let frame = capture.frame().expect("it was read");
        let comments: &[&[u8]] = &[b"ask Winnifred"];
        writer.write_commented(interface, frame.time, frame.data, frame.original_len, comments).expect("memory can be written");
    }
    let commented = Path::new(env!("CARGO_TARGET_TMPDIR")).join("commented.pcapng");
    fs::write(&commented, writer.into_inner()).expect("the folder for tests can be written");
    let (file, ..) = written("uncommented.pcapng", &commented).expect("a capture");
    let text = String::from_utf8_lossy(&fs::read(&file).expect("it was just written")).into_owned();
    assert!(!text.contains("Winnifred") && text.contains("sip3xx redirect 1: 302, correct"));
    // Without, they are kept beside what was found.
    let inputs = [Input::File(commented)];
    let audited = analysis::audit_with_members(&inputs, &Options::default(), None, &mut |_| {}).expect("a capture");
    let mut plain = Vec::new();
    analysis::write_members(&inputs, &Options::default(), &audited, &mut |_| {}, &mut plain).expect("a capture");
    let text = String::from_utf8_lossy(&plain).into_owned();
    assert!(text.contains("Winnifred") && text.contains("sip3xx redirect 1: 302, correct"));
}

#[test]
fn tshark_finds_the_checksums_as_right_as_they_were() {
    let checks = ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE"];
    let bad = "ip.checksum.status == 0 || udp.checksum.status == 0 || tcp.checksum.status == 0 || icmp.checksum.status == 0";
    let names = ["captures/mixed-office.pcap", "captures/emergency-380.pcap"].map(|name| samples().join(name));
    let real = ["c05_tcp_every_odd_boundary.pcap", "c01_ipfrag_inorder.pcap", "c16_vxlan.pcap", "c40_ip4_in_ip6.pcap"];
    let real = folder("").into_iter().flat_map(|folder| real.map(|name| folder.join(name)));
    for capture in names.into_iter().chain(real) {
        let (file, ..) = written("checksums.pcapng", &capture).expect("a capture");
        let times = |path: &Path| tshark::read(path, &checks, bad, &["frame.time_epoch"]).map(|reading| reading.rows);
        let (Some(before), Some(after)) = (times(&capture), times(&file)) else { return };
        let new: Vec<_> = after.iter().filter(|time| !before.contains(time)).collect();
        assert!(new.is_empty(), "{}: {new:?}", capture.display());
    }
}
