//! Takes a size, gives a capture of that size: redirected calls with their voice, many at a time, over UDP.
//!
//! Invariant: the same size gives the same bytes. Addresses are those for benchmarks (RFC 2544, C.2.2: 198.18.0.0/15).

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use crate::pcap_writer::{file_header, udp_frame, write_record};

/// Changes with every change of what is written, so that no old capture is taken for a new one.
pub(crate) const VERSION: u32 = 2;

/// Bytes of the file per call: 20,000 calls make 160 MB.
const BYTES_PER_CALL: u64 = 8_000;
/// 2024-01-01T00:00:00Z in microseconds.
const START: u64 = 1_704_067_200_000_000;
/// Different phones that call; each calls again only after all others.
const CLIENTS: u64 = 6_000;
/// Bytes of a pcap record beside its frame.
const RECORD_HEADER: u64 = 16;
/// Bytes of a record with 20 ms of G.711: Ethernet, IPv4, UDP, RTP and 160 samples.
const VOICE_RECORD: u64 = RECORD_HEADER + 14 + 20 + 8 + 12 + 160;

const MAKES: [&str; 5] = ["Lyra/2.1", "Cygnus 5.0", "Orion-Desk/0.9", "Vega SIP 12.0.4", "Handset/11.0"];

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Many phones, each from an address of its own, to many targets.
    Phones,
    /// Everything between one border element, one redirect server and one gateway, as a carrier's tap sees it.
    Trunk,
}

impl Shape {
    pub(crate) const ALL: [Self; 2] = [Self::Phones, Self::Trunk];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Phones => "phones",
            Self::Trunk => "trunk",
        }
    }
}

/// What was written.
pub(crate) struct Made {
    pub(crate) calls: u64,
    pub(crate) frames: u64,
    pub(crate) bytes: u64,
    pub(crate) rtp_bytes: u64,
}

/// A frame that waits for its turn: time, order among equals, bytes.
type Waiting = Reverse<(u64, u64, Vec<u8>)>;

/// Writes a capture of about `bytes` bytes, in which so many calls begin in a second.
pub(crate) fn write(path: &Path, bytes: u64, shape: Shape, calls_per_second: u64) -> io::Result<Made> {
    let between_calls = 1_000_000 / calls_per_second.max(1);
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    out.write_all(&file_header())?;
    let mut made = Made { calls: (bytes / BYTES_PER_CALL).max(1), frames: 0, bytes: 24, rtp_bytes: 0 };
    let mut waiting: BinaryHeap<Waiting> = BinaryHeap::new();
    let mut order = 0;
    for number in 0..made.calls {
        let start = START + number * between_calls;
        let mut call = Call::new(number, start, shape);
        call.signal();
        let signalling: u64 = call.frames.iter().map(|(_, frame)| frame.len() as u64 + RECORD_HEADER).sum();
        let voice = BYTES_PER_CALL.saturating_sub(signalling) / VOICE_RECORD;
        call.talk(voice);
        made.rtp_bytes += voice * VOICE_RECORD;
        for (time, frame) in call.frames {
            waiting.push(Reverse((time, order, frame)));
            order += 1;
        }
        flush(&mut out, &mut waiting, start + between_calls, &mut made)?;
    }
    flush(&mut out, &mut waiting, u64::MAX, &mut made)?;
    out.flush()?;
    Ok(made)
}

/// Writes what is due before `until`.
fn flush(out: &mut impl Write, waiting: &mut BinaryHeap<Waiting>, until: u64, made: &mut Made) -> io::Result<()> {
    let mut record = Vec::new();
    while waiting.peek().is_some_and(|Reverse((time, ..))| *time < until) {
        let Some(Reverse((time, _, frame))) = waiting.pop() else { break };
        record.clear();
        write_record(&mut record, time, &frame);
        out.write_all(&record)?;
        made.frames += 1;
        made.bytes += record.len() as u64;
    }
    Ok(())
}

/// What a message of a call has beside the call: its transaction and the tag of the other side.
#[derive(Clone, Copy)]
struct Turn {
    method: &'static str,
    branch: u64,
    cseq: u32,
    to_tag: Option<u64>,
}

/// One redirected call: who, when, and its frames so far.
struct Call {
    number: u64,
    start: u64,
    client: SocketAddr,
    server: SocketAddr,
    target: SocketAddr,
    user: u64,
    make: &'static str,
    frames: Vec<(u64, Vec<u8>)>,
}

impl Call {
    fn new(number: u64, start: u64, shape: Shape) -> Self {
        let client = number % CLIENTS;
        let [.., high, low] = (client + 256).to_be_bytes();
        let [.., target_high, target_low] = (number % 50_000 + 512).to_be_bytes();
        let server = u8::try_from(number % 4 + 1).unwrap_or(1);
        let ([high, low], [target_high, target_low], server) = match shape {
            Shape::Phones => ([high, low], [target_high, target_low], server),
            Shape::Trunk => ([0, 1], [0, 20], 1),
        };
        Self {
            number,
            start,
            client: SocketAddr::from((Ipv4Addr::new(198, 18, high, low), 5060)),
            server: SocketAddr::from((Ipv4Addr::new(198, 19, 0, server), 5060)),
            target: SocketAddr::from((Ipv4Addr::new(198, 19, target_high, target_low), 5060)),
            user: 4_000 + mix(number) % 5_000,
            make: MAKES[usize::try_from(client % MAKES.len() as u64).unwrap_or(0)],
            frames: Vec::new(),
        }
    }

