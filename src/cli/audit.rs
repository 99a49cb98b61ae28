//! Takes the arguments of `audit`, gives the verdict for every redirect: analyses, writes the reports, decides the exit code.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use sip3xx::analysis::{self, Audited, Input, LaysAside, Redaction};
use sip3xx::filter::Filter;
use sip3xx::report::model::{self, Level, Report, SCHEMA, Store};
use sip3xx::report::{self, FORMATS, Format, Presentation, Rows, Sort, identity};

use super::complaint::Complaint;
use super::exit::{Exit, Policy};
use super::frames;
use super::inputs::{Inputs, inputs, is_input};
use super::judgement::{Judgement, Measure};
use super::output::{self, FurtherReport};
use super::progress::ProgressLine;
use super::rows::display_filter;

/// Tell the verdict for every redirect in the captures.
#[derive(Debug, Args)]
#[command(
    max_term_width = 100,
    after_help = "Examples:\n  \
        sip3xx audit trace.pcap\n  \
        sip3xx audit --sort verdict --report json=audit.json a.pcap b.pcapng.gz\n  \
        sip3xx audit --format csv --rows findings captures/ > findings.csv\n  \
        sip3xx audit -Y 'sip.User-Agent contains \"Orion\"' trace.pcap\n  \
        sip3xx audit -w calls.pcapng trace.pcap\n  \
        sip3xx audit --redact --report json=redacted.json trace.pcap\n  \
        tcpdump -r trace.pcap -w - udp | sip3xx audit -\n  \
        sip3xx audit --profile strict --strict --require-redirects 1 regression/*.pcap"
)]
pub(super) struct Audit {
    /// Captures: files, folders (all captures below them), or - for standard input.
    #[arg(value_name = "CAPTURE")]
    captures: Vec<PathBuf>,
    /// A capture, as tshark names it; may be given several times.
    #[arg(short = 'r', long = "read-file", value_name = "FILE")]
    read: Vec<PathBuf>,

    /// What to write to standard output.
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = format_parser(), help_heading = "Reports")]
    format: &'static Format,
    /// Write a further report to a file; may be given several times.
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = FurtherReport::parse, help_heading = "Reports")]
    reports: Vec<FurtherReport>,
    /// The order of redirects in text, CSV and HTML: as captured, or the worst first.
    #[arg(long, value_name = "ORDER", default_value = "capture", value_parser = sort_parser(), help_heading = "Reports")]
    sort: Sort,
    /// What a row of the CSV is.
    #[arg(long, value_name = "KIND", default_value = "redirects", value_parser = rows_parser(), help_heading = "Reports")]
    rows: Rows,
    /// Leave the cells of the CSV as the wire had them, formulas and control characters included.
    #[arg(long, help_heading = "Reports")]
    raw_csv: bool,
    /// Write all frames of the calls reported as pcapng, fragments and segments included, with the verdicts and findings as comments.
    #[arg(short = 'w', value_name = "FILE", help_heading = "Reports")]
    write: Option<PathBuf>,
    /// Put pseudonyms in the place of users, numbers, names and credentials, in every report and in what -w writes.
    #[arg(long, help_heading = "Reports")]
    redact: bool,
    /// Tell only the summary in the text report.
    #[arg(short, long, help_heading = "Reports")]
    quiet: bool,

    /// Tell only the redirects of calls with a message that matches this display filter, in Wireshark's language.
    #[arg(short = 'Y', long = "display-filter", value_name = "FILTER", help_heading = "Judgement")]
    filter: Option<String>,
    #[command(flatten)]
    judgement: Judgement,
    /// Analyse each capture by itself, in place of all merged by time.
    #[arg(long, help_heading = "Judgement")]
    separate: bool,

    /// The mildest level of a finding that fails the run (exit code 1) [default: error].
    #[arg(long, value_name = "LEVEL", value_parser = fail_on_parser(), help_heading = "Exit code")]
    fail_on: Option<FailOn>,
    /// A JSON report of an earlier run: what it found as well is told as known, and fails nothing.
    #[arg(long, value_name = "FILE.json", help_heading = "Exit code", conflicts_with = "redact")]
    baseline: Option<PathBuf>,
    /// Let an incomplete capture fail the run (exit code 3).
    #[arg(long, help_heading = "Exit code")]
    strict: bool,
    /// Let fewer redirects than N fail the run (exit code 4).
    #[arg(long, value_name = "N", help_heading = "Exit code")]
    require_redirects: Option<u64>,

    /// No name resolution, as tshark: there never is any.
    #[arg(short = 'n', hide = true)]
    no_resolution: bool,
    /// Two passes, as tshark: one pass sees it all.
    #[arg(short = '2', hide = true)]
    two_passes: bool,
    /// Flush after each packet, as tshark: there are no packets to print.
    #[arg(short = 'l', hide = true)]
    line_buffered: bool,
}

