//! Takes the octets of a DNS message and a place in them, gives the resource record that stands there.
//!
//! Only the kinds that lead to a SIP server are read (RFC 3263, 4); every other one is passed over by its length.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::name::Name;

/// The class of the Internet; multicast DNS sets its first bit for other ends (RFC 6762, 10.2).
const INTERNET: u16 = 1;

/// What a record says about its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The name that it is about.
    pub owner: Name,
    /// How long it may be remembered, in seconds.
    pub ttl: u32,
    /// What it says.
    pub data: Data,
}

/// The kinds of records that lead to a SIP server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// A or AAAA: the name has that address.
    Address(IpAddr),
    /// CNAME: the name is another one.
    Alias(Name),
    /// SRV: the service is offered there (RFC 2782).
    Service {
        /// The lower one is tried first.
        priority: u16,
        /// The share among those of equal priority.
        weight: u16,
        /// The port.
        port: u16,
        /// The host; an empty name says that the service is not offered.
        target: Name,
    },
    /// NAPTR: how the domain is reached (RFC 3403; RFC 3263, 4.1).
    Pointer {
        /// The lower one is tried first.
        order: u16,
        /// The lower one is tried first among those of equal order.
        preference: u16,
        /// `s` where an SRV record follows, `a` where an address does; in lower case.
        flags: Box<[u8]>,
        /// The service, such as `sip+d2u`; in lower case.
        service: Box<[u8]>,
        /// The name that is looked up next.
        replacement: Name,
    },
}

/// A record as read, none where it is of a kind or a class that leads to no SIP server, and the place behind it.
pub(super) fn read(message: &[u8], start: usize) -> Option<(Option<Record>, usize)> {
    let fixed = Name::end(message, start)?;
    let [kind_high, kind_low, class_high, class_low, t1, t2, t3, t4, len_high, len_low] = *message.get(fixed..)?.first_chunk()?;
    let data = fixed + 10;
    let end = data + usize::from(u16::from_be_bytes([len_high, len_low]));
    let within = message.get(..end)?;
    // A TTL with the first bit set is as one of zero (RFC 2181, 8).
    let ttl = u32::from_be_bytes([t1, t2, t3, t4]);
    let ttl = if ttl > i32::MAX.unsigned_abs() { 0 } else { ttl };
    let is_internet = u16::from_be_bytes([class_high & 0x7f, class_low]) == INTERNET;
    let record = is_internet.then(|| read_data(within, u16::from_be_bytes([kind_high, kind_low]), data)).flatten().and_then(|data| {
        let (owner, _) = Name::read(message, start)?;
        Some(Record { owner, ttl, data })
    });
    Some((record, end))
}

/// The data of a record of that kind that begins at `start` and ends with `message`.
fn read_data(message: &[u8], kind: u16, start: usize) -> Option<Data> {
    let octets = message.get(start..)?;
    let number = |at: usize| octets.get(at..).and_then(<[u8]>::first_chunk).map(|pair: &[u8; 2]| u16::from_be_bytes(*pair));
    match kind {
        1 => <[u8; 4]>::try_from(octets).ok().map(|octets| Data::Address(IpAddr::V4(Ipv4Addr::from(octets)))),
        28 => <[u8; 16]>::try_from(octets).ok().map(|octets| Data::Address(IpAddr::V6(Ipv6Addr::from(octets)))),
        5 => Name::read(message, start).map(|(name, _)| Data::Alias(name)),
        33 => Some(Data::Service { priority: number(0)?, weight: number(2)?, port: number(4)?, target: Name::read(message, start + 6)?.0 }),
        35 => {
            let (flags, at) = text(message, start + 4)?;
            let (service, at) = text(message, at)?;
            let (_, at) = text(message, at)?;
            Some(Data::Pointer { order: number(0)?, preference: number(2)?, flags, service, replacement: Name::read(message, at)?.0 })
        }
        _ => None,
    }
}

/// The character string that begins at `start`, in lower case, and the place behind it (RFC 1035, 3.3).
fn text(message: &[u8], start: usize) -> Option<(Box<[u8]>, usize)> {
    let end = start + 1 + usize::from(*message.get(start)?);
    Some((message.get(start + 1..end)?.to_ascii_lowercase().into(), end))
}
