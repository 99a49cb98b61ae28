//! Takes arguments, runs the program as a user does from the root of the project, so that a report names the same path wherever that is.

use std::process::{Command, Output, Stdio};

/// The program with `arguments`, and nothing on standard input.
pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sip3xx"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).stdin(Stdio::null());
    command
}

/// What a run gives.
pub(crate) fn run(arguments: &[&str]) -> Output {
    program(arguments).output().expect("the program can be started")
}

/// What is printed by a run that ends well.
#[track_caller]
pub(crate) fn printed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("what is printed is UTF-8")
}

/// The complaint of a run that is refused: nothing is printed.
#[track_caller]
pub(crate) fn refused(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(output.stderr).expect("complaints are UTF-8")
}
