//! Takes the 3xx that a proxy received, and what passes on the hop above it, gives what the proxy told that hop.
//!
//! Invariant: the hop above is known by the Via below the proxy's own, never by mere time or Call-ID (RFC 3261, 16.6 and 16.7); what is held
//! ends with the redirect that it belongs to.

use std::collections::BTreeMap;
use std::sync::Arc;

use smallvec::SmallVec;

use super::calls::Calls;
use super::events::Room;
use super::key::key_of_above;
use super::redirect::{Kept, Outcome, Redirect, Role, Target};
use super::sighting::Sighting;
use super::target;
use crate::evidence::Place;

/// What the capture shows of the hop from which a proxy had the redirected request.
#[derive(Debug, Clone)]
pub struct Above {
    /// The request as the proxy received it; `None` where it had its final response before the 3xx came.
    pub request: Option<Kept>,
    /// The final responses that the proxy gave there, in the order of time; what repeats an earlier one is left out.
    pub answers: Vec<Answer>,
    /// The CANCEL of the request there.
    pub cancel: Option<Place>,
    /// Whether another request came there on the same branch, so that what the proxy sent may belong to that one.
    pub is_branch_reused: bool,
    /// The Contacts of the other 3xx that the proxy received for the same request.
    pub siblings: Vec<Arc<[Target]>>,
    /// How many of those 3xx it had received before this one.
    pub earlier: usize,
}

/// A final response that a proxy gave on the hop above.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status, place and time.
    pub outcome: Outcome,
    /// The To tag; `None` where it was seen before the 3xx came, or has none.
    to_tag: Option<Vec<u8>>,
    /// The Contacts of a 3xx that was seen after the one which the proxy received.
    pub targets: Arc<[Target]>,
}

impl Answer {
    fn read(sighting: &Sighting<'_>, status: u16) -> Self {
        let targets = if (300..400).contains(&status) { target::targets(&sighting.message) } else { Vec::new() };
        Self {
            outcome: Outcome { status, place: sighting.place, time: sighting.time },
            to_tag: sighting.message.to_tag().map(<[u8]>::to_vec),
            targets: targets.into(),
        }
    }

    /// Whether `later` is the same response once more: a new To tag alone is no proof of another one.
    fn is_repeated_by(&self, later: &Self) -> bool {
        let uris = |answer: &Self| answer.targets.iter().map(|target| target.text.clone()).collect::<Vec<_>>();
        self.outcome.status == later.outcome.status && (self.to_tag.is_none() || self.to_tag == later.to_tag || uris(self) == uris(later))
    }
}

/// Which open redirects of proxies belong to which transaction of the hop above.
#[derive(Debug, Default)]
pub(super) struct Aboves {
    by_transaction: BTreeMap<u64, SmallVec<[u64; 2]>>,
    by_redirect: BTreeMap<u64, u64>,
}

impl Aboves {
    /// The redirects of that transaction, at most as many as there is [`Room`] for.
    fn of(&self, transaction: u64) -> SmallVec<[u64; 2]> {
        self.by_transaction.get(&transaction).cloned().unwrap_or_default()
    }

    fn enter(&mut self, transaction: u64, redirect: u64) {
        self.by_transaction.entry(transaction).or_default().push(redirect);
        self.by_redirect.insert(redirect, transaction);
    }

    /// Forgets a redirect that is closed.
    pub(super) fn leave(&mut self, redirect: u64) {
        let Some(transaction) = self.by_redirect.remove(&redirect) else { return };
        if let Some(redirects) = self.by_transaction.get_mut(&transaction) {
            redirects.retain(|number| *number != redirect);
            if redirects.is_empty() {
                self.by_transaction.remove(&transaction);
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_redirect.is_empty()
    }
}

impl Calls {
    /// Finds the hop above a proxy whose redirect is about to be opened.
    pub(super) fn find_above(&mut self, redirect: &mut Redirect) {
        if redirect.role != Role::Proxy {
            return;
        }
        let asked = redirect.request.as_ref().unwrap_or(&redirect.response);
        let Some(key) = key_of_above(&asked.message) else { return };
        let [number] = *self.transactions.find(&self.transactions.digested(key)) else { return };
        let Some(above) = self.transactions.get(number) else { return };
        let siblings = self.aboves.of(number);
        // More forks of one request are no proxy's; of the further ones nothing is known above.
        if !self.room.has_room_beside(siblings.len()) {
            return;
        }
        let earlier = above.outcome.map(|outcome| Answer { outcome, to_tag: None, targets: Arc::new([]) });
        let mut known = Above {
            request: above.request.clone(),
            answers: earlier.into_iter().collect(),
            cancel: above.extras().cancel,
            is_branch_reused: false,
            siblings: Vec::new(),
            earlier: 0,
        };
        for sibling in siblings {
            let Some(other) = self.open.get_mut(sibling) else { continue };
            known.earlier += 1;
            self.room.keep(&mut known.siblings, other.redirect.targets.clone());
            if let Some(above) = &mut other.redirect.above {
                self.room.keep(&mut above.siblings, redirect.targets.clone());
            }
        }
        self.aboves.enter(number, redirect.id);
        redirect.above = Some(Box::new(known));
    }

    /// Notes a final response of transaction `number` for the proxies that gave it.
    pub(super) fn answered_above(&mut self, number: u64, sighting: &Sighting<'_>, status: u16) {
        if self.aboves.is_empty() {
            return;
        }
        let below = self.aboves.of(number);
        if below.is_empty() {
            return;
        }
        let answer = Answer::read(sighting, status);
        self.tell_below(&below, |above, room| {
            if !above.answers.iter().any(|known| known.is_repeated_by(&answer)) {
                room.keep(&mut above.answers, answer.clone());
            }
        });
    }

    /// Notes the CANCEL of transaction `number` for the proxies that had the request.
    pub(super) fn cancelled_above(&mut self, number: u64, place: Place) {
        self.tell_below(&self.aboves.of(number), |above, _| {
            above.cancel.get_or_insert(place);
        });
    }

    /// Notes that the branch of transaction `number` came once more, with another request.
    pub(super) fn branch_reused_above(&mut self, number: u64) {
        self.tell_below(&self.aboves.of(number), |above, _| above.is_branch_reused = true);
    }

    fn tell_below(&mut self, below: &[u64], mut tell: impl FnMut(&mut Above, &mut Room)) {
        for redirect in below {
            let found = self.open.get_mut(*redirect);
            if let Some(above) = found.and_then(|open| open.redirect.above.as_mut()) {
                tell(above, &mut self.room);
            }
        }
    }
}
