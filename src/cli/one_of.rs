//! Takes a word on the command line that must be one of very many, gives what it names: shells complete the words, help does not list them.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

/// A parser of one of many words.
#[derive(Debug, Clone, Copy)]
pub(super) struct OneOf<T: 'static> {
    words: fn() -> Vec<&'static str>,
    named: fn(&str) -> Result<T, String>,
}

impl<T> OneOf<T> {
    /// A parser of these words; `named` gives what one names, or says why it is none.
    pub(super) const fn new(words: fn() -> Vec<&'static str>, named: fn(&str) -> Result<T, String>) -> Self {
        Self { words, named }
    }
}

impl<T: Clone + Send + Sync + 'static> TypedValueParser for OneOf<T> {
    type Value = T;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        let word = StringValueParser::new().parse_ref(command, arg, value)?;
        (self.named)(&word).map_err(|why| {
            let name = arg.map(ToString::to_string).unwrap_or_default();
            Error::raw(ErrorKind::ValueValidation, format!("invalid value '{word}' for '{name}': {why}")).with_cmd(command)
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.words)().into_iter().map(PossibleValue::new)))
    }
}
