//! Takes a row, gives what Wireshark's columns say of it: the protocol, and what the message is about.
//!
//! Invariant: the words are Wireshark's, octet by octet as the wire had them; who prints them escapes them.

use super::row::Row;
use crate::sip::Name;
use crate::sip::header::Expiry;

/// What the column `Protocol` says.
#[must_use]
pub fn protocol(row: &Row<'_>) -> String {
    let body = match row.body_protocol() {
        Some("sdp") => "/SDP",
        Some("xml") => "/XML",
        _ => "",
    };
    match row.layers.iter().any(|layer| layer.name() == "gtp") {
        true => format!("GTP <SIP{body}>"),
        false => format!("SIP{body}"),
    }
}

/// What the column `Info` says.
#[must_use]
pub fn info(row: &Row<'_>) -> Vec<u8> {
    let message = &row.sighting.message;
    let mut info = Vec::new();
    if let Some(uri) = message.request_uri() {
        info.extend([b"Request: ", message.method(), b" ", uri].concat());
        let opens_dialog = matches!(message.method(), b"INVITE" | b"SUBSCRIBE" | b"REFER");
        if opens_dialog && message.to_tag().is_some() {
            info.extend(b", in-dialog");
        }
    } else {
        let status = message.status().unwrap_or_default();
        info.extend(format!("Status: {status} ").into_bytes());
        info.extend(message.reason_phrase());
        if status == 200 {
            let method = message.cseq().map(|cseq| cseq.method.to_vec()).unwrap_or_default();
            info.extend([b" (", &method[..], b")"].concat());
        }
    }
    info.extend(bindings(row).into_bytes());
    info.extend(b" | ");
    if let Some(kind) = text_body(row) {
        info.extend([b" (", &kind[..], b")"].concat());
    }
    info
}

/// The media type of a body that is text for a reader.
fn text_body(row: &Row<'_>) -> Option<Vec<u8>> {
    let message = &row.sighting.message;
    let kind = message.content_type().filter(|_| !message.body().is_empty())?.to_ascii_lowercase();
    let kind = kind.split(|octet| *octet == b';').next()?.trim_ascii();
    (kind.starts_with(b"text/") && !kind.ends_with(b"xml")).then(|| kind.to_vec())
}

/// What a REGISTER asks for, or a 200 to it says, in numbers of bindings (RFC 3261, 10.2.1 and 10.3).
fn bindings(row: &Row<'_>) -> String {
    let message = &row.sighting.message;
    if message.cseq().is_none_or(|cseq| cseq.method != b"REGISTER") || message.status().is_some_and(|status| status != 200) {
        return String::new();
    }
    let counted = |number: usize| format!("{number} binding{}", if number == 1 { "" } else { "s" });
    let contacts = message.contacts().count();
    if message.is_request() {
        let is_zero = |expiry: Option<Expiry>| expiry.and_then(Expiry::seconds) == Some(0);
        let general = is_zero(message.expires());
        let removed = message.contacts().filter(|contact| contact.expires().map_or(general, |own| is_zero(Some(own)))).count();
        if contacts == 0 {
            return "  (fetch bindings)".to_owned();
        }
        if message.raw_values(Name::Contact).any(|value| value.trim_ascii() == b"*") {
            return "  (remove all bindings)".to_owned();
        }
        if removed == contacts {
            return format!("  (remove {})", counted(removed));
        }
        if removed > 0 {
            return format!("  (add {}, remove {})", counted(contacts - removed), counted(removed));
        }
    }
    format!("  ({})", counted(contacts))
}
