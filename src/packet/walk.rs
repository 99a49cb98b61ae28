//! Takes nothing, gives the state of one walk through a frame: the path so far, the budget of headers, and why a walk stopped.

use super::path::Path;

/// How many headers (tags, labels, tunnels, IP headers) a frame may have before its walk is given up.
pub const HEADERS_MAX: u8 = 32;

/// The state of a walk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Walk {
    /// The way so far.
    pub(super) path: Path,
    /// Octets of the frame that the capture did not keep.
    pub(super) cut: u32,
    /// Headers that may still be walked.
    budget: u8,
}

impl Walk {
    /// A walk that begins on `interface`, in a frame of which `cut` octets were not kept.
    pub(super) fn new(interface: u32, cut: u32) -> Self {
        Self { path: Path::from_interface(interface), cut, budget: HEADERS_MAX }
    }

    /// Pays for one more header.
    pub(super) const fn step(&mut self) -> Result<(), Stop> {
        match self.budget.checked_sub(1) {
            Some(left) => {
                self.budget = left;
                Ok(())
            }
            None => Err(Stop::TooDeep),
        }
    }
}

/// The octets at which a walk has arrived, and the walk.
pub(super) type Reached<'a> = Result<(&'a [u8], Walk), Stop>;

/// Why a walk gave no packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The frame is well and holds nothing for us (ARP, ICMP, STP, ...).
    NotOurs,
    /// No reader for this link type.
    UnknownLink(u16),
    /// A header does not fit into its octets, or cannot be.
    Broken {
        /// The header.
        header: &'static str,
        /// Octets that it wants.
        wanted: usize,
        /// Octets that were there.
        had: usize,
    },
    /// More than [`HEADERS_MAX`] headers.
    TooDeep,
    /// More packets in one frame than the one that a walk gives.
    TooMany(&'static str),
}

impl Stop {
    /// `header` wants `wanted` octets, `bytes` are there.
    pub(super) const fn short(header: &'static str, wanted: usize, bytes: &[u8]) -> Self {
        Self::Broken { header, wanted, had: bytes.len() }
    }
}
