//! Takes nothing, gives what is measured side by side, and how each is called.
//!
//! Invariant: each is asked for the redirects as it can tell them, and writes its answer where reading it costs nothing.

use std::io;
use std::path::Path;
use std::process::Command;

/// Somebody who reads a capture.
pub(crate) struct Contender {
    /// What the table calls it.
    pub(crate) name: &'static str,
    program: Program,
    /// What stands before the capture, and behind it.
    before: &'static [&'static str],
    behind: &'static [&'static str],
}

enum Program {
    /// This bench.
    Own,
    /// What is measured.
    Sip3xx,
    /// The same on one processor.
    Sip3xxAlone,
    /// What may be installed.
    Other(&'static str),
}

/// The first of all, by whose time the others are told.
pub(crate) const FLOOR: &str = "plain read";
/// What is measured.
pub(crate) const OURS: &str = "sip3xx";

const AUDIT: &[&str] = &["audit", "--format", "csv", "--fail-on", "never"];

/// All of them, in the order of their turns.
pub(crate) fn contenders() -> Vec<Contender> {
    use Program::{Other, Own, Sip3xx, Sip3xxAlone};
    let contender = |name, program, before, behind| Contender { name, program, before, behind };
    vec![
        contender(FLOOR, Own, &["--read"], &[]),
        contender("walk over records", Own, &["--walk"], &[]),
        contender(OURS, Sip3xx, AUDIT, &[]),
        contender("sip3xx, one core", Sip3xxAlone, AUDIT, &[]),
        contender("tshark", Other("tshark"), &["-n", "-Y", "sip.Status-Code==302", "-r"], &[]),
        contender("sngrep", Other("sngrep"), &["-N", "-q", "-I"], &["-O", "/dev/null"]),
        contender("sipgrep", Other("sipgrep"), &["-C", "-I"], &["SIP/2.0 302"]),
    ]
}

/// An audit of standard input.
pub(crate) fn standard_input() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sip3xx"));
    command.args(AUDIT).arg("-");
    command
}

impl Contender {
    /// How it is called to read `capture`.
    pub(crate) fn command(&self, capture: &Path) -> io::Result<Command> {
        let mut command = match self.program {
            Program::Own => Command::new(std::env::current_exe()?),
            Program::Sip3xx => Command::new(env!("CARGO_BIN_EXE_sip3xx")),
            Program::Sip3xxAlone => {
                let mut command = Command::new("taskset");
                command.args(["--cpu-list", &first_processor()?, env!("CARGO_BIN_EXE_sip3xx")]);
                command
            }
            Program::Other(name) => Command::new(name),
        };
        command.args(self.before).arg(capture).args(self.behind);
        Ok(command)
    }
}

/// The first processor that this process may run on, as Linux tells it.
fn first_processor() -> io::Result<String> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    let digits = |list: &str| list.trim().chars().take_while(char::is_ascii_digit).collect();
    allowed.map(digits).ok_or_else(|| io::Error::other("nothing tells on which processors this may run"))
}
