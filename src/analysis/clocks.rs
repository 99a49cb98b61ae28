//! Takes the captures that are to be read as one, gives by how much the clock of each is ahead of the others'.
//!
//! A bounded first look at each capture finds messages that stand in two of them: the same start line, Call-ID, CSeq and branch of the top Via,
//! which name one message on one hop, whatever a NAT has done to its addresses. The differences of their times are the difference of the
//! clocks and the time on the way. What went one way and what went the other differ by that time twice, so the middle of both is the clocks',
//! and half of their distance is how far it may be off, as in NTP (RFC 5905, 8). Medians bear lost first sendings.
//!
//! Invariant: without a message in common nothing is claimed, and where the look was too short for one, a hint says so; what lies within its own
//! uncertainty is no offset.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::path::Path;

use super::{Input, SipCutter};
use crate::capture::Capture;
use crate::evidence::Timestamp;
use crate::fault::FaultLogs;
use crate::flow::{Flow, Unit};
use crate::limit::Limits;
use crate::report::model::{self, Report};
use crate::sip::{Message, is_sip};

/// How many captures are looked at; the clocks of further ones are taken to be right.
const CAPTURES_LOOKED_AT: usize = 16;
/// How many SIP messages of each are looked at.
const MESSAGES_LOOKED_AT: usize = 4_096;
/// How many frames of each are looked at, for those messages.
const FRAMES_LOOKED_AT: usize = 1 << 20;
/// How many pairs of captures are named in hints, of each kind.
const PAIRS_TOLD: usize = 10;

/// What is known of the clock of a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Clock {
    /// By how much it is ahead of the clock of the first capture that it shares messages with, in nanoseconds.
    pub(super) ahead: i64,
    /// How far that may be off, in nanoseconds; `None` where it cannot be told, because messages of one direction alone are shared.
    pub(super) uncertainty: Option<i64>,
    /// The messages in common on which it stands; 0 for a clock that the others are held to.
    pub(super) messages: u64,
}

/// What a first look at several captures gives.
#[derive(Debug, Default)]
pub(super) struct Clocks {
    /// By capture; those that were not looked at have none.
    clocks: Vec<Clock>,
    /// By capture: to which it is held, and whether all of it was looked at.
    looks: Vec<(usize, bool)>,
    /// The pairs of captures that have addresses, times, and no call in common.
    strangers: Vec<Pair>,
}

impl Clocks {
    /// The clock of `capture`.
    pub(super) fn of(&self, capture: usize) -> Clock {
        self.clocks.get(capture).copied().unwrap_or_default()
    }

    /// Looks at `inputs`; what is no file that can be read twice is left out.
    pub(super) fn of_inputs(inputs: &[Input]) -> Self {
        if inputs.len() < 2 {
            return Self::default();
        }
        let hasher = foldhash::quality::RandomState::default();
        let looks = inputs.iter().take(CAPTURES_LOOKED_AT).map(|input| match input {
            Input::File(path) => Look::at(path, &hasher),
            Input::Stdin => Look::default(),
        });
        Self::of_looks(&looks.collect::<Vec<_>>())
    }

    fn of_looks(looks: &[Look]) -> Self {
        let pairs = shared(looks);
        let (clocks, roots): (Vec<Clock>, Vec<usize>) = clocks(looks.len(), &pairs).into_iter().unzip();
        let looks_of = roots.into_iter().zip(looks.iter().map(|look| look.is_whole)).collect();
        Self { clocks, looks: looks_of, strangers: strangers(looks, &pairs) }
    }

    /// Tells in `report` what is known of the clocks of its captures, and hints at what is not.
    pub(super) fn tell(&self, report: &mut Report) {
        for (index, capture) in report.captures.iter_mut().enumerate() {
            let clock = self.of(index);
            capture.clock_offset_ms = model::milliseconds(clock.ahead);
            capture.clock_offset_uncertainty_ms = clock.uncertainty.map(model::milliseconds);
            capture.clock_offset_messages = clock.messages;
        }
        let strangers = told_pairs(
            &report.captures,
            self.strangers.iter().copied(),
            "have addresses and times in common, and no call: where they have nothing to do with each other, --separate keeps them apart",
        );
        let looked_at = format!(
            "overlap in time, and the first look at clocks, at {MESSAGES_LOOKED_AT} messages of {CAPTURES_LOOKED_AT} files at most, found no message in both: \
             their clocks are taken to be right; where they have nothing to do with each other, --separate keeps them apart"
        );
        let uncompared = told_pairs(&report.captures, self.uncompared(&report.captures), &looked_at);
        report.hints.extend(strangers.into_iter().chain(uncompared));
    }

