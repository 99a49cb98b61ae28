//! Takes the arguments, gives the exit code; all that is done is done by a command.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run(std::env::args_os())
}
