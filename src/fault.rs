//! Takes what a room could not read, gives a value that says so: which kind, where, how much was wanted and had, and who said so.
//!
//! A fault is no error: reading goes on, and what was understood is kept. Faults are counted per capture and kind, those of a limit by
//! themselves; the first of each is kept whole, so the log is bounded however broken a capture is.

use std::collections::BTreeMap;
use std::fmt;

use crate::limit::{Limit, Limits};

/// The kinds of damage that a capture can have; reports name them as [`FaultKind::name`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// The file ends inside a record or block.
    CutFile,
    /// A record or block says a length that cannot be; it was skipped, or reading stopped there.
    BadRecord,
    /// A packet of an interface that no block described.
    UnknownInterface,
    /// A link type that this program does not read.
    UnknownLinkType,
    /// Frames whose time lies before that of the frame ahead of them.
    TimeGoesBack,
    /// The capture kept only the first octets of a packet, and a SIP message lost some of its own.
    Snaplen,
    /// A packet whose IP, UDP or TCP header cannot be read.
    BadPacket,
    /// An IP datagram of which fragments are missing.
    LostFragment,
    /// An IP datagram of which the first fragment alone is there, as a capture filter on ports leaves it.
    FirstFragmentOnly,
    /// Octets of a TCP stream that are not in the capture.
    TcpGap,
    /// TLS of which secrets are known, and that they do not open.
    SealedTls,
    /// SIP that cannot be decoded.
    UndecodableSip,
    /// A bound of this program was reached and something was dropped.
    BoundReached,
}

impl FaultKind {
    /// All kinds, in their order.
    pub const ALL: [Self; 13] = [
        Self::CutFile,
        Self::BadRecord,
        Self::UnknownInterface,
        Self::UnknownLinkType,
        Self::TimeGoesBack,
        Self::Snaplen,
        Self::BadPacket,
        Self::LostFragment,
        Self::FirstFragmentOnly,
        Self::TcpGap,
        Self::SealedTls,
        Self::UndecodableSip,
        Self::BoundReached,
    ];

    /// Whether a capture with such a fault lacks something: frames that only stand in another order are all there.
    #[must_use]
    pub const fn is_loss(self) -> bool {
        !matches!(self, Self::TimeGoesBack)
    }

    /// The name in reports, in kebab-case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CutFile => "cut-file",
            Self::BadRecord => "bad-record",
            Self::UnknownInterface => "unknown-interface",
            Self::UnknownLinkType => "unknown-link-type",
            Self::TimeGoesBack => "time-goes-back",
            Self::Snaplen => "snaplen",
            Self::BadPacket => "bad-packet",
            Self::LostFragment => "lost-fragment",
            Self::FirstFragmentOnly => "first-fragment-only",
            Self::TcpGap => "tcp-gap",
            Self::SealedTls => "sealed-tls",
            Self::UndecodableSip => "undecodable-sip",
            Self::BoundReached => "bound-reached",
        }
    }
}

/// One place where a capture is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// What is broken.
    pub kind: FaultKind,
    /// The frame where it showed, where there is one.
    pub frame: Option<u64>,
    /// Octets from the start of the (uncompressed) file, where known.
    pub offset: Option<u64>,
    /// Octets, items or link-type number that were wanted or named, where that says something.
    pub wanted: Option<u64>,
    /// Octets or items that were there.
    pub had: Option<u64>,
    /// Who said so: the field or the bound, in words of the field (`pcap record header`, `pcapng block length`, `UDP length`).
    pub said_by: &'static str,
    /// The limit that was reached, where it is one that can be set.
    pub limit: Option<Limit>,
}

impl Fault {
    /// A fault of `kind` told by `said_by`, with no place yet.
    #[must_use]
    pub const fn new(kind: FaultKind, said_by: &'static str) -> Self {
        Self { kind, frame: None, offset: None, wanted: None, had: None, said_by, limit: None }
    }

    /// The fault that `limit` was reached, told by what it bounds.
    #[must_use]
    pub const fn reached(limit: Limit) -> Self {
        Self { limit: Some(limit), ..Self::new(FaultKind::BoundReached, limit.about().bounds) }
    }

    /// The same at `frame`, with the value that the limit had.
    #[must_use]
    pub fn reached_at(limit: Limit, limits: &Limits, frame: u64) -> Self {
        Self { wanted: Some(limits.of(limit)), ..Self::reached(limit) }.at_frame(frame)
    }

    /// The same fault at frame `frame`.
    #[must_use]
    pub const fn at_frame(mut self, frame: u64) -> Self {
        self.frame = Some(frame);
        self
    }

