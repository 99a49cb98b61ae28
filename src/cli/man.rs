//! Takes a command, prints its man page; or writes the pages of all commands into a folder.
//!
//! Invariant: a page says what `--help` says, with the examples and what follows them as sections of their own.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man as Page;

use super::arguments::Arguments;
use super::complaint::Complaint;
use super::exit::Exit;
use super::output;

/// Print the man page of the program or of a command, or write them all.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    sip3xx man | man -l -\n  \
    sip3xx man audit | man -l -\n  \
    sip3xx man --dir /usr/local/share/man/man1")]
pub(super) struct Man {
    /// The command; the program itself where none is named.
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
    /// Write the pages of the program and of all commands into this folder.
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    dir: Option<PathBuf>,
}

/// Runs the command.
pub(super) fn run(man: &Man) -> Result<Exit, Complaint> {
    let program = program();
    let pages = || std::iter::once(&program).chain(program.get_subcommands());
    if let Some(folder) = &man.dir {
        for command in pages() {
            let file = folder.join(format!("{}.1", page_name(command)));
            fs::write(&file, page(command)).map_err(|error| Complaint::new(format!("cannot write {}: {error}", file.display())))?;
        }
        return Ok(Exit::Well);
    }
    let asked = match &man.command {
        None => &program,
        Some(name) => program.find_subcommand(name).ok_or_else(|| Complaint::new(format!("man {name}: there is no such command")))?,
    };
    output::print(&page(asked))?;
    Ok(Exit::Well)
}

/// The program with its commands, each knowing how it is called.
fn program() -> Command {
    let mut program = Arguments::command();
    program.build();
    program
}

/// What the page of a command is called: `sip3xx-audit`.
fn page_name(command: &Command) -> String {
    command.get_bin_name().unwrap_or(command.get_name()).replace(' ', "-")
}

/// The page of a command, in roff.
fn page(command: &Command) -> Vec<u8> {
    let mut text = Vec::new();
    let source = concat!("sip3xx ", env!("CARGO_PKG_VERSION"));
    let page = Page::new(command.clone()).title(page_name(command).to_uppercase()).source(source).manual("sip3xx");
    // Nothing that writes to memory fails.
    let _ = sections(&page, command, &mut text);
    text
}

fn sections(page: &Page, command: &Command, out: &mut Vec<u8>) -> io::Result<()> {
    page.render_title(out)?;
    page.render_name_section(out)?;
    page.render_synopsis_section(out)?;
    page.render_description_section(out)?;
    if command.get_arguments().any(|argument| !argument.is_hide_set()) {
        page.render_options_section(out)?;
    }
    if command.has_subcommands() {
        page.render_subcommands_section(out)?;
    }
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    for paragraph in after.split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
        // What stands under a title stands line by line; the rest is prose.
        let titled = paragraph.split_once(":\n").filter(|(title, _)| !title.contains('\n'));
        let (title, lines) = titled.unwrap_or(("Notes", paragraph));
        let (begin, end) = if titled.is_some() { ("\n.nf", ".fi\n") } else { ("", "") };
        writeln!(out, ".SH {}{begin}", title.to_uppercase())?;
        for line in lines.lines() {
            writeln!(out, "{}", escaped(line))?;
        }
        write!(out, "{end}")?;
    }
    Ok(())
}

/// A line of text that roff shows as it stands.
fn escaped(line: &str) -> String {
    let text = line.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
    if text.starts_with('.') { format!("\\&{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_what_help_has() {
        let program = program();
        for command in std::iter::once(&program).chain(program.get_subcommands()) {
            let text = String::from_utf8(page(command)).expect("a page is text");
            let name = page_name(command);
            assert!(text.contains(&format!(".TH {} 1", name.to_uppercase())), "{name}: {text}");
            for option in command.get_arguments().filter(|argument| !argument.is_hide_set()).filter_map(clap::Arg::get_long) {
                assert!(text.contains(&format!("\\-\\-{}", option.replace('-', "\\-"))), "{name} --{option}");
            }
            let lines = |wanted: &str| text.lines().filter(|line| *line == wanted).count();
            assert_eq!(lines(".nf"), lines(".fi"), "{name}");
            assert!(text.contains(".SH EXAMPLES"), "{name}");
        }
        assert!(String::from_utf8(page(&program)).expect("a page is text").contains(".SH EXIT CODES"));
    }

    #[test]
    fn text_is_shown_as_it_stands() {
        assert_eq!(escaped(".x 'a-b\\'"), "\\&.x \\(aqa\\-b\\e\\(aq");
        assert_eq!(escaped("'"), "\\(aq", "an apostrophe ahead of a line would be a request");
    }
}
