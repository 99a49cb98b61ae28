//! Takes well-formed inputs and words of their language, gives inputs that chance has made of them.
//!
//! Invariant: the same chance gives the same input, and none is longer than [`LONGEST`].

use crate::support::chance::Chance;

/// The most octets of an input.
const LONGEST: usize = 64 * 1024;
/// The most changes of one input.
const MOST_CHANGES: usize = 10;
/// Numbers at which code that counts goes wrong.
const NUMBERS: [u64; 12] = [0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_ffff, u64::MAX];

/// What makes inputs.
pub(super) struct Maker {
    pub(super) seeds: Vec<Vec<u8>>,
    /// What has a meaning there.
    pub(super) words: &'static [&'static str],
}

impl Maker {
    pub(super) fn make(&self, chance: &mut Chance) -> Vec<u8> {
        let mut input = self.seeds[chance.below(self.seeds.len())].clone();
        for _ in 0..chance.below(MOST_CHANGES) {
            self.change(&mut input, chance);
            input.truncate(LONGEST);
        }
        input
    }

    fn change(&self, input: &mut Vec<u8>, chance: &mut Chance) {
        let at = chance.below(input.len() + 1);
        let end = at + chance.below(input.len() - at + 1).min(1 << chance.below(12));
        match chance.below(11) {
            0 | 1 => {
                if let Some(octet) = input.get_mut(at) {
                    *octet ^= 1 << chance.below(8);
                }
            }
            2 => {
                if let Some(octet) = input.get_mut(at) {
                    *octet = chance.next().to_le_bytes()[6];
                }
            }
            3 => {
                let width = chance.one_of(&[1, 2, 4, 8]);
                let number = chance.one_of(&NUMBERS).wrapping_add(chance.one_of(&[0, 1, u64::MAX]));
                let octets = if chance.happens(50) { number.to_le_bytes() } else { number.to_be_bytes() };
                let octets = if chance.happens(50) { &octets[..width] } else { &octets[8 - width..] };
                put(input, at, octets, chance);
            }
            4 => drop(input.drain(at..end)),
            5 => {
                let part = input[at..end].to_vec();
                put(input, chance.below(input.len() + 1), &part, chance);
            }
            6 => {
                let part = input[at..end].repeat(1 << chance.below(10));
                let part = &part[..part.len().min(LONGEST)];
                input.splice(at..at, part.iter().copied());
            }
            7 => {
                let other = &self.seeds[chance.below(self.seeds.len())];
                let from = chance.below(other.len() + 1);
                let to = from + chance.below(other.len() - from + 1);
                input.splice(at..end, other[from..to].iter().copied());
            }
            8 => input.truncate(at),
            _ => {
                if !self.words.is_empty() {
                    put(input, at, chance.one_of(self.words).as_bytes(), chance);
                }
            }
        }
    }
}

/// Puts `octets` at `at`, in place of what stands there or ahead of it.
fn put(input: &mut Vec<u8>, at: usize, octets: &[u8], chance: &mut Chance) {
    let end = if chance.happens(50) { (at + octets.len()).min(input.len()) } else { at };
    input.splice(at..end, octets.iter().copied());
}
