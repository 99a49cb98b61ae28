//! Takes captures, has `sip3xx audit -w` write the frames of the calls reported, and holds them to where they came from: the same verdicts, the same
//! messages for tshark, and what was found as comments.

use std::fs;
use std::path::{Path, PathBuf};
use std::slice::from_ref;

use sip3xx::analysis::{self, Input, Options};
use sip3xx::capture::{Capture, LinkType, PcapWriter};
use sip3xx::filter::Filter;
use sip3xx::report;
use sip3xx::report::model::Report;

use crate::support::program::{refused, run};
use crate::support::real_captures::{captures_in, folder};
use crate::support::sample_files::{files_below, samples};
use crate::support::tshark;

/// Writes the frames of the calls in `captures` to a file of that name; gives it with the report of the captures.
fn written(name: &str, captures: &[PathBuf], options: &Options, filter: Option<&str>) -> Option<(PathBuf, Report)> {
    let inputs: Vec<Input> = captures.iter().cloned().map(Input::File).collect();
    let filter = filter.map(|filter| Filter::parse(filter).expect("a filter"));
    let audited = analysis::audit_with_members(&inputs, options, filter.as_ref(), &mut |_| {}).ok()?;
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut out = fs::File::create(&file).expect("the folder for tests can be written");
    analysis::write_members(&inputs, options, &audited, &mut |_| {}, &mut out).unwrap_or_else(|error| panic!("{captures:?}: {error}"));
    Some((file, audited.report))
}

fn audit(file: &Path, options: &Options) -> Report {
    analysis::audit(&[Input::File(file.to_owned())], options, &mut |_| {}).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Every capture that is there: the samples, and those of real clients beside the project.
fn all_captures() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = ["pcap", "pcapng"].into_iter().flat_map(|extension| files_below(&samples(), extension)).collect();
    for part in ["", "public", "containers"] {
        all.extend(folder(part).iter().flat_map(|folder| captures_in(folder)));
    }
    all
}

#[test]
fn what_is_written_comes_to_the_same_verdicts() {
    let options = Options::default();
    let (mut compared, mut departed) = (0, Vec::new());
    for capture in all_captures() {
        let Some((file, report)) = written("same-verdicts.pcapng", from_ref(&capture), &options, None) else { continue };
        compared += report.redirects.len();
        if report::departures(&report, &audit(&file, &options)).expect("all is in memory") > 0 {
            departed.push(capture);
        }
    }
    assert!(compared > 100, "{compared}");
    assert_eq!(departed, Vec::<PathBuf>::new());
}

#[test]
fn calls_that_a_filter_picks_come_to_the_same_verdicts_alone() {
    let options = Options::default();
    let capture = samples().join("captures/mixed-office.pcap");
    let all = audit(&capture, &options);
    assert!(all.redirects.len() > 3);
    for redirect in &all.redirects {
        let filter = format!("sip.Call-ID == \"{}\"", redirect.call_id);
        let (file, picked) = written("picked.pcapng", from_ref(&capture), &options, Some(&filter)).expect("a capture");
        let again = audit(&file, &options);
        assert!(!picked.redirects.is_empty() && picked.redirects.len() < all.redirects.len());
        assert_eq!(report::departures(&picked, &again).expect("all is in memory"), 0, "{filter}");
        assert!(again.captures[0].frames < all.captures[0].frames);
    }
}

#[cfg(feature = "tls")]
#[test]
fn what_was_opened_by_keys_can_be_opened_again() {
    for capture in files_below(&samples().join("tls"), "pcap") {
        let keys = fs::read(capture.with_extension("keys")).expect("the key log is there");
        let mut log = sip3xx::flow::KeyLog::default();
        log.learn(&keys);
        let options = Options { keys: log, ..Options::default() };
        let (file, report) = written("opened.pcapng", from_ref(&capture), &options, None).expect("a capture");
        assert!(!report.redirects.is_empty());
        assert_eq!(report::departures(&report, &audit(&file, &options)).expect("all is in memory"), 0, "{}", capture.display());
    }
    // Secrets that a capture brings go with it.
    let capture = samples().join("tls/tls13-secrets-inside.pcapng");
    let (file, report) = written("secrets-inside.pcapng", &[capture], &Options::default(), None).expect("a capture");
    assert_eq!(
        (report.redirects.len(), report::departures(&report, &audit(&file, &Options::default())).expect("all is in memory")),
        (1, 0)
    );
}

