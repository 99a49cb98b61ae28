//! Takes a value as a filter writes it and the kind that it is compared with, gives it as a value of that kind.
//!
//! Invariant: what does not fit is refused with the reason; no value is bent to fit.

use super::moment::{moment, nanoseconds};
use super::source::Constant;
use super::syntax::What;
use super::value::{Kind, Value};

/// The value of `kind` that `what` says; none where it is no literal at all.
pub(super) fn constant(what: &What, kind: Kind) -> Option<Result<Constant, String>> {
    let mut prefix = None;
    let value = match (kind, what) {
        (Kind::Bytes | Kind::Protocol | Kind::Text, What::Quoted(octets)) => Ok(octets_of(kind, octets.clone())),
        (Kind::Bytes | Kind::Protocol | Kind::Text, What::Character(octet)) => Ok(octets_of(kind, vec![*octet])),
        (Kind::Text, What::Word(word)) => Ok(octets_of(kind, word.clone().into_bytes())),
        (Kind::Bytes | Kind::Protocol, What::Word(word)) => {
            let hint = format!("{word} is no row of octets as in 0a:4d; text stands in double quotes");
            octets(word).map(|octets| octets_of(kind, octets)).ok_or(hint)
        }
        (Kind::Unsigned(_) | Kind::FrameNumber, What::Character(octet)) => Ok(Value::Unsigned((*octet).into())),
        (Kind::Time, What::Quoted(text)) => time(&String::from_utf8_lossy(text)),
        (Kind::Time, What::Word(word)) => time(word),
        (Kind::Boolean, What::Quoted(text)) => boolean(&String::from_utf8_lossy(text)),
        (_, What::Word(word)) => match kind {
            Kind::Unsigned(_) | Kind::FrameNumber => number(word, kind),
            Kind::Boolean => boolean(word),
            Kind::Ether => ether(word),
            Kind::Ipv4 => address(word, 32, Value::Ipv4, &mut prefix),
            Kind::Ipv6 => address(word, 128, Value::Ipv6, &mut prefix),
            Kind::Duration => nanoseconds(word).map(Value::Duration).ok_or_else(|| format!("{word} is no number of seconds as in 1.5")),
            _ => Err(format!("a {kind} has nothing to be compared with")),
        },
        (_, What::Quoted(_) | What::Character(_)) => Err(format!("this field is a {kind}, which stands without quotes")),
        _ => return None,
    };
    Some(value.map(|value| Constant { value, kind, prefix }))
}

fn octets_of(kind: Kind, octets: Vec<u8>) -> Value<'static> {
    if kind == Kind::Text { Value::Text(octets.into()) } else { Value::Bytes(octets.into()) }
}

/// A number: decimal, `0x1f`, `017` or `0b11`.
fn number(word: &str, kind: Kind) -> Result<Value<'static>, String> {
    let digits = word.strip_prefix('+').unwrap_or(word);
    let lower = digits.to_ascii_lowercase();
    let (digits, radix) = match lower.as_bytes() {
        [b'0', b'x', ..] => (lower.get(2..), 16),
        [b'0', b'b', ..] => (lower.get(2..), 2),
        [b'0', _, ..] => (lower.get(1..), 8),
        _ => (Some(lower.as_str()), 10),
    };
    let digits = digits.filter(|digits| !digits.starts_with('+')).unwrap_or_default();
    let number =
        u64::from_str_radix(digits, radix).map_err(|_| format!("{word} is no number; numbers are written as 302, 0x12e or 0456"))?;
    match kind.highest() {
        highest if number > highest => Err(format!("{word} is too large for this field, whose highest value is {highest}")),
        _ => Ok(Value::Unsigned(number)),
    }
}

fn boolean(word: &str) -> Result<Value<'static>, String> {
    match word {
        "1" | "true" | "True" | "TRUE" => Ok(Value::Boolean(true)),
        "0" | "false" | "False" | "FALSE" => Ok(Value::Boolean(false)),
        _ => Err(format!("{word} is neither 0 nor 1")),
    }
}

fn time(text: &str) -> Result<Value<'static>, String> {
    let example = "a moment is written as \"2023-11-14 22:13:20.5\" or \"Nov 14, 2023 22:13:20\", in UTC unless a zone follows";
    moment(text).map(Value::Time).ok_or_else(|| format!("\"{text}\" is no date and time; {example}"))
}

