//! Takes the arguments of `audit`, gives the verdict for every redirect: analyses, writes the reports, decides the exit code.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use sip3xx::analysis::{self, Input};
use sip3xx::filter::Filter;
use sip3xx::report::model::{self, Level, Report};
use sip3xx::report::{self, FORMATS, Format, Presentation, Rows, Sort};
use sip3xx::rules::{Profile, Rule};

use super::complaint::Complaint;
use super::configuration::{Configuration, LONGEST};
use super::exit::{Exit, Policy};
use super::inputs::{Inputs, inputs, is_input};
use super::key_log::KeyLogs;
use super::output::{self, FurtherReport};
use super::progress::ProgressLine;
use super::rows::display_filter;
use super::rules::rule_named;

/// Tell the verdict for every redirect in the captures.
#[derive(Debug, Args)]
#[command(
    max_term_width = 100,
    after_help = "Examples:\n  \
        sip3xx audit trace.pcap\n  \
        sip3xx audit --sort verdict --report json=audit.json a.pcap b.pcapng.gz\n  \
        sip3xx audit --format csv --rows findings captures/ > findings.csv\n  \
        sip3xx audit -Y 'sip.User-Agent contains \"Orion\"' trace.pcap\n  \
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
    /// The order of redirects in text and CSV: as captured, or the worst first.
    #[arg(long, value_name = "ORDER", default_value = "capture", value_parser = sort_parser(), help_heading = "Reports")]
    sort: Sort,
    /// What a row of the CSV is.
    #[arg(long, value_name = "KIND", default_value = "redirects", value_parser = rows_parser(), help_heading = "Reports")]
    rows: Rows,
    /// Leave the cells of the CSV as the wire had them, formulas and control characters included.
    #[arg(long, help_heading = "Reports")]
    raw_csv: bool,
    /// Tell only the summary in the text report.
    #[arg(short, long, help_heading = "Reports")]
    quiet: bool,

    /// Tell only the redirects of calls with a message that matches this display filter, in Wireshark's language.
    #[arg(short = 'Y', long = "display-filter", value_name = "FILTER", help_heading = "Judgement")]
    filter: Option<String>,
    /// Take levels, windows and what is known of the network from a TOML file; see docs/configuration.md.
    #[arg(long, value_name = "FILE", help_heading = "Judgement")]
    config: Option<PathBuf>,
    /// By which measure to level findings [default: default].
    #[arg(long, value_name = "PROFILE", value_parser = profile_parser(), help_heading = "Judgement")]
    profile: Option<Profile>,
    /// Check this rule only; may be given several times.
    #[arg(long = "rule", value_name = "ID", value_parser = rule_named, help_heading = "Judgement")]
    only: Vec<&'static Rule>,
    /// Do not check this rule; may be given several times.
    #[arg(long, value_name = "ID", value_parser = rule_named, help_heading = "Judgement")]
    ignore: Vec<&'static Rule>,
    /// How late after a 3xx a request still counts as its attempt [default: 32, which is 64*T1].
    #[arg(long, value_name = "SECONDS", value_parser = seconds, help_heading = "Judgement")]
    retry_window: Option<Nanoseconds>,
    /// How much silence the capture must cover before "not followed" is said [default: 5].
    #[arg(long, value_name = "SECONDS", value_parser = seconds, help_heading = "Judgement")]
    patience: Option<Nanoseconds>,
    /// Analyse each capture by itself, in place of all merged by time.
    #[arg(long, help_heading = "Judgement")]
    separate: bool,

    #[command(flatten)]
    key_logs: KeyLogs,

    /// The mildest level of a finding that fails the run (exit code 1) [default: error].
    #[arg(long, value_name = "LEVEL", value_parser = fail_on_parser(), help_heading = "Exit code")]
    fail_on: Option<FailOn>,
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

/// A duration on the command line.
type Nanoseconds = i64;

/// The level that fails a run; none does where there is none.
type FailOn = Option<Level>;

/// What is judged, and by which measure, after the command line and the file were read.
struct Measure {
    options: analysis::Options,
    fail_on: FailOn,
}

