//! Takes the number of a call, gives its frames: asked at a server, redirected or not, answered after it has rung, ended.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::carriage::Carriage;
use crate::traffic::Shape;

/// Different phones that call; each calls again only after all others.
const CLIENTS: u64 = 6_000;
/// Different phones that are called.
const TARGETS: u64 = 50_000;
/// Microseconds by which a call begins later than its start, for the handshake of TCP ahead of it.
const LEAD: u64 = 1_000;

const MAKES: [&str; 5] = ["Lyra/2.1", "Cygnus 5.0", "Orion-Desk/0.9", "Vega SIP 12.0.4", "Handset/11.0"];

/// What a message of a call has beside the call: its transaction and the tag of the other side.
#[derive(Clone, Copy)]
struct Turn {
    method: &'static str,
    branch: u64,
    cseq: u32,
    to_tag: Option<u64>,
}

/// One call: who, when, and its frames so far.
pub(crate) struct Call<'a> {
    number: u64,
    start: u64,
    ring: u64,
    client: SocketAddr,
    server: SocketAddr,
    target: SocketAddr,
    user: u64,
    make: &'static str,
    is_ims: bool,
    carriage: &'a mut Carriage,
    pub(crate) frames: Vec<(u64, Vec<u8>)>,
}

impl<'a> Call<'a> {
    /// The call of that number, which begins at `start` and rings for `ring` microseconds.
    pub(crate) fn new(number: u64, start: u64, ring: u64, shape: Shape, carriage: &'a mut Carriage) -> Self {
        let client = number % CLIENTS;
        let ([client_ip, server_ip, target_ip], port) = match shape {
            Shape::Mixed | Shape::Udp => (phones(client, number), 5060),
            Shape::Tcp => (phones(client, number), 10_000 + low16(number % 50_000)),
            Shape::Trunk => ([[18, 0, 1], [19, 0, 1], [19, 0, 20]].map(of_benchmarks), 5060),
            Shape::Ims => ([(1, client), (2, number % 4), (3, number % TARGETS)].map(of_documentation), 5060),
        };
        Self {
            number,
            start: start + LEAD,
            ring,
            client: SocketAddr::new(client_ip, port),
            server: SocketAddr::new(server_ip, 5060),
            target: SocketAddr::new(target_ip, 5060),
            user: 4_000 + mix(number) % 5_000,
            make: MAKES[usize::try_from(mix(client) % MAKES.len() as u64).unwrap_or(0)],
            is_ims: shape == Shape::Ims,
            carriage,
            frames: Vec::new(),
        }
    }

    /// INVITE, 100, 180, 200, ACK, and at the end BYE, 200: with the target after INVITE, 302, ACK where it is redirected, else with the server.
    pub(crate) fn signal(&mut self, is_redirected: bool) {
        let (server, target) = (self.server, self.target);
        let original = format!("sip:{}@{}", self.user, host(server));
        let contact = format!("sip:{}@{}{}", self.user, host(target), self.carriage.parameter());
        let tag = mix(self.number ^ 0x31) & 0xffff_ffff;
        let (offer, answer) = (self.sdp("caller", self.client), self.sdp("callee", target));
        let there = format!("Contact: <{contact}>\r\n");
        let first = Turn { method: "INVITE", branch: 1, cseq: 1, to_tag: None };
        let (peer, uri, invite, begin) = if is_redirected {
            let to = Some(mix(self.number ^ 0x30) & 0xffff_ffff);
            self.request(0, server, &original, first, &offer);
            self.response(9_000, server, "302 Moved Temporarily", Turn { to_tag: to, ..first }, &there, "");
            self.request(9_800, server, &original, Turn { method: "ACK", to_tag: to, ..first }, "");
            (target, &contact, Turn { branch: 2, cseq: 2, ..first }, 12_000)
        } else {
            (server, &original, first, 0)
        };
        let bye = Turn { method: "BYE", branch: 4, cseq: 3, to_tag: Some(tag) };
        let in_dialog = Turn { to_tag: Some(tag), ..invite };
        self.request(begin, peer, uri, invite, &offer);
        self.response(begin + 6_000, peer, "100 Trying", invite, "", "");
        self.response(begin + 83_000, peer, "180 Ringing", in_dialog, &there, "");
        self.response(begin + self.ring, peer, "200 OK", in_dialog, &there, &answer);
        self.request(begin + self.ring + 3_000, peer, &contact, Turn { method: "ACK", branch: 3, ..in_dialog }, "");
        self.request(begin + self.ring + 1_000_000, peer, &contact, bye, "");
        self.response(begin + self.ring + 1_012_000, peer, "200 OK", bye, "", "");
        if is_redirected {
            self.frames.extend(self.carriage.close(self.client, server, self.start + 50_000));
        }
        self.frames.extend(self.carriage.close(self.client, peer, self.start + begin + self.ring + 1_020_000));
    }

