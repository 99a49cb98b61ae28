//! Takes a call whose first Contact answers with an ICMP error, holds the report to what that error means.

use std::fs;
use std::path::Path;

use sip3xx::report::model::Report;

use crate::support::audited::report_of;
use crate::support::capture_text::capture_of_text;
use crate::support::pcap_writer::{file_header, ip_frame, write_record};
use crate::support::sip_text::EPOCH_MICROS;

const CALL: &str = "\
@ 0 192.0.2.10:5060 > 192.0.2.20:5060 udp
INVITE sip:bob@192.0.2.20 SIP/2.0
Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKu1
From: <sip:alice@atlanta.example>;tag=a1
To: <sip:bob@192.0.2.20>
Call-ID: u1@192.0.2.10
CSeq: 1 INVITE
Max-Forwards: 70
Contact: <sip:alice@192.0.2.10:5060>
Content-Length: auto

@ +0.01 192.0.2.20:5060 > 192.0.2.10:5060 udp
SIP/2.0 302 Moved Temporarily
Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKu1
From: <sip:alice@atlanta.example>;tag=a1
To: <sip:bob@192.0.2.20>;tag=b1
Call-ID: u1@192.0.2.10
CSeq: 1 INVITE
Contact: <sip:bob@198.51.100.30>;q=1, <sip:bob@203.0.113.40>;q=0.5
Content-Length: auto

@ +0.01 192.0.2.10:5060 > 192.0.2.20:5060 udp
ACK sip:bob@192.0.2.20 SIP/2.0
Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKu1
From: <sip:alice@atlanta.example>;tag=a1
To: <sip:bob@192.0.2.20>;tag=b1
Call-ID: u1@192.0.2.10
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: auto

@ +0.01 192.0.2.10:5060 > 198.51.100.30:5060 udp
INVITE sip:bob@198.51.100.30 SIP/2.0
Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKu2
From: <sip:alice@atlanta.example>;tag=a1
To: <sip:bob@192.0.2.20>
Call-ID: u1@192.0.2.10
CSeq: 2 INVITE
Max-Forwards: 70
Contact: <sip:alice@192.0.2.10:5060>
Content-Length: auto
";

/// The client still sends, 40 s later.
const LATER: &str = "\
@ 40 192.0.2.10:5060 > 192.0.2.50:5060 udp
OPTIONS sip:192.0.2.50 SIP/2.0
Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKu9
From: <sip:alice@atlanta.example>;tag=a9
To: <sip:192.0.2.50>
Call-ID: u9@192.0.2.10
CSeq: 9 OPTIONS
Max-Forwards: 70
Content-Length: auto
";

/// The report of the call where the retry met an ICMP error of `kind` and `code` that quotes so many octets of its packet.
fn report(kind: u8, code: u8, quoted: usize) -> Report {
    let [call, later] = [CALL, LATER].map(|text| capture_of_text(text).expect("is well-formed"));
    let packet = {
        let start = b"INVITE sip:bob@198.51.100.30";
        let retry = call.windows(start.len()).rposition(|window| window == start).expect("the retry is there");
        // IPv4 and UDP stand ahead of the text.
        &call[retry - 28..]
    };
    let error = [&[kind, code, 0, 0, 0, 0, 0, 0], &packet[..packet.len().min(quoted)]].concat();
    let (target, client) = ("198.51.100.30".parse().expect("an address"), "192.0.2.10".parse().expect("an address"));
    let mut octets = [file_header(), call[24..].to_vec()].concat();
    write_record(&mut octets, EPOCH_MICROS + 40_000, &ip_frame(target, client, 1, 7, &error));
    octets.extend_from_slice(&later[24..]);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("unreachable-{kind}-{code}-{quoted}.pcap"));
    fs::write(&path, octets).expect("the folder for tests can be written");
    report_of(&path)
}

#[test]
fn an_attempt_that_an_icmp_error_quotes_has_failed_and_the_next_contact_is_due() {
    // All of the packet, and the least that an error quotes: the ports.
    for quoted in [usize::MAX, 28] {
        let report = report(3, 3, quoted);
        let redirect = &report.redirects[0];
        assert_eq!(redirect.attempts[0].transport_error.as_deref(), Some("port-unreachable"));
        assert!(redirect.reason.contains("could not reach it: port unreachable"), "{}", redirect.reason);
        let found: Vec<_> = redirect.findings.iter().map(|finding| (finding.rule.as_str(), finding.primary.frame)).collect();
        assert_eq!(found, [("next-contact-not-tried", 5)]);
        assert_eq!(report.captures[0].sip_messages, 5, "what is quoted is no message");
    }
}

#[test]
fn an_error_that_only_asks_for_smaller_packets_is_no_failure() {
    let report = report(3, 4, usize::MAX);
    assert_eq!(report.redirects[0].attempts[0].transport_error, None);
    assert!(report.redirects[0].findings.is_empty());
}
