//! Takes an error, gives the one line on stderr that tells it.
//!
//! Invariant: one line, escaped, that begins with the program's name, whatever the file names and the parser's texts hold.

use std::fmt;
use std::io::{self, Write};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use sip3xx::report::escape;

/// An error as the user is told it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Complaint(String);

impl Complaint {
    /// The complaint of that text: lower case, no period.
    pub(super) fn new(text: impl fmt::Display) -> Self {
        Self(text.to_string())
    }

    /// The complaint about an error, with the causes below it.
    pub(super) fn of_error(error: &dyn std::error::Error) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            let told = error.to_string();
            // A transparent error says what its cause says.
            if !text.ends_with(&told) {
                text = format!("{text}: {told}");
            }
            cause = error.source();
        }
        Self(text)
    }

    /// The complaint about arguments that cannot be read.
    pub(super) fn of_usage(error: &clap::Error) -> Self {
        let rendered = error.render().to_string();
        let told =
            rendered.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"));
        let told: Vec<&str> = told.filter(|line| !line.is_empty()).map(|line| line.strip_prefix("error: ").unwrap_or(line)).collect();
        let text = told.join("; ").replace(":; ", ": ").replace("; [", " [");
        match forgotten_command(error) {
            Some(path) => Self(format!("{text}; to audit a capture: sip3xx audit {path}")),
            None => Self(format!("{text} (see --help)")),
        }
    }

    /// The complaint about a call without a command.
    pub(super) fn without_command(program: &clap::Command) -> Self {
        let commands: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
        Self(format!("no command; one of: {} (see --help)", commands.join(", ")))
    }

    /// The line, without its end.
    pub(super) fn line(&self) -> String {
        format!("sip3xx: {}", escape(&self.0))
    }

    /// Prints the line on stderr.
    pub(super) fn tell(&self) {
        // Nobody is left to tell when stderr itself is closed.
        let _ = writeln!(io::stderr(), "{}", self.line());
    }
}

/// The capture that was named where a command was to stand.
fn forgotten_command(error: &clap::Error) -> Option<&str> {
    match (error.kind(), error.get(ContextKind::InvalidSubcommand)) {
        (ErrorKind::InvalidSubcommand, Some(ContextValue::String(word))) if std::path::Path::new(word).exists() => Some(word),
        _ => None,
    }
}
