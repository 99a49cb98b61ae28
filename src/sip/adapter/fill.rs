//! Takes a message, gives it as rsip's message type, filled from our scanner.
//!
//! Invariant: rsip's parser of whole messages is never asked: it loses compact, folded and IPv6 headers and unknown schemes. What is handed
//! over is normalised: canonical names, unfolded values, one value a header for Via, Contact and the routes, no blanks around separators;
//! octets that are no UTF-8 are replaced, because rsip holds strings.

use super::split_uri::SplitUri;
use crate::sip::fields::Field;
use crate::sip::header::{CSeq, NameAddr, Via};
use crate::sip::message::Message;
use crate::sip::name::Name;
use crate::sip::params::Params;
use crate::sip::scan::{split_list, unfold};
use rsip::headers::untyped::UntypedHeader;
use rsip::{Header, Headers, Method, SipMessage, StatusCode};

impl Message<'_> {
    /// The message as rsip's type.
    ///
    /// None where that type has no room for it: a method that rsip does not know, a status that is none, another version, a Request-URI
    /// without a scheme.
    #[must_use]
    pub fn to_rsip(&self) -> Option<SipMessage> {
        if !self.is_decodable() {
            return None;
        }
        let headers = Headers::from(self.fields().flat_map(|field| headers_of(&field)).collect::<Vec<_>>());
        let body = self.body().to_vec();
        if let Some(status) = self.status() {
            let status_code = match StatusCode::from(status) {
                // The only codes whose Reason-Phrase rsip has room for.
                StatusCode::Other(code, _) => StatusCode::Other(code, text(self.reason_phrase())),
                known => known,
            };
            return Some(SipMessage::Response(rsip::Response { status_code, version: rsip::Version::V2, headers, body }));
        }
        let method = method_of(self.method())?;
        let uri = uri_of(std::str::from_utf8(self.request_uri()?).ok()?)?;
        Some(SipMessage::Request(rsip::Request { method, uri, version: rsip::Version::V2, headers, body }))
    }
}

pub(super) fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

/// The method of exactly that name: methods are case-sensitive (RFC 3261, 7.1), which rsip's own reading is not.
pub(super) fn method_of(name: &[u8]) -> Option<Method> {
    Method::all().into_iter().find(|method| method.to_string().as_bytes() == name)
}

/// The URI in rsip's type, filled from our own split; its type has no room for the headers of a URI.
fn uri_of(uri: &str) -> Option<rsip::Uri> {
    let split = SplitUri::of(uri)?;
    let scheme = match split.scheme {
        "sip" => rsip::Scheme::Sip,
        "sips" => rsip::Scheme::Sips,
        other => rsip::Scheme::Other(other.to_owned()),
    };
    let auth = split.userinfo.map(|userinfo| {
        let (user, password) = userinfo.split_once(':').map_or((userinfo, None), |(user, password)| (user, Some(password)));
        rsip::Auth { user: user.to_owned(), password: password.map(str::to_owned) }
    });
    let bare = split.host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let host = bare.and_then(|host| host.parse().ok()).map_or_else(|| rsip::Host::from(split.host), rsip::Host::IpAddr);
    let params = Params::new(split.params.as_bytes()).iter().map(|param| {
        let value = param.value.map(|value| text(value).into());
        if param.name.eq_ignore_ascii_case(b"lr") && value.is_none() {
            rsip::Param::Lr
        } else {
            rsip::Param::Other(text(param.name).into(), value)
        }
    });
    Some(rsip::Uri {
        scheme: Some(scheme),
        auth,
        host_with_port: rsip::HostWithPort { host, port: split.port.map(Into::into) },
        params: params.collect(),
        headers: Vec::new(),
    })
}

/// `value` written again without folds and without blanks around its separators.
pub(super) fn plain_via(via: &Via<'_>) -> String {
    let port = via.port.map_or_else(String::new, |port| format!(":{port}"));
    let [protocol, version, transport, host] = [via.protocol, via.version, via.transport, via.host].map(text);
    format!("{protocol}/{version}/{transport} {host}{port}{}", plain_params(&via.params))
}

