//! Takes the arguments of `list`, prints a row for every SIP message, and writes the frames of those that match.

use std::io::{self, BufWriter};
use std::path::PathBuf;

use clap::Args;
use sip3xx::analysis::{self, Input, Marked, Taken};
use sip3xx::filter::fields::{ALL, Field, named};
use sip3xx::filter::{Filter, Row};
use sip3xx::report::listing::{Layout, Occurrence, Quote, ROW_FORMATS, RowFormat, RowWriter, TimeFormat};

use super::complaint::Complaint;
use super::exit::Exit;
use super::frames;
use super::inputs::{Inputs, inputs};
use super::one_of::OneOf;
use super::output::{self, unless_closed};
use super::progress::ProgressLine;
use super::rows::{Messages, unknown_field};

/// List the SIP messages: a row for each message, not for each frame.
#[derive(Debug, Args)]
#[command(
    max_term_width = 100,
    after_help = "Examples:\n  \
        sip3xx list trace.pcap\n  \
        sip3xx list -Y 'sip.Status-Code in {300..399}' -t ud trace.pcap\n  \
        sip3xx list -T fields -e frame.number -e sip.Method -e sip.contact.uri -E header=y trace.pcap\n  \
        sip3xx list -T csv -Y 'sip.CSeq.method == \"INVITE\"' captures/ > invites.csv\n  \
        sip3xx list -Y 'sip.Call-ID contains \"a84b4c\"' -w call.pcapng trace.pcap\n\n\
        Rows come in the order in which messages were completed; the number is that of the completing frame.\n\
        A frame that completes two messages has two rows. Times of day are UTC."
)]
pub(super) struct List {
    #[command(flatten)]
    messages: Messages,

    /// What a row is; -T ? lists the formats.
    #[arg(short = 'T', value_name = "FORMAT", default_value = "text", help_heading = "Rows")]
    format: String,
    /// A field to show with -T fields, json, jsonl or csv; may be given several times.
    #[arg(short = 'e', value_name = "FIELD", value_parser = FIELD, hide_possible_values = true, help_heading = "Rows")]
    fields: Vec<&'static Field>,
    /// How fields are laid out: header=y|n, separator=/t|/s|CHARACTER, aggregator=,|/s|CHARACTER, occurrence=f|l|a, quote=d|s|n, bom=y|n.
    #[arg(short = 'E', value_name = "OPTION=VALUE", help_heading = "Rows")]
    layout: Vec<String>,
    /// The time column: r (since the first frame), a, ad, u, ud (UTC), d (since the frame ahead), dd (since the row ahead), e (epoch).
    #[arg(short = 't', value_name = "FORMAT", default_value = "r", value_parser = time_format, help_heading = "Rows")]
    time: TimeFormat,

    /// Write the frames of the matching messages, all fragments and segments included, as pcapng; - for standard output.
    #[arg(short = 'w', value_name = "FILE", help_heading = "Frames")]
    write: Option<PathBuf>,
    /// Print rows even when frames are written.
    #[arg(short = 'P', help_heading = "Frames")]
    print: bool,
    /// Print no rows.
    #[arg(short = 'q', long)]
    quiet: bool,
    /// Flush after each row, as tshark.
    #[arg(short = 'l', hide = true)]
    line_buffered: bool,
}

/// Runs the command.
pub(super) fn run(list: &List) -> Result<Exit, Complaint> {
    if list.format == "?" {
        output::print(formats().as_bytes())?;
        return Ok(Exit::Well);
    }
    let format = list.format()?;
    let layout = list.layout(format)?;
    let filter = list.messages.filter()?;
    let named = list.messages.named();
    let refuse = |inputs: &[Input]| list.write.as_ref().map_or(Ok(()), |file| frames::refuse(file, inputs));
    refuse(&named.iter().cloned().map(Input::File).collect::<Vec<_>>())?;
    let Inputs { readable: inputs, is_some_left_out } = inputs(&named)?;
    refuse(&inputs)?;

    let listing = list.messages.listing(layout.fields.iter().map(|field| field.name));
    let mut rows = Rows::new(list, format, layout, filter)?;
    let mut line = ProgressLine::new();
    analysis::list(&inputs, &listing, &mut |progress| line.update(progress), &mut |row| rows.take(row))
        .map_err(|error| Complaint::of_error(&error))?;
    drop(line);
    let marked = rows.finish()?;
    if let Some(file) = &list.write {
        frames::write(file, |out| analysis::write_marked(&inputs, &marked, out))?;
    }
    Ok(if is_some_left_out { Exit::Trouble } else { Exit::Well })
}

