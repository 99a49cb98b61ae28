//! Takes ACKs, messages whose request the capture does not hold, and holes in connections, gives what they tell of a redirect.
//!
//! Invariant: what is missing from the capture is never held against a client: an ACK tells what was asked, a response tells that
//! something was sent (RFC 3261, 17.1.1.3 and 17.1.3).

use std::net::IpAddr;
use std::sync::Arc;

use super::calls::Calls;
use super::clue::Clue;
use super::dialog::refreshes_target;
use super::events::Events;
use super::found::{Found, numbers};
use super::hop::Hop;
use super::identity::{Person, asked_uri};
use super::key::{Keyed, key, key_of_cancel};
use super::link::is_tag_of_redirect;
use super::open::{Open, OpenRedirects};
use super::redirect::{Attempt, Kept};
use super::sighting::Sighting;
use super::unseen_alternative::mark_unseen_alternative;
use crate::evidence::Place;

impl Calls {
    pub(super) fn ack(&mut self, sighting: &Sighting<'_>, events: &mut dyn Events) {
        let key = key(&sighting.message).map(|Keyed { key, .. }| self.transactions.digested(key));
        let found = key.map(|key| self.transactions.find(&key)).unwrap_or_default();
        let by_key = found.iter().find_map(|number| self.transactions.get(*number).and_then(|found| found.extras().redirect));
        if let (None, Some(number)) = (by_key, found.first()) {
            let given_up = self.transactions.acknowledge(*number, sighting);
            given_up.into_iter().for_each(|limit| self.tell(limit, sighting, events));
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
        let Some(number) = by_key.or_else(by_call) else { return };
        let Some(open) = self.open.get_mut(number) else { return };
        let redirect = &mut open.redirect;
        // The hop above has its own INVITE, and a final response that the capture may lack.
        if by_key.is_none() && !found.is_empty() && redirect.client.address != sighting.source.address {
            return;
        }
        let ack: Kept = Arc::new(sighting.to_kept());
        if redirect.original.is_none()
            && let Some(uri) = asked_uri(&ack.message)
        {
            if let (Some(chain), Some(number)) = (self.chains.get_mut(&redirect.chain), found.first()) {
                chain.tried(&uri, &ack, *number, &mut self.room);
                redirect.tried = chain.list(&self.transactions);
            }
            redirect.original = Some(uri);
            redirect.hop = Hop::of_request(&ack, &self.names);
        }
        if self.room.keep(&mut redirect.acks, ack.clone()) {
            self.open.count(number, &ack);
        }
    }

    /// The CANCEL of a request that is not in the capture, of which only the response is; its own response, where the CANCEL is not there either.
    pub(super) fn cancel_of(&self, response: &Sighting<'_>) -> Option<Place> {
        let key = self.transactions.digested(key_of_cancel(&response.message)?);
        self.transactions.find(&key).first().and_then(|number| {
            let cancel = self.transactions.get(*number)?;
            cancel.place.or(cancel.outcome.map(|outcome| outcome.place))
        })
    }

    /// The redirect of the same call and client that a 3xx whose request is not in the capture follows on.
    pub(super) fn before(&self, sighting: &Sighting<'_>) -> Option<u64> {
        let message = &sighting.message;
        let same = |open: &Open| {
            open.redirect.client.address == sighting.destination.address && open.asked().message.from_tag() == message.from_tag()
        };
        self.open.of_call(message.call_id()?).latest().find(|(_, open)| same(open)).map(|(number, _)| number)
    }
}

/// Marks the redirect without an attempt that `sighting`, a response or an ACK of a request which is not in the capture, shows to have been
/// followed all the same: `client` has a part in it, and it belongs to the caller's end of the same call, or to a call of the same caller with a
/// host that the redirect named.
pub(super) fn mark_unseen(open: &mut OpenRedirects, sighting: &Sighting<'_>, client: IpAddr) {
    mark_unseen_alternative(open, sighting);
    if open.knows(client) {
        mark_followed(open, sighting, client);
    }
    mark_refreshed(open, sighting);
}

/// Marks the redirect of `client` that `sighting` shows to have been followed.
fn mark_followed(open: &mut OpenRedirects, sighting: &Sighting<'_>, client: IpAddr) {
    let message = &sighting.message;
    let (Some(tag), Some(cseq)) = (message.from_tag(), message.cseq()) else { return };
    let method = if cseq.method == b"ACK" { b"INVITE" } else { cseq.method };
    let may_show =
        |found: &Open| found.redirect.attempts.is_empty() && found.redirect.client.address == client && found.redirect.method == method;
    let server = if message.is_request() { sighting.destination.address } else { sighting.source.address };
    let is_other_call = |found: &Open| message.call_id() != found.asked().message.call_id();
    let is_late_or_elsewhere =
        |found: &Open| cseq.number > found.cseq || (cseq.number == found.cseq && server != found.redirect.server.address);
    let same_end = |found: &Open| {
        found.asked().message.from_tag() == Some(tag)
            && match found.dialog.as_deref() {
                // Inside a dialog all requests have its To tag.
                Some(dialog) => message.to_tag() == Some(dialog) && !is_other_call(found) && is_late_or_elsewhere(found),
                None => {
                    !message.to_tag().is_some_and(|tag| is_tag_of_redirect(found, tag))
                        && (is_other_call(found) || is_late_or_elsewhere(found))
                }
            }
    };
    let with_named_host = |found: &Open| found.dialog.is_none() && found.redirect.names_host(server);
    let shown = |found: Found<'_>, shows: &dyn Fn(&Open) -> bool| {
        found.latest_at(sighting.time).find(|(_, found)| may_show(found) && shows(found)).map(|(number, _)| number)
    };
    let by_host = || {
        let caller = Person::caller(message).filter(|_| !is_of_attempt(open, sighting))?;
        shown(open.waiting(client, &caller), &with_named_host)
    };
    let shown = shown(open.of_from_tag(tag), &same_end).or_else(by_host);
    if let Some(found) = shown.and_then(|number| open.get_mut(number)) {
        found.redirect.unseen.get_or_insert(sighting.place);
    }
}

