//! Takes what stands in square brackets, gives the ranges: `start:length`, `first-last`, `start:`, `:length`, or one number.
//!
//! Invariant: a range that can hold nothing is refused.

use super::error::SyntaxFault;
use super::syntax::{Place, Range, RangeEnd};

/// How many ranges stand in one pair of brackets.
const MAX_RANGES: usize = 64;

/// The ranges in `text`, which stands at `place`.
pub(super) fn ranges(text: &str, place: Place) -> Result<Vec<Range>, SyntaxFault> {
    let ranges: Option<Vec<Range>> = text.split(',').take(MAX_RANGES + 1).map(|range| read(range.trim())).collect();
    match ranges {
        Some(ranges) if ranges.len() > MAX_RANGES => Err(SyntaxFault::new(place, format!("more than {MAX_RANGES} ranges"))),
        Some(ranges) => Ok(ranges),
        None => Err(SyntaxFault::new(place, "a range is start:length, first-last, or one number; it holds one octet at least")),
    }
}

fn read(text: &str) -> Option<Range> {
    if let Some((start, length)) = text.split_once(':') {
        let start = if start.trim().is_empty() { 0 } else { number(start)? };
        if length.trim().is_empty() {
            return Some(Range { start, end: RangeEnd::Open });
        }
        return number(length).filter(|length| *length > 0).map(|length| Range { start, end: RangeEnd::Length(length) });
    }
    // A minus in front of the first number is its sign.
    let between = text.char_indices().skip(1).find(|(_, character)| *character == '-');
    let Some((at, _)) = between else { return Some(Range { start: number(text)?, end: RangeEnd::Length(1) }) };
    let (start, end) = (number(text.get(..at)?)?, number(text.get(at + 1..)?)?);
    let is_backward = (start < 0) == (end < 0) && start > end;
    (!is_backward).then_some(Range { start, end: RangeEnd::At(end) })
}

/// A number, which may be negative or hexadecimal.
fn number(text: &str) -> Option<i64> {
    let text = text.trim();
    let (digits, is_negative) = text.strip_prefix('-').map_or((text, false), |digits| (digits, true));
    let magnitude = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => digits.parse(),
    };
    let magnitude = i64::from(magnitude.ok()?);
    Some(if is_negative { -magnitude } else { magnitude })
}

impl Range {
    /// The octets of `all` in this range; nothing where it reaches beyond them.
    pub(super) fn of(self, all: &[u8]) -> Option<&[u8]> {
        let (start, end) = self.bounds(i64::try_from(all.len()).ok()?)?;
        all.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
    }

    /// Whether the number `nth` of `count`, from 1, is in this range.
    pub(super) fn holds(self, nth: u32, count: u32) -> bool {
        let nth = i64::from(nth);
        // What is counted from the front begins with 1, what is counted from the end is the same.
        let end = i64::from(count).saturating_add(1);
        let from_front = |number: i64| if number < 0 { end.saturating_add(number) } else { number };
        let start = from_front(self.start);
        let last = match self.end {
            RangeEnd::Length(length) => start.saturating_add(length).saturating_sub(1),
            RangeEnd::At(last) => from_front(last),
            RangeEnd::Open => i64::MAX,
        };
        (start..=last).contains(&nth)
    }

    /// Start and end within `length` octets.
    fn bounds(self, length: i64) -> Option<(i64, i64)> {
        let from_front = |number: i64| if number < 0 { length.saturating_add(number) } else { number };
        let start = from_front(self.start);
        let end = match self.end {
            RangeEnd::Length(taken) => start.saturating_add(taken),
            RangeEnd::At(last) => from_front(last).saturating_add(1),
            RangeEnd::Open => length,
        };
        (0 <= start && start < end && end <= length).then_some((start, end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice<'a>(all: &'a str, text: &str) -> Option<&'a str> {
        let range = ranges(text, Place::default()).expect(text)[0];
        range.of(all.as_bytes()).map(|octets| std::str::from_utf8(octets).expect("text"))
    }

    #[test]
    fn a_range_counts_from_the_front_or_from_the_end() {
        for (text, wanted) in [
            ("0:2", Some("IN")),
            ("4", Some("T")),
            ("-2:", Some("TE")),
            ("-2--1", Some("TE")),
            (":2", Some("IN")),
            (":", Some("INVITE")),
            ("0x1", Some("N")),
            ("1 - 2", Some("NV")),
            ("1--1", Some("NVITE")),
            ("4:9", None),
            ("-9:1", None),
            ("6:", None),
        ] {
            assert_eq!(slice("INVITE", text), wanted, "{text}");
        }
    }

    #[test]
    fn what_holds_nothing_is_no_range() {
        for text in ["", "0:0", "0:-1", "3-1", "1-", "a", "1:2:3", "99999999999", "-1--2"] {
            assert!(ranges(text, Place::default()).is_err(), "{text}");
        }
        assert!(ranges(&"0,".repeat(64), Place::default()).is_err());
        assert!(ranges(&"0,".repeat(100_000), Place::default()).is_err());
    }

    #[test]
    fn layers_are_counted_from_one() {
        for (text, held) in
            [("1", vec![1]), ("2", vec![2]), ("1-2", vec![1, 2]), ("-1", vec![3]), ("2:", vec![2, 3]), ("0", vec![]), ("9", vec![])]
        {
            let range = ranges(text, Place::default()).expect(text)[0];
            let found: Vec<u32> = (1..=3).filter(|nth| range.holds(*nth, 3)).collect();
            assert_eq!(found, held, "{text}");
        }
    }
}