    /// The pairs of captures that overlap in time, of which not all was looked at, and that are not held to one clock.
    fn uncompared(&self, captures: &[model::Capture]) -> impl Iterator<Item = Pair> {
        let nanos = |time: &Option<String>| time.as_deref().and_then(|time| time.parse::<i128>().ok());
        let spans = captures.iter().map(|capture| nanos(&capture.first_epoch_ns).zip(nanos(&capture.last_epoch_ns))).collect::<Vec<_>>();
        let overlap = |one: Option<(i128, i128)>, other: Option<(i128, i128)>| {
            one.zip(other).is_some_and(|(one, other)| one.0 < other.1 && other.0 < one.1)
        };
        let is_known = |one: usize, other: usize| {
            let looks = self.looks.get(one).zip(self.looks.get(other));
            looks.is_some_and(|((root, is_whole), (other_root, is_other_whole))| root == other_root || (*is_whole && *is_other_whole))
        };
        let pairs = (0..spans.len()).flat_map(|high| (0..high).map(move |low| (low, high)));
        pairs.filter(move |&(low, high)| {
            let span = |index: usize| spans.get(index).copied().flatten();
            overlap(span(low), span(high)) && !is_known(low, high)
        })
    }
}

/// What is to be said of pairs of captures, each in a hint; of many, how many more there are.
fn told_pairs(captures: &[model::Capture], mut pairs: impl Iterator<Item = Pair>, what: &str) -> Vec<String> {
    let path = |index: usize| captures.get(index).map(|capture| capture.path.as_str()).unwrap_or_default();
    let mut hints: Vec<String> =
        pairs.by_ref().take(PAIRS_TOLD).map(|(one, other)| format!("{} and {} {what}", path(one), path(other))).collect();
    let more = pairs.count();
    if more > 0 {
        hints.push(format!("{more} more pairs of captures {what}"));
    }
    hints
}

/// A message in a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    time: Timestamp,
    from: IpAddr,
    to: IpAddr,
}

/// What a first look at one capture has shown; order never comes from its hash map.
#[derive(Debug, Default)]
struct Look {
    /// Each message where it was first seen.
    messages: HashMap<u64, Seen, foldhash::fast::RandomState>,
    /// The Call-IDs.
    calls: BTreeSet<u64>,
    addresses: BTreeSet<IpAddr>,
    /// The times between which the messages stand.
    span: Option<(Timestamp, Timestamp)>,
    /// Whether all of the capture was looked at.
    is_whole: bool,
}

impl Look {
    /// Looks at the capture at `path`; one that cannot be opened shows nothing, and says so when it is read.
    fn at(path: &Path, hasher: &impl BuildHasher) -> Self {
        let mut look = Self::default();
        // A pipe gives its octets once only.
        let is_file = path.metadata().is_ok_and(|about| about.is_file());
        let Some(mut capture) = is_file.then(|| Capture::open(path).ok()).flatten() else { return look };
        let mut flow = Flow::new(Limits::default(), SipCutter);
        let mut faults = FaultLogs::default();
        let mut count = 0;
        for _ in 0..FRAMES_LOOKED_AT {
            if count >= MESSAGES_LOOKED_AT {
                break;
            }
            let Some(frame) = capture.advance().then(|| capture.frame()).flatten() else {
                look.is_whole = true;
                break;
            };
            flow.push(0, &frame, &mut faults, &mut |unit| count += usize::from(look.take(&unit, hasher)));
            drop(flow.take_signs());
        }
        look
    }

