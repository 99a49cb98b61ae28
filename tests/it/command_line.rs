//! Takes the program as a user calls it, holds what only a process can show: exit codes, what goes to stdout and what to stderr, closed pipes.

use std::io::Write;
use std::path::Path;
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

#[test]
fn completions_know_the_rules_and_the_fields() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(&["completions", shell]);
        assert_eq!(script.status.code(), Some(0), "{shell}");
        let script = String::from_utf8(script.stdout).expect("a script is text");
        for word in ["verify", "--fail-on", "redirect-not-followed", "sip.contact.uri"] {
            // PowerShell and Elvish complete the names of options, and no values.
            let is_value = !matches!(word, "verify" | "--fail-on");
            let is_expected = !(is_value && matches!(shell, "elvish" | "powershell"));
            let word = if shell == "fish" { word.trim_start_matches('-') } else { word };
            assert_eq!(script.contains(word), is_expected, "{shell} {word}");
        }
        let Ok(mut child) = Command::new(shell).arg("-n").stdin(Stdio::piped()).spawn() else {
            eprintln!("skipped: there is no {shell} to read its completions");
            continue;
        };
        child.stdin.take().expect("a pipe").write_all(script.as_bytes()).expect("the shell reads");
        assert!(child.wait().expect("the shell ends").success(), "{shell}");
    }
}

#[test]
fn man_pages_are_written_and_are_sound() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("man1");
    std::fs::create_dir_all(&folder).expect("the folder for tests can be written");
    let output = run(&["man", "--dir", folder.to_str().expect("a plain name")]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    for name in ["sip3xx", "sip3xx-audit", "sip3xx-verify", "sip3xx-list", "sip3xx-stat", "sip3xx-rules", "sip3xx-man"] {
        let page = folder.join(format!("{name}.1"));
        let asked: Vec<&str> = std::iter::once("man").chain(name.strip_prefix("sip3xx-")).collect();
        assert_eq!(std::fs::read(&page).expect("the page was written"), run(&asked).stdout, "{name}");
        let Ok(groff) = Command::new("groff").args(["-man", "-ww", "-z"]).arg(&page).output() else {
            eprintln!("skipped: there is no groff to read the pages");
            return;
        };
        assert_eq!(String::from_utf8_lossy(&groff.stderr), "", "{name}");
    }
    assert_eq!(run(&["man", "no-such-command"]).status.code(), Some(2));
    assert_eq!(run(&["man", "--dir", "no/such/folder"]).status.code(), Some(2));
}
