//! Takes datagrams, segments and fragments as an attacker would pile them up, gives the capture that holds them.
//!
//! Invariant: the same calls give the same octets; nothing of the product is used here.

use std::net::{Ipv4Addr, SocketAddr};

use crate::support::pcap_writer::{file_header, ip_frame, udp_frame, write_record};
use crate::support::sip_text::EPOCH_MICROS;

/// The protocol number of TCP in IPv4 (RFC 9293).
const TCP: u8 = 6;
/// Octets of Ethernet without tags.
const ETHERNET: usize = 14;

pub(super) const CLIENT: Host = Host(192, 0, 2, 10);
pub(super) const SERVER: Host = Host(192, 0, 2, 20);
pub(super) const TARGET: Host = Host(198, 51, 100, 30);

/// The octets of an IPv4 address; its port is that of SIP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Host(pub(super) u8, pub(super) u8, pub(super) u8, pub(super) u8);

impl Host {
    pub(super) fn at(self, port: u16) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::new(self.0, self.1, self.2, self.3), port))
    }
}

/// A capture in the making, and the moment of its next frame.
pub(super) struct Pile {
    octets: Vec<u8>,
    /// Microseconds since the first frame.
    pub(super) now: u64,
    /// Microseconds from one frame to the next.
    pub(super) step: u64,
}

impl Pile {
    /// Nothing yet; one frame follows the other after `step` microseconds.
    pub(super) fn new(step: u64) -> Self {
        Self { octets: file_header(), now: 0, step }
    }

    /// The capture, which goes on for a while after its last frame.
    pub(super) fn done(mut self) -> Vec<u8> {
        self.now += 600_000_000;
        self.udp(CLIENT, SERVER, b"the end");
        self.octets
    }

    pub(super) fn frame(&mut self, frame: &[u8]) {
        write_record(&mut self.octets, EPOCH_MICROS + self.now, frame);
        self.now += self.step;
    }

    pub(super) fn udp(&mut self, from: Host, to: Host, payload: &[u8]) {
        self.udp_of(from.at(5060), to.at(5060), payload);
    }

    pub(super) fn udp_of(&mut self, from: SocketAddr, to: SocketAddr, payload: &[u8]) {
        self.frame(&udp_frame(from, to, 0, payload));
    }

    /// A segment of TCP that begins at `sequence`; its checksum is left out, as on the host that sends it.
    pub(super) fn tcp(&mut self, from: SocketAddr, to: SocketAddr, sequence: u32, flags: u8, payload: &[u8]) {
        let mut segment = Vec::with_capacity(payload.len() + 20);
        segment.extend_from_slice(&from.port().to_be_bytes());
        segment.extend_from_slice(&to.port().to_be_bytes());
        segment.extend_from_slice(&sequence.to_be_bytes());
        segment.extend_from_slice(&0_u32.to_be_bytes());
        segment.extend_from_slice(&[0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        segment.extend_from_slice(payload);
        self.frame(&ip_frame(from.ip(), to.ip(), TCP, 0, &segment));
    }

    /// A fragment of the datagram `identification`, at `place` octets of it.
    pub(super) fn fragment(&mut self, identification: u16, place: usize, is_last: bool, payload: &[u8]) {
        let mut frame = ip_frame(CLIENT.at(0).ip(), SERVER.at(0).ip(), 17, identification, payload);
        let field = u16::try_from(place / 8).expect("a datagram is short") | if is_last { 0 } else { 0x2000 };
        frame[ETHERNET + 6..ETHERNET + 8].copy_from_slice(&field.to_be_bytes());
        self.frame(&frame);
    }
}

/// The message of a call over UDP, as its parts make it.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) branch: u64,
    pub(super) call: u64,
    pub(super) cseq: u64,
    pub(super) method: &'a str,
    /// Further fields, each with its line end.
    pub(super) more: &'a str,
    pub(super) body: &'a str,
}

impl Text<'_> {
    /// The request for `uri`.
    pub(super) fn request(self, uri: &str) -> Vec<u8> {
        self.message(&format!("{} {uri} SIP/2.0", self.method), "")
    }

    /// The response of that status.
    pub(super) fn response(self, status: u16) -> Vec<u8> {
        self.message(&format!("SIP/2.0 {status} So"), ";tag=t")
    }

    fn message(self, start: &str, to_tag: &str) -> Vec<u8> {
        let Self { branch, call, cseq, method, more, body } = self;
        format!(
            "{start}\r\nVia: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK{branch}\r\nFrom: <sip:alice@atlanta.example>;tag=f{call}\r\n\
             To: <sip:bob@192.0.2.20>{to_tag}\r\nCall-ID: {call}@192.0.2.10\r\nCSeq: {cseq} {method}\r\n{more}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }
}

/// An INVITE of call, branch and CSeq `number`.
pub(super) const fn invite(number: u64) -> Text<'static> {
    Text { branch: number, call: number, cseq: number + 1, method: "INVITE", more: "", body: "" }
}
