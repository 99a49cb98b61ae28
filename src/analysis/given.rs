//! Takes what the calls give, hands it to the thread that judges it, several at a time and in the same order.
//!
//! Invariant: no more than [`WAITING`] batches wait, so that a slow judge holds the calls up and not the memory; nothing is lost on the way, and
//! the order of reading stays.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::call::{Events, LaterRequest, Redirect, Watch};
use crate::fault::Fault;

/// How many events go together; each may hold the messages of a whole call.
const TOGETHER: usize = 16;
/// How many batches wait at most.
const WAITING: usize = 4;

/// One event, as [`Events`] names it.
enum Given {
    Closed(Box<Redirect>),
    Later(Box<(Watch, LaterRequest)>),
    Unanswered(u64),
    Fault(u32, Box<Fault>),
}

/// The end at which the calls give.
pub(super) struct Giver {
    sender: SyncSender<Vec<Given>>,
    batch: Vec<Given>,
}

/// The end at which what they gave is taken.
pub(super) struct Taker(Receiver<Vec<Given>>);

/// Both ends.
pub(super) fn channel() -> (Giver, Taker) {
    let (sender, receiver) = sync_channel(WAITING);
    (Giver { sender, batch: Vec::new() }, Taker(receiver))
}

impl Giver {
    fn give(&mut self, given: Given) {
        self.batch.push(given);
        if self.batch.len() >= TOGETHER {
            self.send();
        }
    }

    fn send(&mut self) {
        // The other end is gone only where it has panicked, and whoever joins it hears of that.
        let _ = self.sender.send(std::mem::take(&mut self.batch));
    }
}

impl Drop for Giver {
    fn drop(&mut self) {
        self.send();
    }
}

impl Events for Giver {
    fn closed(&mut self, redirect: Redirect) {
        self.give(Given::Closed(Box::new(redirect)));
    }

    fn later(&mut self, watch: &Watch, request: LaterRequest) {
        self.give(Given::Later(Box::new((watch.clone(), request))));
    }

    fn unanswered(&mut self, acks: u64) {
        self.give(Given::Unanswered(acks));
    }

    fn fault(&mut self, capture: u32, fault: Fault) {
        self.give(Given::Fault(capture, Box::new(fault)));
    }
}

impl Taker {
    /// Tells `events` everything until the calls have no more; `told` is called after each batch.
    pub(super) fn each<E: Events>(self, events: &mut E, mut told: impl FnMut(&E)) {
        for batch in self.0 {
            for given in batch {
                match given {
                    Given::Closed(redirect) => events.closed(*redirect),
                    Given::Later(later) => events.later(&later.0, later.1),
                    Given::Unanswered(acks) => events.unanswered(acks),
                    Given::Fault(capture, fault) => events.fault(capture, *fault),
                }
            }
            told(events);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::FaultKind;

    /// Keeps what it is told, in words.
    #[derive(Default)]
    struct Heard(Vec<String>);

    impl Events for Heard {
        fn closed(&mut self, redirect: Redirect) {
            self.0.push(format!("closed {}", redirect.id));
        }

        fn later(&mut self, watch: &Watch, _: LaterRequest) {
            self.0.push(format!("later {}", watch.redirect));
        }

        fn unanswered(&mut self, acks: u64) {
            self.0.push(format!("unanswered {acks}"));
        }

        fn fault(&mut self, capture: u32, _: Fault) {
            self.0.push(format!("fault {capture}"));
        }
    }

    #[test]
    fn everything_comes_in_order_also_what_was_given_last() {
        let (mut giver, taker) = channel();
        let given = std::thread::spawn(move || {
            for number in 0..1_000_u32 {
                giver.fault(number, Fault::new(FaultKind::BoundReached, "x"));
            }
            giver.unanswered(7);
        });
        let mut heard = Heard::default();
        taker.each(&mut heard, |_| {});
        given.join().unwrap();
        let wanted: Vec<String> = (0..1_000).map(|number| format!("fault {number}")).chain(["unanswered 7".to_owned()]).collect();
        assert_eq!(heard.0, wanted);
    }
}
