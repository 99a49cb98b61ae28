//! Takes a rule's own level and the keyword of its clause, gives the level under a profile.

use super::rule::{Level, Strength};

/// By what measure findings are weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// By the question whether the client did what the status asks.
    #[default]
    Default,
    /// By the keyword alone: only a broken MUST, MUST NOT or shall is an error.
    Rfc,
    /// As the default, and a broken SHOULD or RECOMMENDED is an error too.
    Strict,
}

impl Profile {
    /// The name on the command line and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Rfc => "rfc",
            Self::Strict => "strict",
        }
    }

    /// The level under this profile of a finding that has `level` by default and breaks a clause of `strength`.
    #[must_use]
    pub fn level(self, level: Level, strength: Strength) -> Level {
        match self {
            Self::Default => level,
            Self::Rfc if strength.is_absolute() => level,
            Self::Rfc => level.min(Level::Warning),
            Self::Strict if strength.is_advice() && level == Level::Warning => Level::Error,
            Self::Strict => level,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_moves_the_level_by_the_keyword_of_the_clause() {
        let facts = [
            (Profile::Default, Level::Error, Strength::Should, Level::Error),
            (Profile::Default, Level::Warning, Strength::Must, Level::Warning),
            (Profile::Rfc, Level::Error, Strength::Should, Level::Warning),
            (Profile::Rfc, Level::Note, Strength::May, Level::Note),
            (Profile::Rfc, Level::Error, Strength::MustNot, Level::Error),
            (Profile::Strict, Level::Warning, Strength::Should, Level::Error),
            (Profile::Strict, Level::Note, Strength::Should, Level::Note),
            (Profile::Strict, Level::Warning, Strength::Must, Level::Warning),
        ];
        for (profile, level, strength, expected) in facts {
            assert_eq!(profile.level(level, strength), expected, "{profile:?} {level:?} {strength:?}");
        }
    }
}
