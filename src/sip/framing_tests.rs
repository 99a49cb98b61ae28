//! Streams cut into messages: by facts, and by properties over every way of chopping.

use super::framing::{Ending, MAX_MESSAGE, Step, cut, cut_rest, is_sip};
use proptest::prelude::*;

const OPTIONS: &str = "OPTIONS sip:b@h SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\nCall-ID: 1\r\nContent-Length: 0\r\n\r\n";

/// A message with this header line and this body.
fn message(line: &str, body: &str) -> String {
    format!("INVITE sip:b@h SIP/2.0\r\nVia: SIP/2.0/TCP h\r\n{line}\r\n\r\n{body}")
}

/// The messages of a stream that arrives in pieces of these sizes, repeated, as (start, text, ending), and how many calls were made.
fn messages_of(stream: &[u8], sizes: &[usize], hinted: bool) -> (Vec<(usize, Vec<u8>, Ending)>, usize) {
    let mut found = Vec::new();
    let (mut at, mut there, mut resume, mut at_least, mut calls) = (0, 0, 0, 0, 0);
    let mut sizes = sizes.iter().cycle();
    while there < stream.len() {
        there = (there + sizes.next().copied().unwrap_or(1).max(1)).min(stream.len());
        loop {
            let front = &stream[at..there];
            if hinted && front.len() < at_least {
                break;
            }
            calls += 1;
            match cut(front, if hinted { resume } else { 0 }) {
                Step::Unit { skip, len, ending } => {
                    found.push((at + skip, front[skip..skip + len].to_vec(), ending));
                    at += skip + len;
                    (resume, at_least) = (0, 0);
                }
                Step::Skip { len, .. } => {
                    assert!(len > 0 && len <= front.len(), "a skip moves forward, and not beyond what is there");
                    at += len;
                    (resume, at_least) = (0, 0);
                }
                Step::More { at_least: wanted, resume: next } => {
                    assert!(wanted > front.len(), "more is wanted than there is");
                    assert!(front.len() <= MAX_MESSAGE + 16, "what is kept is bounded");
                    (resume, at_least) = (next, wanted);
                    break;
                }
            }
        }
    }
    while let Some(step) = cut_rest(&stream[at..]) {
        match step {
            Step::Unit { skip, len, ending } => {
                found.push((at + skip, stream[at + skip..at + skip + len].to_vec(), ending));
                at += skip + len;
            }
            Step::Skip { len, .. } => at += len,
            Step::More { .. } => panic!("the rest never asks for more"),
        }
    }
    (found, calls)
}

fn whole(stream: &str) -> Vec<(String, Ending)> {
    let (found, _) = messages_of(stream.as_bytes(), &[stream.len()], true);
    found.into_iter().map(|(_, text, ending)| (String::from_utf8_lossy(&text).into_owned(), ending)).collect()
}

#[test]
fn sip_is_told_from_everything_else() {
    for text in [
        OPTIONS,
        "SIP/2.0 302 Moved\r\n",
        "\r\n\r\nSIP/2.0 200 OK\n",
        "\0\0SIP/2.0 200 OK\n",
        "NEWMETHOD urn:x SIP/3.0\r\n",
        "SIP/2.0 302 Mov",
    ] {
        assert!(is_sip(text.as_bytes()), "{text:?}");
    }
    let rtp = [0x80, 0x08, 0x4e, 0x21, 0, 0, 0, 1];
    let stun = [0x00, 0x01, 0x00, 0x08, 0x21, 0x12, 0xa4, 0x42];
    let dns = [b'A', b'B', 0x01, 0x00, 0x00, 0x01];
    for noise in
        [&rtp[..], &stun, &dns, b"", b"\r\n\r\n", b"\0\0\0\0", b"GET / HTTP/1.1\r\n\r\n", b"OPTIONS * RTSP/1.0\r\n", b"INVITE sip:a@b\r\n"]
    {
        assert!(!is_sip(noise), "{noise:?}");
    }
}

