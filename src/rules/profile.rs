//! Takes the level and the strength of a rule, gives the level under a profile.
//!
//! Invariant: a profile changes levels alone; which rules are checked and what they find stays the same.

use super::rule::{Level, Strength};

/// By which measure findings are levelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Profile {
    /// By the question whether the client did what the status asks; the levels of the catalogue.
    #[default]
    Default,
    /// Only a broken MUST, MUST NOT or shall is an error.
    Rfc,
    /// A broken SHOULD, SHOULD NOT, RECOMMENDED or NOT RECOMMENDED is an error too.
    Strict,
}

impl Profile {
    /// Every profile.
    pub const ALL: &'static [Self] = &[Self::Default, Self::Rfc, Self::Strict];

    /// The name on the command line and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Rfc => "rfc",
            Self::Strict => "strict",
        }
    }

    /// The profile of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|profile| profile.name() == name)
    }

    /// The level under this profile of a finding that has `default` in the catalogue and stands on a clause of `strength`.
    #[must_use]
    pub const fn level(self, default: Level, strength: Strength) -> Level {
        match (self, default) {
            (Self::Rfc, Level::Error) if !strength.is_absolute() => Level::Warning,
            (Self::Strict, _) if strength.is_advice() => Level::Error,
            (_, level) => level,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_moves_only_the_levels_that_it_names() {
        for (profile, default, strength, wanted) in [
            (Profile::Default, Level::Error, Strength::Should, Level::Error),
            (Profile::Default, Level::Note, Strength::Must, Level::Note),
            (Profile::Rfc, Level::Error, Strength::Should, Level::Warning),
            (Profile::Rfc, Level::Error, Strength::Descriptive, Level::Warning),
            (Profile::Rfc, Level::Error, Strength::MustNot, Level::Error),
            (Profile::Rfc, Level::Error, Strength::Shall, Level::Error),
            (Profile::Rfc, Level::Note, Strength::Should, Level::Note),
            (Profile::Strict, Level::Warning, Strength::Recommended, Level::Error),
            (Profile::Strict, Level::Warning, Strength::May, Level::Warning),
            (Profile::Strict, Level::Warning, Strength::Must, Level::Warning),
        ] {
            assert_eq!(profile.level(default, strength), wanted, "{profile:?} {default:?} {strength:?}");
        }
    }

    #[test]
    fn every_profile_is_found_by_its_name() {
        for profile in Profile::ALL {
            assert_eq!(Profile::named(profile.name()), Some(*profile));
        }
        assert_eq!(Profile::named("lenient"), None);
    }
}
