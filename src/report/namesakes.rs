//! Takes names, gives for each how many of it there have been so far.
//!
//! A report may have as many names as redirects, so of a name 16 octets are kept, by its hash. Invariant: the same names in the same order get the
//! same numbers in every run.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// The names that were given.
#[derive(Debug, Default)]
pub(super) struct Namesakes(HashMap<u64, u64>);

impl Namesakes {
    /// The number of this `name` among those that are equal to it, from 1.
    ///
    /// Of different names that share a hash of 64 bits the second is 2: it has a number too many, and is still alone with it.
    pub(super) fn number(&mut self, name: &str) -> u64 {
        // Its keys are fixed.
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        let count = self.0.entry(hasher.finish()).or_default();
        *count = count.saturating_add(1);
        *count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_are_numbered_and_others_begin_anew() {
        let mut namesakes = Namesakes::default();
        assert_eq!(["a", "b", "a", "", "a", "b"].map(|name| namesakes.number(name)), [1, 1, 2, 1, 3, 2]);
    }
}
