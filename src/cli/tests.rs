//! Facts about the command line: what is accepted, what is refused, and in which words.

use super::*;

/// What the program complains about when called so.
fn complaint(arguments: &[&str]) -> String {
    let arguments = std::iter::once("sip3xx").chain(arguments.iter().copied()).map(OsString::from);
    try_run(arguments).expect_err("this is refused").line()
}

fn parsed(arguments: &[&str]) -> Result<Arguments, clap::Error> {
    Arguments::try_parse_from(std::iter::once("sip3xx").chain(arguments.iter().copied()))
}

#[test]
fn the_arguments_are_well_formed() {
    Arguments::command().debug_assert();
}

#[test]
fn everything_that_is_promised_is_accepted() {
    for arguments in [
        &["audit", "x.pcap"][..],
        &["audit", "-r", "x.pcap", "-r", "-"],
        &["audit", "-n", "-2", "-l", "-q", "x.pcap"],
        &["audit", "-n2lq", "-r", "x.pcap"],
        &["audit", "--format", "csv", "--rows", "findings", "--raw-csv", "x.pcap"],
        &["audit", "--report", "json=a.json", "--report", "csv=b.csv", "x.pcap", "y.pcap", "-"],
        &["audit", "--retry-window", "0.5", "--patience=7", "--profile", "strict", "x.pcap"],
        &["audit", "--fail-on", "never", "--strict", "--require-redirects", "3", "--separate", "--sort", "verdict", "x.pcap"],
        &["list", "-r", "x.pcap", "y.pcap"],
        &["list", "-nl2q", "-T", "fields", "-e", "sip.Method", "-E", "header=y", "-c", "9", "-t", "ad", "-w", "z.pcapng", "x.pcap"],
        &["list", "-Y", "sip", "-d", "tcp.port==5060-5090,sip", "-P", "x.pcap"],
        &["stat", "-n", "-q", "-2", "-Y", "sip", "-d", "udp.port==9060,hep", "-c", "9", "-r", "x.pcap"],
        &["rules"],
        &["rules", "--markdown"],
    ] {
        assert!(parsed(arguments).is_ok(), "{arguments:?} is refused");
    }
}

#[test]
fn a_complaint_is_one_line_that_says_what_to_do() {
    for (arguments, parts) in [
        (&[][..], &["no command; one of: audit, verify, list, ladder, stat, rules, completions, man"][..]),
        (&["audit"], &["no capture named"]),
        (&["audit", "--formt", "csv"], &["unexpected argument '--formt'", "'--format'"]),
        (&["audit", "--format", "jsn", "x"], &["'jsn'", "json"]),
        (&["audit", "--report", "x.csv", "x"], &["FORMAT=FILE"]),
        (&["audit", "--rule", "no-such-rule-at-all", "x"], &["no such rule"]),
        (&["audit", "--patience", "soon", "x"], &["seconds"]),
        (&["audit", "--patience", "NaN", "x"], &["seconds"]),
        (&["audit", "--retry-window=-1", "x"], &["seconds"]),
        (&["audit", "-", "-"], &["only once"]),
        (&["audit", "--report", "csv=a", "--report", "json=a", "x"], &["two reports would go to a"]),
        (&["audit", "nowhere/x.pcap"], &["nowhere/x.pcap: cannot be opened: ", "(os error "]),
        (&["audit", "src/main.rs", "--report", "csv=src/../src/main.rs"], &["would overwrite the capture"]),
        (&["list"], &["no capture named"]),
        (&["verify"], &["no capture named"]),
        (&["verify", "-"], &["standard input"]),
        (&["list", "-Y", "sip.nothing.at.all", "x"], &["sip.nothing.at.all"]),
        (&["Cargo.toml"], &["sip3xx audit Cargo.toml"]),
        (&["rules", "no-such-rule-at-all"], &["no such rule"]),
    ] {
        let line = complaint(arguments);
        assert!(line.starts_with("sip3xx: ") && !line.contains('\n'), "{line}");
        for part in parts {
            assert!(line.contains(part), "{arguments:?}: `{part}` is not in: {line}");
        }
    }
}

#[test]
fn live_capture_is_answered_with_where_it_is_done() {
    for arguments in [
        &["-i", "eth0"][..],
        &["audit", "-i", "eth0", "-f", "udp port 5060"],
        &["audit", "-D"],
        &["-D"],
        &["audit", "-i", "1", "x.pcap"],
        &["audit", "-s", "0"],
        &["audit", "-a", "duration:10"],
        &["-b"],
    ] {
        let line = complaint(arguments);
        assert!(line.contains("dumpcap") && !line.contains('\n'), "{arguments:?}: {line}");
    }
    assert!(complaint(&["-i", "eth0"]).contains("dumpcap -i eth0 -w"));
}

#[test]
fn a_hostile_file_name_does_not_drive_the_terminal() {
    assert!(complaint(&["audit", "no\u{1b}[2J\nwhere"]).contains("no\\u{1b}[2J\\u{a}where"));
}

#[test]
fn help_is_an_answer_and_version_is_asked_as_tshark_does() {
    for arguments in [&["--help"][..], &["-h"], &["audit", "--help"], &["rules", "-h"]] {
        assert!(parsed(arguments).is_err_and(|help| !help.use_stderr()), "{arguments:?}");
    }
    for arguments in [&["-v"][..], &["--version"], &["audit", "-v"], &["rules", "--version"]] {
        assert!(parsed(arguments).is_ok_and(|arguments| arguments.version), "{arguments:?}");
    }
}

#[test]
fn help_fits_a_page_of_100_columns() {
    for name in ["audit", "list", "stat", "rules"] {
        let mut program = Arguments::command();
        let command = program.find_subcommand_mut(name).expect("a command");
        let help = command.render_long_help().to_string();
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
        assert!(help.contains("Examples:"), "{name} has no examples");
    }
}
