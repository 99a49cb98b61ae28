//! Takes the clues of a capture one by one, gives each to what it bears on.
//!
//! Invariant: a clue opens no redirect and closes none.

use super::calls::Calls;
use super::clue::{Clue, ClueKind};
use super::events::{Events, bound};
use super::hidden::mark_hidden;
use super::names;
use super::unseen::mark_lost;

impl Calls {
    /// Takes the next clue: what the capture shows beside SIP.
    pub fn clue(&mut self, clue: &Clue, events: &mut dyn Events) {
        self.reaches(clue.capture, clue.time);
        let is_full = match &clue.kind {
            ClueKind::Dns(message) => {
                self.open.note_lookup(clue, message);
                self.names.learn(clue, message)
            }
            ClueKind::Greeting(greeting) => {
                mark_hidden(&mut self.open, &self.names, clue, greeting);
                false
            }
            ClueKind::Lost => {
                mark_lost(&mut self.open, clue);
                false
            }
            ClueKind::Unreachable(why) => self.open.failed(clue, *why),
        };
        if is_full {
            events.fault(clue.capture, bound("names told to clients", names::MAX_NAMES, clue.frame));
        }
    }
}