/// Runs the command.
pub(super) fn run(audit: &Audit) -> Result<Exit, Complaint> {
    let configuration = audit.config.as_deref().map_or_else(|| Ok(Configuration::default()), Configuration::read)?;
    let mut measure = audit.measure(configuration);
    let named: Vec<PathBuf> = audit.read.iter().chain(&audit.captures).cloned().collect();
    // What was asked wrongly is said before any file is read; what lies below a folder is known only then.
    let filter = audit.filter.as_deref().map(display_filter).transpose()?;
    refuse_to_overwrite(&audit.reports, &named.iter().cloned().map(Input::File).collect::<Vec<_>>())?;
    let Inputs { readable: inputs, is_some_left_out } = inputs(&named)?;
    refuse_to_overwrite(&audit.reports, &inputs)?;
    let key_logs: Vec<Input> = audit.key_logs.files().map(|file| Input::File(file.to_owned())).collect();
    if let Some(report) = audit.reports.iter().find(|report| is_input(&report.file, &key_logs)) {
        return Err(Complaint::new(format!("--report would overwrite the key log {}", report.file.display())));
    }

    measure.options.keys = audit.key_logs.read()?;
    let report = analysed(audit, &measure, &inputs, filter.as_ref()).map_err(|error| Complaint::of_error(&error))?;

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
fn analysed(audit: &Audit, measure: &Measure, inputs: &[Input], filter: Option<&Filter>) -> Result<Report, analysis::Error> {
    let options = &measure.options;
    let mut line = ProgressLine::new();
    let mut progress = |progress: &analysis::Progress| line.update(progress);
    let mut one = |inputs: &[Input]| match filter {
        None => analysis::audit(inputs, options, &mut progress),
        Some(filter) => analysis::audit_picked(inputs, options, filter, &mut progress),
    };
    let mut report = if audit.separate {
        let reports: Result<Vec<Report>, _> = inputs.chunks(1).map(&mut one).collect();
        report::join(reports?)
    } else {
        one(inputs)?
    };
    report.options = audit.echo(measure);
    Ok(report)
}

impl Audit {
    /// What is judged, and by which measure: the command line goes before the file.
    fn measure(&self, file: Configuration) -> Measure {
        let default = analysis::Options::default();
        let only = ids(&self.only);
        let is_asked_for = |id: &String| only.contains(id);
        let off = file.off.into_iter().filter(|id| !is_asked_for(id));
        let options = analysis::Options {
            retry_window_ns: self.retry_window.or(file.retry_window).unwrap_or(default.retry_window_ns),
            patience_ns: self.patience.or(file.patience).unwrap_or(default.patience_ns),
            profile: self.profile.or(file.profile).unwrap_or_default(),
            ignore: ids(&self.ignore).into_iter().chain(off).collect(),
            only,
            levels: file.levels,
            network: file.network,
            keys: default.keys,
        };
        Measure { options, fail_on: self.fail_on.or(file.fail_on).unwrap_or(Some(Level::Error)) }
    }

    /// The options as the report tells them.
    fn echo(&self, measure: &Measure) -> model::Options {
        let options = &measure.options;
        model::Options {
            profile: options.profile.name().to_owned(),
            retry_window_s: options.retry_window_ns as f64 / 1e9,
            patience_s: options.patience_ns as f64 / 1e9,
            only_rules: options.only.clone(),
            ignored_rules: options.ignore.clone(),
            rule_levels: options.levels.iter().map(|(id, level)| (id.clone(), level.name().to_owned())).collect(),
            config: self.config.as_ref().map(|path| path.display().to_string()),
            separate: self.separate,
            fail_on: measure.fail_on.map_or("never", Level::name).to_owned(),
            strict: self.strict,
            require_redirects: self.require_redirects,
            display_filter: self.filter.clone(),
        }
    }

    const fn presentation(&self) -> Presentation {
        Presentation { sort: self.sort, rows: self.rows, raw_csv: self.raw_csv, colour: false, summary_only: self.quiet }
    }

    const fn policy(&self, measure: &Measure) -> Policy {
        Policy { fail_on: measure.fail_on, strict: self.strict, require_redirects: self.require_redirects }
    }
}

fn ids(rules: &[&'static Rule]) -> Vec<String> {
    rules.iter().map(|rule| rule.id.to_owned()).collect()
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

pub(super) fn profile_parser() -> impl TypedValueParser<Value = Profile> {
    let names = Profile::ALL.iter().map(|profile| {
        PossibleValue::new(profile.name()).help(match profile {
            Profile::Default => "by whether the client did what the status asks",
            Profile::Rfc => "only a broken MUST, MUST NOT or shall is an error",
            Profile::Strict => "a broken SHOULD is an error too",
        })
    });
    PossibleValuesParser::new(names).try_map(|name| Profile::named(&name).ok_or("no such profile"))
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

/// Reads a duration in seconds, fractions allowed.
fn seconds(text: &str) -> Result<Nanoseconds, String> {
    match text.parse::<f64>() {
        // A day of nanoseconds is far within the integers that a double holds exactly.
        Ok(seconds) if (0.0..=LONGEST).contains(&seconds) => Ok((seconds * 1e9).round() as Nanoseconds),
        _ => Err(format!("a number of seconds from 0 to {LONGEST} is wanted")),
    }
}
