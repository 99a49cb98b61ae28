//! Takes a header name as written, gives the header it names: long or compact form, any case.
//!
//! Invariant: the table below says what a name means; the seven names that scanning tells by their letters are held to it by a test. A
//! lookup hashes three facts of the name into a table made at compile time and compares one or two candidates.
//! RFC 3261, 7.3.3 and 20; IANA "SIP Parameters", header fields.

/// How a header's value is written: one value a line, or a list of values parted by commas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    One,
    List,
}
use Shape::{List, One};

macro_rules! names {
    ($($variant:ident $canonical:literal $compact:literal $shape:ident;)*) => {
        /// A header that this program knows by name, or any other.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Name {
            $(#[doc = concat!("`", $canonical, "`")] $variant,)*
            /// A header that the table does not hold.
            Other,
        }

        const ALL: &[(Name, &str, &str, Shape)] = &[$((Name::$variant, $canonical, $compact, $shape),)*];
    };
}

names! {
    Accept "Accept" "" List;
    AcceptContact "Accept-Contact" "a" List;
    AcceptEncoding "Accept-Encoding" "" List;
    AcceptLanguage "Accept-Language" "" List;
    AlertInfo "Alert-Info" "" List;
    Allow "Allow" "" List;
    AllowEvents "Allow-Events" "u" List;
    AuthenticationInfo "Authentication-Info" "" One;
    Authorization "Authorization" "" One;
    CSeq "CSeq" "" One;
    CallId "Call-ID" "i" One;
    CallInfo "Call-Info" "" List;
    Contact "Contact" "m" List;
    ContentDisposition "Content-Disposition" "" One;
    ContentEncoding "Content-Encoding" "e" List;
    ContentLanguage "Content-Language" "" List;
    ContentLength "Content-Length" "l" One;
    ContentType "Content-Type" "c" One;
    Date "Date" "" One;
    Diversion "Diversion" "" List;
    ErrorInfo "Error-Info" "" List;
    Event "Event" "o" One;
    Expires "Expires" "" One;
    From "From" "f" One;
    Geolocation "Geolocation" "" List;
    HistoryInfo "History-Info" "" List;
    Identity "Identity" "y" One;
    IdentityInfo "Identity-Info" "n" One;
    InReplyTo "In-Reply-To" "" List;
    Join "Join" "" One;
    MaxBreadth "Max-Breadth" "" One;
    MaxForwards "Max-Forwards" "" One;
    MimeVersion "MIME-Version" "" One;
    MinExpires "Min-Expires" "" One;
    MinSe "Min-SE" "" One;
    Organization "Organization" "" One;
    PAccessNetworkInfo "P-Access-Network-Info" "" List;
    PAssertedIdentity "P-Asserted-Identity" "" List;
    PAssociatedUri "P-Associated-URI" "" List;
    PCalledPartyId "P-Called-Party-ID" "" List;
    PPreferredIdentity "P-Preferred-Identity" "" List;
    Path "Path" "" List;
    Priority "Priority" "" One;
    Privacy "Privacy" "" One;
    ProxyAuthenticate "Proxy-Authenticate" "" One;
    ProxyAuthorization "Proxy-Authorization" "" One;
    ProxyRequire "Proxy-Require" "" List;
    RAck "RAck" "" One;
    RSeq "RSeq" "" One;
    Reason "Reason" "" List;
    RecordRoute "Record-Route" "" List;
    ReferTo "Refer-To" "r" One;
    ReferredBy "Referred-By" "b" One;
    RejectContact "Reject-Contact" "j" List;
    Replaces "Replaces" "" One;
    ReplyTo "Reply-To" "" One;
    RequestDisposition "Request-Disposition" "d" List;
    Require "Require" "" List;
    RetryAfter "Retry-After" "" One;
    Route "Route" "" List;
    Server "Server" "" One;
    ServiceRoute "Service-Route" "" List;
    SessionExpires "Session-Expires" "x" One;
    Subject "Subject" "s" One;
    SubscriptionState "Subscription-State" "" One;
    Supported "Supported" "k" List;
    Timestamp "Timestamp" "" One;
    To "To" "t" One;
    Unsupported "Unsupported" "" List;
    UserAgent "User-Agent" "" One;
    Via "Via" "v" List;
    Warning "Warning" "" List;
    WwwAuthenticate "WWW-Authenticate" "" One;
}

/// Slots of the lookup table: a power of two, more than four times the number of spellings, so that probes stay short.
const SLOTS: usize = 512;
/// An empty slot.
const FREE: u8 = u8::MAX;
const TABLE: [u8; SLOTS] = table();

/// Mixes length, first and last octet of a spelling, letters in lower case.
const fn slot(len: usize, first: u8, last: u8) -> usize {
    let first = first.to_ascii_lowercase() as usize;
    let last = last.to_ascii_lowercase() as usize;
    len.wrapping_mul(37).wrapping_add(first.wrapping_mul(11)).wrapping_add(last.wrapping_mul(101)) % SLOTS
}

