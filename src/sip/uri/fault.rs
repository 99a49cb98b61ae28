//! Takes nothing, gives the names of what can be wrong in a URI.
//!
//! A fault never stops the reading. Each kind is kept once per URI, so the list is bounded by the number of kinds. RFC 3261, 25.1.

use std::fmt;

/// What is wrong in a URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UriFault {
    /// No scheme, or a scheme that is none (`*`, `302,sip:10.10.0.5`).
    NoScheme,
    /// Nothing follows the scheme.
    Empty,
    /// An `@` without a user before it (RFC 3261, 19.1.1).
    EmptyUser,
    /// A character in the user part that must be escaped.
    User,
    /// A character in the password that must be escaped.
    Password,
    /// No host.
    EmptyHost,
    /// A host that is neither a host name nor an address.
    Host,
    /// An IPv6 address without brackets.
    BareIpv6,
    /// A zone in an IPv6 address, which says nothing to another host.
    Zone,
    /// A port that is no number from 1 to 65535.
    Port,
    /// An empty parameter, an empty name or value, or a character that must be escaped.
    Parameter,
    /// A parameter that stands there twice (RFC 3261, 19.1.1).
    RepeatedParameter,
    /// A `maddr` that is no host, or a `ttl` that is no number up to 255.
    ParameterValue,
    /// More parameters or headers than are read; the rest is left out.
    TooMany,
    /// An empty or nameless header, or a character in it that must be escaped.
    Header,
    /// A `tel` URI without a telephone number.
    Number,
    /// A URN that is not `urn:namespace:name`.
    Urn,
    /// A character that no URI may hold unescaped.
    Character,
}

impl UriFault {
    /// Whether a request to this URI cannot be addressed: scheme, user, host or port are spoilt.
    #[must_use]
    pub const fn spoils_target(self) -> bool {
        !matches!(self, Self::Parameter | Self::RepeatedParameter | Self::ParameterValue | Self::TooMany | Self::Header | Self::Password)
    }

    /// What is wrong, in words for a sentence that begins with "the URI has".
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::NoScheme => "no scheme",
            Self::Empty => "nothing after its scheme",
            Self::EmptyUser => "an @ without a user",
            Self::User => "an unescaped character in its user part",
            Self::Password => "an unescaped character in its password",
            Self::EmptyHost => "no host",
            Self::Host => "a host that is neither a name nor an address",
            Self::BareIpv6 => "an IPv6 address without brackets",
            Self::Zone => "an IPv6 zone",
            Self::Port => "a port that is no number from 1 to 65535",
            Self::Parameter => "a malformed parameter",
            Self::RepeatedParameter => "a parameter twice",
            Self::ParameterValue => "a maddr or ttl with a value that is none",
            Self::TooMany => "more parameters or headers than are read",
            Self::Header => "a malformed header",
            Self::Number => "no telephone number",
            Self::Urn => "no namespace or no name",
            Self::Character => "a character that must be escaped",
        }
    }
}

impl fmt::Display for UriFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}