/// What stands in a redacted report in the place of a display filter.
const REDACTED: &str = "(redacted)";

/// A file that only this process can open, in the folder that the system names for these, and that is gone with it.
fn temporary_file() -> io::Result<Box<dyn Store>> {
    Ok(Box::new(tempfile::tempfile()?))
}

/// The level that fails a run; none does where there is none.
type FailOn = Option<Level>;

/// Runs the command.
pub(super) fn run(audit: &Audit) -> Result<Exit, Complaint> {
    if let Some(answer) = audit.judgement.answer() {
        output::print(answer.as_bytes())?;
        return Ok(Exit::Well);
    }
    let mut measure = audit.judgement.measure()?;
    let baseline = audit.baseline.as_deref().map(baseline).transpose()?;
    let named: Vec<PathBuf> = audit.read.iter().chain(&audit.captures).cloned().collect();
    // What was asked wrongly is said before any file is read; what lies below a folder is known only then.
    let filter = audit.filter.as_deref().map(display_filter).transpose()?;
    refuse_to_overwrite(&audit.reports, &named.iter().cloned().map(Input::File).collect::<Vec<_>>())?;
    audit.refuse_to_write(&named.iter().cloned().map(Input::File).collect::<Vec<_>>())?;
    let Inputs { readable: inputs, is_some_left_out } = inputs(&named)?;
    refuse_to_overwrite(&audit.reports, &inputs)?;
    audit.refuse_to_write(&inputs)?;
    let beside = audit.judgement.key_logs().chain(audit.baseline.as_deref());
    let beside: Vec<Input> = beside.map(|file| Input::File(file.to_owned())).collect();
    if let Some(report) = audit.reports.iter().find(|report| is_input(&report.file, &beside)) {
        return Err(Complaint::new(format!("--report would overwrite {}, which is read", report.file.display())));
    }

    measure.options.keys = audit.judgement.keys(&measure.options.limits)?;
    measure.options.redaction = audit.redact.then(Redaction::default);
    // What looks at all redirects at once wants them in memory; an audit of which -Y picks keeps them there by itself.
    let is_one_by_one = baseline.is_none() && audit.write.is_none() && !audit.separate && !audit.needs_messages();
    measure.options.aside = is_one_by_one.then_some(LaysAside(temporary_file));
    let mut audited = analysed(audit, &measure, &inputs, filter.as_ref()).map_err(complaint)?;
    if let Some(file) = &audit.write {
        write_frames(file, &inputs, &measure.options, &audited)?;
    }
    let mut report = std::mem::take(&mut audited.report);
    if let Some(baseline) = &baseline {
        identity::mark_known(&mut report, baseline).map_err(complaint)?;
    }

    let presentation = audit.presentation();
    for further in &audit.reports {
        output::to_file(&report, further.format, &presentation, &further.file)?;
    }
    output::to_stdout(&report, audit.format, presentation)?;
    let exit = if is_some_left_out { Exit::Trouble } else { audit.policy(&measure).judge(&report) };
    // The process ends here; to give back a large report string by string would only take time.
    std::mem::forget(report);
    Ok(exit)
}

