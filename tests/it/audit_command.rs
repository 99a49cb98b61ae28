//! Takes samples, holds what `sip3xx audit` does with them end to end: every kind of input and report, and how a run ends.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::support::program;

const FOLLOWED: &str = "samples/captures/redirect-followed.pcap";
const OFFICE: &str = "samples/captures/mixed-office.pcap";
const NOT_FOLLOWED: &str = "samples/rules/redirect-not-followed/violates.pcap";

/// The program that audits with these arguments.
fn program(arguments: &[&str]) -> Command {
    program::program(&[&["audit"], arguments].concat())
}

fn audit(arguments: &[&str]) -> Output {
    program(arguments).output().expect("the program can be started")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The JSON report of a run that nothing fails.
fn json(arguments: &[&str]) -> Value {
    let output = audit(&[&["--format", "json", "--fail-on", "never"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}"))
}

fn verdicts(report: &Value) -> Vec<&str> {
    let redirects = report["redirects"].as_array().map(Vec::as_slice).unwrap_or_default();
    redirects.iter().filter_map(|redirect| redirect["verdict"].as_str()).collect()
}

fn sample(path: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A file of that name for tests, which is not there yet.
fn scratch(name: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_file(&path);
    path.to_str().expect("the folder for tests has a plain name").to_owned()
}

/// The same with those octets in it.
fn written(name: &str, bytes: &[u8]) -> String {
    let path = scratch(name);
    fs::write(&path, bytes).unwrap_or_else(|error| panic!("{path}: {error}"));
    path
}

/// The frames of a pcap in little-endian order, each with its record header, behind the file header.
fn frames(pcap: &[u8]) -> (&[u8], Vec<&[u8]>) {
    let (header, mut rest) = pcap.split_at(24);
    let mut frames = Vec::new();
    while let Some(length) = rest.get(8..12).and_then(|octets| octets.try_into().ok()).map(u32::from_le_bytes) {
        let (frame, behind) = rest.split_at(16 + usize::try_from(length).expect("fits"));
        frames.push(frame);
        rest = behind;
    }
    (header, frames)
}

#[test]
fn the_exit_code_tells_how_the_run_ended() {
    let whole = sample(FOLLOWED);
    let cut = written("cut-in-its-last-frame.pcap", &whole[..whole.len() - 1]);
    for (arguments, code) in [
        (&[FOLLOWED][..], 0),
        (&[NOT_FOLLOWED], 1),
        (&["--fail-on", "never", NOT_FOLLOWED], 0),
        (&["--ignore", "redirect-not-followed", NOT_FOLLOWED], 0),
        (&["--rule", "ack-missing", NOT_FOLLOWED], 0),
        (&["samples/rules/ack-with-body/violates.pcap"], 0),
        (&["--fail-on", "warning", "samples/rules/ack-with-body/violates.pcap"], 1),
        (&["--profile", "strict", "samples/rules/ack-with-body/violates.pcap"], 1),
        (&[&cut], 0),
        (&["--strict", &cut], 3),
        (&["--strict", FOLLOWED], 0),
        (&["--require-redirects", "99", FOLLOWED], 4),
        (&["--require-redirects", "1", FOLLOWED], 0),
        (&["--strict", "--require-redirects", "99", &cut], 3),
        (&["--require-redirects", "99", NOT_FOLLOWED], 1),
        (&["no/such/file.pcap"], 2),
        (&[FOLLOWED, "no/such/file.pcap"], 2),
    ] {
        let output = audit(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", text(&output.stderr));
    }
}

#[test]
fn what_cannot_be_audited_is_said_in_one_line() {
    for (arguments, parts) in [
        (&["samples/captures/mixed-office.sip"][..], &["mixed-office.sip", "not a capture", "text file"][..]),
        (&["no/such/file.pcap"], &["no/such/file.pcap", "cannot be opened"]),
        (&["--colour", FOLLOWED], &["--colour", "--help"]),
        (&["--fromat", "json", FOLLOWED], &["--fromat", "--format"]),
        (&["--format", "yaml", FOLLOWED], &["yaml", "json"]),
        (&["--rule", "redirect-not-folowed", FOLLOWED], &["redirect-not-followed"]),
        (&["src/rules"], &["src/rules", "no captures"]),
        (&["--report", "json", FOLLOWED], &["FORMAT=FILE"]),
        (&["--report", "json=samples/captures/redirect-followed.pcap", FOLLOWED], &["overwrite"]),
        (&["-", "-"], &["standard input", "once"]),
    ] {
        let output = audit(arguments);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(output.stdout.is_empty() && told.starts_with("sip3xx: ") && told.lines().count() == 1, "{arguments:?}: {told}");
        assert!(parts.iter().all(|part| told.contains(part)), "{arguments:?}: {told}");
    }
}

#[test]
fn what_the_baseline_has_fails_nothing_and_is_told_as_known() {
    let baseline = scratch("baseline.json");
    let output = audit(&["--quiet", "--report", &format!("json={baseline}"), NOT_FOLLOWED]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));

    let output = audit(&["--baseline", &baseline, NOT_FOLLOWED]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("ERROR (known)"), "{}", text(&output.stdout));

    // Another fault than the one of the baseline is news.
    let output = audit(&["--baseline", &baseline, NOT_FOLLOWED, OFFICE]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
}

#[test]
fn a_baseline_that_is_none_is_said_in_one_line() {
    let other = written("other.json", br#"{"schema": "x"}"#);
    for (file, part) in [("no/such/baseline.json", "no/such/baseline.json"), (OFFICE, "no report of --format json"), (&other, "no report")]
    {
        let output = audit(&["--baseline", file, FOLLOWED]);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(part) && told.lines().count() == 1, "{told}");
    }
    let baseline = scratch("own-baseline.json");
    audit(&["--quiet", "--report", &format!("json={baseline}"), FOLLOWED]);
    let output = audit(&["--baseline", &baseline, "--report", &format!("json={baseline}"), FOLLOWED]);
    assert!(output.status.code() == Some(2) && text(&output.stderr).contains("overwrite"), "{}", text(&output.stderr));
}

#[test]
fn a_capture_of_a_folder_that_cannot_be_opened_is_told_and_the_others_are_audited() {
    let folder = scratch("half-a-folder");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).expect("the folder for tests can be written");
    let write = |name: &str, octets: &[u8]| fs::write(Path::new(&folder).join(name), octets).expect("can be written");
    let whole = sample(NOT_FOLLOWED);
    write("whole.pcap", &whole);
    write("header-only-in-part.pcap", &whole[..10]);
    let output = audit(&["--format", "csv", "--fail-on", "never", &folder]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("header-only-in-part.pcap"), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("redirect-not-followed"), "{}", text(&output.stdout));
}

#[test]
fn the_same_capture_gives_the_same_octets_twice_on_any_number_of_threads() {
    for arguments in [
        &["--format", "text"][..],
        &["--format", "json"],
        &["--format", "jsonl"],
        &["--format", "csv"],
        &["--format", "junit"],
        &["--format", "sarif"],
        &["--format", "github"],
        &["--format", "html"],
        &["--format", "markdown"],
        &["--format", "csv", "--rows", "findings"],
        &["--format", "csv", "--rows", "attempts"],
        &["--sort", "verdict"],
        &["--separate"],
    ] {
        let arguments = [arguments, &["samples"]].concat();
        let [once, twice] = ["1", "4"].map(|threads| audit(&[&arguments[..], &["--threads", threads]].concat()));
        assert!(!once.stdout.is_empty() && once.stderr.is_empty(), "{arguments:?}: {}", text(&once.stderr));
        assert!(once == twice, "{arguments:?}: two runs differ");
    }
}

#[test]
fn the_text_report_of_an_office_reads_as_agreed() {
    let report = text(&audit(&[OFFICE]).stdout);
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/mixed-office.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&golden, &report).unwrap_or_else(|error| panic!("{}: {error}", golden.display()));
    }
    let agreed = fs::read_to_string(&golden).unwrap_or_default();
    assert!(report == agreed, "{} reads otherwise; UPDATE_GOLDEN=1 writes it anew:\n{report}", golden.display());
}

#[test]
fn a_further_report_is_what_its_format_would_have_printed() {
    let files = ["text", "json", "jsonl", "csv"].map(|format| (format, scratch(&format!("further.{format}"))));
    let reports: Vec<String> = files.iter().map(|(format, file)| format!("--report={format}={file}")).collect();
    let mut arguments: Vec<&str> = reports.iter().map(String::as_str).collect();
    arguments.push(OFFICE);
    let printed = audit(&arguments);
    for (format, file) in &files {
        let alone = audit(&["--format", format, OFFICE]);
        assert!(fs::read(file).unwrap_or_default() == alone.stdout, "{format}");
        assert_eq!(printed.status, alone.status, "{format}");
    }
    assert!(printed.stdout == audit(&[OFFICE]).stdout, "a further report changes what is printed");
}

#[test]
fn captures_are_read_from_standard_input_too() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(OFFICE);
    let capture = File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut command = program(&["--format", "json", "--fail-on", "never", "-"]);
    let output = command.stdin(Stdio::from(capture)).output().expect("the program can be started");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["captures"][0]["path"], "-");
    assert_eq!(report["redirects"], json(&[OFFICE])["redirects"]);
}