    /// The same fault at file offset `offset`.
    #[must_use]
    pub const fn at_offset(mut self, offset: u64) -> Self {
        self.offset = Some(offset);
        self
    }

    /// The same fault with how much was wanted and how much was there.
    #[must_use]
    pub const fn wanted_had(mut self, wanted: u64, had: u64) -> Self {
        self.wanted = Some(wanted);
        self.had = Some(had);
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.said_by)?;
        match (self.wanted, self.had) {
            (Some(wanted), Some(had)) => write!(f, ": {wanted} wanted, {had} there")?,
            (Some(wanted), None) => write!(f, ": {wanted}")?,
            (None, Some(had)) => write!(f, ": {had} there")?,
            (None, None) => {}
        }
        if let Some(offset) = self.offset {
            write!(f, ", at offset {offset}")?;
        }
        Ok(())
    }
}

/// How often a kind of fault was met in one capture, and the first of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaultCount {
    /// How many.
    pub count: u64,
    /// The first one met.
    pub first: Fault,
}

/// What is counted together: a kind, and of bounds each by itself, by its limit or by its words.
type Sort = (FaultKind, Option<Limit>, &'static str);

fn sort_of(fault: &Fault) -> Sort {
    let is_constant = fault.kind == FaultKind::BoundReached && fault.limit.is_none();
    (fault.kind, fault.limit, if is_constant { fault.said_by } else { "" })
}

/// The faults of one capture; bounded by the number of kinds, of limits and of bounds that are none.
#[derive(Debug, Clone, Default)]
pub struct FaultLog {
    counts: BTreeMap<Sort, FaultCount>,
}

impl FaultLog {
    /// Counts `fault`; the first of its sort is kept.
    pub fn note(&mut self, fault: Fault) {
        self.counts.entry(sort_of(&fault)).and_modify(|seen| seen.count += 1).or_insert(FaultCount { count: 1, first: fault });
    }

    /// Adds what another log counted of a kind; the first fault is the one with the lesser frame.
    pub fn merge(&mut self, other: &FaultCount) {
        let merged = self.counts.entry(sort_of(&other.first)).or_insert(FaultCount { count: 0, first: other.first });
        merged.count = merged.count.saturating_add(other.count);
        if other.first.frame.is_some_and(|frame| merged.first.frame.is_none_or(|known| frame < known)) {
            merged.first = other.first;
        }
    }

    /// The kinds met, in the order of [`FaultKind`]; of one kind, what is of no limit first.
    pub fn iter(&self) -> impl Iterator<Item = &FaultCount> {
        self.counts.values()
    }

    /// Whether nothing was broken.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }
}

/// The faults of several captures that are read as one, by capture.
#[derive(Debug, Clone, Default)]
pub struct FaultLogs {
    logs: Vec<FaultLog>,
}

impl FaultLogs {
    /// Empty logs of so many captures.
    #[must_use]
    pub fn of_captures(captures: usize) -> Self {
        Self { logs: vec![FaultLog::default(); captures] }
    }

    /// The log of `capture`, by its index.
    pub fn of(&mut self, capture: u32) -> &mut FaultLog {
        let index = capture as usize;
        if index >= self.logs.len() {
            self.logs.resize_with(index.saturating_add(1), FaultLog::default);
        }
        // The line above made room for it.
        &mut self.logs[index]
    }

    /// What was counted, capture by capture.
    pub fn iter(&self) -> impl Iterator<Item = &FaultCount> {
        self.logs.iter().flat_map(FaultLog::iter)
    }

    /// Whether nothing was broken in any of them.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.logs.iter().all(FaultLog::is_empty)
    }

    /// The logs, by capture.
    pub fn into_logs(self) -> impl Iterator<Item = FaultLog> {
        self.logs.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bound_is_counted_by_itself_and_of_another_kind_all_together() {
        let bound = |what, frame| Fault::new(FaultKind::BoundReached, what).at_frame(frame);
        let gap = |said_by, frame| Fault::new(FaultKind::TcpGap, said_by).at_frame(frame);
        let mut log = FaultLog::default();
        for fault in [bound("headers", 3), bound("Contacts", 7), bound("headers", 9), gap("one", 4), gap("other", 5)] {
            log.note(fault);
        }
        let mut merged = FaultLog::default();
        log.iter().for_each(|count| merged.merge(count));
        for log in [log, merged] {
            let told: Vec<_> = log.iter().map(|count| (count.first.said_by, count.count, count.first.frame)).collect();
            assert!(
                told.contains(&("headers", 2, Some(3))) && told.contains(&("Contacts", 1, Some(7))) && told.contains(&("one", 2, Some(4)))
            );
            assert_eq!(told.len(), 3);
        }
    }
}
