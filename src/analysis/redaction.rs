//! Takes the messages of an analysis, gives them with pseudonyms in the place of persons, all by one key.
//!
//! Invariant: the key follows from the first message that comes, so that the same captures give the same pseudonyms, and whoever does not have that message
//! as it was does not have the key.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use crate::call::Sighting;
use crate::sip::Message;
use crate::sip::redact::{Key, Redactor};

/// What puts pseudonyms in the place of persons; what was cloned has the same key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Redaction(Arc<OnceLock<Key>>);

impl Redaction {
    /// What puts pseudonyms in `octets`, and in all messages behind it.
    pub(super) fn redactor(&self, octets: &[u8]) -> Redactor {
        Redactor::new(*self.0.get_or_init(|| Key::of(octets)))
    }

    /// Has `take` take a sighting, with pseudonyms where they are asked for.
    pub(super) fn give<T>(redaction: Option<&Self>, sighting: &Sighting<'_>, take: impl FnOnce(&Sighting<'_>) -> T) -> T {
        match redaction {
            None => take(sighting),
            Some(redaction) => take(&redaction.sighting(sighting)),
        }
    }

    /// The same sighting of a message with pseudonyms.
    fn sighting(&self, sighting: &Sighting<'_>) -> Sighting<'static> {
        let octets = sighting.message.octets();
        let redacted = self.redactor(octets).message(octets);
        // Nothing changed its place, so what was found in the message is still there.
        let message = Message::scan(&redacted).unwrap_or_else(|| Message::with_head(&redacted, *sighting.message.head()));
        sighting.with_message(message.into_owned())
    }

    /// The Call-ID of a message as the calls know it, which is `call_id` where none is redacted.
    pub(super) fn call_id<'a>(redaction: Option<&Self>, call_id: Cow<'a, [u8]>, message: &Message<'_>) -> Cow<'a, [u8]> {
        // A message without a Call-ID is named after its place.
        let Some(redaction) = redaction.filter(|_| message.call_id().is_some()) else { return call_id };
        let mut call_id = call_id.into_owned();
        redaction.redactor(message.octets()).call_id(&mut call_id);
        call_id.into()
    }
}
