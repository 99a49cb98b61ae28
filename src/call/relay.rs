//! Takes a 3xx as it is opened, gives the redirects on the hop below that it hands on.
//!
//! Invariant: what a proxy or a back-to-back user agent hands on is judged on the hop above only (RFC 3261, 16.7).

use super::identity::ViaStack;
use super::open::{Open, OpenRedirects};
use super::redirect::{Redirect, Role};
use super::sighting::Sighting;

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
        found.redirect.relayed.is_none() && found.redirect.attempts.is_empty() && since >= 0
    };
    let of_call = sighting.message.call_id().map(|call_id| open.of_call(call_id)).unwrap_or_default();
    if !of_call.is_empty() {
        let vias = ViaStack::of(&sighting.message);
        let by_proxy = |found: &Open| is_recent(found) && found.redirect.role == Role::Proxy && found.vias().below() == vias.all();
        below.extend(of_call.iter().rev().take(MAX_BELOW).filter(|number| open.get(**number).is_some_and(by_proxy)));
    }
    let asked_first = |found: &Open| match (&upper.request, &found.redirect.request) {
        (Some(above), Some(below)) => above.time <= below.time && above.message.call_id() != below.message.call_id(),
        _ => false,
    };
    let by_agent = |found: &Open| {
        is_recent(found)
            && sighting.time.nanos_since(found.redirect.response.time) <= RELAY_NANOS
            && asked_first(found)
            && found.redirect.targets.iter().any(|target| upper.targets.iter().any(|above| above.uri.equals(&target.uri)))
    };
    below.extend(
        open.of_client(upper.server.address).iter().rev().take(MAX_BELOW).filter(|number| open.get(**number).is_some_and(by_agent)),
    );
    for number in below {
        if let Some(found) = open.get_mut(number) {
            found.redirect.relayed = Some(upper.id);
        }
    }
}
