//! Takes octets from the wire, tells whether they are SIP, and cuts a stream of them into messages.
//!
//! Invariant: [`cut`] decides by the octets alone, so every way of chopping a stream gives the same messages; each answer moves forward or
//! asks for more, and what is kept while waiting is bounded by [`MAX_MESSAGE`]. RFC 3261, 7.5 and 18.3; RFC 5626, 3.5.1.

use super::fields::Fields;
use super::name::Name;
use super::resync::{Found, find_start, last_start, next_start};
use super::scan::{decimal, is_token, split, trim};
use super::start_line::{MAX_START_LINE, StartLine, noise_len};
use memchr::{memchr, memchr_iter};

/// Longest message that is cut from a stream or scanned, in octets; no datagram can reach it.
pub const MAX_MESSAGE: usize = 256 * 1024;

/// Tells whether `octets` begin with a SIP start line, keep-alives ahead of it passed over.
///
/// Whatever the port, method and version: `SIP/3.0` is SIP that cannot be decoded.
#[must_use]
pub fn is_sip(octets: &[u8]) -> bool {
    match octets.first() {
        Some(first) if is_token(*first) => StartLine::is_at(octets),
        Some(b'\r' | b'\n' | 0) => StartLine::is_at(split(octets, noise_len(octets)).1),
        _ => false,
    }
}

/// Tells whether a message begins as SIP of which `octets` are the first; none where that depends on those that follow.
#[must_use]
pub fn begins_as_sip(octets: &[u8]) -> Option<bool> {
    let (_, front) = split(octets, noise_len(octets));
    // What is no method, and no version either, need not be read on.
    if front.iter().find(|octet| !is_token(**octet)).is_some_and(|octet| !matches!(octet, b' ' | b'\t' | b'/')) {
        return Some(false);
    }
    let (line, is_ended) = memchr(b'\n', front).map_or((front, false), |end| (split(front, end.saturating_add(1)).0, true));
    if is_ended || front.len() > MAX_START_LINE {
        return Some(StartLine::is_at(line));
    }
    match find_start(line, 0) {
        Found::At(0) | Found::Perhaps(0) => None,
        _ => Some(false),
    }
}

/// What to do with the octets at the front of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Octets `skip` to `skip + len` are one message.
    Unit {
        /// Octets of keep-alive ahead of it.
        skip: usize,
        /// Octets of the message.
        len: usize,
        /// How its end was found.
        ending: Ending,
    },
    /// The first `len` octets belong to no message.
    Skip {
        /// How many.
        len: usize,
        /// Whether they were keep-alive; anything else means that framing was lost, or never there.
        is_keep_alive: bool,
    },
    /// The answer is open.
    More {
        /// Octets that must be there before the answer can change, counted from the first one that was given.
        at_least: usize,
        /// What to hand to the next call for this same front.
        resume: usize,
    },
}

/// How the end of a message in a stream was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Where Content-Length says, or right behind the header block where there is none (RFC 3261, 18.3 and 20.14).
    Told,
    /// Content-Length lies or cannot be read: at the next start line, or behind the header block.
    Resynced,
    /// With the stream, before the message was complete.
    Cut,
}

/// Finds the next message in `octets`, the unread front of a stream.
///
/// `resume` is 0, or what the [`Step::More`] of an earlier call for a shorter piece of this same front said: that keeps the work linear
/// however small the segments are, and changes no answer.
#[must_use]
pub fn cut(octets: &[u8], resume: usize) -> Step {
    let skip = noise_len(octets);
    let (_, front) = split(octets, skip);
    if front.is_empty() {
        return if skip > 0 { Step::Skip { len: skip, is_keep_alive: true } } else { Step::More { at_least: 1, resume: 0 } };
    }
    let resume = resume.saturating_sub(skip);
    let more = |at_least: usize, resume: usize| Step::More { at_least: skip.saturating_add(at_least), resume: skip.saturating_add(resume) };
    match find_start(front, resume) {
        Found::At(0) => match end_of_message(front, resume) {
            End::At(len, ending) => Step::Unit { skip, len, ending },
            End::Ahead { at_least, resume } => more(at_least, resume),
        },
        Found::Perhaps(0) => more(front.len().saturating_add(1), front.len()),
        Found::At(at) | Found::Perhaps(at) => Step::Skip { len: skip.saturating_add(at), is_keep_alive: false },
    }
}

