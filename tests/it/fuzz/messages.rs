//! Takes octets of messages, URIs, bodies and DNS, holds what reads them to its invariants.

use sip3xx::dns;
use sip3xx::sip::body::{Alternatives, MAX_URIS};
use sip3xx::sip::framing::{MAX_MESSAGE, Step, cut, cut_rest};
use sip3xx::sip::{Difference, Match, Message, Name, Uri, bare_contact_readings, is_sip};

use super::engine::Target;
use super::mutation::Maker;
use crate::support::dns_message;
use crate::support::sample_files::{files_below, samples};

const WORDS: &[&str] = &[
    "\r\n",
    "\r\n ",
    "\r\n\r\n",
    "SIP/2.0",
    "INVITE ",
    "ACK ",
    " 302 ",
    "Via: ",
    "v:",
    "Contact: ",
    "m: ",
    "From: ",
    "To: ",
    "Call-ID: ",
    "CSeq: ",
    "l: 0",
    "Content-Length: 99999999999999999999",
    "Content-Type: multipart/mixed;boundary=b",
    ";tag=",
    ";branch=z9hG4bK",
    ";q=0.5",
    ";expires=0",
    "sip:",
    "sips:",
    "tel:+1",
    "urn:service:sos",
    "<",
    ">",
    "\"",
    "\\",
    ",",
    ";",
    "=",
    "@",
    "[2001:db8::1]",
    ":5060",
    "%00",
    "%zz",
    "?a=b&c=d",
    ";lr",
    ";transport=tcp",
    ";maddr=",
    "*",
    "(",
    ")",
    "\0",
    "\u{e9}",
    "--b\r\n",
    "--b--",
];

/// The messages of the samples' texts, each by itself.
fn message_texts() -> Vec<Vec<u8>> {
    let torture = samples().parent().expect("the root").join("tests/torture");
    let mut seeds: Vec<Vec<u8>> = files_below(&torture, "dat").iter().map(|path| std::fs::read(path).expect("can be read")).collect();
    for path in files_below(&samples().join("captures"), "sip") {
        let text = std::fs::read_to_string(path).expect("can be read");
        let messages = text.split("\n@ ").filter_map(|message| message.split_once('\n').map(|(_, message)| message));
        seeds.extend(messages.map(|message| message.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes()));
    }
    assert!(seeds.len() > 40, "{} seeds", seeds.len());
    seeds
}

/// The pieces of a stream as they are cut when `step` more octets come at a time.
fn pieces(stream: &[u8], step: usize) -> Vec<(usize, usize)> {
    let (mut found, mut done, mut resume, mut there) = (Vec::new(), 0, 0, 0);
    while there < stream.len() {
        there = (there + step).min(stream.len());
        while done < there {
            match cut(&stream[done..there], resume) {
                Step::Unit { skip, len, .. } => {
                    assert!(len > 0 && len <= MAX_MESSAGE && done + skip + len <= there, "a unit lies in what was shown");
                    found.push((done + skip, len));
                    (done, resume) = (done + skip + len, 0);
                }
                Step::Skip { len, .. } => {
                    assert!(len > 0 && done + len <= there, "what is passed over was shown");
                    (done, resume) = (done + len, 0);
                }
                Step::More { at_least, resume: next } => {
                    assert!(at_least > there - done, "more is asked for than there is");
                    resume = next;
                    break;
                }
            }
        }
    }
    while let Some(Step::Unit { skip, len, .. }) = cut_rest(&stream[done..]) {
        assert!(len > 0);
        found.push((done + skip, len));
        done += skip + len;
    }
    found
}

fn framing(input: &[u8]) {
    let whole = pieces(input, input.len().max(1));
    assert_eq!(whole, pieces(input, 1 + input.len() / 7), "another way of chopping");
    if input.len() < 1_500 {
        assert_eq!(whole, pieces(input, 1), "octet by octet");
    }
}

