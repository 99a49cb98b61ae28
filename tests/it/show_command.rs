//! Takes samples, holds what `sip3xx show` prints of them, and its octets to those that tshark reads.

use std::fs::{self, File};
use std::path::Path;
use std::process::Output;

use sip3xx::analysis::{self, Input, Listing, Taken};

use crate::support::capture_text::capture_of_text;
use crate::support::program;
use crate::support::real_captures::{captures_in, folder};
use crate::support::sample_files::{files_below, samples};
use crate::support::tshark;

const FOLLOWED: &str = "samples/captures/redirect-followed.pcap";
const OFFICE: &str = "samples/captures/mixed-office.pcap";

/// The arguments of `show`.
fn show<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [&["show"], arguments].concat()
}

fn run(arguments: &[&str]) -> Output {
    program::run(&show(arguments))
}

fn printed(arguments: &[&str]) -> String {
    program::printed(&show(arguments))
}

/// The octets of the dumps in a text: those of each in one string of hexadecimal digits.
fn dumps(text: &str) -> Vec<String> {
    let mut dumps: Vec<String> = Vec::new();
    for line in text.lines() {
        let Some((offset, octets)) = line.split_once("  ").filter(|(offset, _)| offset.len() >= 4 && !offset.starts_with(' ')) else {
            continue;
        };
        let Ok(offset) = usize::from_str_radix(offset, 16) else { continue };
        if offset == 0 {
            dumps.push(String::new());
        }
        let dump = dumps.last_mut().expect("a dump begins at 0");
        assert_eq!(dump.len(), offset * 2, "{line}");
        dump.extend(octets.chars().take(48).filter(|digit| *digit != ' '));
    }
    dumps
}

#[test]
fn a_frame_a_filter_or_nothing_says_which_messages_are_shown() {
    let frames = |arguments: &[&str]| -> Vec<String> {
        let text = printed(arguments);
        text.lines().filter_map(|line| line.strip_prefix("Frame ")).filter_map(|rest| rest.split(' ').next()).map(str::to_owned).collect()
    };
    assert_eq!(frames(&["--frame", "2", FOLLOWED]), ["2"]);
    assert_eq!(frames(&["-Y", "sip.CSeq.method == INVITE && sip.Status-Code >= 200", FOLLOWED]), ["2", "6", "12"]);
    assert_eq!(frames(&["--frame", "2", "-r", FOLLOWED, OFFICE]), ["2", "2"]);
    assert_eq!(frames(&[FOLLOWED]).len(), 15);
    assert_eq!(frames(&["-c", "4", FOLLOWED]).len(), 4);
}

#[test]
fn a_message_tells_what_it_is_in_redirects() {
    let redirects = |frame: &str| -> Vec<String> {
        let text = printed(&["--frame", frame, OFFICE]);
        let (_, facts) = text.split_once("\nRedirects\n").unwrap_or_default();
        facts.lines().map(|line| line.trim_start().to_owned()).filter(|line| !line.is_empty()).collect()
    };
    let third = "#3  INCORRECT  302 Moved Temporarily to INVITE, frame 14";
    assert_eq!(redirects("13"), [third, "redirected"]);
    assert_eq!(redirects("15"), [third, "its ACK"]);
    assert_eq!(redirects("16"), [third, "attempt 1", "error sent-to-old-server"]);
    assert_eq!(redirects("17"), Vec::<String>::new());
}

#[test]
fn any_frame_that_carries_a_part_names_the_message() {
    let Some(folder) = folder("") else { return };
    let path = folder.join("c01_ipfrag_inorder.pcap");
    let path = path.to_str().expect("a plain name");
    let text = printed(&[path]);
    let carried = text.lines().find_map(|line| line.trim_start().strip_prefix("Carried by frames ")).expect("a message in fragments");
    let mut shown: Vec<String> = carried.split(", ").map(|frame| printed(&["--frame", frame, path])).collect();
    shown.dedup();
    assert!(shown.len() == 1 && shown[0].contains(carried), "{shown:#?}");
}

