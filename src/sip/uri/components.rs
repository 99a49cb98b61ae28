//! Takes a parsed URI, gives its components as written and as they are meant.
//!
//! Values are the octets of the message with escapes as they stand, unless a name says otherwise. RFC 3261, 19.1.1.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use smallvec::SmallVec;

use super::escape;
use super::fault::UriFault;
use super::host::{Host, decimal};
use super::next_hop::UriTransport;
use super::telephone::Subscriber;

/// How many parameters, and how many headers, of one URI are read.
pub(super) const MAX_PARAMETERS: usize = 128;

/// What kind of URI it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `sip` (RFC 3261, 19.1).
    Sip,
    /// `sips` (RFC 3261, 19.1).
    Sips,
    /// `tel` (RFC 3966).
    Tel,
    /// `urn` (RFC 8141, with the service names of RFC 5031).
    Urn,
    /// Any other scheme.
    Other,
    /// No scheme: no URI at all.
    Missing,
}

/// A parameter or header of a URI, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// The name, in whatever case.
    pub name: Vec<u8>,
    /// The value, none where there is no `=`.
    pub value: Option<Vec<u8>>,
}

impl Parameter {
    /// Whether this is the parameter `name`; case and escapes say nothing.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        escape::same_in_any_case(&self.name, name.as_bytes())
    }

    /// The value with escapes undone, empty where there is none.
    #[must_use]
    pub fn unescaped_value(&self) -> Vec<u8> {
        escape::unescaped(self.value.as_deref().unwrap_or_default())
    }

    /// The value as written, empty where there is none.
    pub(super) fn text(&self) -> &[u8] {
        self.value.as_deref().unwrap_or_default()
    }
}

/// Octets that are mostly few; no larger than a `Vec` itself.
pub(super) type Short = SmallVec<[u8; 16]>;

/// The components of a SIP or SIPS URI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SipParts {
    pub(super) user: Option<Short>,
    pub(super) password: Option<Short>,
    pub(super) host: Host,
    /// The port as written, so that one that is no number is still compared.
    pub(super) port_text: Option<Short>,
    pub(super) port: Option<u16>,
    /// Octets of the URI up to the end of the port.
    pub(super) address_length: usize,
    pub(super) parameters: Vec<Parameter>,
    pub(super) headers: Vec<Parameter>,
}

/// What follows the scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Parts {
    Sip(SipParts),
    Tel(Subscriber),
    Opaque(Vec<u8>),
}

/// A URI of any scheme. Copies share what was read of it.
///
/// `==` means the same octets; equality as RFC 3261, 19.1.4 has it is [`Uri::equals`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uri(pub(super) Arc<Reading>);

/// What was read of a URI.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) raw: Vec<u8>,
    pub(super) scheme: Scheme,
    pub(super) scheme_length: usize,
    pub(super) parts: Parts,
    pub(super) faults: Vec<UriFault>,
}