fn message(input: &[u8]) {
    framing(input);
    let Some(message) = Message::scan(input) else { return };
    assert_eq!(Message::scan(input).as_ref(), Some(&message));
    assert!(is_sip(input));
    let there = message.octets().len();
    assert!(message.body().len() <= there && message.start_line().len() <= there);
    assert_eq!(message.is_request(), message.status().is_none() && message.request_uri().is_some() || message.is_request());
    for name in [Name::Via, Name::Contact, Name::Route, Name::RecordRoute, Name::PAssociatedUri] {
        let octets: usize = message.values(name).map(|value| value.len()).sum();
        assert!(octets <= there, "the values of a header are parts of it");
    }
    assert_eq!(message.vias().count(), message.via_count());
    assert_eq!(message.has_several_vias(), message.via_count() > 1);
    for contact in message.contacts() {
        assert!(contact.q().and_then(|q| q.milli()).is_none_or(|milli| milli <= 1_000));
        let uri = Uri::parse(contact.uri());
        assert!(uri.equals(&uri));
        let _ = (contact.expires(), contact.instance(), contact.is_well_formed(), bare_contact_readings(contact.uri()));
    }
    let _ =
        (message.from(), message.to(), message.cseq(), message.faults(), message.expires(), message.max_forwards(), message.hidden_by());
    let owned = message.clone().into_owned();
    assert!(owned.faults() == message.faults() && owned.call_id() == message.call_id());
    let _ = (message.to_rsip(), message.to_rsip_typed());
}

fn uri(input: &[u8]) {
    let mut lines = input.split(|octet| *octet == b'\n');
    let all: Vec<Uri> = [lines.next(), lines.next(), lines.next()].into_iter().flatten().map(Uri::parse).collect();
    let Some(one) = all.first() else { return };
    for other in &all {
        assert!(other.equals(other) && Uri::parse(other.as_bytes()).faults() == other.faults());
        assert_eq!(one.equals(other), other.equals(one), "equality is symmetric");
        assert!(!one.equals(other) || one.lookup_key() == other.lookup_key(), "equal URIs have one key");
        let difference = Difference::between(one, other, all.last());
        assert_eq!(difference, Difference::between(one, other, all.last()));
        let (hop, again) = (other.next_hop(), other.next_hop());
        assert_eq!(hop.is_some(), again.is_some());
    }
    if one.is_valid() {
        assert_eq!(Difference::between(one, one, None).against_contact, Match::Exact);
    }
}

fn body(input: &[u8]) {
    let at = input.iter().position(|octet| *octet == b'\n').unwrap_or(input.len());
    let (content_type, body) = input.split_at(at);
    let read = Alternatives::read(Some(content_type.trim_ascii_end()), None, body.get(1..).unwrap_or_default());
    assert!(read.uris.len() <= MAX_URIS, "{} URIs", read.uris.len());
    assert!(read == Alternatives::read(Some(content_type.trim_ascii_end()), None, body.get(1..).unwrap_or_default()));
    let _ = (read.service_type(), read.action(), read.reason(), read.breaks_ims_schema(), read.report_kind());
}

fn dns(input: &[u8]) {
    let read = dns::Message::read(input);
    assert_eq!(read, dns::Message::read(input));
    if let Some(message) = read {
        assert!(message.records.len() <= dns::MAX_RECORDS);
        // A name has 255 octets at most, however often pointers lead to it.
        assert!(message.weight() <= 4_096 + 1_024 * dns::MAX_RECORDS, "{} octets are kept of {}", message.weight(), input.len());
    }
}

fn texts(all: &[&str]) -> Vec<Vec<u8>> {
    all.iter().map(|text| text.as_bytes().to_vec()).collect()
}

#[test]
fn messages() {
    Target { name: "messages", maker: Maker { seeds: message_texts(), words: WORDS }, runs: 1_500, check: message }.run();
}

