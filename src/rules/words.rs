//! Takes values of the wire, gives them as findings and reasons write them.

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
