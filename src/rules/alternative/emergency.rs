//! Takes a redirect, gives what its 3GPP body asks of a handset in an emergency, and the emergency call that did not wait for its registration.
//!
//! 3GPP TS 24.229, 5.1.6 and 7.6; RFC 5031.

use super::credence::is_credible;
use crate::call::{Attempt, Kept, Link, Redirect, SECOND, is_anonymous};
use crate::evidence::Place;
use crate::sip::Uri;
use crate::sip::body::{AlternativeAction, AlternativeType};

/// How long an emergency registration is waited for at the least before a handset may go on without it (3GPP TS 24.229, table 7.8.1:
/// `emerg-reg`).
const LEAST_WAIT: i64 = 8 * SECOND;
/// By how much the clocks of two capture points may differ.
const JITTER: i64 = SECOND / 10;

/// Whether a 380 says that the call is an emergency call.
pub(in crate::rules) fn says_emergency(redirect: &Redirect) -> bool {
    let service = redirect.offer.as_ref().and_then(|offer| offer.service_type());
    redirect.status == 380 && service == Some(&AlternativeType::Emergency)
}

/// Whether it says so in a way that binds a handset, as far as the capture tells.
pub(super) fn is_emergency(redirect: &Redirect) -> bool {
    says_emergency(redirect) && is_credible(redirect)
}

/// Whether it also says who asserts that: a handset obeys only its own P-CSCF, which P-Asserted-Identity names (3GPP TS 24.229, 5.1.3.1).
pub(super) fn is_asserted_emergency(redirect: &Redirect) -> bool {
    is_emergency(redirect) && redirect.response.message.named("P-Asserted-Identity").next().is_some()
}

/// The first emergency call after a 380 that asks for an emergency registration, where it did not wait for any.
///
/// A call that may do without is none: one from another address (its registration may be on a network that the capture does not show), one
/// of a handset that is registered for emergencies already, the anonymous one of a handset that cannot register
/// (3GPP TS 24.229, 5.1.6.8.2), and one behind the answer to a registration that the capture lacks.
pub(super) fn unregistered_call(redirect: &Redirect) -> Option<&Attempt> {
    let action = redirect.offer.as_ref().and_then(|offer| offer.action());
    if !is_emergency(redirect) || action != Some(&AlternativeAction::EmergencyRegistration) {
        return None;
    }
    let call = redirect.attempts.iter().find(|attempt| attempt.link == Link::EmergencyCall)?;
    let is_own = call.request.source.address == redirect.client.address;
    let is_known = is_for_emergency(&call.request) || redirect.registration.as_ref().is_some_and(is_for_emergency);
    // Of several captures nobody knows here which frame came first.
    let is_before = |unseen: Place| unseen.capture != call.request.place.capture || unseen.frame < call.request.place.frame;
    let may_be_lost = redirect.unseen.is_some_and(is_before);
    (is_own && !is_known && !may_be_lost && !is_anonymous(&call.request.message) && !waited(redirect, call)).then_some(call)
}

/// Whether the call came behind an emergency registration that was accepted, refused or given up.
fn waited(redirect: &Redirect, call: &Attempt) -> bool {
    let Some(registration) = registration(redirect).filter(|first| first.request.time <= call.request.time) else { return false };
    let granted = redirect
        .attempts
        .iter()
        .filter(|attempt| attempt.link == Link::EmergencyRegistration)
        .find_map(|attempt| attempt.outcome.filter(|outcome| (200..300).contains(&outcome.status)));
    let early = granted.is_some_and(|granted| granted.time.nanos_since(call.request.time) > JITTER);
    !early || call.request.time.nanos_since(registration.request.time) >= LEAST_WAIT
}

/// The first emergency registration.
pub(super) fn registration(redirect: &Redirect) -> Option<&Attempt> {
    redirect.attempts.iter().find(|attempt| attempt.link == Link::EmergencyRegistration)
}

/// Whether a Contact of the message is one that is registered for emergencies (3GPP TS 24.229, 5.1.6.8.3).
fn is_for_emergency(seen: &Kept) -> bool {
    seen.message.contacts().any(|contact| Uri::parse(contact.uri()).parameter("sos").is_some() || contact.params().get("sos").is_some())
}

#[cfg(test)]
mod tests {
    use crate::rules::Section;
    use crate::rules::scene::broken;

    const REGISTER: &str = "client > server REGISTER sip:ims.example | Contact: <sip:alice@192.0.2.10;sos> | Call-ID: reg";
    const CALL: &str = "client > server INVITE urn:service:sos | Call-ID: two";
    const SKIPPED: &str = "emergency-registration-skipped";
    const BEFORE: &str = "emergency-call-before-registration";

