//! Takes the arguments of `stat`, prints how many messages of which kind there are, what became of the redirects, and how complete the captures are.

use clap::Args;
use sip3xx::analysis::{self, Listing, Taken};
use sip3xx::report::statistics::Statistics;
use sip3xx::report::{Format, Presentation};

use super::complaint::Complaint;
use super::exit::Exit;
use super::inputs::{Inputs, inputs};
use super::output;
use super::progress::ProgressLine;
use super::rows::Messages;

/// Count messages by method and status, as tshark's sip,stat does, and tell the summary of the audit.
#[derive(Debug, Args)]
#[command(
    max_term_width = 100,
    after_help = "Examples:\n  \
        sip3xx stat trace.pcap\n  \
        sip3xx stat -Y 'ip.addr == 192.0.2.13' trace.pcap\n\n\
        A filter (-Y) and -d narrow what is counted in the first block; redirects are those of all messages that were read."
)]
pub(super) struct Stat {
    #[command(flatten)]
    messages: Messages,
    /// Print statistics alone, as tshark: there is nothing else.
    #[arg(short = 'q', hide = true)]
    quiet: bool,
}

/// Runs the command.
pub(super) fn run(stat: &Stat) -> Result<Exit, Complaint> {
    if let Some(answer) = stat.messages.answer() {
        output::print(answer.as_bytes())?;
        return Ok(Exit::Well);
    }
    let filter = stat.messages.filter()?;
    let Inputs { readable: inputs, is_some_left_out } = inputs(&stat.messages.named())?;
    let listing = Listing { judges: true, ..stat.messages.listing(std::iter::empty())? };
    let mut statistics = Statistics::default();
    let mut line = ProgressLine::new();
    let report = analysis::list(&inputs, &listing, &mut |progress| line.update(progress), &mut |row| {
        if filter.as_ref().is_some_and(|filter| !filter.matches(row)) {
            return Taken::PassedOver;
        }
        statistics.take(row);
        Taken::Shown
    })
    .map_err(|error| Complaint::of_error(&error))?;
    drop(line);
    let mut text = Vec::new();
    let written = statistics.write(stat.messages.filter_text(), &mut text).and_then(|()| {
        text.push(b'\n');
        let presentation = Presentation { summary_only: true, ..Presentation::default() };
        Format::named("text").map_or(Ok(()), |format| format.write(&report, &presentation, &mut text))
    });
    written.map_err(Complaint::new)?;
    output::print(&text)?;
    Ok(if is_some_left_out { Exit::Trouble } else { Exit::Well })
}
