//! Takes the clues of a capture one by one, gives each to what it bears on.
//!
//! Invariant: a clue opens no redirect and closes none.

use super::calls::Calls;
use super::clue::{Clue, ClueKind};
use super::events::{Events, bound};
use super::hidden::{self, mark_hidden};
use super::names;
use super::unseen::mark_lost;

impl Calls {
    /// Takes the next clue: what the capture shows beside SIP.
    pub fn clue(&mut self, clue: &Clue, events: &mut dyn Events) {
        self.reaches(clue.capture, clue.time);
        let full = match &clue.kind {
            ClueKind::Dns(message) => {
                self.open.note_lookup(clue, message);
                self.names.learn(clue, message).then_some(("names told to clients", names::MAX_NAMES))
            }
            ClueKind::Greeting(greeting) => mark_hidden(&mut self.open, &self.names, clue, greeting)
                .then_some(("URIs that a connection is held against", hidden::MAX_HELD)),
            ClueKind::Lost => {
                mark_lost(&mut self.open, clue);
                None
            }
            ClueKind::Unreachable(why) => {
                self.open.failed(clue, *why);
                None
            }
        };
        if let Some((what, most)) = full {
            events.fault(clue.capture, bound(what, most, clue.frame));
        }
    }
}
