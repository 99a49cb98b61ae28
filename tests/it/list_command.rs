//! Takes samples, holds what `sip3xx list` and `sip3xx stat` do with them: every flag, every format, and what is refused.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use sip3xx::capture::Capture;

use crate::support::tshark;

const FOLLOWED: &str = "samples/captures/redirect-followed.pcap";
const OFFICE: &str = "samples/captures/mixed-office.pcap";

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sip3xx"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    program(arguments).output().expect("the program can be started")
}

/// What is printed by a run that ends well.
fn printed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("rows are UTF-8")
}

/// The complaint of a run that is refused.
fn refused(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(output.stderr).expect("complaints are UTF-8")
}

#[test]
fn a_row_has_the_columns_of_tshark() {
    let rows = printed(&["list", FOLLOWED]);
    assert_eq!(rows.lines().count(), 15);
    assert_eq!(rows.lines().nth(1), Some("    2   0.012000   192.0.2.20 \u{2192} 192.0.2.10   SIP 357 Status: 302 Moved Temporarily | "));
    let tabs = printed(&["list", "-T", "tabs", FOLLOWED]);
    assert_eq!(
        tabs.lines().nth(1),
        Some("    2\t  0.012000\t  192.0.2.20\t\u{2192}\t192.0.2.10  \tSIP\t357\tStatus: 302 Moved Temporarily | ")
    );
}

#[test]
fn times_are_told_as_asked() {
    let time = |format: &str| {
        let rows = printed(&["list", "-t", format, "-Y", "frame.number in {1, 3}", FOLLOWED]);
        rows.lines().nth(1).map(|row| row.trim_start().split_once("  ").map_or("", |(_, rest)| rest).to_owned()).unwrap_or_default()
    };
    for (format, start) in [("r", " 0.013100"), ("d", " 0.001100"), ("dd", " 0.013100")] {
        assert!(time(format).starts_with(start), "{format}: {}", time(format));
    }
    let epoch = printed(&["list", "-t", "e", "-c", "1", FOLLOWED]);
    let date = printed(&["list", "-t", "ud", "-c", "1", FOLLOWED]);
    let seconds: f64 = epoch.split_whitespace().nth(1).and_then(|text| text.parse().ok()).expect("a number");
    assert!(seconds > 1.6e9 && date.split_whitespace().nth(1).is_some_and(|day| day.starts_with("20")), "{epoch}{date}");
    assert_eq!(printed(&["list", "-t", "a", FOLLOWED]), printed(&["list", "-t", "u", FOLLOWED]));
    assert!(refused(&["list", "-t", "x", FOLLOWED]).contains("one of r, a, ad"));
}

#[test]
fn fields_are_laid_out_as_e_options_say() {
    let base = ["list", "-T", "fields", "-e", "frame.number", "-e", "sip.Status-Code", "-e", "sip.response-time", "-c", "3", FOLLOWED];
    let with = |more: &[&str]| printed(&[&base[..], more].concat());
    assert_eq!(with(&[]), "1\t\t\n2\t302\t12\n3\t\t13\n");
    assert_eq!(
        with(&["-E", "header=y", "-E", "separator=,", "-E", "quote=d"]),
        "frame.number,sip.Status-Code,sip.response-time\n\"1\",,\n\"2\",\"302\",\"12\"\n\"3\",,\"13\"\n"
    );
    assert_eq!(with(&["-E", "separator=/s", "-E", "quote=s", "-E", "bom=y"]), "\u{feff}'1'  \n'2' '302' '12'\n'3'  '13'\n");
    let ports = ["list", "-T", "fields", "-e", "udp.port", "-Y", "frame.number == 2", FOLLOWED];
    for (option, wanted) in [
        ("aggregator=/s", "5060 5060\n"),
        ("aggregator=;", "5060;5060\n"),
        ("occurrence=f", "5060\n"),
        ("occurrence=l", "5060\n"),
        ("occurrence=a", "5060,5060\n"),
    ] {
        assert_eq!(printed(&[&ports[..], &["-E", option]].concat()), wanted, "{option}");
    }
    for wrong in ["header=maybe", "separator=ab", "colour=red", "quote"] {
        assert!(refused(&[&ports[..], &["-E", wrong]].concat()).contains("header=y|n"), "{wrong}");
    }
}

#[test]
fn a_field_that_is_not_known_is_refused_with_the_one_that_was_meant() {
    assert!(refused(&["list", "-T", "fields", "-e", "sip.method", FOLLOWED]).contains("did you mean `sip.Method`?"));
    assert!(refused(&["list", "-T", "fields", FOLLOWED]).contains("named by -e"));
    assert!(refused(&["list", "-e", "sip.Method", FOLLOWED]).contains("-T fields"));
    assert!(refused(&["list", "-T", "pdml", FOLLOWED]).contains("text, tabs, fields, json, jsonl, csv"));
    assert!(printed(&["list", "-T", "?"]).lines().any(|line| line.starts_with("csv ")));
}

