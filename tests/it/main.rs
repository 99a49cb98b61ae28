//! The only test binary: what the rooms of `src` do together.
#![allow(clippy::print_stderr, reason = "a test that cannot run here says so plainly")]

/// The audit as a user runs it: every kind of input and report, and how a run ends.
mod audit_command;
/// Holds the report to what a person found in the captures of real clients.
mod captures;
/// Holds every rule to the form of the catalogue, and to its two samples.
mod catalogue;
/// Two taps of one call whose clocks differ, and captures that have nothing to do with each other.
mod clocks;
/// The program as a user calls it: exit codes, stdout and stderr, closed pipes.
mod command_line;
/// Asks Wireshark which frames a display filter picks, and holds ours to it.
mod display_filters;
/// Holds the pages that are made from the program to what it writes.
mod documents;
/// One request behind every link header and in every tunnel, with tshark as witness.
mod encapsulations;
/// Holds what is told of every kind of damage to a capture that has it.
mod faults;
/// Input made up by chance for all that reads octets, as long as one likes.
mod fuzz;
/// Calls made up by chance, right and wrong, whose verdicts are known because they were meant.
mod generated;
/// Captures that were cut or changed anywhere: no panic, an end, and the same report twice.
mod hostile;
/// The report as a page, in a browser where there is one.
mod html_page;
/// The ladders as a user draws them: every choice and format.
mod ladder_command;
/// Holds the ladders of captures to the report on them.
mod ladders;
/// Holds the laws of the house: direction of imports, names and sizes of files.
mod laid_aside;
mod layers;
/// Every limit set to next to nothing: reached, and told with its name.
mod limits;
/// The lists and statistics as a user runs them: every flag and format.
mod list_command;
/// Faults put into flows that have none: each breaks its rule and no other.
mod mutation;
/// Holds the JSON of real captures to the published schema.
mod published_shape;
/// Holds the README to what the program does.
mod readme;
/// Reports with pseudonyms: the same verdicts, and nobody is named.
mod redacted;
/// Holds every committed capture to the text beside it.
mod sample_text;
/// Messages in every detail as a user asks for them, with tshark as witness of their octets.
mod show_command;
/// What several tests need: samples and their text, captures of real clients, tshark.
mod support;
/// Holds what is read out of TLS to what was sent, and to the frames of tshark.
#[cfg(feature = "tls")]
mod tls;
/// What a naive reader of frames and streams gets wrong, each by its number.
mod traps;
/// Holds a call that meets an ICMP error to what the error means.
mod unreachable;
mod verify_command;
/// Asks tshark which SIP messages a capture holds and what they say, and holds ours to it.
mod witness;
/// The worst captures that we could think of: what they cost stays in proportion to their size.
mod worst;
/// The frames of audited calls in a file of their own: the same verdicts, and what tshark shows.
mod written_frames;
