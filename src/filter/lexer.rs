//! Takes the text of a filter, gives its tokens, each with its place.
//!
//! Invariant: the places of tokens ascend and lie on the borders of characters.

use super::error::SyntaxFault;
use super::syntax::Place;

/// A piece of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A field, a keyword, or a value without quotes.
    Word(&'a str),
    /// A value in double quotes, its escapes undone.
    Quoted(Vec<u8>),
    /// One character in single quotes.
    Character(u8),
    /// What stands in square brackets: ranges.
    Brackets(&'a str),
    /// A sign, one of [`SIGNS`].
    Sign(&'static str),
}

/// A token where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed<'a> {
    pub(super) token: Token<'a>,
    pub(super) place: Place,
}

/// The signs, the longer ones first.
const SIGNS: &[&str] = &["===", "!==", "==", "!=", ">=", "<=", "&&", "||", "..", ">", "<", "~", "&", "!", "(", ")", "{", "}", ",", "#"];

/// What users of other languages write, and what is meant.
const FOREIGN: &[(&str, &str)] = &[
    ("=", "`=` is no operator; equality is `==`"),
    ("|", "`|` is no operator; write `||` or `or`"),
    ("^", "there is no exclusive or in this language"),
];

/// Parts `text` into tokens.
pub(super) fn tokens(text: &str) -> Result<Vec<Placed<'_>>, SyntaxFault> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let start = text.len().saturating_sub(rest.len());
        let (token, behind) = token(rest, first, start)?;
        found.push(Placed { token, place: Place { start, end: text.len().saturating_sub(behind.len()) } });
        rest = behind.trim_start();
    }
    Ok(found)
}

/// The token that `rest` begins with, and what stands behind it.
fn token(rest: &str, first: char, start: usize) -> Result<(Token<'_>, &str), SyntaxFault> {
    let raw = rest.strip_prefix(['r', 'R']).and_then(|rest| rest.strip_prefix('"'));
    if let Some(raw) = raw {
        let end = raw.find('"').ok_or_else(|| unclosed(start, rest.len()))?;
        let (octets, behind) = raw.split_at(end);
        return Ok((Token::Quoted(octets.as_bytes().to_vec()), behind.get(1..).unwrap_or_default()));
    }
    if first == '"' || first == '\'' {
        return quoted(rest, first, start);
    }
    if first == '[' {
        let end = rest.find(']').ok_or_else(|| fault(start, 1, "this bracket is not closed"))?;
        return Ok((Token::Brackets(rest.get(1..end).unwrap_or_default()), rest.get(end + 1..).unwrap_or_default()));
    }
    for sign in SIGNS {
        if let Some(behind) = rest.strip_prefix(sign) {
            return Ok((Token::Sign(sign), behind));
        }
    }
    let length = word_length(rest);
    if length > 0 {
        let (word, behind) = rest.split_at(length);
        return Ok((Token::Word(word), behind));
    }
    if let Some((sign, words)) = FOREIGN.iter().find(|(sign, _)| rest.starts_with(sign)) {
        return Err(fault(start, sign.len(), *words));
    }
    Err(fault(start, first.len_utf8(), format!("\"{first}\" is not expected here; put a value that holds it in double quotes")))
}

/// How many octets of `rest` are a word: letters, digits, and what addresses and URIs hold. Two dots are a sign.
fn word_length(rest: &str) -> usize {
    let is_word = |character: char| character.is_alphanumeric() || matches!(character, '_' | '.' | ':' | '-' | '/' | '@' | '+');
    let end = rest.find(|character| !is_word(character)).unwrap_or(rest.len());
    rest.get(..end).and_then(|word| word.find("..")).unwrap_or(end)
}

