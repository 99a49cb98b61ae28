//! Takes the captures as they were named, gives the inputs to read: folders opened, standard input at most once.
//!
//! Invariant: a file that cannot be read is told and left out, and the others are read; where none is left, that is the end.

use std::path::{Path, PathBuf};

use sip3xx::analysis::Input;
use sip3xx::capture::{self, Capture};

use super::complaint::Complaint;

/// What the named captures stand for.
pub(super) struct Inputs {
    /// What can be read, in the order in which it was named.
    pub(super) readable: Vec<Input>,
    /// Whether something cannot, and was told.
    pub(super) is_some_left_out: bool,
}

/// The inputs that `named` stands for.
pub(super) fn inputs(named: &[PathBuf]) -> Result<Inputs, Complaint> {
    let mut inputs = Vec::new();
    let mut left_out = Vec::new();
    for path in named {
        if path.as_os_str() == "-" {
            if inputs.contains(&Input::Stdin) {
                return Err(Complaint::new("standard input (-) can be read only once"));
            }
            inputs.push(Input::Stdin);
        } else if path.is_dir() {
            let below = capture::captures_below(path).map_err(|error| Complaint::of_error(&error))?;
            let nothing_there = below.unreadable.is_empty() && below.captures.is_empty();
            left_out.extend(below.unreadable.iter().map(|unreadable| Complaint::of_error(unreadable)));
            if nothing_there {
                return Err(Complaint::new(format!("no captures below {}", path.display())));
            }
            // What begins like a capture may still be none, such as a version that nobody knows.
            for capture in below.captures {
                match Capture::open(&capture) {
                    Ok(_) => inputs.push(Input::File(capture)),
                    Err(error) => left_out.push(Complaint::of_error(&error)),
                }
            }
        } else {
            // What is no regular file, a pipe say, gives its octets once only: nothing may be read of it to try.
            let is_once = path.metadata().is_ok_and(|about| !about.is_file());
            match if is_once { Ok(()) } else { Capture::open(path).map(drop) } {
                Ok(()) => inputs.push(Input::File(path.clone())),
                Err(error) => left_out.push(Complaint::of_error(&error)),
            }
        }
    }
    if named.is_empty() {
        return Err(Complaint::new("no capture named: give a file, a folder, or - for standard input (see --help)"));
    }
    let is_some_left_out = !left_out.is_empty();
    if inputs.is_empty()
        && let Some(last) = left_out.pop()
    {
        left_out.iter().for_each(Complaint::tell);
        return Err(last);
    }
    left_out.iter().for_each(Complaint::tell);
    Ok(Inputs { readable: inputs, is_some_left_out })
}

/// Refuses what cannot be read a second time, as `who` does.
pub(super) fn refuse_pipes(who: &str, inputs: &[Input]) -> Result<(), Complaint> {
    if inputs.iter().all(Input::can_be_read_again) {
        return Ok(());
    }
    Err(Complaint::new(format!("{who} reads the captures twice, and what comes through a pipe cannot be read again: name a file")))
}

/// Whether `path` is one of the files to read.
pub(super) fn is_input(path: &Path, inputs: &[Input]) -> bool {
    let Ok(path) = path.canonicalize() else {
        return false;
    };
    inputs.iter().any(|input| match input {
        Input::File(file) => file.canonicalize().is_ok_and(|file| file == path),
        Input::Stdin => false,
    })
}
