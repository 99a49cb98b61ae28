//! Takes the captures as they were named, gives the inputs to read: folders opened, standard input at most once.

use std::path::{Path, PathBuf};

use sip3xx::analysis::Input;
use sip3xx::capture;

use super::complaint::Complaint;

/// The inputs that `named` stands for, in its order.
pub(super) fn inputs(named: &[PathBuf]) -> Result<Vec<Input>, Complaint> {
    let mut inputs = Vec::new();
    for path in named {
        if path.as_os_str() == "-" {
            if inputs.contains(&Input::Stdin) {
                return Err(Complaint::new("standard input (-) can be read only once"));
            }
            inputs.push(Input::Stdin);
        } else if path.is_dir() {
            let below = capture::captures_below(path).map_err(|error| Complaint::of_error(&error))?;
            for unreadable in &below.unreadable {
                Complaint::of_error(unreadable).tell();
            }
            if below.captures.is_empty() {
                return Err(Complaint::new(format!("no captures below {}", path.display())));
            }
            inputs.extend(below.captures.into_iter().map(Input::File));
        } else {
            inputs.push(Input::File(path.clone()));
        }
    }
    if inputs.is_empty() {
        return Err(Complaint::new("no capture named: give a file, a folder, or - for standard input (see --help)"));
    }
    Ok(inputs)
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
