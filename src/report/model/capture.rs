//! Takes nothing, gives the part of the published shape that tells what was read, and how whole it is.

use serde::{Deserialize, Serialize};

/// One capture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    /// The path as it was named; `-` for standard input.
    pub path: String,
    /// `pcap`, `pcapng`, with the compression behind it where there is one.
    pub format: String,
    /// The link types met, in the order of their first frame.
    pub link_types: Vec<String>,
    /// Frames read.
    pub frames: u64,
    /// Octets read, after decompression.
    pub bytes: u64,
    /// SIP messages found, copies not counted.
    pub sip_messages: u64,
    /// Messages left out because the same one was captured twice (mirror ports, two taps).
    pub copies: u64,
    /// When the first frame was captured.
    pub first_time: Option<String>,
    /// The same in nanoseconds since the epoch.
    pub first_epoch_ns: Option<String>,
    /// When the last frame was captured.
    pub last_time: Option<String>,
    /// The same in nanoseconds since the epoch.
    pub last_epoch_ns: Option<String>,
    /// Whether everything that the capture claims to hold could be read.
    pub complete: bool,
    /// What is broken, one entry per kind.
    pub faults: Vec<Fault>,
}

/// One kind of damage of a capture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The kind, in kebab-case.
    pub kind: String,
    /// How often it was met.
    pub count: u64,
    /// The frame where it was first met.
    pub first_frame: Option<u64>,
    /// What the first one was.
    pub detail: String,
}