    /// Takes a unit; says whether it is a message.
    fn take(&mut self, unit: &Unit<'_>, hasher: &impl BuildHasher) -> bool {
        if unit.quoted.is_some() || !is_sip(unit.bytes) {
            return false;
        }
        let Some(message) = Message::scan(unit.bytes) else { return false };
        let via = message.top_via();
        let branch = via.as_ref().and_then(|via| via.branch()).unwrap_or_default();
        let (call_id, cseq) = (message.call_id().unwrap_or_default(), message.cseq().map(|cseq| cseq.number));
        let key = hasher.hash_one((message.start_line(), call_id, cseq, branch));
        let seen = Seen { time: unit.time, from: unit.source.address, to: unit.destination.address };
        self.add(key, hasher.hash_one(call_id), seen);
        true
    }

    fn add(&mut self, key: u64, call: u64, seen: Seen) {
        self.messages.entry(key).or_insert(seen);
        self.calls.insert(call);
        self.addresses.extend([seen.from, seen.to]);
        self.span = Some(self.span.map_or((seen.time, seen.time), |(first, last)| (first.min(seen.time), last.max(seen.time))));
    }
}

/// Two captures, the lesser index first.
type Pair = (usize, usize);

/// What two captures have in common: by how much the later one's time of each message is ahead, and who sent it to whom, as the earlier one
/// has it.
type Shared = BTreeMap<Pair, Vec<(i64, IpAddr, IpAddr)>>;

fn shared(looks: &[Look]) -> Shared {
    let mut shared = Shared::new();
    for (high, later) in looks.iter().enumerate() {
        for (low, earlier) in looks.iter().enumerate().take(high) {
            let both = later.messages.iter().filter_map(|(key, there)| earlier.messages.get(key).map(|here| (here, there)));
            let mut ahead: Vec<_> = both.map(|(here, there)| (there.time.nanos_since(here.time), here.from, here.to)).collect();
            if !ahead.is_empty() {
                // The hash map has no order that could be kept.
                ahead.sort_unstable();
                shared.insert((low, high), ahead);
            }
        }
    }
    shared
}

/// The clock of each of `count` captures, held to the first of those that it shares messages with, directly or by others, and which one that is.
fn clocks(count: usize, pairs: &Shared) -> Vec<(Clock, usize)> {
    let mut clocks: Vec<Option<(Clock, usize)>> = vec![None; count];
    for root in 0..count {
        if clocks.get(root).is_some_and(Option::is_some) {
            continue;
        }
        set(&mut clocks, root, (Clock::default(), root));
        let mut reached = VecDeque::from([(root, Clock::default())]);
        while let Some((from, base)) = reached.pop_front() {
            for (&(low, high), messages) in pairs {
                let (to, sign) = match from {
                    _ if from == low => (high, 1),
                    _ if from == high => (low, -1),
                    _ => continue,
                };
                if clocks.get(to).is_some_and(Option::is_some) {
                    continue;
                }
                let between = estimate(messages);
                let clock = Clock {
                    ahead: base.ahead.saturating_add(between.ahead.saturating_mul(sign)),
                    uncertainty: match (from == root, base.uncertainty) {
                        (true, _) => between.uncertainty,
                        (false, base) => base.zip(between.uncertainty).map(|(one, other)| one.saturating_add(other)),
                    },
                    messages: between.messages,
                };
                set(&mut clocks, to, (clock, root));
                reached.push_back((to, clock));
            }
        }
    }
    clocks.into_iter().flatten().map(|(clock, root)| (settled(clock), root)).collect()
}

fn set(clocks: &mut [Option<(Clock, usize)>], index: usize, clock: (Clock, usize)) {
    if let Some(place) = clocks.get_mut(index) {
        *place = Some(clock);
    }
}

/// The clock, with no offset where it may be none.
fn settled(clock: Clock) -> Clock {
    let is_certain = clock.uncertainty.is_none_or(|uncertainty| clock.ahead.saturating_abs() > uncertainty);
    Clock { ahead: if is_certain { clock.ahead } else { 0 }, ..clock }
}

