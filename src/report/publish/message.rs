//! Takes one message of a call, gives it as the arrow of a ladder; who its ends are among the participants is filled in when all are known.
//!
//! Invariant: a label and a text have a bound each, whatever the wire held.

use std::sync::Arc;

use super::{model, sighting, text};
use crate::call;

/// How many octets of a message stand in a ladder at most.
const TEXT_MAX: usize = 16 << 10;

/// How many octets of a start line stand in a label at most; the text has the rest.
const LABEL_MAX: usize = 1 << 10;

/// The message as an arrow, with the octets of its text that `text_of` lets through.
#[must_use]
pub fn ladder_message(seen: &call::Sighting<'_>, wire: Arc<str>) -> model::LadderMessage {
    let message = &seen.message;
    let label = match message.status() {
        Some(status) => [status.to_string().as_bytes(), b" ", bounded(message.reason_phrase())].concat(),
        None if message.is_request() => [bounded(message.method()), b" ", bounded(message.request_uri().unwrap_or_default())].concat(),
        None => bounded(message.start_line()).to_vec(),
    };
    model::LadderMessage {
        seen: sighting(seen),
        call: 0,
        from: 0,
        to: 0,
        source: seen.source.to_string(),
        destination: seen.destination.to_string(),
        transport: seen.transport.name().to_owned(),
        status: message.status(),
        label: text(label.trim_ascii()),
        cseq: message.cseq().map(|cseq| format!("{} {}", cseq.number, text(bounded(cseq.method)))).unwrap_or_default(),
        content_type: message.content_type().filter(|_| !message.body().is_empty()).map(|kind| text(bounded(kind))),
        repeats: None,
        truncated: seen.truncated,
        octets: message.octets().len() as u64,
        cut: wire.is_empty() || message.octets().len() > TEXT_MAX,
        text: wire,
        marks: Vec::new(),
    }
}

/// The text of a message for a ladder.
#[must_use]
pub fn ladder_text(seen: &call::Sighting<'_>) -> Arc<str> {
    let octets = seen.message.octets();
    String::from_utf8_lossy(octets.get(..TEXT_MAX).unwrap_or(octets)).into()
}

fn bounded(octets: &[u8]) -> &[u8] {
    octets.get(..LABEL_MAX).unwrap_or(octets)
}
