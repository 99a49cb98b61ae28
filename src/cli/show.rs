//! Takes the arguments of `show`, prints messages in every detail, with their octets where that is asked for.

use std::io::{self, Write};

use clap::Args;
use sip3xx::analysis::{self, Listing, Taken};
use sip3xx::evidence::Place;
use sip3xx::filter::{Filter, Row};
use sip3xx::report::counted;
use sip3xx::report::detail::{detail, facts, hex_dump};
use sip3xx::report::model::Report;

use super::complaint::Complaint;
use super::exit::Exit;
use super::inputs::{Inputs, inputs};
use super::limits;
use super::output;
use super::progress::ProgressLine;
use super::rows::Messages;

/// How many octets of text wait to be told what redirects they belong to, which is known at the end only.
const HELD_MAX: usize = 16 << 20;

/// Show messages in every detail: frame, layers, start line, each header with its parts, the body, and their part in redirects.
#[derive(Debug, Args)]
#[command(
    max_term_width = 100,
    after_help = "Examples:\n  \
        sip3xx show --frame 2 samples/captures/redirect-followed.pcap\n  \
        sip3xx show --frame 2 -x samples/captures/redirect-followed.pcap\n  \
        sip3xx show -Y 'sip.Status-Code == 380' samples/captures/emergency-380.pcap\n\n\
        A frame is named by any message that it carries a part of. Without --frame and -Y every message is shown."
)]
pub(super) struct Show {
    #[command(flatten)]
    messages: Messages,

    /// Show the messages that this frame carries, or a part of them.
    #[arg(long, value_name = "N")]
    frame: Option<u64>,
    /// Print the octets of each message as well, in hexadecimal.
    #[arg(short = 'x')]
    hex: bool,

    /// Print every detail, as tshark: that is what it does.
    #[arg(short = 'V', hide = true)]
    verbose: bool,
}

/// Runs the command.
pub(super) fn run(show: &Show) -> Result<Exit, Complaint> {
    if let Some(answer) = show.messages.answer() {
        output::print(answer.as_bytes())?;
        return Ok(Exit::Well);
    }
    let filter = show.messages.filter()?;
    let Inputs { readable: inputs, is_some_left_out } = inputs(&show.messages.named())?;
    let listing = Listing { judges: true, ..show.messages.listing(std::iter::empty())? };
    let paths: Vec<String> = inputs.iter().map(name).collect();

    let mut is_any = false;
    let mut failed = None;
    output::coloured(&mut |colour, out| {
        let mut shown = Shown {
            show,
            filter: filter.as_ref(),
            paths: &paths,
            colour,
            held: Vec::new(),
            octets: 0,
            early: 0,
            out,
            ended: Ok(()),
            is_any: false,
        };
        let mut line = ProgressLine::new();
        let report = analysis::list(&inputs, &listing, &mut |progress| line.update(progress), &mut |row| shown.take(row));
        drop(line);
        is_any = shown.is_any;
        match report {
            Ok(report) => {
                let early = shown.early;
                let shown = shown.finish(&report);
                tell_early(early, &report);
                limits::tell_reached(&report);
                shown
            }
            Err(error) => {
                failed = Some(Complaint::of_error(&error));
                Ok(())
            }
        }
    })?;
    if let Some(complaint) = failed {
        return Err(complaint);
    }
    if let Some(frame) = show.frame.filter(|_| !is_any) {
        return Err(Complaint::new(format!("frame {frame} carries no SIP message{}", if filter.is_some() { " that matches" } else { "" })));
    }
    Ok(if is_some_left_out { Exit::Trouble } else { Exit::Well })
}

/// Tells how many messages were printed before it was known what they are in the redirects of `report`.
fn tell_early(early: u64, report: &Report) {
    if early > 0 && !(report.redirects.is_empty() && report.companions.is_empty()) {
        let (messages, most) = (counted(early, "message"), HELD_MAX >> 20);
        Complaint::new(format!(
            "the first {messages} are shown without their part in redirects, which is known at the end only: of what waits for it no more than \
             {most} MiB are held; pick fewer messages by --frame or -Y"
        ))
        .tell();
    }
}

/// The name of an input.
fn name(input: &analysis::Input) -> String {
    match input {
        analysis::Input::File(path) => path.display().to_string(),
        analysis::Input::Stdin => "standard input".to_owned(),
    }
}

/// A message that waits for what redirects it belongs to.
struct Held {
    place: Place,
    /// What is printed of it ahead of that, and behind.
    ahead: Vec<u8>,
    behind: Vec<u8>,
}

/// What becomes of the messages.
struct Shown<'a> {
    show: &'a Show,
    filter: Option<&'a Filter>,
    paths: &'a [String],
    colour: bool,
    held: Vec<Held>,
    octets: usize,
    /// How many messages were printed before it was known what redirects they belong to.
    early: u64,
    out: &'a mut dyn Write,
    /// How printing ended, if it did.
    ended: io::Result<()>,
    is_any: bool,
}

impl Shown<'_> {
    fn take(&mut self, row: &Row<'_>) -> Taken {
        let seen = row.sighting;
        let is_frame = |frame: u64| seen.place.frame == frame || seen.frames.contains(&frame);
        if !self.show.frame.is_none_or(is_frame) || self.filter.is_some_and(|filter| !filter.matches(row)) {
            return Taken::PassedOver;
        }
        let held = self.held(row);
        self.octets = self.octets.saturating_add(held.ahead.len()).saturating_add(held.behind.len());
        self.held.push(held);
        if self.octets > HELD_MAX {
            self.early = self.early.saturating_add(self.held.len() as u64);
            self.ended = std::mem::replace(&mut self.ended, Ok(())).and_then(|()| self.flush(None));
        }
        self.is_any = true;
        // Nobody reads on, so there is nothing more to do.
        if self.ended.is_err() { Taken::Enough } else { Taken::Shown }
    }

    /// The text of a message.
    fn held(&self, row: &Row<'_>) -> Held {
        let capture = usize::try_from(row.sighting.place.capture).ok();
        let path = capture.and_then(|capture| self.paths.get(capture)).map_or("", String::as_str);
        let (mut ahead, mut behind) = (Vec::new(), Vec::new());
        // Writing to a Vec cannot fail.
        for node in detail(row, path) {
            let _ = node.write(self.colour, &mut ahead);
        }
        if self.show.hex {
            behind.push(b'\n');
            let _ = hex_dump(row.sighting.message.octets(), &mut behind);
        }
        behind.push(b'\n');
        Held { place: row.sighting.place, ahead, behind }
    }

    /// Prints what is held, with what `report` says of it where that is known.
    fn flush(&mut self, report: Option<&Report>) -> io::Result<()> {
        self.octets = 0;
        for held in self.held.drain(..) {
            self.out.write_all(&held.ahead)?;
            if let Some(facts) = report.and_then(|report| facts(held.place, report)) {
                facts.write(self.colour, self.out)?;
            }
            self.out.write_all(&held.behind)?;
        }
        Ok(())
    }

    fn finish(mut self, report: &Report) -> io::Result<()> {
        std::mem::replace(&mut self.ended, Ok(()))?;
        self.flush(Some(report))
    }
}
