//! Takes what a check saw, gives a finding: which rule was broken, how bad that is, who broke it, and the frames that prove it.
//!
//! Invariant: without a frame there is no finding; the primary evidence stands in the constructor.

use super::rule::{Clause, Level, Rule};
use crate::evidence::Place;

/// A message that proves something, and what it proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Where the message stands.
    pub place: Place,
    /// What this message shows, in a few words.
    pub note: String,
}

/// What a check gives: everything of a finding that the rule itself does not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Another level than the rule's own, where the check says that this case is milder or worse.
    pub level: Option<Level>,
    /// Another clause of the same strength than the rule's own, where one of it says the same of this status.
    pub clause: Option<Clause>,
    /// One sentence with the actual values, without a final period.
    pub message: String,
    /// The message that breaks the rule.
    pub primary: Place,
    /// The messages that make it so.
    pub related: Vec<Evidence>,
}

impl Draft {
    /// A finding at `primary`, at the rule's own level.
    #[must_use]
    pub fn at(primary: Place, message: impl Into<String>) -> Self {
        Self { level: None, clause: None, message: message.into(), primary, related: Vec::new() }
    }

    /// The same at `level`.
    #[must_use]
    pub fn level(mut self, level: Level) -> Self {
        self.level = Some(level);
        self
    }

    /// The same by `clause`, which is as strong as the rule's own.
    #[must_use]
    pub const fn by(mut self, clause: Clause) -> Self {
        self.clause = Some(clause);
        self
    }

    /// The same with a further message and what it shows.
    #[must_use]
    pub fn with(mut self, place: Place, note: impl Into<String>) -> Self {
        self.related.push(Evidence { place, note: note.into() });
        self
    }
}

/// A broken rule with its proof.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// How bad it is under the profile in force.
    pub level: Level,
    /// The clause that was broken: the rule's own, or the one for this status.
    pub clause: Clause,
    /// One sentence with the actual values.
    pub message: String,
    /// The message that breaks the rule.
    pub primary: Place,
    /// The messages that make it so, each with what it shows.
    pub related: Vec<Evidence>,
}
