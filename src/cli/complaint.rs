//! Takes an error, gives the one line on stderr that tells it; that of a display filter has the place in the filter below it.
//!
//! Invariant: one line, escaped, that begins with the program's name, whatever the file names and the parser's texts hold.

use std::fmt;
use std::io::{self, Write};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use sip3xx::filter;
use sip3xx::report::escape;

/// An error as the user is told it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Complaint {
    text: String,
    /// Lines that show the place of what is wrong, below the one that tells it.
    picture: Vec<String>,
}

impl Complaint {
    /// The complaint of that text: lower case, no period.
    pub(super) fn new(text: impl fmt::Display) -> Self {
        Self { text: text.to_string(), picture: Vec::new() }
    }

    /// The complaint about a display filter, with the place in it.
    pub(super) fn of_filter(error: &filter::Error) -> Self {
        Self { picture: error.picture().into(), ..Self::new(error) }
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
        Self::new(text)
    }

    /// The complaint about arguments that cannot be read.
    pub(super) fn of_usage(error: &clap::Error) -> Self {
        let rendered = error.render().to_string();
        let told =
            rendered.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"));
        let told: Vec<&str> = told.filter(|line| !line.is_empty()).map(|line| line.strip_prefix("error: ").unwrap_or(line)).collect();
        let text = told.join("; ").replace(":; ", ": ").replace("; [", " [");
        match forgotten_command(error) {
            Some(path) => Self::new(format!("{text}; to audit a capture: sip3xx audit {path}")),
            None => Self::new(format!("{text} (see --help)")),
        }
    }

    /// The complaint about a call without a command.
    pub(super) fn without_command(program: &clap::Command) -> Self {
        let commands: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
        Self::new(format!("no command; one of: {} (see --help)", commands.join(", ")))
    }

    /// The line, without its end.
    pub(super) fn line(&self) -> String {
        format!("sip3xx: {}", escape(&self.text))
    }

    /// Prints the line on stderr.
    pub(super) fn tell(&self) {
        // Nobody is left to tell when stderr itself is closed.
        let mut stderr = io::stderr();
        let _ = writeln!(stderr, "{}", self.line());
        for line in &self.picture {
            let _ = writeln!(stderr, "    {}", escape(line));
        }
    }
}

/// The capture that was named where a command was to stand.
fn forgotten_command(error: &clap::Error) -> Option<&str> {
    match (error.kind(), error.get(ContextKind::InvalidSubcommand)) {
        (ErrorKind::InvalidSubcommand, Some(ContextValue::String(word))) if std::path::Path::new(word).exists() => Some(word),
        _ => None,
    }
}