    /// Voice in both directions by turns, 20 ms for each packet of a side.
    pub(crate) fn talk(&mut self, packets: u64) {
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
            self.send(self.ring + 30_000 + step * 20_000 + index % 2 * 3_000, from, to, &packet);
        }
    }

    fn request(&mut self, after: u64, to: SocketAddr, uri: &str, turn: Turn, body: &str) {
        let mut own = String::new();
        if turn.method == "INVITE" {
            own += &format!("Contact: <sip:{}@{}>\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\n", self.number % CLIENTS, self.client);
        }
        if self.is_ims && turn.method == "INVITE" {
            own += "P-Preferred-Identity: <sip:+15555550100@ims.example>\r\nP-Preferred-Service: urn:urn-7:3gpp-service.ims.icsi.mmtel\r\n";
            own +=
                "P-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=001010001000019B\r\nSupported: 100rel, timer, precondition\r\n";
            own += "Accept-Contact: *;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel\"\r\nSession-Expires: 1800\r\n";
        }
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
        let (number, client, line) = (self.number, self.client, self.number % CLIENTS);
        let branch = mix(number * 8 + turn.branch);
        let from_tag = mix(number) & 0xffff_ffff;
        let to_tag = turn.to_tag.map_or(String::new(), |tag| format!(";tag={tag:08x}"));
        let mut head = format!("Via: SIP/2.0/{} {client};branch=z9hG4bK{branch:016x}\r\n", self.carriage.transport());
        head += &format!("From: \"Phone {line}\" <sip:{line}@bench.example>;tag={from_tag:08x}\r\n");
        head += &format!("To: <sip:{}@{}>{to_tag}\r\n", self.user, host(self.server));
        head += &format!("Call-ID: {:016x}@bench.example\r\nCSeq: {} {}\r\n", mix(number ^ 0xca11), turn.cseq, turn.method);
        head
    }

    fn sdp(&self, who: &str, side: SocketAddr) -> String {
        let (address, port) = (side.ip(), if who == "caller" { 40_000 } else { 41_000 });
        let kind = if address.is_ipv6() { "IP6" } else { "IP4" };
        format!(
            "v=0\r\no={who} {} 1 IN {kind} {address}\r\ns=-\r\nc=IN {kind} {address}\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n",
            self.number
        )
    }

    fn send(&mut self, after: u64, from: SocketAddr, to: SocketAddr, payload: &[u8]) {
        let identification = low16(self.frames.len() as u64 + self.number);
        self.frames.extend(self.carriage.send(from, to, self.start + after, identification, payload));
    }
}

/// A client, a server and a target, each with an address of its own.
fn phones(client: u64, number: u64) -> [IpAddr; 3] {
    let [.., high, low] = (client + 256).to_be_bytes();
    let [.., target_high, target_low] = (number % TARGETS + 512).to_be_bytes();
    let server = u8::try_from(number % 4 + 1).unwrap_or(1);
    [[18, high, low], [19, 0, server], [19, target_high, target_low]].map(of_benchmarks)
}

fn of_benchmarks([second, third, fourth]: [u8; 3]) -> IpAddr {
    Ipv4Addr::new(198, second, third, fourth).into()
}

fn of_documentation((network, host): (u16, u64)) -> IpAddr {
    Ipv6Addr::new(0x2001, 0xdb8, network, 0, 0, 0, 0, low16(host).saturating_add(1)).into()
}

/// The address as the host of a URI.
fn host(end: SocketAddr) -> String {
    match end.ip() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
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
