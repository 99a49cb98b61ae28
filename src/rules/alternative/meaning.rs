//! Takes a 380, gives in plain words what the network offered and what the client was to do about it.
//!
//! Invariant: the words are about what was asked; what was done, and whether that was right, the verdict says. RFC 3261, 21.3.5; 3GPP TS
//! 24.229, 5.1.3.1.

use super::credence::unmet;
use super::emergency::says_emergency;
use super::restoration::says_restoration;
use crate::call::Redirect;
use crate::rules::words::text;
use crate::sip::Uri;
use crate::sip::body::{AlternativeAction, Alternatives};

/// The most URIs that are named in a sentence.
const MAX_NAMED: usize = 3;

/// What a 380, or a response of the same kind, says to whoever reads its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    /// What the network says.
    pub offered: String,
    /// What the client is to do.
    pub expected: String,
}

/// The meaning of a redirect whose body describes alternatives; `None` for all others.
#[must_use]
pub fn meaning(redirect: &Redirect) -> Option<Meaning> {
    if !redirect.is_alternative() {
        return None;
    }
    let offer = redirect.offer.as_ref()?;
    let (offered, expected) = if says_emergency(redirect) || asks_anonymous_call(redirect) {
        emergency(redirect, offer)
    } else if says_restoration(redirect) {
        ("the network has lost the registration of this phone".to_owned(), "register anew, and then make the call again".to_owned())
    } else {
        other(redirect, offer)
    };
    Some(Meaning { offered, expected })
}

/// Whether a 403 sends its handset on to an anonymous emergency call.
pub(super) fn asks_anonymous_call(redirect: &Redirect) -> bool {
    let action = redirect.offer.as_ref().and_then(|offer| offer.action());
    redirect.status == 403 && action == Some(&AlternativeAction::AnonymousEmergencycall)
}

fn emergency(redirect: &Redirect, offer: &Alternatives) -> (String, String) {
    if redirect.status == 380
        && let Some(unmet) = unmet(redirect)
    {
        let offered = "somebody says that this is an emergency call, whose word the phone need not take".to_owned();
        return (offered, format!("make no emergency call: {}", unmet.words));
    }
    let service = redirect.targets.iter().map(|target| &target.uri).find(|uri| uri.is_emergency_service());
    let service = service.map_or_else(|| "urn:service:sos".to_owned(), |uri| text(uri.as_bytes()));
    let elsewhere = "or make the emergency call in the circuit-switched network, which this capture cannot show";
    let expected = match offer.action() {
        Some(AlternativeAction::EmergencyRegistration) => {
            format!("register for emergencies (a REGISTER with sos in its Contact) and then call {service}, {elsewhere}")
        }
        Some(AlternativeAction::AnonymousEmergencycall) => format!("call {service} without giving a name, {elsewhere}"),
        _ => format!("call {service}, {elsewhere}"),
    };
    let offered = if redirect.status == 403 {
        "the network does not register this phone for emergencies"
    } else {
        "this is an emergency call, which the phone did not know; it was not put through as an ordinary one"
    };
    (offered.to_owned(), expected)
}

fn other(redirect: &Redirect, offer: &Alternatives) -> (String, String) {
    let is_other = |uri: &&Uri| !redirect.original.as_ref().is_some_and(|original| original.equals(uri));
    let named = |uris: Vec<&Uri>| uris.into_iter().take(MAX_NAMED).map(|uri| text(uri.as_bytes())).collect::<Vec<_>>().join(", ");
    let by_sip: Vec<&Uri> = offer.sip_alternatives().filter(is_other).collect();
    let refused = "the call cannot be made as it was asked for";
    if !by_sip.is_empty() {
        let uris = named(by_sip);
        return (
            format!("{refused}; the body names another way: {uris}"),
            format!("call {uris}, or offer it to the user; the Contact is no substitute"),
        );
    }
    let elsewhere: Vec<&Uri> = offer.uris.iter().filter(is_other).collect();
    if !elsewhere.is_empty() {
        let uris = named(elsewhere);
        return (
            format!("{refused}; the body names a way outside SIP: {uris}"),
            "offer it to the user; whether he took it, SIP does not show".to_owned(),
        );
    }
    if !offer.media.is_empty() {
        let media = offer.media.join(", ");
        return (format!("{refused}; it can be made with {media}"), format!("call again with {media}, or tell the user"));
    }
    if offer.prose.is_some() {
        return (format!("{refused}; the body tells the user in words why, or what else to do"), "show the text to the user".to_owned());
    }
    (format!("{refused}; what the body says could not be read"), "tell the user that the call failed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::meaning;
    use crate::rules::scene::play;

    fn of(status: u16, offer: &str) -> Option<(String, String)> {
        let scene = play(&format!(
            "0.0 client > server INVITE sip:117@192.0.2.20
             0.1 server > client {status} | {offer}
             0.2 client > server ACK
             100 end"
        ));
        scene.redirects.first().and_then(meaning).map(|meaning| (meaning.offered, meaning.expected))
    }

    fn ims(content: &str) -> String {
        format!(
            "Content-Type: application/3gpp-ims+xml | body: <ims-3gpp version=\"1\"><alternative-service>{content}</alternative-service></ims-3gpp>"
        )
    }

    #[track_caller]
    fn expects(status: u16, offer: &str, words: &str) {
        let (_, expected) = of(status, offer).expect("it has a meaning");
        assert!(expected.contains(words), "{expected}");
    }

    #[test]
    fn an_emergency_says_whom_to_call_and_what_to_do_before() {
        let action = "<type>emergency</type><action>emergency-registration</action>";
        expects(380, &format!("Contact: <urn:service:sos.police> | {}", ims(action)), "register for emergencies");
        expects(380, &format!("Contact: <urn:service:sos.police> | {}", ims(action)), "then call urn:service:sos.police, or make");
        expects(380, &ims("<type>emergency</type><action>anonymous-emergencycall</action>"), "call urn:service:sos without giving a name");
        expects(
            380,
            &format!("Contact: <sip:a@b> | {}", ims("<type>emergency</type>")),
            "make no emergency call: its Contact sip:a@b is no",
        );
        expects(403, &ims("<type>emergency</type><action>anonymous-emergencycall</action>"), "call urn:service:sos without giving a name");
    }

    #[test]
    fn a_lost_registration_is_made_anew() {
        expects(504, &ims("<type>restoration</type><action>initial-registration</action>"), "register anew");
        expects(380, &ims("<type>restoration</type><action>initial-registration</action>"), "register anew");
    }

    #[test]
    fn other_bodies_say_where_the_user_can_be_reached() {
        expects(380, "Content-Type: text/plain | body: sip:reception@192.0.2.9", "call sip:reception@192.0.2.9, or offer it");
        expects(380, "Content-Type: text/plain | body: mailto:a@b.example", "offer it to the user");
        expects(380, "Content-Type: application/sdp | body: m=text 9 x", "call again with text");
        expects(380, "Content-Type: text/plain | body: Closed today.", "show the text");
        expects(380, "Content-Type: image/png | body: x", "tell the user");
    }

    #[test]
    fn a_response_that_describes_nothing_has_no_meaning() {
        assert_eq!(of(380, "X-None: 1"), None);
        assert_eq!(of(302, "Contact: <sip:a@192.0.2.9> | Content-Type: text/plain | body: sip:b@192.0.2.9"), None);
    }
}