#[test]
fn a_folder_stands_for_the_captures_below_it() {
    let folder = json(&["samples/captures"]);
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/captures")).expect("the samples are there");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a plain name"));
    let mut captures: Vec<String> = names.filter(|name| name.ends_with(".pcap")).map(|name| format!("samples/captures/{name}")).collect();
    captures.sort();
    assert!(captures.len() > 3);
    assert_eq!(folder, json(&captures.iter().map(String::as_str).collect::<Vec<_>>()));
}

#[test]
fn a_compressed_capture_is_read_as_it_is() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&sample(OFFICE)).expect("memory can be written");
    let compressed = written("office.pcap.gz", &encoder.finish().expect("memory can be written"));
    let report = json(&[&compressed]);
    assert_eq!(report["captures"][0]["format"], "pcap+gzip");
    assert_eq!(report["redirects"], json(&[OFFICE])["redirects"]);
}

/// The sample of a redirect that was followed, in two files whose names begin with `name`: up to the 302, and what comes after.
fn in_two_files(name: &str) -> [String; 2] {
    let whole = sample(FOLLOWED);
    let (header, frames) = frames(&whole);
    let at = json(&[FOLLOWED])["redirects"][0]["response"]["frame"].as_u64().and_then(|frame| usize::try_from(frame).ok());
    let (before, after) = frames.split_at(at.expect("a frame"));
    [("1", before), ("2", after)].map(|(part, half)| written(&format!("{name}-{part}.pcap"), &[&[header], half].concat().concat()))
}

