//! Takes a redirect, gives what its 3GPP body asks of a handset in an emergency, and the emergency call that did not wait for its registration.
//!
//! 3GPP TS 24.229, 5.1.6 and 7.6; RFC 5031.

use crate::call::{Attempt, Link, Redirect};
use crate::sip::Uri;
use crate::sip::body::{AlternativeAction, AlternativeType};

/// Whether a 380 says that the call is an emergency call.
pub(super) fn is_emergency(redirect: &Redirect) -> bool {
    let service = redirect.offer.as_ref().and_then(|offer| offer.service_type());
    redirect.status == 380 && service == Some(&AlternativeType::Emergency)
}

/// Whether it also says who asserts that: a handset obeys only its own P-CSCF, which P-Asserted-Identity names (3GPP TS 24.229, 5.1.3.1).
pub(super) fn is_asserted_emergency(redirect: &Redirect) -> bool {
    is_emergency(redirect) && redirect.response.message.named("P-Asserted-Identity").next().is_some()
}

/// The first emergency call after a 380 that asks for an emergency registration, where it came ahead of any.
///
/// A call that may do without is none: one from another address (its registration may be on a network that the capture does not show), one
/// whose Contact says that the handset is registered for emergencies already, and the anonymous one of a handset that cannot register
/// (3GPP TS 24.229, 5.1.6.8.2).
pub(super) fn unregistered_call(redirect: &Redirect) -> Option<&Attempt> {
    let action = redirect.offer.as_ref().and_then(|offer| offer.action());
    if !is_emergency(redirect) || action != Some(&AlternativeAction::EmergencyRegistration) {
        return None;
    }
    let first = redirect.attempts.iter().find(|attempt| matches!(attempt.link, Link::EmergencyCall | Link::EmergencyRegistration))?;
    let is_own = first.request.source.address == redirect.client.address;
    (first.link == Link::EmergencyCall && is_own && !is_registered(first) && !is_anonymous(first)).then_some(first)
}

/// The first emergency registration.
pub(super) fn registration(redirect: &Redirect) -> Option<&Attempt> {
    redirect.attempts.iter().find(|attempt| attempt.link == Link::EmergencyRegistration)
}

/// Whether the Contact of the call is one that was registered for emergencies (3GPP TS 24.229, 5.1.6.8.3).
fn is_registered(call: &Attempt) -> bool {
    call.request
        .message
        .contacts()
        .any(|contact| Uri::parse(contact.uri()).parameter("sos").is_some() || contact.params().get("sos").is_some())
}

/// Whether the caller is nobody: `sip:anonymous@anonymous.invalid` (RFC 3261, 8.1.1.3; RFC 3323, 4.1.1.3).
fn is_anonymous(call: &Attempt) -> bool {
    call.request.message.from().is_some_and(|from| {
        let caller = Uri::parse(from.uri);
        let at_nowhere = caller.host().and_then(|host| host.name()).is_some_and(|name| name.eq_ignore_ascii_case(b"anonymous.invalid"));
        at_nowhere || caller.user().is_some_and(|user| user.eq_ignore_ascii_case(b"anonymous"))
    })
}
