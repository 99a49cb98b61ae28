//! Takes the headers of a message, gives a field for each, under Wireshark's names for them.
//!
//! Invariant: a header that stands there twice has two values, each a line as it was written, its folds undone.

use super::field::{Field, Origin, Sink, header_lines};
use crate::filter::value::{Kind, Value};
use crate::sip::fields::Field as HeaderField;
use crate::sip::scan::{decimal, take_while, trim_start};
use crate::sip::{Message, Name};

const fn known(name: &'static str, header: Name) -> Field {
    Field::new(name, Kind::Text, Origin::Header(header))
}

const fn written(name: &'static str, header: &'static str) -> Field {
    Field::new(name, Kind::Text, Origin::Written(header))
}

/// A header whose value begins with a number.
macro_rules! number {
    ($name:literal, $header:ident) => {
        Field::new($name, Kind::Unsigned(32), Origin::Message(|message, give| numbers(message, Name::$header, give)))
    };
}

/// Headers that are numbers.
pub(super) const NUMBERS: &[Field] = &[
    number!("sip.Content-Length", ContentLength),
    number!("sip.Expires", Expires),
    number!("sip.Max-Breadth", MaxBreadth),
    number!("sip.Max-Forwards", MaxForwards),
    number!("sip.RSeq", RSeq),
    number!("sip.Retry-After", RetryAfter),
];

