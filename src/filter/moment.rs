//! Takes a date and time as a filter writes it, gives the moment.
//!
//! `Nov 14, 2023 22:13:20.5`, `2023-11-14 22:13:20`, with `T` for the blank, without seconds, or the date alone; then `Z`, `UTC` or an offset.
//! Invariant: without a zone it is UTC, for nothing here depends on where the program runs.

use jiff::civil::{Date, Time};
use jiff::tz::{Offset, TimeZone};

use super::written::SECOND;
use crate::evidence::Timestamp;

/// The moment that `text` says.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let (date, rest) = date(text)?;
    let rest = rest.strip_prefix(['T', ' ']).unwrap_or(rest).trim_start();
    let (time, zone) = clock(rest)?;
    let moment = date.to_datetime(time).to_zoned(TimeZone::fixed(offset(zone.trim())?)).ok()?;
    Some(Timestamp::from_nanos(moment.timestamp().as_nanosecond()))
}

/// The date in front, and what follows it.
fn date(text: &str) -> Option<(Date, &str)> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let named = MONTHS.iter().zip(1..).find_map(|(name, month)| text.strip_prefix(name).map(|rest| (month, rest)));
    let (year, month, day, rest) = if let Some((month, rest)) = named {
        let (day, rest) = rest.split_once(',')?;
        let rest = rest.trim_start();
        let (year, rest) = rest.split_at_checked(4)?;
        (year.parse().ok()?, month, day.trim().parse().ok()?, rest)
    } else {
        let (date, rest) = text.split_at_checked(10)?;
        let mut parts = date.split('-').map(str::parse::<i16>);
        let mut part = || parts.next()?.ok();
        (part()?, part()?.try_into().ok()?, part()?.try_into().ok()?, rest)
    };
    Some((Date::new(year, month, day).ok()?, rest))
}

/// The time of day in front, midnight where there is none, and what follows it.
fn clock(text: &str) -> Option<(Time, &str)> {
    let length = text.find(|character: char| !matches!(character, '0'..='9' | ':' | '.')).unwrap_or(text.len());
    let (clock, zone) = text.split_at(length);
    if clock.is_empty() {
        return Some((Time::midnight(), zone));
    }
    let mut parts = clock.split(':');
    let hour = parts.next()?.parse().ok()?;
    let minute = parts.next()?.parse().ok()?;
    let (second, nanos) = match parts.next() {
        None => (0, 0),
        Some(seconds) => split_seconds(seconds)?,
    };
    let is_all = parts.next().is_none();
    Time::new(hour, minute, i8::try_from(second).ok()?, i32::try_from(nanos).ok()?).ok().filter(|_| is_all).map(|time| (time, zone))
}

/// How far east of Greenwich a zone is.
fn offset(zone: &str) -> Option<Offset> {
    if matches!(zone, "" | "Z" | "UTC" | "GMT") {
        return Some(Offset::UTC);
    }
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_once(':').or_else(|| digits.split_at_checked(2))?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let seconds = (i32::from(hours) * 60 + i32::from(minutes)) * 60;
    Offset::from_seconds(sign * seconds).ok()
}

/// Nanoseconds of a stretch of time in seconds, which may be negative.
pub(super) fn nanoseconds(text: &str) -> Option<i64> {
    let (digits, sign) = text.strip_prefix('-').map_or((text.strip_prefix('+').unwrap_or(text), 1), |digits| (digits, -1));
    let (seconds, nanos) = split_seconds(digits)?;
    seconds.checked_mul(SECOND)?.checked_add(nanos)?.checked_mul(sign)
}

/// Seconds and nanoseconds of `1.5`; at most nine decimals.
fn split_seconds(text: &str) -> Option<(i64, i64)> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit());
    if !is_number(seconds) || !is_number(fraction) || fraction.len() > 9 {
        return None;
    }
    Some((seconds.parse().ok()?, format!("{fraction:0<9}").parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_however_it_is_written() {
        let second = |seconds: i64| Some(Timestamp::from_nanos(i128::from(seconds) * i128::from(SECOND)));
        for (text, wanted) in [
            ("2023-11-14 22:13:20", second(1_700_000_000)),
            ("2023-11-14T22:13:20Z", second(1_700_000_000)),
            ("2023-11-14 22:13:20 UTC", second(1_700_000_000)),
            ("Nov 14, 2023 22:13:20.000000000 UTC", second(1_700_000_000)),
            ("Nov 14, 2023 22:13:20", second(1_700_000_000)),
            ("2023-11-14 23:13:20+01:00", second(1_700_000_000)),
            ("2023-11-14 21:43:20-0030", second(1_700_000_000)),
            ("2023-11-14 22:13", second(1_699_999_980)),
            ("2023-11-14", second(1_699_920_000)),
            ("1970-01-01 00:00:00.000000001", Some(Timestamp::from_nanos(1))),
            ("2023-02-30", None),
            ("2023-11-14 25:00:00", None),
            ("2023-11-14 22:13:20 CET", None),
            ("2023-11-14 22:13:20:1", None),
            ("nonsense", None),
            ("", None),
            ("5", None),
            ("\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}", None),
        ] {
            assert_eq!(moment(text), wanted, "{text}");
        }
    }

    #[test]
    fn seconds_have_nine_decimals_at_most() {
        for (text, wanted) in [
            ("2", Some(2 * SECOND)),
            ("-0.5", Some(-SECOND / 2)),
            ("0.000000001", Some(1)),
            ("0.0000000001", None),
            ("1e3", None),
            (".5", None),
            ("", None),
            ("99999999999", None),
        ] {
            assert_eq!(nanoseconds(text), wanted, "{text}");
        }
    }
}
