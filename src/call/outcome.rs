//! Takes responses to attempts and to redirected requests, gives what became of these.
//!
//! Invariant: the first final response of a transaction is its outcome; others are told as repetitions (RFC 3261, 17.1.1.2).

use super::calls::Calls;
use super::events::keep;
use super::redirect::{Attempt, Outcome, Repeat};
use super::sighting::Sighting;

impl Calls {
    /// Notes that an attempt was answered, and with which To tag.
    pub(super) fn answered(&mut self, attempt: Option<(u64, usize)>, sighting: &Sighting<'_>) {
        let mut is_full = self.is_full;
        let Some(attempt) = self.attempt_mut(attempt) else { return };
        if let Some(status @ 101..=199) = sighting.message.status() {
            attempt.rang.get_or_insert(Outcome { status, place: sighting.place, time: sighting.time });
        }
        if let Some(tag) = sighting.message.to_tag()
            && !attempt.to_tags.iter().any(|known| **known == *tag)
        {
            keep(&mut attempt.to_tags, tag.to_vec(), &mut is_full);
        }
        self.is_full = is_full;
    }

    pub(super) fn finished(&mut self, attempt: Option<(u64, usize)>, sighting: &Sighting<'_>, status: u16) {
        if let Some(open) = attempt.and_then(|(number, _)| self.open.get_mut(number)) {
            open.last_event = open.last_event.max(sighting.time);
        }
        if let Some(attempt) = self.attempt_mut(attempt) {
            attempt.outcome = Some(Outcome { status, place: sighting.place, time: sighting.time });
        }
    }

    pub(super) fn attempt_mut(&mut self, attempt: Option<(u64, usize)>) -> Option<&mut Attempt> {
        let (number, index) = attempt?;
        self.open.get_mut(number)?.redirect.attempts.get_mut(index)
    }

    pub(super) fn repeated(&mut self, redirect: u64, sighting: &Sighting<'_>, status: u16) {
        if let Some(open) = self.open.get_mut(redirect) {
            keep(&mut open.redirect.repeats, Repeat { place: sighting.place, time: sighting.time, status }, &mut self.is_full);
        }
    }
}
