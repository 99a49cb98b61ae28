//! Takes text with percent escapes, has something done with what they stand for, and writes it back with the same escapes.
//!
//! Invariant: what is done changes octets and no lengths, so each octet finds its place again. RFC 3986, 2.1.

/// Has `change` change the octets that `text` stands for.
pub(super) fn unescaped(text: &mut [u8], change: impl FnOnce(&mut [u8])) {
    if !text.contains(&b'%') {
        change(text);
        return;
    }
    let mut octets = Vec::with_capacity(text.len());
    let mut rest: &[u8] = text;
    while let Some((octet, behind)) = next(rest) {
        octets.push(octet);
        rest = behind;
    }
    change(&mut octets);
    let mut rest = text;
    for octet in octets {
        let Some((first, behind)) = std::mem::take(&mut rest).split_first_mut() else { break };
        rest = behind;
        if *first == b'%'
            && let Some(digits) = rest.first_chunk_mut::<2>()
            && digits.iter().all(u8::is_ascii_hexdigit)
        {
            let is_upper = digits.iter().any(u8::is_ascii_uppercase);
            for (digit, value) in digits.iter_mut().zip([octet >> 4, octet & 0x0f]) {
                let written = char::from_digit(value.into(), 16).map_or(b'0', |digit| digit as u8);
                *digit = if is_upper { written.to_ascii_uppercase() } else { written };
            }
            rest = rest.get_mut(2..).unwrap_or_default();
        } else {
            *first = octet;
        }
    }
}

/// The first octet that `text` stands for, and what is behind it.
fn next(text: &[u8]) -> Option<(u8, &[u8])> {
    let (first, behind) = text.split_first()?;
    let hex = |digit: u8| (digit as char).to_digit(16).map(|value| value as u8);
    if *first == b'%'
        && let [high, low, rest @ ..] = behind
        && let (Some(high), Some(low)) = (hex(*high), hex(*low))
    {
        return Some((high << 4 | low, rest));
    }
    Some((*first, behind))
}

#[cfg(test)]
mod tests {
    use super::unescaped;

    #[test]
    fn what_an_escape_stands_for_is_changed_and_written_back_escaped() {
        for (text, changed) in [("%61b", "%62c"), ("a%3Ab%", "b%3Ac%"), ("%6A%zz", "%6B%aa"), ("%", "%"), ("", "")] {
            let mut octets = text.as_bytes().to_vec();
            unescaped(&mut octets, |octets| {
                octets.iter_mut().filter(|octet| octet.is_ascii_lowercase()).for_each(|octet| *octet = b'a' + (*octet - b'a' + 1) % 26);
            });
            assert_eq!(String::from_utf8_lossy(&octets), changed);
        }
    }
}