#[test]
fn tshark_reads_the_same_messages_and_shows_what_was_found() {
    for name in ["captures/mixed-office.pcap", "rules/target-tried-twice/violates.pcap", "rules/redirect-not-followed/violates.pcap"] {
        let capture = samples().join(name);
        let (file, report) = written("comments.pcapng", from_ref(&capture), &Options::default(), None).expect("a capture");
        let calls: Vec<&str> = report.redirects.iter().map(|redirect| redirect.call_id.as_str()).collect();
        let of_calls = calls.iter().map(|call| format!("sip.Call-ID == \"{call}\"")).collect::<Vec<_>>().join(" || ");
        let fields = ["frame.time_epoch", "sip.Method", "sip.Status-Code", "sip.Call-ID", "sip.CSeq", "ip.src", "ip.dst"];
        let Some(theirs) = tshark::fields(&capture, &of_calls, &fields) else { return };
        assert_eq!(tshark::fields(&file, &of_calls, &fields).as_ref(), Some(&theirs), "{name}");
        for redirect in &report.redirects {
            let told = format!("sip3xx redirect {}: {}, {}", redirect.id, redirect.status, redirect.verdict);
            let filter = format!("sip.Status-Code == {} && frame.comment contains \"{told}\"", redirect.status);
            let rows = tshark::fields(&file, &filter, &["frame.comment"]).expect("tshark ran a moment ago");
            let [row] = &rows[..] else { panic!("{name}: {told}: {rows:?}") };
            for finding in &redirect.findings {
                assert!(row[0].contains(&finding.rule) && row[0].contains(&finding.clause), "{row:?}");
            }
            for attempt in &redirect.attempts {
                let filter =
                    format!("sip.Method == \"{}\" && frame.comment contains \"redirect {}: attempt\"", attempt.method, redirect.id);
                assert!(!tshark::fields(&file, &filter, &["frame.number"]).unwrap_or_default().is_empty(), "{name}: {filter}");
            }
        }
    }
}

#[test]
fn the_last_frame_of_a_capture_is_written_and_says_why() {
    let capture = samples().join("captures/mixed-office.pcap");
    let filter = "sip.Status-Code == 301";
    let (file, report) = written("last.pcapng", from_ref(&capture), &Options::default(), Some(filter)).expect("a capture");
    assert_eq!(report.redirects.len(), 1);
    let last = |path: &Path| audit(path, &Options::default()).captures[0].last_time.clone();
    assert_eq!(last(&file), last(&capture));
    let mut written = Capture::open(&file).expect("a capture");
    let mut said = Vec::new();
    while written.advance() {
        said = written.comments().concat();
    }
    assert!(String::from_utf8_lossy(&said).contains("the last frame of its capture"), "{said:?}");
}

#[test]
fn the_program_writes_beside_its_report_and_refuses_what_it_could_not_keep() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("program.pcapng");
    let path = file.to_str().expect("a plain name");
    let followed = "samples/captures/redirect-followed.pcap";
    let output = run(&["audit", "-w", path, followed]);
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
    assert_eq!(output.stdout, run(&["audit", followed]).stdout);
    assert!(Capture::open(&file).expect("a capture").advance());

    assert!(refused(&["audit", "-w", path, "-"]).contains("cannot be read again"));
    assert!(refused(&["audit", "-w", path, path]).contains("overwrite the capture"));
    assert!(refused(&["audit", "-w", "-", followed]).contains("name a file"));
    assert!(refused(&["audit", "-w", path, "--report", &format!("json={path}"), followed]).contains("would go to"));
    assert!(refused(&["audit", "-w", path, "--separate", followed, "samples/captures/mixed-office.pcap"]).contains("--separate"));
    assert!(refused(&["audit", "-w", "no/such/folder/x.pcapng", followed]).contains("cannot write"));
}

#[test]
fn a_capture_that_ends_before_another_is_told_where_the_two_in_one_say_otherwise() {
    // The 3xx is not followed before its capture ends, a moment later; the other capture goes on for minutes.
    let mut capture = Capture::open(&samples().join("rules/redirect-not-followed/violates.pcap")).expect("a sample");
    let mut writer = PcapWriter::new(Vec::new(), LinkType(1), true).expect("memory can be written");
    while capture.advance()
        && let Some(frame) = capture.frame().filter(|frame| frame.number <= 3)
    {
        writer.write(frame.time, frame.data, frame.original_len).expect("memory can be written");
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (early, file) = (folder.join("ends-early.pcap"), folder.join("two-in-one.pcapng"));
    fs::write(&early, writer.into_inner()).expect("the folder for tests can be written");
    let office = samples().join("captures/mixed-office.pcap");
    let shown = |path: &Path| path.to_str().expect("a plain name").to_owned();
    let output = run(&["audit", "--fail-on", "never", "-w", &shown(&file), &shown(&early), &shown(&office)]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("comes to other verdicts than its captures (1 redirect)"), "{output:?}");
    let together = analysis::audit(&[Input::File(early), Input::File(office)], &Options::default(), &mut |_| {}).expect("two captures");
    let incorrect = |report: &Report| report.summary.by_verdict.incorrect;
    assert_eq!(incorrect(&audit(&file, &Options::default())), incorrect(&together) + 1);
}
