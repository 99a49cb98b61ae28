//! Takes a 380 and its attempts, gives what was taken of its alternatives, and for how long nothing more was.

use crate::call::{Attempt, Link, Redirect, is_anonymous};
use crate::sip::Uri;

/// Whether nothing is to be looked for: the 380 was handed on to the hop above, its request cancelled, or no request of a user.
pub(super) fn is_excused(redirect: &Redirect) -> bool {
    redirect.relayed.is_some() || redirect.cancel.is_some() || redirect.method == b"CANCEL"
}

/// Whether `uri` is the one that was asked first.
pub(super) fn is_original(redirect: &Redirect, uri: &Uri) -> bool {
    redirect.original.as_ref().is_some_and(|original| original.equals(uri))
}

/// Whether the attempt goes to an alternative of the body, and is not the refused emergency call once more.
pub(super) fn takes_alternative(redirect: &Redirect, attempt: &Attempt) -> bool {
    matches!(attempt.link, Link::Alternative | Link::EmergencyCall | Link::EmergencyRegistration)
        && !repeats_emergency_call(redirect, attempt)
}

/// Whether the attempt asks the server that refused an emergency call for the same again: neither anonymously, nor behind a registration.
fn repeats_emergency_call(redirect: &Redirect, attempt: &Attempt) -> bool {
    let registered = |other: &Attempt| other.link == Link::EmergencyRegistration && other.request.time < attempt.request.time;
    attempt.link == Link::EmergencyCall
        && is_original(redirect, &attempt.uri)
        && (attempt.request.source, attempt.request.destination) == (redirect.client, redirect.server)
        && !is_anonymous(&attempt.request.message)
        && !redirect.attempts.iter().any(registered)
}

/// The nanoseconds that the capture goes on after the last thing that the 380 is seen to have caused.
pub(super) fn silence(redirect: &Redirect) -> i64 {
    let of_attempt = |attempt: &Attempt| attempt.outcome.map_or(attempt.request.time, |outcome| outcome.time);
    let last = redirect.attempts.iter().map(of_attempt).fold(redirect.response.time, Ord::max);
    redirect.cover.until.nanos_since(last).max(0)
}
