//! Takes sightings and clues in the order of time, gives closed redirects and the later requests of their clients.
//!
//! Invariant: what is held is bounded by what is under way, and expires by capture time; a bound that is reached is told.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::above::Aboves;
use super::chain::Chain;
use super::companion::{FIRST_COMPANION, is_companion};
use super::events::{Events, Room};
use super::future::Watches;
use super::habit::Habits;
use super::hop::Hop;
use super::identity::{Person, asked_uri};
use super::key::{Keyed, key, key_of_cancelled};
use super::late::Latest;
use super::link::{self, Asked};
use super::lookup::note_names;
use super::names::Names;
use super::open::{Open, OpenRedirects};
use super::redirect::{Cover, Kept, Outcome, Redirect, Repeat, Resent, Role, is_over_websocket};
use super::registration::Registrations;
use super::relay::mark_relayed;
use super::settings::Settings;
use super::sighting::Sighting;
use super::target;
use super::transaction::{Digested, Transactions};
use super::unseen::mark_unseen;
use crate::evidence::Timestamp;
use crate::fault::Fault;
use crate::limit::Limit;

/// The calls of the captures so far.
#[derive(Debug)]
pub struct Calls {
    pub(super) settings: Settings,
    pub(super) transactions: Transactions,
    pub(super) open: OpenRedirects,
    pub(super) chains: BTreeMap<u64, Chain>,
    /// The hops above the proxies among their clients.
    pub(super) aboves: Aboves,
    pub(super) watches: Watches,
    pub(super) registrations: Registrations,
    /// The clients that send a server what is meant for other addresses.
    habits: Habits,
    /// What the clients had been told of names.
    pub(super) names: Names,
    /// Until when each capture goes on.
    covers: Vec<Timestamp>,
    /// The requests of the last moments.
    pub(super) latest: Latest,
    next: u64,
    next_companion: u64,
    /// How much is kept of one redirect.
    pub(super) room: Room,
}

