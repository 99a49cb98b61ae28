//! Takes captures, holds each to the expectation file beside it; with `--update` writes these files anew.
//!
//! Invariant: nothing is passed over in silence: a capture without expectation and an expectation without capture are both told.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use sip3xx::analysis::{self, Input};
use sip3xx::report::expectation::Expectation;
use sip3xx::report::model::Report;
use sip3xx::report::verification::{Outcome, Verified, write_junit, write_text};

use super::complaint::Complaint;
use super::exit::Exit;
use super::inputs::{Inputs, inputs};
use super::judgement::Judgement;
use super::output;
use super::progress::ProgressLine;

/// The end of the name of an expectation file.
const SUFFIX: &str = ".expected.json";
/// Ends of the names of captures that an expectation file leaves out.
const EXTENSIONS: &[&str] = &["gz", "zst", "lz4", "pcap", "pcapng", "cap", "dmp", "ntar"];

/// Hold captures to the expectation file beside each, and fail where the verdicts have changed.
#[derive(Debug, Args)]
#[command(
    max_term_width = 100,
    after_help = "Examples:\n  \
        sip3xx verify --update regression/\n  \
        sip3xx verify regression/\n  \
        sip3xx verify --format junit regression/ > verify.xml\n\n\
        The expectation of trace.pcap is trace.expected.json; docs/regression.md describes it.\n\
        Exit code 0: all as expected; 1: something differs; 2: something cannot be read."
)]
pub(super) struct Verify {
    /// Captures: files, or folders (all captures below them).
    #[arg(value_name = "CAPTURE")]
    captures: Vec<PathBuf>,
    /// Write the expectation files anew, from what the captures show; notes in them stay.
    #[arg(long)]
    update: bool,
    /// What to write to standard output.
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = style_parser())]
    format: Style,

    #[command(flatten)]
    judgement: Judgement,
}

/// How the outcome is written.
type Style = fn(&[Verified], &mut dyn io::Write) -> io::Result<()>;

/// The ways in which the outcome can be written.
const STYLES: &[(&str, &str, Style)] = &[
    ("text", "a line per capture, and what differs", write_text),
    ("junit", "JUnit XML: a testsuite per capture, a testcase per redirect", write_junit),
];

fn style_parser() -> impl TypedValueParser<Value = Style> {
    let names = STYLES.iter().map(|(name, help, _)| PossibleValue::new(*name).help(*help));
    PossibleValuesParser::new(names)
        .try_map(|name| STYLES.iter().find(|(known, ..)| *known == name).map(|(.., style)| *style).ok_or("no such format"))
}

/// Runs the command.
pub(super) fn run(verify: &Verify) -> Result<Exit, Complaint> {
    if let Some(answer) = verify.judgement.answer() {
        output::print(answer.as_bytes())?;
        return Ok(Exit::Well);
    }
    let mut options = verify.judgement.measure()?.options;
    if verify.captures.iter().any(|capture| capture.as_os_str() == "-") {
        return Err(Complaint::new("standard input has no expectation beside it; name a file or a folder"));
    }
    let Inputs { readable, is_some_left_out } = inputs(&verify.captures)?;
    let captures: Vec<PathBuf> = readable.iter().filter_map(file).map(Path::to_owned).collect();
    let expectations = beside(&captures)?;
    options.keys = verify.judgement.keys(&options.limits)?;

    let mut line = ProgressLine::new();
    let mut all = analysis::side_by_side(&readable, &options, &mut |progress| line.update(progress), |input, options, progress| {
        let capture = file(input).unwrap_or(Path::new("-"));
        let report = || analysis::audit(std::slice::from_ref(input), options, progress).map_err(|error| Complaint::of_error(&error));
        let outcome = outcome(verify.update, &expectation_of(capture), report)?;
        Ok::<_, Complaint>(Verified { path: capture.display().to_string(), outcome })
    })?;
    drop(line);
    all.extend(without_capture(verify, &expectations));
    if !verify.update && all.iter().all(|verified| matches!(verified.outcome, Outcome::Unexpected { .. })) {
        return Err(Complaint::new("no capture has an expectation file beside it; --update writes them"));
    }

    let mut text = Vec::new();
    (verify.format)(&all, &mut text).map_err(Complaint::new)?;
    output::print(&text)?;
    Ok(if is_some_left_out {
        Exit::Trouble
    } else if all.iter().all(Verified::is_well) {
        Exit::Well
    } else {
        Exit::Findings
    })
}

