//! Takes samples, holds what `sip3xx ladder` does with them: what is drawn, in every format, and what is refused.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::support::program;
use crate::support::sample_files::{files_below, samples};

const FOLLOWED: &str = "samples/captures/redirect-followed.pcap";
const OFFICE: &str = "samples/captures/mixed-office.pcap";
const EMERGENCY: &str = "samples/captures/emergency-380.pcap";

/// The arguments of `ladder`.
fn ladder<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [&["ladder"], arguments].concat()
}

fn run(arguments: &[&str]) -> Output {
    program::run(&ladder(arguments))
}

/// What is printed by a run that ends well, and what is told beside it.
fn printed(arguments: &[&str]) -> (String, String) {
    let output = run(arguments);
    let told = String::from_utf8(output.stderr).expect("what is told is UTF-8");
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {told}");
    (String::from_utf8(output.stdout).expect("ladders are UTF-8"), told)
}

fn refused(arguments: &[&str]) -> String {
    program::refused(&ladder(arguments))
}

/// The first lines of the pictures.
fn titles(text: &str) -> Vec<&str> {
    text.lines().skip(1).filter(|line| line.starts_with(['#', '+']) || line.starts_with("call ")).collect()
}

#[test]
fn without_a_choice_every_redirect_is_drawn_as_audit_numbers_them() {
    let (text, _) = printed(&[OFFICE]);
    assert!(text.starts_with("8 ladders in samples/captures/mixed-office.pcap\n"));
    let numbers: Vec<&str> = titles(&text).iter().filter_map(|title| title.split_whitespace().next()).collect();
    assert_eq!(numbers, ["#1", "#2", "#3", "#4", "#5", "#6", "#7", "#8"]);
}

#[test]
fn redirects_calls_and_filters_choose_what_is_drawn() {
    let one = |arguments: &[&str]| titles(&printed(arguments).0).join("; ");
    assert_eq!(one(&["--redirect", "3", OFFICE]), "#3  INCORRECT  302 Moved Temporarily to INVITE, frame 14");
    assert_eq!(one(&["--redirect", "#3", OFFICE]), one(&["-r", OFFICE, "--redirect", "3"]));
    assert_eq!(one(&["-Y", "frame.number == 14", OFFICE]), one(&["--redirect", "3", OFFICE]));
    // A retry belongs to its redirect.
    assert_eq!(one(&["-Y", "frame.number == 17", OFFICE]), one(&["--redirect", "3", OFFICE]));
    let call = printed(&["-Y", "sip.Method == REGISTER && frame.number == 1", EMERGENCY]).0;
    let titles = titles(&call);
    assert!(matches!(titles.as_slice(), [title] if title.starts_with("call ")), "{call}");
    let call_id = titles[0].strip_prefix("call ").expect("it names its Call-ID");
    assert_eq!(printed(&["--call-id", call_id, EMERGENCY]).0, call);
}

#[test]
fn pseudonyms_stand_in_every_format_and_the_filter_looks_for_what_was_captured() {
    let call_id = program::printed(&["list", "-T", "fields", "-e", "sip.Call-ID", "-Y", "frame.number == 14", OFFICE]);
    let filter = format!("sip.Call-ID == \"{}\"", call_id.trim());
    for format in ["text", "mermaid", "svg"] {
        let drawn = |redact: &[&str]| printed(&[&["--format", format, "-Y", &filter, OFFICE], redact].concat()).0;
        let (plain, redacted) = (drawn(&[]), drawn(&["--redact"]));
        assert!(plain.contains("5003") && !redacted.contains("5003"), "{redacted}");
        assert_eq!(plain.lines().count(), redacted.lines().count());
    }
}

#[test]
fn a_call_tells_of_the_redirects_in_it() {
    let call_id = program::printed(&["list", "-T", "fields", "-e", "sip.Call-ID", "-Y", "frame.number == 14", OFFICE]);
    let (text, _) = printed(&["--call-id", call_id.trim(), OFFICE]);
    assert!(text.contains("| #3 the redirect") && text.contains("#3 error sent-to-old-server"), "{text}");
    assert!(text.contains("\n#3  INCORRECT  302") && text.contains("error sent-to-old-server (RFC 3261 8.1.2, frame 16)"), "{text}");
}

#[test]
fn every_format_draws_the_same_messages_of_every_sample() {
    for path in files_below(&samples(), "pcap") {
        let path = path.to_str().expect("samples have plain names");
        let (text, told) = printed(&["--format", "text", path]);
        let (mermaid, _) = printed(&["--format", "mermaid", path]);
        let (svg, _) = printed(&["--format", "svg", path]);
        let arrows = text.lines().filter(|line| line.contains("->|") || line.contains("|<-")).count();
        assert_eq!(mermaid.lines().filter(|line| line.contains("->>")).count(), arrows, "{path}");
        let document = roxmltree::Document::parse(&svg).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(document.descendants().filter(|node| node.attribute("data-message").is_some()).count(), arrows, "{path}");
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{path}");
        assert_eq!(told.contains("no redirect"), arrows == 0, "{path}: {told}");
    }
}

#[test]
fn frames_of_several_captures_name_theirs() {
    let (text, _) = printed(&["--redirect", "1", FOLLOWED, EMERGENCY]);
    assert!(text.starts_with("1 ladder in 2 captures\n"), "{text}");
    assert!(text.contains("frames 1: of samples/captures/redirect-followed.pcap") && text.contains(" 1:2 "), "{text}");
    assert!(!text.contains("frames 2: of"), "{text}");
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    for (arguments, part) in [
        (&["--redirect", "9", OFFICE][..], "no redirect 9: there are 8 redirects"),
        (&["--redirect", "2", "samples/captures/emergency-380.pcap"][..], "no redirect 2: there is 1 redirect"),
        (&["--redirect", "+1", OFFICE], "no +1: there are 0 responses beside the redirects"),
        (&["--redirect", "x", OFFICE], "a number of a redirect is wanted"),
        (&["--call-id", "nobody", OFFICE], "no message with the Call-ID nobody"),
        (&["--redact", "--call-id", "x", OFFICE], "cannot be used with"),
        (&["-Y", "sip.Methd", OFFICE], "sip.Method"),
        (&["--format", "pdf", OFFICE], "svg"),
        (&["-"], "reads the captures twice"),
        (&["no-such.pcap"], "no-such.pcap"),
        (&[], "no capture named"),
    ] {
        let complaint = refused(arguments);
        assert!(complaint.contains(part), "{arguments:?}: {complaint}");
    }
    let (text, told) = printed(&["-Y", "sip.Status-Code == 699", OFFICE]);
    assert!(told.contains("no message matches") && text.starts_with("0 ladders"), "{told}{text}");
}

#[test]
fn a_capture_that_cannot_be_read_spoils_no_other() {
    let broken = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ladder-broken.pcap");
    fs::write(&broken, "no capture").expect("the folder for tests can be written");
    let output = run(&[FOLLOWED, broken.to_str().expect("a plain name")]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stdout).contains("#1  CORRECT"));
}
