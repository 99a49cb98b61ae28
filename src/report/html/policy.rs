//! Takes nothing, gives the style and the script of the page, and the policy that lets the browser run these two and nothing else.
//!
//! Invariant: the hashes are those of the files (a test holds them so), and the policy names no address: the page loads nothing, sends nothing, and
//! runs nothing that a capture may have brought (Content Security Policy Level 3, 6.7).

/// The style of the page.
pub(super) const STYLE: &str = include_str!("page.css");
/// The script of the page; without it everything can be read, and nothing be filtered.
pub(super) const SCRIPT: &str = include_str!("page.js");

/// SHA-256 of [`STYLE`], in base64.
pub(super) const STYLE_HASH: &str = "CzjyINKq34rPnDwZnGIbtSh6QbUb1qHOveyTqWcMlwI=";
/// SHA-256 of [`SCRIPT`], in base64.
pub(super) const SCRIPT_HASH: &str = "sydlamh8odp8KjD9onBZx6D2Yznr/x3/AWYFAB2mufE=";

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    fn base64(octets: &[u8]) -> String {
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = String::new();
        for three in octets.chunks(3) {
            let bits = three.iter().fold(0, |bits, octet| bits << 8 | usize::from(*octet)) << (8 * (3 - three.len()));
            for nth in 0..4 {
                text.push(if nth > three.len() { '=' } else { char::from(DIGITS[bits >> (18 - 6 * nth) & 63]) });
            }
        }
        text
    }

    #[test]
    fn the_hashes_are_those_of_the_files() {
        for (name, file, hash) in [("STYLE_HASH", STYLE, STYLE_HASH), ("SCRIPT_HASH", SCRIPT, SCRIPT_HASH)] {
            // A browser hashes the text of the element, in which a line ends with LF whatever the file has.
            let text = file.replace("\r\n", "\n");
            assert_eq!(base64(&Sha256::digest(&text)), hash, "{name} is to be the first of these two");
        }
    }

    #[test]
    fn neither_file_can_end_its_element() {
        assert!(!STYLE.contains("</") && !SCRIPT.contains("</") && !SCRIPT.contains("<!--"));
    }

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (raw, wanted) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
            assert_eq!(base64(raw.as_bytes()), wanted);
        }
    }
}
