//! Takes octets, gives the key by which pseudonyms are made, and keyed digests of numbers.
//!
//! Invariant: the same octets give the same key and the same digests on every machine and in every version: SipHash-2-4 (Aumasson and Bernstein, 2012).

/// The key of all pseudonyms of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key([u64; 2]);

impl Key {
    /// The key that follows from `octets`: who does not have all of them does not have it.
    #[must_use]
    pub fn of(octets: &[u8]) -> Self {
        let words: Vec<u64> = octets
            .chunks(8)
            .map(|chunk| chunk.iter().rev().fold(0, |word, octet| word << 8 | u64::from(*octet)))
            .chain([octets.len() as u64])
            .collect();
        Self([0, 1].map(|half| Self([half, 0]).digest(&words)))
    }

    /// The digest of `words` under this key.
    pub(super) fn digest(self, words: &[u64]) -> u64 {
        let Self([k0, k1]) = self;
        let mut state = [k0 ^ 0x736f_6d65_7073_6575, k1 ^ 0x646f_7261_6e64_6f6d, k0 ^ 0x6c79_6765_6e65_7261, k1 ^ 0x7465_6462_7974_6573];
        let last = (words.len() as u64).wrapping_mul(8) << 56;
        for word in words.iter().copied().chain([last]) {
            state[3] ^= word;
            rounds(&mut state, 2);
            state[0] ^= word;
        }
        state[2] ^= 0xff;
        rounds(&mut state, 4);
        state[0] ^ state[1] ^ state[2] ^ state[3]
    }
}

fn rounds(state: &mut [u64; 4], count: usize) {
    let [v0, v1, v2, v3] = state;
    for _ in 0..count {
        *v0 = v0.wrapping_add(*v1);
        *v1 = v1.rotate_left(13) ^ *v0;
        *v0 = v0.rotate_left(32);
        *v2 = v2.wrapping_add(*v3);
        *v3 = v3.rotate_left(16) ^ *v2;
        *v0 = v0.wrapping_add(*v3);
        *v3 = v3.rotate_left(21) ^ *v0;
        *v2 = v2.wrapping_add(*v1);
        *v1 = v1.rotate_left(17) ^ *v2;
        *v2 = v2.rotate_left(32);
    }
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn a_digest_is_that_of_the_authors_of_the_hash() {
        let key = Key([0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908]);
        // Their vectors for 0 and for 8 octets.
        assert_eq!(key.digest(&[]), 0x726f_db47_dd0e_0e31);
        assert_eq!(key.digest(&[0x0706_0504_0302_0100]), 0x93f5_f579_9a93_2462);
    }

    #[test]
    fn other_octets_give_another_key() {
        assert_ne!(Key::of(b"INVITE sip:a@b SIP/2.0"), Key::of(b"INVITE sip:a@c SIP/2.0"));
        assert_ne!(Key::of(b"a"), Key::of(b"a\0"));
    }
}
