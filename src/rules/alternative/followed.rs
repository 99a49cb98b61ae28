//! Takes a 380 and its attempts, gives what was taken of its alternatives, and for how long nothing more was.

use super::emergency::says_emergency;
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

/// Whether the attempt goes to an alternative of the body, or reaches for the same user by other means, and is not the refused emergency call
/// once more.
pub(super) fn takes_alternative(redirect: &Redirect, attempt: &Attempt) -> bool {
    let is_linked = matches!(attempt.link, Link::Alternative | Link::EmergencyCall | Link::EmergencyRegistration);
    (is_linked && !repeats_emergency_call(redirect, attempt)) || has_other_media(redirect, attempt)
}

/// Whether the attempt asks for the user who was called with other media than before, where there is no emergency: without the video that was
/// refused, say.
fn has_other_media(redirect: &Redirect, attempt: &Attempt) -> bool {
    let Some(request) = redirect.request.as_ref().filter(|_| !says_emergency(redirect) && is_original(redirect, &attempt.uri)) else {
        return false;
    };
    let (asked, again) = (media(request.message.body()), media(attempt.request.message.body()));
    !asked.is_empty() && !again.is_empty() && asked != again
}

/// The kinds of media that a session description asks for; one with port 0 is declined (RFC 3264, 6).
pub(super) fn media(body: &[u8]) -> Vec<&[u8]> {
    let lines = body.split(|octet| *octet == b'\n').filter_map(|line| line.strip_prefix(b"m="));
    lines
        .filter_map(|line| {
            let mut words = line.split(|octet| *octet == b' ');
            let (kind, port) = (words.next()?, words.next()?);
            (port != b"0").then_some(kind)
        })
        .collect()
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
    // Whoever gets no response at all still waits for one.
    let unfinished = |attempt: &Attempt| if attempt.is_answered { attempt.request.time } else { attempt.over_by() };
    let of_attempt = |attempt: &Attempt| attempt.outcome.map_or_else(|| unfinished(attempt), |outcome| outcome.time);
    let last = redirect.attempts.iter().map(of_attempt).fold(redirect.response.time, Ord::max);
    redirect.cover.until.nanos_since(last).max(0)
}
