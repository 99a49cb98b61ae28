//! Takes a 3xx as it is opened, gives the redirects on the hop below that it hands on.
//!
//! Invariant: what a proxy or a back-to-back user agent hands on is judged on the hop above only (RFC 3261, 16.7).

use super::identity::{ViaStack, nickname};
use super::open::{Open, OpenRedirects};
use super::redirect::{Redirect, Role};
use super::sighting::Sighting;
use crate::sip::Uri;

/// The most redirects of one call or client that are looked at, the latest first.
const MAX_BELOW: usize = 64;
/// How long a 3xx may come after the one it is handed on from, in nanoseconds.
const RELAY_NANOS: i64 = 5_000_000_000;

/// Marks the redirects on the hop below that this 3xx hands on: by a proxy, whose request below carries the Vias of the one above, or
/// by a back-to-back user agent, which names the same Contact in another call.
pub(super) fn mark_relayed(open: &mut OpenRedirects, upper: &Redirect, sighting: &Sighting<'_>) {
    let mut below: Vec<u64> = Vec::new();
    let is_recent = |found: &Open| {
        let since = sighting.time.nanos_since(found.redirect.response.time);
        found.redirect.is_companion() == upper.is_companion()
            && found.redirect.relayed.is_none()
            && !found.redirect.is_tried()
            && since >= 0
    };
    let of_call = sighting.message.call_id().map(|call_id| open.of_call(call_id)).unwrap_or_default();
    if !of_call.is_empty() {
        let vias = ViaStack::of(&sighting.message);
        let by_proxy = |found: &Open| is_recent(found) && found.redirect.role == Role::Proxy && found.vias().below() == vias.all();
        below.extend(of_call.iter().rev().take(MAX_BELOW).filter(|number| open.get(**number).is_some_and(by_proxy)));
    }
    let by_agent = |found: &Open| {
        is_recent(found)
            && sighting.time.nanos_since(found.redirect.response.time) <= RELAY_NANOS
            && is_leg_below(upper, &found.redirect)
            && (names_same_contact(upper, &found.redirect) || is_same_call(upper, &found.redirect))
    };
    below.extend(
        open.of_client(upper.server.address).iter().rev().take(MAX_BELOW).filter(|number| open.get(**number).is_some_and(by_agent)),
    );
    // An element between two networks has another address below than above; then the same people must be meant as well.
    let by_other_side = |found: &Open| {
        is_recent(found)
            && sighting.time.nanos_since(found.redirect.response.time) <= RELAY_NANOS
            && found.redirect.client.address != upper.server.address
            && found.redirect.server != upper.server
            && is_leg_below(upper, &found.redirect)
            && is_same_call(upper, &found.redirect)
    };
    if let Some(contact) = upper.targets.iter().find(|target| target.usable) {
        let alike = open.of_contact(&nickname(&contact.uri)).iter().rev().take(MAX_BELOW);
        below.extend(alike.filter(|number| open.get(**number).is_some_and(by_other_side)));
    }
    // One that hides what is behind it writes a Contact of its own there too: then one call must enclose the other, and not be the caller's.
    let hides = |found: &Open| found.redirect.client.address != upper.client.address && by_other_side(found);
    let is_fresh = |found: &Open| sighting.time.nanos_since(found.redirect.response.time) <= RELAY_NANOS;
    let latest = (upper.id.saturating_sub(MAX_BELOW as u64)..upper.id).rev();
    let latest = latest.take_while(|number| open.get(*number).is_none_or(is_fresh));
    below.extend(latest.filter(|number| open.get(*number).is_some_and(hides)));
    for number in below {
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

fn names_same_contact(upper: &Redirect, lower: &Redirect) -> bool {
    lower.targets.iter().any(|target| upper.targets.iter().any(|above| above.uri.equals(&target.uri)))
}

/// Whether both requests have the same caller call the same user, and both responses the same status: an element that hides what is behind
/// it puts a Contact of its own in the place of the one that it received.
fn is_same_call(upper: &Redirect, lower: &Redirect) -> bool {
    let users = |redirect: &Redirect| {
        // A response has both as its request has them (RFC 3261, 8.2.6.2), and is there for sure.
        let message = &redirect.response.message;
        let user = |uri: &[u8]| Uri::parse(uri).user().map(<[u8]>::to_vec);
        Some((user(message.from()?.uri)?, user(message.to()?.uri)?))
    };
    upper.status == lower.status && upper.method == lower.method && users(upper).is_some_and(|above| Some(above) == users(lower))
}
