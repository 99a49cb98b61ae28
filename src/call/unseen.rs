//! Takes ACKs, and messages whose request the capture does not hold, gives what they tell of a redirect.
//!
//! Invariant: what is missing from the capture is never held against a client: an ACK tells what was asked, a response tells that
//! something was sent (RFC 3261, 17.1.1.3 and 17.1.3).

use std::net::IpAddr;
use std::sync::Arc;

use super::calls::Calls;
use super::events::{MAX_KEPT, keep};
use super::key::{Keyed, key};
use super::link::{RIVALS, is_tag_of_redirect};
use super::open::{Open, OpenRedirects};
use super::redirect::Kept;
use super::sighting::Sighting;
use crate::sip::Uri;

impl Calls {
    pub(super) fn ack(&mut self, sighting: &Sighting<'_>) {
        let key = key(&sighting.message).map(|Keyed { key, .. }| self.transactions.digested(key));
        let found = key.map(|key| self.transactions.find(&key)).unwrap_or_default();
        let by_key = found.iter().find_map(|number| self.transactions.get(*number).and_then(|found| found.redirect));
        if let (None, Some(number)) = (by_key, found.first()) {
            self.transactions.acknowledge(*number);
        }
        if self.open.is_empty() {
            return;
        }
        if found.is_empty() {
            mark_unseen(&mut self.open, sighting, sighting.source.address);
        }
        // On the branch of another INVITE that has its final response it is the ACK of that one, however much alike the two calls are.
        let has_outcome = |number: &u64| self.transactions.get(*number).is_some_and(|found| found.outcome.is_some());
        let is_of_another = by_key.is_none() && found.iter().any(has_outcome);
        let by_call = || if is_of_another { None } else { self.open.acked(&sighting.message) };
        let Some(open) = by_key.or_else(by_call).and_then(|number| self.open.get_mut(number)) else { return };
        let redirect = &mut open.redirect;
        let ack: Kept = Arc::new(sighting.to_kept());
        if redirect.original.is_none()
            && let Some(uri) = ack.message.request_uri().map(Uri::parse)
        {
            if let (Some(chain), Some(number)) = (self.chains.get_mut(&redirect.chain), found.first()) {
                chain.tried(&uri, &ack, *number);
                redirect.tried = chain.list(&self.transactions);
            }
            redirect.original = Some(uri);
        }
        keep(&mut redirect.acks, ack, &mut self.is_full);
    }

    /// The redirect of the same call and client that a 3xx whose request is not in the capture follows on.
    pub(super) fn before(&self, sighting: &Sighting<'_>) -> Option<u64> {
        let message = &sighting.message;
        self.open.of_call(message.call_id()?).iter().rev().take(MAX_KEPT).copied().find(|number| {
            let same = |open: &Open| {
                open.redirect.client.address == sighting.destination.address && open.asked().message.from_tag() == message.from_tag()
            };
            self.open.get(*number).is_some_and(same)
        })
    }
}

/// Marks the redirects without an attempt that `sighting`, a response or an ACK of a request which is not in the capture, shows to have been
/// followed all the same: it belongs to the same call or caller's end, `client` has a part in it, and its dialog is not that of the 3xx.
pub(super) fn mark_unseen(open: &mut OpenRedirects, sighting: &Sighting<'_>, client: IpAddr) {
    let message = &sighting.message;
    let (Some(tag), Some(cseq)) = (message.from_tag(), message.cseq()) else { return };
    let method = if cseq.method == b"ACK" { b"INVITE" } else { cseq.method };
    let shows = |found: &Open| {
        found.redirect.attempts.is_empty()
            && found.redirect.client.address == client
            && found.redirect.method == method
            && found.is_within_window(sighting.time)
            && found.asked().message.from_tag() == Some(tag)
            && found.dialog.is_none()
            && !message.to_tag().is_some_and(|tag| is_tag_of_redirect(found, tag))
            && (cseq.number > found.cseq || message.call_id() != found.asked().message.call_id())
    };
    let shown: Option<u64> = open.of_from_tag(tag).iter().rev().take(RIVALS).copied().find(|number| open.get(*number).is_some_and(shows));
    if let Some(found) = shown.and_then(|number| open.get_mut(number)) {
        found.redirect.unseen.get_or_insert(sighting.place);
    }
}
