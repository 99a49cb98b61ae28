//! Takes nothing, gives the names of how near a Request-URI came to the Contact it answers.
//!
//! The order is from nearest to farthest. It grades texts, not conduct: whether a difference is wrong is for the rules to say.

use std::fmt;

/// How a Request-URI relates to the Contact of the redirect; reports name it as [`Match::name`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Match {
    /// The same after `?headers` and `method` are left out and escapes, case and IPv6 text are made alike.
    Exact,
    /// As exact, but parameters stand in another order, or `lr` came or went.
    Equal,
    /// A `tel` URI became the SIP URI of the same number in a domain (RFC 3261, 19.1.6).
    TelConverted,
    /// A parameter that RFC 3261 does not know was added.
    ParametersAdded,
    /// A parameter that RFC 3261 does not know was lost or changed, or the password differs.
    ParametersLost,
    /// A default was spelled out or dropped (`:5060`, `transport=udp`, `user=phone`), or the host is spelled otherwise.
    DefaultChanged,
    /// The port, or `transport`, `maddr`, `ttl` or `user`, was lost, added or changed.
    RoutingChanged,
    /// `sip` became `sips` or the reverse.
    SchemeChanged,
    /// The user is the same telephone number in another form, the host is the same.
    NumberNormalised,
    /// The host is the same, the user is not.
    HostOnly,
    /// The user is the same, the host is not.
    UserOnly,
    /// The Request-URI is nearer to the URI that was redirected than to the Contact, and equals it.
    Original,
    /// None of these.
    None,
}

impl Match {
    /// The name in reports, in kebab-case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Equal => "equal",
            Self::TelConverted => "tel-converted",
            Self::ParametersAdded => "parameters-added",
            Self::ParametersLost => "parameters-lost",
            Self::DefaultChanged => "default-changed",
            Self::RoutingChanged => "routing-changed",
            Self::SchemeChanged => "scheme-changed",
            Self::NumberNormalised => "number-normalised",
            Self::HostOnly => "host-only",
            Self::UserOnly => "user-only",
            Self::Original => "original",
            Self::None => "none",
        }
    }

    /// Whether the whole Contact was taken over, as RFC 3261, 8.1.3.4 asks.
    #[must_use]
    pub const fn is_taken_over(self) -> bool {
        matches!(self, Self::Exact | Self::Equal | Self::TelConverted)
    }

    /// Whether user and host are those of the Contact, whatever became of the rest.
    #[must_use]
    pub const fn names_the_target(self) -> bool {
        !matches!(self, Self::HostOnly | Self::UserOnly | Self::Original | Self::None)
    }
}

impl fmt::Display for Match {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
