//! Takes nothing, gives the published shape `sip3xx.report/1`: what every report is written from, and what the JSON report is.
//!
//! Invariants: no type of another room stands in it, so that the inside may change while the shape stays. Numbers are numbers, times are
//! RFC 3339 in UTC with nanoseconds, absent is null and never left out. Text from the wire is kept as it was, control characters
//! included (octets that are no UTF-8 are U+FFFD); whoever shows it escapes it.

mod aside;
mod capture;
mod document;
mod ladder;
mod moment;
mod redirect;
mod summary;
mod word;

pub use aside::{Addition, All, Aside, Store};
pub use capture::{Capture, Fault, SecondReading};
pub use document::{Options, Orphans, Report, SCHEMA, Tool};
pub use ladder::{Ladder, LadderMessage, Mark, Participant, Standing, Subject};
pub use moment::{Moment, milliseconds, rfc3339};
pub use redirect::{
    Ack, Alternative, Attempt, Chain, Client, Contact, Evidence, Finding, Followed, Future, LaterRequest, Redirect, Request, Response,
    Server, Sighting,
};
pub use summary::{Findings, Futures, Summary, Verdicts};
pub use word::{AlternativeKind, FutureVerdict, Level, Link, NextHop, Part, Party, Role, Verdict};
