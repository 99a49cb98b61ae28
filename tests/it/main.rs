//! The only test binary: what the rooms of `src` do together.
#![allow(clippy::print_stderr, reason = "a test that cannot run here says so plainly")]

/// The program as a user calls it: exit codes, stdout and stderr, closed pipes.
mod command_line;
/// Holds the pages that are made from the program to what it writes.
mod documents;
/// Holds the laws of the house: direction of imports, names and sizes of files.
mod layers;
/// Holds the README to what the program does.
mod readme;
/// Holds every committed capture to the text beside it.
mod sample_text;
/// The one place that knows the `.sip` text and how it becomes a capture.
mod support;
