//! Takes the file of `-w`, says whether frames may go there, and writes them; `audit` and `list` have it alike.
//!
//! Invariant: frames need further passes over the captures, and never take the place of one.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use sip3xx::analysis::{Input, WriteError};

use super::complaint::Complaint;
use super::inputs::is_input;
use super::output::unless_closed;

/// Refuses to write frames of what cannot be read again, or over what is read.
pub(super) fn refuse(file: &Path, inputs: &[Input]) -> Result<(), Complaint> {
    if !inputs.iter().all(Input::can_be_read_again) {
        return Err(Complaint::new("-w reads the captures twice, and what comes through a pipe cannot be read again: name a file"));
    }
    if is_input(file, inputs) {
        return Err(Complaint::new(format!("-w would overwrite the capture {}", file.display())));
    }
    Ok(())
}

/// Has `write` write frames to `file`, which is made anew; `-` is standard output.
pub(super) fn write<T: Default>(file: &Path, write: impl FnOnce(&mut dyn Write) -> Result<T, WriteError>) -> Result<T, Complaint> {
    let buffered = |out: &mut dyn Write| {
        let mut out = BufWriter::with_capacity(1 << 16, out);
        write(&mut out).and_then(|written| Ok(out.flush().map(|()| written)?))
    };
    let written = if file.as_os_str() == "-" {
        match buffered(&mut io::stdout().lock()) {
            Err(WriteError::Write(error)) => unless_closed(Err(error)).map(|()| T::default()).map_err(WriteError::Write),
            other => other,
        }
    } else {
        File::create(file).map_err(WriteError::Write).and_then(|mut out| buffered(&mut out))
    };
    written.map_err(|error| match error {
        WriteError::Write(error) => Complaint::new(format!("cannot write {}: {error}", file.display())),
        read => Complaint::of_error(&read),
    })
}