/// A value in quotes, or one character in single ones.
fn quoted(rest: &str, quote: char, start: usize) -> Result<(Token<'_>, &str), SyntaxFault> {
    let mut octets = Vec::new();
    let mut inside = rest.get(1..).unwrap_or_default();
    loop {
        let at = start + rest.len().saturating_sub(inside.len());
        let Some(first) = inside.chars().next() else { return Err(unclosed(start, rest.len())) };
        inside = inside.get(first.len_utf8()..).unwrap_or_default();
        match first {
            _ if first == quote => break,
            '\\' => {
                let (octet, behind) = escape(inside).ok_or_else(|| {
                    let length = 1 + inside.chars().next().map_or(0, char::len_utf8);
                    fault(at, length, "this is no escape; in r\"...\" a backslash stands for itself")
                })?;
                octets.push(octet);
                inside = behind;
            }
            _ => octets.extend_from_slice(first.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    match (quote, octets.as_slice()) {
        ('"', _) => Ok((Token::Quoted(octets), inside)),
        (_, [octet]) => Ok((Token::Character(*octet), inside)),
        _ => Err(fault(
            start,
            rest.len().saturating_sub(inside.len()),
            "one character is wanted between single quotes; text stands in double ones",
        )),
    }
}

/// The octet that an escape stands for, given what follows the backslash, and what is behind it.
fn escape(rest: &str) -> Option<(u8, &str)> {
    const PLAIN: &[(u8, u8)] = &[
        (b'"', b'"'),
        (b'\'', b'\''),
        (b'\\', b'\\'),
        (b'a', 7),
        (b'b', 8),
        (b'f', 12),
        (b'n', b'\n'),
        (b'r', b'\r'),
        (b't', b'\t'),
        (b'v', 11),
    ];
    let first = *rest.as_bytes().first()?;
    if let Some((_, octet)) = PLAIN.iter().find(|(letter, _)| *letter == first) {
        return Some((*octet, rest.get(1..)?));
    }
    let (digits, radix, most) = if first == b'x' { (rest.get(1..)?, 16, 2) } else { (rest, 8, 3) };
    let length = digits.bytes().take(most).take_while(|digit| char::from(*digit).is_digit(radix)).count();
    let octet = u8::from_str_radix(digits.get(..length)?, radix).ok()?;
    Some((octet, digits.get(length..)?))
}

fn unclosed(start: usize, length: usize) -> SyntaxFault {
    fault(start, length, "this quote is not closed")
}

fn fault(start: usize, length: usize, message: impl Into<String>) -> SyntaxFault {
    SyntaxFault::new(Place { start, end: start + length }, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<Token<'_>> {
        tokens(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}")).into_iter().map(|placed| placed.token).collect()
    }

    #[test]
    fn words_reach_as_far_as_fields_addresses_and_uris_do() {
        use Token::{Brackets, Sign, Word};
        assert_eq!(of("sip.Method==INVITE&&!udp"), [Word("sip.Method"), Sign("=="), Word("INVITE"), Sign("&&"), Sign("!"), Word("udp")]);
        assert_eq!(of("ip.src ==10.0.0.0/8"), [Word("ip.src"), Sign("=="), Word("10.0.0.0/8")]);
        assert_eq!(of("{300..399, -1}"), [Sign("{"), Word("300"), Sign(".."), Word("399"), Sign(","), Word("-1"), Sign("}")]);
        assert_eq!(of("a[0:2]#1"), [Word("a"), Brackets("0:2"), Sign("#"), Word("1")]);
        assert_eq!(of("sip:bob@[::1]"), [Word("sip:bob@"), Brackets("::1")]);
    }

    #[test]
    fn quotes_hold_escapes_and_raw_quotes_hold_backslashes() {
        for (text, octets) in [
            (r#""a\"b\\c""#, &b"a\"b\\c"[..]),
            (r#""\x49\162\0""#, b"Ir\0"),
            (r#"r"10\.7""#, b"10\\.7"),
            (r#""\r\n""#, b"\r\n"),
            ("\"\u{e9}\"", "\u{e9}".as_bytes()),
        ] {
            assert_eq!(of(text), [Token::Quoted(octets.to_vec())], "{text}");
        }
        assert_eq!(of(r"'a' '\n'"), [Token::Character(b'a'), Token::Character(b'\n')]);
    }

    #[test]
    fn what_is_no_token_is_told_at_its_place() {
        for (text, start, end) in [
            ("a = b", 2, 3),
            ("a | b", 2, 3),
            ("a == \"b", 5, 7),
            ("a \"\\q\"", 3, 5),
            ("a[1", 1, 2),
            ("\u{e9} *", 3, 4),
            ("'ab'", 0, 4),
            ("\"\\777\"", 1, 3),
        ] {
            assert_eq!(tokens(text).expect_err(text).place(), Place { start, end }, "{text}");
        }
    }
}
