//! Streams of SIP as networks have them: behind a line of PROXY, without lengths, seen from one side, used again.

use super::SipCutter;
use crate::capture::{Frame, LinkType};
use crate::evidence::Timestamp;
use crate::fault::FaultLogs;
use crate::flow::Flow;
use crate::limit::Limits;
use crate::packet::bytes::{ACK, FIN, RST, SYN, ipv4, tcp};

/// A segment: whether the client sends it, its number, its flags, its octets.
type Sent<'a> = (bool, u32, u8, &'a [u8]);

/// The messages in the segments of a connection: of each its first line, and whether the client sent it; and how many faults there are.
fn read(segments: &[Sent<'_>]) -> (Vec<(String, bool)>, usize) {
    let mut flow = Flow::new(Limits::default(), SipCutter);
    let (mut given, mut faults) = (Vec::new(), FaultLogs::default());
    for (number, &(by_client, sequence, flags, payload)) in (1..).zip(segments) {
        let (hosts, ports) = if by_client { ((1, 2), (50_000, 5060)) } else { ((2, 1), (5060, 50_000)) };
        let packet = ipv4(hosts, 6, &tcp(ports, sequence, 0, flags & !ACK, payload));
        let frame = Frame {
            number,
            time: Timestamp::from_nanos(i128::from(number) * 1_000),
            link_type: LinkType(101),
            interface: 0,
            data: &packet,
            original_len: packet.len() as u32,
            offset: 0,
        };
        flow.push(0, &frame, &mut faults, &mut |unit| given.push((first_line(unit.bytes), unit.source.port == 50_000)));
    }
    flow.finish(&mut faults, &mut |unit| given.push((first_line(unit.bytes), unit.source.port == 50_000)));
    (given, faults.iter().map(|fault| fault.count).sum::<u64>() as usize)
}

fn first_line(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).lines().next().unwrap_or_default().to_owned()
}

fn request(method: &str, length: &str) -> Vec<u8> {
    format!("{method} sip:b@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/TCP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@b>\r\nCall-ID: 1\r\nCSeq: 1 {method}\r\n{length}\r\n")
        .into_bytes()
}

fn line(method: &str) -> (String, bool) {
    (format!("{method} sip:b@192.0.2.2 SIP/2.0"), true)
}

const LENGTH: &str = "Content-Length: 0\r\n";

#[test]
fn what_a_load_balancer_puts_ahead_of_a_stream_is_passed_over() {
    let v1 = b"PROXY TCP4 192.0.2.9 192.0.2.2 50123 5060\r\n".to_vec();
    let v2 = [&b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c"[..], &[192, 0, 2, 9, 192, 0, 2, 2, 0xc3, 0xcb, 0x13, 0xc4]].concat();
    for header in [v1, v2] {
        let message = request("INVITE", LENGTH);
        let joined = [&header[..], &message].concat();
        for cut in [header.len(), 5, header.len() + 9, joined.len()] {
            let (head, rest) = joined.split_at(cut);
            let segments: [Sent<'_>; 3] = [(true, 99, SYN, b""), (true, 100, 0, head), (true, 100 + head.len() as u32, 0, rest)];
            assert_eq!(read(&segments), (vec![line("INVITE")], 0), "cut at {cut} of {}", header.escape_ascii());
        }
    }
}

#[test]
fn a_message_without_a_length_ends_with_its_head() {
    let stream = [request("OPTIONS", ""), request("INVITE", LENGTH)].concat();
    assert_eq!(read(&[(true, 99, SYN, b""), (true, 100, 0, &stream)]), (vec![line("OPTIONS"), line("INVITE")], 0));
}

#[test]
fn one_direction_is_read_without_the_other() {
    let (first, second) = (request("INVITE", LENGTH), request("BYE", LENGTH));
    let segments: [Sent<'_>; 2] = [(true, u32::MAX - 9, 0, &first), (true, (first.len() as u32).wrapping_sub(10), 0, &second)];
    // The numbers pass their end within the first message.
    assert_eq!(read(&segments), (vec![line("INVITE"), line("BYE")], 0));
}

#[test]
fn fin_and_rst_may_carry_the_last_octets() {
    for flags in [FIN, RST] {
        let message = request("BYE", LENGTH);
        let (head, rest) = message.split_at(40);
        let segments: [Sent<'_>; 3] = [(true, 99, SYN, b""), (true, 100, 0, head), (true, 140, flags, rest)];
        assert_eq!(read(&segments), (vec![line("BYE")], 0), "{flags}");
    }
}

#[test]
fn a_keep_alive_of_tcp_repeats_nothing() {
    let (first, second) = (request("INVITE", LENGTH), request("BYE", LENGTH));
    let next = 100 + first.len() as u32;
    let segments: [Sent<'_>; 5] =
        [(true, 99, SYN, b""), (true, 100, 0, &first), (true, next - 1, 0, b"\0"), (true, next - 1, 0, b""), (true, next, 0, &second)];
    assert_eq!(read(&segments), (vec![line("INVITE"), line("BYE")], 0));
}

#[test]
fn a_port_that_is_used_again_is_another_stream() {
    let message = request("INVITE", LENGTH);
    let segments: [Sent<'_>; 4] =
        [(true, 99, SYN, b""), (true, 100, 0, &message), (true, 5_000_000, SYN, b""), (true, 5_000_001, 0, &message)];
    assert_eq!(read(&segments), (vec![line("INVITE"), line("INVITE")], 0));
}