fn file(input: &Input) -> Option<&Path> {
    match input {
        Input::File(file) => Some(file),
        Input::Stdin => None,
    }
}

/// The expectation file of each capture; two captures may not share one.
fn beside(captures: &[PathBuf]) -> Result<Vec<PathBuf>, Complaint> {
    let expectations: Vec<PathBuf> = captures.iter().map(|capture| expectation_of(capture)).collect();
    let mut owners: BTreeMap<&Path, &Path> = BTreeMap::new();
    for (capture, expectation) in captures.iter().zip(&expectations) {
        if let Some(other) = owners.insert(expectation, capture)
            && other != capture
        {
            let (other, capture, expectation) = (other.display(), capture.display(), expectation.display());
            return Err(Complaint::new(format!("{other} and {capture} would both be held to {expectation}; rename one")));
        }
    }
    Ok(expectations)
}

/// `a/trace.pcapng.gz` is held to `a/trace.expected.json`.
fn expectation_of(capture: &Path) -> PathBuf {
    let mut stem = capture.to_path_buf();
    while stem.extension().is_some_and(|extension| EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known))) {
        stem.set_extension("");
    }
    let mut name = stem.file_name().unwrap_or_default().to_os_string();
    name.push(SUFFIX);
    stem.with_file_name(name)
}

/// What comes of holding the report of a capture, which is made when it is asked for, to the expectation in `file`.
fn outcome(update: bool, file: &Path, report: impl FnOnce() -> Result<Report, Complaint>) -> Result<Outcome, Complaint> {
    let told = |error: &dyn std::fmt::Display| Complaint::new(format!("{}: {error}", file.display()));
    let expectation = match fs::read(file) {
        Ok(text) => Some(Expectation::parse(&text).map_err(|error| told(&error))?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(told(&error)),
    };
    if update {
        let mut found = Expectation::of(&report()?);
        if let Some(earlier) = &expectation {
            found.keep_notes(earlier);
        }
        fs::write(file, found.text()).map_err(|error| told(&error))?;
        return Ok(Outcome::Updated { written: file.display().to_string(), redirects: found.redirects.len() });
    }
    Ok(match expectation {
        Some(expectation) => Outcome::of(&expectation, &report()?),
        None => Outcome::Unexpected { wanted: file.display().to_string() },
    })
}

/// The expectation files that lie in the folders that were named, or beside captures below them, and belong to no capture.
fn without_capture(verify: &Verify, expectations: &[PathBuf]) -> Vec<Verified> {
    let named = verify.captures.iter().filter(|named| named.is_dir());
    let is_below = |folder: &Path| verify.captures.iter().any(|named| named.is_dir() && folder.starts_with(named));
    let beside = expectations.iter().filter_map(|expectation| expectation.parent()).filter(|folder| is_below(folder));
    let folders: BTreeSet<&Path> = named.map(PathBuf::as_path).chain(beside).collect();
    let owned: BTreeSet<&Path> = expectations.iter().map(PathBuf::as_path).collect();
    let files = folders.into_iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten().map(|entry| entry.path());
    let mut orphans: Vec<PathBuf> = files
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(SUFFIX)))
        .filter(|path| !owned.contains(path.as_path()))
        .collect();
    orphans.sort();
    orphans.into_iter().map(|path| Verified { path: path.display().to_string(), outcome: Outcome::CaptureMissing }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expectation_has_the_name_of_its_capture_without_what_says_that_it_is_one() {
        for (capture, wanted) in [
            ("a/trace.pcap", "a/trace.expected.json"),
            ("trace.pcapng.gz", "trace.expected.json"),
            ("v1.2/call.7", "v1.2/call.7.expected.json"),
            ("trace.CAP", "trace.expected.json"),
            ("trace", "trace.expected.json"),
        ] {
            assert_eq!(expectation_of(Path::new(capture)), Path::new(wanted));
        }
    }

    #[test]
    fn two_captures_do_not_share_an_expectation() {
        let captures = ["x/trace.pcap", "x/trace.pcapng"].map(PathBuf::from);
        assert!(beside(&captures).is_err());
        assert!(beside(&captures[..1]).is_ok());
    }
}
