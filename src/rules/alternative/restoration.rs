//! Takes a 504 or 380, gives whether it says that the registration of the handset is lost, and whether the handset registered anew.
//!
//! 3GPP TS 24.229, 5.1.2A.1.6 and 7.6.

use super::credence::unvouched;
use crate::call::{Attempt, Link, Redirect};
use crate::rules::verdict::{Verdict, delay, doubt};
use crate::rules::words::{seconds, text};
use crate::sip::Name;
use crate::sip::body::{AlternativeAction, AlternativeType};

/// Whether the response says that the registration is lost.
pub(super) fn says_restoration(redirect: &Redirect) -> bool {
    let service = redirect.offer.as_ref().and_then(|offer| offer.service_type());
    matches!(redirect.status, 380 | 504) && service == Some(&AlternativeType::Restoration)
}

/// Whether it asks for a new registration in a way that binds a handset: body complete, and an element of the registration behind it.
pub(super) fn asks_restoration(redirect: &Redirect) -> bool {
    let Some(offer) = redirect.offer.as_ref().filter(|_| says_restoration(redirect)) else { return false };
    let has_version = offer.service.as_ref().is_some_and(|service| service.version.is_some());
    let is_asserted = redirect.response.message.values(Name::PAssertedIdentity).next().is_some();
    has_version && is_asserted && offer.action() == Some(&AlternativeAction::InitialRegistration) && unvouched(redirect).is_none()
}

/// The first registration that may be the one that was asked for.
pub(super) fn registered(redirect: &Redirect) -> Option<&Attempt> {
    let mut all = redirect.attempts.iter().filter(|attempt| attempt.link == Link::InitialRegistration);
    all.clone().find(|attempt| !is_refresh(redirect, attempt)).or_else(|| all.next())
}

/// Whether a REGISTER goes on with the registration that is lost: the same call, and credentials that it was challenged for before.
fn is_refresh(redirect: &Redirect, attempt: &Attempt) -> bool {
    let message = &attempt.request.message;
    let known = redirect.registration.as_ref().is_some_and(|grant| grant.message.call_id() == message.call_id());
    known && message.auths(Name::Authorization).any(|auth| auth.get("nonce").is_some_and(|nonce| !nonce.is_empty())) && !attempt.amended
}

/// The verdict over a response that says so, in which no error was found.
pub(super) fn verdict(redirect: &Redirect) -> (Verdict, String) {
    if let Some(attempt) = registered(redirect) {
        let after = delay(redirect, attempt);
        if is_refresh(redirect, attempt) {
            let reason = format!("a REGISTER was sent after {after}, which may refresh the old registration and not begin a new one");
            return (Verdict::Inconclusive, reason);
        }
        return (Verdict::Correct, format!("the handset registered anew after {after}"));
    }
    if let Some(unmet) = unvouched(redirect) {
        return (
            Verdict::NotApplicable,
            format!("the {} asks for a new registration, but a handset is not to act on it: {}", redirect.status, unmet.words),
        );
    }
    let seen = doubt(redirect).unwrap_or_else(|| format!("no new registration within {}", seconds(redirect.covered())));
    let action =
        redirect.offer.as_ref().and_then(|offer| offer.action()).map_or_else(|| "none".to_owned(), |action| text(action.name().as_bytes()));
    (Verdict::Inconclusive, format!("{seen}; the registration is lost, action {action}"))
}
