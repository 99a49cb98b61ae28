//! Takes sightings and clues from the thread that reads, gives them to the thread that judges, many at a time and in the same order.
//!
//! Invariant: the judging thread sees what it would see in one thread: every message, every clue, and until when each capture reaches, in the
//! same order; so the report does not depend on how the threads run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::call::{Clue, Frames, Sighting};
use crate::evidence::{Endpoint, Place, Timestamp, Transport};
use crate::sip::{Head, Message};

/// Octets after which a batch is handed over.
const BATCH_BYTES: usize = 128 << 10;
/// Messages after which a batch is handed over.
const BATCH_MESSAGES: usize = 1_024;
/// Batches that may wait to be judged; the reader waits for the judge beyond that.
const BATCHES: usize = 4;

/// Messages with what the capture knows of them; their octets stand one behind the other.
#[derive(Default)]
pub(super) struct Batch {
    octets: Vec<u8>,
    entries: Vec<Entry>,
    /// Clues, each with how many of the batch's `entries` and `reached` are ahead of it.
    clues: Vec<(usize, usize, Clue)>,
    /// Octets that the clues take.
    clue_bytes: usize,
    /// Captures, and until when each reaches.
    reached: Vec<(u32, Timestamp)>,
}

struct Entry {
    start: usize,
    end: usize,
    head: Head,
    place: Place,
    frames: Frames,
    time: Timestamp,
    source: Endpoint,
    destination: Endpoint,
    transport: Transport,
    truncated: bool,
    copy: bool,
    /// How many of the batch's `reached` are to be told before this message.
    reached: usize,
}

/// Who takes what a batch holds.
pub(super) trait Judge {
    /// The capture holds a frame of that moment.
    fn reached(&mut self, capture: u32, time: Timestamp);
    /// The next message.
    fn seen(&mut self, sighting: &Sighting<'_>);
    /// The next clue.
    fn noticed(&mut self, clue: &Clue);
}

impl Batch {
    fn push(&mut self, sighting: &Sighting<'_>) {
        let start = self.octets.len();
        self.octets.extend_from_slice(sighting.message.octets());
        self.entries.push(Entry {
            start,
            end: self.octets.len(),
            head: *sighting.message.head(),
            place: sighting.place,
            frames: Frames::from_slice(&sighting.frames),
            time: sighting.time,
            source: sighting.source,
            destination: sighting.destination,
            transport: sighting.transport,
            truncated: sighting.truncated,
            copy: sighting.copy,
            reached: self.reached.len(),
        });
    }

    fn push_clue(&mut self, clue: Clue) {
        self.clue_bytes += clue.weight();
        self.clues.push((self.entries.len(), self.reached.len(), clue));
    }

    fn is_full(&self) -> bool {
        self.octets.len() + self.clue_bytes >= BATCH_BYTES || self.entries.len() >= BATCH_MESSAGES
    }

    fn clear(&mut self) {
        self.octets.clear();
        self.entries.clear();
        self.clues.clear();
        self.clue_bytes = 0;
        self.reached.clear();
    }

    /// Gives everything in the batch, in order.
    pub(super) fn each(&self, judge: &mut impl Judge) {
        let mut clues = self.clues.iter().peekable();
        let mut told = 0;
        for (index, entry) in self.entries.iter().enumerate() {
            while let Some((_, reached, clue)) = clues.next_if(|(ahead, ..)| *ahead <= index) {
                told = self.tell(told, *reached, judge);
                judge.noticed(clue);
            }
            told = self.tell(told, entry.reached, judge);
            let octets = self.octets.get(entry.start..entry.end).unwrap_or_default();
            judge.seen(&Sighting {
                message: Message::with_head(octets, entry.head),
                place: entry.place,
                frames: Frames::from_slice(&entry.frames),
                time: entry.time,
                source: entry.source,
                destination: entry.destination,
                transport: entry.transport,
                truncated: entry.truncated,
                copy: entry.copy,
            });
        }
        for (_, reached, clue) in clues {
            told = self.tell(told, *reached, judge);
            judge.noticed(clue);
        }
        self.tell(told, self.reached.len(), judge);
    }