#[test]
fn a_filter_picks_messages_and_a_wrong_one_shows_its_place() {
    let rows = printed(&["list", "-Y", "sip.Status-Code in {300..399}", OFFICE]);
    assert_eq!(rows.lines().count(), 8);
    let complaint = refused(&["list", "-Y", "sip.Status-Code = 302", OFFICE]);
    let lines: Vec<&str> = complaint.lines().collect();
    assert_eq!(lines.len(), 3, "{complaint}");
    assert_eq!(lines[2].find('^'), lines[1].find('='), "{complaint}");
}

#[test]
fn json_has_strings_in_the_shape_of_tshark_and_jsonl_numbers_in_the_order_asked_for() {
    let asked = ["-e", "sip.Status-Code", "-e", "frame.number", "-Y", "frame.number < 3", FOLLOWED];
    let whole: Value = serde_json::from_str(&printed(&[&["list", "-T", "json"], &asked[..]].concat())).expect("one array");
    assert_eq!(whole.as_array().map(Vec::len), Some(2));
    assert_eq!(whole[1]["_source"]["layers"]["sip.Status-Code"][0], "302");
    assert!(whole[0]["_source"]["layers"].get("sip.Status-Code").is_none());
    let lines = printed(&[&["list", "-T", "jsonl"], &asked[..]].concat());
    assert_eq!(lines, "{\"frame.number\":[1]}\n{\"sip.Status-Code\":[302],\"frame.number\":[2]}\n");
    let nothing = printed(&["list", "-T", "json", "-Y", "frame.number > 99", FOLLOWED]);
    assert_eq!(serde_json::from_str::<Value>(&nothing).ok(), Some(Value::Array(Vec::new())));
}

#[test]
fn csv_is_a_table_with_a_header_unless_it_is_not_wanted() {
    let table = printed(&["list", "-T", "csv", "-e", "frame.number", "-e", "sip.To", "-Y", "frame.number == 2", FOLLOWED]);
    let mut rows = table.split("\r\n");
    assert_eq!(rows.next(), Some("frame.number,sip.To"));
    assert!(rows.next().is_some_and(|row| row.starts_with("2,")), "{table}");
    let bare = printed(&["list", "-T", "csv", "-e", "frame.number", "-E", "header=n", "-c", "1", FOLLOWED]);
    assert_eq!(bare, "1\r\n");
    assert!(printed(&["list", "-T", "csv", "-c", "1", FOLLOWED]).starts_with("frame.number,frame.time_epoch,ip.src,"));
}

#[test]
fn frames_are_counted_as_they_are_read() {
    assert_eq!(printed(&["list", "-c", "3", "-Y", "sip.Status-Code == 200", FOLLOWED]), "");
    assert_eq!(printed(&["list", "-c", "6", "-Y", "sip.Status-Code == 200", FOLLOWED]).lines().count(), 1);
}

#[test]
fn ports_can_be_taken_away_from_sip() {
    for (word, rows) in
        [("udp.port==5060,rtp", 0), ("udp.port==5000-5059,rtp", 15), ("tcp.port==5060,http", 15), ("udp.port==5060,sip", 15)]
    {
        assert_eq!(printed(&["list", "-d", word, FOLLOWED]).lines().count(), rows, "{word}");
    }
    let both = ["list", "-d", "udp.port==5060,rtp", "-d", "udp.port==5060,sip", FOLLOWED];
    assert_eq!(printed(&both).lines().count(), 15, "the last word counts");
    assert!(refused(&["list", "-d", "foo", FOLLOWED]).contains("udp.port==5070,sip"));
}

#[test]
fn tsharks_other_flags_are_accepted_and_quiet_prints_no_rows() {
    let rows = printed(&["list", FOLLOWED]);
    assert_eq!(printed(&["list", "-n", "-l", "-2", "-r", FOLLOWED]), rows);
    assert_eq!(printed(&["list", "-q", FOLLOWED]), "");
}

/// The numbers and octets of the frames in a capture.
fn frames(path: &Path) -> Vec<Vec<u8>> {
    let mut capture = Capture::open(path).expect("a capture");
    let mut frames = Vec::new();
    while capture.advance() {
        frames.extend(capture.frame().map(|frame| frame.data.to_vec()));
    }
    frames
}