#[test]
fn the_octets_are_those_that_tshark_reads() {
    let mut compared = 0;
    for path in files_below(&samples().join("captures"), "pcap") {
        // What WebSocket carries is masked on the wire.
        let Some(rows) = tshark::fields(&path, "sip && udp", &["udp.payload"]) else { return };
        let wanted: Vec<&String> = rows.iter().filter_map(|row| row.first()).collect();
        let text = printed(&["-x", "-Y", "udp", path.to_str().expect("a plain name")]);
        assert_eq!(dumps(&text).iter().collect::<Vec<_>>(), wanted, "{}", path.display());
        compared += wanted.len();
    }
    assert!(compared > 50, "{compared}");
}

#[test]
fn every_message_of_every_sample_and_real_capture_is_shown_with_every_header() {
    let real = folder("").map(|folder| captures_in(&folder)).unwrap_or_default();
    for path in files_below(&samples(), "pcap").into_iter().chain(real) {
        let mut rows = 0;
        analysis::list(&[Input::File(path.clone())], &Listing::default(), &mut |_| {}, &mut |_| {
            rows += 1;
            Taken::Shown
        })
        .expect("can be read");
        let path = path.to_str().expect("a plain name");
        let text = printed(&["-x", path]);
        assert_eq!(text.lines().filter(|line| line.starts_with("Frame ")).count(), rows, "{path}");
        assert_eq!(dumps(&text).len(), rows, "{path}");
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{path}");
    }
}

#[test]
fn what_comes_through_a_pipe_is_shown_as_well() {
    let file = File::open(Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLLOWED)).expect("is there");
    let output = program::program(&show(&["--frame", "2", "-"])).stdin(file).output().expect("the program can be started");
    let text = String::from_utf8(output.stdout).expect("details are UTF-8");
    assert_eq!(text.replace("standard input", FOLLOWED), printed(&["--frame", "2", FOLLOWED]));
}

#[test]
fn what_cannot_be_shown_is_refused() {
    for (arguments, part) in [
        (&["--frame", "99", FOLLOWED][..], "frame 99 carries no SIP message"),
        (&["--frame", "2", "-Y", "sip.Method == BYE", FOLLOWED], "frame 2 carries no SIP message that matches"),
        (&["--frame", "x", FOLLOWED], "--frame"),
        (&["-Y", "sip.Methd", FOLLOWED], "sip.Method"),
        (&["no-such.pcap"], "no-such.pcap"),
        (&[], "no capture named"),
    ] {
        let output = run(arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(2), true), "{arguments:?}: {told}");
        assert!(told.contains(part), "{arguments:?}: {told}");
    }
    assert_eq!(printed(&["-Y", "sip.Status-Code == 699", FOLLOWED]), "");
}

#[test]
fn messages_that_cannot_wait_for_their_part_in_redirects_are_told() {
    let of_message = |number: usize, body: &str| {
        format!(
            "@ +0.01 192.0.2.10:5060 > 192.0.2.50:5060 tcp
MESSAGE sip:carol@192.0.2.50 SIP/2.0
Via: SIP/2.0/TCP 192.0.2.10:5060;branch=z9hG4bKlong{number}
From: <sip:alice@atlanta.example>;tag=a{number}
To: <sip:carol@192.0.2.50>
Call-ID: long{number}@192.0.2.10
CSeq: 1 MESSAGE
Max-Forwards: 70
Content-Type: text/plain
Content-Length: auto

{body}

"
        )
    };
    let head = fs::read_to_string("samples/captures/redirect-followed.sip").expect("the text of the sample");
    let long = "a line of text that takes its place\n".repeat(1_500);
    for (count, told) in [(2, false), (80, true)] {
        let text = head.trim_end().to_owned() + "\n\n" + &(0..count).map(|number| of_message(number, &long)).collect::<String>();
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("show-{count}-long.pcap"));
        fs::write(&path, capture_of_text(&text).expect("is well-formed")).expect("the folder for tests can be written");
        let output = run(&["-x", path.to_str().expect("a plain name")]);
        let stderr = String::from_utf8(output.stderr).expect("is UTF-8");
        assert_eq!(stderr.contains("are shown without their part in redirects"), told, "{stderr}");
        assert_eq!(stderr.lines().count(), usize::from(told), "{stderr}");
        assert_eq!(String::from_utf8_lossy(&output.stdout).contains("\nRedirects\n"), !told);
    }
}
