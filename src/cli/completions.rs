//! Takes the name of a shell, prints what has it complete the commands, options, rules and fields of this program.

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use super::arguments::Arguments;
use super::complaint::Complaint;
use super::exit::Exit;
use super::output;

/// Print completions for a shell.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    sip3xx completions bash > /etc/bash_completion.d/sip3xx\n  \
    sip3xx completions zsh > ~/.zfunc/_sip3xx\n  \
    sip3xx completions fish > ~/.config/fish/completions/sip3xx.fish")]
pub(super) struct Completions {
    /// The shell.
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Runs the command.
pub(super) fn run(completions: &Completions) -> Result<Exit, Complaint> {
    let mut script = Vec::new();
    generate(completions.shell, &mut Arguments::command(), "sip3xx", &mut script);
    output::print(&script)?;
    Ok(Exit::Well)
}
