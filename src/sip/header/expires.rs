//! Takes a lifetime as a header or parameter writes it, gives seconds, or that it cannot be read.
//!
//! Invariant: absent and malformed stay apart: a malformed lifetime of a Contact "SHOULD be treated as equivalent to 3600".
//! `delta-seconds = 1*DIGIT`, 0 to 2^32 - 1. RFC 3261, 20.10 and 20.19.

use crate::sip::scan::{decimal, trim};

/// A lifetime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expiry {
    /// That many seconds.
    Seconds(u32),
    /// Something is written that is no number of seconds from 0 to 2^32 - 1.
    Malformed,
}

impl Expiry {
    /// Reads `value`.
    #[must_use]
    pub fn read(value: &[u8]) -> Self {
        decimal(trim(value)).and_then(|seconds| u32::try_from(seconds).ok()).map_or(Self::Malformed, Self::Seconds)
    }

    /// The seconds, none where malformed.
    #[must_use]
    pub const fn seconds(self) -> Option<u32> {
        match self {
            Self::Seconds(seconds) => Some(seconds),
            Self::Malformed => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_digits_that_32_bits_hold() {
        for (value, expiry) in [
            ("0", Expiry::Seconds(0)),
            (" 3600 ", Expiry::Seconds(3600)),
            ("4294967295", Expiry::Seconds(u32::MAX)),
            ("4294967296", Expiry::Malformed),
            ("Thu, 01 Dec 1994 16:00:00 GMT", Expiry::Malformed),
            ("-1", Expiry::Malformed),
            ("", Expiry::Malformed),
        ] {
            assert_eq!(Expiry::read(value.as_bytes()), expiry, "{value:?}");
        }
    }
}