/// What went wrong in an analysis, or with what it laid aside.
fn complaint(error: impl Into<analysis::Error>) -> Complaint {
    Complaint::of_error(&error.into())
}

/// No report may take the place of a capture, or of another report.
fn refuse_to_overwrite(reports: &[FurtherReport], inputs: &[Input]) -> Result<(), Complaint> {
    for (nth, report) in reports.iter().enumerate() {
        if is_input(&report.file, inputs) {
            return Err(Complaint::new(format!("--report would overwrite the capture {}", report.file.display())));
        }
        if reports.iter().take(nth).any(|other| other.file == report.file) {
            return Err(Complaint::new(format!("two reports would go to {}", report.file.display())));
        }
    }
    Ok(())
}

/// The report of all inputs: merged by time, or each by itself.
fn analysed(audit: &Audit, measure: &Measure, inputs: &[Input], filter: Option<&Filter>) -> Result<Audited, analysis::Error> {
    let (needs_members, needs_messages) = (filter.is_some() || audit.write.is_some(), audit.needs_messages());
    let one = |inputs: &[Input], options: &analysis::Options, progress: &mut dyn FnMut(&analysis::Progress)| {
        let mut audited = if needs_members {
            analysis::audit_with_members(inputs, options, filter, progress)?
        } else {
            analysis::audit(inputs, options, progress)?.into()
        };
        if needs_messages {
            audited.report = analysis::with_ladders(inputs, options, audited.report, progress)?;
        }
        Ok::<_, analysis::Error>(audited)
    };
    let mut line = ProgressLine::new();
    let mut progress = |progress: &analysis::Progress| line.update(progress);
    // One capture by itself and all captures together are the same where there is one.
    let mut audited = if audit.separate && inputs.len() > 1 {
        let alone = |input: &Input, options: &_, progress: &mut dyn FnMut(&_)| {
            one(std::slice::from_ref(input), options, progress).map(|audited| audited.report)
        };
        report::join(analysis::side_by_side(inputs, &measure.options, &mut progress, alone)?)?.into()
    } else {
        one(inputs, &measure.options, &mut progress)?
    };
    audited.report.options = audit.echo(measure, audited.report.options);
    Ok(audited)
}

/// Writes the frames of the calls to `file`, audits it, and tells where that comes to other verdicts: several captures in one, or one of which no
/// call was to be told, may say less than they did.
fn write_frames(file: &Path, inputs: &[Input], options: &analysis::Options, audited: &Audited) -> Result<(), Complaint> {
    let written = frames::write(file, |out| analysis::write_members(inputs, options, audited, &mut |_| {}, out))?;
    for (count, noun, why) in [
        (written.left_out, "message", "left out with their frames: what is encrypted or lies in WebSocket cannot be redacted"),
        (written.blank, "frame", "written without octets, as these could not be redacted"),
    ] {
        if count > 0 {
            Complaint::new(format!("{}: {} {why}", file.display(), report::counted(count, noun))).tell();
        }
    }
    // What is no file, such as a device, cannot be read again.
    if !file.is_file() {
        return Ok(());
    }
    // What was redacted once says already what the report says.
    let options = analysis::Options { redaction: None, ..options.clone() };
    let again = analysis::audit(&[Input::File(file.to_owned())], &options, &mut |_| {}).map_err(complaint)?;
    match report::departures(&audited.report, &again).map_err(complaint)? {
        0 => {}
        departures => Complaint::new(format!(
            "{}: audited by itself, it comes to other verdicts than its captures ({}): what they show beside the calls is not in it",
            file.display(),
            report::counted(departures as u64, "redirect")
        ))
        .tell(),
    }
    Ok(())
}

