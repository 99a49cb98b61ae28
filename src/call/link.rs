//! Takes a new request, gives the redirect that caused it, by a ladder of evidence: the same call, the same From tag, a call to a Contact,
//! a call that resembles it, and last mere time.
//!
//! Invariant: a request is the attempt of at most one redirect: the best rung wins, then a Contact that fits, then the 3xx nearest in time
//! (RFC 3261, 8.1.3.4 lets a client keep or change the Call-ID, so neither is proof of anything by itself).

use std::cell::OnceCell;
use std::cmp::Reverse;

use smallvec::SmallVec;

use super::alternative::{self, Turn};
use super::found::Found;
use super::identity::{Person, ViaStack, asked_uri, nickname, same_person};
use super::open::{Open, OpenRedirects};
use super::redirect::{Attempt, Link, Role};
use super::registration::Registrations;
use super::sighting::Sighting;
use crate::evidence::Timestamp;
use crate::sip::Uri;

/// How soon a request that nothing but time links must come to be told as a candidate; automatic retries came within 21 ms.
const CANDIDATE_NANOS: i64 = 2_000_000_000;
/// How many digits the emergency numbers of the world have.
const SHORT_NUMBER: std::ops::RangeInclusive<usize> = 2..=4;

/// What is asked of a request on the ladder, read when it is first asked for.
pub(super) struct Asked<'a> {
    pub(super) sighting: &'a Sighting<'a>,
    uri: OnceCell<Uri>,
    to: OnceCell<Option<Uri>>,
    vias: OnceCell<ViaStack>,
    is_first_hop: OnceCell<bool>,
    from_tag: OnceCell<Option<&'a [u8]>>,
    to_tag: OnceCell<Option<&'a [u8]>>,
    caller: OnceCell<Option<Person>>,
}

impl<'a> Asked<'a> {
    pub(super) const fn new(sighting: &'a Sighting<'a>) -> Self {
        Self {
            sighting,
            uri: OnceCell::new(),
            to: OnceCell::new(),
            vias: OnceCell::new(),
            is_first_hop: OnceCell::new(),
            from_tag: OnceCell::new(),
            to_tag: OnceCell::new(),
            caller: OnceCell::new(),
        }
    }

    pub(super) fn uri(&self) -> &Uri {
        self.uri.get_or_init(|| asked_uri(&self.sighting.message).unwrap_or_else(|| Uri::parse(b"")))
    }

    pub(super) fn to(&self) -> Option<&Uri> {
        let read = |to: &[u8]| if to == self.uri().as_bytes() { self.uri().clone() } else { Uri::parse(to) };
        self.to.get_or_init(|| self.sighting.message.to().map(|to| read(to.uri))).as_ref()
    }

    fn vias(&self) -> &ViaStack {
        self.vias.get_or_init(|| ViaStack::of(&self.sighting.message))
    }

    /// Whether it has one Via at most.
    pub(super) fn is_first_hop(&self) -> bool {
        *self.is_first_hop.get_or_init(|| !self.sighting.message.has_several_vias())
    }

    pub(super) fn tag_of_from(&self) -> Option<&'a [u8]> {
        *self.from_tag.get_or_init(|| self.sighting.message.from_tag())
    }

    pub(super) fn tag_of_to(&self) -> Option<&'a [u8]> {
        *self.to_tag.get_or_init(|| self.sighting.message.to_tag())
    }

    pub(super) fn caller(&self) -> Option<&Person> {
        self.caller.get_or_init(|| Person::caller(&self.sighting.message)).as_ref()
    }

    fn cseq(&self) -> u32 {
        self.sighting.message.cseq().map_or(0, |cseq| cseq.number)
    }

    fn method(&self) -> &[u8] {
        self.sighting.message.method()
    }
}

/// Where a request belongs.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// The redirect that caused it, and by which rung.
    pub(super) attempt_of: Option<(u64, Link)>,
    /// The redirects that would have had it as surely, but for the order of time.
    pub(super) rivals: SmallVec<[u64; 2]>,
    /// A redirect for which only time and caller speak.
    pub(super) candidate_of: Option<u64>,
}

