//! Takes a report as a page, opens it in a real browser, holds what the fragment asks for to what is shown then.
//!
//! The page runs no script but its own, so the browser is asked by the fragment alone: what a click on a link of the page changes, too.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::support::chromium;

const OFFICE: &str = "samples/captures/mixed-office.pcap";

/// The page of the report on that sample.
fn page(name: &str) -> PathBuf {
    let output = Command::new(env!("CARGO_BIN_EXE_sip3xx"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["audit", "--format", "html", OFFICE])
        .output()
        .expect("the program can be started");
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, output.stdout).expect("the page can be written");
    path
}

/// The start tags of the rows of redirects.
fn rows(document: &str) -> Vec<&str> {
    let starts = document.match_indices("<details class=\"redirect\"").map(|(at, _)| &document[at..]);
    starts.map(|rest| rest.split('>').next().unwrap_or(rest)).collect()
}

/// The names of the rows whose start tag has, or has not, that attribute.
fn ids(document: &str, attribute: &str, there: bool) -> Vec<String> {
    let rows = rows(document).into_iter().filter(|row| row.contains(&format!(" {attribute}=\"\"")) == there);
    rows.map(|row| row.split("id=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()).collect()
}

#[test]
fn the_fragment_says_which_redirects_are_shown_and_open() {
    let page = page("office.html");
    for (fragment, shown, open) in [
        ("", &["r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8"][..], &[][..]),
        ("#verdict=incorrect&open=3", &["r2", "r3", "r6"], &["r3"]),
        ("#rule=sent-to-old-server&open=all", &["r3"], &["r3"]),
        ("#client=192.0.2.12%20Cygnus%205.0&status=302", &["r2", "r6"], &[]),
        ("#q=orion+%22frame+14%22", &["r3"], &[]),
        ("#r4", &["r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8"], &["r4"]),
    ] {
        let Some(document) = chromium::document(&page, fragment) else { return };
        assert_eq!(ids(&document, "hidden", false), shown, "{fragment}");
        assert_eq!(ids(&document, "open", true), open, "{fragment}");
        assert!(document.contains(&format!("{} of 8 shown", shown.len())), "{fragment}");
    }
}

#[test]
fn a_message_of_a_picture_is_shown_with_the_rule_that_it_breaks() {
    let page = page("message.html");
    let Some(document) = chromium::document(&page, "#open=3&message=0%2F16%2F0") else { return };
    let row = document.split("id=\"r3\"").nth(1).and_then(|rest| rest.split("id=\"r4\"").next()).expect("the row is there");
    assert!(row.contains("<svg ") && row.contains("message request error chosen"), "the picture is drawn");
    let told = row.split("class=\"message told\"").nth(1).expect("the message is shown");
    let (findings, text) = told.split_once("<pre>").expect("the message has its text");
    assert!(findings.contains("sent-to-old-server") && findings.contains("client, MUST, RFC 3261 8.1.2"));
    assert!(text.starts_with("INVITE sip:5003@198.51.100.31 SIP/2.0\n"), "{text:.80}");
    // A row that is closed costs nothing: its picture is still packed.
    let pictures = |begins: &str| document.matches(&format!("class=\"calls\">{begins}")).count();
    assert_eq!((pictures("<svg"), pictures("<noscript>")), (1, 7));
}

#[test]
fn a_script_that_a_capture_might_bring_does_not_run() {
    let page = page("tampered.html");
    let text = fs::read_to_string(&page).expect("the page can be read");
    let tampered =
        "<script>document.title = \"tampered\"</script><p id=\"p\" onfocus=\"document.title='tampered'\" tabindex=\"0\" autofocus>";
    fs::write(&page, text.replace("<main>", &format!("{tampered}<main>"))).expect("the page can be written");
    let Some(document) = chromium::document(&page, "#status=380") else { return };
    assert!(document.contains(tampered.split('>').next().unwrap_or_default()) && !document.contains("<title>tampered"));
    // Its own script runs all the same.
    assert!(document.contains("1 of 8 shown"));
}
