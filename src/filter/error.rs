//! Takes what is wrong with a filter, gives it in words, with the filter's text and a caret under the place.
//!
//! Invariant: the picture has no control characters, and its caret stands under what is meant.

use std::fmt;

use super::syntax::Place;

/// Why a text is no filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    message: String,
    text: String,
    place: Place,
}

impl Error {
    pub(super) fn new(text: &str, fault: SyntaxFault) -> Self {
        Self { message: fault.message, text: text.to_owned(), place: fault.place }
    }

    /// The text of the filter, and below it `^~~~` under the part that is meant, both without a line end.
    #[must_use]
    pub fn picture(&self) -> [String; 2] {
        let shown = |text: &str| text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect::<String>();
        let (front, rest) = self.text.split_at_checked(self.place.start).unwrap_or((&self.text, ""));
        let meant = rest.get(..self.place.end.saturating_sub(self.place.start)).unwrap_or(rest);
        let waves = meant.chars().count().saturating_sub(1);
        [shown(&self.text), format!("{}^{}", " ".repeat(front.chars().count()), "~".repeat(waves))]
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// What is wrong at some place of a filter, before the text is put to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SyntaxFault {
    message: String,
    place: Place,
}

impl SyntaxFault {
    pub(super) fn new(place: Place, message: impl Into<String>) -> Self {
        Self { message: message.into(), place }
    }

    #[cfg(test)]
    pub(super) const fn place(&self) -> Place {
        self.place
    }
}
