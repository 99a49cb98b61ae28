//! Takes a Call-ID, puts pseudonyms in what may tell of a person; what was evidently drawn by chance stays, so that a call is found in other logs.
//!
//! Invariant: what becomes of a Call-ID hangs on it alone, so that a call stays one call. RFC 3261, 20.8: `callid = word [ "@" word ]`.

use super::message::Redactor;
use super::pseudonym::is_of_word;

/// The least length of a run of hexadecimal digits and letters that is taken to be drawn by chance.
const MIN_RANDOM: usize = 8;
/// The least digits in a row that may be a telephone number.
const MIN_NUMBER: usize = 6;

impl Redactor {
    /// A list of Call-IDs, each with parameters behind it.
    pub(super) fn call_ids(&self, value: &mut [u8]) {
        for value in value.split_mut(|octet| *octet == b',') {
            let end = value.iter().position(|octet| *octet == b';').unwrap_or(value.len());
            self.call_id(value.get_mut(..end).unwrap_or_default());
        }
    }

    /// One Call-ID: what stands behind its `@` is a host, and stays.
    pub fn call_id(&self, call_id: &mut [u8]) {
        let end = call_id.iter().rposition(|octet| *octet == b'@').unwrap_or(call_id.len());
        let local = call_id.get_mut(..end).unwrap_or_default();
        for run in local.split_mut(|octet| !is_of_word(*octet)).filter(|run| !is_random(run)) {
            self.key().words(run);
        }
    }
}

/// Whether a run of letters and digits tells of nobody: drawn by chance, or no more than a short count.
fn is_random(run: &[u8]) -> bool {
    let numbers = || run.split(|octet| !octet.is_ascii_digit());
    if numbers().any(|digits| digits.len() >= MIN_NUMBER) {
        return false;
    }
    let is_count = run.iter().all(u8::is_ascii_digit);
    let is_hex =
        run.len() >= MIN_RANDOM && run.iter().all(u8::is_ascii_hexdigit) && numbers().filter(|digits| !digits.is_empty()).count() > 1;
    is_count || is_hex
}

#[cfg(test)]
mod tests {
    use super::super::{Key, Redactor};

    #[test]
    fn what_was_drawn_by_chance_stays_and_what_may_be_a_name_or_a_number_does_not() {
        for (call_id, stays) in [
            ("a84b4c76e66710@pc33.example.com", true),
            ("1cb26ad03321@192.0.2.11", true),
            ("1-4711@192.0.2.1", true),
            ("alice-a84b4c76e66710@pc33.example.com", false),
            ("4930123456@gw.example", false),
            ("bob@example", false),
            ("deadbeef", false),
            ("x4930123456y", false),
        ] {
            let mut octets = call_id.as_bytes().to_vec();
            Redactor::new(Key::of(b"key")).call_id(&mut octets);
            assert_eq!(octets == call_id.as_bytes(), stays, "{call_id}");
            let host = |text: &[u8]| text.split(|octet| *octet == b'@').nth(1).map(<[u8]>::to_vec);
            assert_eq!(host(&octets), host(call_id.as_bytes()));
        }
    }
}
