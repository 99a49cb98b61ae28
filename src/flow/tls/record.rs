//! Takes the octets of a TLS stream at the start of a record, gives the record's header.
//!
//! Invariant: pure; what a header claims is believed up to [`RECORD_MAX`]. RFC 5246, 6.2; RFC 8446, 5.1.

/// Octets of a header.
pub(super) const HEADER: usize = 5;
/// The most octets that may follow a header: a fragment of 2^14, and 2048 for what seals it (RFC 5246, 6.2.3).
const RECORD_MAX: usize = (1 << 14) + 2048;

/// The kinds of records.
pub(super) mod kind {
    pub(crate) const CHANGE_CIPHER_SPEC: u8 = 20;
    pub(crate) const HANDSHAKE: u8 = 22;
    pub(crate) const APPLICATION_DATA: u8 = 23;
    /// The first and the last kind that there is.
    pub(super) const ALL: std::ops::RangeInclusive<u8> = 20..=24;
}

/// The header of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// What it holds, as far as it is not sealed.
    pub(super) kind: u8,
    /// The header itself, which is part of what the seal covers.
    pub(super) octets: [u8; HEADER],
    /// Octets of the record, its header included.
    pub(super) whole: usize,
}

/// What stands where a header is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// A header.
    Header(Header),
    /// Too little to tell.
    More,
    /// No header.
    Nothing,
}

/// Whether `bytes` begin with a record of at least so many octets of data, sealed.
pub(in crate::flow) fn is_sealed(bytes: &[u8], least: usize) -> bool {
    matches!(header(bytes), Start::Header(header) if header.kind == kind::APPLICATION_DATA && header.whole >= HEADER.saturating_add(least))
}

/// Reads the header that `bytes` begin with.
pub(super) fn header(bytes: &[u8]) -> Start {
    let fits = |at: usize, check: &dyn Fn(u8) -> bool| bytes.get(at).is_none_or(|octet| check(*octet));
    if !fits(0, &|kind| kind::ALL.contains(&kind)) || !fits(1, &|major| major == 3) || !fits(2, &|minor| minor <= 4) {
        return Start::Nothing;
    }
    let Some(octets) = bytes.first_chunk::<HEADER>() else { return Start::More };
    let [kind, _, _, high, low] = *octets;
    let len = usize::from(u16::from_be_bytes([high, low]));
    if len > RECORD_MAX {
        return Start::Nothing;
    }
    Start::Header(Header { kind, octets: *octets, whole: HEADER + len })
}

#[cfg(test)]
mod tests {
    use super::{Start, header};

    #[test]
    fn a_header_is_told_from_what_is_none_as_soon_as_can_be() {
        for (octets, is_open) in [(&b""[..], true), (b"\x16", true), (b"\x16\x03", true), (b"\x16\x03\x01\x02", true), (b"\x19", false)] {
            assert_eq!(header(octets) == Start::More, is_open, "{octets:?}");
        }
        for octets in [&b"INVITE"[..], b"\x16\x02\x00\x00\x02\x01", b"\x17\x03\x05\x00\x02", b"\x17\x03\x03\xff\xff"] {
            assert_eq!(header(octets), Start::Nothing, "{octets:?}");
        }
        let Start::Header(found) = header(b"\x17\x03\x03\x48\x00\x01") else { panic!("a header") };
        assert_eq!((found.kind, found.whole), (23, 5 + 18_432));
    }
}
