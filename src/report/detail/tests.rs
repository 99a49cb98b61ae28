//! Facts about the tree of a message: what stands there, in which order, and where it says that something is malformed.

use std::fs;
use std::path::Path;

use super::detail;
use crate::filter::scene::{INVITE, MOVED, with_row};
use crate::report::wording::steers;
use crate::sip::Message;

/// The lines of the tree of `text`.
fn tree(text: &str) -> Vec<String> {
    with_row(text, |row| {
        let mut out = Vec::new();
        for node in detail(row, "office.pcap") {
            node.write(false, &mut out).unwrap();
        }
        String::from_utf8(out).unwrap().lines().map(str::to_owned).collect()
    })
}

/// The lines below the one that begins with `head`, up to the next that stands no deeper.
fn below(lines: &[String], head: &str) -> Vec<String> {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let at = lines.iter().position(|line| line.trim_start().starts_with(head)).unwrap_or_else(|| panic!("no {head} in {lines:#?}"));
    lines[at + 1..].iter().take_while(|line| depth(line) > depth(&lines[at])).map(|line| line.trim_start().to_owned()).collect()
}

#[test]
fn the_frame_the_layers_and_the_message_stand_one_behind_the_other() {
    let lines = tree(INVITE);
    let heads: Vec<&String> = lines.iter().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(heads, ["Frame 9 of office.pcap", "Layers", "Session Initiation Protocol (INVITE)"]);
    let frame = below(&lines, "Frame 9");
    for wanted in [
        "Time: 2023-11-14T22:13:20.500000000Z (1.500000 s after the first frame)",
        "From 10.0.0.1:5060 to 10.0.0.2:5062 by udp",
        "Carried by frames 8, 9",
        "Message 2 of those that this frame completes",
        "Acknowledges the answer to the request in frame 4, 12 ms after it",
    ] {
        assert!(frame.iter().any(|line| line == wanted), "{wanted}: {frame:#?}");
    }
    assert!(below(&lines, "Layers").contains(&"VLAN 7".to_owned()));
}

#[test]
fn headers_stand_in_the_order_and_spelling_of_the_wire() {
    let lines = tree(INVITE);
    let names: Vec<&str> = lines
        .iter()
        .filter(|line| line.starts_with("        ") && !line.starts_with("         "))
        .filter_map(|line| line.trim_start().split_once(": "))
        .map(|(name, _)| name)
        .collect();
    let headers = ["Via", "v (Via)", "From", "To", "Call-ID", "CSeq", "Contact", "m (Contact)", "Subject", "X-Foo", "Session-ID", "Reason"];
    let start = ["Method", "Request-URI"];
    assert_eq!(names, [&start[..], &headers[..], &["Retry-After", "Content-Type", "Content-Length"][..]].concat());
    assert!(lines.iter().any(|line| line.trim_start() == "Subject: folded twice"));
}

#[test]
fn values_have_their_parts() {
    let lines = tree(INVITE);
    assert_eq!(
        below(&lines, "Request-URI: "),
        [
            "Scheme: sip",
            "User part: carol",
            "Password: pw",
            "Host part: c.example",
            "Port: 5070",
            "URI parameter: transport=tcp",
            "URI parameter: lr",
            "URI header: X=y"
        ]
    );
    assert_eq!(
        below(&lines, "Value 2: SIP/2.0/TCP"),
        ["Transport: TCP", "Sent-by host: [2001:db8::1]", "Parameter: branch=z9hG4bKb", "Parameter: received=192.0.2.9"]
    );
    assert!(below(&lines, "From: ").starts_with(&["Display name: Bob, x".to_owned()]));
    assert_eq!(below(&lines, "CSeq: "), ["Sequence number: 7", "Method: INVITE"]);
    assert_eq!(below(&lines, "Message Body (application/sdp, 5 octets)"), ["v=0    (Version)"]);
    assert_eq!(below(&tree(MOVED), "Contact: *"), ["every address"]);
}