impl Uri {
    /// The URI as written.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0.raw
    }

    /// The kind of URI.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.0.scheme
    }

    /// The scheme as written, empty where there is none.
    #[must_use]
    pub fn scheme_text(&self) -> &[u8] {
        self.0.raw.get(..self.0.scheme_length).unwrap_or_default()
    }

    /// Whether it is a SIP or SIPS URI.
    #[must_use]
    pub fn is_sip(&self) -> bool {
        matches!(self.0.scheme, Scheme::Sip | Scheme::Sips)
    }

    /// Whether nothing is wrong in it.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.0.faults.is_empty()
    }

    /// What is wrong in it, each kind once.
    #[must_use]
    pub fn faults(&self) -> &[UriFault] {
        &self.0.faults
    }

    /// Whether a request can be sent to it by SIP itself: a SIP or SIPS URI whose user, host and port can be understood.
    #[must_use]
    pub fn is_usable_target(&self) -> bool {
        self.is_sip() && !self.0.faults.iter().any(|fault| fault.spoils_target())
    }

    /// The components of a SIP or SIPS URI.
    pub(super) fn sip(&self) -> Option<&SipParts> {
        match &self.0.parts {
            Parts::Sip(parts) => Some(parts),
            Parts::Tel(_) | Parts::Opaque(_) => None,
        }
    }

    /// The user part as written, without the password; none for other schemes.
    #[must_use]
    pub fn user(&self) -> Option<&[u8]> {
        self.sip()?.user.as_deref()
    }

    /// The user part with escapes undone.
    #[must_use]
    pub fn unescaped_user(&self) -> Option<Vec<u8>> {
        self.user().map(escape::unescaped)
    }

    /// The password as written.
    #[must_use]
    pub fn password(&self) -> Option<&[u8]> {
        self.sip()?.password.as_deref()
    }

    /// The host of a SIP or SIPS URI.
    #[must_use]
    pub fn host(&self) -> Option<&Host> {
        self.sip().map(|parts| &parts.host)
    }

    /// The address that stands as the host.
    #[must_use]
    pub fn host_as_ip(&self) -> Option<IpAddr> {
        self.host()?.address()
    }

    /// The port, where a valid one is written.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.sip()?.port
    }

    /// The port, or the default one of scheme and transport (RFC 3261, 19.1.1); none for other schemes.
    #[must_use]
    pub fn effective_port(&self) -> Option<u16> {
        self.sip()?.port.or_else(|| self.default_port())
    }

    /// The port that a SIP or SIPS URI without one means.
    pub(super) fn default_port(&self) -> Option<u16> {
        self.is_sip().then(|| self.effective_transport().default_port(self.0.scheme == Scheme::Sips))
    }

    /// The transport that is written, or the default one of the scheme: UDP for `sip`, TCP for `sips`.
    pub(super) fn effective_transport(&self) -> UriTransport {
        let default = if self.0.scheme == Scheme::Sips { UriTransport::Tcp } else { UriTransport::Udp };
        self.transport().unwrap_or(default)
    }

    /// The parameters in their order; empty for schemes other than SIP and SIPS.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        self.sip().map_or(&[], |parts| &parts.parameters)
    }

    /// The parameter `name`; the first, where it stands there twice.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters().iter().find(|parameter| parameter.is(name))
    }

    /// The headers behind `?` in their order.
    #[must_use]
    pub fn headers(&self) -> &[Parameter] {
        self.sip().map_or(&[], |parts| &parts.headers)
    }

    /// The `transport` parameter.
    #[must_use]
    pub fn transport(&self) -> Option<UriTransport> {
        self.parameter("transport").map(|parameter| UriTransport::named(&parameter.unescaped_value()))
    }

    /// The `maddr` parameter, where it is a host.
    #[must_use]
    pub fn maddr(&self) -> Option<Host> {
        let (host, fault) = Host::parse(self.parameter("maddr")?.text());
        // An IPv6 address without brackets is no `host` by the grammar, but there is nothing else that it could mean.
        matches!(fault, None | Some(UriFault::BareIpv6 | UriFault::Zone)).then_some(host)
    }

    /// The `ttl` parameter, where it is a number up to 255.
    #[must_use]
    pub fn ttl(&self) -> Option<u8> {
        decimal(self.parameter("ttl")?.text()).and_then(|ttl| u8::try_from(ttl).ok())
    }

    /// The value of the `user` parameter (`phone`, `ip`, ...), as written.
    #[must_use]
    pub fn user_param(&self) -> Option<&[u8]> {
        self.parameter("user").map(Parameter::text)
    }

    /// The value of the `method` parameter, as written.
    #[must_use]
    pub fn method(&self) -> Option<&[u8]> {
        self.parameter("method").map(Parameter::text)
    }

    /// Whether there is an `lr` parameter, with whatever value.
    #[must_use]
    pub fn lr(&self) -> bool {
        self.parameter("lr").is_some()
    }

    /// The telephone number: of a `tel` URI, or of a user part that reads as one.
    #[must_use]
    pub fn subscriber(&self) -> Option<Subscriber> {
        match &self.0.parts {
            Parts::Sip(parts) => Subscriber::of_user(parts.user.as_deref()?),
            Parts::Tel(subscriber) => Some(subscriber.clone()),
            Parts::Opaque(_) => None,
        }
    }

    /// What follows the scheme of a URI that is neither SIP, SIPS nor `tel`; all of what is no URI.
    #[must_use]
    pub fn opaque(&self) -> Option<&[u8]> {
        match &self.0.parts {
            Parts::Opaque(text) => Some(text),
            Parts::Sip(_) | Parts::Tel(_) => None,
        }
    }

    /// The service that a URN names (`sos.police`), as written (RFC 5031, 4.2).
    #[must_use]
    pub fn service(&self) -> Option<&[u8]> {
        let (namespace, service) = self.opaque().filter(|_| self.0.scheme == Scheme::Urn)?.split_at_checked(b"service:".len())?;
        (namespace.eq_ignore_ascii_case(b"service:") && !service.is_empty()).then_some(service)
    }

    /// Whether it names an emergency service: `urn:service:sos` or a service under it, in any case (RFC 5031, 4.2).
    #[must_use]
    pub fn is_emergency_service(&self) -> bool {
        let top = self.service().and_then(|service| service.split(|&octet| octet == b'.').next());
        top.is_some_and(|top| top.eq_ignore_ascii_case(b"sos"))
    }
}

impl fmt::Display for Uri {
    /// Writes the URI as it stood; what is not printable or not UTF-8 is escaped as `\x0a`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.raw.utf8_chunks() {
            for letter in chunk.valid().chars() {
                if letter.is_control() { write!(f, "{}", letter.escape_default())? } else { write!(f, "{letter}")? }
            }
            write!(f, "{}", chunk.invalid().escape_ascii())?;
        }
        Ok(())
    }
}