#[test]
fn a_call_in_two_files_is_one_call() {
    let whole = json(&[FOLLOWED]);
    let halves = in_two_files("one-call");
    for order in [[0, 1], [1, 0]] {
        let report = json(&order.map(|half: usize| halves[half].as_str()));
        assert_eq!(verdicts(&report), verdicts(&whole));
        let redirect = &report["redirects"][0];
        assert_eq!(redirect["response"]["capture"].as_u64(), order.iter().position(|half| *half == 0).map(|at| at as u64));
        assert_eq!(redirect["attempts"][0]["capture"].as_u64(), order.iter().position(|half| *half == 1).map(|at| at as u64));
        assert_eq!(redirect["attempts"][0]["epoch_ns"], whole["redirects"][0]["attempts"][0]["epoch_ns"]);
    }
}

#[test]
fn separate_captures_know_nothing_of_each_other() {
    let [first, second] = in_two_files("separate");
    let report = json(&["--separate", &first, &second]);
    assert_eq!(report["options"]["separate"], true);
    assert_eq!(report["captures"].as_array().map(Vec::len), Some(2));
    assert_eq!(verdicts(&report), ["inconclusive"], "the half with the 302 does not tell what came after");

    let report = json(&["--separate", OFFICE, OFFICE]);
    let ids: Vec<u64> = report["redirects"].as_array().into_iter().flatten().filter_map(|redirect| redirect["id"].as_u64()).collect();
    assert_eq!(ids, (1..=ids.len() as u64).collect::<Vec<_>>());
    assert_eq!(ids.len(), 2 * verdicts(&json(&[OFFICE])).len());
}

#[test]
fn whoever_closes_the_pipe_has_read_enough() {
    for format in ["text", "json", "jsonl", "csv"] {
        for (capture, code) in [("samples/captures/redirect-followed.pcap", 0), ("samples", 1)] {
            let mut command = program(&["--format", format, capture]);
            let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program can be started");
            drop(child.stdout.take());
            let output = child.wait_with_output().expect("the program ends");
            assert_eq!((output.status.code(), text(&output.stderr)), (Some(code), String::new()), "{format} {capture}");
        }
    }
}