/// Marks the redirects behind which the capture lacks octets that the client sent on the same connection: its ACK and its retry may be there.
pub(super) fn mark_lost(open: &mut OpenRedirects, clue: &Clue) {
    open.mark_of_connection(clue.source, clue.destination, |found| {
        let may_be_there = found.is_within_window(clue.time) && found.redirect.response.time <= clue.time;
        if may_be_there {
            found.redirect.lost = Some(Place { capture: clue.capture, frame: clue.frame, index: 0 });
        }
        may_be_there
    });
}

/// Whether the request of `sighting` is in the capture, as an attempt of an open redirect: the ACK of a 2xx has a branch of its own, so that its
/// INVITE is known by call and number only (RFC 3261, 13.2.2.4).
pub(super) fn is_of_attempt(open: &OpenRedirects, sighting: &Sighting<'_>) -> bool {
    let message = &sighting.message;
    let (Some(call_id), Some(cseq)) = (message.call_id(), message.cseq()) else { return false };
    let is_it = |attempt: &Attempt| {
        let asked = &attempt.request.message;
        asked.call_id() == Some(call_id)
            && asked.from_tag() == message.from_tag()
            && asked.cseq().is_some_and(|own| own.number == cseq.number)
    };
    open.of_call(call_id).latest().any(|(_, found)| found.redirect.attempts.iter().any(is_it))
}

/// Marks the redirects of a dialog whose remote target a 2xx may have replaced, the request of which is not in the capture.
fn mark_refreshed(open: &mut OpenRedirects, response: &Sighting<'_>) {
    let message = &response.message;
    let is_success = message.status().is_some_and(|status| (200..300).contains(&status));
    let Some(call_id) = message.call_id().filter(|_| is_success && refreshes_target(message.method())) else { return };
    for number in numbers(open.of_call(call_id).latest()) {
        let Some(found) = open.get_mut(number) else { continue };
        let is_own = found.asked().message.from_tag() == message.from_tag();
        if is_own && found.dialog.as_deref().is_some_and(|dialog| message.to_tag() == Some(dialog)) {
            found.redirect.refreshed.get_or_insert(response.place);
        }
    }
}
