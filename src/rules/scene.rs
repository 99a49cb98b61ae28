//! Takes the script of a call, one message per line, gives what the call room makes of its octets, and what a rule finds in that. For tests.
//!
//! ```text
//! 0.0 client > server INVITE sip:bob@192.0.2.20
//! 0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
//! 0.2 client > server ACK
//! 0.3 client > target INVITE sip:bob@198.51.100.30 | CSeq: 7
//! 40 end
//! ```
//!
//! A line is: seconds, who sends, `>`, who receives (`/tcp`, `/ws`, `/tls` or `/wss` behind it for these), the start of the message, and behind bars the headers that are
//! to stand there instead of the usual ones. Names are those of [`address`]; any `192.0.2.1:5060` or `[2001:db8::1]:5060` will do.
//!
//! - A request without a URI (ACK, CANCEL) is about the last INVITE on that way. A response answers the last request on its way, or the last
//!   one of a method that is named behind the status. `302 of INVITE sip:bob@192.0.2.20` answers a request that the capture does not hold.
//!   `again` sends the last octets on that way once more. `end` is where the capture ends.
//! - `resolver > client DNS far.example A 198.51.100.30` is an answer of DNS (A, AAAA, CNAME, `SRV PORT HOST`, `NAPTR sip+d2u NAME`, or `none`), with the
//!   seconds of its time to live behind it, and `cut` where the server cut off the rest.
//! - `client > target ICMP port-unreachable` is an error about what the client sent to the target.
//! - The usual headers: a new branch, the Call-ID `call`, the From tag `alice`, the first Request-URI as To, a CSeq one higher in each request,
//!   the sender's address as Contact.
//!   `Header:` without a value leaves one out. `body: ...` is a body, `\n` in it the end of a line; `flag: truncated` a message that the capture cut.

use std::net::SocketAddr;

use super::engine::{Selection, judge, judge_later};
use super::finding::Finding;
use super::rule::{Level, Rule, Section};
use crate::call::{Calls, Clue, ClueKind, Events, Greeting, LaterRequest, Redirect, Settings, Sighting, Watch};
use crate::dns::{self, Data, Name, Record};
use crate::evidence::{Endpoint, Place, Timestamp, Transport, Unreachable};
use crate::fault::Fault;
use crate::sip::Message;

/// What the call room told of a script.
#[derive(Debug, Default)]
pub(super) struct Scene {
    /// The redirects in the order in which they were closed.
    pub(super) redirects: Vec<Redirect>,
    /// The later requests of their clients.
    pub(super) later: Vec<(Watch, LaterRequest)>,
}

impl Events for Scene {
    fn closed(&mut self, redirect: Redirect) {
        self.redirects.push(redirect);
    }

    fn later(&mut self, watch: &Watch, request: LaterRequest) {
        self.later.push((watch.clone(), request));
    }

    fn unanswered(&mut self, _: u64) {}

    fn fault(&mut self, _capture: u32, fault: Fault) {
        panic!("a scene is too small for a fault: {fault}");
    }
}

impl Scene {
    /// What the selected rules find, redirect by redirect, then in the later requests.
    pub(super) fn findings(&self, selection: &Selection) -> Vec<Finding> {
        let of_redirects = self.redirects.iter().flat_map(|redirect| judge(redirect, selection).findings);
        let of_later = self.later.iter().flat_map(|(watch, request)| judge_later(watch, request, selection));
        of_redirects.chain(of_later).collect()
    }
}

/// What `rule` finds in a script.
#[track_caller]
pub(super) fn findings(rule: &Rule, script: &str) -> Vec<Finding> {
    play(script).findings(&Selection { only: vec![rule.id.to_owned()], ..Selection::default() })
}

/// The levels of what `rule` finds in a script; empty where it is silent.
#[track_caller]
pub(super) fn levels(rule: &Rule, script: &str) -> Vec<Level> {
    findings(rule, script).iter().map(|finding| finding.level).collect()
}

/// The ids of the rules of one section that find something in a script.
#[track_caller]
pub(super) fn broken(section: Section, script: &str) -> Vec<&'static str> {
    let findings = play(script).findings(&Selection::default());
    findings.iter().filter(|finding| finding.rule.section == section).map(|finding| finding.rule.id).collect()
}

/// Why the only redirect of a script has its verdict.
#[track_caller]
pub(super) fn reason(script: &str) -> String {
    let scene = play(script);
    let [redirect] = scene.redirects.as_slice() else { panic!("one redirect, found {:?}", scene.redirects) };
    judge(redirect, &Selection::default()).reason
}

