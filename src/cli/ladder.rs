//! Takes the arguments of `ladder`, draws the messages of redirects and calls between those who take part.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use sip3xx::analysis::{self, Input, Options, Progress, Redaction, Wanted};
use sip3xx::filter::Filter;
use sip3xx::report::model::{Ladder as Drawn, Report, Subject};
use sip3xx::report::{LADDER_FORMATS, LadderFormat, counted};

use super::complaint::Complaint;
use super::exit::Exit;
use super::inputs::{Inputs, inputs, refuse_pipes};
use super::judgement::Judgement;
use super::output;
use super::progress::ProgressLine;
use super::rows::display_filter;

/// Draw the messages of each redirect, or of some calls, between those who take part.
#[derive(Debug, Args)]
#[command(
    max_term_width = 100,
    after_help = "Examples:\n  \
        sip3xx ladder samples/captures/redirect-followed.pcap\n  \
        sip3xx ladder --redirect 3 --format mermaid samples/captures/mixed-office.pcap\n  \
        sip3xx ladder -Y 'sip.Method == \"REGISTER\"' samples/captures/emergency-380.pcap\n  \
        sip3xx ladder --format svg samples/captures/mixed-office.pcap > office.svg\n\n\
        A redirect is drawn with all messages of its call, of its attempts and of its later requests. Without\n\
        --redirect, --call-id and -Y every redirect is drawn. Captures are read twice, so a pipe will not do."
)]
pub(super) struct Ladder {
    /// Captures: files, or folders (all captures below them).
    #[arg(value_name = "CAPTURE")]
    captures: Vec<PathBuf>,
    /// A capture, as tshark names it; may be given several times.
    #[arg(short = 'r', long = "read-file", value_name = "FILE")]
    read: Vec<PathBuf>,

    /// Draw the redirect of that number, as audit counts them; +N is a response told beside them. May be given several times.
    #[arg(long = "redirect", value_name = "N", value_parser = subject, allow_hyphen_values = false)]
    redirects: Vec<Subject>,
    /// Draw the call of that Call-ID; may be given several times.
    #[arg(long = "call-id", value_name = "ID")]
    call_ids: Vec<String>,
    /// Draw the calls with a message that matches this display filter, in Wireshark's language.
    #[arg(short = 'Y', long = "display-filter", value_name = "FILTER")]
    filter: Option<String>,
    /// What to write to standard output.
    #[arg(long, value_name = "FORMAT", default_value = LADDER_FORMATS[0].name, value_parser = format_parser())]
    format: &'static LadderFormat,
    /// Put pseudonyms in the place of users, numbers, names and credentials; a call is then picked by -Y.
    #[arg(long, conflicts_with = "call_ids")]
    redact: bool,

    #[command(flatten)]
    judgement: Judgement,

    /// No name resolution, as tshark: there never is any.
    #[arg(short = 'n', hide = true)]
    no_resolution: bool,
    /// Two passes, as tshark: it always makes two.
    #[arg(short = '2', hide = true)]
    two_passes: bool,
}

/// Runs the command.
pub(super) fn run(ladder: &Ladder) -> Result<Exit, Complaint> {
    if let Some(answer) = ladder.judgement.answer() {
        output::print(answer.as_bytes())?;
        return Ok(Exit::Well);
    }
    let mut options = ladder.judgement.measure()?.options;
    let filter = ladder.filter.as_deref().map(display_filter).transpose()?;
    let named: Vec<PathBuf> = ladder.read.iter().chain(&ladder.captures).cloned().collect();
    refuse_pipes("ladder", &named.iter().cloned().map(Input::File).collect::<Vec<_>>())?;
    let Inputs { readable: inputs, is_some_left_out } = inputs(&named)?;
    refuse_pipes("ladder", &inputs)?;
    options.keys = ladder.judgement.keys(&options.limits)?;
    options.redaction = ladder.redact.then(Redaction::default);

    let mut line = ProgressLine::new();
    let report = drawn(ladder, &inputs, &options, filter.as_ref(), &mut |progress| line.update(progress))?;
    drop(line);
    if report.ladders.is_empty() {
        let why = if ladder.filter.is_some() { "no message matches" } else { "no redirect; --call-id or -Y draws other calls" };
        Complaint::new(why).tell();
    }
    output::coloured(&mut |colour, out| ladder.format.write(&report, colour, out))?;
    Ok(if is_some_left_out { Exit::Trouble } else { Exit::Well })
}

/// The report with the ladders that are asked for.
fn drawn(
    ladder: &Ladder,
    inputs: &[Input],
    options: &Options,
    filter: Option<&Filter>,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Report, Complaint> {
    let told = |error: analysis::Error| Complaint::of_error(&error);
    let is_all = ladder.redirects.is_empty() && ladder.call_ids.is_empty() && filter.is_none();
    if is_all {
        let report = analysis::audit(inputs, options, progress).map_err(told)?;
        return analysis::with_ladders(inputs, options, report, progress).map_err(told);
    }
    let (mut report, picked) = match filter {
        Some(filter) => analysis::audit_wanting(inputs, options, filter, progress),
        None => analysis::audit(inputs, options, progress).map(|report| (report, Vec::new())),
    }
    .map_err(told)?;
    let mut wanted: Vec<Wanted> = ladder.redirects.iter().copied().map(Wanted::Of).collect();
    if let Some(missing) = ladder.redirects.iter().find(|subject| subject.of(&report).is_none()) {
        return Err(no_redirect(*missing, &report));
    }
    wanted.extend(ladder.call_ids.iter().cloned().map(Wanted::Call));
    let picked = picked.into_iter().filter(|picked| !wanted.contains(picked)).collect::<Vec<_>>();
    wanted.extend(picked);
    report.ladders = analysis::ladders(inputs, options, &report, &wanted, progress).map_err(told)?;
    let is_empty = |(wanted, drawn): &(&Wanted, &Drawn)| matches!(wanted, Wanted::Call(_)) && drawn.messages.is_empty();
    if let Some((Wanted::Call(call_id), _)) = wanted.iter().zip(&report.ladders).find(is_empty) {
        return Err(Complaint::new(format!("no message with the Call-ID {call_id}")));
    }
    Ok(report)
}

fn no_redirect(missing: Subject, report: &Report) -> Complaint {
    Complaint::new(match missing {
        Subject::Companion(id) => {
            format!("no +{id}: there {} beside the redirects", are(report.companions.len() as u64, "response"))
        }
        Subject::Redirect(id) => format!("no redirect {id}: there {}", are(report.redirects.len() as u64, "redirect")),
        Subject::Call => "no such call".to_owned(),
    })
}

fn subject(text: &str) -> Result<Subject, String> {
    let wanted = "a number of a redirect is wanted, as audit counts them";
    let digits = text.trim_start_matches(['#', '+']);
    let number = digits.parse().map_err(|_| wanted.to_owned())?;
    Ok(if text.starts_with('+') { Subject::Companion(number) } else { Subject::Redirect(number) })
}

fn format_parser() -> impl TypedValueParser<Value = &'static LadderFormat> {
    let names = LADDER_FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.summary));
    PossibleValuesParser::new(names).try_map(|name| LadderFormat::named(&name).ok_or("no such format"))
}

/// How many there are, with the verb.
fn are(count: u64, noun: &str) -> String {
    format!("{} {}", if count == 1 { "is" } else { "are" }, counted(count, noun))
}