/// Finds the place of a request among the open redirects.
pub(super) fn place(open: &OpenRedirects, registrations: &Registrations, asked: &Asked<'_>) -> Place {
    match alternative::place(open, registrations, asked) {
        Some(Turn::To(number, link)) => return Place { attempt_of: Some((number, link)), ..Place::default() },
        Some(Turn::ToEither(one, other)) => return Place { rivals: [one, other].into(), ..Place::default() },
        None => {}
    }
    let message = &asked.sighting.message;
    let mut ladder = Ladder { asked, best: None, rivals: Vec::new() };
    if let Some(call_id) = message.call_id() {
        ladder.climb(open.of_call(call_id), |_| true, |found| same_call(found, asked, call_id));
    }
    if ladder.goes_on_to(Link::NewCallId)
        && let Some(tag) = asked.tag_of_from()
    {
        // Some load generators give all their callers one tag.
        let is_same_caller = |found: &Open| found.caller.as_ref() == asked.caller();
        ladder.climb(open.of_from_tag(tag), is_same_caller, |found| same_from_tag(found, asked));
    }
    let (address, time) = (asked.sighting.source.address, asked.sighting.time);
    if ladder.goes_on_to(Link::NewCall) {
        ladder.climb(open.of_target(address, asked.caller(), &nickname(asked.uri())), is_unserved, |found| new_call(found, asked));
    }
    let mut candidate_of = None;
    if ladder.best.is_none()
        && let Some(caller) = asked.caller()
    {
        let waiting = open.waiting(address, caller);
        ladder.climb(waiting, |found| is_soon(found, time), |found| similar_call(found, asked));
        if ladder.best.is_none() {
            candidate_of = waiting.latest_since(time.plus_nanos(-CANDIDATE_NANOS), |_| true).find(|(_, found)| is_candidate(found, asked));
        }
    }
    if ladder.best.is_none() && candidate_of.is_none() && calls_for_help(asked) {
        candidate_of = open.emergencies(address).latest_at(time).find(|(_, found)| may_be_emergency_call(found, asked));
    }
    let candidate_of = candidate_of.map(|(number, _)| number);
    let attempt_of = ladder.best.map(|(rank, number)| (number, rank.link));
    Place { attempt_of, rivals: ladder.rival().into_iter().collect(), candidate_of }
}

/// The redirects that a request may belong to, as they are met.
struct Ladder<'a, 'm> {
    asked: &'a Asked<'m>,
    best: Option<(Rank, u64)>,
    rivals: Vec<(Rank, u64)>,
}

impl Ladder<'_, '_> {
    /// Whether a redirect on the rung `link` could still be the best, or a rival of it.
    fn goes_on_to(&self, link: Link) -> bool {
        self.best.is_none_or(|(best, _)| best.link >= link)
    }

    /// Takes the redirects among those found that the rung links to the request.
    fn climb(&mut self, found: Found<'_>, may_be_meant: impl Fn(&Open) -> bool, rung: impl Fn(&Open) -> Option<Link>) {
        let time = self.asked.sighting.time;
        for (number, found) in found.latest_of(|open| open.is_within_window(time) && may_be_meant(open)) {
            let Some(link) = rung(found).filter(|link| self.goes_on_to(*link)) else { continue };
            // What was handed on is followed above; the follower's request may come by here again.
            if found.redirect.relayed.is_some() && link != Link::Recursion {
                continue;
            }
            let rank = Rank {
                link,
                misses: !goes_to_contact(found, self.asked.uri()),
                other_to: !has_to_of_redirected(found, self.asked),
                taken: taken(found, self.asked.uri()),
                age: Reverse((found.redirect.response.time, number)),
            };
            if link >= Link::NewCall && found.redirect.attempts.is_empty() {
                self.rivals.push((rank, number));
            }
            if self.best.is_none_or(|(best, _)| rank < best) {
                self.best = Some((rank, number));
            }
        }
    }

    /// A redirect on the same rung that would have had the request as surely.
    fn rival(&self) -> Option<u64> {
        let (best, chosen) = self.best?;
        let is_as_sure = |rank: &Rank| (rank.link, rank.other_to) == (best.link, best.other_to);
        self.rivals.iter().find(|(rank, number)| *number != chosen && is_as_sure(rank)).map(|(_, number)| *number)
    }
}

/// How well a redirect explains a request; the lesser the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    link: Link,
    misses: bool,
    other_to: bool,
    taken: bool,
    age: Reverse<(Timestamp, u64)>,
}

/// Whether the request comes from the element that received the 3xx.
pub(super) fn same_element(open: &Open, asked: &Asked<'_>) -> bool {
    match open.redirect.role {
        Role::Uac => {
            asked.is_first_hop()
                && (asked.sighting.source.address == open.redirect.client.address || asked.vias().sender() == open.vias().sender())
        }
        Role::Proxy => {
            // Branches say which request of the caller it is; a proxy that counts on its own is told by them.
            let same_number = || asked.cseq() == open.cseq || (open.redirect.relayed.is_none() && open.vias().is_unique_below());
            asked.vias().len() == open.vias().len() && asked.vias().below() == open.vias().below() && same_number()
        }
    }
}

