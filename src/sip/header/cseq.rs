//! Takes the value of a CSeq header, gives number and method.
//!
//! Invariant: a number that 32 bits do not hold is no number (RFC 4475, 3.1.2.4). `CSeq = "CSeq" HCOLON 1*DIGIT LWS Method`. RFC 3261, 20.16.

use crate::sip::scan::{all_token, decimal, is_lws, take_while, trim};

/// A sequence number and the method it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CSeq<'a> {
    /// The number; the standard wants it below 2^31, more is read all the same.
    pub number: u32,
    /// The method as written.
    pub method: &'a [u8],
}

impl<'a> CSeq<'a> {
    /// Reads `value`, folds and tabs included; none where number or method cannot be told.
    #[must_use]
    pub fn read(value: &'a [u8]) -> Option<Self> {
        if let Some(plain) = Self::plain(value) {
            return Some(plain);
        }
        let (digits, rest) = take_while(trim(value), |octet| !is_lws(octet));
        let number = u32::try_from(decimal(digits)?).ok()?;
        let method = trim(rest);
        all_token(method).then_some(Self { number, method })
    }

    /// The same of a value as nearly all are written: digits, one space, a method.
    #[inline]
    fn plain(value: &'a [u8]) -> Option<Self> {
        let mut number = 0_u32;
        let mut rest = value;
        while let [digit @ b'0'..=b'9', behind @ ..] = rest {
            number = number.checked_mul(10)?.checked_add(u32::from(digit - b'0'))?;
            rest = behind;
        }
        let method = rest.strip_prefix(b" ")?;
        (rest.len() < value.len() && all_token(method)).then_some(Self { number, method })
    }

    /// Whether the number lies below 2^31, as RFC 3261, 8.1.1.5 wants.
    #[must_use]
    pub const fn is_in_range(&self) -> bool {
        self.number < 1 << 31
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_and_method_are_read_through_tabs_and_folds() {
        for (value, number, method) in [
            ("1 INVITE", 1, "INVITE"),
            ("0009\r\n  INVITE", 9, "INVITE"),
            ("5\tACK ", 5, "ACK"),
            ("4294967295 RE%47", u32::MAX, "RE%47"),
            ("7  BYE", 7, "BYE"),
        ] {
            assert_eq!(CSeq::read(value.as_bytes()), Some(CSeq { number, method: method.as_bytes() }), "{value:?}");
        }
    }

    #[test]
    fn what_is_no_cseq_is_none() {
        for value in [
            "",
            "INVITE",
            "1",
            "-1 INVITE",
            "4294967296 INVITE",
            "36893488147419103232 REGISTER",
            "1 IN VITE",
            "1x INVITE",
            " INVITE",
            "1 ",
        ] {
            assert_eq!(CSeq::read(value.as_bytes()), None, "{value:?}");
        }
    }
}