/// The difference of two clocks by the messages in common.
fn estimate(messages: &[(i64, IpAddr, IpAddr)]) -> Clock {
    let mut hops: BTreeMap<(IpAddr, IpAddr), (Vec<i64>, Vec<i64>)> = BTreeMap::new();
    for &(ahead, from, to) in messages {
        let (there, back) = hops.entry((from.min(to), from.max(to))).or_default();
        if from <= to { there.push(ahead) } else { back.push(ahead) }
    }
    let both_ways = hops.values_mut().filter_map(|(there, back)| Some((median(there)?, median(back)?)));
    let (mut middles, mut halves): (Vec<i64>, Vec<i64>) = both_ways
        .map(|(there, back)| (there / 2 + back / 2 + (there % 2 + back % 2) / 2, (there / 2).abs_diff(back / 2).cast_signed()))
        .unzip();
    let count = messages.len() as u64;
    match (median(&mut middles), median(&mut halves)) {
        (Some(ahead), Some(half)) => Clock { ahead, uncertainty: Some(half), messages: count },
        _ => {
            let mut all: Vec<i64> = messages.iter().map(|(ahead, ..)| *ahead).collect();
            Clock { ahead: median(&mut all).unwrap_or(0), uncertainty: None, messages: count }
        }
    }
}

/// The middle one of `numbers`, the lesser of two.
fn median(numbers: &mut [i64]) -> Option<i64> {
    numbers.sort_unstable();
    numbers.get(numbers.len().saturating_sub(1) / 2).copied()
}