impl Calls {
    /// No calls yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let limits = &settings.limits;
        Self {
            transactions: Transactions::new(limits),
            open: OpenRedirects::new(limits),
            chains: BTreeMap::new(),
            aboves: Aboves::default(),
            watches: Watches::new(limits),
            registrations: Registrations::new(limits),
            habits: Habits::new(limits.room(Limit::ProxyClients)),
            names: Names::new(settings.network.shared_resolver, limits.room(Limit::Names)),
            covers: Vec::new(),
            latest: Latest::new(limits),
            next: 1,
            next_companion: FIRST_COMPANION,
            room: Room::new(limits),
            settings,
        }
    }

    /// Notes that `capture` holds a frame of that moment, SIP or not.
    pub fn reaches(&mut self, capture: u32, time: Timestamp) {
        let index = capture as usize;
        if index >= self.covers.len() {
            self.covers.resize(index + 1, Timestamp::MIN);
        }
        if let Some(cover) = self.covers.get_mut(index) {
            *cover = time.max(*cover);
        }
    }

    /// Takes the next message. A copy changes nothing: the message was seen already.
    pub fn see(&mut self, sighting: &Sighting<'_>, events: &mut dyn Events) {
        self.reaches(sighting.place.capture, sighting.time);
        self.expire(sighting.time, events);
        if sighting.copy {
            return;
        }
        if !self.open.is_empty() {
            self.open.heard(sighting.source.address, sighting.time);
        }
        let message = &sighting.message;
        match message.status() {
            Some(status) => self.response(sighting, status, events),
            None if !message.is_request() => {}
            None if message.method() == b"ACK" => self.ack(sighting, events),
            None => {
                match message.method() {
                    b"CANCEL" => self.cancel(sighting),
                    b"BYE" => self.open.end_dialog(&sighting.message, sighting.place),
                    _ => {}
                }
                self.request(sighting, events);
            }
        }
        if self.room.take_exceeded() {
            self.tell(Limit::RedirectMessages, sighting, events);
        }
        if self.open.take_exceeded() {
            self.tell(Limit::ComparedRedirects, sighting, events);
        }
        while let Some(limit) = self.open.exceeded()
            && let Some(oldest) = self.open.take_oldest()
        {
            self.tell(limit, sighting, events);
            self.close(oldest, events);
        }
    }

    /// Tells that `limit` was reached at `sighting`.
    pub(super) fn tell(&self, limit: Limit, sighting: &Sighting<'_>, events: &mut dyn Events) {
        events.fault(sighting.place.capture, Fault::reached_at(limit, &self.settings.limits, sighting.place.frame));
    }

    /// Closes what is still open: the captures are over.
    pub fn finish(&mut self, events: &mut dyn Events) {
        while let Some(open) = self.open.take_oldest() {
            self.close(open, events);
        }
        events.unanswered(self.transactions.acknowledged_unanswered());
    }

    fn expire(&mut self, now: Timestamp, events: &mut dyn Events) {
        self.transactions.expire(now);
        while let Some(open) = self.open.take_over(now) {
            self.close(open, events);
        }
    }

    fn close(&mut self, mut open: Box<Open>, events: &mut dyn Events) {
        let redirect = &mut open.redirect;
        let heard = self.open.last_heard(redirect.client.address);
        let captured = self.covers.get(redirect.response.place.capture as usize).copied().unwrap_or(redirect.response.time);
        redirect.cover = Cover {
            until: captured.max(heard.unwrap_or(Timestamp::MIN)),
            client_visible: redirect.request.is_some() || !redirect.acks.is_empty() || heard.is_some(),
        };
        note_names(redirect, &self.names);
        redirect.server_is_known_as = self.settings.network.known_as(redirect.server);
        redirect.sends_all_there = self.habits.of(redirect.client.address, redirect.server);
        self.open.forget_client(redirect.client.address);
        self.aboves.leave(redirect.id);
        if let Some(chain) = self.chains.get_mut(&redirect.chain)
            && chain.leave()
        {
            self.chains.remove(&redirect.chain);
        }
        events.closed(open.redirect);
    }

    fn request(&mut self, sighting: &Sighting<'_>, events: &mut dyn Events) {
        let Some(Keyed { key, cseq }) = key(&sighting.message) else { return };
        let key = self.transactions.digested(key);
        let cseq = cseq.map_or(0, |cseq| cseq.number);
        let found = self.transactions.find(&key);
        let uri = (!found.is_empty()).then(|| self.transactions.digest(sighting.message.request_uri().unwrap_or_default()));
        let mut branch_of = None;
        for number in found {
            let Some(known) = self.transactions.get_mut(number) else { continue };
            if known.place.is_none() && known.number == cseq {
                self.adopt(number, sighting);
                return;
            }
            if known.number == cseq && Some(known.request_uri) == uri {
                if known.extras().repeats.len() < self.room.most() {
                    known.extras_mut().repeats.push(sighting.place);
                }
                let (redirect, attempt) = (known.extras().redirect, known.extras().attempt);
                self.transactions.touch(number, sighting.time);
                self.request_again(sighting, redirect, attempt);
                return;
            }
            branch_of = branch_of.or(known.place);
            self.branch_reused_above(number);
        }
        let kept: Kept = Arc::new(sighting.to_kept());
        let number = self.begin(key, cseq, Some(&kept), sighting, events);
        if branch_of.is_some()
            && let Some(transaction) = self.transactions.get_mut(number)
        {
            transaction.extras_mut().branch_of = branch_of;
        }
        if sighting.message.method() != b"CANCEL" {
            if let Some(limit) = self.latest.note(number, &kept) {
                self.tell(limit, sighting, events);
            }
            self.place(number, &kept, events);
        }
    }

    /// Begins the transaction of `sighting`; gives its number.
    fn begin(&mut self, key: Digested<'_>, cseq: u32, request: Option<&Kept>, sighting: &Sighting<'_>, events: &mut dyn Events) -> u64 {
        let uri = self.transactions.digest(sighting.message.request_uri().unwrap_or_default());
        let (number, given_up) = self.transactions.open(key, cseq, uri, request, sighting.time);
        for limit in given_up.into_iter().flatten() {
            self.tell(limit, sighting, events);
        }
        number
    }

    /// Takes a request that comes after its 3xx: the capture, or a fragment, held it back.
    fn adopt(&mut self, number: u64, sighting: &Sighting<'_>) {
        let uri = self.transactions.digest(sighting.message.request_uri().unwrap_or_default());
        let Some(transaction) = self.transactions.get_mut(number) else { return };
        let kept: Kept = Arc::new(sighting.to_kept());
        transaction.place = Some(kept.place);
        transaction.request_uri = uri;
        let (own, is_attempt) = (transaction.extras().redirect, transaction.extras().attempt.is_some());
        let asked = Asked::new(&kept);
        if let Some((redirect, link)) = link::place(&self.open, &self.registrations, &asked).attempt_of
            && !is_attempt
            && Some(redirect) != own
        {
            self.attach(redirect, link, number, &kept, &asked);
        }
        let Some(open) = own.and_then(|redirect| self.open.get_mut(redirect)) else { return };
        let redirect = &mut open.redirect;
        redirect.original = asked_uri(&kept.message);
        redirect.hop = Hop::of_request(&kept, &self.names);
        if let (Some(original), Some(chain)) = (&redirect.original, self.chains.get_mut(&redirect.chain)) {
            chain.begin(original, &kept, number);
            redirect.tried = chain.list(&self.transactions);
        }
        let id = redirect.id;
        self.open.adopt(id, kept);
    }

    fn request_again(&mut self, sighting: &Sighting<'_>, redirect: Option<u64>, attempt: Option<(u64, usize)>) {
        if let Some(open) = redirect.and_then(|number| self.open.get_mut(number)) {
            self.room.keep(&mut open.redirect.request_repeats, sighting.place);
        }
        if let Some((number, index)) = attempt
            && let Some(open) = self.open.get_mut(number)
        {
            open.last_event = open.last_event.max(sighting.time);
            if let Some(attempt) = open.redirect.attempts.get_mut(index) {
                self.room.keep(&mut attempt.retransmissions, sighting.place);
                attempt.resent = Some(Resent::again(attempt.resent, attempt.request.time, sighting.time));
            }
        }
    }

    /// Finds what a new request belongs to: a redirect that caused it, or one whose client sent it later.
    fn place(&mut self, number: u64, kept: &Kept, events: &mut dyn Events) {
        let asked = Asked::new(kept);
        if !self.may_concern(&asked) {
            self.note_habit(kept, events);
            return;
        }
        let place = if self.open.is_empty() { link::Place::default() } else { link::place(&self.open, &self.registrations, &asked) };
        for rival in place.rivals {
            if let Some(open) = self.open.get_mut(rival) {
                open.redirect.rival.get_or_insert(kept.place);
            }
        }
        if let Some(open) = place.candidate_of.and_then(|candidate| self.open.get_mut(candidate)) {
            open.redirect.candidate.get_or_insert_with(|| kept.clone());
        }
        if let Some((redirect, link)) = place.attempt_of {
            self.attach(redirect, link, number, kept, &asked);
            return;
        }
        self.note_in_dialog(kept, &asked);
        self.note_habit(kept, events);
        if self.watches.knows(kept.source.address)
            && asked.tag_of_to().is_none()
            && kept.message.method() != b"REGISTER"
            && asked.is_first_hop()
            && let Some((watch, request)) = self.watches.see(&asked, number, &self.transactions, self.settings.retry_window)
            // What began elsewhere a moment before was sent on by a 3xx that the capture lacks.
            && (request.shows.is_allowed() || !self.latest.has_begun(kept))
        {
            match self.watches.count(watch.redirect) {
                true => events.later(&watch, request),
                false => self.tell(Limit::LaterRequests, kept, events),
            }
        }
    }

    fn note_habit(&mut self, kept: &Kept, events: &mut dyn Events) {
        if self.habits.note(kept) {
            self.tell(Limit::ProxyClients, kept, events);
        }
    }

    /// Whether a request can belong to any redirect at all; most cannot, and are read no further.
    fn may_concern(&self, asked: &Asked<'_>) -> bool {
        let (message, source) = (&asked.sighting.message, asked.sighting.source.address);
        if !self.open.is_empty() && message.call_id().is_some_and(|call_id| !self.open.of_call(call_id).is_empty()) {
            return true;
        }
        if asked.tag_of_to().is_some() {
            return false;
        }
        self.open.knows(source)
            || self.watches.knows(source)
            || self.open.has_alternatives()
            || (!self.open.is_empty() && asked.tag_of_from().is_some_and(|tag| !self.open.of_from_tag(tag).is_empty()))
    }

    fn cancel(&mut self, sighting: &Sighting<'_>) {
        let Some(key) = key_of_cancelled(&sighting.message) else { return };
        let key = self.transactions.digested(key);
        for number in self.transactions.find(&key) {
            let Some(transaction) = self.transactions.get_mut(number) else { continue };
            let extras = transaction.extras_mut();
            extras.cancel.get_or_insert(sighting.place);
            let redirect = extras.redirect;
            self.cancelled_above(number, sighting.place);
            if let Some(open) = redirect.and_then(|redirect| self.open.get_mut(redirect)) {
                open.redirect.note_late_cancel(sighting.place, sighting.time);
            }
        }
    }

    fn response(&mut self, sighting: &Sighting<'_>, status: u16, events: &mut dyn Events) {
        let is_grant = (200..300).contains(&status) && sighting.message.method() == b"REGISTER";
        if is_grant && let Some(limit) = self.registrations.note(sighting) {
            self.tell(limit, sighting, events);
        }
        let Some(Keyed { key, cseq }) = key(&sighting.message) else { return };
        let key = self.transactions.digested(key);
        let cseq = cseq.map(|cseq| cseq.number);
        let found = self.transactions.find(&key);
        let of_number = |number: &&u64| self.transactions.get(**number).is_some_and(|found| Some(found.number) == cseq);
        let number = found.iter().find(of_number).or(found.first()).copied();
        let Some(number) = number else {
            // The request is not in the capture: the 3xx stands alone, and the ACK may tell what was asked.
            mark_unseen(&mut self.open, sighting, sighting.destination.address);
            if (200..300).contains(&status) && sighting.message.method() == b"CANCEL" {
                // Its CANCEL is not in the capture, and the INVITE may not be either.
                self.cancel(sighting);
                let number = self.begin(key, cseq.unwrap_or(0), None, sighting, events);
                self.transactions.end(number, Outcome { status, place: sighting.place, time: sighting.time });
                return;
            }
            if (300..400).contains(&status) {
                let number = self.begin(key, cseq.unwrap_or(0), None, sighting, events);
                self.transactions.end(number, Outcome { status, place: sighting.place, time: sighting.time });
                self.redirected(sighting, status, number, events);
            }
            return;
        };
        self.transactions.touch(number, sighting.time);
        let Some(transaction) = self.transactions.get_mut(number) else { return };
        let attempt = transaction.extras().attempt;
        if status < 200 {
            self.answered(attempt, sighting);
            return;
        }
        let first = transaction.outcome.is_none();
        self.answered_above(number, sighting, status);
        if first {
            self.transactions.end(number, Outcome { status, place: sighting.place, time: sighting.time });
        }
        let Some(transaction) = self.transactions.get_mut(number) else { return };
        if let Some(redirect) = transaction.extras().redirect {
            self.repeated(redirect, sighting, status);
        } else if first && ((300..400).contains(&status) || (attempt.is_none() && is_companion(status, &sighting.message))) {
            self.finished(attempt, sighting, status);
            if !self.is_seen_beyond_gateway(sighting) {
                self.redirected(sighting, status, number, events);
            }
        } else if first {
            self.transactions.drop_request(number);
            self.answered(attempt, sighting);
            self.finished(attempt, sighting, status);
        }
    }

    fn repeated(&mut self, redirect: u64, sighting: &Sighting<'_>, status: u16) {
        if let Some(open) = self.open.get_mut(redirect) {
            let targets = target::other_targets(&open.redirect.response.message, &sighting.message).into();
            let repeat = Repeat { place: sighting.place, time: sighting.time, status, targets };
            self.room.keep(&mut open.redirect.repeats, repeat);
        }
    }

    /// Opens the redirect that a 3xx makes of its transaction.
    fn redirected(&mut self, sighting: &Sighting<'_>, status: u16, number: u64, events: &mut dyn Events) {
        if !self.settings.network.judges(sighting.message.method()) {
            return;
        }
        let next = if status < 400 { &mut self.next } else { &mut self.next_companion };
        let id = *next;
        *next += 1;
        let targets = target::targets(&sighting.message);
        let Some(transaction) = self.transactions.get_mut(number) else { return };
        let request = transaction.request.clone();
        let extras = transaction.extras_mut();
        extras.redirect = Some(id);
        let (attempt, mut cancel, repeats) = (extras.attempt, extras.cancel, extras.repeats.clone());
        // An ACK and its 3xx may cross on their way into the capture.
        let acks = extras.early_ack.take().into_iter().collect();
        if request.is_none() {
            cancel = cancel.or_else(|| self.cancel_of(sighting));
        }
        if let Some(attempt) = self.attempt_mut(attempt) {
            attempt.redirected = Some(id);
        }
        let before = attempt.map(|(number, _)| number).or_else(|| request.is_none().then(|| self.before(sighting)).flatten());
        let before = before.filter(|number| *number < FIRST_COMPANION && id < FIRST_COMPANION);
        let chain_number = before.and_then(|number| self.open.get(number)).map_or(id, |open| open.redirect.chain);
        let asked = request.as_deref().unwrap_or(sighting);
        let caller = if status == 380 || status >= 400 { Person::caller(&asked.message) } else { None };
        let client = request.as_ref().map_or(sighting.destination, |request| request.source);
        let redirect = Redirect {
            id,
            status,
            method: sighting.message.method().to_vec(),
            client,
            registration: caller.and_then(|caller| self.registrations.of(client.address, Some(&caller)).cloned()),
            server: request.as_ref().map_or(sighting.source, |request| request.destination),
            transport: sighting.transport,
            is_over_websocket: is_over_websocket(sighting),
            role: if sighting.message.has_several_vias() { Role::Proxy } else { Role::Uac },
            original: request.as_ref().and_then(|request| asked_uri(&request.message)),
            hop: request.as_ref().map_or_else(Hop::default, |request| Hop::of_request(request, &self.names)),
            offer: target::offer(&sighting.message),
            response: Arc::new(target::response(sighting, &targets)),
            targets: targets.into(),
            request_repeats: repeats,
            cancel,
            given_up: None,
            chain: chain_number,
            window: self.settings.window(status),
            patience: self.settings.patience(status),
            request,
            repeats: Vec::new(),
            acks,
            attempts: Vec::new(),
            looked_up: None,
            candidate: None,
            rival: None,
            unseen: None,
            lost: None,
            hidden: None,
            ended: None,
            sends_all_there: None,
            server_is_known_as: None,
            relayed: None,
            above: None,
            in_dialog: Vec::new(),
            refreshed: None,
            tried: Vec::new(),
            cover: Cover { until: sighting.time, client_visible: false },
        };
        target::bounds_reached(&redirect).for_each(|fault| events.fault(sighting.place.capture, fault));
        self.enter(redirect, number, sighting, events);
        if self.place_behind(id) {
            self.tell(Limit::OvertakingRequests, sighting, events);
        }
    }

    fn enter(&mut self, mut redirect: Redirect, number: u64, sighting: &Sighting<'_>, events: &mut dyn Events) {
        let chain = self.chains.entry(redirect.chain).or_default();
        if let (Some(original), Some(request)) = (&redirect.original, &redirect.request) {
            chain.begin(original, request, number);
        }
        chain.join();
        redirect.tried = chain.list(&self.transactions);
        self.find_above(&mut redirect);
        mark_relayed(&mut self.open, &redirect, sighting);
        let asked = redirect.request.as_ref().unwrap_or(&redirect.response);
        let caller = Person::caller(&asked.message);
        if let Some(caller) = &caller
            && self.watches.open(&redirect, caller)
        {
            self.tell(Limit::Watches, sighting, events);
        }
        let client = redirect.client.address;
        self.open.insert(Box::new(Open::new(redirect, caller)));
        if self.open.last_heard(client).is_none() && sighting.source.address == client {
            self.open.heard(client, sighting.time);
        }
    }
}