    /// Tells until when captures reach, from the `told`th to ahead of the `until`th; gives how many are told then.
    fn tell(&self, told: usize, until: usize, judge: &mut impl Judge) -> usize {
        for (capture, time) in self.reached.get(told..until).unwrap_or_default() {
            judge.reached(*capture, *time);
        }
        until
    }
}

/// The reader's end.
pub(super) struct Sender {
    full: SyncSender<Batch>,
    empty: Receiver<Batch>,
    batch: Batch,
    /// Until when each capture reaches, and whether that was told.
    covers: Vec<(Timestamp, bool)>,
    untold: Vec<u32>,
    /// How many redirects the other end has judged.
    judged: Arc<AtomicU64>,
}

/// The judge's end.
pub(super) struct Batches {
    full: Receiver<Batch>,
    empty: SyncSender<Batch>,
    judged: Arc<AtomicU64>,
}

/// The two ends, for so many captures.
pub(super) fn batches(captures: usize) -> (Sender, Batches) {
    let (full_in, full_out) = sync_channel(BATCHES);
    let (empty_in, empty_out) = sync_channel(BATCHES + 2);
    let judged = Arc::<AtomicU64>::default();
    let sender = Sender {
        full: full_in,
        empty: empty_out,
        batch: Batch::default(),
        covers: vec![(Timestamp::MIN, true); captures],
        untold: Vec::new(),
        judged: Arc::clone(&judged),
    };
    (sender, Batches { full: full_out, empty: empty_in, judged })
}

impl Sender {
    /// Notes that `capture` holds a frame of that moment.
    #[inline]
    pub(super) fn reaches(&mut self, capture: u32, time: Timestamp) {
        if let Some((latest, told)) = self.covers.get_mut(capture as usize)
            && time > *latest
        {
            *latest = time;
            if *told {
                *told = false;
                self.untold.push(capture);
            }
        }
    }

    /// Hands a message over.
    pub(super) fn send(&mut self, sighting: &Sighting<'_>) {
        self.tell();
        self.batch.push(sighting);
        if self.batch.is_full() {
            self.hand_over();
        }
    }

    /// Hands a clue over.
    pub(super) fn send_clue(&mut self, clue: Clue) {
        self.tell();
        self.batch.push_clue(clue);
        if self.batch.is_full() {
            self.hand_over();
        }
    }

    /// How many redirects the other end has judged by now.
    pub(super) fn judged(&self) -> u64 {
        self.judged.load(Ordering::Relaxed)
    }

    /// Hands over what is left.
    pub(super) fn finish(mut self) {
        self.tell();
        self.hand_over();
    }

    fn tell(&mut self) {
        for capture in self.untold.drain(..) {
            if let Some((latest, told)) = self.covers.get_mut(capture as usize) {
                *told = true;
                self.batch.reached.push((capture, *latest));
            }
        }
    }

    fn hand_over(&mut self) {
        let next = self.empty.try_recv().unwrap_or_default();
        // The judge goes on until this end is dropped; only its panic could stop it, and that is seen when it is joined.
        let _ = self.full.send(std::mem::replace(&mut self.batch, next));
    }
}

impl Batches {
    /// Where it is noted how many redirects were judged.
    pub(super) fn judged(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.judged)
    }

    /// Takes batches until the reader is done, and gives their octets' room back.
    pub(super) fn each(self, mut take: impl FnMut(&Batch)) {
        for mut batch in &self.full {
            take(&batch);
            batch.clear();
            let _ = self.empty.try_send(batch);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::{Judge, batches};
    use crate::call::{Clue, ClueKind, Frames, Sighting};
    use crate::dns;
    use crate::evidence::{Endpoint, Place, Timestamp, Transport};
    use crate::sip::Message;

    /// Writes down what it is told: `r` and a time, `m` or `c` and a frame.
    #[derive(Default)]
    struct Notebook(Vec<String>);

    impl Judge for Notebook {
        fn reached(&mut self, _: u32, time: Timestamp) {
            self.0.push(format!("r{}", time.nanos()));
        }

        fn seen(&mut self, sighting: &Sighting<'_>) {
            self.0.push(format!("m{}", sighting.place.frame));
        }

        fn noticed(&mut self, clue: &Clue) {
            self.0.push(format!("c{}", clue.frame));
        }
    }

    #[test]
    fn messages_clues_and_times_come_out_in_the_order_in_which_they_went_in() {
        let (mut sender, batches) = batches(1);
        let end = Endpoint { address: [192, 0, 2, 1].into(), port: 5060 };
        let mut expected = Vec::new();
        for frame in 1..=9_u64 {
            let time = Timestamp::from_nanos(i128::from(frame));
            sender.reaches(0, time);
            expected.push(format!("r{frame}"));
            if frame % 3 == 0 {
                let kind = ClueKind::Dns(dns::Message::read(&[0; 12]).unwrap());
                sender.send_clue(Clue { capture: 0, frame, time, source: end, destination: end, kind });
                expected.push(format!("c{frame}"));
            } else {
                sender.send(&Sighting {
                    message: Message::scan(b"BYE sip:a@b SIP/2.0\r\n\r\n").unwrap(),
                    place: Place { capture: 0, frame, index: 0 },
                    frames: Frames::new(),
                    time,
                    source: end,
                    destination: end,
                    transport: Transport::Udp,
                    truncated: false,
                    copy: false,
                });
                expected.push(format!("m{frame}"));
            }
        }
        sender.finish();
        let mut notebook = Notebook::default();
        batches.each(|batch| batch.each(&mut notebook));
        assert_eq!(notebook.0, expected);
    }
}
