//! Takes actors, gives what they send to each other, one after the other: the ground of every story.
//!
//! Invariant: the stage does what it is told and knows no rule; what is right and wrong is the story's word.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use sip3xx::evidence::Transport;

use super::message::Request;
use crate::support::chance::Chance;

/// Microseconds in a second.
pub(crate) const SECOND: u64 = 1_000_000;

/// What a shot is to the story, for those who disturb it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The request that is redirected.
    Asked,
    /// The 3xx.
    Redirect,
    /// Its ACK.
    Ack,
    /// The first request that the 3xx caused.
    Retry,
    /// What an attempt is answered with.
    Answer,
    /// A request that shows nothing but that its sender is there.
    Alive,
    /// Anything else.
    Other,
}

/// One message on its way.
#[derive(Debug, Clone)]
pub(crate) struct Shot {
    /// Microseconds since the story began.
    pub(crate) micros: u64,
    pub(crate) from: SocketAddr,
    pub(crate) to: SocketAddr,
    pub(crate) transport: Transport,
    pub(crate) payload: Vec<u8>,
    pub(crate) part: Part,
}

/// What is true of one 3xx.
#[derive(Debug, Clone)]
pub(crate) struct Truth {
    pub(crate) call_id: String,
    pub(crate) status: u16,
    /// The redirected Request-URI, by which redirects of one chain are told apart.
    pub(crate) uri: String,
    /// Who got it, by which hops of one call are told apart.
    pub(crate) client: SocketAddr,
    /// The verdicts that are right.
    pub(crate) verdicts: Vec<&'static str>,
    /// The rules that must be named, at level warning or error, against client or proxy.
    pub(crate) broken: Vec<&'static str>,
    /// The rules that may be named as well.
    pub(crate) companions: Vec<&'static str>,
    /// What later requests show, where the story has any.
    pub(crate) future: Option<&'static str>,
    /// Whether the capture lacks something, so that what was broken need not be seen.
    pub(crate) is_loose: bool,
    /// Whether the 3xx itself may be missing.
    pub(crate) may_be_unseen: bool,
}

/// A story, as far as it was played.
pub(crate) struct Stage {
    pub(crate) name: &'static str,
    pub(crate) chance: Chance,
    pub(crate) now: u64,
    pub(crate) shots: Vec<Shot>,
    pub(crate) truths: Vec<Truth>,
    pub(crate) client: SocketAddr,
    pub(crate) server: SocketAddr,
    pub(crate) proxy: SocketAddr,
    pub(crate) transport: Transport,
    /// The user who calls, and the one who is called.
    pub(crate) caller: String,
    pub(crate) callee: String,
    pub(crate) method: &'static str,
    number: usize,
    serial: u32,
}

impl Stage {
    /// The stage of story `number`: its own client, server and targets, so that stories do not meet.
    pub(crate) fn new(number: usize, mut chance: Chance) -> Self {
        let is_v6 = chance.happens(20);
        let transport = chance.one_of(&[Transport::Udp, Transport::Udp, Transport::Tcp]);
        let serial = u32::try_from(chance.next() >> 40).expect("24 bits");
        Self {
            name: "",
            client: address(is_v6, number, 1, 5060),
            server: address(is_v6, number, 2, 5060),
            proxy: address(is_v6, number, 3, 5060),
            chance,
            now: 0,
            shots: Vec::new(),
            truths: Vec::new(),
            transport,
            caller: format!("u{number}"),
            callee: format!("4930{number:05}"),
            method: "INVITE",
            number,
            serial,
        }
    }

    /// Where target `nth` listens.
    pub(crate) fn target(&self, nth: u8, port: u16) -> SocketAddr {
        address(self.client.is_ipv6(), self.number, 10 + nth, port)
    }

    /// The URI of `user` at `at`; the port is left out where it is the usual one.
    pub(crate) fn uri(user: &str, at: SocketAddr) -> String {
        match (at.ip(), at.port()) {
            (IpAddr::V4(ip), 5060) => format!("sip:{user}@{ip}"),
            (IpAddr::V6(ip), 5060) => format!("sip:{user}@[{ip}]"),
            _ => format!("sip:{user}@{at}"),
        }
    }

