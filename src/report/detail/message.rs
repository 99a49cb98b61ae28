//! Takes a row, gives its message as a tree: the frame and the layers around it, the start line, each header in the order of the wire, the body.

use super::body::body;
use super::header::line;
use super::tree::Node;
use super::uri::uri;
use crate::evidence::Place;
use crate::filter::Row;
use crate::packet::Layer;
use crate::report::frames::FrameNames;
use crate::report::ladder::story;
use crate::report::model::{Report, Subject, rfc3339};
use crate::report::wording::counted;
use crate::sip::{Message, MessageFault, Name};

/// What Wireshark calls the type field of Ethernet; it is no header.
const TYPE_FIELD: &str = "ethertype";

/// The message of `row`, in the capture of that path.
#[must_use]
pub fn detail(row: &Row<'_>, path: &str) -> Vec<Node> {
    let mut parts =
        vec![frame(row, path), Node::head("Layers").with(row.layers.iter().filter(|layer| layer.name() != TYPE_FIELD).map(layer))];
    parts.push(message(&row.sighting.message, row.sighting.truncated));
    parts
}

fn frame(row: &Row<'_>, path: &str) -> Node {
    let (frame, seen, computed) = (row.frame, row.sighting, row.computed);
    let mut node = Node::head(format!("Frame {} of {path}", frame.number));
    let seconds = frame.relative as f64 / 1e9;
    node.push(Node::new(format!("Time: {} ({seconds:.6} s after the first frame)", rfc3339(seen.time.nanos()))));
    node.push(Node::new(format!(
        "Length: {} on the wire, {} captured",
        counted(frame.len.into(), "octet"),
        counted(frame.cap_len.into(), "octet")
    )));
    node.push(Node::new(format!("From {} to {} by {}", seen.source, seen.destination, seen.transport)));
    node.push(Node::new(format!("Protocols: {}", row.protocols().collect::<Vec<_>>().join(":"))));
    if let [_, _, ..] = seen.frames.as_slice() {
        let frames: Vec<String> = seen.frames.iter().map(u64::to_string).collect();
        node.push(Node::new(format!("Carried by frames {}", frames.join(", "))));
    }
    if seen.place.index > 0 {
        node.push(Node::new(format!("Message {} of those that this frame completes", u64::from(seen.place.index) + 1)));
    }
    if seen.copy {
        node.push(Node::new("A copy: the same packet was captured a moment ago at another point"));
    }
    node.extend(computed.resend_original.map(|first| Node::new(format!("Retransmission of the message in frame {first}"))));
    node.extend(computed.response_request.map(|request| {
        let waited = computed.response_time.map(|waited| format!(", {waited} ms after it")).unwrap_or_default();
        let word = if seen.message.is_request() { "Acknowledges the answer to" } else { "Answers" };
        Node::new(format!("{word} the request in frame {request}{waited}"))
    }));
    node
}

fn layer(layer: &Layer) -> Node {
    let address = |octets: &[u8; 6]| octets.map(|octet| format!("{octet:02x}")).join(":");
    Node::new(match layer {
        Layer::Named(name) => (*name).to_owned(),
        Layer::Ethernet(header) => format!("Ethernet, {} -> {}", address(&header.source), address(&header.destination)),
        Layer::Vlan(id) => format!("VLAN {id}"),
        Layer::Ipv4(header) => format!(
            "IPv4, {} -> {}, identification {}, time to live {}",
            header.source, header.destination, header.identification, header.ttl
        ),
        Layer::Ipv6(header) => format!("IPv6, {} -> {}, hop limit {}", header.source, header.destination, header.hop_limit),
        Layer::Udp(header) => {
            format!("UDP, {} -> {}, {}", header.source_port, header.destination_port, counted(header.length.into(), "octet"))
        }
        Layer::Tcp(header) => format!(
            "TCP, {} -> {}, sequence number {}, {}",
            header.source_port,
            header.destination_port,
            header.sequence,
            counted(header.len.into(), "octet")
        ),
    })
}

fn message(message: &Message<'_>, is_truncated: bool) -> Node {
    let title = match message.status() {
        Some(status) => format!("Session Initiation Protocol ({status})"),
        None => format!("Session Initiation Protocol ({})", String::from_utf8_lossy(message.method())),
    };
    let faults = message.faults();
    let mut node = Node::head(title);
    if is_truncated {
        node.push(Node::fault("the capture cut octets of it off"));
    }
    node.push(start_line(message));
    let mut headers = Node::head("Message Header").with(message.lines().map(|text| line(message, text)));
    let missing = [Name::Via, Name::From, Name::To, Name::CallId, Name::CSeq].into_iter().filter(|name| message.field(*name).is_none());
    headers.extend(missing.map(|name| Node::fault(&format!("{} is missing", name.canonical()))));
    headers.fault_if(faults.has(MessageFault::NoBlankLine), "the headers end without an empty line");
    node.push(headers);
    let octets = message.body();
    if !octets.is_empty() {
        node.push(body(message.content_type(), message.field(Name::ContentEncoding), octets));
    }
    for fault in [MessageFault::ExtraOctets, MessageFault::TooLong] {
        node.fault_if(faults.has(fault), fault.name());
    }
    node
}

fn start_line(message: &Message<'_>) -> Node {
    let faults = message.faults();
    let mut node;
    if message.is_request() {
        node = Node::value("Request-Line", message.start_line());
        node.push(Node::value("Method", message.method()));
        node.extend(message.request_uri().map(|written| uri("Request-URI", written)));
        node.fault_if(faults.has(MessageFault::RequestUri), "no URI: no scheme, or a bracket or a quote in it");
    } else {
        node = Node::value("Status-Line", message.start_line());
        node.extend(message.status().map(|status| Node::new(format!("Status-Code: {status}"))));
        node.push(Node::value("Reason-Phrase", message.reason_phrase()));
        node.fault_if(faults.has(MessageFault::StatusCode), "the status code is not three digits from 100 to 699");
    }
    node.fault_if(faults.has(MessageFault::Version), "the version is not SIP/2.0");
    node.fault_if(faults.has(MessageFault::StartLine), "single spaces are wanted between three parts");
    node
}

/// What the message at `place` is in the redirects of `report`; nothing where it is in none.
#[must_use]
pub fn facts(place: Place, report: &Report) -> Option<Node> {
    let names = FrameNames::of(&report.captures);
    let redirects = report.redirects.iter().map(|redirect| (Subject::Redirect(redirect.id), redirect));
    let companions = report.companions.iter().map(|companion| (Subject::Companion(companion.id), companion));
    let mut node = Node::head("Redirects");
    let mut is_in_one = false;
    for (subject, redirect) in redirects.chain(companions) {
        let mut standings = redirect.standings();
        standings.retain(|(at, _)| *at == (place.capture, place.frame, place.index));
        if !standings.is_empty() {
            is_in_one = true;
            let head = Node::new(story::head(subject, redirect, &names));
            node.push(head.with(standings.iter().map(|(_, standing)| Node::new(story::words(standing)))));
        }
    }
    is_in_one.then_some(node)
}
