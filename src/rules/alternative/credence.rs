//! Takes a 380, gives why a handset need not take it for the word of its own network that the call is an emergency call, if so.
//!
//! Three things make it that: the body says so, P-Asserted-Identity names the P-CSCF which the Path named when the handset registered, and the
//! Contact, where there is one, is the emergency service to call. What the capture does not show speaks neither for it nor against it.
//! 3GPP TS 24.229, 5.1.3.1 and 5.2.10.

use super::emergency::says_emergency;
use crate::call::{Kept, Redirect};
use crate::rules::verdict::unread;
use crate::rules::words::text;
use crate::sip::header::NameAddr;
use crate::sip::{Name, Uri};

/// A condition that a 380 does not meet.
pub(in crate::rules) struct Unmet {
    /// What is missing, as a clause of a sentence about the 380.
    pub(in crate::rules) words: String,
    /// The registration that shows it, where one does.
    pub(in crate::rules) registration: Option<Kept>,
}

impl From<&str> for Unmet {
    fn from(words: &str) -> Self {
        Self { words: words.to_owned(), registration: None }
    }
}

/// Whether no condition is known to be unmet.
pub(super) fn is_credible(redirect: &Redirect) -> bool {
    unmet(redirect).is_none()
}

/// The condition of an emergency that a 380 does not meet.
pub(in crate::rules) fn unmet(redirect: &Redirect) -> Option<Unmet> {
    if unread(redirect).is_some() {
        return None;
    }
    let Some(offer) = &redirect.offer else { return Some("it has no body".into()) };
    if !says_emergency(redirect) {
        let words = match &offer.service {
            Some(_) => "its body does not speak of an emergency".to_owned(),
            None => format!("its body is of type {}, not application/3gpp-ims+xml", offer.content_type.as_deref().unwrap_or("unknown")),
        };
        return Some(Unmet { words, registration: None });
    }
    unvouched(redirect).or_else(|| wrong_contact(redirect))
}

/// Whether the P-CSCF of the registration vouches for the 380.
pub(super) fn unvouched(redirect: &Redirect) -> Option<Unmet> {
    let registration = redirect.registration.as_ref()?;
    let way = uris(registration, Name::Path).into_iter().chain(uris(registration, Name::ServiceRoute)).collect::<Vec<_>>();
    let identities = uris(&redirect.response, Name::PAssertedIdentity);
    let known = way.first().map(|uri| text(uri.as_bytes())).unwrap_or_default();
    let words = match identities.first() {
        None => format!("no P-Asserted-Identity vouches for it, and the client registered by way of {known}"),
        Some(_) if identities.iter().any(|identity| way.iter().any(|hop| is_same_element(hop, identity))) => return None,
        Some(other) => {
            format!("its P-Asserted-Identity {} is not on the way by which the client registered, {known}", text(other.as_bytes()))
        }
    };
    Some(Unmet { words, registration: Some(registration.clone()) })
}

/// Whether the 380 has Contacts, and none of them is an emergency service.
fn wrong_contact(redirect: &Redirect) -> Option<Unmet> {
    let first = redirect.targets.first()?;
    let names_service = redirect.targets.iter().any(|target| target.uri.is_emergency_service());
    (!names_service).then(|| Unmet { words: format!("its Contact {} is no emergency service", text(&first.text)), registration: None })
}

/// The URIs in a header of name-addr values.
fn uris(seen: &Kept, name: Name) -> Vec<Uri> {
    seen.message.values(name).map(|value| Uri::parse(NameAddr::read(&value).uri)).collect()
}

/// Whether two URIs name the same element: host and port; user and parameters say how it is to handle the request.
fn is_same_element(one: &Uri, other: &Uri) -> bool {
    match (one.host(), other.host()) {
        (Some(host), Some(other_host)) => host.equals(other_host) && one.effective_port() == other.effective_port(),
        _ => one.equals(other),
    }
}

#[cfg(test)]
mod tests {
    use super::unmet;
    use crate::rules::scene::play;

    const BODY: &str = "Content-Type: application/3gpp-ims+xml | body: <ims-3gpp version=\"1\"><alternative-service><type>emergency</type>\
                        </alternative-service></ims-3gpp>";

    /// What is not met by a 380 with these headers, after a registration by way of the server.
    fn after(path: &str, offer: &str) -> Option<String> {
        let scene = play(&format!(
            "0.0 client > server REGISTER sip:ims.example | Call-ID: reg | To: <sip:alice@atlanta.example>
             0.1 server > client 200 | {path}
             1.0 client > server INVITE sip:117@192.0.2.20
             1.1 server > client 380 | {offer}
             1.2 client > server ACK
             100 end"
        ));
        let [redirect] = scene.redirects.as_slice() else { panic!("one redirect, found {:?}", scene.redirects) };
        unmet(redirect).map(|unmet| unmet.words)
    }

    const PATH: &str = "Path: <sip:192.0.2.20:5060;lr> | Service-Route: <sip:orig@scscf.example;lr>";

    #[test]
    fn the_p_cscf_of_the_registration_vouches_for_it() {
        for identity in ["<sip:192.0.2.20:5060;lr>", "<sip:192.0.2.20>", "\"P\" <sip:term@192.0.2.20;lr>", "<sip:scscf.example>"] {
            assert_eq!(after(PATH, &format!("P-Asserted-Identity: {identity} | {BODY}")), None, "{identity}");
        }
    }

    #[test]
    fn a_stranger_does_not() {
        assert_eq!(
            after(PATH, &format!("P-Asserted-Identity: <sip:203.0.113.9> | {BODY}")).as_deref(),
            Some("its P-Asserted-Identity sip:203.0.113.9 is not on the way by which the client registered, sip:192.0.2.20:5060;lr")
        );
        assert_eq!(
            after(PATH, BODY).as_deref(),
            Some("no P-Asserted-Identity vouches for it, and the client registered by way of sip:192.0.2.20:5060;lr")
        );
    }

    #[test]
    fn without_the_registration_nobody_can_tell() {
        assert_eq!(after("X-None: 1", &format!("P-Asserted-Identity: <sip:203.0.113.9> | {BODY}")), None);
        assert_eq!(after("X-None: 1", BODY), None);
    }

    #[test]
    fn a_contact_that_is_no_emergency_service_makes_it_no_emergency() {
        for (contact, expected) in [
            ("<urn:service:sos.police>", None),
            ("<sip:bob@192.0.2.9>", Some("its Contact sip:bob@192.0.2.9 is no emergency service")),
            ("<sip:bob@192.0.2.9>, <urn:service:sos>", None),
        ] {
            assert_eq!(after("X-None: 1", &format!("Contact: {contact} | {BODY}")).as_deref(), expected);
        }
    }

    #[test]
    fn a_body_that_does_not_say_so_makes_it_none() {
        let facts = [
            ("X-None: 1", "it has no body"),
            ("Content-Type: text/plain | body: emergency", "its body is of type text/plain, not application/3gpp-ims+xml"),
            (&BODY.replace("emergency", "restoration"), "its body does not speak of an emergency"),
        ];
        for (offer, expected) in facts {
            assert_eq!(after(PATH, offer).as_deref(), Some(expected));
        }
        assert_eq!(after(PATH, "flag: truncated"), None, "of a 380 that was cut nobody knows");
    }
}
