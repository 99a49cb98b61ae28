//! Takes escaped text and a number of columns, gives the text as it fits there.

use std::borrow::Cow;

use crate::report::wording::columns;

/// What stands for what was left out.
const ELISION: char = '…';

/// How many columns a text takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// The text cut at its end so that it takes at most `most` columns.
pub(super) fn elided(text: &str, most: usize) -> Cow<'_, str> {
    if width(text) <= most {
        return Cow::Borrowed(text);
    }
    let mut fitting = beginning(text, most.saturating_sub(1)).to_owned();
    if most > 0 {
        fitting.push(ELISION);
    }
    Cow::Owned(fitting)
}

/// The text cut in its middle so that it takes at most `most` columns: the ends of an address tell it from others.
pub(super) fn elided_inside(text: &str, most: usize) -> Cow<'_, str> {
    if width(text) <= most {
        return Cow::Borrowed(text);
    }
    let front = beginning(text, most.saturating_sub(1) / 2);
    let mut rest: Vec<char> = Vec::new();
    let mut room = most.saturating_sub(1).saturating_sub(width(front));
    for c in text.chars().rev() {
        let Some(left) = room.checked_sub(columns(c)) else { break };
        room = left;
        rest.push(c);
    }
    let mut fitting = front.to_owned();
    if most > 0 {
        fitting.push(ELISION);
    }
    fitting.extend(rest.into_iter().rev());
    Cow::Owned(fitting)
}

/// The longest beginning of `text` that takes at most `most` columns.
fn beginning(text: &str, most: usize) -> &str {
    let mut room = most;
    for (at, c) in text.char_indices() {
        match room.checked_sub(columns(c)) {
            Some(left) => room = left,
            None => return text.get(..at).unwrap_or_default(),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_elided_takes_no_more_columns_than_there_are() {
        for text in ["", "a", "sip:bob@example.com", "王王王王王", "[2001:db8::1]:5060", "e\u{301}"] {
            for most in 0..12 {
                for fitting in [elided(text, most), elided_inside(text, most)] {
                    assert!(width(&fitting) <= most, "{text} in {most}: {fitting}");
                    assert!(width(text) > most || fitting == text);
                }
            }
        }
        assert_eq!(elided("sip:bob@example.com", 8), "sip:bob…");
        assert_eq!(elided_inside("2001:db8::aaaa:1", 8), "200…aa:1");
    }
}
