//! Takes what was typed, gives it as types; what it means is settled elsewhere.
//!
//! Flags that tshark has keep tshark's meaning.

use clap::{Parser, Subcommand};

use super::audit::Audit;
use super::completions::Completions;
use super::ladder::Ladder;
use super::list::List;
use super::live::Live;
use super::man::Man;
use super::rules::Rules;
use super::stat::Stat;
use super::verify::Verify;

/// Tell for every SIP 3xx in a capture whether the client that received it did the right thing.
#[derive(Debug, Parser)]
#[command(
    name = "sip3xx",
    disable_version_flag = true,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_help = "Examples:\n  \
        sip3xx audit trace.pcap\n  \
        sip3xx audit --format csv captures/ > redirects.csv\n  \
        sip3xx verify regression/\n  \
        sip3xx list -Y 'sip.Status-Code in {300..399}' trace.pcap\n  \
        sip3xx ladder --redirect 3 trace.pcap\n  \
        sip3xx stat trace.pcap\n  \
        sip3xx rules redirect-not-followed\n\n\
        Exit codes:\n  \
        0 all is well   1 findings at or above --fail-on   2 usage, or a capture that cannot be read\n  \
        3 a capture is incomplete (--strict)   4 fewer redirects than --require-redirects"
)]
pub(super) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) live: Live,
    /// Print the version.
    #[arg(short = 'v', long, global = true)]
    pub(super) version: bool,
}

/// A command, one file each.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Audit(Box<Audit>),
    Verify(Box<Verify>),
    List(List),
    Ladder(Box<Ladder>),
    Stat(Stat),
    Rules(Rules),
    Completions(Completions),
    Man(Man),
}
