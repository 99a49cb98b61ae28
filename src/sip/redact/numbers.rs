//! Takes a DNS message, puts pseudonyms in the place of the telephone numbers that it asks about, and of the users of URIs that it answers with.
//!
//! Invariant: names of hosts stay; no length changes, so no compression pointer does. RFC 6116, 3.2; RFC 3403, 4.1.

use super::message::Redactor;

/// The labels behind the digits of a number.
const ENUM: &[u8] = b"\x04e164";

impl Redactor {
    /// A DNS message with pseudonyms.
    #[must_use]
    pub fn dns(&self, octets: &[u8]) -> Vec<u8> {
        let mut message = octets.to_vec();
        self.enum_names(&mut message);
        // The rule of a NAPTR record stands between characters of its own choice: `!^.*$!sip:bob@host!`.
        for text in message.split_mut(|octet| !octet.is_ascii_graphic() || *octet == b'!') {
            if text.contains(&b'@') || text.starts_with(b"tel:") {
                self.prose(text);
            }
        }
        message
    }

    /// The names of numbers: a label for each digit, the last one first.
    fn enum_names(&self, message: &mut [u8]) {
        let ends: Vec<usize> = memchr::memmem::find_iter(message, ENUM).collect();
        for end in ends {
            let mut digits = vec![b'+'];
            let mut at = end;
            while let Some([1, digit]) =
                at.checked_sub(2).and_then(|label| message.get(label..at)).and_then(|label| label.first_chunk::<2>().copied())
                && digit.is_ascii_digit()
            {
                digits.push(digit);
                at -= 2;
            }
            self.key().number(&mut digits);
            let mut at = end;
            for digit in digits.into_iter().skip(1) {
                at = at.saturating_sub(2);
                if let Some(place) = message.get_mut(at + 1) {
                    *place = digit;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Key, Redactor};

    #[test]
    fn a_number_is_asked_about_by_its_pseudonym() {
        let redactor = Redactor::new(Key::of(b"key"));
        let name = |number: &str| number.bytes().rev().flat_map(|digit| [1, digit]).chain(*b"\x04e164\x04arpa\0").collect::<Vec<u8>>();
        let uri = String::from_utf8(redactor.message(b"BYE tel:+4930123456 SIP/2.0\r\n\r\n")).expect("it stays UTF-8");
        let pseudonym = uri.strip_prefix("BYE tel:+").and_then(|rest| rest.split(' ').next()).expect("a number");
        assert_eq!(redactor.dns(&name("4930123456")), name(pseudonym));
        let host = b"\x03sip\x07example\0";
        assert_eq!(redactor.dns(host), host);
        let rule = redactor.dns(b"\x1a!^.*$!sip:alice@h.example!");
        assert!(rule.starts_with(b"\x1a!^.*$!sip:") && rule.ends_with(b"@h.example!") && !rule.windows(5).any(|window| window == b"alice"));
    }
}
