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
        let reached_limit = match &clue.kind {
            ClueKind::Dns(message) => {
                self.open.note_lookup(clue, message);
                self.names.learn(clue, message).then_some(Limit::Names)
            }
            ClueKind::Greeting(greeting) => {
                let most = self.settings.limits.room(Limit::ConnectionUris);
                mark_hidden(&mut self.open, &self.names, clue, greeting, most).then_some(Limit::ConnectionUris)
            }
            ClueKind::Lost => {
                mark_lost(&mut self.open, clue);
                None
            }
            ClueKind::Unreachable(why) => {
                self.open.failed(clue, *why);
                None
            }
        };
        let of_search = self.open.take_exceeded().then_some(Limit::ComparedRedirects);
        for limit in reached_limit.into_iter().chain(of_search) {
            events.fault(clue.capture, Fault::reached_at(limit, &self.settings.limits, clue.frame));
        }
    }
}
