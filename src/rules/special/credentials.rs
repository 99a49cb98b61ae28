//! Takes a message, gives the digest credentials or the challenges in it.
//!
//! RFC 3261, 20.7, 20.27, 20.28 and 20.44. Invariant: facts, not judgements; nothing is computed from a credential.

use std::borrow::Cow;

use crate::sip::header::Auth;
use crate::sip::{Message, Name};

/// Whom credentials are for, or a challenge comes from: a server or a proxy, with the headers of both.
const PARTIES: [(Name, Name); 2] = [(Name::Authorization, Name::WwwAuthenticate), (Name::ProxyAuthorization, Name::ProxyAuthenticate)];

/// What stands in one header of credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Credentials<'a> {
    /// The header of the challenge that they answer.
    challenged_by: Name,
    pub(super) realm: Cow<'a, [u8]>,
    nonce: Cow<'a, [u8]>,
    response: Cow<'a, [u8]>,
    /// The Request-URI that they were computed for.
    pub(super) uri: Cow<'a, [u8]>,
}

/// The credentials of a request that a computation stands behind: a client may name itself before it was ever challenged, with an empty nonce.
pub(super) fn credentials<'a>(message: &'a Message<'_>) -> impl Iterator<Item = Credentials<'a>> {
    PARTIES.into_iter().flat_map(|(name, challenged_by)| {
        let digests = message.auths(name).filter(Auth::is_digest);
        digests.filter_map(move |auth| {
            let get = |name: &str| auth.get(name).filter(|value| !value.is_empty());
            let (realm, nonce, response) = (get("realm")?, get("nonce")?, get("response")?);
            Some(Credentials { challenged_by, realm, nonce, response, uri: get("uri").unwrap_or_default() })
        })
    })
}

/// The realms that a response asks credentials for.
pub(super) fn realms<'a>(challenge: &'a Message<'_>) -> impl Iterator<Item = Cow<'a, [u8]>> {
    PARTIES.into_iter().flat_map(|(_, name)| challenge.auths(name).filter_map(|auth| auth.get("realm")))
}

impl Credentials<'_> {
    /// Whether these were rejected by `challenge`: their realm is asked for again, and not because their nonce was too old.
    pub(super) fn are_rejected_by(&self, challenge: &Message<'_>) -> bool {
        let again = challenge.auths(self.challenged_by).filter(|auth| auth.get("realm").as_deref() == Some(&*self.realm));
        let is_stale = |auth: Auth<'_>| auth.get("stale").is_some_and(|stale| stale.eq_ignore_ascii_case(b"true"));
        let mut again = again.map(is_stale).peekable();
        again.peek().is_some() && !again.any(|is_stale| is_stale)
    }
}
