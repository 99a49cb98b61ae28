//! Takes nothing, gives what a ladder is: the messages of a redirect or of a call in their order, between whom they went, and what each is there.
//!
//! Invariant: it stands beside the published shape and is never part of its JSON. It holds text from the wire as it was, bounded as
//! [`LadderMessage::text`] says; whoever shows it escapes it.

use std::sync::Arc;

use super::document::Report;
use super::redirect::{Redirect, Sighting};
use super::word::{FutureVerdict, Level, Part};

/// The messages of one redirect with all its calls, or of one call.
#[derive(Debug, Clone, PartialEq)]
pub struct Ladder {
    /// What it shows.
    pub subject: Subject,
    /// The Call-IDs, in the order of their first message.
    pub call_ids: Vec<String>,
    /// Who takes part, in the order of first appearance.
    pub participants: Vec<Participant>,
    /// The messages, in the order of reading; what a mirror port showed once more is not among them.
    pub messages: Vec<LadderMessage>,
    /// How many messages of its calls are not told, because there are too many.
    pub left_out: u64,
    /// How many copies of mirror ports and second taps are not told.
    pub copies: u64,
}

/// What a ladder shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The redirect of that number, with its attempts and later requests.
    Redirect(u64),
    /// The companion of that number.
    Companion(u64),
    /// A call, which may hold several redirects, or none.
    Call,
}

/// Somebody who sends or receives: an address with the port by which it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// The IP address.
    pub address: String,
    /// Its ports, the one by which it is known first; those of its own connections stand behind.
    pub ports: Vec<u16>,
    /// What part it plays.
    pub part: Part,
    /// User-Agent or Server of the first message that it made itself.
    pub product: Option<String>,
}

/// One message of a ladder: an arrow.
#[derive(Debug, Clone, PartialEq)]
pub struct LadderMessage {
    /// Where and when it was seen.
    pub seen: Sighting,
    /// The Call-ID: its index in [`Ladder::call_ids`].
    pub call: usize,
    /// Who sent it: the index of the participant.
    pub from: usize,
    /// Who received it: the index of the participant.
    pub to: usize,
    /// From where it was sent, `address:port`.
    pub source: String,
    /// Where it was sent, `address:port`.
    pub destination: String,
    /// `udp`, `tcp` or `ws`; `tls` and `wss` where it was decrypted.
    pub transport: String,
    /// The status code of a response.
    pub status: Option<u16>,
    /// Method and Request-URI, or status code and reason phrase.
    pub label: String,
    /// Number and method of CSeq; empty where it cannot be read.
    pub cseq: String,
    /// The Content-Type, where there is a body.
    pub content_type: Option<String>,
    /// The frame of the first transmission, where this is a further one.
    pub repeats: Option<u64>,
    /// Whether the capture cut octets of it off.
    pub truncated: bool,
    /// How many octets it has.
    pub octets: u64,
    /// Its text as it was on the wire, from its beginning; empty where there was too much text already.
    pub text: Arc<str>,
    /// Whether `text` is not all of it.
    pub cut: bool,
    /// What it is in the redirect that the ladder shows; in the ladder of a call, in each redirect.
    pub marks: Vec<Mark>,
}

/// What a message is in one redirect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The redirect or companion.
    pub of: Subject,
    /// What it is there.
    pub is: Standing,
}

/// What a message is in a redirect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The request that was redirected.
    Redirected,
    /// The 3xx itself.
    Redirect,
    /// Its first ACK.
    Ack,
    /// What the client tried: which one, from 1.
    Attempt(usize),
    /// A later request, and what is said of it.
    Later(FutureVerdict),
    /// A finding has this message as its first evidence: which of the redirect's findings, from 0.
    Finding {
        /// Its index among the findings of the redirect.
        index: usize,
        /// The rule.
        rule: String,
        /// How bad it is.
        level: Level,
    },
}

impl Ladder {
    /// The redirect or companion that it shows.
    #[must_use]
    pub fn redirect<'a>(&self, report: &'a Report) -> Option<&'a Redirect> {
        self.subject.of(report)
    }
}

impl Subject {
    /// The redirect or companion of that number.
    #[must_use]
    pub fn of(self, report: &Report) -> Option<&Redirect> {
        let (among, number) = match self {
            Self::Redirect(number) => (&report.redirects, number),
            Self::Companion(number) => (&report.companions, number),
            Self::Call => return None,
        };
        among.iter().find(|redirect| redirect.id == number)
    }
}

impl LadderMessage {
    /// The worst finding that has this message as its first evidence.
    #[must_use]
    pub fn worst(&self) -> Option<Level> {
        let level = |mark: &Mark| match &mark.is {
            Standing::Finding { level, .. } => Some(*level),
            _ => None,
        };
        self.marks.iter().filter_map(level).max()
    }
}
