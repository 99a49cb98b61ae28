//! Takes the options of a pcapng block, gives the words in them that people wrote: names of interfaces, comments on packets.
//!
//! Invariant: words are copied as octets and never read; what a block may hold of them is bounded by the block.
//! draft-ietf-opsawg-pcapng, 3.5, 4.2 and 4.3.

use super::byte_order::ByteOrder;

/// The option that holds a comment, in any block.
pub(super) const COMMENT: u16 = 1;

/// The options that say what an interface is.
const NAME: u16 = 2;
const DESCRIPTION: u16 = 3;
const HARDWARE: u16 = 15;

/// The options of an interface description that are words, whatever the byte order; 11 is its filter, 12 the operating system.
const OF_INTERFACE: [u16; 6] = [COMMENT, NAME, DESCRIPTION, 11, 12, HARDWARE];

/// The most octets of words that are kept of one interface.
pub(super) const MAX_WORDS: usize = 4_096;

/// What a capture says of an interface in words, and how finely its clock is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterfaceWords {
    /// The options that hold words, each with its code, in their order.
    pub(super) options: Vec<(u16, Box<[u8]>)>,
    /// The decimal places of a second that its times have, at most 9.
    pub(super) decimals: u8,
    /// Whether words were left out for want of room.
    pub(super) is_full: bool,
}

impl InterfaceWords {
    /// No words; times with so many decimal places of a second, at most 9.
    #[must_use]
    pub const fn none(decimals: u8) -> Self {
        Self { options: Vec::new(), decimals: if decimals > 9 { 9 } else { decimals }, is_full: false }
    }

    /// No words, and the same decimal places.
    #[must_use]
    pub fn without_words(self) -> Self {
        Self::none(self.decimals)
    }

    /// What Wireshark calls the interface: its name, else what describes it, else its hardware.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        let option = |code| self.options.iter().find(|(known, _)| *known == code).map(|(_, value)| &**value);
        [NAME, DESCRIPTION, HARDWARE].into_iter().find_map(option).unwrap_or(b"unknown")
    }

    /// The same words with times in nanoseconds.
    #[must_use]
    pub fn in_nanoseconds(self) -> Self {
        Self { decimals: 9, ..self }
    }

    /// Adds the option `code`, where it is one of words and there is room; what is longer is left out.
    pub(super) fn take(&mut self, code: u16, value: &[u8]) {
        let kept: usize = self.options.iter().map(|(_, value)| value.len()).sum();
        if !OF_INTERFACE.contains(&code) {
            return;
        }
        if kept.saturating_add(value.len()) <= MAX_WORDS {
            self.options.push((code, value.into()));
        } else {
            self.is_full = true;
        }
    }
}

/// The comments among the options of a packet block, in their order.
pub(super) fn comments(mut options: &[u8], order: ByteOrder) -> Vec<&[u8]> {
    let mut found = Vec::new();
    // Each option: code and length of 16 bits, the value filled up to 32 bits; code 0 is the last.
    while let (Some(code), Some(len)) = (order.u16_at(options, 0), order.u16_at(options, 2)) {
        let len = usize::from(len);
        let Some(value) = options.get(4..4 + len).filter(|_| code != 0) else { break };
        if code == COMMENT {
            found.push(value);
        }
        options = options.get(4 + len.next_multiple_of(4)..).unwrap_or_default();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_found_among_other_options_in_both_orders() {
        let option = |code: u16, value: &[u8], order: fn(u16) -> [u8; 2]| {
            let padding = vec![0; value.len().next_multiple_of(4) - value.len()];
            [&order(code), &order(value.len() as u16), value, &padding].concat()
        };
        for (order, octets) in [(ByteOrder::Little, u16::to_le_bytes as fn(u16) -> [u8; 2]), (ByteOrder::Big, u16::to_be_bytes)] {
            let all =
                [option(1, b"hello", octets), option(2, &[1, 0, 0, 0], octets), option(1, b"", octets), option(0, b"", octets)].concat();
            assert_eq!(comments(&all, order), [&b"hello"[..], b""]);
            for cut in 0..all.len() {
                assert!(comments(&all[..cut], order).len() <= 2);
            }
        }
        assert!(comments(&[1, 0, 0xff, 0xff, 0], ByteOrder::Little).is_empty());
    }

    #[test]
    fn words_of_an_interface_are_kept_up_to_a_bound() {
        let mut words = InterfaceWords::none(12);
        words.take(2, b"eth0");
        words.take(9, &[6]);
        assert!(!words.is_full);
        words.take(3, &[b'x'; MAX_WORDS]);
        assert_eq!((words.options.len(), words.decimals, words.is_full), (1, 9, true));
    }
}
