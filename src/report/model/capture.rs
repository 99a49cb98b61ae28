//! Takes nothing, gives the part of the published shape that tells what was read, and how whole it is.

use serde::{Deserialize, Serialize};

/// One capture.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Capture {
    /// The path as it was named; `-` for standard input.
    pub path: String,
    /// `pcap`, `pcapng`, with the compression behind it where there is one.
    pub format: String,
    /// The link types met, in the order of their first frame.
    pub link_types: Vec<String>,
    /// Frames read.
    pub frames: u64,
    /// Octets of the file as it lies on the disk; octets read where that cannot be known.
    pub bytes: u64,
    /// SIP messages found, copies included.
    pub sip_messages: u64,
    /// How many of them are the same packet captured once more (mirror ports, two taps); they are not judged again.
    pub copies: u64,
    /// When the first frame was captured.
    pub first_time: Option<String>,
    /// The same in nanoseconds since the epoch.
    pub first_epoch_ns: Option<String>,
    /// When the last frame was captured.
    pub last_time: Option<String>,
    /// The same in nanoseconds since the epoch.
    pub last_epoch_ns: Option<String>,
    /// By how many milliseconds its clock is ahead of that of the first capture that it shares messages with; the times of its messages are
    /// told without them, `first_time` and `last_time` with them. 0 where it may be none.
    pub clock_offset_ms: f64,
    /// How far that may be off, in milliseconds; null where nothing tells.
    pub clock_offset_uncertainty_ms: Option<f64>,
    /// The messages in common on which that stands.
    pub clock_offset_messages: u64,
    /// How another reader reads the messages behind the incorrect verdicts.
    pub second_reading: SecondReading,
    /// Whether everything that the capture claims to hold could be read.
    pub complete: bool,
    /// What is broken, one entry per kind, and per limit of those that were reached.
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
    /// The limit that was reached, as `--limit` names it; absent where it is none that can be set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
}

/// How rsip reads the typed headers of the messages behind every incorrect verdict: a second witness before a client is blamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SecondReading {
    /// Values that both read alike.
    pub agreed: u64,
    /// Values that rsip does not read.
    pub refused: u64,
    /// Values that rsip reads as something else; ours is taken.
    pub disagreed: u64,
}