    /// INVITE, 302, ACK, INVITE, 100, 180, 200, ACK, and at the end BYE, 200.
    fn signal(&mut self) {
        let (client, server, target) = (self.client, self.server, self.target);
        let original = format!("sip:{}@{}", self.user, server.ip());
        let contact = format!("sip:{}@{}", self.user, target.ip());
        let to = mix(self.number ^ 0x30) & 0xffff_ffff;
        let tag = mix(self.number ^ 0x31) & 0xffff_ffff;
        let offer = self.sdp("caller", client);
        let answer = self.sdp("callee", target);
        let there = format!("Contact: <{contact}>\r\n");
        let first = Turn { method: "INVITE", branch: 1, cseq: 1, to_tag: None };
        let second = Turn { method: "INVITE", branch: 2, cseq: 2, to_tag: None };
        let bye = Turn { method: "BYE", branch: 4, cseq: 3, to_tag: Some(tag) };
        self.request(0, server, &original, first, &offer);
        self.response(9_000, server, "302 Moved Temporarily", Turn { to_tag: Some(to), ..first }, &there, "");
        self.request(9_800, server, &original, Turn { method: "ACK", to_tag: Some(to), ..first }, "");
        self.request(12_000, target, &contact, second, &offer);
        self.response(18_000, target, "100 Trying", second, "", "");
        self.response(95_000, target, "180 Ringing", Turn { to_tag: Some(tag), ..second }, &there, "");
        self.response(600_000, target, "200 OK", Turn { to_tag: Some(tag), ..second }, &there, &answer);
        self.request(603_000, target, &contact, Turn { method: "ACK", branch: 3, cseq: 2, to_tag: Some(tag) }, "");
        self.request(1_100_000, target, &contact, bye, "");
        self.response(1_112_000, target, "200 OK", bye, "", "");
    }

    /// Voice in both directions by turns, 20 ms for each packet of a side.
    fn talk(&mut self, packets: u64) {
        let caller = SocketAddr::new(self.client.ip(), 40_000);
        let callee = SocketAddr::new(self.target.ip(), 41_000);
        for index in 0..packets {
            let step = index / 2;
            let (from, to) = if index % 2 == 0 { (caller, callee) } else { (callee, caller) };
            let mut packet = Vec::with_capacity(172);
            packet.extend_from_slice(&[0x80, 8]); // RFC 3550, 5.1: version 2; RFC 3551: payload type 8 is PCMA
            packet.extend_from_slice(&low16(step).to_be_bytes());
            packet.extend_from_slice(&(low16(step).wrapping_mul(160) as u32).to_be_bytes());
            packet.extend_from_slice(&(mix(self.number * 2 + index % 2) as u32).to_be_bytes());
            for word in 0..20 {
                packet.extend_from_slice(&mix(self.number ^ index << 32 ^ word << 48).to_be_bytes());
            }
            self.send(610_000 + step * 20_000 + index % 2 * 3_000, from, to, &packet);
        }
    }

    fn request(&mut self, after: u64, to: SocketAddr, uri: &str, turn: Turn, body: &str) {
        let own = if turn.method == "INVITE" {
            format!("Contact: <sip:{}@{}:5060>\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\n", self.number % CLIENTS, self.client.ip())
        } else {
            String::new()
        };
        let (head, end) = (self.dialog(turn), content(body));
        let text = format!("{} {uri} SIP/2.0\r\n{head}Max-Forwards: 70\r\n{own}User-Agent: {}\r\n{end}", turn.method, self.make);
        self.send(after, self.client, to, text.as_bytes());
    }

    fn response(&mut self, after: u64, from: SocketAddr, status: &str, turn: Turn, own: &str, body: &str) {
        let text = format!("SIP/2.0 {status}\r\n{}{own}Server: Relay/3.0\r\n{}", self.dialog(turn), content(body));
        self.send(after, from, self.client, text.as_bytes());
    }

    /// The fields that name transaction and dialog.
    fn dialog(&self, turn: Turn) -> String {
        let (number, client, line) = (self.number, self.client.ip(), self.number % CLIENTS);
        let branch = mix(number * 8 + turn.branch);
        let from_tag = mix(number) & 0xffff_ffff;
        let to_tag = turn.to_tag.map_or(String::new(), |tag| format!(";tag={tag:08x}"));
        let mut head = format!("Via: SIP/2.0/UDP {client}:5060;branch=z9hG4bK{branch:016x}\r\n");
        head += &format!("From: \"Phone {line}\" <sip:{line}@bench.example>;tag={from_tag:08x}\r\n");
        head += &format!("To: <sip:{}@{}>{to_tag}\r\n", self.user, self.server.ip());
        head += &format!("Call-ID: {:016x}@{client}\r\nCSeq: {} {}\r\n", mix(number ^ 0xca11), turn.cseq, turn.method);
        head
    }

    fn sdp(&self, who: &str, side: SocketAddr) -> String {
        let (address, port) = (side.ip(), if who == "caller" { 40_000 } else { 41_000 });
        format!(
            "v=0\r\no={who} {} 1 IN IP4 {address}\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n",
            self.number
        )
    }

    fn send(&mut self, after: u64, from: SocketAddr, to: SocketAddr, payload: &[u8]) {
        let identification = low16(self.frames.len() as u64 + self.number);
        self.frames.push((self.start + after, udp_frame(from, to, identification, payload)));
    }
}

/// The fields of the body, the empty line, the body.
fn content(body: &str) -> String {
    let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
    format!("{kind}Content-Length: {}\r\n\r\n{body}", body.len())
}

fn low16(number: u64) -> u16 {
    u16::try_from(number & 0xffff).unwrap_or(0)
}

/// SplitMix64: well spread numbers that follow from their place alone.
fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