/// Whether the To tag of the request lets it be a new try of the redirected request: none outside a dialog (the tag of the 3xx is a fault
/// that still shows where the request comes from), the dialog's own inside one.
fn fits_dialog(open: &Open, asked: &Asked<'_>) -> bool {
    match (asked.tag_of_to(), &open.dialog) {
        (Some(tag), Some(dialog)) => *tag == **dialog,
        (None, _) => true,
        (Some(tag), None) => is_tag_of_redirect(open, tag),
    }
}

/// Whether `tag` is the To tag of the 3xx or of a repetition of it.
pub(super) fn is_tag_of_redirect(open: &Open, tag: &[u8]) -> bool {
    open.redirect.response.message.to_tag() == Some(tag)
}

/// Whether the request goes to a Contact of the 3xx: the whole URI, or at least its user and host.
pub(super) fn goes_to_contact(open: &Open, uri: &Uri) -> bool {
    open.redirect.targets.iter().any(|target| target.uri.equals(uri) || (target.usable && same_person(&target.uri, uri)))
}

/// Whether the chain or the redirect had tried that URI already.
fn taken(open: &Open, uri: &Uri) -> bool {
    open.redirect.attempts.iter().any(|attempt| attempt.uri.equals(uri)) || open.redirect.tried.iter().any(|tried| tried.uri.equals(uri))
}

/// Whether the request asks the original URI again, which is no Contact, so late that it is the next round of a periodic request or a new
/// call by hand.
fn is_next_round(open: &Open, asked: &Asked<'_>) -> bool {
    let again = open.redirect.original.as_ref().is_some_and(|original| original.equals(asked.uri())) && !goes_to_contact(open, asked.uri());
    again && asked.sighting.time.nanos_since(open.redirect.response.time) > open.redirect.patience && open.redirect.status != 305
}

/// Whether the element, once its request was served or its URI was left alone for a while, goes on in the same call: the next message, the
/// next refresh of a registration or of a session, whose remote target no 3xx replaces (RFC 3261, 12.2.1.2).
fn has_another_purpose(open: &Open, asked: &Asked<'_>) -> bool {
    if open.redirect.is_invite() && open.dialog.is_none() {
        return false;
    }
    let served = open.redirect.attempts.iter().any(|attempt| attempt.outcome.is_some_and(|outcome| outcome.status < 300));
    served || is_next_round(open, asked) || is_another_message(open, asked)
}

/// Whether the request says something else to the original URI, such as the next of several messages (RFC 3428, 8).
fn is_another_message(open: &Open, asked: &Asked<'_>) -> bool {
    let said = open.redirect.request.as_ref().map(|request| request.message.body());
    asked.method() == b"MESSAGE" && is_original(open, asked.uri()) && said.is_some_and(|said| said != asked.sighting.message.body())
}

fn same_call(open: &Open, asked: &Asked<'_>, call_id: &[u8]) -> Option<Link> {
    if !same_element(open, asked) || !fits_dialog(open, asked) {
        return None;
    }
    let own = open.asked().message.call_id() == Some(call_id);
    if asked.method() != open.redirect.method {
        // Another method is another purpose, unless it goes to the Contact and nothing else did.
        let changed = own && open.redirect.attempts.is_empty() && goes_to_contact(open, asked.uri()) && asked.tag_of_to().is_none();
        return changed.then_some(Link::SameCallId);
    }
    if has_another_purpose(open, asked) {
        return None;
    }
    match (open.redirect.role, own) {
        (Role::Proxy, _) => Some(Link::Recursion),
        (Role::Uac, true) => Some(Link::SameCallId),
        (Role::Uac, false) => open.redirect.attempts.first().map(|attempt| attempt.link.max(Link::NewCallId)),
    }
}

fn same_from_tag(open: &Open, asked: &Asked<'_>) -> Option<Link> {
    let fits = asked.method() == open.redirect.method
        && open.redirect.role == Role::Uac
        && same_element(open, asked)
        && fits_dialog(open, asked)
        && !is_next_round(open, asked)
        && !has_another_purpose(open, asked);
    fits.then_some(Link::NewCallId)
}

/// Whether the request is the next try of an attempt that reached nobody, whether in the same call or not.
fn fails_over(last: &Attempt, asked: &Asked<'_>) -> bool {
    last.fails_over(asked.uri(), asked.sighting.destination, asked.sighting.transport)
}

/// Whether no attempt was answered but by a failure.
fn is_unserved(open: &Open) -> bool {
    open.redirect.attempts.last().and_then(|last| last.outcome).is_none_or(|outcome| outcome.status >= 400)
}

/// Whether the 3xx came a moment before `time`.
fn is_soon(open: &Open, time: Timestamp) -> bool {
    time.nanos_since(open.redirect.response.time) <= open.redirect.patience
}