#[test]
fn what_is_malformed_is_said_at_its_place() {
    let text = "INVITE sip:a@h SIP/2.0\r\nVia: nonsense\r\nno header\r\nFrom: <sip:a@h\r\nTo: <sip:b@h:99999>\r\nCall-ID: a b\r\n\
                CSeq: x\r\nMax-Forwards: 999\r\nContact: <sip:c@h>;q=9\r\nContent-Length: 70\r\n\r\nv=0";
    let lines = tree(text);
    for (head, fault) in [
        ("Via: ", "Via"),
        ("[no header]: no header", "a line without a name and a colon"),
        ("From: ", "an address with its name and parameters is wanted"),
        ("Call-ID: ", "empty, or with blanks"),
        ("CSeq: ", "a number and a method are wanted"),
        ("Max-Forwards: ", "no number from 0 to 255"),
        ("Contact: ", "Contact"),
        ("Content-Length: ", "70 octets are announced and 3 are there"),
    ] {
        assert!(below(&lines, head).contains(&format!("[malformed: {fault}]")), "{head}: {:#?}", below(&lines, head));
    }
    assert!(below(&lines, "To: ").iter().any(|line| line.starts_with("[malformed: ") && line.contains("port")), "{lines:#?}");
    let headers = below(&tree("BYE sip:a@h SIP/2.0\r\nTo: <sip:a@h>\r\n"), "Message Header");
    assert!(headers.contains(&"[malformed: Via is missing]".to_owned()) && headers.iter().any(|line| line.contains("empty line")));
}

#[test]
fn parts_of_a_body_are_told_by_their_types() {
    let ims = "<ims-3gpp version=\"1\"><alternative-service><type>emergency</type><reason>r</reason></alternative-service></ims-3gpp>";
    let text = format!(
        "SIP/2.0 380 Alternative Service\r\nCSeq: 1 INVITE\r\nContent-Type: multipart/mixed;boundary=b\r\n\r\n\
         --b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\nwhat\r\n--b\r\nContent-Type: application/3gpp-ims+xml\r\n\r\n{ims}\r\n"
    );
    let lines = tree(&text);
    assert_eq!(
        below(&lines, "Part 1 (application/sdp, 9 octets)"),
        ["v=0    (Version)", "what", "[malformed: no line of a session description]"]
    );
    assert!(below(&lines, "Part 2 (application/3gpp-ims+xml").iter().any(|line| line.starts_with("<ims-3gpp")));
    let body = below(&lines, "Message Body (multipart/mixed;boundary=b");
    assert!(body.contains(&"[malformed: the last boundary is missing]".to_owned()), "{body:#?}");
    assert!(below(&lines, "What it describes").contains(&"Type: emergency".to_owned()), "{lines:#?}");
}

#[test]
fn nothing_of_the_wire_steers_a_terminal() {
    let hostile = "\u{1b}]0;x\u{7}\u{202e}\u{9b}31m";
    let text = format!(
        "INVITE sip:{hostile}@h SIP/2.0\r\nVia: SIP/2.0/{hostile} h;{hostile}={hostile}\r\nFrom: \"{hostile}\" <sip:a@h;{hostile}>;tag={hostile}\r\n\
         X-{hostile}: {hostile}\r\n{hostile}\r\nContent-Type: multipart/{hostile};boundary=b\r\n\r\n--b\r\nContent-Type: {hostile}\r\n\r\n{hostile}\r\n--b--"
    );
    assert!(tree(&text).iter().all(|line| !line.contains(steers)), "{:#?}", tree(&text));
}

#[test]
fn of_every_torture_message_what_is_wrong_is_told() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/torture");
    let mut looked_at = 0;
    for entry in ["rfc4475", "rfc5118"].iter().flat_map(|part| fs::read_dir(folder.join(part)).unwrap()) {
        let path = entry.unwrap().path();
        let octets = fs::read(&path).unwrap();
        // A row is made of text; what is no UTF-8 has the octets of its replacement.
        let text = String::from_utf8_lossy(&octets).into_owned();
        let Some(message) = Message::scan(text.as_bytes()) else { continue };
        looked_at += 1;
        let lines = tree(&text);
        let is_told = lines.iter().any(|line| line.trim_start().starts_with("[malformed: "));
        assert!(is_told || message.faults().is_empty(), "{}: {:?}", path.display(), message.faults().iter().collect::<Vec<_>>());
    }
    assert!(looked_at > 40, "{looked_at}");
}