/// Plays a script before the call room.
#[track_caller]
pub(super) fn play(script: &str) -> Scene {
    let mut calls = Calls::new(Settings::default());
    let mut scene = Scene::default();
    let mut stage = Stage::default();
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (seconds, rest) = line.split_once(' ').unwrap_or_else(|| panic!("no time in {line:?}"));
        let seconds: f64 = seconds.parse().unwrap_or_else(|_| panic!("no time in {line:?}"));
        let time = Timestamp::from_nanos((seconds * 1e9).round() as i128);
        if rest == "end" {
            calls.reaches(0, time);
        } else if let Some(clue) = clue(rest, time, stage.sent.len()) {
            calls.clue(&clue, &mut scene);
        } else {
            let sent = stage.enter(rest);
            calls.see(&sent.sighting(time, stage.sent.len()), &mut scene);
        }
    }
    calls.finish(&mut scene);
    scene
}

/// The clue that a line behind its time is.
#[track_caller]
fn clue(line: &str, time: Timestamp, after: usize) -> Option<Clue> {
    answer(line, time, after).or_else(|| greeting(line, time, after)).or_else(|| error(line, time, after))
}

/// The answer of DNS that a line behind its time is: `FROM > TO DNS NAME KIND VALUE`, with the seconds of its time to live or without.
#[track_caller]
fn answer(line: &str, time: Timestamp, after: usize) -> Option<Clue> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [source, ">", destination, "DNS", name, written @ ..] = words.as_slice() else { return None };
    let (data, rest) = match written {
        ["none", rest @ ..] => (None, rest),
        ["A" | "AAAA", address, rest @ ..] => (address.parse().ok().map(Data::Address), rest),
        ["CNAME", name, rest @ ..] => (Some(Data::Alias(Name::of(name.as_bytes()))), rest),
        ["SRV", port, target, rest @ ..] => {
            let port = port.parse().unwrap_or_else(|_| panic!("no port in {line:?}"));
            (Some(Data::Service { priority: 0, weight: 0, port, target: Name::of(target.as_bytes()) }), rest)
        }
        ["NAPTR", service, replacement, rest @ ..] => {
            let (service, replacement) = (service.as_bytes().into(), Name::of(replacement.as_bytes()));
            (Some(Data::Pointer { order: 0, preference: 0, flags: (*b"s").into(), service, replacement }), rest)
        }
        _ => panic!("no answer in {line:?}"),
    };
    let name = Name::of(name.as_bytes());
    let ttl = rest.first().map_or(60, |ttl| ttl.parse().unwrap_or_else(|_| panic!("no time to live in {line:?}")));
    let records: Vec<Record> = data.into_iter().map(|data| Record { owner: name.clone(), ttl, data }).collect();
    let rcode = if records.is_empty() { 3 } else { 0 };
    let kind =
        ClueKind::Dns(dns::Message { is_response: true, rcode, question: Some(name), records, is_whole: rest.get(1) != Some(&"cut") });
    let (source, destination) = (address(source), address(destination));
    Some(Clue { capture: 0, frame: after as u64, time, source, destination, kind })
}

/// The opening of a connection, or what is sealed, that a line behind its time is: `FROM > TO SYN`, `FROM > TO SEALED`, `FROM > TO HELLO NAME`, with the name or
/// without, or `FROM > TO HTTP HOST`.
#[track_caller]
fn greeting(line: &str, time: Timestamp, after: usize) -> Option<Clue> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (source, destination, greeting) = match words.as_slice() {
        [source, ">", destination, "SYN"] => (source, destination, Greeting::Syn),
        [source, ">", destination, "SEALED"] => (source, destination, Greeting::Sealed),
        [source, ">", destination, "HELLO", rest @ ..] => {
            (source, destination, Greeting::Hello { server_name: rest.first().map(|name| name.as_bytes().into()) })
        }
        [source, ">", destination, "HTTP", host] => (source, destination, Greeting::Web { host: host.as_bytes().into() }),
        [source, ">", destination, "LOST"] => return Some(lost(source, destination, time, after)),
        _ => return None,
    };
    let (source, destination, kind) = (address(source), address(destination), ClueKind::Greeting(greeting));
    Some(Clue { capture: 0, frame: after as u64, time, source, destination, kind })
}

/// Octets of a connection that the capture lacks: `FROM > TO LOST`.
#[track_caller]
fn lost(source: &str, destination: &str, time: Timestamp, after: usize) -> Clue {
    let (source, destination) = (address(source), address(destination));
    Clue { capture: 0, frame: after as u64, time, source, destination, kind: ClueKind::Lost }
}