#[test]
fn messages_follow_each_other_with_keep_alives_between() {
    let stream = format!("\r\n\r\n{OPTIONS}{}\r\n\r\n{OPTIONS}\r\n", message("l : 4", "v=0\n"));
    let found = whole(&stream);
    assert_eq!(found, [OPTIONS.to_owned(), message("l : 4", "v=0\n"), OPTIONS.to_owned()].map(|text| (text, Ending::Told)));
}

#[test]
fn the_length_is_read_in_every_spelling() {
    for line in ["Content-Length: 4", "CONTENT-LENGTH \t:4", "l:\r\n 4", "L : 0004", "X: y\r\nl: 4"] {
        let stream = message(line, "v=0\n") + OPTIONS;
        assert_eq!(whole(&stream), [(message(line, "v=0\n"), Ending::Told), (OPTIONS.to_owned(), Ending::Told)], "{line:?}");
    }
}

#[test]
fn no_length_means_no_body() {
    let head = message("X: y", "");
    assert_eq!(whole(&format!("{head}v=0\r\ns=-\r\n{OPTIONS}")), [(head, Ending::Told), (OPTIONS.to_owned(), Ending::Told)]);
}

#[test]
fn line_ends_may_be_bare() {
    let stream = message("l: 4", "v=0\n").replace("\r\n", "\n") + &OPTIONS.replace("\r\n", "\n");
    assert_eq!(whole(&stream).len(), 2);
}

#[test]
fn a_length_that_lies_swallows_no_other_message() {
    for line in ["l: 9999", "l: 150", "l: 99999999999999999999", "l: -1", "l: x"] {
        let stream = message(line, "v=0\r\n") + &OPTIONS.repeat(3);
        let found = whole(&stream);
        assert_eq!(found.len(), 4, "{line:?}: {found:#?}");
        assert_eq!(found.iter().filter(|one| one.0 == OPTIONS).count(), 3, "{line:?}");
        assert_eq!(found.first().map(|one| one.1), Some(Ending::Resynced), "{line:?}");
    }
    let short = message("l: 2", "v=0\r\n") + OPTIONS;
    assert_eq!(whole(&short).get(1), Some(&(OPTIONS.to_owned(), Ending::Told)));
}

#[test]
fn a_message_may_carry_another() {
    let body = "SIP/2.0 302 Moved\r\nVia: SIP/2.0/UDP h\r\n";
    let line = format!("c: message/sipfrag\r\nl: {}", body.len());
    assert_eq!(whole(&(message(&line, body) + OPTIONS)), [(message(&line, body), Ending::Told), (OPTIONS.to_owned(), Ending::Told)]);
}

#[test]
fn a_stream_that_starts_in_the_middle_is_joined_at_the_next_start_line() {
    for ahead in ["Via: x\r\nl: 0\r\n\r\n", "half a line\r\n", "</presence>", "{\"a\":1}", "\u{1}\u{2}\u{fffd}", "Via: SIP/2.0/UDP h\r\n"] {
        assert_eq!(whole(&format!("{ahead}{OPTIONS}")), [(OPTIONS.to_owned(), Ending::Told)], "{ahead:?}");
    }
}

#[test]
fn a_stream_that_is_no_sip_gives_nothing_and_keeps_nothing() {
    let text = "GET / HTTP/1.1\r\nHost: h\r\n\r\n".repeat(50);
    assert_eq!(whole(&text), []);
    let binary: Vec<u8> = (0..4096u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8 | 0x80).collect();
    assert_eq!(cut(&binary, 0), Step::Skip { len: 4096, is_keep_alive: false });
}

#[test]
fn the_end_of_a_stream_gives_what_is_there() {
    let cut_body = message("l: 100", "v=0\r\n");
    assert_eq!(whole(&cut_body), [(cut_body.clone(), Ending::Cut)]);
    let cut_head = "INVITE sip:b@h SIP/2.0\r\nVia: SIP/2.0";
    assert_eq!(whole(cut_head), [(cut_head.to_owned(), Ending::Cut)]);
    assert_eq!(whole("INVITE sip:b@"), []);
}

