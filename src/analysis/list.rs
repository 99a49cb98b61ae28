//! Takes captures, gives every SIP message in them as a row: one pass, in the order in which the messages were completed.
//!
//! Invariant: what is remembered is bounded. A capture whose frames are not in order of time is listed as it stands, as tshark does, unless
//! its redirects are judged as well.

use crate::call::{Clue, Sighting};
use crate::capture::{Capture, Frame};
use crate::evidence::{Timestamp, Transport};
use crate::fault::{Fault, FaultKind};
use crate::filter::{FrameFacts, FrameWords, Row};
use crate::flow::Unit;
use crate::packet::{Layers, Path, plain_datagram};
use crate::report::model::Report;

use super::batch::Judge;
use super::clocks::Clocks;
use super::collect::Judged;
use super::conversations::Conversations;
use super::exchanges::Exchanges;
use super::judging::Judging;
use super::kept::KeptFrames;
use super::{Audit, Audited, Error, Found, Input, Options, PROGRESS_FRAMES, Progress, Sightings, advance, how_far, open, tell};

/// What is to be listed.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// How many frames to read at most, of all captures together.
    pub frames: Option<u64>,
    /// Which ports carry SIP and which do not, the last word on a port counts; else SIP is known by its first octets.
    pub decode_as: Vec<DecodeAs>,
    /// Whether conversations are numbered and sequence numbers counted from their first: that costs something for every frame.
    pub conversations: bool,
    /// Whether rows tell what the captures say of interfaces and frames in words.
    pub words: bool,
    /// Whether redirects are judged beside.
    pub judges: bool,
    /// By which secrets TLS is opened, how much is held, and by which measure redirects are judged.
    pub options: Options,
}

/// A word on what some ports carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeAs {
    /// UDP, or TCP with what it carries.
    pub transport: Transport,
    /// The first port.
    pub first: u16,
    /// The last port.
    pub last: u16,
    /// Whether it is SIP.
    pub is_sip: bool,
}

impl DecodeAs {
    fn covers(&self, unit: &Unit<'_>) -> bool {
        let ports = self.first..=self.last;
        (self.transport == Transport::Udp) == (unit.transport == Transport::Udp)
            && (ports.contains(&unit.source.port) || ports.contains(&unit.destination.port))
    }
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is shown.
    Shown,
    /// It is not.
    PassedOver,
    /// No more rows are wanted.
    Enough,
}

