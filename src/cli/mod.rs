//! Takes the arguments, runs a command, gives its exit code; the only room that prints, reads a clock and knows a terminal.
//!
//! Invariant: reports go to stdout, everything else to stderr; an error is one line that begins with the program's name.

mod arguments;
mod audit;
mod complaint;
mod completions;
mod configuration;
mod decode_as;
mod exit;
mod frames;
mod inputs;
mod judgement;
mod key_log;
mod ladder;
mod list;
mod live;
mod man;
mod one_of;
mod output;
mod progress;
mod rows;
mod rules;
mod stat;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use arguments::{Arguments, Command};
use complaint::Complaint;
use exit::Exit;

/// Runs the command that `arguments` name; the first of them is the program.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    match try_run(arguments) {
        Ok(exit) => exit.into(),
        Err(complaint) => {
            complaint.tell();
            Exit::Trouble.into()
        }
    }
}

fn try_run(arguments: impl IntoIterator<Item = OsString>) -> Result<Exit, Complaint> {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        // Help is an answer, not an error.
        Err(help) if !help.use_stderr() => return output::help(&help),
        Err(error) => return Err(Complaint::of_usage(&error)),
    };
    if arguments.version {
        output::print(concat!("sip3xx ", env!("CARGO_PKG_VERSION"), "\n").as_bytes())?;
        return Ok(Exit::Well);
    }
    if let Some(complaint) = arguments.live.complaint() {
        return Err(complaint);
    }
    match arguments.command {
        Some(Command::Audit(audit)) => audit::run(&audit),
        Some(Command::Verify(verify)) => verify::run(&verify),
        Some(Command::List(list)) => list::run(&list),
        Some(Command::Ladder(ladder)) => ladder::run(&ladder),
        Some(Command::Stat(stat)) => stat::run(&stat),
        Some(Command::Rules(rules)) => rules::run(&rules),
        Some(Command::Completions(completions)) => completions::run(&completions),
        Some(Command::Man(man)) => man::run(&man),
        None => Err(Complaint::without_command(&Arguments::command())),
    }
}

#[cfg(test)]
mod tests;
