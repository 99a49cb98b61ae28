//! Takes octets and the order in which a capture writes its numbers, gives the numbers.
//!
//! Invariant: no position can panic; what is not there is `None`.

/// The order of the octets of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByteOrder {
    /// The lowest octet first.
    Little,
    /// The highest octet first.
    Big,
}

impl ByteOrder {
    /// The 16-bit number at `at`.
    pub(super) fn u16_at(self, octets: &[u8], at: usize) -> Option<u16> {
        let octets = *octets.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u16::from_le_bytes(octets),
            Self::Big => u16::from_be_bytes(octets),
        })
    }

    /// The 32-bit number at `at`.
    #[inline]
    pub(super) fn u32_at(self, octets: &[u8], at: usize) -> Option<u32> {
        let octets = *octets.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u32::from_le_bytes(octets),
            Self::Big => u32::from_be_bytes(octets),
        })
    }

    /// The four 32-bit numbers that `octets` are.
    #[inline]
    pub(super) fn u32s_of(self, octets: &[u8; 16]) -> [u32; 4] {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *octets;
        let number = |octets| match self {
            Self::Little => u32::from_le_bytes(octets),
            Self::Big => u32::from_be_bytes(octets),
        };
        [number([a, b, c, d]), number([e, f, g, h]), number([i, j, k, l]), number([m, n, o, p])]
    }

    /// The signed 64-bit number that `octets` starts with.
    pub(super) fn i64_of(self, octets: &[u8]) -> Option<i64> {
        let octets = *octets.first_chunk()?;
        Some(match self {
            Self::Little => i64::from_le_bytes(octets),
            Self::Big => i64::from_be_bytes(octets),
        })
    }
}