/// The pairs that would be mixed though nothing shows that they belong together: addresses and times in common, and no call.
fn strangers(looks: &[Look], pairs: &Shared) -> Vec<Pair> {
    let mut strangers = Vec::new();
    for (high, later) in looks.iter().enumerate() {
        for (low, earlier) in looks.iter().enumerate().take(high) {
            let at_one_time = earlier.span.zip(later.span).is_some_and(|(one, other)| one.0 <= other.1 && other.0 <= one.1);
            let is_all = earlier.is_whole && later.is_whole;
            let share_a_call = pairs.contains_key(&(low, high)) || !earlier.calls.is_disjoint(&later.calls);
            if is_all && at_one_time && !share_a_call && !earlier.addresses.is_disjoint(&later.addresses) {
                strangers.push((low, high));
            }
        }
    }
    strangers
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;

    fn host(number: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, number])
    }

    /// A look at messages: their keys, their times in milliseconds, and the hosts between which they went. Every ten keys are a call.
    fn look(messages: &[(u64, i64, (u8, u8))]) -> Look {
        let mut look = Look { is_whole: true, ..Look::default() };
        for &(key, ms, (from, to)) in messages {
            let time = Timestamp::from_nanos(i128::from(ms * MS));
            look.add(key, key / 10, Seen { time, from: host(from), to: host(to) });
        }
        look
    }

    fn clock(ahead: i64, uncertainty: Option<i64>, messages: u64) -> Clock {
        Clock { ahead: ahead * MS, uncertainty: uncertainty.map(|half| half * MS), messages }
    }

    #[test]
    fn the_way_there_and_back_is_no_part_of_the_offset() {
        // Ten milliseconds on the way; the second clock is 37 s ahead.
        let near = look(&[(1, 0, (1, 2)), (2, 120, (2, 1)), (3, 200, (1, 2))]);
        let far = look(&[(1, 37_010, (1, 2)), (2, 37_100, (2, 1)), (3, 37_210, (1, 2))]);
        let found = Clocks::of_looks(&[near, far]);
        assert_eq!((found.of(0), found.of(1)), (Clock::default(), clock(36_995, Some(15), 3)));
    }

    #[test]
    fn one_direction_alone_tells_an_offset_and_no_uncertainty() {
        let found = Clocks::of_looks(&[look(&[(1, 0, (1, 2)), (2, 9, (1, 2))]), look(&[(1, -60_000, (1, 2)), (2, -59_991, (1, 2))])]);
        assert_eq!(found.of(1), clock(-60_000, None, 2));
    }

    #[test]
    fn clocks_that_may_agree_are_left_alone() {
        let found = Clocks::of_looks(&[look(&[(1, 0, (1, 2)), (2, 130, (2, 1))]), look(&[(1, 40, (1, 2)), (2, 100, (2, 1))])]);
        assert_eq!(found.of(1), clock(0, Some(35), 2));
    }

    #[test]
    fn a_capture_is_held_to_the_first_by_way_of_another() {
        let ends = [(1, 2), (2, 1), (3, 4), (4, 3)];
        let [a, b, c, d] = ends;
        let looks = [
            look(&[(1, 0, a), (2, 100, b)]),
            look(&[(1, 5_000, a), (2, 5_100, b), (30, 6_000, c), (31, 6_100, d)]),
            look(&[(30, 2_000, c), (31, 2_100, d)]),
        ];
        let found = Clocks::of_looks(&looks);
        assert_eq!((found.of(1), found.of(2)), (clock(5_000, Some(0), 2), clock(1_000, Some(0), 2)));
    }

    #[test]
    fn a_first_sending_that_one_capture_lacks_does_not_matter() {
        let of = |shift: i64, first: i64| {
            look(&[(1, shift + first, (1, 2)), (2, shift + 1_000, (2, 1)), (3, shift + 1_010, (1, 2)), (4, shift + 2_000, (1, 2))])
        };
        let found = Clocks::of_looks(&[of(0, 0), of(90_000, 500)]);
        assert_eq!(found.of(1), clock(90_000, Some(0), 4));
    }

    #[test]
    fn captures_without_a_message_in_common_have_no_offset() {
        let found = Clocks::of_looks(&[look(&[(1, 0, (1, 2))]), look(&[(100, 90_000, (3, 4))])]);
        assert_eq!((found.of(1), found.strangers), (Clock::default(), vec![]));
    }

    /// A capture of a report from one second to another.
    fn told(path: &str, seconds: (u64, u64)) -> model::Capture {
        let nanos = |seconds: u64| Some((seconds * 1_000_000_000).to_string());
        model::Capture {
            path: path.to_owned(),
            first_epoch_ns: nanos(seconds.0),
            last_epoch_ns: nanos(seconds.1),
            ..model::Capture::default()
        }
    }

    #[test]
    fn a_look_that_was_too_short_for_a_message_in_common_is_told() {
        let hints = |whole: [bool; 2], keys: [u64; 2], seconds: [(u64, u64); 2]| {
            let looks = [0, 1].map(|at| Look { is_whole: whole[at], ..look(&[(keys[at], 0, (1, at as u8 + 2))]) });
            let captures = vec![told("a", seconds[0]), told("b", seconds[1])];
            let mut report = Report { captures, ..Report::default() };
            Clocks::of_looks(&looks).tell(&mut report);
            report.hints
        };
        let overlap = [(0, 100), (50, 150)];
        let one = hints([true, false], [1, 100], overlap);
        assert!(matches!(&one[..], [hint] if hint.starts_with("a and b overlap in time")), "{one:?}");
        let all = hints([true, true], [1, 100], overlap);
        assert!(matches!(&all[..], [hint] if hint.starts_with("a and b have addresses and times in common, and no call")), "{all:?}");
        assert_eq!(hints([false, false], [1, 1], overlap), [""; 0], "they share a message");
        assert_eq!(hints([false, false], [1, 100], [(0, 100), (100, 150)]), [""; 0], "one goes on where the other ends");
    }

    #[test]
    fn of_captures_beyond_those_that_are_looked_at_some_are_named_and_all_are_counted() {
        let captures = (0..20).map(|n| told(&format!("{n}"), (0, 9))).collect();
        let mut report = Report { captures, ..Report::default() };
        Clocks::of_looks(&[Look { is_whole: true, ..Look::default() }, Look { is_whole: true, ..Look::default() }]).tell(&mut report);
        // All pairs of 20 but the one of those that were looked at.
        assert_eq!(report.hints.len(), PAIRS_TOLD + 1);
        assert!(report.hints[PAIRS_TOLD].starts_with("179 more pairs of captures overlap in time"), "{:?}", report.hints);
    }

    #[test]
    fn captures_that_share_addresses_and_times_but_no_call_are_strangers() {
        let first = || look(&[(1, 0, (1, 2)), (2, 900, (2, 1))]);
        assert_eq!(Clocks::of_looks(&[first(), look(&[(100, 500, (2, 3))])]).strangers, [(0, 1)]);
        assert_eq!(Clocks::of_looks(&[first(), look(&[(100, 5_000, (2, 3))])]).strangers, []);
        assert_eq!(Clocks::of_looks(&[first(), look(&[(100, 500, (3, 4))])]).strangers, []);
        assert_eq!(Clocks::of_looks(&[first(), look(&[(5, 500, (2, 3))])]).strangers, []);
    }
}
