//! Takes responses to attempts, gives what became of these.
//!
//! Invariant: the first final response counts (RFC 3261, 17.1.1.2); of provisional ones and of a success the To tag is kept, for the dialogs
//! that they make (RFC 3261, 12.1).

use std::sync::Arc;

use super::calls::Calls;
use super::redirect::{Attempt, Kept, Outcome};
use super::sighting::Sighting;

impl Calls {
    /// Notes that an attempt was answered, and with which To tag.
    pub(super) fn answered(&mut self, attempt: Option<(u64, usize)>, sighting: &Sighting<'_>) {
        let Some(attempt) = attempt.and_then(|(number, index)| self.open.get_mut(number)?.redirect.attempts.get_mut(index)) else { return };
        attempt.is_answered = true;
        if let Some(status @ 101..=199) = sighting.message.status() {
            attempt.rang.get_or_insert(Outcome { status, place: sighting.place, time: sighting.time });
        }
        if let Some(tag) = sighting.message.to_tag()
            && !attempt.to_tags.iter().any(|known| **known == *tag)
        {
            self.room.keep(&mut attempt.to_tags, tag.to_vec());
        }
    }

    /// Notes the final response to an attempt, and the whole of it where it asks for credentials.
    pub(super) fn finished(&mut self, attempt: Option<(u64, usize)>, sighting: &Sighting<'_>, status: u16) {
        let Some((number, index)) = attempt else { return };
        let Some(open) = self.open.get_mut(number) else { return };
        open.last_event = open.last_event.max(sighting.time);
        let Some(attempt) = open.redirect.attempts.get_mut(index) else { return };
        attempt.outcome = Some(Outcome { status, place: sighting.place, time: sighting.time });
        if matches!(status, 401 | 407) {
            let challenge: Kept = Arc::new(sighting.to_kept());
            attempt.challenge = Some(challenge.clone());
            self.open.count(number, &challenge);
        }
    }

    /// The attempt that a transaction is.
    pub(super) fn attempt_mut(&mut self, attempt: Option<(u64, usize)>) -> Option<&mut Attempt> {
        let (number, index) = attempt?;
        self.open.get_mut(number)?.redirect.attempts.get_mut(index)
    }
}
