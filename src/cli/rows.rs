//! Takes the arguments that `list` and `stat` share, gives the captures, the filter and what is to be listed.

use std::path::PathBuf;

use clap::Args;
use sip3xx::analysis::{DecodeAs, Listing};
use sip3xx::filter::Filter;
use sip3xx::report::escape;

use super::complaint::Complaint;
use super::decode_as;

/// Which messages of which captures.
#[derive(Debug, Args)]
pub(super) struct Messages {
    /// Captures: files, folders (all captures below them), or - for standard input.
    #[arg(value_name = "CAPTURE")]
    captures: Vec<PathBuf>,
    /// A capture, as tshark names it; may be given several times.
    #[arg(short = 'r', long = "read-file", value_name = "FILE")]
    read: Vec<PathBuf>,
    /// Only messages that match this display filter, in Wireshark's language.
    #[arg(short = 'Y', long = "display-filter", value_name = "FILTER")]
    filter: Option<String>,
    /// Read that many frames and no more; frames count, not messages, as in tshark.
    #[arg(short = 'c', value_name = "N")]
    frames: Option<u64>,
    /// What ports carry: udp.port==5070,sip or tcp.port==5060-5090,sip; another word than sip or hep says that it is no SIP.
    #[arg(short = 'd', value_name = "SELECTOR,PROTOCOL", value_parser = decode_as::parse)]
    decode_as: Vec<DecodeAs>,

    /// No name resolution, as tshark: there never is any.
    #[arg(short = 'n', hide = true)]
    no_resolution: bool,
    /// Two passes, as tshark: one pass sees it all.
    #[arg(short = '2', hide = true)]
    two_passes: bool,
}

impl Messages {
    /// The captures as they were named.
    pub(super) fn named(&self) -> Vec<PathBuf> {
        self.read.iter().chain(&self.captures).cloned().collect()
    }

    /// The filter, if there is one.
    pub(super) fn filter(&self) -> Result<Option<Filter>, Complaint> {
        self.filter.as_deref().map(display_filter).transpose()
    }

    /// The text of the filter.
    pub(super) fn filter_text(&self) -> Option<&str> {
        self.filter.as_deref()
    }

    /// What is to be listed so that `fields` have their values.
    pub(super) fn listing<'a>(&'a self, fields: impl Iterator<Item = &'a str>) -> Listing {
        // Numbers of conversations and what follows from them cost something for every frame, so they must be asked for.
        let asked: Vec<&str> = fields.chain(self.filter.as_deref()).collect();
        let asks = |parts: &[&str]| asked.iter().any(|text| parts.iter().any(|part| text.contains(part)));
        Listing {
            frames: self.frames,
            decode_as: self.decode_as.clone(),
            conversations: asks(&["stream", "tcp"]),
            words: asks(&["frame.comment", "frame.interface_name"]),
            judge: None,
        }
    }
}

/// The display filter `text`; what is allowed but hardly meant is told.
pub(super) fn display_filter(text: &str) -> Result<Filter, Complaint> {
    let filter = Filter::parse(text).map_err(|error| Complaint::of_filter(&error))?;
    filter.hints().iter().for_each(|hint| Complaint::new(hint).tell());
    Ok(filter)
}

/// The name of a field that is not known, with the one that was meant where there is one.
pub(super) fn unknown_field(name: &str) -> String {
    let name = escape(name);
    match sip3xx::filter::fields::nearest_to(&name) {
        Some(meant) => format!("no field `{name}`; did you mean `{meant}`?"),
        None => format!("no field `{name}`"),
    }
}
