//! Takes values of limits by name, gives the value of every limit.
//!
//! Invariant: each value is within the range of its limit.

use std::fmt;

use super::Limit;

/// The value of every limit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Limits([u64; Limit::ALL.len()]);

impl Default for Limits {
    fn default() -> Self {
        Self(Limit::ALL.map(|limit| limit.about().default))
    }
}

impl Limits {
    /// The value of `limit`.
    #[must_use]
    pub fn of(&self, limit: Limit) -> u64 {
        // The variants are numbered from 0, as [`Limit::ALL`] has them.
        self.0.get(limit as usize).copied().unwrap_or_else(|| limit.about().default)
    }

    /// The same, as a length in memory.
    #[must_use]
    pub fn room(&self, limit: Limit) -> usize {
        usize::try_from(self.of(limit)).unwrap_or(usize::MAX)
    }

    /// The same of a time, in nanoseconds.
    #[must_use]
    pub fn nanos(&self, limit: Limit) -> i64 {
        i64::try_from(self.of(limit)).unwrap_or(i64::MAX).saturating_mul(1_000_000_000)
    }

    /// These limits with another value of `limit`, brought into its range.
    #[must_use]
    pub fn with(mut self, limit: Limit, value: u64) -> Self {
        if let Some(place) = self.0.get_mut(limit as usize) {
            *place = value.clamp(1, limit.about().most);
        }
        self
    }

    /// The limits that have another value than by default, in their order.
    pub fn changed(&self) -> impl Iterator<Item = (Limit, u64)> {
        Limit::ALL.into_iter().map(|limit| (limit, self.of(limit))).filter(|(limit, value)| *value != limit.about().default)
    }
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(Limit::ALL.map(|limit| (limit.name(), self.of(limit)))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_changed_is_told_and_nothing_else() {
        assert_eq!(Limits::default().changed().count(), 0);
        let limits = Limits::default().with(Limit::Names, 0).with(Limit::Watches, 50_000);
        assert_eq!(limits.changed().collect::<Vec<_>>(), [(Limit::Names, 1)]);
    }
}
