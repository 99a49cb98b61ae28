//! Takes the text of a display filter, gives what tells which messages it picks.
//!
//! Invariant: whatever the text and the message, it ends, in time that grows with the message and with the filter, and never panics.

use std::fmt;

use super::check::check;
use super::error::{Error, SyntaxFault};
use super::eval::Test;
use super::fields;
use super::parser::parse;
use super::row::Row;
use super::syntax::{Condition, What};
use super::value::Kind;

/// A display filter.
#[derive(Debug, Clone)]
pub struct Filter {
    /// None where the text is blank: every message passes.
    parsed: Option<(Condition, Test)>,
    text: String,
}

impl Filter {
    /// Reads the filter `text`.
    ///
    /// # Errors
    /// When it is no filter, names a field that is not known, or compares what cannot be compared; the error points at the place.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let parsed = || -> Result<_, SyntaxFault> {
            let Some(condition) = parse(text)? else { return Ok(None) };
            let test = check(&condition)?;
            Ok(Some((condition, test)))
        };
        match parsed() {
            Ok(parsed) => Ok(Self { parsed, text: text.to_owned() }),
            Err(fault) => Err(Error::new(text, fault)),
        }
    }

    /// Whether the filter picks `row`.
    #[must_use]
    pub fn matches(&self, row: &Row<'_>) -> bool {
        self.parsed.as_ref().is_none_or(|(_, test)| test.holds(row))
    }

    /// The filter as it was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is allowed but hardly meant, in sentences.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        let mut hints = Vec::new();
        if let Some((condition, _)) = &self.parsed {
            look(condition, &mut hints);
        }
        hints.dedup();
        hints
    }
}

/// Prints the filter with every operator in its first spelling.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parsed.as_ref().map_or(Ok(()), |(condition, _)| condition.fmt(f))
    }
}

/// Looks for fields of yes and no that stand alone: they are there in either case.
fn look(condition: &Condition, hints: &mut Vec<String>) {
    match condition {
        Condition::Exists(operand) => {
            let What::Word(name) = &operand.what else { return };
            if fields::named(name).is_some_and(|field| field.kind == Kind::Boolean) {
                hints.push(format!("{name} is there whether it is 0 or 1; write {name} == 1 or {name} == 0"));
            }
        }
        Condition::Not(condition) => look(condition, hints),
        Condition::And(conditions) | Condition::Or(conditions) => conditions.iter().for_each(|condition| look(condition, hints)),
        Condition::Relation { .. } | Condition::Member { .. } => {}
    }
}

#[cfg(test)]
#[path = "display_filter_tests.rs"]
mod tests;
