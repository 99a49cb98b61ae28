//! Takes the clues of a capture one by one, gives each to what it bears on.
//!
//! Invariant: a clue opens no redirect and closes none.

use super::calls::Calls;
use super::clue::{Clue, ClueKind};
use super::events::Events;
use super::hidden::mark_hidden;
use super::unseen::mark_lost;
use crate::fault::Fault;
use crate::limit::Limit;

impl Calls {
    /// Takes the next clue: what the capture shows beside SIP.
    pub fn clue(&mut self, clue: &Clue, events: &mut dyn Events) {
        self.reaches(clue.capture, clue.time);
        match &clue.kind {
            ClueKind::Dns(message) => {
                self.open.note_lookup(clue, message);
                self.names.learn(clue, message).for_each(|fault| events.fault(clue.capture, fault));
            }
            ClueKind::Greeting(greeting) => {
                let most = self.settings.limits.room(Limit::ConnectionUris);
                if mark_hidden(&mut self.open, &self.names, clue, greeting, most) {
                    self.tell_at(Limit::ConnectionUris, clue, events);
                }
            }
            ClueKind::Lost => mark_lost(&mut self.open, clue),
            ClueKind::Unreachable(why) => self.open.failed(clue, *why),
        }
        if self.open.take_exceeded() {
            self.tell_at(Limit::ComparedRedirects, clue, events);
        }
    }

    fn tell_at(&self, limit: Limit, clue: &Clue, events: &mut dyn Events) {
        events.fault(clue.capture, Fault::reached_at(limit, &self.settings.limits, clue.frame));
    }
}