    /// The URI that is called.
    pub(crate) fn original(&self) -> String {
        Self::uri(&self.callee, self.server)
    }

    /// Something that no other message has.
    pub(crate) fn fresh(&mut self, prefix: &str) -> String {
        self.serial += 1;
        format!("{prefix}{:x}x{:x}", self.number, self.serial)
    }

    /// A Via of `sender`.
    pub(crate) fn via(&mut self, sender: SocketAddr, transport: Transport) -> String {
        let branch = self.fresh("z9hG4bK");
        format!("SIP/2.0/{} {sender};branch={branch}", transport.name().to_uppercase())
    }

    /// A first request of the client.
    pub(crate) fn request(&mut self) -> Request {
        let via = self.via(self.client, self.transport);
        let (tag, call_id) = (self.fresh("f"), self.fresh("c"));
        let own = Self::uri(&self.caller, self.client);
        let body = match self.method {
            "INVITE" => Some(("application/sdp", self.session(1))),
            "MESSAGE" => Some(("text/plain", "hello".to_owned())),
            _ => None,
        };
        let mut extra =
            vec![format!("User-Agent: Phone{}/1.{}", self.number % 7, self.number % 10), "Allow: INVITE, ACK, CANCEL, BYE".to_owned()];
        match self.method {
            "SUBSCRIBE" => extra.extend(["Event: presence".to_owned(), "Expires: 600".to_owned()]),
            "PUBLISH" => extra.extend(["Event: presence".to_owned(), "Expires: 600".to_owned()]),
            "REFER" => extra.push("Refer-To: <sip:third@203.0.113.99>".to_owned()),
            _ => {}
        }
        Request {
            method: self.method,
            uri: self.original(),
            vias: vec![via],
            max_forwards: Some(70),
            from: format!("\"{0}\" <sip:{0}@calls.example>;tag={tag}", self.caller),
            to: format!("<{}>", self.original()),
            call_id,
            cseq: 1 + u32::try_from(self.chance.below(900)).expect("small"),
            contact: Some(format!("<{own}>")),
            extra,
            body,
        }
    }

    fn session(&self, version: u32) -> String {
        let (family, ip) = if self.client.is_ipv6() { ("IP6", self.client.ip()) } else { ("IP4", self.client.ip()) };
        format!(
            "v=0\r\no=- {n} {version} IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 8\r\n",
            n = 1000 + self.number
        )
    }

    /// The request once more, for another URI: a new branch, the next CSeq.
    pub(crate) fn again(&mut self, request: &Request, uri: &str, transport: Transport) -> Request {
        let via = self.via(self.client, transport);
        Request { uri: uri.to_owned(), vias: vec![via], cseq: request.cseq + 1, ..request.clone() }
    }

    /// Lets time pass: about `micros`, a quarter less or more.
    pub(crate) fn wait(&mut self, micros: u64) {
        let quarter = usize::try_from(micros / 4).expect("short").max(1);
        self.now += micros - micros / 4 + self.chance.below(2 * quarter) as u64;
    }

    /// Sends `payload` now.
    pub(crate) fn send(&mut self, from: SocketAddr, to: SocketAddr, transport: Transport, payload: Vec<u8>, part: Part) {
        self.shots.push(Shot { micros: self.now, from, to, transport, payload, part });
    }

    /// Sends `request` from `from`, a moment after what was before.
    pub(crate) fn ask(&mut self, from: SocketAddr, to: SocketAddr, transport: Transport, request: &Request, part: Part) {
        self.wait(4_000);
        self.send(from, to, transport, request.write(), part);
    }

    /// Answers `request`, which came from `from` to `to`.
    pub(crate) fn answer(&mut self, (from, to): (SocketAddr, SocketAddr), transport: Transport, request: &Request, status: &str) -> String {
        let tag = self.fresh("t");
        self.wait(15_000);
        let code = status.split(' ').next().expect("a status");
        let to_tag = (code != "100").then_some(tag.as_str());
        let extra = if code.starts_with('2') && request.method == "INVITE" {
            vec![format!("Contact: <{}>", Self::uri("answerer", to))]
        } else {
            Vec::new()
        };
        self.send(to, from, transport, request.response(status, to_tag, &extra, None), Part::Answer);
        tag
    }