/// A new call by the same caller to a Contact that this redirect has not yet led to.
fn new_call(open: &Open, asked: &Asked<'_>) -> Option<Link> {
    let leads_on = open
        .redirect
        .attempts
        .last()
        .is_none_or(|last| !open.redirect.attempts.iter().any(|attempt| attempt.uri.equals(asked.uri())) || fails_over(last, asked));
    let fits = leads_on
        && asked.method() == open.redirect.method
        && open.redirect.role == Role::Uac
        && asked.is_first_hop()
        && open.caller.as_ref() == asked.caller()
        && fits_dialog(open, asked)
        && goes_to_contact(open, asked.uri());
    fits.then_some(Link::NewCall)
}

/// A new call that goes to the user or to the host of a Contact and carries the session or the To of the redirected request.
fn similar_call(open: &Open, asked: &Asked<'_>) -> Option<Link> {
    let Some(request) = &open.redirect.request else { return None };
    if !open.redirect.attempts.is_empty()
        || asked.method() != open.redirect.method
        || open.redirect.role != Role::Uac
        || !asked.is_first_hop()
        || asked.tag_of_to().is_some()
        || is_original(open, asked.uri())
    {
        return None;
    }
    let near = open.redirect.targets.iter().any(|target| {
        let same_user = target.uri.user().is_some() && target.uri.user() == asked.uri().user();
        let same_host = target.uri.host().zip(asked.uri().host()).is_some_and(|(one, other)| one.equals(other));
        target.usable && (same_user || same_host)
    });
    let origin = sdp_origin(asked.sighting.message.body());
    let same_session = origin.is_some() && origin == sdp_origin(request.message.body());
    (near && (same_session || has_to_of_redirected(open, asked))).then_some(Link::SimilarCall)
}

/// Whether the request has the To of the redirected request, as it is recommended to have (RFC 3261, 8.1.3.4).
fn has_to_of_redirected(open: &Open, asked: &Asked<'_>) -> bool {
    let request = open.redirect.request.as_ref().unwrap_or(&open.redirect.response);
    asked.to().zip(request.message.to()).is_some_and(|(to, asked_to)| to.equals(&Uri::parse(asked_to.uri)))
}

fn is_original(open: &Open, uri: &Uri) -> bool {
    open.redirect.original.as_ref().is_some_and(|original| original.equals(uri))
}

/// A new call of the same caller a moment after the 3xx, for which nothing else speaks.
fn is_candidate(open: &Open, asked: &Asked<'_>) -> bool {
    let since = asked.sighting.time.nanos_since(open.redirect.response.time);
    (0..=CANDIDATE_NANOS).contains(&since)
        && open.redirect.attempts.is_empty()
        && asked.method() == open.redirect.method
        && asked.is_first_hop()
        && open.redirect.role == Role::Uac
        && asked.tag_of_to().is_none()
        // Where SIP reaches no Contact, time alone speaks for nothing.
        && (open.redirect.has_usable_target() || open.redirect.is_alternative())
}

/// Whether the request may be an emergency call: to the URN of such a service, or to a number as short as emergency numbers are, and as some
/// extensions are, too.
fn calls_for_help(asked: &Asked<'_>) -> bool {
    let digits = |number: &[u8]| SHORT_NUMBER.contains(&number.len()) && number.iter().all(u8::is_ascii_digit);
    let uri = asked.uri();
    let is_short = || match uri.subscriber() {
        Some(subscriber) => digits(subscriber.number()),
        None => uri.user().is_some_and(digits),
    };
    asked.method() == b"INVITE" && (uri.is_emergency_service() || is_short())
}

/// Whether the request may be the emergency call for which a Contact stands that is no address: another caller's name, another service and a
/// number dialled in its place leave that open.
fn may_be_emergency_call(open: &Open, asked: &Asked<'_>) -> bool {
    let redirect = &open.redirect;
    redirect.names_emergency()
        && !redirect.is_alternative()
        && redirect.is_invite()
        && redirect.role == Role::Uac
        && redirect.attempts.is_empty()
        && asked.is_first_hop()
        && asked.tag_of_to().is_none()
        && !is_original(open, asked.uri())
}

/// The user name and session id of an SDP origin line (RFC 4566, 5.2): what a client keeps when it offers the same session elsewhere.
fn sdp_origin(body: &[u8]) -> Option<Vec<u8>> {
    let line = body.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(b"o="))?;
    let mut words = line.split(|byte| *byte == b' ');
    let mut origin = words.next()?.to_vec();
    origin.push(b' ');
    origin.extend_from_slice(words.next()?);
    Some(origin)
}
