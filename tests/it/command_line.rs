//! Takes the program as a user calls it, holds what only a process can show: exit codes, what goes to stdout and what to stderr, closed pipes.

use std::process::{Command, Output, Stdio};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sip3xx")).args(arguments).stdin(Stdio::null()).output().expect("the program can be started")
}

#[test]
fn an_answer_goes_to_stdout_and_ends_with_0() {
    for arguments in [&["--help"][..], &["-v"], &["rules"], &["rules", "--markdown"], &["audit", "--help"]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(!output.stdout.is_empty() && output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn trouble_is_one_line_on_stderr_and_ends_with_2() {
    for arguments in [
        &[][..],
        &["audit"],
        &["audit", "--format", "pdf", "x.pcap"],
        &["audit", "-i", "eth0"],
        &["audit", "no/such/file.pcap"],
        &["audit", "--rule", "no-such-rule-at-all", "x.pcap"],
        &["rules", "no-such-rule-at-all"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.starts_with("sip3xx: ") && told.matches('\n').count() == 1 && told.ends_with('\n'), "{arguments:?}: {told}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    for arguments in [&["--help"][..], &["-v"], &["rules", "--markdown"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sip3xx"))
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program can be started");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("the program ends");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(output.stderr.is_empty(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn nothing_is_coloured_where_stdout_is_no_terminal() {
    assert!(!run(&["--help"]).stdout.contains(&0x1b));
}
