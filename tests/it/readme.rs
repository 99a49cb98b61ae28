//! Takes the README, holds it true: the run that it shows is the run that happens, its commands work, its tables name all that there is.
//!
//! In a block of `console`, a line `...` stands for any number of lines of the output; in a block of `sh`, each line that calls the program is run.

use std::process::Command;

use sip3xx::report::FORMATS;

const README: &str = include_str!("../../README.md");

/// The lines of every block of that language.
fn blocks(language: &str) -> Vec<Vec<&'static str>> {
    let mut blocks = Vec::new();
    let mut lines = README.lines();
    while let Some(line) = lines.next() {
        if line.strip_prefix("```") == Some(language) {
            blocks.push(lines.by_ref().take_while(|line| *line != "```").collect());
        }
    }
    blocks
}

/// What the program prints and how it ends, called from the root of the project.
fn run(command: &str) -> (String, Option<i32>) {
    let arguments = command.strip_prefix("sip3xx ").expect("a call of the program").split_whitespace();
    let output = Command::new(env!("CARGO_BIN_EXE_sip3xx"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the program can be started");
    (String::from_utf8(output.stdout).expect("reports are UTF-8"), output.status.code())
}

/// Where `shown` departs from `printed`, if it does: the first line of the part that does not stand there in its order.
fn departs<'a>(shown: &[&'a str], printed: &[&str]) -> Option<&'a str> {
    let mut rest = printed;
    for (nth, part) in shown.split(|line| *line == "...").enumerate() {
        let at = match nth {
            0 => rest.starts_with(part).then_some(0),
            _ => (0..=rest.len()).find(|at| rest[*at..].starts_with(part)),
        };
        let Some(at) = at else { return part.first().copied() };
        rest = &rest[at + part.len()..];
    }
    None
}

#[test]
fn the_run_that_is_shown_is_the_run_that_happens() {
    let shown = blocks("console");
    assert!(!shown.is_empty());
    for block in shown {
        let (command, lines) = block.split_first().expect("a block has a command");
        let (printed, _) = run(command.strip_prefix("$ ").expect("a prompt"));
        let printed: Vec<&str> = printed.lines().collect();
        assert_eq!(departs(lines, &printed), None, "{command} prints no such lines");
    }
}

#[test]
fn a_shown_run_may_leave_out_lines_and_change_none() {
    let printed = ["a", "b", "c", "d"];
    for (shown, departure) in [
        (&["a", "...", "c", "d"][..], None),
        (&["a", "b", "..."], None),
        (&["b"], Some("b")),
        (&["a", "...", "b", "d"], Some("b")),
        (&["...", "c", "...", "b"], Some("b")),
    ] {
        assert_eq!(departs(shown, &printed), departure, "{shown:?}");
    }
}

#[test]
fn every_command_to_paste_does_what_is_said() {
    let commands: Vec<&str> = blocks("sh").into_iter().flatten().filter(|line| line.starts_with("sip3xx ")).collect();
    assert!(commands.len() >= 5, "{commands:?}");
    for command in commands {
        let (printed, code) = run(command);
        assert!(matches!(code, Some(0 | 1)) && !printed.is_empty(), "{command} ends with {code:?}");
    }
    let (_, code) = run("sip3xx audit samples/captures/mixed-office.pcap");
    assert_eq!(code, Some(1));
}

/// The words of a line as a shell parts them: at blanks, those in quotes left together.
fn words_of(line: &str) -> Vec<String> {
    let (mut words, mut quote, mut is_word) = (vec![String::new()], None, false);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => (quote, is_word) = (Some(c), true),
            (None, ' ') => {
                if is_word {
                    words.push(String::new());
                }
                is_word = false;
            }
            _ => {
                is_word = true;
                words.last_mut().expect("one is there").push(c);
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn the_examples_of_help_that_name_samples_do_what_is_said() {
    let program = |arguments: &[String]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sip3xx"));
        command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("the program can be started")
    };
    for name in ["show", "ladder"] {
        let help = String::from_utf8(program(&[name.to_owned(), "--help".to_owned()]).stdout).expect("help is UTF-8");
        let (_, examples) = help.split_once("Examples:\n").expect("there are examples");
        let lines: Vec<&str> =
            examples.lines().map(str::trim).filter(|line| line.starts_with("sip3xx ") && line.contains("samples/")).collect();
        assert!(lines.len() >= 3, "{examples}");
        for line in lines {
            let (command, _) = line.split_once(" > ").unwrap_or((line, ""));
            let output = program(&words_of(command)[1..]);
            assert!(output.status.success() && !output.stdout.is_empty(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

#[test]
fn the_tables_name_every_format_and_verdict() {
    let formats = FORMATS.iter().map(|format| format.name);
    for name in formats.chain(["incorrect", "inconclusive", "not-applicable", "correct"]) {
        assert!(README.contains(&format!("\n| `{name}` |")), "no row for `{name}`");
    }
}
