//! Takes what a field of a message holds, gives it as a value that can be compared and is written as tshark writes it.
//!
//! Invariant: a value is compared with its own class alone; between two classes there is no order, and no equality.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::written;
use crate::evidence::Timestamp;

/// What kind of values a field has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An unsigned number of so many bits.
    Unsigned(u8),
    /// Yes or no; both are there to be tested, so that the field exists in either case.
    Boolean,
    /// The number of another frame.
    FrameNumber,
    /// Octets that are text for a reader; UTF-8 is not assumed.
    Text,
    /// Octets.
    Bytes,
    /// A hardware address.
    Ether,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// A moment.
    Time,
    /// A stretch of time.
    Duration,
    /// Something that is there or not, and has no value.
    Label,
    /// A protocol: there or not, with the octets of it.
    Protocol,
}

/// Which kinds can be compared with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Number,
    Octets,
    Text,
    Ipv4,
    Ipv6,
    Time,
    Duration,
    Label,
    Protocol,
}

impl Kind {
    pub(super) const fn class(self) -> Class {
        match self {
            Self::Unsigned(_) | Self::Boolean | Self::FrameNumber => Class::Number,
            Self::Text => Class::Text,
            Self::Bytes | Self::Ether => Class::Octets,
            Self::Ipv4 => Class::Ipv4,
            Self::Ipv6 => Class::Ipv6,
            Self::Time => Class::Time,
            Self::Duration => Class::Duration,
            Self::Label => Class::Label,
            Self::Protocol => Class::Protocol,
        }
    }

    /// The highest number that a field of this kind can hold.
    pub(super) const fn highest(self) -> u64 {
        match self {
            Self::Unsigned(8) => u8::MAX as u64,
            Self::Unsigned(16) => u16::MAX as u64,
            Self::Unsigned(32) | Self::FrameNumber => u32::MAX as u64,
            _ => u64::MAX,
        }
    }

    /// Whether its values are octets, of which parts can be taken and sought.
    pub(super) const fn has_octets(self) -> bool {
        matches!(self, Self::Text | Self::Bytes | Self::Ether | Self::Protocol)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned(bits) => write!(f, "unsigned number of {bits} bits"),
            Self::Boolean => f.write_str("yes or no"),
            Self::FrameNumber => f.write_str("frame number"),
            Self::Text => f.write_str("text"),
            Self::Bytes => f.write_str("octets"),
            Self::Ether => f.write_str("hardware address"),
            Self::Ipv4 => f.write_str("IPv4 address"),
            Self::Ipv6 => f.write_str("IPv6 address"),
            Self::Time => f.write_str("date and time"),
            Self::Duration => f.write_str("seconds"),
            Self::Label => f.write_str("label without a value"),
            Self::Protocol => f.write_str("protocol"),
        }
    }
}

