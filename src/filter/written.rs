//! Takes octets, moments and stretches of time, writes them as tshark does in a column of `-T fields`.
//!
//! Invariant: what is written is UTF-8 on one line, without control characters: no octet of the wire steers a terminal or parts a row.

use std::fmt::{self, Write};

use crate::evidence::Timestamp;

/// Nanoseconds of a second.
pub(super) const SECOND: i64 = 1_000_000_000;

/// Writes text: control characters as escapes of C, what is no UTF-8 as U+FFFD.
pub(super) fn text(octets: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for character in String::from_utf8_lossy(octets).chars() {
        match character {
            '\x07' => f.write_str("\\a")?,
            '\x08' => f.write_str("\\b")?,
            '\x0c' => f.write_str("\\f")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '\x0b' => f.write_str("\\v")?,
            _ if character.is_control() => write!(f, "\\x{:02x}", u32::from(character))?,
            _ => f.write_char(character)?,
        }
    }
    Ok(())
}

/// Writes seconds with nine decimals.
pub(super) fn seconds(nanos: i64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let sign = if nanos < 0 { "-" } else { "" };
    let nanos = nanos.unsigned_abs();
    let second = SECOND.unsigned_abs();
    write!(f, "{sign}{}.{:09}", nanos / second, nanos % second)
}

/// Writes a moment in UTC, as in `Nov 14, 2023 22:13:20.000000000 UTC`.
pub(super) fn time(time: Timestamp, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let Ok(moment) = jiff::Timestamp::from_nanosecond(time.nanos().into()) else { return f.write_str("Not representable") };
    let moment = jiff::tz::TimeZone::UTC.to_datetime(moment);
    let month = usize::try_from(moment.month() - 1).ok().and_then(|month| MONTHS.get(month)).copied().unwrap_or_default();
    write!(f, "{month} {:2}, {} ", moment.day(), moment.year())?;
    write!(f, "{:02}:{:02}:{:02}.{:09} UTC", moment.hour(), moment.minute(), moment.second(), moment.subsec_nanosecond())
}

#[cfg(test)]
mod tests {
    use crate::evidence::Timestamp;
    use crate::filter::Value;

    #[test]
    fn values_are_written_as_tshark_writes_them() {
        for (value, wanted) in [
            (Value::Unsigned(302), "302"),
            (Value::Hexadecimal(0x2f, 4), "0x002f"),
            (Value::Boolean(false), "0"),
            (Value::Ether([2, 0, 0, 0, 0, 0xff]), "02:00:00:00:00:ff"),
            (Value::Bytes(b"\x01\xab"[..].into()), "01ab"),
            (Value::Time(Timestamp::from_nanos(1_700_000_000_000_005_000)), "Nov 14, 2023 22:13:20.000005000 UTC"),
            (Value::Time(Timestamp::from_nanos(0)), "Jan  1, 1970 00:00:00.000000000 UTC"),
            (Value::Duration(-1_500_000_000), "-1.500000000"),
            (Value::Duration(i64::MIN), "-9223372036.854775808"),
            (Value::text(b"a\r\n\tb\x1b[2J\xff\xc3\xa9\\\""), "a\\r\\n\\tb\\x1b[2J\u{fffd}\u{e9}\\\""),
        ] {
            assert_eq!(value.to_string(), wanted);
        }
    }
}
