//! Takes text, gives it percent-encoded, as it may stand in a URI (RFC 3986, 2.1).

/// The text with every octet but the unreserved ones (RFC 3986, 2.3) and those in `kept` percent-encoded.
pub(super) fn percent_encoded(text: &str, kept: &str) -> String {
    let mut encoded = String::with_capacity(text.len() + 16);
    for octet in text.bytes() {
        if octet.is_ascii_alphanumeric() || b"-._~".contains(&octet) || kept.as_bytes().contains(&octet) {
            encoded.push(char::from(octet));
        } else {
            encoded.push('%');
            for digit in [octet >> 4, octet & 15] {
                encoded.push(char::from_digit(u32::from(digit), 16).unwrap_or('0').to_ascii_uppercase());
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_in_a_uri_is_encoded_unless_it_is_kept() {
        assert_eq!(percent_encoded("a b&c=d#é/", ""), "a%20b%26c%3Dd%23%C3%A9%2F");
        assert_eq!(percent_encoded("a/b:c", "/"), "a/b%3Ac");
    }
}