/// Finds the next message in `octets`, the last unread ones of a stream: it has ended, or a gap follows.
///
/// Gives none where nothing is left that could be told; never [`Step::More`].
#[must_use]
pub fn cut_rest(octets: &[u8]) -> Option<Step> {
    let step = cut(octets, 0);
    if !matches!(step, Step::More { .. }) {
        return Some(step);
    }
    let skip = noise_len(octets);
    let (_, front) = split(octets, skip);
    StartLine::read(front)?;
    // A body that is not all there may have swallowed what follows it.
    let swallowed = head_end(front, 0).filter(|head| !carries_messages(front, *head)).and_then(|head| next_start(front, head));
    Some(match swallowed {
        Some(len) => Step::Unit { skip, len, ending: Ending::Resynced },
        None => Step::Unit { skip, len: front.len(), ending: Ending::Cut },
    })
}

/// Where the message at the front ends.
enum End {
    At(usize, Ending),
    Ahead { at_least: usize, resume: usize },
}

fn end_of_message(front: &[u8], resume: usize) -> End {
    let (window, _) = split(front, MAX_MESSAGE);
    let Some(head) = head_end(window, resume) else {
        if window.len() < MAX_MESSAGE {
            return End::Ahead { at_least: front.len().saturating_add(1), resume: front.len() };
        }
        // A head that never ends: the bound is reached, and the last start line within it is where reading goes on, for the heads of those
        // ahead of it do not end either.
        let first_line = StartLine::read(window).map_or(1, |start| start.end.max(1) as usize);
        return End::At(last_start(window, first_line).unwrap_or(MAX_MESSAGE), Ending::Resynced);
    };
    let Some(len) = body_len(front, head) else { return End::At(head, Ending::Resynced) };
    let end = head.saturating_add(len);
    if end > front.len() {
        return End::Ahead { at_least: end, resume: head };
    }
    // A body that holds a start line and a header has swallowed the next message, unless its type says that it carries one.
    match next_start(split(front, end).0, head) {
        Some(at) if !carries_messages(front, head) => End::At(at, Ending::Resynced),
        _ => End::At(end, Ending::Told),
    }
}

/// Where the header block ends, its empty line included; the line end ahead of that line is not sought before `resume - 3`.
fn head_end(front: &[u8], resume: usize) -> Option<usize> {
    let from = resume.saturating_sub(3);
    memchr_iter(b'\n', front.get(from..)?).find_map(|at| {
        let next = from.saturating_add(at).saturating_add(1);
        match front.get(next..)? {
            [b'\n', ..] => Some(next.saturating_add(1)),
            [b'\r', b'\n', ..] => Some(next.saturating_add(2)),
            _ => None,
        }
    })
}

/// The length of the body that the first Content-Length says, 0 without one, as streams want it (RFC 3261, 18.3 and 20.14).
///
/// None where it cannot be read, or says more than [`MAX_MESSAGE`] has room for.
fn body_len(front: &[u8], head: usize) -> Option<usize> {
    let Some(value) = value_of(front, head, Name::ContentLength) else { return Some(0) };
    let len = usize::try_from(decimal(trim(value))?).ok()?;
    (head.saturating_add(len) <= MAX_MESSAGE).then_some(len)
}

fn value_of(front: &[u8], head: usize, name: Name) -> Option<&[u8]> {
    let start = StartLine::read(front)?;
    let block = front.get(start.end as usize..head)?;
    Fields::new(block).next_of(name).map(|field| field.value)
}

/// Whether the body's type may hold SIP messages: `message/...` or `multipart/...`.
fn carries_messages(front: &[u8], head: usize) -> bool {
    value_of(front, head, Name::ContentType).is_some_and(|value| {
        let (kind, _) = split(value, memchr(b'/', value).unwrap_or(0));
        let kind = trim(kind);
        kind.eq_ignore_ascii_case(b"message") || kind.eq_ignore_ascii_case(b"multipart")
    })
}