/// Headers that are text.
pub(super) const TEXTS: &[Field] = &[
    known("sip.Accept", Name::Accept),
    known("sip.Accept-Contact", Name::AcceptContact),
    known("sip.Accept-Encoding", Name::AcceptEncoding),
    known("sip.Accept-Language", Name::AcceptLanguage),
    written("sip.Accept-Resource-Priority", "Accept-Resource-Priority"),
    written("sip.Additional-Identity", "Additional-Identity"),
    known("sip.Alert-Info", Name::AlertInfo),
    known("sip.Allow", Name::Allow),
    known("sip.Allow-Events", Name::AllowEvents),
    written("sip.Answer-Mode", "Answer-Mode"),
    written("sip.Attestation-Info", "Attestation-Info"),
    known("sip.Authentication-Info", Name::AuthenticationInfo),
    known("sip.Authorization", Name::Authorization),
    known("sip.CSeq", Name::CSeq),
    known("sip.Call-ID", Name::CallId),
    known("sip.Call-Info", Name::CallInfo),
    written("sip.Cellular-Network-Info", "Cellular-Network-Info"),
    known("sip.Contact", Name::Contact),
    known("sip.Content-Disposition", Name::ContentDisposition),
    known("sip.Content-Encoding", Name::ContentEncoding),
    known("sip.Content-Language", Name::ContentLanguage),
    known("sip.Content-Type", Name::ContentType),
    known("sip.Date", Name::Date),
    known("sip.Diversion", Name::Diversion),
    written("sip.ETag", "SIP-ETag"),
    known("sip.Error-Info", Name::ErrorInfo),
    known("sip.Event", Name::Event),
    written("sip.Feature-Caps", "Feature-Caps"),
    written("sip.Flow-Timer", "Flow-Timer"),
    known("sip.From", Name::From),
    known("sip.Geolocation", Name::Geolocation),
    written("sip.Geolocation-Error", "Geolocation-Error"),
    written("sip.Geolocation-Routing", "Geolocation-Routing"),
    known("sip.History-Info", Name::HistoryInfo),
    known("sip.Identity", Name::Identity),
    known("sip.Identity-info", Name::IdentityInfo),
    written("sip.If_Match", "SIP-If-Match"),
    known("sip.In-Reply-To", Name::InReplyTo),
    written("sip.Info-Package", "Info-Package"),
    known("sip.Join", Name::Join),
    known("sip.MIME-Version", Name::MimeVersion),
    known("sip.Min-Expires", Name::MinExpires),
    known("sip.Min-SE", Name::MinSe),
    known("sip.Organization", Name::Organization),
    written("sip.Origination-Id", "Origination-Id"),
    known("sip.P-Access-Network-Info", Name::PAccessNetworkInfo),
    written("sip.P-Answer-State", "P-Answer-State"),
    known("sip.P-Asserted-Identity", Name::PAssertedIdentity),
    written("sip.P-Asserted-Service", "P-Asserted-Service"),
    known("sip.P-Associated-URI", Name::PAssociatedUri),
    known("sip.P-Called-Party-ID", Name::PCalledPartyId),
    written("sip.P-Charge-Info", "P-Charge-Info"),
    written("sip.P-Charging-Function-Addresses", "P-Charging-Function-Addresses"),
    written("sip.P-Charging-Vector", "P-Charging-Vector"),
    written("sip.P-DCS-Billing-Info", "P-DCS-Billing-Info"),
    written("sip.P-DCS-LAES", "P-DCS-LAES"),
    written("sip.P-DCS-OSPS", "P-DCS-OSPS"),
    written("sip.P-DCS-Redirect", "P-DCS-Redirect"),
    written("sip.P-DCS-Trace-Party-ID", "P-DCS-Trace-Party-ID"),
    written("sip.P-Early-Media", "P-Early-Media"),
    written("sip.P-Media-Authorization", "P-Media-Authorization"),
    known("sip.P-Preferred-Identity", Name::PPreferredIdentity),
    written("sip.P-Preferred-Service", "P-Preferred-Service"),
    written("sip.P-Profile-Key", "P-Profile-Key"),
    written("sip.P-Refused-URI-List", "P-Refused-URI-List"),
    written("sip.P-Served-User", "P-Served-User"),
    written("sip.P-User-Database", "P-User-Database"),
    written("sip.P-Visited-Network-ID", "P-Visited-Network-ID"),
    known("sip.Path", Name::Path),
    written("sip.Permission-Missing", "Permission-Missing"),
    written("sip.Policy_Contact", "Policy-Contact"),
    written("sip.Policy_ID", "Policy-ID"),
    known("sip.Priority", Name::Priority),
    written("sip.Priority-Share", "Priority-Share"),
    written("sip.Priv-Answer-mode", "Priv-Answer-mode"),
    known("sip.Privacy", Name::Privacy),
    known("sip.Proxy-Authenticate", Name::ProxyAuthenticate),
    known("sip.Proxy-Authorization", Name::ProxyAuthorization),
    known("sip.Proxy-Require", Name::ProxyRequire),
    known("sip.RAck", Name::RAck),
    known("sip.Reason", Name::Reason),
    known("sip.Record-Route", Name::RecordRoute),
    written("sip.Recv-Info", "Recv-Info"),
    written("sip.Refer-Sub", "Refer-Sub"),
    known("sip.Refer-To", Name::ReferTo),
    known("sip.Referred-by", Name::ReferredBy),
    known("sip.Reject-Contact", Name::RejectContact),
    written("sip.Relayed-Charge", "Relayed-Charge"),
    known("sip.Replaces", Name::Replaces),
    known("sip.Reply-To", Name::ReplyTo),
    known("sip.Request-Disposition", Name::RequestDisposition),
    known("sip.Require", Name::Require),
    written("sip.Resource-Priority", "Resource-Priority"),
    written("sip.Resource-Share", "Resource-Share"),
    written("sip.Response-Source", "Response-Source"),
    written("sip.Restoration-Info", "Restoration-Info"),
    known("sip.Route", Name::Route),
    written("sip.Security-Client", "Security-Client"),
    written("sip.Security-Server", "Security-Server"),
    written("sip.Security-Verify", "Security-Verify"),
    known("sip.Server", Name::Server),
    written("sip.Service-Interact-Info", "Service-Interact-Info"),
    known("sip.Service-Route", Name::ServiceRoute),
    known("sip.Session-Expires", Name::SessionExpires),
    written("sip.Session-ID", "Session-ID"),
    known("sip.Subject", Name::Subject),
    known("sip.Subscription-State", Name::SubscriptionState),
    known("sip.Supported", Name::Supported),
    written("sip.Suppress_If_Match", "Suppress-If-Match"),
    written("sip.Target-Dialog", "Target-Dialog"),
    known("sip.Timestamp", Name::Timestamp),
    known("sip.To", Name::To),
    written("sip.Trigger-Consent", "Trigger-Consent"),
    known("sip.Unsupported", Name::Unsupported),
    known("sip.User-Agent", Name::UserAgent),
    known("sip.Via", Name::Via),
    known("sip.WWW-Authenticate", Name::WwwAuthenticate),
    known("sip.Warning", Name::Warning),
];

/// The number that each line of the header `name` begins with; a comment may follow it.
fn numbers(message: &Message<'_>, name: Name, give: &mut Sink<'_>) {
    header_lines(message, name, &mut |line| {
        let Some(line) = line.octets() else { return };
        let (digits, _) = take_while(trim_start(line), |octet| octet.is_ascii_digit());
        // What 32 bits do not hold is no number that a rule of SIP knows.
        if let Some(number) = decimal(digits).and_then(|number| u32::try_from(number).ok()) {
            give(Value::Unsigned(number.into()));
        }
    });
}

/// Whether a header is none that Wireshark knows.
pub(super) fn is_unknown(field: &HeaderField<'_>) -> bool {
    let is_written =
        |known: &Field| matches!(known.origin, Origin::Written(header) if header.as_bytes().eq_ignore_ascii_case(field.written));
    field.name == Name::Other && !TEXTS.iter().any(is_written)
}