/// One value of a field. It is displayed as tshark writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// A number.
    Unsigned(u64),
    /// A number that is written in hexadecimal, with at least so many digits.
    Hexadecimal(u64, u8),
    /// Yes or no.
    Boolean(bool),
    /// Text.
    Text(Cow<'a, [u8]>),
    /// Octets.
    Bytes(Cow<'a, [u8]>),
    /// A hardware address.
    Ether([u8; 6]),
    /// An IPv4 address.
    Ipv4(Ipv4Addr),
    /// An IPv6 address.
    Ipv6(Ipv6Addr),
    /// A moment.
    Time(Timestamp),
    /// Nanoseconds.
    Duration(i64),
    /// There, without a value.
    Label,
    /// A protocol: its title, and its octets with all that it carries.
    Protocol(Cow<'static, str>, Cow<'a, [u8]>),
}

impl<'a> Value<'a> {
    /// The text `text`.
    #[must_use]
    pub const fn text(text: &'a [u8]) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// The number, where it is one or can be taken for one.
    pub(super) const fn number(&self) -> Option<u64> {
        match self {
            Self::Unsigned(number) | Self::Hexadecimal(number, _) => Some(*number),
            Self::Boolean(is_so) => Some(*is_so as u64),
            _ => None,
        }
    }

    /// The octets, where it consists of octets.
    pub(super) fn octets(&self) -> Option<&[u8]> {
        match self {
            Self::Text(octets) | Self::Bytes(octets) | Self::Protocol(_, octets) => Some(octets),
            Self::Ether(address) => Some(address),
            _ => None,
        }
    }

    /// The octets as they would stand in a packet, where they can be told.
    pub(super) fn in_packet(&self) -> Option<Cow<'_, [u8]>> {
        match self {
            Self::Ipv4(address) => Some(Cow::Owned(address.octets().to_vec())),
            Self::Ipv6(address) => Some(Cow::Owned(address.octets().to_vec())),
            _ => self.octets().map(Cow::Borrowed),
        }
    }

    /// How it stands to `other`; nothing where the two are of different classes.
    pub(super) fn compare(&self, other: &Value<'_>) -> Option<Ordering> {
        Some(match (self, other) {
            (Self::Ipv4(a), Value::Ipv4(b)) => a.cmp(b),
            (Self::Ipv6(a), Value::Ipv6(b)) => a.cmp(b),
            (Self::Time(a), Value::Time(b)) => a.cmp(b),
            (Self::Duration(a), Value::Duration(b)) => a.cmp(b),
            _ => match (self.number(), other.number()) {
                (Some(a), Some(b)) => a.cmp(&b),
                _ => self.octets()?.cmp(other.octets()?),
            },
        })
    }

    #[cfg(test)]
    pub(super) const fn is_of(&self, kind: Kind) -> bool {
        match self {
            Self::Unsigned(number) | Self::Hexadecimal(number, _) => {
                matches!(kind, Kind::Unsigned(_) | Kind::FrameNumber) && *number <= kind.highest()
            }
            Self::Boolean(_) => matches!(kind, Kind::Boolean),
            Self::Text(_) => matches!(kind, Kind::Text),
            Self::Bytes(_) => matches!(kind, Kind::Bytes),
            Self::Ether(_) => matches!(kind, Kind::Ether),
            Self::Ipv4(_) => matches!(kind, Kind::Ipv4),
            Self::Ipv6(_) => matches!(kind, Kind::Ipv6),
            Self::Time(_) => matches!(kind, Kind::Time),
            Self::Duration(_) => matches!(kind, Kind::Duration),
            Self::Label => matches!(kind, Kind::Label),
            Self::Protocol(..) => matches!(kind, Kind::Protocol),
        }
    }

    /// The same value, kept for itself.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Unsigned(number) => Value::Unsigned(number),
            Self::Hexadecimal(number, digits) => Value::Hexadecimal(number, digits),
            Self::Boolean(is_so) => Value::Boolean(is_so),
            Self::Text(octets) => Value::Text(Cow::Owned(octets.into_owned())),
            Self::Bytes(octets) => Value::Bytes(Cow::Owned(octets.into_owned())),
            Self::Ether(address) => Value::Ether(address),
            Self::Ipv4(address) => Value::Ipv4(address),
            Self::Ipv6(address) => Value::Ipv6(address),
            Self::Time(time) => Value::Time(time),
            Self::Duration(nanos) => Value::Duration(nanos),
            Self::Label => Value::Label,
            Self::Protocol(title, octets) => Value::Protocol(title, Cow::Owned(octets.into_owned())),
        }
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned(number) => number.fmt(f),
            Self::Hexadecimal(number, digits) => write!(f, "0x{number:0digits$x}", digits = usize::from(*digits)),
            Self::Boolean(is_so) => u8::from(*is_so).fmt(f),
            Self::Text(octets) => written::text(octets, f),
            Self::Bytes(octets) => octets.iter().try_for_each(|octet| write!(f, "{octet:02x}")),
            Self::Ether([a, b, c, d, e, last]) => write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{last:02x}"),
            Self::Ipv4(address) => address.fmt(f),
            Self::Ipv6(address) => address.fmt(f),
            Self::Time(time) => written::time(*time, f),
            Self::Duration(nanos) => written::seconds(*nanos, f),
            Self::Label => f.write_str("1"),
            Self::Protocol(title, _) => f.write_str(title),
        }
    }
}
