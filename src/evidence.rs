//! Takes nothing, gives the ground words that every room says: where something stood in a capture, when, and between whom.
//!
//! Invariant: this file imports nothing of ours.

use std::fmt;
use std::net::IpAddr;

/// Where a SIP message stands: capture, frame, and which message of that frame.
///
/// The order of places is the order in which the messages were read: capture by capture, frame by frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Index of the capture among those named on the command line, from 0.
    pub capture: u32,
    /// Number of the frame in its capture, from 1, as Wireshark counts; the completing frame of a reassembled message.
    pub frame: u64,
    /// Index of the message among those that this frame completed, from 0.
    pub index: u32,
}

/// A moment in nanoseconds since 1970-01-01T00:00:00Z.
///
/// Bounds: 1677 to 2262; what a capture claims beyond is clamped to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The latest moment that can be told.
    pub const MAX: Self = Self(i64::MAX);
    /// The earliest moment that can be told.
    pub const MIN: Self = Self(i64::MIN);

    /// Takes nanoseconds since the epoch, clamped to the bounds of the type.
    #[must_use]
    pub fn from_nanos(nanos: i128) -> Self {
        Self(i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX }))
    }

    /// Nanoseconds since the epoch.
    #[must_use]
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// The time from `earlier` to this moment in nanoseconds, negative where `earlier` is later; saturates.
    #[must_use]
    pub const fn nanos_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The time from `earlier` to this moment in seconds, negative where `earlier` is later.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> f64 {
        self.nanos_since(earlier) as f64 / 1e9
    }

    /// This moment moved by `nanos` nanoseconds; saturates.
    #[must_use]
    pub const fn plus_nanos(self, nanos: i64) -> Self {
        Self(self.0.saturating_add(nanos))
    }
}

/// An address and a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    /// The IPv4 or IPv6 address.
    pub address: IpAddr,
    /// The UDP or TCP port.
    pub port: u16,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            IpAddr::V4(address) => write!(f, "{address}:{}", self.port),
            IpAddr::V6(address) => write!(f, "[{address}]:{}", self.port),
        }
    }
}

/// Why a packet did not arrive, as an ICMP error says it (RFC 792; RFC 4443, 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unreachable {
    /// No route leads there.
    Network,
    /// The host does not answer.
    Host,
    /// The host does not speak that transport.
    Protocol,
    /// Nobody listens on the port.
    Port,
    /// A filter forbids it.
    Prohibited,
    /// It went round until its time was over.
    TimeExceeded,
}

impl Unreachable {
    /// The name in reports, in kebab-case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Network => "network-unreachable",
            Self::Host => "host-unreachable",
            Self::Protocol => "protocol-unreachable",
            Self::Port => "port-unreachable",
            Self::Prohibited => "prohibited",
            Self::TimeExceeded => "time-exceeded",
        }
    }
}

/// What carried a SIP message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// User datagrams.
    Udp,
    /// A stream in the clear.
    Tcp,
    /// WebSocket in a stream in the clear (RFC 7118).
    Ws,
    /// TLS in a stream, opened by its keys.
    Tls,
    /// WebSocket in TLS, opened by its keys.
    Wss,
}

impl Transport {
    /// The name as reports write it, in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Ws => "ws",
            Self::Tls => "tls",
            Self::Wss => "wss",
        }
    }

    /// Whether the transport itself repeats what is lost (RFC 3261, 17.1.1.1).
    #[must_use]
    pub const fn is_reliable(self) -> bool {
        !matches!(self, Self::Udp)
    }

    /// Whether it was encrypted on the wire, so that what is seen of it was decrypted.
    #[must_use]
    pub const fn is_secure(self) -> bool {
        matches!(self, Self::Tls | Self::Wss)
    }

    /// Whether messages lie in frames of WebSocket.
    #[must_use]
    pub const fn is_websocket(self) -> bool {
        matches!(self, Self::Ws | Self::Wss)
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