/// Reads `inputs` as one capture, merged by time, and gives every SIP message to `take`; the report tells how complete the captures are, and the
/// redirects where they were to be judged.
///
/// # Errors
/// When an input cannot be read at all.
pub fn list(
    inputs: &[Input],
    listing: &Listing,
    progress: &mut dyn FnMut(&Progress),
    take: &mut dyn FnMut(&Row<'_>) -> Taken,
) -> Result<Report, Error> {
    Ok(list_some(inputs, listing, progress, take, false, &mut |_| {})?.report)
}

/// The same, with a last look at what was judged: `select` says what of it is told, with of what the redirects consist where `keeps_members`.
pub(super) fn list_some(
    inputs: &[Input],
    listing: &Listing,
    progress: &mut dyn FnMut(&Progress),
    take: &mut dyn FnMut(&Row<'_>) -> Taken,
    keeps_members: bool,
    select: &mut dyn FnMut(&mut Judged),
) -> Result<Audited, Error> {
    let clocks = Clocks::of_inputs(inputs);
    let mut merge = open(inputs, &clocks, Capture::open)?;
    let is_in_time_order = listing.judges && merge.captures().iter().all(Capture::can_be_reopened);
    if is_in_time_order {
        merge = open(inputs, &clocks, Capture::open_in_time_order)?;
    }
    let captures = merge.captures().len();
    let mut audit = Audit::new(merge, &listing.options);
    let mut judging = Judging::new(&listing.options, captures, keeps_members);
    let mut rows = Rows::new(listing);
    let Audit { merge, flow, sightings, faults, .. } = &mut audit;
    let mut frames = 0_u64;
    while !rows.is_over && listing.frames.is_none_or(|most| frames < most) && advance(merge, flow) {
        let Some((capture, frame)) = merge.frame() else { break };
        frames += 1;
        judging.reached(capture, frame.time);
        rows.begin(&frame, merge.captures().get(capture as usize));
        let judge = listing.judges.then_some(&mut judging);
        let mut found = Shown { rows: &mut rows, judge, frame: Some((capture, frame)), path: Path::default(), take };
        flow.push(capture, &frame, faults, &mut |unit| found.look(&unit, listing, sightings));
        // A row tells no connections, but what is judged beside may hang on one.
        let signs = flow.take_signs();
        if listing.judges {
            signs.for_each(|sign| tell(&mut judging, sign));
        }
        rows.end(capture, &frame);
        rows.take_bounds().for_each(|fault| faults.of(capture).note(fault.at_frame(frame.number)));
        if frames.is_multiple_of(PROGRESS_FRAMES) {
            progress(&how_far(merge, 0));
        }
    }
    if !rows.is_over {
        let judge = listing.judges.then_some(&mut judging);
        let mut found = Shown { rows: &mut rows, judge, frame: None, path: Path::default(), take };
        flow.finish(faults, &mut |unit| found.look(&unit, listing, sightings));
        rows.take_bounds().for_each(|fault| faults.of(0).note(fault));
        if listing.judges {
            flow.take_signs().for_each(|sign| tell(&mut judging, sign));
        }
    }
    let mut judged = judging.finish();
    select(&mut judged);
    let mut members = judged.take_members();
    members.is_in_time_order = is_in_time_order;
    let mut report = audit.report(judged);
    clocks.tell(&mut report);
    Ok(Audited { report, members })
}

impl Listing {
    /// Whether `unit` may be SIP by what the ports carry.
    fn is_sip(&self, unit: &Unit<'_>) -> bool {
        self.decode_as.iter().rev().find(|word| word.covers(unit)).is_none_or(|word| word.is_sip)
    }
}

/// What is done with the messages: they are judged where that is asked for, and given as rows.
struct Shown<'a, 'b> {
    rows: &'a mut Rows,
    judge: Option<&'a mut Judging>,
    /// The frame that is read.
    frame: Option<(u32, Frame<'b>)>,
    /// The way of the unit that is looked at.
    path: Path,
    take: &'a mut dyn FnMut(&Row<'_>) -> Taken,
}

impl Shown<'_, '_> {
    fn look(&mut self, unit: &Unit<'_>, listing: &Listing, sightings: &mut Sightings) {
        if listing.is_sip(unit) {
            self.path = unit.path;
            sightings.take(unit, self);
        }
    }
}

impl Found for Shown<'_, '_> {
    fn message(&mut self, sighting: &Sighting<'_>, _: &Unit<'_>) {
        if let Some(judge) = &mut self.judge {
            judge.seen(sighting);
        }
        self.rows.give(sighting, &self.path, self.frame.as_ref(), self.take);
    }

    fn clue(&mut self, clue: Clue, _: &[u64]) {
        if let Some(judge) = &mut self.judge {
            judge.noticed(&clue);
        }
    }
}

/// What is remembered to make rows of messages.
struct Rows {
    conversations: Option<Conversations>,
    tells_words: bool,
    exchanges: Exchanges,
    kept: KeptFrames,
    first: Option<Timestamp>,
    previous: Option<Timestamp>,
    displayed: Option<Timestamp>,
    /// The frame that is read.
    current: FrameFacts,
    /// Its headers, once somebody has asked.
    layers: Option<Layers>,
    /// Whether a frame was asked for that is kept no more.
    misses_frame: bool,
    is_over: bool,
}

impl Rows {
    /// The bounds that were reached since this was last asked.
    fn take_bounds(&mut self) -> impl Iterator<Item = Fault> {
        let is_frame_missed = std::mem::take(&mut self.misses_frame);
        let has_conversations_left = self.conversations.as_mut().is_some_and(Conversations::take_exceeded);
        let bounds = [
            (is_frame_missed, "frames kept for rows"),
            (has_conversations_left, "conversations numbered for rows"),
            (self.exchanges.take_exceeded(), "messages remembered for rows"),
        ];
        bounds.into_iter().filter(|(is_reached, _)| *is_reached).map(|(_, what)| Fault::new(FaultKind::BoundReached, what))
    }

    fn new(listing: &Listing) -> Self {
        Self {
            conversations: listing.conversations.then(Conversations::default),
            tells_words: listing.words,
            exchanges: Exchanges::default(),
            kept: KeptFrames::default(),
            first: None,
            previous: None,
            displayed: None,
            current: FrameFacts::default(),
            layers: None,
            misses_frame: false,
            is_over: false,
        }
    }

    /// Takes a frame, ahead of what it completes; its capture may know by which interface it came in.
    fn begin(&mut self, frame: &Frame<'_>, capture: Option<&Capture>) {
        let has_interfaces = capture.is_some_and(Capture::has_interfaces);
        let first = *self.first.get_or_insert(frame.time);
        self.current = FrameFacts {
            number: frame.number,
            time: frame.time,
            len: frame.original_len,
            cap_len: u32::try_from(frame.data.len()).unwrap_or(u32::MAX),
            interface: has_interfaces.then_some(frame.interface),
            relative: frame.time.nanos_since(first),
            delta: frame.time.nanos_since(self.previous.unwrap_or(frame.time)),
            delta_displayed: 0,
            words: capture.filter(|_| self.tells_words).map(words_of).unwrap_or_default(),
        };
        self.previous = Some(frame.time);
        self.layers = self.conversations.as_mut().map(|conversations| {
            let mut layers = Layers::of(frame);
            conversations.number(&mut layers, frame.time);
            layers
        });
    }

    /// Keeps a frame that may carry what is completed later.
    fn end(&mut self, capture: u32, frame: &Frame<'_>) {
        if plain_datagram(frame).is_none() {
            let layers = self.layers.take().unwrap_or_else(|| Layers::of(frame));
            self.kept.keep(capture, self.current.clone(), layers);
        }
    }

    /// Gives the row of a message that came by `path`; `frame` is the one that is read, which nearly always completed it.
    fn give(&mut self, sighting: &Sighting<'_>, path: &Path, frame: Option<&(u32, Frame<'_>)>, take: &mut dyn FnMut(&Row<'_>) -> Taken) {
        let computed = self.exchanges.see(sighting);
        if self.is_over {
            return;
        }
        let place = sighting.place;
        let (mut facts, mut layers) = match frame {
            Some((capture, frame)) if (*capture, frame.number) == (place.capture, place.frame) => {
                (self.current.clone(), self.layers.get_or_insert_with(|| Layers::of(frame)).clone())
            }
            _ => self.kept.get(place.capture, place.frame).cloned().unwrap_or_else(|| {
                self.misses_frame = true;
                let forgotten = FrameFacts { number: place.frame, time: sighting.time, ..FrameFacts::default() };
                (forgotten, Layers::default())
            }),
        };
        let reached = layers.iter().count();
        layers.end_at(sighting.source, sighting.destination, sighting.transport, path, sighting.message.octets().len());
        if let Some(conversations) = &mut self.conversations
            && layers.iter().count() > reached
        {
            conversations.number(&mut layers, sighting.time);
        }
        facts.delta_displayed = facts.time.nanos_since(self.displayed.unwrap_or(facts.time));
        match take(&Row { sighting, frame: &facts, layers: &layers, computed: &computed }) {
            Taken::Shown => self.displayed = Some(facts.time),
            Taken::PassedOver => {}
            Taken::Enough => self.is_over = true,
        }
    }
}

/// What `capture` says in words of the frame last read.
fn words_of(capture: &Capture) -> FrameWords {
    FrameWords {
        interface_name: capture.has_interfaces().then(|| capture.interface_words().name().into()),
        comments: capture.comments().into_iter().map(Box::from).collect(),
    }
}
