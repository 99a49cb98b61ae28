//! Takes a capture with more redirects than are held in memory, holds that a report says the same wherever they wait for it.

use std::fmt::Write as _;
use std::io::{self, Cursor};
use std::path::Path;

use sip3xx::analysis::{self, Input, LaysAside, Options};
use sip3xx::report::model::{FutureVerdict, Report, Verdict};
use sip3xx::report::{FORMATS, Presentation, Sort};

use crate::support::capture_text::capture_of_text;
use crate::worst;

/// How many calls are redirected.
const CALLS: usize = 2_500;

/// Calls of as many clients: each is redirected and follows; a minute later every second one calls the Contact, which had no lifetime, and every third
/// the original URI.
fn calls() -> Vec<u8> {
    let mut text = String::new();
    let mut message = |step: &str, ends: &str, start: &str, call: usize, branch: &str, cseq: &str, more: &str| {
        let _ = write!(
            text,
            "@ {step} {ends} udp\n{start}\nVia: SIP/2.0/UDP 192.0.2.{}:5060;branch=z9hG4bK{branch}{call}\nFrom: <sip:c{call}@a.example>;tag=f{branch}\n\
             To: <sip:u{call}@b.example>\nCall-ID: {call}-{}\nCSeq: {cseq}\nMax-Forwards: 70\nContact: <sip:{more}>\nContent-Length: auto\n\n",
            call % 200 + 1,
            if branch.starts_with('l') { branch } else { "first" },
        );
    };
    for call in 0..CALLS {
        let host = call % 200 + 1;
        let (to_proxy, back) = (format!("192.0.2.{host}:5060 > 198.51.100.1:5060"), format!("198.51.100.1:5060 > 192.0.2.{host}:5060"));
        let to_contact = format!("192.0.2.{host}:5060 > 198.51.100.2:5060");
        let (original, contact) = (format!("sip:u{call}@b.example"), format!("t{call}@198.51.100.2"));
        let own = format!("c{call}@192.0.2.{host}");
        message("+0.02", &to_proxy, &format!("INVITE {original} SIP/2.0"), call, "a", "1 INVITE", &own);
        message("+0.001", &back, "SIP/2.0 302 Moved Temporarily", call, "a", "1 INVITE", &contact);
        message("+0.001", &to_proxy, &format!("ACK {original} SIP/2.0"), call, "a", "1 ACK", &own);
        message("+0.001", &to_contact, &format!("INVITE sip:{contact} SIP/2.0"), call, "b", "2 INVITE", &own);
        if let Some(earlier) = call.checked_sub(500) {
            let host = earlier % 200 + 1;
            let own = format!("c{earlier}@192.0.2.{host}");
            if earlier % 2 == 0 {
                let ends = format!("192.0.2.{host}:5060 > 198.51.100.2:5060");
                message("+0.001", &ends, &format!("INVITE sip:t{earlier}@198.51.100.2 SIP/2.0"), earlier, "lc", "1 INVITE", &own);
            }
            if earlier % 3 == 0 {
                let ends = format!("192.0.2.{host}:5060 > 198.51.100.1:5060");
                message("+0.001", &ends, &format!("INVITE sip:u{earlier}@b.example SIP/2.0"), earlier, "lo", "1 INVITE", &own);
            }
        }
    }
    capture_of_text(&text).expect("a capture")
}

fn audited(path: &Path, aside: Option<LaysAside>, threads: usize) -> Report {
    let threads = std::num::NonZeroUsize::new(threads).expect("one at least");
    let options = Options { retry_window_ns: 4_000_000_000, aside, threads, ..Options::default() };
    analysis::audit(&[Input::File(path.to_owned())], &options, &mut |_| {}).expect("a report")
}

/// The report in every format that takes redirects one by one, and in text also sorted.
fn written(report: &Report) -> Vec<u8> {
    let mut out = Vec::new();
    let sorted = Presentation { sort: Sort::Verdict, ..Presentation::default() };
    let as_captured = FORMATS.iter().filter(|format| format.streams(report)).map(|format| (*format, Presentation::default()));
    for (format, presentation) in as_captured.chain([(FORMATS[0], sorted)]) {
        format.write(report, &presentation, &mut out).expect("it can be written");
    }
    out
}

#[test]
fn a_report_says_the_same_whether_its_redirects_are_laid_aside_or_not() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("laid-aside.pcap");
    std::fs::write(&path, calls()).expect("a file");
    let held = audited(&path, None, 1);
    assert_eq!((held.redirects.len(), held.summary.redirects, held.aside.is_some()), (CALLS, CALLS as u64, false));
    let of =
        |verdict| held.redirects.iter().filter(|redirect| redirect.future.as_ref().is_some_and(|future| future.verdict == verdict)).count();
    assert!(of(FutureVerdict::Violated) > 200 && of(FutureVerdict::Kept) > 50, "the later requests are seen");
    assert!(held.redirects.iter().any(|redirect| redirect.verdict == Verdict::Incorrect));

    let wanted = written(&held);
    let memory = LaysAside(|| Ok(Box::new(Cursor::new(Vec::new()))));
    // What cannot be opened, or holds nothing, leaves everything in memory.
    let refused = LaysAside(|| Err(io::ErrorKind::PermissionDenied.into()));
    let full = LaysAside(|| Ok(Box::new(Cursor::new(Box::<[u8]>::default()))));
    let limited = LaysAside(|| Ok(Box::new(Cursor::new(vec![0; 6_000_000].into_boxed_slice()))));
    for (aside, threads, is_some_aside) in [(memory, 1, true), (memory, 2, true), (refused, 1, false), (full, 2, false), (limited, 1, true)]
    {
        let report = audited(&path, Some(aside), threads);
        assert_eq!((report.aside.is_some(), report.redirects.len() < CALLS), (is_some_aside, is_some_aside));
        assert!(written(&report) == wanted, "on {threads} threads");
        let mut report = report;
        report.bring_back().expect("it can be read");
        assert!(report == held);
    }
}

#[test]
fn few_redirects_with_long_messages_are_laid_aside_as_many_short_ones_are() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("laid-aside-long.pcap");
    std::fs::write(&path, worst::made("long_responses", 100)).expect("a file");
    let report = audited(&path, Some(LaysAside(|| Ok(Box::new(Cursor::new(Vec::new()))))), 1);
    assert!(report.aside.is_some(), "6 MB of messages");
    assert_eq!((report.all().count(), report.summary.redirects), (100, 100));
    assert!(report.whole().is_ok());
}
