//! Takes values of the wire, gives them as findings and reasons write them.

use crate::sip::body::Alternatives;

/// The most URIs of a body that are named in a sentence.
const MAX_NAMED: usize = 3;

/// Octets of the wire as text; what is not UTF-8 is replaced.
pub(super) fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

/// A span of nanoseconds in the unit that reads best, rounded as the reports round theirs.
pub(super) fn seconds(nanos: i64) -> String {
    let ms = nanos.max(0) as f64 / 1e6;
    if ms < 99.95 {
        format!("{ms:.1} ms")
    } else if ms < 999.5 {
        format!("{ms:.0} ms")
    } else {
        format!("{:.1} s", ms / 1e3)
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

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn a_span_is_rounded_and_not_cut() {
        for (nanos, wanted) in [
            (-5, "0.0 ms"),
            (240_000, "0.2 ms"),
            (11_860_000, "11.9 ms"),
            (200_000_000, "200 ms"),
            (999_600_000, "1.0 s"),
            (37_260_000_000, "37.3 s"),
        ] {
            assert_eq!(seconds(nanos), wanted);
        }
    }
}
