//! Takes a redirect, gives what is remembered of it for the requests that come after it: packed, and as the rules read it.
//!
//! Invariant: what is unpacked equals what was packed. A URI follows from its octets, so these are all that is kept of it: tens of thousands of
//! redirects are remembered, and few of them are ever asked for.

use std::net::IpAddr;
use std::sync::Arc;

use super::fallback::CachedUse;
use super::redirect::{Lifetime, Redirect, Target};
use crate::evidence::{Place, Timestamp};
use crate::sip::Uri;

/// What is remembered of a redirect for the requests that come after it.
#[derive(Debug, Clone)]
pub struct Watch {
    /// The redirect's number.
    pub redirect: u64,
    /// The status: 301 or 302.
    pub status: u16,
    /// Where the 3xx stands.
    pub place: Place,
    /// When it was seen.
    pub time: Timestamp,
    /// The Request-URI with which the chain began.
    pub original: Uri,
    /// The Contacts.
    pub targets: Arc<[Target]>,
}

/// The same, packed, with what its client did since.
#[derive(Debug)]
pub(super) struct Packed {
    pub(super) redirect: u64,
    pub(super) client: IpAddr,
    status: u16,
    place: Place,
    pub(super) time: Timestamp,
    /// The octets of the original URI, then those of each Contact.
    octets: Box<[u8]>,
    original: u32,
    targets: Box<[PackedTarget]>,
    /// Whether the client asked a Contact: only then can a later use of it come from a cache.
    pub(super) attempted: bool,
    pub(super) last_original: Option<Timestamp>,
    pub(super) cached: Option<Box<CachedUse>>,
    /// By how many names it is looked up.
    pub(super) names: u32,
    /// How many later requests were told.
    pub(super) told: usize,
}

/// A Contact, packed: how long its texts are, which follow one another.
#[derive(Debug)]
struct PackedTarget {
    text: u32,
    /// None where the URI is that text.
    uri: Option<u32>,
    unbracketed: Option<u32>,
    q: Option<u16>,
    lifetime: Lifetime,
    usable: bool,
}

/// Puts texts behind one another.
fn put(octets: &mut Vec<u8>, text: &[u8]) -> u32 {
    octets.extend_from_slice(text);
    // No message is longer than 256 KiB.
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

/// Takes them off again.
fn take<'a>(rest: &mut &'a [u8], len: u32) -> &'a [u8] {
    let (text, behind) = rest.split_at_checked(len as usize).unwrap_or((rest, &[]));
    *rest = behind;
    text
}

impl Packed {
    /// What is remembered of `redirect`, whose chain began with `original`.
    pub(super) fn new(redirect: &Redirect, original: &Uri) -> Self {
        let mut octets = Vec::new();
        let original = put(&mut octets, original.as_bytes());
        let mut pack = |target: &Target| PackedTarget {
            text: put(&mut octets, &target.text),
            uri: (target.uri.as_bytes() != target.text).then(|| put(&mut octets, target.uri.as_bytes())),
            unbracketed: target.unbracketed.as_ref().map(|uri| put(&mut octets, uri.as_bytes())),
            q: target.q,
            lifetime: target.lifetime,
            usable: target.usable,
        };
        let targets = redirect.targets.iter().map(&mut pack).collect();
        Self {
            redirect: redirect.id,
            client: redirect.client.address,
            status: redirect.status,
            place: redirect.response.place,
            time: redirect.response.time,
            octets: octets.into(),
            original,
            targets,
            attempted: false,
            last_original: None,
            cached: None,
            names: 0,
            told: 0,
        }
    }

    /// The Request-URI with which the chain began.
    pub(super) fn original(&self) -> Uri {
        Uri::parse(take(&mut &*self.octets, self.original))
    }

    /// All of it, as the rules read it.
    pub(super) fn unpacked(&self) -> Watch {
        let mut rest = &*self.octets;
        let original = Uri::parse(take(&mut rest, self.original));
        let unpack = |target: &PackedTarget| {
            let text = take(&mut rest, target.text);
            Target {
                text: text.to_vec(),
                uri: Uri::parse(target.uri.map_or(text, |len| take(&mut rest, len))),
                unbracketed: target.unbracketed.map(|len| Uri::parse(take(&mut rest, len))),
                q: target.q,
                lifetime: target.lifetime,
                usable: target.usable,
                // Known of a redirect that is closed, and it is packed when it opens.
                absent: None,
            }
        };
        let targets = self.targets.iter().map(unpack).collect();
        Watch { redirect: self.redirect, status: self.status, place: self.place, time: self.time, original, targets }
    }
}
