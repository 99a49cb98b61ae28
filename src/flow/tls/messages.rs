//! Takes the fragments of handshake messages that records bring, gives the messages that are asked for, whole.
//!
//! Invariant: one message is held at a time, and none that is longer than [`MESSAGE_MAX`]. RFC 8446, 4 and 5.1.

/// The longest message that is read, in octets without its header; a longer one is passed over.
const MESSAGE_MAX: usize = 64 << 10;
/// Octets of a message's header: its type and its length.
const HEADER: usize = 4;

/// The types of messages that are read.
pub(super) mod message_type {
    pub(crate) const CLIENT_HELLO: u8 = 1;
    pub(crate) const SERVER_HELLO: u8 = 2;
    pub(crate) const KEY_UPDATE: u8 = 24;
}

/// The message that is under way.
#[derive(Debug, Default)]
pub(super) struct Messages {
    octets: Vec<u8>,
    /// Octets of a message that is passed over.
    passing: usize,
}

impl Messages {
    /// Octets held.
    pub(super) const fn cost(&self) -> usize {
        self.octets.capacity()
    }

    /// Takes a fragment; gives `take` the body of each message of type `wanted` that it completes.
    pub(super) fn push(&mut self, mut fragment: &[u8], wanted: u8, mut take: impl FnMut(&[u8])) {
        while !fragment.is_empty() {
            let missing = if self.passing > 0 { self.passing } else { self.whole().saturating_sub(self.octets.len()) };
            let (now, rest) = fragment.split_at_checked(missing).unwrap_or((fragment, &[]));
            fragment = rest;
            if self.passing > 0 {
                self.passing = self.passing.saturating_sub(now.len());
                continue;
            }
            self.octets.extend_from_slice(now);
            self.look(wanted, &mut take);
        }
    }

    /// How long the message is with its header, or the header where that is not there yet.
    fn whole(&self) -> usize {
        match self.octets.first_chunk::<HEADER>() {
            Some([_, high, middle, low]) => HEADER + u32::from_be_bytes([0, *high, *middle, *low]) as usize,
            None => HEADER,
        }
    }

    /// Gives the message if it is whole, or begins to pass over it if nobody wants it.
    fn look(&mut self, wanted: u8, take: &mut impl FnMut(&[u8])) {
        let Some((header, body)) = self.octets.split_first_chunk::<HEADER>() else { return };
        let left = self.whole().saturating_sub(self.octets.len());
        let is_wanted = header.first() == Some(&wanted) && body.len().saturating_add(left) <= MESSAGE_MAX;
        if !is_wanted {
            self.passing = left;
        } else if left > 0 {
            return;
        } else {
            take(body);
        }
        self.octets = Vec::new();
    }
}

#[cfg(test)]
mod tests {
    use super::{MESSAGE_MAX, Messages};

    #[test]
    fn messages_come_out_whole_however_records_cut_them() {
        let octets = [&[1, 0, 0, 2][..], b"ab", &[11, 0, 0, 5], b"xxxxx", &[1, 0, 0, 0], &[14, 0, 0, 0], &[1, 0, 0, 1], b"c"].concat();
        for cut in 1..octets.len() {
            let (mut messages, mut given) = (Messages::default(), Vec::new());
            for fragment in octets.chunks(cut) {
                messages.push(fragment, 1, |body| given.push(body.to_vec()));
            }
            assert_eq!(given, [&b"ab"[..], b"", b"c"], "cut at {cut}");
            assert_eq!(messages.cost(), 0);
        }
    }

    #[test]
    fn a_message_that_claims_too_much_is_passed_over() {
        let mut messages = Messages::default();
        messages.push(&[1, 0xff, 0xff, 0xff, 0, 0], 1, |_| panic!("it is not whole"));
        assert_eq!(messages.cost(), 0);
        let mut messages = Messages::default();
        messages.push(&[1, 1, 0, 0], 1, |_| panic!("it is not whole"));
        messages.push(&vec![7; MESSAGE_MAX], 1, |body| assert_eq!(body.len(), MESSAGE_MAX));
        assert_eq!(messages.cost(), 0);
    }
}