#[test]
fn uris() {
    let seeds = texts(&[
        "sip:alice:secret@atlanta.example:5061;transport=tcp;maddr=192.0.2.1;ttl=3?subject=x&priority=urgent\nsip:alice@atlanta.example\nsips:bob@b.example",
        "tel:+1-201-555-0123;ext=5;phone-context=example.com\nsip:+12015550123@gw.example;user=phone\ntel:+12015550123",
        "urn:service:sos.fire\nURN:SERVICE:sos.fire\nurn:uuid:0",
        "sip:%61lice@[2001:db8::1]:5060;lr;Transport=UDP\nsip:alice@[2001:DB8:0::1];transport=udp;lr\nsip:a?route=%3Csip:b%3E",
        "<sip:a@b;c=d>\n\"x\" <sip:a>;q=1\nhttp://u@b.example:8080?q",
    ]);
    Target { name: "uris", maker: Maker { seeds, words: WORDS }, runs: 3_000, check: uri }.run();
}

#[test]
fn bodies() {
    let seeds = texts(&[
        "application/3gpp-ims+xml\n<?xml version=\"1.0\"?><ims-3gpp version=\"1\"><alternative-service><type>emergency</type><reason>r &amp; s</reason><action>emergency-registration</action></alternative-service></ims-3gpp>",
        "application/3gpp-ims+xml; charset=utf-8\n<ims-3gpp version='1.0' xmlns='urn:3gpp:x'><!-- c --><alternative-service><type><emergency/></type><![CDATA[x]]></alternative-service></ims-3gpp>",
        "text/html\n<html><!-- <a href='sip:x'> --><body><a href=\"sip:bob@b.example?x=1&amp;y=2\">Bob</a><script>var a='sip:c@d';</script><a HREF=tel:+1234>x</a></body></html>",
        "multipart/mixed;boundary=\"b\"\nx\r\n--b\r\nContent-Type: text/plain\r\n\r\nsip:a@b.example\r\n--b\r\nContent-Type: multipart/alternative;boundary=c\r\n\r\n--c\r\n\r\nmailto:a@b\r\n--c--\r\n--b--",
        "text/uri-list\n# c\r\nsip:a@b\r\nhttp://x/y\r\n",
        "text/plain;charset=iso-8859-1\ncall +1 201 555 0123 or <sip:bob@b.example>, or http://x.example/a?b.",
        "message/sipfrag\nSIP/2.0 302 Moved\r\nContact: <sip:a@b>\r\n\r\n",
        "application/sdp\nv=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n",
    ]);
    const MARKUP: &[&str] = &[
        "<",
        "</",
        "/>",
        ">",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "&amp;",
        "&#0;",
        "&#x110000;",
        "&lt",
        "<a href=",
        "<script>",
        "</script>",
        "<type>",
        "</type>",
        "xmlns:a=\"b\"",
        "a:",
        "<!DOCTYPE x [<!ENTITY a \"b\">]>",
        "<?xml encoding='utf-16'?>",
        "--b",
        "--b--",
        "\r\n",
        ";boundary=",
        "\"",
        "sip:",
        "tel:",
        "text/html\n",
        "multipart/mixed;boundary=b\n",
        "\0",
        "\u{feff}",
    ];
    Target { name: "bodies", maker: Maker { seeds, words: MARKUP }, runs: 2_000, check: body }.run();
}

#[test]
fn names() {
    let lines: &[&[&str]] = &[
        &["far.example A 198.51.100.30", "far.example A 198.51.100.31"],
        &["_sip._udp.far.example SRV 1 2 5060 a.far.example", "a.far.example AAAA 2001:db8::1"],
        &["far.example NAPTR 1 2 SIP+D2U _sip._udp.far.example"],
        &["far.example CNAME near.example"],
        &["far.example A"],
    ];
    let mut seeds: Vec<Vec<u8>> = lines.iter().map(|lines| dns_message::message(lines).expect("a message")).collect();
    let pointer = b"\x12\x34\x81\x80\0\x01\0\x02\0\0\0\0\x03far\x07example\0\0\x05\0\x01\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x04\x01a\xc0\x10\xc0\x2b\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x01";
    seeds.push(pointer.to_vec());
    Target { name: "names", maker: Maker { seeds, words: &["\u{0}", "\u{3}far", "\u{7}example\u{0}"] }, runs: 4_000, check: dns }.run();
}
