//! Takes the headers of every frame, numbers the conversations in them as Wireshark does, and counts sequence numbers from their first.
//!
//! A conversation is two endpoints; of UDP and of TCP each are numbered from 0, in the order of their first packets. A SYN with another first
//! number on a known pair of endpoints begins a new one. Invariant: at most [`CONVERSATIONS_MAX`] are known; further ones have no number, which is told.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::evidence::{Endpoint, Timestamp};
use crate::packet::{Layer, Layers, Order, Tcp};

/// How many conversations are known, of UDP and of TCP each.
const CONVERSATIONS_MAX: usize = 1 << 17;
/// How soon a segment that fills a gap is late, and not sent again, in nanoseconds.
const LATE: i64 = 3_000_000;

type Ends = (Endpoint, Endpoint);
type Map<V> = HashMap<Ends, V, foldhash::quality::RandomState>;

/// What is known of a direction of a connection.
#[derive(Debug, Clone, Copy, Default)]
struct Direction {
    /// The first sequence number, less one where the SYN was not seen.
    base: Option<u32>,
    /// The number behind all octets so far.
    next: Option<u32>,
    /// Where a gap begins, and when it showed.
    gap: Option<(u32, Timestamp)>,
}

/// A TCP connection.
#[derive(Debug, Clone, Copy)]
struct Connection {
    stream: u32,
    /// From the lesser endpoint to the greater, and back.
    directions: [Direction; 2],
}

/// The conversations so far.
#[derive(Debug, Default)]
pub(super) struct Conversations {
    udp: Map<u32>,
    tcp: Map<Connection>,
    udp_count: u32,
    tcp_count: u32,
    is_exceeded: bool,
}

impl Conversations {
    /// Whether one got no number since this was last asked.
    pub(super) const fn take_exceeded(&mut self) -> bool {
        std::mem::replace(&mut self.is_exceeded, false)
    }

    /// Numbers what has no number yet in the headers of a frame.
    pub(super) fn number(&mut self, layers: &mut Layers, time: Timestamp) {
        let mut between: Option<(IpAddr, IpAddr)> = None;
        for layer in layers.iter_mut() {
            match layer {
                Layer::Ipv4(ip) => between = Some((ip.source.into(), ip.destination.into())),
                Layer::Ipv6(ip) => between = Some((ip.source.into(), ip.destination.into())),
                Layer::Udp(udp) if udp.stream.is_none() => {
                    udp.stream = between.and_then(|ends| self.udp(ordered(ends, (udp.source_port, udp.destination_port)).0));
                }
                Layer::Tcp(tcp) if tcp.stream.is_none() => {
                    if let Some(ends) = between {
                        let (ends, is_back) = ordered(ends, (tcp.source_port, tcp.destination_port));
                        self.tcp(ends, is_back, tcp, time);
                    }
                }
                _ => {}
            }
        }
    }

    fn udp(&mut self, ends: Ends) -> Option<u32> {
        if let Some(stream) = self.udp.get(&ends) {
            return Some(*stream);
        }
        if self.udp.len() >= CONVERSATIONS_MAX {
            self.is_exceeded = true;
            return None;
        }
        let stream = self.udp_count;
        self.udp_count += 1;
        self.udp.insert(ends, stream);
        Some(stream)
    }

    fn tcp(&mut self, ends: Ends, is_back: bool, tcp: &mut Tcp, time: Timestamp) {
        let is_open = tcp.has(Tcp::SYN) && !tcp.has(Tcp::ACK);
        let known = self.tcp.get(&ends).is_some_and(|connection| {
            let [there, back] = connection.directions;
            let base = if is_back { back.base } else { there.base };
            !(is_open && base.is_some_and(|base| base != tcp.sequence))
        });
        if !known {
            if self.tcp.len() >= CONVERSATIONS_MAX && !self.tcp.contains_key(&ends) {
                self.is_exceeded = true;
                return;
            }
            self.tcp.insert(ends, Connection { stream: self.tcp_count, directions: [Direction::default(); 2] });
            self.tcp_count += 1;
        }
        let Some(connection) = self.tcp.get_mut(&ends) else { return };
        let [there, back] = &mut connection.directions;
        let (own, other) = if is_back { (back, there) } else { (there, back) };
        let base = *own.base.get_or_insert(if tcp.has(Tcp::SYN) { tcp.sequence } else { tcp.sequence.wrapping_sub(1) });
        if tcp.has(Tcp::ACK) {
            other.base.get_or_insert(tcp.acknowledgment.wrapping_sub(1));
        }
        tcp.stream = Some(connection.stream);
        tcp.relative_sequence = Some(tcp.sequence.wrapping_sub(base));
        tcp.order = own.order(tcp, time);
    }
}

impl Direction {
    /// How a segment stands to those ahead of it; it is one of them from now on.
    fn order(&mut self, tcp: &Tcp, time: Timestamp) -> Order {
        let len = tcp.len.wrapping_add(u32::from(tcp.has(Tcp::SYN))).wrapping_add(u32::from(tcp.has(Tcp::FIN)));
        let end = tcp.sequence.wrapping_add(len);
        let Some(next) = self.next else {
            self.next = Some(end);
            return Order::InOrder;
        };
        // RFC 9293, 3.4: sequence numbers wrap, so the difference is what counts.
        let ahead = tcp.sequence.wrapping_sub(next).cast_signed();
        if end.wrapping_sub(next).cast_signed() > 0 {
            self.next = Some(end);
        }
        if ahead > 0 {
            self.gap = Some((next, time));
            return Order::AfterGap;
        }
        if ahead == 0 || len == 0 {
            return Order::InOrder;
        }
        match self.gap {
            Some((start, since)) if tcp.sequence.wrapping_sub(start).cast_signed() >= 0 && time.nanos_since(since) < LATE => {
                Order::OutOfOrder
            }
            _ => Order::Again,
        }
    }
}

/// The endpoints in an order that is the same for both directions, and whether this is the way back.
fn ordered(addresses: (IpAddr, IpAddr), ports: (u16, u16)) -> (Ends, bool) {
    let source = Endpoint { address: addresses.0, port: ports.0 };
    let destination = Endpoint { address: addresses.1, port: ports.1 };
    if source <= destination { ((source, destination), false) } else { ((destination, source), true) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_that_gets_no_number_is_told() {
        let mut conversations = Conversations::default();
        let ends = |number: u32| ordered((IpAddr::from(number.to_be_bytes()), IpAddr::from([192, 0, 2, 1])), (5060, 5060)).0;
        let most = CONVERSATIONS_MAX as u32;
        assert!((0..most).all(|number| conversations.udp(ends(number)) == Some(number)) && !conversations.take_exceeded());
        assert_eq!((conversations.udp(ends(most)), conversations.take_exceeded()), (None, true));
        assert_eq!((conversations.udp(ends(0)), conversations.take_exceeded()), (Some(0), false));
    }
}
