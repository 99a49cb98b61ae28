//! Takes a 3xx as it is opened, gives the redirects on the hop below that it hands on.
//!
//! Invariant: what a proxy or a back-to-back user agent hands on is judged on the hop above only (RFC 3261, 16.7).

use super::found::numbers;
use super::identity::{ViaStack, nickname};
use super::open::{Open, OpenRedirects};
use super::redirect::{Redirect, Role};
use super::sighting::Sighting;
use crate::sip::Uri;

/// How long a 3xx may come after the one it is handed on from, in nanoseconds.
const RELAY_NANOS: i64 = 5_000_000_000;

/// Marks the redirects on the hop below that this 3xx hands on: by a proxy, whose request below carries the Vias of the one above, or
/// by a back-to-back user agent, which names the same Contact in another call.
pub(super) fn mark_relayed(open: &mut OpenRedirects, upper: &Redirect, sighting: &Sighting<'_>) {
    let mut below = Vec::new();
    let is_recent = |found: &Open| {
        let since = sighting.time.nanos_since(found.redirect.response.time);
        found.redirect.is_companion() == upper.is_companion()
            && found.redirect.relayed.is_none()
            && !found.redirect.is_tried()
            && since >= 0
    };
    if let Some(call_id) = sighting.message.call_id().filter(|call_id| !open.of_call(call_id).is_empty()) {
        let vias = ViaStack::of(&sighting.message);
        let by_proxy = |found: &Open| is_recent(found) && found.redirect.role == Role::Proxy && found.vias().below() == vias.all();
        below.extend(open.of_call(call_id).latest().filter(|(_, found)| by_proxy(found)));
    }
    let is_leg = |found: &Open| is_recent(found) && is_leg_below(upper, &found.redirect);
    let by_agent = |found: &Open| is_leg(found) && found.redirect.client.address == upper.server.address;
    // An element between two networks has another address below than above; then the same people must be meant as well.
    let by_other_side =
        |found: &Open| is_leg(found) && found.redirect.client.address != upper.server.address && found.redirect.server != upper.server;
    let earliest = sighting.time.plus_nanos(-RELAY_NANOS);
    let people = People::of(upper);
    let is_same_call = |found: &Open| people.is_some() && People::of(&found.redirect) == people;
    if let Some(contact) = upper.targets.iter().find(|target| target.usable).or(upper.targets.first()) {
        let alike = open.of_contact(&nickname(&contact.uri)).latest_since(earliest, |found| by_agent(found) || by_other_side(found));
        let names_it = |found: &Open| found.redirect.targets.iter().any(|target| target.uri.equals(&contact.uri));
        below.extend(alike.filter(|(_, found)| if by_agent(found) { names_it(found) } else { is_same_call(found) }));
    }
    // One that hides what is behind it writes a Contact of its own there too: then one call must enclose the other, and not be the caller's.
    if let Some(people) = &people {
        let hides = |found: &Open| found.redirect.client.address != upper.client.address && by_other_side(found);
        let alike = open.of_people(people).latest_since(earliest, |found| by_agent(found) || hides(found));
        below.extend(alike.filter(|(_, found)| is_same_call(found)));
    }
    for number in numbers(below.into_iter()) {
        if let Some(found) = open.get_mut(number) {
            found.redirect.relayed = Some(upper.id);
        }
    }
}

/// Whether the request below may be the other leg of the one above: it came later, as far as the capture holds both, and in another call or
/// with none of the Vias above.
fn is_leg_below(upper: &Redirect, lower: &Redirect) -> bool {
    let is_later = upper.request.as_ref().zip(lower.request.as_ref()).is_none_or(|(above, below)| above.time <= below.time);
    is_later && (upper.response.message.call_id() != lower.response.message.call_id() || lower.role == Role::Uac)
}

/// Status, method, and the users of From and To: an element that hides what is behind it puts a Contact of its own in the place of the one that
/// it received, and leaves these as they are.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct People {
    status: u16,
    method: Vec<u8>,
    caller: Vec<u8>,
    callee: Vec<u8>,
}

impl People {
    /// Those of a redirect; none where a user is missing.
    pub(super) fn of(redirect: &Redirect) -> Option<Self> {
        // A response has both as its request has them (RFC 3261, 8.2.6.2), and is there for sure.
        let message = &redirect.response.message;
        let user = |uri: &[u8]| Uri::parse(uri).user().map(<[u8]>::to_vec);
        let (caller, callee) = (user(message.from()?.uri)?, user(message.to()?.uri)?);
        Some(Self { status: redirect.status, method: redirect.method.clone(), caller, callee })
    }
}
