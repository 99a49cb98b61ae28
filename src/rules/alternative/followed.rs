//! Takes a 380 and its attempts, gives what was taken of its alternatives, and for how long nothing more was.

use crate::call::{Attempt, Link, Redirect};
use crate::sip::Uri;

/// Whether nothing is to be looked for: the 380 was handed on to the hop above, its request cancelled, or no request of a user.
pub(super) fn is_excused(redirect: &Redirect) -> bool {
    redirect.relayed.is_some() || redirect.cancel.is_some() || redirect.method == b"CANCEL"
}

/// Whether `uri` is the one that was asked first.
pub(super) fn is_original(redirect: &Redirect, uri: &Uri) -> bool {
    redirect.original.as_ref().is_some_and(|original| original.equals(uri))
}

/// Whether the attempt goes to an alternative of the body.
pub(super) const fn takes_alternative(attempt: &Attempt) -> bool {
    matches!(attempt.link, Link::Alternative | Link::EmergencyCall | Link::EmergencyRegistration)
}

/// The nanoseconds that the capture goes on after the last thing that the 380 is seen to have caused.
pub(super) fn silence(redirect: &Redirect) -> i64 {
    let of_attempt = |attempt: &Attempt| attempt.outcome.map_or(attempt.request.time, |outcome| outcome.time);
    let last = redirect.attempts.iter().map(of_attempt).fold(redirect.response.time, Ord::max);
    redirect.cover.until.nanos_since(last).max(0)
}
