//! The only test binary: what the rooms of `src` do together.
#![allow(clippy::print_stderr, reason = "a test that cannot run here says so plainly")]

/// Holds the laws of the house: direction of imports, names and sizes of files.
mod layers;
/// Holds every committed capture to the text beside it.
mod sample_text;
/// The one place that knows the `.sip` text and how it becomes a capture.
mod support;