/// The ICMP error that a line behind its time is: `FROM > TO ICMP WHY`, about what was sent so.
#[track_caller]
fn error(line: &str, time: Timestamp, after: usize) -> Option<Clue> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [source, ">", destination, "ICMP", why] = words.as_slice() else { return None };
    let known = [Unreachable::Network, Unreachable::Host, Unreachable::Port];
    let why = known.into_iter().find(|known| known.name() == *why).unwrap_or_else(|| panic!("no reason in {line:?}"));
    let (source, destination) = (address(source), address(destination));
    Some(Clue { capture: 0, frame: after as u64, time, source, destination, kind: ClueKind::Unreachable(why) })
}

/// Who is who in a script.
fn address(name: &str) -> Endpoint {
    let socket = match name {
        "client" => "192.0.2.10:5060",
        "server" => "192.0.2.20:5060",
        "target" => "198.51.100.30:5060",
        "other" => "203.0.113.40:5060",
        "resolver" => "192.0.2.53:53",
        written => written,
    };
    let socket: SocketAddr = socket.parse().unwrap_or_else(|_| panic!("{name:?} is nobody"));
    Endpoint { address: socket.ip(), port: socket.port() }
}

/// One message as sent.
#[derive(Debug, Clone)]
struct Sent {
    source: Endpoint,
    destination: Endpoint,
    transport: Transport,
    /// The method; of a response that which it answers.
    method: String,
    /// The status of a response.
    status: Option<u16>,
    uri: String,
    headers: Vec<(String, String)>,
    body: String,
    truncated: bool,
}

impl Sent {
    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    /// Puts the written headers in the place of the usual ones; several of one name stand one after the other.
    fn put(&mut self, written: &[(&str, &str)]) {
        self.headers.retain(|(known, _)| !written.iter().any(|(name, _)| known.eq_ignore_ascii_case(name)));
        for (name, value) in written {
            match (*name, *value) {
                ("body", body) => self.body = body.replace("\\n", "\r\n"),
                ("flag", "truncated") => self.truncated = true,
                (_, "") => {}
                ("CSeq", number) if number.parse::<u32>().is_ok() => {
                    self.headers.push(("CSeq".into(), format!("{number} {}", self.method)))
                }
                (name, value) => self.headers.push((name.to_owned(), value.to_owned())),
            }
        }
    }

    fn octets(&self) -> Vec<u8> {
        let start = match self.status {
            Some(status) => format!("SIP/2.0 {status} Reason"),
            None => format!("{} {} SIP/2.0", self.method, self.uri),
        };
        let headers: String = self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!("{start}\r\n{headers}Content-Length: {}\r\n\r\n{}", self.body.len(), self.body).into_bytes()
    }

    fn sighting(&self, time: Timestamp, number: usize) -> Sighting<'static> {
        let octets = self.octets();
        let frame = number as u64;
        Sighting {
            message: Message::scan(&octets).expect("a script gives SIP").into_owned(),
            place: Place { capture: 0, frame, index: 0 },
            frames: std::iter::once(frame).collect(),
            time,
            source: self.source,
            destination: self.destination,
            transport: self.transport,
            truncated: self.truncated,
            copy: false,
        }
    }
}

/// What was sent so far.
#[derive(Debug, Default)]
struct Stage {
    sent: Vec<Sent>,
}

impl Stage {
    /// Takes a line behind its time, gives the message that it is.
    #[track_caller]
    fn enter(&mut self, line: &str) -> Sent {
        let mut parts = line.split(" | ");
        let words: Vec<&str> = parts.next().unwrap_or_default().split_whitespace().collect();
        let [source, ">", destination, start @ ..] = words.as_slice() else { panic!("wanted `FROM > TO START` in {line:?}") };
        let written: Vec<(&str, &str)> =
            parts.map(|part| part.split_once(':').map_or((part, ""), |(name, value)| (name, value.trim()))).collect();
        let (destination, transport) = match destination.split_once('/') {
            Some((name, "tcp")) => (name, Transport::Tcp),
            Some((name, "ws")) => (name, Transport::Ws),
            Some((name, "tls")) => (name, Transport::Tls),
            Some((name, "wss")) => (name, Transport::Wss),
            Some(_) => panic!("wanted /tcp, /ws, /tls or /wss in {line:?}"),
            None => (*destination, Transport::Udp),
        };
        let way = (address(source), address(destination));
        let mut sent = match start {
            ["again"] => self.last(way, |_| true).clone(),
            [status] if status.parse::<u16>().is_ok() => self.response(way, status, None),
            [status, method] if status.parse::<u16>().is_ok() => self.response(way, status, Some(method)),
            [status, "of", method, uri] => self.answer_to_nothing(way, status, method, uri),
            [method] => self.about_invite(way, method),
            [method, uri @ ..] => self.request(way, method, &uri.join(" "), transport),
            [] => panic!("nothing is sent in {line:?}"),
        };
        sent.transport = transport;
        sent.put(&written);
        self.sent.push(sent.clone());
        sent
    }

