//! Takes a request and the redirect that caused it, gives the attempt: which Contact it goes to, what it repeats, what it follows.
//!
//! Invariant: an attempt is judged against what was known when it was sent (RFC 3261, 8.1.3.4).

use super::calls::Calls;
use super::chain::asks_to_amend;
use super::elements::Element;
use super::hidden::unmark_hidden;
use super::hop::Hop;
use super::link::Asked;
use super::redirect::{Attempt, Kept, Link};
use super::target;

impl Calls {
    /// Makes a request the attempt of a redirect.
    pub(super) fn attach(&mut self, redirect: u64, link: Link, number: u64, kept: &Kept, asked: &Asked<'_>) {
        let Some(open) = self.open.get_mut(redirect) else { return };
        let index = open.redirect.attempts.len();
        if !self.room.has_room_beside(index) {
            return;
        }
        let chain = self.chains.entry(open.redirect.chain).or_default();
        let repeats = chain.repeats(asked.uri(), kept, &self.transactions);
        chain.tried(asked.uri(), kept, number, &mut self.room);
        let (contact, difference) = target::nearest(&open.redirect, asked.uri(), kept);
        let is_of_first = difference.as_ref().is_some_and(|difference| difference.against_contact.names_the_target());
        let of_second = if is_of_first { None } else { target::second_final(&open.redirect, asked.uri(), kept) };
        let contact = contact.filter(|_| of_second.is_none());
        let amended = open
            .redirect
            .attempts
            .last()
            .is_some_and(|last| last.uri.equals(asked.uri()) && last.outcome.is_some_and(|outcome| asks_to_amend(outcome.status)));
        let (branch_of, outcome, redirected) = self
            .transactions
            .get(number)
            .map_or((None, None, None), |transaction| (transaction.extras().branch_of, transaction.outcome, transaction.extras().redirect));
        let (network, target) = (&self.settings.network, contact.and_then(|index| open.redirect.targets.get(index).cloned()));
        open.last_event = open.last_event.max(kept.time);
        // Most redirects have one attempt, and a list would begin with room for four.
        open.redirect.attempts.reserve_exact(usize::from(open.redirect.attempts.is_empty()));
        open.redirect.attempts.push(Attempt {
            request: kept.clone(),
            uri: asked.uri().clone(),
            retransmissions: Vec::new(),
            resent: None,
            link,
            hop: Hop::of_request(kept, &self.names),
            is_to_known_proxy: network.known_as(kept.destination) == Some(Element::OutboundProxy),
            is_same_number: target.as_ref().is_some_and(|target| network.is_same_number(&target.uri, asked.uri())),
            contact_hop: target
                .as_ref()
                .map_or_else(Hop::default, |target| Hop::of(&target.uri, &self.names, kept.source.address, kept.time)),
            contact,
            difference,
            outcome,
            challenge: None,
            failure: None,
            is_answered: false,
            to_tags: Vec::new(),
            rang: None,
            repeats,
            amended,
            of_second,
            branch_of,
            redirected,
        });
        if let Some(transaction) = self.transactions.get_mut(number) {
            transaction.extras_mut().attempt = Some((redirect, index));
        }
        self.open.count(redirect, kept);
        self.open.note_attempt(redirect);
        unmark_hidden(&mut self.open, kept);
        self.watches.attempted(redirect);
    }
}