impl Audit {
    /// Frames go to a file of their own, and are those of one analysis.
    fn refuse_to_write(&self, inputs: &[Input]) -> Result<(), Complaint> {
        let Some(file) = &self.write else { return Ok(()) };
        if file.as_os_str() == "-" {
            return Err(Complaint::new("-w - would mix frames with the report on standard output: name a file"));
        }
        if self.separate && inputs.len() > 1 {
            return Err(Complaint::new("-w writes one capture, and --separate makes an analysis of each: leave one of them out"));
        }
        if self.reports.iter().any(|report| report.file == *file) {
            return Err(Complaint::new(format!("a report and the frames of -w would go to {}", file.display())));
        }
        frames::refuse(file, inputs)
    }

    /// The options as the report tells them: what was judged by is in it already, the rest is the command's.
    fn echo(&self, measure: &Measure, judged_by: model::Options) -> model::Options {
        model::Options {
            config: self.judgement.config().map(|path| path.display().to_string()),
            baseline: self.baseline.as_ref().map(|path| path.display().to_string()),
            separate: self.separate,
            fail_on: self.fail_on(measure).map_or("never", Level::name).to_owned(),
            strict: self.strict,
            require_redirects: self.require_redirects,
            // What was looked for may be the name of a person.
            display_filter: self.filter.clone().map(|filter| if self.redact { REDACTED.to_owned() } else { filter }),
            ..judged_by
        }
    }

    /// Whether any report shows messages, for which the captures are read again.
    fn needs_messages(&self) -> bool {
        self.reports.iter().map(|report| report.format).chain([self.format]).any(|format| format.needs_messages)
    }

    /// The level that fails the run: the command line goes before the file.
    fn fail_on(&self, measure: &Measure) -> FailOn {
        self.fail_on.or(measure.fail_on).unwrap_or(Some(Level::Error))
    }

    const fn presentation(&self) -> Presentation {
        Presentation { sort: self.sort, rows: self.rows, raw_csv: self.raw_csv, colour: false, summary_only: self.quiet }
    }

    fn policy(&self, measure: &Measure) -> Policy {
        Policy { fail_on: self.fail_on(measure), strict: self.strict, require_redirects: self.require_redirects }
    }
}

/// Reads the report of an earlier run.
fn baseline(path: &Path) -> Result<Report, Complaint> {
    let told = |error: &dyn fmt::Display| Complaint::new(format!("{}: no report of --format json: {error}", path.display()));
    let text = fs::read(path).map_err(|error| Complaint::new(format!("{}: {error}", path.display())))?;
    let report: Report = serde_json::from_slice(&text).map_err(|error| told(&error))?;
    if report.schema != SCHEMA {
        return Err(told(&format!("its shape is {}, and {SCHEMA} is wanted", report.schema)));
    }
    Ok(report)
}

/// A parser of one of some words, with the value of each; help, completions and "did you mean" follow from the words.
fn words<T: Clone + Send + Sync + 'static>(words: &'static [(&'static str, T)]) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(words.iter().map(|(word, _)| *word))
        .try_map(|typed| words.iter().find(|(word, _)| *word == typed).map(|(_, value)| value.clone()).ok_or("no such word"))
}

fn format_parser() -> impl TypedValueParser<Value = &'static Format> {
    let names = FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.summary));
    PossibleValuesParser::new(names).try_map(|name| Format::named(&name).ok_or("no such format"))
}

fn sort_parser() -> impl TypedValueParser<Value = Sort> {
    words(&[("capture", Sort::Capture), ("verdict", Sort::Verdict)])
}

fn rows_parser() -> impl TypedValueParser<Value = Rows> {
    words(&[("redirects", Rows::Redirects), ("findings", Rows::Findings), ("attempts", Rows::Attempts)])
}

fn fail_on_parser() -> impl TypedValueParser<Value = FailOn> {
    words(&[("error", Some(Level::Error)), ("warning", Some(Level::Warning)), ("note", Some(Level::Note)), ("never", None)])
}