#[test]
fn frames_of_matching_messages_are_written_with_all_their_segments() {
    let source = "samples/captures/websocket-redirect.pcap";
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("written.pcapng");
    let path = file.to_str().expect("a path of text");
    assert_eq!(printed(&["list", "-w", path, "-Y", "sip.Status-Code == 302", source]), "");
    let wanted = printed(&["list", "-T", "fields", "-e", "frame.number", "-Y", "sip.Status-Code == 302", source]);
    let numbers: Vec<usize> = wanted.lines().map(|line| line.parse().expect("a number")).collect();
    let all = frames(&Path::new(env!("CARGO_MANIFEST_DIR")).join(source));
    let expected: Vec<Vec<u8>> = numbers.iter().map(|number| all[number - 1].clone()).collect();
    assert!(!expected.is_empty() && frames(&file) == expected);
    // With -P rows are printed beside, and all frames of all messages come in their order.
    assert_eq!(printed(&["list", "-P", "-w", path, FOLLOWED]), printed(&["list", FOLLOWED]));
    assert_eq!(frames(&file), frames(&Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLLOWED)));
    // What is no capture of its own may not be overwritten, and a pipe cannot be read twice.
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLLOWED), &file).expect("the folder for tests can be written");
    assert!(refused(&["list", "-w", path, path]).contains("overwrite the capture"));
    assert!(refused(&["list", "-w", path, "-"]).contains("cannot be read again"));
    assert_eq!(run(&["list", "-w", "no/such/folder/x.pcapng", FOLLOWED]).status.code(), Some(2));
}

#[test]
fn a_closed_pipe_ends_a_list_well() {
    let mut child = program(&["list", OFFICE]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program can be started");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!((output.status.code(), output.stderr.is_empty()), (Some(0), true));
}

#[test]
fn statistics_have_the_block_of_tshark_and_what_became_of_the_redirects() {
    let text = printed(&["stat", OFFICE]);
    let (block, summary) = text.split_once("\n\n8 redirects in").expect("the block, then the redirects");
    for line in
        ["SIP Statistics", "Number of resent SIP messages: 0", "  SIP 302 Moved Temporarily :     6 Packets", "* Average setup time"]
    {
        assert!(block.contains(line), "{line} is not in: {block}");
    }
    assert!(summary.contains("3 incorrect") && summary.contains("Captures"), "{summary}");
    let filtered = printed(&["stat", "-q", "-Y", "sip.Method == \"ACK\"", OFFICE]);
    assert!(filtered.contains("SIP Statistics with filter sip.Method") && !filtered.contains("SIP 302"), "{filtered}");
}

/// A pcapng of the first frames of a sample, each by an interface of its own, with options as they are given here: code and value.
fn with_words(interfaces: &[&[(u16, &[u8])]], comments: &[&[(u16, &[u8])]]) -> Vec<u8> {
    let padded = |octets: &[u8]| [octets, &[0; 3][..octets.len().next_multiple_of(4) - octets.len()]].concat();
    let options = |options: &[(u16, &[u8])]| {
        let written =
            options.iter().map(|(code, value)| [&code.to_le_bytes()[..], &(value.len() as u16).to_le_bytes(), &padded(value)].concat());
        written.collect::<Vec<_>>().concat()
    };
    let block = |kind: u32, body: &[u8]| {
        let length = (body.len() as u32 + 12).to_le_bytes();
        [&kind.to_le_bytes()[..], &length, body, &length].concat()
    };
    let mut file = block(0x0a0d_0d0a, &[&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat());
    for words in interfaces {
        file.extend(block(1, &[&[1, 0, 0, 0, 0, 0, 0, 0][..], &options(words)].concat()));
    }
    for (index, (words, frame)) in comments.iter().zip(frames(Path::new(FOLLOWED))).enumerate() {
        let len = frame.len() as u32;
        let head = [index as u32, 0, 7, len, len].map(u32::to_le_bytes).concat();
        file.extend(block(6, &[&head[..], &padded(&frame), &options(words)].concat()));
    }
    file
}

#[test]
fn what_a_capture_says_in_words_is_told_as_by_tshark() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("words.pcapng");
    let interfaces: [&[(u16, &[u8])]; 3] = [&[(2, b"eth0"), (3, b"the first")], &[(3, b"the second")], &[]];
    let file = with_words(&interfaces, &[&[(1, b"one"), (1, "zw\u{f6}lf".as_bytes())], &[], &[(1, b"three")]]);
    fs::write(&path, file).expect("the folder for tests can be written");
    let capture = path.to_str().expect("a plain name");
    let names = ["frame.number", "frame.interface_id", "frame.interface_name", "frame.comment"];
    let asked: Vec<&str> = names.iter().flat_map(|name| ["-e", name]).collect();
    let rows = printed(&[&["list", "-T", "fields"][..], &asked, &[capture]].concat());
    assert_eq!(rows, "1\t0\teth0\tone,zw\u{f6}lf\n2\t1\tthe second\t\n3\t2\tunknown\tthree\n");
    assert_eq!(printed(&["list", "-Y", "frame.comment contains \"lf\"", "-T", "fields", "-e", "frame.number", capture]), "1\n");
    // A filter of audit asks as well.
    let picked = printed(&["audit", "--fail-on", "never", "--format", "csv", "-Y", "frame.interface_name == \"the second\"", capture]);
    assert_eq!(picked.lines().count(), 2, "{picked}");
    if let Some(theirs) = tshark::fields(&path, "sip", &names) {
        let theirs: Vec<String> = theirs.iter().map(|row| row.join("\t").replace('\u{1f}', ",")).collect();
        assert_eq!(rows.lines().collect::<Vec<_>>(), theirs);
    }
}
