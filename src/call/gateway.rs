//! Takes a 3xx, tells whether an open redirect is the same 3xx on the other side of a gateway that writes its own address into what passes.
//!
//! Invariant: such a gateway (an address translator that knows SIP) is no hop: it has no transaction of its own, so branch, tags, Call-ID and CSeq
//! stay what they are (RFC 3261, 17.1.3). Where it leaves the Via alone too, both sides have one key, and nothing needs to be asked here.

use super::calls::Calls;
use super::sighting::Sighting;
use crate::sip::Message;

/// How far apart the two sides of a gateway may see a message, in nanoseconds; the clocks of two taps differ.
const PASSAGE_NANOS: i64 = 1_000_000_000;

impl Calls {
    /// Whether the 3xx was seen already, under another sent-by.
    pub(super) fn is_seen_beyond_gateway(&self, sighting: &Sighting<'_>) -> bool {
        let message = &sighting.message;
        let Some(call_id) = message.call_id() else { return false };
        self.open.of_call(call_id).latest().any(|(_, open)| {
            let seen = &open.redirect.response;
            sighting.time.nanos_since(seen.time).saturating_abs() <= PASSAGE_NANOS && is_same_response(&seen.message, message)
        })
    }
}

/// Whether two responses are one: of the same status, to the same branch, with the same tags.
fn is_same_response(one: &Message<'_>, other: &Message<'_>) -> bool {
    let (Some(via), Some(other_via)) = (one.top_via(), other.top_via()) else { return false };
    let is_rewritten = (via.host, via.port) != (other_via.host, other_via.port);
    let branch = via.branch().filter(|branch| branch.starts_with(b"z9hG4bK"));
    is_rewritten
        && branch.is_some()
        && branch == other_via.branch()
        && one.status() == other.status()
        && one.cseq() == other.cseq()
        && one.from_tag() == other.from_tag()
        && one.to_tag() == other.to_tag()
        && one.to_tag().is_some()
}
