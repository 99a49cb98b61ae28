//! Takes the value of a header, puts pseudonyms in it as its kind asks.
//!
//! Invariant: a header of which nothing is known is text of a person. RFC 3261, 20; RFC 7315; RFC 7044; RFC 5806.

use super::message::Redactor;
use super::pseudonym::is_of_word;
use crate::sip::name::Name;

/// What is known of a header's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It says nothing of persons.
    Plain,
    /// Addresses with names and parameters.
    Addresses,
    /// A Call-ID, with parameters behind it.
    CallId,
    /// Credentials, or what asks for them.
    Credentials,
    /// Tokens, and what people wrote in quotation marks.
    Quoted,
    /// A token, then what tells of a place.
    Network,
    /// Anything.
    Text,
}

/// Headers that the table of names does not hold and of which something is known.
const FURTHER: &[(&str, Kind)] = &[
    ("Remote-Party-ID", Kind::Addresses),
    ("P-Served-User", Kind::Addresses),
    ("P-Profile-Key", Kind::Addresses),
    ("P-User-Database", Kind::Addresses),
    ("Target-Dialog", Kind::CallId),
    ("Allow-Events", Kind::Plain),
    ("Answer-Mode", Kind::Plain),
    ("Feature-Caps", Kind::Plain),
    ("Flow-Timer", Kind::Plain),
    ("Info-Package", Kind::Plain),
    ("P-Early-Media", Kind::Plain),
    ("Recv-Info", Kind::Plain),
    ("Refer-Sub", Kind::Plain),
    ("Security-Client", Kind::Plain),
    ("Security-Server", Kind::Plain),
    ("Security-Verify", Kind::Plain),
    ("Session-ID", Kind::Plain),
    ("SIP-ETag", Kind::Plain),
    ("SIP-If-Match", Kind::Plain),
    ("Content-ID", Kind::Plain),
    ("Content-Transfer-Encoding", Kind::Plain),
    ("Suppress-If-Match", Kind::Plain),
];

impl Kind {
    fn of(written: &[u8], name: Name) -> Self {
        match name {
            Name::From
            | Name::To
            | Name::Contact
            | Name::Route
            | Name::RecordRoute
            | Name::Path
            | Name::ServiceRoute
            | Name::ReferTo
            | Name::ReferredBy
            | Name::ReplyTo
            | Name::Diversion
            | Name::HistoryInfo
            | Name::PAssertedIdentity
            | Name::PAssociatedUri
            | Name::PCalledPartyId
            | Name::PPreferredIdentity
            | Name::AlertInfo
            | Name::CallInfo
            | Name::ErrorInfo
            | Name::Geolocation
            | Name::IdentityInfo => Self::Addresses,
            Name::CallId | Name::InReplyTo | Name::Join | Name::Replaces => Self::CallId,
            Name::Authorization | Name::ProxyAuthorization | Name::WwwAuthenticate | Name::ProxyAuthenticate | Name::AuthenticationInfo => {
                Self::Credentials
            }
            Name::Reason | Name::Warning => Self::Quoted,
            Name::PAccessNetworkInfo => Self::Network,
            Name::Subject | Name::Organization | Name::Identity => Self::Text,
            Name::Other => {
                FURTHER.iter().find(|(known, _)| written.eq_ignore_ascii_case(known.as_bytes())).map_or(Self::Text, |(_, kind)| *kind)
            }
            _ => Self::Plain,
        }
    }
}

impl Redactor {
    /// The value of the header `name`, which is `written` so.
    pub(super) fn header(&self, written: &[u8], name: Name, value: &mut [u8]) {
        match Kind::of(written, name) {
            Kind::Plain => {}
            Kind::Addresses => self.addresses(value),
            Kind::CallId => self.call_ids(value),
            Kind::Credentials => self.credentials(value),
            Kind::Quoted => self.quoted(value),
            Kind::Network => {
                let end = value.iter().position(|octet| *octet == b';').unwrap_or(value.len());
                self.parameters(value.get_mut(end..).unwrap_or_default());
            }
            Kind::Text => self.prose(value),
        }
    }
}

/// Whether the part of a SIP URI behind its scheme begins with a telephone number where a host should stand.
pub(super) fn is_subscriber_alone(text: &[u8]) -> bool {
    let end = text.iter().position(|octet| matches!(octet, b';' | b'?')).unwrap_or(text.len());
    let number = text.get(..end).unwrap_or_default();
    let digits = number.iter().filter(|octet| octet.is_ascii_digit()).count();
    let is_of_number = |octet: &u8| octet.is_ascii_digit() || matches!(octet, b'+' | b'-' | b'(' | b')' | b'*' | b'#');
    digits > 3 && number.iter().all(is_of_number) && number.iter().any(|octet| is_of_word(*octet))
}
