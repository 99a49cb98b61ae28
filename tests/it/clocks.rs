//! Takes one sample, plays two taps whose clocks differ, holds the report of both together to that of the whole.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::damage::damaged;

const WHOLE: &str = "samples/captures/redirect-followed.pcap";
/// The frames between the client and the server that redirects it; frame 2 is the 302.
const SERVERS_HOP: [usize; 9] = [1, 2, 3, 10, 11, 12, 13, 14, 15];
const FRAMES: usize = 15;
/// Where the addresses of IPv4 stand in a frame of Ethernet.
const SOURCE: usize = 26;
const DESTINATION: usize = 30;

/// The sample after `damage`, in a file of that name.
fn tap(name: &str, damage: &[String]) -> String {
    let whole = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(WHOLE)).expect("the sample is there");
    let text: String = damage.iter().map(|order| format!("# damage: {order}\n")).collect();
    let (octets, _) = damaged(&text, whole).expect("can be done");
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, octets).expect("the folder for tests can be written");
    path.to_str().expect("a plain name").to_owned()
}

/// A tap at the client that has lost the 302.
fn at_the_client(name: &str) -> String {
    tap(name, &["drop 2".to_owned()])
}

/// A tap at the server whose clock is `seconds` ahead; its orders, to which others may be added.
fn at_the_server(seconds: i64) -> Vec<String> {
    let elsewhere = (1..=FRAMES).filter(|frame| !SERVERS_HOP.contains(frame)).map(|frame| format!("drop {frame}"));
    elsewhere.chain(SERVERS_HOP.iter().map(|frame| format!("late {frame} {seconds}"))).collect()
}

fn output(arguments: &[&str]) -> Vec<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sip3xx"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["audit", "--fail-on", "never"]).args(arguments).stdin(Stdio::null());
    command.output().expect("the program can be started").stdout
}

fn report(arguments: &[&str]) -> Value {
    serde_json::from_slice(&output(&[&["--format", "json"], arguments].concat())).expect("a report")
}

/// Of each redirect: what does not depend on which tap saw it.
fn judged(report: &Value) -> Vec<[Value; 5]> {
    let redirects = report["redirects"].as_array().expect("a list").iter();
    redirects
        .map(|redirect| {
            let (attempt, future) = (&redirect["attempts"][0], &redirect["future"]["verdict"]);
            [&redirect["verdict"], &redirect["reason"], &attempt["delay_ms"], future, &redirect["client"]["address"]].map(Value::clone)
        })
        .collect()
}

#[test]
fn two_taps_of_one_call_are_joined_whatever_their_clocks_say() {
    let whole = judged(&report(&[WHOLE]));
    assert_eq!(whole.len(), 1);
    for seconds in [37, -37, 600, -3_600] {
        let near = at_the_client(&format!("near{seconds}.pcap"));
        let far = tap(&format!("far{seconds}.pcap"), &at_the_server(seconds));
        for order in [[&near, &far], [&far, &near]] {
            let report = report(&order.map(String::as_str));
            assert_eq!(judged(&report), whole, "{seconds} s");
            let ahead = if order[1] == &far { seconds } else { -seconds };
            let captures = report["captures"].as_array().expect("a list");
            let clocks: Vec<_> = captures.iter().map(|capture| capture["clock_offset_ms"].as_f64()).collect();
            assert_eq!(clocks, [Some(0.0), Some(ahead as f64 * 1e3)], "{seconds} s");
            assert_eq!(captures[1]["clock_offset_messages"], 8);
            assert_eq!(captures[1]["clock_offset_uncertainty_ms"], 0.0);
            assert_eq!(
                (captures[0]["copies"].as_u64(), captures[1]["copies"].as_u64()).0.unwrap_or(0)
                    + captures[1]["copies"].as_u64().unwrap_or(0),
                8
            );
        }
    }
}

#[test]
fn a_nat_between_two_taps_hides_no_copy() {
    let whole = judged(&report(&[WHOLE]));
    let mut orders = at_the_server(37);
    for (frame, at) in [
        (1, SOURCE),
        (2, DESTINATION),
        (3, SOURCE),
        (10, SOURCE),
        (11, DESTINATION),
        (12, DESTINATION),
        (13, SOURCE),
        (14, SOURCE),
        (15, DESTINATION),
    ] {
        let outside = [203_u8, 0, 113, 99];
        orders.extend(outside.iter().enumerate().map(|(nth, octet)| format!("octet {frame} {} {octet:02x}", at + nth)));
    }
    let (near, far) = (tap("inside.pcap", &[]), tap("outside.pcap", &orders));
    let report = report(&[&near, &far]);
    assert_eq!(judged(&report), whole);
    assert_eq!(report["captures"][1]["copies"], 9);
}

#[test]
fn the_text_report_says_by_how_much_a_clock_is_off() {
    let (near, far) = (at_the_client("told-near.pcap"), tap("told-far.pcap", &at_the_server(37)));
    let text = String::from_utf8_lossy(&output(&[&near, &far])).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("its clock is 37.000 s ahead (within 0.000 ms), by 8 common messages"), "{text}");
    let text = String::from_utf8_lossy(&output(&[&far])).into_owned();
    assert!(!text.contains("its clock"), "{text}");
}

#[test]
fn captures_that_may_have_nothing_to_do_with_each_other_are_named_in_a_hint() {
    let others = "samples/captures/contact-cached.pcap";
    let hints = |arguments: &[&str]| report(arguments)["hints"].as_array().expect("a list").len();
    assert_eq!((hints(&[WHOLE, others]), hints(&["--separate", WHOLE, others]), hints(&[WHOLE])), (1, 0, 0));
    let text = String::from_utf8_lossy(&output(&[WHOLE, others])).into_owned();
    assert!(text.contains("hint: ") && text.contains("--separate"), "{text}");
}
