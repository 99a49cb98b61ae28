//! Takes texts that a user hands over (display filters, expectations, reports as baselines, key logs), holds what reads them to its invariants.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use sip3xx::analysis::{self, Input, Listing, Taken};
use sip3xx::filter::Filter;
use sip3xx::flow::KeyLog;
use sip3xx::report::expectation::Expectation;
use sip3xx::report::model::Report;
use sip3xx::report::{FORMATS, Presentation, identity};

use super::engine::Target;
use super::mutation::Maker;
use crate::support::audited::report_of;
use crate::support::sample_files::{files_below, samples};

fn office() -> PathBuf {
    samples().join("captures/mixed-office.pcap")
}

/// The report on the sample that texts are held against.
fn report() -> &'static Report {
    static REPORT: OnceLock<Report> = OnceLock::new();
    REPORT.get_or_init(|| report_of(&office()))
}

/// How many rows of the sample a filter picks, of the first ones.
fn picked(filter: &Filter) -> u64 {
    let mut count = 0;
    let listing = Listing { frames: Some(12), ..Listing::default() };
    let take = &mut |row: &sip3xx::filter::Row<'_>| {
        count += u64::from(filter.matches(row));
        Taken::Shown
    };
    analysis::list(&[Input::File(office())], &listing, &mut |_| {}, take).expect("a capture");
    count
}

fn display_filter(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    match Filter::parse(&text) {
        Ok(filter) => {
            assert_eq!(filter.text(), text);
            let again = Filter::parse(filter.text()).expect("is read as before");
            let _ = filter.hints();
            assert_eq!(picked(&filter), picked(&again), "{text}");
        }
        Err(error) => {
            let [shown, caret] = error.picture();
            assert!(!shown.contains(['\n', '\r', '\u{1b}']) && !caret.contains(['\n', '\r', '\u{1b}']), "{shown:?} {caret:?}");
            assert!(!error.to_string().is_empty());
        }
    }
}

fn expectation(input: &[u8]) {
    let Ok(read) = Expectation::parse(input) else { return };
    assert_eq!(Expectation::parse(&read.text()).as_ref(), Ok(&read), "what is written is read as it was");
    let compared = read.compare(report());
    assert!(compared.len() >= report().redirects.len() && compared.len() <= report().redirects.len() + read.redirects.len());
}

fn baseline(input: &[u8]) {
    let Ok(read) = serde_json::from_slice::<Report>(input) else { return };
    let octets = serde_json::to_vec(&read).expect("can be written");
    // A number may lose its last digits once, and no more.
    let again: Report = serde_json::from_slice(&octets).expect("is read again");
    assert_eq!(serde_json::to_vec(&again).expect("can be written"), octets);
    let mut known = report().clone();
    identity::mark_known(&mut known, &read).expect("all is in memory");
    for format in FORMATS {
        format.write(&read, &Presentation::default(), &mut std::io::sink()).expect("can be written");
    }
}

fn key_log(input: &[u8]) {
    let mut keys = KeyLog::default();
    keys.learn(input);
    let mut again = KeyLog::default();
    again.learn(input);
    assert_eq!(keys, again);
    assert_eq!(keys.dropped(), 0, "so short a log has few sessions");
}

fn files(folder: &str, extension: &str) -> Vec<Vec<u8>> {
    let found: Vec<_> = files_below(&samples().join(folder), extension).iter().map(|path| fs::read(path).expect("can be read")).collect();
    assert!(!found.is_empty(), "no {extension} in {folder}");
    found
}

#[test]
fn display_filters() {
    const WORDS: &[&str] = &[
        "sip",
        " and ",
        " or ",
        "not ",
        "!",
        "(",
        ")",
        "{",
        "}",
        "[0:2]",
        "[-1:]",
        "==",
        "!=",
        "~=",
        " contains ",
        " matches ",
        " in {",
        "..",
        ",",
        "\"",
        "\\x00",
        "r\"",
        "sip.Method",
        "sip.Status-Code",
        "sip.contact.uri",
        "frame.time",
        "ip.addr",
        "udp.port",
        "302",
        "0x",
        "192.0.2.0/24",
        "2001:db8::1",
        "any ",
        "all ",
        "len(",
        "upper(",
        "count(",
        "\"(a|b)*\"",
        "\"[\"",
        "\"(?i)x{1000}\"",
        "&",
        "&&",
        "||",
        "xor",
        "@",
        "$",
        "\n",
        "\u{e9}",
    ];
    let seeds = [
        "sip.Status-Code == 302 && ip.src == 192.0.2.13",
        "sip.Method in {\"INVITE\", \"ACK\"} or not udp.port in {5060..5062}",
        "sip.contact.uri matches \"(?i)^sip:.*@198\\\\.51\" and len(sip.Call-ID) > 3",
        "sip.Call-ID[0:2] == \"ca\" || upper(sip.from.user) contains \"AL\"",
        "frame.time >= \"2024-01-01 00:00:00\" and frame.len < 2000 and frame.number & 1",
        "ip.addr == 192.0.2.0/24 and !(sip.resend)",
    ];
    let seeds = seeds.iter().map(|text| text.as_bytes().to_vec()).collect();
    Target { name: "display_filters", maker: Maker { seeds, words: WORDS }, runs: 1_500, check: display_filter }.run();
}

#[test]
fn expectations() {
    const WORDS: &[&str] = &[
        "\"note\":",
        "\"rules\":",
        "null",
        "[]",
        "{}",
        "\"verdict\":",
        "\"correct\"",
        "1e999",
        "-1",
        "\"\\ud800\"",
        "\"\\u0000\"",
        ",",
        ":",
    ];
    let maker = Maker { seeds: files("captures", "json"), words: WORDS };
    Target { name: "expectations", maker, runs: 1_000, check: expectation }.run();
}

#[test]
fn baselines() {
    const WORDS: &[&str] =
        &["null", "[]", "{}", "\"known\":true", "1e308", "-1", "\"\\u001b[2J\"", "18446744073709551615", "\"\"", ",", ":", "\"=cmd\""];
    let seeds = vec![serde_json::to_vec(report()).expect("can be written")];
    Target { name: "baselines", maker: Maker { seeds, words: WORDS }, runs: 300, check: baseline }.run();
}

#[test]
fn key_logs() {
    const WORDS: &[&str] = &[
        "CLIENT_RANDOM ",
        "CLIENT_TRAFFIC_SECRET_0 ",
        "SERVER_HANDSHAKE_TRAFFIC_SECRET ",
        "RSA ",
        "\n",
        "\r\n",
        " ",
        "#",
        "00",
        "zz",
        "\0",
    ];
    Target { name: "key_logs", maker: Maker { seeds: files("tls", "keys"), words: WORDS }, runs: 2_000, check: key_log }.run();
}