#[test]
fn quiet_leaves_the_summary_alone() {
    let (all, quiet) = (text(&audit(&[OFFICE]).stdout), text(&audit(&["--quiet", OFFICE]).stdout));
    assert!(!quiet.is_empty() && quiet.len() < all.len() / 4, "{quiet}");
    assert!(quiet.lines().filter(|line| !line.is_empty()).all(|line| all.contains(line)), "{quiet}");
}

#[test]
fn the_worst_comes_first_where_that_is_asked() {
    let output = text(&audit(&["--format", "csv", "--sort", "verdict", OFFICE]).stdout);
    let place = |verdict: &str| output.find(&format!(",{verdict},"));
    let places = ["incorrect", "inconclusive", "correct"].map(place);
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}");
}

#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let output = audit(&["--report", "json=no/such/folder/report.json", FOLLOWED]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("cannot write"), "{}", text(&output.stderr));
}

#[test]
fn a_file_that_is_no_capture_is_told_and_the_others_are_audited() {
    let prose = written("prose.pcap", b"dear reader\n");
    let output = audit(&["--quiet", &prose, OFFICE, "no-such-file.pcap"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stdout).starts_with("8 redirects in samples/captures/mixed-office.pcap"), "{}", text(&output.stdout));
    let told = text(&output.stderr);
    assert!(told.contains("prose.pcap: not a capture: a text file") && told.contains("no-such-file.pcap: cannot be opened"), "{told}");
}

#[test]
fn an_ack_without_its_response_tells_that_one_direction_is_missing() {
    let report = json(&["samples/captures/one-direction.pcap"]);
    assert_eq!((&report["orphans"]["acks"], &report["summary"]["redirects"]), (&Value::from(1), &Value::from(0)));
}

#[test]
fn a_configuration_goes_before_the_profile_and_the_command_line_before_it() {
    let levels = |report: &Value| -> Vec<(String, String)> {
        let findings = report["redirects"].as_array().into_iter().flatten().flat_map(|redirect| redirect["findings"].as_array()).flatten();
        findings
            .map(|finding| (finding["rule"].as_str().unwrap_or_default().into(), finding["level"].as_str().unwrap_or_default().into()))
            .collect()
    };
    let level = |level: &str| vec![("redirect-not-followed".to_owned(), level.to_owned())];
    let config = written("levels.toml", b"profile = \"rfc\"\n");
    assert_eq!(levels(&json(&[NOT_FOLLOWED])), level("error"));
    assert_eq!(levels(&json(&["--config", &config, NOT_FOLLOWED])), level("warning"));
    assert_eq!(levels(&json(&["--config", &config, "--profile", "default", NOT_FOLLOWED])), level("error"));
    let config = written("level.toml", b"profile = \"rfc\"\n[rules]\nredirect-not-followed = \"note\"\n");
    let report = json(&["--config", &config, NOT_FOLLOWED]);
    assert_eq!((levels(&report), &report["options"]["rule_levels"]["redirect-not-followed"]), (level("note"), &Value::from("note")));
    assert_eq!(report["options"]["config"], Value::from(config));
    let config = written("off.toml", b"[rules]\nredirect-not-followed = \"off\"\n");
    assert_eq!(levels(&json(&["--config", &config, NOT_FOLLOWED])), []);
    assert_eq!(levels(&json(&["--config", &config, "--rule", "redirect-not-followed", NOT_FOLLOWED])), level("error"));
}

#[test]
fn a_configuration_says_which_methods_are_judged() {
    let config = written("methods.toml", b"methods = [\"REGISTER\"]\n");
    assert_eq!(json(&["--config", &config, OFFICE])["summary"]["redirects"], Value::from(0));
}

#[test]
fn a_configuration_with_a_slip_in_it_is_told_with_its_line() {
    let config = written("slip.toml", b"# levels\nprofil = \"rfc\"\n");
    let output = audit(&["--config", &config, NOT_FOLLOWED]);
    let told = format!("sip3xx: {config}:2: no such key: profil; did you mean profile?\n");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(2), told));
}

#[test]
fn a_proxy_that_the_configuration_names_is_no_old_server() {
    let old = "samples/rules/sent-to-old-server/violates.pcap";
    let config = written("proxies.toml", b"[network]\noutbound-proxies = [\"192.0.2.20:5060\"]\n");
    assert_eq!(verdicts(&json(&[old])), ["incorrect"]);
    let report = json(&["--config", &config, old]);
    assert_eq!((verdicts(&report), &report["redirects"][0]["attempts"][0]["next_hop"]), (vec!["correct"], &Value::from("policy")));
}
