//! Takes values, gives the words in which reports say them: escaped text, durations, counts, addresses.
//!
//! Invariant: what [`escape`] gives moves no cursor, hides nothing, and turns no line around, whatever the wire held.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character has no shape of its own and steers what shows it: controls, line separators, bidirectional and invisible marks.
pub(super) const fn steers(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{a0}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}' | '\u{3000}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// The text with every character that steers a terminal, a table or a reader's eye written as `\u{..}`.
///
/// A `\u{` that the wire itself wrote becomes `\u{5c}u{`, so that the two can be told apart.
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(steers) && !text.contains("\\u{") {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        let imitates = c == '\\' && text.get(at..).is_some_and(|rest| rest.starts_with("\\u{"));
        if steers(c) || imitates {
            push_escape(&mut escaped, c);
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

/// The text as an item of a list that is joined with spaces: escaped, and its own spaces too.
pub(super) fn escape_item(text: &str) -> Cow<'_, str> {
    let escaped = escape(text);
    if escaped.contains(' ') { Cow::Owned(escaped.replace(' ', "\\u{20}")) } else { escaped }
}

fn push_escape(text: &mut String, c: char) {
    // Writing to a String cannot fail.
    let _ = write!(text, "\\u{{{:x}}}", u32::from(c));
}

/// How many columns a terminal gives to a character: two for the wide ones of East Asia and for pictures, else one.
pub(super) const fn columns(c: char) -> usize {
    match c {
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff01}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

/// A duration of `ms` milliseconds in the unit that a reader would choose.
#[must_use]
pub fn duration(ms: f64) -> String {
    if ms.abs() < 999.95 {
        format!("{ms:.1} ms")
    } else if ms.abs() < 99_950.0 {
        format!("{:.1} s", ms / 1e3)
    } else {
        format!("{:.0} s", ms / 1e3)
    }
}

/// A count with its noun: `1 frame`, `1,200 frames`; a noun in `y` after a consonant and other irregular ones are not for this.
#[must_use]
pub fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(count))
}

/// A number with a comma between thousands.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// An address and a port, brackets around IPv6.
pub(super) fn socket(address: &str, port: u16) -> String {
    let mut text = String::with_capacity(address.len() + 8);
    push_socket(&mut text, address, port);
    text
}

/// Appends an address and a port, brackets around IPv6.
pub(super) fn push_socket(text: &mut String, address: &str, port: u16) {
    let (open, close) = if address.contains(':') { ("[", "]") } else { ("", "") };
    text.push_str(open);
    text.push_str(address);
    text.push_str(close);
    text.push(':');
    push_number(text, u64::from(port));
}

/// Appends milliseconds in as few digits as tell them from any other number.
pub(super) fn push_milliseconds(text: &mut String, ms: f64) {
    /// Below it a whole number of microseconds is exact, and so few digits are the fewest.
    const EXACT: f64 = 1e15;
    let micros = (ms * 1_000.0).round();
    if ms.is_sign_negative() || micros >= EXACT || micros / 1_000.0 != ms {
        // Writing to a String cannot fail.
        let _ = write!(text, "{ms}");
        return;
    }
    let micros = micros as u64;
    push_number(text, micros / 1_000);
    let mut rest = micros % 1_000;
    if rest > 0 {
        text.push('.');
    }
    while rest > 0 {
        push_number(text, rest / 100);
        rest = rest % 100 * 10;
    }
}

/// Appends a number in decimal digits.
pub(super) fn push_number(text: &mut String, number: u64) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    let mut rest = number;
    for (index, digit) in digits.iter_mut().enumerate().rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        (start, rest) = (index, rest / 10);
        if rest == 0 {
            break;
        }
    }
    text.push_str(digits.get(start..).and_then(|digits| std::str::from_utf8(digits).ok()).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_or_an_eye_is_escaped() {
        for (raw, wanted) in [
            ("sip:bob@example.com", "sip:bob@example.com"),
            ("Jürgen 王 \"q\\\"\"", "Jürgen 王 \"q\\\"\""),
            ("\u{1b}]0;owned\u{7}", "\\u{1b}]0;owned\\u{7}"),
            ("a\r\nb\tc\0", "a\\u{d}\\u{a}b\\u{9}c\\u{0}"),
            ("\u{9b}31m\u{7f}", "\\u{9b}31m\\u{7f}"),
            ("evil\u{202e}moc.knab\u{2066}", "evil\\u{202e}moc.knab\\u{2066}"),
            ("b\u{200b}ob\u{feff}\u{ad}", "b\\u{200b}ob\\u{feff}\\u{ad}"),
            ("a\u{2028}b\u{a0}c\u{3000}", "a\\u{2028}b\\u{a0}c\\u{3000}"),
            ("tag\u{e0041}", "tag\\u{e0041}"),
            ("\\u{1b}[31m", "\\u{5c}u{1b}[31m"),
        ] {
            assert_eq!(escape(raw), wanted);
        }
    }

    #[test]
    fn a_list_item_has_no_space_of_its_own() {
        assert_eq!(escape_item("sip:a b@c"), "sip:a\\u{20}b@c");
        assert_eq!(escape_item("sip:a@c"), "sip:a@c");
    }

    #[test]
    fn a_duration_is_told_in_its_own_unit() {
        for (ms, wanted) in
            [(0.0, "0.0 ms"), (1.25, "1.2 ms"), (999.96, "1.0 s"), (6_932.0, "6.9 s"), (99_960.0, "100 s"), (3_600_000.0, "3600 s")]
        {
            assert_eq!(duration(ms), wanted);
        }
    }

    #[test]
    fn counts_agree_with_their_nouns() {
        for (count, wanted) in [(0, "0 frames"), (1, "1 frame"), (1_200, "1,200 frames"), (1_234_567, "1,234,567 frames")] {
            assert_eq!(counted(count, "frame"), wanted);
        }
    }

    #[test]
    fn an_ipv6_address_stands_in_brackets() {
        assert_eq!(socket("2001:db8::1", 5060), "[2001:db8::1]:5060");
        assert_eq!(socket("192.0.2.1", 5060), "192.0.2.1:5060");
    }

    #[test]
    fn a_number_is_its_digits() {
        for number in [0, 7, 10, 99, 100, 65_535, 1_000_000_000, u64::MAX] {
            let mut text = "n".to_owned();
            push_number(&mut text, number);
            assert_eq!(text, format!("n{number}"));
        }
    }

    #[test]
    fn milliseconds_are_written_as_the_standard_library_writes_them() {
        for ms in [0.0, 0.001, 0.2, 0.25, 1.0, 1.01, 99.999, 1_234_567.5, 0.000_5, 1e-9, -0.0, -1.5, 9.3e15, f64::MAX, f64::NAN] {
            let mut text = String::new();
            push_milliseconds(&mut text, ms);
            assert_eq!(text, ms.to_string());
        }
    }
}
