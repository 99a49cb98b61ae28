//! Takes captures, holds the ladders that the library gives to what the report on them says.

use std::fs;
use std::path::{Path, PathBuf};

use sip3xx::analysis::{self, Input, Options, Wanted};
use sip3xx::report::Format;
use sip3xx::report::model::{Ladder, Part, Report, Sighting, Standing, Subject, Verdict};

use crate::support::capture_text::capture_of_text;
use crate::support::real_captures::{captures_in, folder, name_of};
use crate::support::sample_files::{files_below, samples};

/// The report with its ladders of several captures.
fn report_of(paths: &[&Path]) -> Report {
    let inputs: Vec<Input> = paths.iter().map(|path| Input::File(path.to_path_buf())).collect();
    let options = Options::default();
    let report = analysis::audit(&inputs, &options, &mut |_| {}).expect("can be read");
    analysis::with_ladders(&inputs, &options, report, &mut |_| {}).expect("can be read again")
}

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/captures").join(name)
}

/// A capture of `text` in the folder for tests.
fn written(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, capture_of_text(text).expect("is well-formed")).expect("the folder for tests can be written");
    path
}

/// The place of the message that bears a mark.
fn marked(ladder: &Ladder, is: &Standing) -> Option<(u32, u64, u32)> {
    let message = ladder.messages.iter().find(|message| message.marks.iter().any(|mark| mark.is == *is))?;
    Some(place(&message.seen))
}

fn place(seen: &Sighting) -> (u32, u64, u32) {
    (seen.capture, seen.frame, seen.index)
}

/// Holds every ladder of `report` to its redirect.
fn hold(report: &Report, name: &str) {
    assert_eq!(report.ladders.len(), report.redirects.len() + report.companions.len(), "{name}");
    for ladder in &report.ladders {
        let redirect = ladder.redirect(report).expect("a ladder shows a redirect");
        let at = format!("{name} {:?}", ladder.subject);
        let wanted = |seen: Option<&Sighting>| seen.map(place);
        assert_eq!(marked(ladder, &Standing::Redirect), Some(place(&redirect.response.seen)), "{at}");
        assert_eq!(marked(ladder, &Standing::Redirected), wanted(redirect.request.as_ref().map(|request| &request.seen)), "{at}");
        assert_eq!(marked(ladder, &Standing::Ack), wanted(redirect.ack.as_ref().map(|ack| &ack.seen)), "{at}");
        for (nth, attempt) in (1..).zip(&redirect.attempts) {
            assert_eq!(marked(ladder, &Standing::Attempt(nth)), Some(place(&attempt.seen)), "{at}");
        }
        for later in redirect.future.iter().flat_map(|future| &future.requests) {
            assert!(ladder.messages.iter().any(|message| place(&message.seen) == place(&later.seen)), "{at}");
        }
        for message in &ladder.messages {
            let (from, to) = (&ladder.participants[message.from], &ladder.participants[message.to]);
            assert!(message.source.contains(&from.address) && message.destination.contains(&to.address), "{at}");
            assert!(message.call < ladder.call_ids.len(), "{at}");
            assert!(message.cut || message.text.len() as u64 >= message.octets, "{at}");
        }
    }
}

#[test]
fn every_redirect_of_every_sample_has_a_ladder_that_marks_what_its_report_names() {
    for extension in ["pcap", "pcapng"] {
        for path in files_below(&samples(), extension) {
            hold(&report_of(&[&path]), &path.display().to_string());
        }
    }
}

#[test]
fn every_redirect_of_every_real_capture_has_such_a_ladder() {
    let Some(folder) = folder("") else { return };
    for path in captures_in(&folder) {
        hold(&report_of(&[&path]), name_of(&path));
    }
}

#[test]
fn a_ladder_tells_who_takes_part() {
    let report = report_of(&[&sample("mixed-office.pcap")]);
    let ladder = report.ladders.iter().find(|ladder| ladder.redirect(&report).is_some_and(|redirect| redirect.followed_by().is_some()));
    let ladder = ladder.expect("some redirect was followed");
    let parts: Vec<_> = ladder.participants.iter().map(|participant| participant.part).collect();
    assert!(parts.starts_with(&[Part::Client, Part::Server]), "{parts:?}");
    assert_eq!(ladder.participants[1].product.as_deref(), Some("Relay/3.0"));
}

#[test]
fn an_attempt_under_another_call_id_brings_its_call_along() {
    let has_two = |report: &Report| {
        report.ladders.iter().any(|ladder| {
            let calls_of_attempts =
                ladder.messages.iter().filter(|message| message.marks.iter().any(|mark| matches!(mark.is, Standing::Attempt(_))));
            calls_of_attempts.map(|attempt| attempt.call).any(|call| {
                call > 0 && ladder.messages.iter().filter(|message| message.call == call && message.status.is_some()).count() > 0
            })
        })
    };
    let all: Vec<PathBuf> = files_below(&samples(), "pcap");
    assert!(all.iter().any(|path| has_two(&report_of(&[path]))), "no sample has an attempt under another Call-ID with its answer");
}