#[test]
fn a_head_that_never_ends_is_bounded() {
    let mut stream = b"INVITE sip:b@h SIP/2.0\r\n".to_vec();
    stream.resize(MAX_MESSAGE + 1000, b'a');
    stream.extend_from_slice(b"\r\n");
    stream.extend_from_slice(OPTIONS.as_bytes());
    let (found, _) = messages_of(&stream, &[1000], true);
    assert_eq!(found.iter().map(|one| one.2).collect::<Vec<_>>(), [Ending::Resynced, Ending::Told]);
}

#[test]
fn a_version_too_long_for_a_stream_to_wait_for_is_none() {
    let stream = format!("SIP/{}.0 200 OK\r\nVia: x\r\n\r\n{OPTIONS}", "2".repeat(130));
    let (whole, _) = messages_of(stream.as_bytes(), &[stream.len()], true);
    let (single, _) = messages_of(stream.as_bytes(), &[1], true);
    assert_eq!(whole, single);
    assert_eq!(whole.len(), 1);
}

#[test]
fn start_lines_in_heads_that_never_end_are_passed_over_at_once() {
    for head in ["INVITE sip:b@h SIP/2.0\r\n", "INVITE sip:b@h SIP/2.0\r\nVia: x\r\n", "INVITE sip:b@h SIP/2.0\r\nX: x\r\n"] {
        let stream = head.repeat(2 * MAX_MESSAGE / head.len() + 1) + "\r\n" + OPTIONS;
        let (found, _) = messages_of(stream.as_bytes(), &[1000], true);
        assert!(found.len() <= 4, "{} messages of {head:?}", found.len());
        assert_eq!(found.last().map(|one| one.2), Some(Ending::Told), "{head:?}");
    }
}

#[test]
fn the_hint_never_delays_a_message_and_spares_calls() {
    let stream = message("l: 400", &"v=0\n".repeat(100)) + OPTIONS;
    let (found, calls) = messages_of(stream.as_bytes(), &[1], true);
    assert_eq!(found.len(), 2);
    assert!(calls < 200, "{calls} calls for {} octets", stream.len());
    let first = message("l: 400", &"v=0\n".repeat(100));
    let (all_but_one, _) = first.as_bytes().split_at(first.len() - 1);
    let Step::More { at_least, resume } = cut(all_but_one, 0) else { panic!("one octet is missing") };
    assert_eq!(at_least, first.len());
    assert_eq!(cut(first.as_bytes(), resume), Step::Unit { skip: 0, len: first.len(), ending: Ending::Told });
}

/// Streams of pieces that look like SIP, whole and broken.
fn streams() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(OPTIONS.as_bytes().to_vec()),
        Just(message("l: 9", "v=0\r\nx=1\n").into_bytes()),
        Just(message("l: 60", "v=0\r\n").into_bytes()),
        Just(message("c: message/sip\r\nl: 24", "INVITE sip:b@h SIP/2.0\r\n").into_bytes()),
        Just(b"INVITE sip:".to_vec()),
        Just(b"invite tel:1 sip/2.0\n\n".to_vec()),
        Just(b"SIP/2.0 200 OK\nv:x\n\n".to_vec()),
        Just(b"SIP/2.0".to_vec()),
        Just(b" SIP/2.0\r\n".to_vec()),
        Just(b"SIP".to_vec()),
        Just(b" 302".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"l: 3\r\n\r\n".to_vec()),
        Just(b">".to_vec()),
        Just(vec![b'a'; 130]),
        prop::collection::vec(prop::sample::select(&b"aZ :/>\r\n\x00\x80SIP2.0"[..]), 0..12),
        prop::collection::vec(any::<u8>(), 0..40),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_way_of_chopping_gives_the_same_messages(stream in streams(), sizes in prop::collection::vec(1usize..60, 1..6)) {
        let (whole, _) = messages_of(&stream, &[stream.len().max(1)], true);
        let (single, _) = messages_of(&stream, &[1], true);
        let (chopped, _) = messages_of(&stream, &sizes, true);
        let (unhinted, _) = messages_of(&stream, &[1], false);
        prop_assert_eq!(&whole, &single);
        prop_assert_eq!(&whole, &chopped);
        prop_assert_eq!(&whole, &unhinted);
    }
}