    /// The last message on that way of which `is_meant` holds.
    #[track_caller]
    fn last(&self, way: (Endpoint, Endpoint), is_meant: impl Fn(&Sent) -> bool) -> &Sent {
        let found = self.sent.iter().rev().find(|sent| (sent.source, sent.destination) == way && is_meant(sent));
        found.unwrap_or_else(|| panic!("nothing like it was sent from {} to {}", way.0, way.1))
    }

    fn request(&self, (source, destination): (Endpoint, Endpoint), method: &str, uri: &str, transport: Transport) -> Sent {
        let counts = |sent: &&Sent| sent.status.is_none() && !matches!(sent.method.as_str(), "ACK" | "CANCEL");
        let earlier: Vec<&Sent> = self.sent.iter().filter(counts).collect();
        let number = earlier.len() + 1;
        let to = earlier.first().map_or(uri, |first| &first.uri);
        let scheme = if uri.starts_with("sips:") { "sips" } else { "sip" };
        let headers = [
            ("Via", format!("SIP/2.0/{} {source};branch=z9hG4bK{number}", transport.name().to_uppercase())),
            ("Max-Forwards", "70".to_owned()),
            ("From", "<sip:alice@atlanta.example>;tag=alice".to_owned()),
            ("To", format!("<{to}>")),
            ("Call-ID", "call".to_owned()),
            ("CSeq", format!("{number} {method}")),
            ("Contact", format!("<{scheme}:alice@{source}>")),
        ];
        Sent {
            source,
            destination,
            transport,
            method: method.to_owned(),
            status: None,
            uri: uri.to_owned(),
            headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            body: String::new(),
            truncated: false,
        }
    }

    /// A request that copies the last INVITE on its way: its ACK, with the To of the last final response, or its CANCEL.
    #[track_caller]
    fn about_invite(&self, way: (Endpoint, Endpoint), method: &str) -> Sent {
        let mut sent = self.last(way, |sent| sent.method == "INVITE" && sent.status.is_none()).clone();
        let number = sent.header("CSeq").split(' ').next().unwrap_or_default().to_owned();
        let to = match method {
            "ACK" => self.last((way.1, way.0), |sent| sent.status >= Some(200)).header("To").to_owned(),
            _ => sent.header("To").to_owned(),
        };
        sent.method = method.to_owned();
        sent.body = String::new();
        sent.put(&[("CSeq", &number), ("To", &to)]);
        sent
    }

    /// A response to a request that the capture does not hold.
    fn answer_to_nothing(&self, (source, destination): (Endpoint, Endpoint), status: &str, method: &str, uri: &str) -> Sent {
        let mut sent = self.request((destination, source), method, uri, Transport::Udp);
        let to = format!("{};tag=bob", sent.header("To"));
        sent.put(&[("To", &to), ("Max-Forwards", ""), ("Contact", "")]);
        Sent { source, destination, status: status.parse().ok(), ..sent }
    }

    #[track_caller]
    fn response(&self, way: (Endpoint, Endpoint), status: &str, method: Option<&str>) -> Sent {
        let is_meant = |sent: &Sent| sent.status.is_none() && method.map_or(sent.method != "ACK", |method| sent.method == method);
        let asked = self.last((way.1, way.0), is_meant);
        let copied = ["Via", "From", "To", "Call-ID", "CSeq"];
        let mut sent = Sent { source: way.0, destination: way.1, status: status.parse().ok(), body: String::new(), ..asked.clone() };
        sent.headers.retain(|(name, _)| copied.contains(&name.as_str()));
        let to = sent.header("To").to_owned();
        if status != "100" && !to.contains("tag=") {
            let number = sent.header("CSeq").split(' ').next().unwrap_or_default().to_owned();
            sent.put(&[("To", &format!("{to};tag=bob{number}"))]);
        }
        sent
    }
}

#[cfg(test)]
mod tests {
    use super::play;

    #[test]
    fn a_script_becomes_a_redirect_with_its_attempt() {
        let scene = play(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
             0.2 client > server ACK
             0.3 client > target INVITE sip:bob@198.51.100.30
             0.4 target > client 200
             40 end",
        );
        let [redirect] = scene.redirects.as_slice() else { panic!("one redirect, found {:?}", scene.redirects) };
        assert_eq!((redirect.status, redirect.acks.len(), redirect.attempts.len()), (302, 1, 1));
        assert_eq!(redirect.attempts[0].outcome.map(|outcome| outcome.status), Some(200));
    }
}
