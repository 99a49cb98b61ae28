//! Takes a report and where it is to go, writes it: to stdout, and to files.
//!
//! Invariant: a pipe that was closed at its other end is no error; whoever closed it has read enough.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};
use sip3xx::report::model::Report;
use sip3xx::report::{FORMATS, Format, Presentation};

use super::complaint::Complaint;
use super::exit::Exit;

/// A further report: its format, and the file it goes to.
#[derive(Debug, Clone)]
pub(super) struct FurtherReport {
    pub(super) format: &'static Format,
    pub(super) file: PathBuf,
}

impl FurtherReport {
    /// Reads `FORMAT=FILE`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let names = || FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().join(", ");
        let Some((name, file)) = text.split_once('=') else {
            return Err(format!("FORMAT=FILE is wanted, such as csv=redirects.csv; formats: {}", names()));
        };
        let format = Format::named(name).ok_or_else(|| format!("no format `{name}`; formats: {}", names()))?;
        match file {
            "" => Err(format!("no file behind `{name}=`")),
            "-" => Err(format!("standard output is for --format {name}; name a file here")),
            file => Ok(Self { format, file: PathBuf::from(file) }),
        }
    }
}

/// Writes `report` to stdout, in colours where that is a terminal that shows them and the user did not forbid them.
pub(super) fn to_stdout(report: &Report, format: &Format, presentation: Presentation) -> Result<(), Complaint> {
    coloured(&mut |colour, out| format.write(report, &Presentation { colour, ..presentation }, out))
}

/// Writes to stdout what `write` gives, which is told whether it may hold colours.
pub(super) fn coloured(write: &mut dyn FnMut(bool, &mut dyn Write) -> io::Result<()>) -> Result<(), Complaint> {
    let stdout = io::stdout().lock();
    let colour = AutoStream::choice(&stdout) != ColorChoice::Never;
    // A terminal of Windows needs its escape sequences translated.
    let out: Box<dyn Write> = if colour { Box::new(AutoStream::auto(stdout)) } else { Box::new(stdout) };
    let mut out = BufWriter::with_capacity(1 << 16, out);
    let written = write(colour, &mut out).and_then(|()| out.flush());
    unless_closed(written).map_err(|error| Complaint::new(format!("cannot write the report: {error}")))
}

/// Writes `report` to `file`, which is made anew.
pub(super) fn to_file(report: &Report, format: &Format, presentation: &Presentation, file: &Path) -> Result<(), Complaint> {
    File::create(file)
        .and_then(|out| {
            let mut out = BufWriter::with_capacity(1 << 16, out);
            format.write(report, presentation, &mut out)?;
            out.flush()
        })
        .map_err(|error| Complaint::new(format!("cannot write {}: {error}", file.display())))
}

/// Prints the text of a command that has no report, such as help or the catalogue.
pub(super) fn print(text: &[u8]) -> Result<(), Complaint> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(text).and_then(|()| stdout.flush());
    unless_closed(written).map_err(|error| Complaint::new(format!("cannot write: {error}")))
}

/// Prints the help that was asked for, in colours where stdout is a terminal.
pub(super) fn help(help: &clap::Error) -> Result<Exit, Complaint> {
    unless_closed(help.print()).map_err(|error| Complaint::new(format!("cannot write: {error}")))?;
    Ok(Exit::Well)
}

pub(super) fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_further_report_names_its_format_and_its_file() {
        let report = FurtherReport::parse("csv=a=b.csv").unwrap();
        assert_eq!((report.format.name, report.file), ("csv", PathBuf::from("a=b.csv")));
        for (text, part) in [
            ("redirects.csv", "FORMAT=FILE"),
            ("pdf=x.pdf", "no format `pdf`; formats: text, json"),
            ("csv=", "no file"),
            ("csv=-", "--format csv"),
        ] {
            let error = FurtherReport::parse(text).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