    /// The rules that are broken after a 380 that asks for `action`.
    fn after(action: &str, rest: &str) -> Vec<&'static str> {
        let script = format!(
            "0.0 client > server INVITE sip:117@192.0.2.20
             0.1 server > client 380 | Contact: <urn:service:sos> | P-Asserted-Identity: <sip:192.0.2.20;lr> | \
                 Content-Type: application/3gpp-ims+xml | body: <ims-3gpp version=\"1\"><alternative-service><type>emergency</type>\
                 <reason>none</reason><action>{action}</action></alternative-service></ims-3gpp>
             0.2 client > server ACK
             {rest}
             100 end"
        );
        broken(Section::Alternative, &script)
    }

    #[test]
    fn registration_and_then_the_call_is_right() {
        let rest = format!(
            "0.4 {REGISTER}\n0.5 server > client 401\n0.6 {REGISTER}\n0.7 server > client 200\n0.9 {CALL}\n1.0 server > client 200"
        );
        assert_eq!(after("emergency-registration", &rest), [""; 0]);
    }

    #[test]
    fn the_call_without_registration_skipped_it() {
        assert_eq!(after("emergency-registration", &format!("0.4 {CALL}")), [SKIPPED]);
        // An ordinary registration is none for emergencies.
        let ordinary = REGISTER.replace(";sos", "");
        assert_eq!(after("emergency-registration", &format!("0.3 {ordinary}\n0.4 {CALL}")), [SKIPPED]);
    }

    #[test]
    fn a_registration_of_which_only_the_answer_is_seen_was_not_skipped() {
        let answer = |time: f64, status: u16, contact: &str| {
            let ends = "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKr | From: <sip:alice@atlanta.example>;tag=r | To: <sip:alice@atlanta.example>;tag=x";
            format!("{time} server > client {status} | {ends} | Call-ID: reg | CSeq: 1 REGISTER | Contact: {contact}")
        };
        let (granted, ordinary) = ("<sip:alice@192.0.2.10;sos>", "<sip:alice@192.0.2.10>");
        let after = |answer: String| after("emergency-registration", &format!("{answer}\n0.9 {CALL}"));
        assert_eq!(after(answer(0.5, 200, granted)), [""; 0]);
        assert_eq!(after(answer(0.5, 403, ordinary)), [""; 0], "what was refused tells nothing of its Contact");
        assert_eq!(after(answer(0.5, 200, ordinary)), [SKIPPED]);
        assert_eq!(after(answer(0.5, 200, granted).replace("alice@atlanta", "bob@atlanta")), [SKIPPED]);
        let late = format!("0.4 {CALL}\n{}", answer(0.9, 200, granted));
        assert_eq!(self::after("emergency-registration", &late), [SKIPPED]);
    }

    #[test]
    fn the_call_ahead_of_the_registration_is_another_fault() {
        assert_eq!(after("emergency-registration", &format!("0.4 {CALL}\n0.9 {REGISTER}")), [BEFORE]);
    }

    #[test]
    fn the_call_ahead_of_the_answer_to_the_registration_is_that_fault_too() {
        let early = format!("0.4 {REGISTER}\n0.5 {CALL}\n0.9 server > client 200 REGISTER");
        assert_eq!(after("emergency-registration", &early), [BEFORE]);
        // A handset that has waited as long as it must may go on without it.
        let late = format!("0.4 {REGISTER}\n8.5 {CALL}\n9.0 server > client 200 REGISTER");
        assert_eq!(after("emergency-registration", &late), [""; 0]);
    }

    #[test]
    fn a_registration_that_failed_was_still_not_skipped() {
        assert_eq!(after("emergency-registration", &format!("0.4 {REGISTER}\n0.5 server > client 503\n0.9 {CALL}")), [""; 0]);
    }

    #[test]
    fn without_that_action_no_registration_is_asked_for() {
        for action in ["", "anonymous-emergencycall"] {
            assert_eq!(after(action, &format!("0.4 {CALL}")), [""; 0], "{action}");
        }
    }

    #[test]
    fn a_registration_on_another_network_cannot_be_missed() {
        let elsewhere = CALL.replace("client", "198.51.100.77:5060");
        assert_eq!(after("emergency-registration", &format!("0.4 {elsewhere}")), [""; 0]);
    }

    #[test]
    fn a_handset_that_is_registered_for_emergencies_already_may_call() {
        assert_eq!(after("emergency-registration", &format!("0.4 {CALL} | Contact: <sip:alice@192.0.2.10;sos>")), [""; 0]);
    }

    #[test]
    fn a_handset_that_cannot_register_calls_anonymously() {
        let anonymous = "From: \"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=2";
        assert_eq!(after("emergency-registration", &format!("0.4 {CALL} | {anonymous}")), [""; 0]);
    }
}
