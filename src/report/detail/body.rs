//! Takes a body with its media type, gives its lines, its parts and what it describes, by what it is.
//!
//! Invariant: parts are nested as deep as the reader of alternatives goes, and no deeper. RFC 4566, 5; RFC 2046, 5.1; 3GPP TS 24.229, 7.6.

use super::tree::Node;
use crate::sip::body::{Alternatives, BodyKind, MAX_DEPTH, multipart};

/// The names of the lines of a session description.
const SDP_LINES: &[(u8, &str)] = &[
    (b'v', "Version"),
    (b'o', "Owner"),
    (b's', "Session name"),
    (b'i', "Title"),
    (b'u', "URI"),
    (b'e', "E-mail"),
    (b'p', "Phone"),
    (b'c', "Connection"),
    (b'b', "Bandwidth"),
    (b't', "Time"),
    (b'r', "Repeat times"),
    (b'z', "Time zones"),
    (b'k', "Key"),
    (b'a', "Attribute"),
    (b'm', "Media"),
];

/// The body of a message, with what its headers say of it.
pub(super) fn body(content_type: Option<&[u8]>, content_encoding: Option<&[u8]>, octets: &[u8]) -> Node {
    let mut node = part("Message Body", content_type, content_encoding, octets, MAX_DEPTH);
    let found = Alternatives::read(content_type, content_encoding, octets);
    if matches!(found.kind, BodyKind::Ims | BodyKind::Html | BodyKind::Multipart) {
        node.extend(alternatives(&found));
    }
    node.extend(found.faults.iter().map(|fault| Node::fault(fault.words())));
    node
}

fn part(name: &str, content_type: Option<&[u8]>, content_encoding: Option<&[u8]>, octets: &[u8], depth: usize) -> Node {
    let kind = content_type.map_or("no Content-Type".into(), String::from_utf8_lossy);
    let mut node = Node::head(format!("{name} ({kind}, {} octets)", octets.len()));
    if let Some(encoding) = content_encoding {
        node.push(Node::value("encoded, so not shown", encoding));
        return node;
    }
    match Alternatives::read(content_type, None, octets).kind {
        BodyKind::Multipart if depth > 0 => {
            let (parts, is_whole) = multipart(content_type.unwrap_or_default(), octets);
            for (nth, found) in (1..).zip(parts) {
                let kind = found.content_type.as_deref();
                node.push(part(&format!("Part {nth}"), kind, found.content_encoding.as_deref(), found.body, depth - 1));
            }
            node.fault_if(!is_whole, "the last boundary is missing");
        }
        BodyKind::Sdp => node.extend(lines(octets).map(sdp_line)),
        _ if std::str::from_utf8(octets).is_ok() => node.extend(lines(octets).map(|line| Node::new(String::from_utf8_lossy(line)))),
        _ => node.push(Node::new("octets that are no text; -x shows them")),
    }
    node
}

fn lines(octets: &[u8]) -> impl Iterator<Item = &[u8]> {
    let octets = octets.strip_suffix(b"\n").unwrap_or(octets);
    let lines = octets.split(|octet| *octet == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.filter(move |_| !octets.is_empty())
}

fn sdp_line(line: &[u8]) -> Node {
    let named = match line {
        [letter, b'=', ..] => SDP_LINES.iter().find(|(known, _)| known == letter),
        _ => None,
    };
    let text = String::from_utf8_lossy(line);
    match named {
        Some((_, name)) => Node::new(format!("{text}    ({name})")),
        None => Node::new(text).with([Node::fault("no line of a session description")]),
    }
}

/// What a body describes, as the judgement reads it.
fn alternatives(found: &Alternatives) -> Option<Node> {
    let mut node = Node::head("What it describes");
    node.extend(found.service_type().map(|kind| Node::value("Type", kind.name().as_bytes())));
    node.extend(found.action().map(|action| Node::value("Action", action.name().as_bytes())));
    node.extend(found.reason().map(|reason| Node::value("Reason", reason.as_bytes())));
    node.extend(found.uris.iter().map(|uri| Node::value("URI", uri.as_bytes())));
    node.extend(found.prose.as_ref().map(|prose| Node::value("Text", prose.as_bytes())));
    found.describes_anything().then_some(node)
}