/// An address, with the length of a prefix where one is asked for.
fn address<T: std::str::FromStr>(
    word: &str,
    bits: u8,
    value: fn(T) -> Value<'static>,
    prefix: &mut Option<u8>,
) -> Result<Value<'static>, String> {
    let version = if bits == 32 { "IPv4" } else { "IPv6" };
    let (address, length) = word.split_once('/').map_or((word, None), |(address, length)| (address, Some(length)));
    let address = address.parse().map_err(|_| format!("{word} is no {version} address, and names are not resolved"))?;
    if let Some(length) = length {
        let length = length.parse().ok().filter(|length| *length <= bits);
        *prefix = Some(length.ok_or_else(|| format!("a prefix of {version} has 0 to {bits} bits"))?);
    }
    Ok(value(address))
}

fn ether(word: &str) -> Result<Value<'static>, String> {
    let address = octets(word).and_then(|octets| <[u8; 6]>::try_from(octets).ok());
    address.map(Value::Ether).ok_or_else(|| format!("{word} is no hardware address as in 02:00:5e:10:00:01"))
}

/// Octets in hexadecimal, two digits each, with `:`, `-`, `.` or nothing between them.
fn octets(word: &str) -> Option<Vec<u8>> {
    let separator = word.chars().find(|character| matches!(character, ':' | '-' | '.'));
    let digits: Vec<&str> = match separator {
        Some(separator) => word.split(separator).collect(),
        None => vec![word],
    };
    let mut octets = Vec::new();
    for digits in digits {
        if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        // A single digit is an octet of its own; longer rows are pairs.
        if digits.len() == 1 {
            octets.push(u8::from_str_radix(digits, 16).ok()?);
            continue;
        }
        for pair in digits.as_bytes().chunks(2) {
            let [_, _] = pair else { return None };
            octets.push(u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?);
        }
    }
    Some(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(word: &str, kind: Kind) -> Option<String> {
        constant(&What::Word(word.to_owned()), kind)?.ok().map(|constant| constant.value.to_string())
    }

    #[test]
    fn a_word_becomes_a_value_of_the_kind_or_is_refused() {
        for (word, kind, wanted) in [
            ("302", Kind::Unsigned(32), Some("302")),
            ("0x12e", Kind::Unsigned(32), Some("302")),
            ("0456", Kind::Unsigned(32), Some("302")),
            ("0b11", Kind::Unsigned(32), Some("3")),
            ("+302", Kind::Unsigned(32), Some("302")),
            ("0", Kind::Unsigned(32), Some("0")),
            ("++302", Kind::Unsigned(32), None),
            ("0x+1", Kind::Unsigned(32), None),
            ("-1", Kind::Unsigned(32), None),
            ("09", Kind::Unsigned(32), None),
            ("65535", Kind::Unsigned(16), Some("65535")),
            ("70000", Kind::Unsigned(16), None),
            ("4294967296", Kind::Unsigned(32), None),
            ("18446744073709551616", Kind::Unsigned(64), None),
            ("true", Kind::Boolean, Some("1")),
            ("2", Kind::Boolean, None),
            ("10.0.0.0/8", Kind::Ipv4, Some("10.0.0.0")),
            ("10.0.0.0/33", Kind::Ipv4, None),
            ("10.0.0", Kind::Ipv4, None),
            ("host", Kind::Ipv4, None),
            ("2001:db8::/32", Kind::Ipv6, Some("2001:db8::")),
            ("02-00-5e-10-00-01", Kind::Ether, Some("02:00:5e:10:00:01")),
            ("02:00", Kind::Ether, None),
            ("0a:4d", Kind::Bytes, Some("0a4d")),
            ("0a4d", Kind::Bytes, Some("0a4d")),
            ("a", Kind::Bytes, Some("0a")),
            ("0a4", Kind::Bytes, None),
            ("IN", Kind::Bytes, None),
            ("INVITE", Kind::Text, Some("INVITE")),
            ("1.5", Kind::Duration, Some("1.500000000")),
            ("x", Kind::Label, None),
        ] {
            assert_eq!(read(word, kind).as_deref(), wanted, "{word} as {kind}");
        }
    }
}
