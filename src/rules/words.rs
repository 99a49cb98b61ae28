//! Takes values of the wire, gives them as findings and reasons write them.

use crate::sip::body::Alternatives;

/// The most URIs of a body that are named in a sentence.
const MAX_NAMED: usize = 3;

/// Octets of the wire as text; what is not UTF-8 is replaced.
pub(super) fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

/// A span of nanoseconds in the unit that reads best.
pub(super) fn seconds(nanos: i64) -> String {
    let nanos = nanos.max(0);
    if nanos < 1_000_000_000 {
        format!("{} ms", nanos / 1_000_000)
    } else {
        format!("{}.{} s", nanos / 1_000_000_000, nanos % 1_000_000_000 / 100_000_000)
    }
}

/// What a body offers, in words.
pub(super) fn offered(offer: &Alternatives) -> String {
    let mut words = Vec::new();
    if let Some(service) = offer.service_type() {
        words.push(format!("the alternative service {}", service.name()));
    }
    if let Some(action) = offer.action() {
        words.push(format!("the action {}", action.name()));
    }
    let uris: Vec<_> = offer.uris.iter().take(MAX_NAMED).map(|uri| text(uri.as_bytes())).collect();
    if !uris.is_empty() {
        words.push(uris.join(", "));
    }
    if words.is_empty() && offer.prose.is_some() {
        words.push("a text for the user".to_owned());
    }
    if words.is_empty() {
        words.push(format!("a body of type {}", offer.content_type.as_deref().unwrap_or("unknown")));
    }
    words.join(", ")
}