const fn enter(mut table: [u8; SLOTS], spelling: &[u8], index: u8) -> [u8; SLOTS] {
    if let (Some(first), Some(last)) = (spelling.first(), spelling.last()) {
        let mut at = slot(spelling.len(), *first, *last);
        #[expect(clippy::indexing_slicing, reason = "runs at compile time, and the slot is taken modulo the length")]
        while table[at] != FREE {
            at = (at + 1) % SLOTS;
        }
        #[expect(clippy::indexing_slicing, reason = "as above")]
        {
            table[at] = index;
        }
    }
    table
}

const fn table() -> [u8; SLOTS] {
    let mut table = [FREE; SLOTS];
    let mut index = 0;
    while index < ALL.len() {
        #[expect(clippy::indexing_slicing, reason = "runs at compile time, within the bound of the loop")]
        let (_, canonical, compact, _) = ALL[index];
        table = enter(table, canonical.as_bytes(), index as u8);
        table = enter(table, compact.as_bytes(), index as u8);
        index += 1;
    }
    table
}

impl Name {
    /// The header that `written` names, in any case, long or compact; [`Name::Other`] where the table has none such.
    #[must_use]
    pub fn of(written: &[u8]) -> Self {
        let (Some(first), Some(last)) = (written.first(), written.last()) else { return Self::Other };
        let mut at = slot(written.len(), *first, *last);
        while let Some(entry) = TABLE.get(at).and_then(|index| ALL.get(usize::from(*index))) {
            let (name, canonical, compact, _) = *entry;
            if written.eq_ignore_ascii_case(canonical.as_bytes()) || written.eq_ignore_ascii_case(compact.as_bytes()) {
                return name;
            }
            at = (at + 1) % SLOTS;
        }
        Self::Other
    }

    /// The first letters of its long and its compact form, in lower case; none where it has no such form.
    pub(super) fn initials(self) -> [Option<u8>; 2] {
        let initial = |spelling: &str| spelling.bytes().next().map(|octet| octet.to_ascii_lowercase());
        self.entry().map_or([None, None], |entry| [initial(entry.1), initial(entry.2)])
    }

    fn entry(self) -> Option<&'static (Self, &'static str, &'static str, Shape)> {
        ALL.get(self as usize)
    }

    /// The long form as the standards write it; empty for [`Name::Other`].
    #[must_use]
    pub fn canonical(self) -> &'static str {
        self.entry().map_or("", |entry| entry.1)
    }

    /// Whether a line of it can hold several values parted by commas (RFC 3261, 7.3.1).
    #[must_use]
    pub fn is_list(self) -> bool {
        self.entry().is_some_and(|entry| entry.3 == List)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_found_in_any_case() {
        for (index, (name, canonical, compact, _)) in ALL.iter().enumerate() {
            assert_eq!(*name as usize, index);
            assert_eq!(name.canonical(), *canonical);
            for spelling in [canonical, compact].into_iter().filter(|spelling| !spelling.is_empty()) {
                assert_eq!(Name::of(spelling.as_bytes()), *name, "{spelling}");
                assert_eq!(Name::of(spelling.to_ascii_uppercase().as_bytes()), *name, "{spelling}");
                assert_eq!(Name::of(spelling.to_ascii_lowercase().as_bytes()), *name, "{spelling}");
            }
        }
    }

    #[test]
    fn the_compact_forms_are_those_of_the_registry() {
        let registry = [
            ("a", Name::AcceptContact),
            ("b", Name::ReferredBy),
            ("c", Name::ContentType),
            ("d", Name::RequestDisposition),
            ("e", Name::ContentEncoding),
            ("f", Name::From),
            ("i", Name::CallId),
            ("j", Name::RejectContact),
            ("k", Name::Supported),
            ("l", Name::ContentLength),
            ("m", Name::Contact),
            ("n", Name::IdentityInfo),
            ("o", Name::Event),
            ("r", Name::ReferTo),
            ("s", Name::Subject),
            ("t", Name::To),
            ("u", Name::AllowEvents),
            ("v", Name::Via),
            ("x", Name::SessionExpires),
            ("y", Name::Identity),
        ];
        for (compact, name) in registry {
            assert_eq!(Name::of(compact.as_bytes()), name, "{compact}");
        }
    }

    #[test]
    fn what_the_table_does_not_hold_is_other() {
        for written in ["", "X-Foo", "C%6Fntact", "Contacts", "h", "Via ", "Call_ID"] {
            assert_eq!(Name::of(written.as_bytes()), Name::Other, "{written:?}");
        }
        assert_eq!(Name::Other.canonical(), "");
        assert!(!Name::Other.is_list());
    }
}
