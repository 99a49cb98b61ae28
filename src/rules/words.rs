//! Takes values of the wire, gives them as findings and reasons write them.

use crate::sip::body::Alternatives;

/// The most URIs of a body that are named in a sentence.
const MAX_NAMED: usize = 3;

/// Octets of the wire as text; what is not UTF-8 is replaced.
pub(super) fn text(octets: &[u8]) -> String {
    // Nearly all of it is UTF-8, and checked faster than it is repaired.
    std::str::from_utf8(octets).map_or_else(|_| String::from_utf8_lossy(octets).into_owned(), str::to_owned)
}

/// A span of nanoseconds in the unit that reads best, rounded as the reports round theirs.
pub(super) fn seconds(nanos: i64) -> String {
    let nanos = nanos.max(0);
    let ms = nanos as f64 / 1e6;
    if nanos < 99_950_000 {
        match nearest(nanos, 100_000) {
            Some(tenths) => format!("{}.{} ms", tenths / 10, tenths % 10),
            None => format!("{ms:.1} ms"),
        }
    } else if nanos < 999_500_000 {
        nearest(nanos, 1_000_000).map_or_else(|| format!("{ms:.0} ms"), |whole| format!("{whole} ms"))
    } else {
        match nearest(nanos, 100_000_000) {
            Some(tenths) => format!("{}.{} s", tenths / 10, tenths % 10),
            None => format!("{:.1} s", ms / 1e3),
        }
    }
}

/// The nearest number of `units`; none half-way between two, where the binary fraction decides, and none of spans that lose nanoseconds in it.
fn nearest(nanos: i64, unit: i64) -> Option<i64> {
    /// Eleven days.
    const EXACT: i64 = 1_000_000_000_000_000;
    let (whole, rest) = (nanos / unit, nanos % unit);
    (rest != unit / 2 && nanos < EXACT).then_some(if rest > unit / 2 { whole + 1 } else { whole })
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

    #[test]
    fn a_span_is_rounded_as_its_binary_fraction_is() {
        for nanos in [150_000, 250_000, 350_000, 49_999, 50_000, 50_001, 99_949_999, 99_950_000, 1_250_000_000, 1_350_000_000, i64::MAX] {
            let ms = nanos as f64 / 1e6;
            let wanted = match ms {
                ..99.95 => format!("{ms:.1} ms"),
                ..999.5 => format!("{ms:.0} ms"),
                _ => format!("{:.1} s", ms / 1e3),
            };
            assert_eq!(seconds(nanos), wanted, "{nanos}");
        }
    }
}