/// A call of `dialog` requests inside of it that was redirected first; `head` goes ahead.
fn long_call(head: usize, behind: usize) -> String {
    let request = |method: &str, cseq: usize, to_tag: &str| {
        format!(
            "{method} sip:bob@192.0.2.20 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK{cseq}{method}\nFrom: <sip:a@x.example>;tag=1\n\
             To: <sip:bob@192.0.2.20>{to_tag}\nCall-ID: long@192.0.2.10\nCSeq: {cseq} {method}\nMax-Forwards: 70\nContent-Length: auto\n\n"
        )
    };
    let there = "192.0.2.10:5060 > 192.0.2.20:5060 udp\n";
    let mut text = String::new();
    for cseq in 1..=head {
        text += &format!("@ {} {there}{}", if cseq == 1 { "0" } else { "+0.2" }, request("OPTIONS", cseq, ""));
    }
    text += &format!("@ +0.2 {there}{}", request("INVITE", 100_000, ""));
    text += "@ +0.01 192.0.2.20:5060 > 192.0.2.10:5060 udp\nSIP/2.0 302 Moved Temporarily\nVia: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK100000INVITE\n\
             From: <sip:a@x.example>;tag=1\nTo: <sip:bob@192.0.2.20>;tag=2\nCall-ID: long@192.0.2.10\nCSeq: 100000 INVITE\n\
             Contact: <sip:bob@198.51.100.30>\nContent-Length: auto\n\n";
    for cseq in 1..=behind {
        text += &format!("@ +0.2 {there}{}", request("OPTIONS", 200_000 + cseq, ";tag=2"));
    }
    text
}

#[test]
fn a_long_call_is_told_up_to_a_bound_and_what_is_left_out_is_counted() {
    let path = written("ladder-long.pcap", &long_call(500, 2_000));
    let report = report_of(&[&path]);
    let ladder = &report.ladders[0];
    let at = |is: &Standing| ladder.messages.iter().position(|message| message.marks.iter().any(|mark| mark.is == *is));
    assert_eq!(at(&Standing::Redirected), Some(100), "the last hundred from before it are told");
    assert_eq!((ladder.messages.len(), ladder.left_out), (300, 2_502 - 300));

    let inputs = [Input::File(path)];
    let wanted = [Wanted::Call("long@192.0.2.10".to_owned()), Wanted::Of(Subject::Redirect(1)), Wanted::Call("nobody".to_owned())];
    let ladders = analysis::ladders(&inputs, &Options::default(), &report, &wanted, &mut |_| {}).expect("can be read");
    assert_eq!((ladders[0].messages.len(), ladders[0].left_out), (2_000, 502));
    assert_eq!(ladders[1], *ladder);
    assert!(ladders[2].messages.is_empty() && ladders[2].participants.is_empty());
}

#[test]
fn what_a_second_tap_shows_once_more_is_counted_and_not_told() {
    let path = sample("redirect-followed.pcap");
    let (one, two) = (report_of(&[&path]), report_of(&[&path, &path]));
    assert_eq!(two.ladders[0].messages.len(), one.ladders[0].messages.len());
    assert_eq!((one.ladders[0].copies, two.ladders[0].copies), (0, one.ladders[0].messages.len() as u64));
}

#[test]
fn the_connections_of_a_client_are_one_participant() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/captures/redirect-followed.sip")).expect("is there");
    let text = text.replace("192.0.2.10:5060 > 192.0.2.20:5060 udp", "192.0.2.10:40001 > 192.0.2.20:5060 tcp");
    let text = text.replace("192.0.2.20:5060 > 192.0.2.10:5060 udp", "192.0.2.20:5060 > 192.0.2.10:40001 tcp");
    let text = text.replace("192.0.2.10:5060 > 198.51.100.30:5060 udp", "192.0.2.10:40002 > 198.51.100.30:5060 tcp");
    let text = text
        .replace("198.51.100.30:5060 > 192.0.2.10:5060 udp", "198.51.100.30:5060 > 192.0.2.10:40002 tcp")
        .replace("SIP/2.0/UDP", "SIP/2.0/TCP");
    let report = report_of(&[&written("ladder-connections.pcap", &text)]);
    let ports: Vec<&[u16]> = report.ladders[0].participants.iter().map(|participant| participant.ports.as_slice()).collect();
    assert_eq!(ports, [&[5060, 40_001, 40_002][..], &[5060], &[5060]]);
}

#[test]
fn a_report_without_formats_that_show_messages_has_no_ladders_and_its_json_never_has() {
    let report = report_of(&[&sample("redirect-followed.pcap")]);
    assert!(!report.ladders.is_empty());
    let mut json = Vec::new();
    Format::named("json").expect("is there").write(&report, &Default::default(), &mut json).expect("can be written");
    assert!(!String::from_utf8_lossy(&json).contains("\"ladders\""));
    assert!(report.redirects.iter().all(|redirect| redirect.verdict == Verdict::Correct));
}

#[test]
fn what_came_through_a_pipe_is_told_to_have_no_ladders() {
    let report = report_of(&[&sample("redirect-followed.pcap")]);
    let again = analysis::with_ladders(&[Input::Stdin], &Options::default(), Report { ladders: Vec::new(), ..report }, &mut |_| {});
    let again = again.expect("nothing is read");
    assert!(again.ladders.is_empty() && again.hints.iter().any(|hint| hint.contains("cannot be read again")));
}