    /// Answers `request` finally; an INVITE gets its ACK.
    pub(crate) fn close(&mut self, ends: (SocketAddr, SocketAddr), transport: Transport, request: &Request, status: &str) {
        if request.method == "INVITE" && self.chance.happens(50) {
            self.answer(ends, transport, request, "100 Trying");
        }
        let tag = self.answer(ends, transport, request, status);
        if request.method != "INVITE" {
            return;
        }
        let mut ack = request.ack(&tag);
        if status.starts_with('2') {
            // RFC 3261, 13.2.2.4: a transaction of its own, to the remote target.
            ack.vias = vec![self.via(ends.0, transport)];
            ack.uri = Self::uri("answerer", ends.1);
        }
        self.ask(ends.0, ends.1, transport, &ack, Part::Other);
    }

    /// Answers `request` with a 3xx; gives the To tag.
    pub(crate) fn redirect(
        &mut self,
        ends: (SocketAddr, SocketAddr),
        transport: Transport,
        request: &Request,
        status: &str,
        extra: &[String],
        body: Option<&(&'static str, String)>,
    ) -> String {
        self.wait(20_000);
        let tag = self.fresh("r");
        self.send(ends.1, ends.0, transport, request.response(status, Some(&tag), extra, body), Part::Redirect);
        tag
    }

    /// The client acknowledges a 3xx, where there is anything to acknowledge.
    pub(crate) fn acknowledge(&mut self, ends: (SocketAddr, SocketAddr), transport: Transport, request: &Request, tag: &str) {
        if request.method == "INVITE" {
            self.wait(1_000);
            self.send(ends.0, ends.1, transport, request.ack(tag).write(), Part::Ack);
        }
    }

    /// The client acknowledges another final response than a 3xx.
    pub(crate) fn acknowledge_other(&mut self, ends: (SocketAddr, SocketAddr), request: &Request, tag: &str) {
        if request.method == "INVITE" {
            self.ask(ends.0, ends.1, self.transport, &request.ack(tag), Part::Other);
        }
    }

    /// The client shows after `micros` that it is there and is captured: it asks a third party whether that is alive.
    pub(crate) fn alive(&mut self, micros: u64) {
        self.now += micros;
        let registrar = self.target(90, 5060);
        let via = self.via(self.client, self.transport);
        let (tag, call_id) = (self.fresh("f"), self.fresh("k"));
        let request = Request {
            method: "OPTIONS",
            uri: Self::uri("ping", registrar),
            vias: vec![via],
            max_forwards: Some(70),
            from: format!("<sip:{}@calls.example>;tag={tag}", self.caller),
            to: format!("<{}>", Self::uri("ping", registrar)),
            call_id,
            cseq: 1,
            contact: None,
            extra: Vec::new(),
            body: None,
        };
        self.send(self.client, registrar, self.transport, request.write(), Part::Alive);
        self.wait(10_000);
        self.send(registrar, self.client, self.transport, request.response("200 OK", Some("pong"), &[], None), Part::Other);
    }

    /// Notes what is true of the 3xx that `request` got.
    pub(crate) fn truth(&mut self, request: &Request, client: SocketAddr, status: u16, verdict: &'static str) -> &mut Truth {
        self.truths.push(Truth {
            call_id: request.call_id.clone(),
            status,
            uri: request.uri.clone(),
            client,
            verdicts: vec![verdict],
            broken: Vec::new(),
            companions: Vec::new(),
            future: None,
            is_loose: false,
            may_be_unseen: false,
        });
        self.truths.last_mut().expect("just added")
    }
}

/// An address that story `number` alone has.
fn address(is_v6: bool, number: usize, role: u8, port: u16) -> SocketAddr {
    let number = u16::try_from(number).expect("few stories in one capture");
    let [high, low] = number.to_be_bytes();
    let ip: IpAddr = if is_v6 {
        Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, number, u16::from(role)).into()
    } else {
        Ipv4Addr::new(10, high, low, role).into()
    };
    SocketAddr::new(ip, port)
}
