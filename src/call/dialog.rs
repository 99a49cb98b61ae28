//! Takes requests inside a dialog that no redirect caused, gives what they tell of a redirected request of the same dialog.
//!
//! Invariant: a 3xx never changes the remote target of a dialog; a target refresh does, by a 2xx or by a request of the other side
//! (RFC 3261, 12.2.1.2 and 12.2.2).

use super::calls::Calls;
use super::found::numbers;
use super::link::{Asked, same_element};
use super::open::Open;
use super::redirect::Kept;

/// Whether a request of that method can replace the remote target of a dialog (RFC 3261, 12.2.1; RFC 3311, 5.1; RFC 6665, 4.4.1; RFC 3515, 2.4.2).
#[must_use]
pub fn refreshes_target(method: &[u8]) -> bool {
    matches!(method, b"INVITE" | b"UPDATE" | b"SUBSCRIBE" | b"NOTIFY" | b"REFER")
}

impl Calls {
    /// Notes a request that is no attempt for the latest redirect inside the same dialog: the client's own where it goes to a Contact, the other
    /// side's where it may replace the remote target.
    pub(super) fn note_in_dialog(&mut self, kept: &Kept, asked: &Asked<'_>) {
        let (Some(to_tag), Some(call_id)) = (asked.tag_of_to(), kept.message.call_id()) else { return };
        for number in numbers(self.open.of_call(call_id).latest()) {
            let Some(open) = self.open.get_mut(number) else { continue };
            let Some(dialog) = open.dialog.as_deref() else { continue };
            if asked.tag_of_from() == Some(dialog) && refreshes_target(kept.message.method()) {
                open.redirect.refreshed.get_or_insert(kept.place);
            } else if to_tag == dialog && uses_contact(open, asked) {
                if self.room.keep(&mut open.redirect.in_dialog, kept.clone()) {
                    self.open.count(number, kept);
                }
                return;
            }
        }
    }
}

/// Whether the client sends a request after the 3xx to one of its Contacts. A PRACK belongs to the response that it acknowledges, which may
/// come from there (RFC 3262, 4).
fn uses_contact(open: &Open, asked: &Asked<'_>) -> bool {
    let redirect = &open.redirect;
    asked.sighting.time > redirect.response.time
        && asked.sighting.message.method() != b"PRACK"
        && same_element(open, asked)
        && redirect.targets.iter().any(|target| target.usable && target.uri.equals(asked.uri()))
}
