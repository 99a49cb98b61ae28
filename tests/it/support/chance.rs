//! Takes a seed, gives numbers by chance: xorshift64*.
//!
//! Invariant: the same seed gives the same numbers, so that a failure can be seen again.

/// A source of numbers.
pub(crate) struct Chance(u64);

impl Chance {
    /// A source that begins at `seed`; zero, which would give nothing but zeros, stands for another seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(if seed == 0 { 0x9e37_79b9_7f4a_7c15 } else { seed })
    }

    /// Any number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        // The high half: the low bits of a product are the poorer ones.
        usize::try_from((self.next() >> 32) % bound as u64).expect("below a length")
    }

    /// Whether something happens that does so `percent` times in a hundred.
    pub(crate) fn happens(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `choices`.
    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}