pub(super) fn plain_address(address: &NameAddr<'_>) -> String {
    let display = text(&unfold(address.display));
    let (uri, params) = (text(address.uri), plain_params(&address.params));
    match (address.is_bracketed, display.is_empty()) {
        (false, _) => format!("{uri}{params}"),
        (true, true) => format!("<{uri}>{params}"),
        (true, false) => format!("{display} <{uri}>{params}"),
    }
}

pub(super) fn plain_cseq(value: &[u8]) -> String {
    CSeq::read(value).map_or_else(|| text(&unfold(value)), |cseq| format!("{} {}", cseq.number, text(cseq.method)))
}

fn plain_params(params: &Params<'_>) -> String {
    let plain = params.iter().map(|param| match param.value {
        Some(value) => format!(";{}={}", text(param.name), text(&unfold(value))),
        None => format!(";{}", text(param.name)),
    });
    plain.collect()
}

/// The headers of rsip's kind that one of our lines becomes.
fn headers_of(field: &Field<'_>) -> Vec<Header> {
    let one = |header: Header| vec![header];
    let value = || text(&unfold(field.value));
    let addresses = || split_list(field.value).map(|value| plain_address(&NameAddr::read(value)));
    macro_rules! plain {
        ($($name:ident => $header:ident,)*) => {
            match field.name {
                Name::Via => split_list(field.value).map(|value| Header::Via(rsip::headers::Via::new(plain_via(&Via::read(value))))).collect(),
                Name::Contact => addresses().map(|value| Header::Contact(rsip::headers::Contact::new(value))).collect(),
                Name::Route => addresses().map(|value| Header::Route(rsip::headers::Route::new(value))).collect(),
                Name::RecordRoute => addresses().map(|value| Header::RecordRoute(rsip::headers::RecordRoute::new(value))).collect(),
                Name::From => one(Header::From(rsip::headers::From::new(plain_address(&NameAddr::read(field.value))))),
                Name::To => one(Header::To(rsip::headers::To::new(plain_address(&NameAddr::read(field.value))))),
                Name::CSeq => one(Header::CSeq(rsip::headers::CSeq::new(plain_cseq(field.value)))),
                $(Name::$name => one(Header::$header(rsip::headers::$header::new(value()))),)*
                Name::Other => one(Header::Other(text(field.written), value())),
                known => one(Header::Other(known.canonical().to_owned(), value())),
            }
        };
    }
    plain! {
        Accept => Accept,
        AcceptEncoding => AcceptEncoding,
        AcceptLanguage => AcceptLanguage,
        AlertInfo => AlertInfo,
        Allow => Allow,
        AuthenticationInfo => AuthenticationInfo,
        Authorization => Authorization,
        CallId => CallId,
        CallInfo => CallInfo,
        ContentDisposition => ContentDisposition,
        ContentEncoding => ContentEncoding,
        ContentLanguage => ContentLanguage,
        ContentLength => ContentLength,
        ContentType => ContentType,
        Date => Date,
        ErrorInfo => ErrorInfo,
        Event => Event,
        Expires => Expires,
        InReplyTo => InReplyTo,
        MaxForwards => MaxForwards,
        MimeVersion => MimeVersion,
        MinExpires => MinExpires,
        Organization => Organization,
        Priority => Priority,
        ProxyAuthenticate => ProxyAuthenticate,
        ProxyAuthorization => ProxyAuthorization,
        ProxyRequire => ProxyRequire,
        ReplyTo => ReplyTo,
        Require => Require,
        RetryAfter => RetryAfter,
        Server => Server,
        Subject => Subject,
        SubscriptionState => SubscriptionState,
        Supported => Supported,
        Timestamp => Timestamp,
        Unsupported => Unsupported,
        UserAgent => UserAgent,
        Warning => Warning,
        WwwAuthenticate => WwwAuthenticate,
    }
}