impl List {
    fn format(&self) -> Result<&'static RowFormat, Complaint> {
        RowFormat::named(&self.format).ok_or_else(|| {
            let names: Vec<&str> = ROW_FORMATS.iter().map(|format| format.name).collect();
            Complaint::new(format!("no format `{}`; formats: {}", self.format, names.join(", ")))
        })
    }

    fn layout(&self, format: &RowFormat) -> Result<Layout, Complaint> {
        if !format.shows_fields && !self.fields.is_empty() {
            return Err(Complaint::new(format!("-T {} has columns of its own: -e is for -T fields, json, jsonl and csv", format.name)));
        }
        let mut layout = Layout { time: self.time, fields: self.fields.clone(), ..Layout::default() };
        if layout.fields.is_empty() {
            layout.fields = format.usual_fields.iter().filter_map(|name| sip3xx::filter::fields::named(name)).collect();
        }
        if format.shows_fields && layout.fields.is_empty() {
            return Err(Complaint::new(format!("-T {} shows the fields named by -e, and none is", format.name)));
        }
        for option in &self.layout {
            set(&mut layout, option).map_err(Complaint::new)?;
        }
        Ok(layout)
    }

    /// Whether rows are printed.
    const fn prints(&self) -> bool {
        !self.quiet && (self.print || self.write.is_none())
    }
}

/// What becomes of the rows.
struct Rows {
    writer: Option<Box<dyn RowWriter>>,
    filter: Option<Filter>,
    marks: bool,
    marked: Marked,
    line_buffered: bool,
    /// How printing ended, if it did.
    ended: io::Result<()>,
}

impl Rows {
    fn new(list: &List, format: &RowFormat, layout: Layout, filter: Option<Filter>) -> Result<Self, Complaint> {
        let out = || Box::new(BufWriter::with_capacity(1 << 16, io::stdout()));
        let mut ended = Ok(());
        let writer = list.prints().then(|| format.open(layout, out())).transpose().unwrap_or_else(|error| {
            ended = Err(error);
            None
        });
        let (marks, line_buffered) = (list.write.is_some(), list.line_buffered);
        Ok(Self { writer, filter, marks, marked: Marked::default(), line_buffered, ended })
    }

    fn take(&mut self, row: &Row<'_>) -> Taken {
        if self.filter.as_ref().is_some_and(|filter| !filter.matches(row)) {
            return Taken::PassedOver;
        }
        if self.marks {
            self.marked.mark(row.sighting.place, &row.sighting.frames);
        }
        if let (Ok(()), Some(writer)) = (&self.ended, &mut self.writer) {
            self.ended = writer.row(row).and_then(|()| if self.line_buffered { writer.flush() } else { Ok(()) });
        }
        // Nobody reads on, so there is nothing more to do, unless frames are to be written.
        if self.ended.is_err() && !self.marks { Taken::Enough } else { Taken::Shown }
    }

    fn finish(self) -> Result<Marked, Complaint> {
        let written = self.ended.and_then(|()| self.writer.map_or(Ok(()), |mut writer| writer.finish()));
        unless_closed(written).map_err(|error| Complaint::new(format!("cannot write the rows: {error}")))?;
        Ok(self.marked)
    }
}

/// What `-T ?` prints.
fn formats() -> String {
    ROW_FORMATS.iter().map(|format| format!("{:<8}{}\n", format.name, format.summary)).collect()
}

/// A parser of the name of a field.
const FIELD: OneOf<&'static Field> = OneOf::new(|| ALL.iter().copied().flatten().map(|field| field.name).collect(), field);

fn field(name: &str) -> Result<&'static Field, String> {
    named(name).ok_or_else(|| unknown_field(name))
}

fn time_format(name: &str) -> Result<TimeFormat, String> {
    let found = TimeFormat::NAMED.iter().find(|(known, _)| *known == name);
    found.map(|(_, format)| *format).ok_or_else(|| "one of r, a, ad, d, dd, e, u, ud is wanted".to_owned())
}

/// Takes an option of `-E` into the layout.
fn set(layout: &mut Layout, option: &str) -> Result<(), String> {
    let wrong = || format!("-E {option}: header=y|n, separator=, aggregator=, occurrence=f|l|a, quote=d|s|n or bom=y|n is wanted");
    let (name, value) = option.split_once('=').ok_or_else(wrong)?;
    let character = || match value {
        "/t" => Ok('\t'),
        "/s" => Ok(' '),
        _ => {
            let mut characters = value.chars();
            characters.next().filter(|_| characters.next().is_none()).ok_or_else(wrong)
        }
    };
    let yes = || match value {
        "y" | "Y" => Ok(true),
        "n" | "N" => Ok(false),
        _ => Err(wrong()),
    };
    match name {
        "header" => layout.header = Some(yes()?),
        "bom" => layout.bom = yes()?,
        "separator" => layout.separator = character()?,
        "aggregator" => layout.aggregator = character()?,
        "occurrence" => {
            layout.occurrence = match value {
                "f" => Occurrence::First,
                "l" => Occurrence::Last,
                "a" => Occurrence::All,
                _ => return Err(wrong()),
            };
        }
        "quote" => {
            layout.quote = match value {
                "d" => Quote::Double,
                "s" => Quote::Single,
                "n" => Quote::None,
                _ => return Err(wrong()),
            };
        }
        _ => return Err(wrong()),
    }
    Ok(())
}
