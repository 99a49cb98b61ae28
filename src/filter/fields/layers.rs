//! Takes the headers around a message, gives the fields of links, IP, UDP and TCP.
//!
//! Invariant: a field of two ends gives them as they stand on the wire: the receiver first in Ethernet, the sender first in all else.

use super::field::{Field, Origin, Sink};
use crate::evidence::Transport;
use crate::filter::row::Row;
use crate::filter::value::{Kind, Value};
use crate::packet::{Layer, Order, Tcp, Udp};

/// Octets that a fragment offset counts as one (RFC 791, 3.1).
const FRAGMENT_UNIT: u16 = 8;

type Of = fn(&Layer, &mut Sink<'_>);

const fn field(name: &'static str, kind: Kind, of: Of) -> Field {
    Field::new(name, kind, Origin::Layer(of))
}

const fn of_row(name: &'static str, kind: Kind, of: fn(&Row<'_>, &mut Sink<'_>)) -> Field {
    Field::new(name, kind, Origin::Row(of))
}

/// A field of Ethernet, IPv4, IPv6, UDP or TCP that tells values of that header.
macro_rules! of_layer {
    ($variant:ident, $name:literal, $kind:expr, |$header:ident| $($value:expr),+) => {
        field($name, $kind, |layer, give| {
            if let Layer::$variant($header) = layer {
                $(give($value);)+
            }
        })
    };
}

/// The fields of the headers around a message.
pub(super) const FIELDS: &[Field] = &[
    of_layer!(Ethernet, "eth.src", Kind::Ether, |eth| Value::Ether(eth.source)),
    of_layer!(Ethernet, "eth.dst", Kind::Ether, |eth| Value::Ether(eth.destination)),
    of_layer!(Ethernet, "eth.addr", Kind::Ether, |eth| Value::Ether(eth.destination), Value::Ether(eth.source)),
    of_layer!(Vlan, "vlan.id", Kind::Unsigned(16), |id| number(*id)),
    of_layer!(Ipv4, "ip.src", Kind::Ipv4, |ip| Value::Ipv4(ip.source)),
    of_layer!(Ipv4, "ip.dst", Kind::Ipv4, |ip| Value::Ipv4(ip.destination)),
    of_layer!(Ipv4, "ip.addr", Kind::Ipv4, |ip| Value::Ipv4(ip.source), Value::Ipv4(ip.destination)),
    of_layer!(Ipv4, "ip.version", Kind::Unsigned(8), |_ip| Value::Unsigned(4)),
    of_layer!(Ipv4, "ip.proto", Kind::Unsigned(8), |ip| number(ip.protocol)),
    of_layer!(Ipv4, "ip.ttl", Kind::Unsigned(8), |ip| number(ip.ttl)),
    of_layer!(Ipv4, "ip.len", Kind::Unsigned(16), |ip| number(ip.length)),
    of_layer!(Ipv4, "ip.id", Kind::Unsigned(16), |ip| Value::Hexadecimal(ip.identification.into(), 4)),
    of_layer!(Ipv4, "ip.dsfield.dscp", Kind::Unsigned(8), |ip| number(ip.dscp)),
    of_layer!(Ipv4, "ip.flags.mf", Kind::Boolean, |ip| Value::Boolean(ip.more_fragments)),
    of_layer!(Ipv4, "ip.frag_offset", Kind::Unsigned(16), |ip| number(ip.fragment_offset / FRAGMENT_UNIT)),
    of_row("ip.fragment.count", Kind::Unsigned(32), |row, give| pieces(row, false, give)),
    // A row stands at the frame that completes its message, so nothing of the message is put together in a later one.
    of_row("ip.reassembled_in", Kind::FrameNumber, |_, _| ()),
    of_layer!(Ipv6, "ipv6.src", Kind::Ipv6, |ip| Value::Ipv6(ip.source)),
    of_layer!(Ipv6, "ipv6.dst", Kind::Ipv6, |ip| Value::Ipv6(ip.destination)),
    of_layer!(Ipv6, "ipv6.addr", Kind::Ipv6, |ip| Value::Ipv6(ip.source), Value::Ipv6(ip.destination)),
    of_layer!(Ipv6, "ipv6.nxt", Kind::Unsigned(8), |ip| number(ip.next)),
    of_layer!(Ipv6, "ipv6.plen", Kind::Unsigned(16), |ip| number(ip.length)),
    of_layer!(Ipv6, "ipv6.hlim", Kind::Unsigned(8), |ip| number(ip.hop_limit)),
    of_layer!(Udp, "udp.srcport", Kind::Unsigned(16), |udp| number(udp.source_port)),
    of_layer!(Udp, "udp.dstport", Kind::Unsigned(16), |udp| number(udp.destination_port)),
    of_layer!(Udp, "udp.port", Kind::Unsigned(16), |udp| number(udp.source_port), number(udp.destination_port)),
    of_layer!(Udp, "udp.length", Kind::Unsigned(16), |udp| number(udp.length)),
    field("udp.stream", Kind::Unsigned(32), |layer, give| {
        if let Layer::Udp(Udp { stream: Some(stream), .. }) = layer {
            give(number(*stream));
        }
    }),
    of_layer!(Tcp, "tcp.srcport", Kind::Unsigned(16), |tcp| number(tcp.source_port)),
    of_layer!(Tcp, "tcp.dstport", Kind::Unsigned(16), |tcp| number(tcp.destination_port)),
    of_layer!(Tcp, "tcp.port", Kind::Unsigned(16), |tcp| number(tcp.source_port), number(tcp.destination_port)),
    of_layer!(Tcp, "tcp.len", Kind::Unsigned(32), |tcp| number(tcp.len)),
    of_layer!(Tcp, "tcp.seq_raw", Kind::Unsigned(32), |tcp| number(tcp.sequence)),
    field("tcp.seq", Kind::Unsigned(32), |layer, give| {
        if let Layer::Tcp(Tcp { relative_sequence: Some(sequence), .. }) = layer {
            give(number(*sequence));
        }
    }),
    field("tcp.stream", Kind::Unsigned(32), |layer, give| {
        if let Layer::Tcp(Tcp { stream: Some(stream), .. }) = layer {
            give(number(*stream));
        }
    }),
    of_layer!(Tcp, "tcp.flags.syn", Kind::Boolean, |tcp| Value::Boolean(tcp.has(Tcp::SYN))),
    of_layer!(Tcp, "tcp.flags.reset", Kind::Boolean, |tcp| Value::Boolean(tcp.has(Tcp::RST))),
    of_layer!(Tcp, "tcp.flags.fin", Kind::Boolean, |tcp| Value::Boolean(tcp.has(Tcp::FIN))),
    of_layer!(Tcp, "tcp.flags.ack", Kind::Boolean, |tcp| Value::Boolean(tcp.has(Tcp::ACK))),
    field("tcp.analysis.retransmission", Kind::Label, |layer, give| order(layer, Order::Again, give)),
    field("tcp.analysis.out_of_order", Kind::Label, |layer, give| order(layer, Order::OutOfOrder, give)),
    field("tcp.analysis.lost_segment", Kind::Label, |layer, give| order(layer, Order::AfterGap, give)),
    of_row("tcp.segment.count", Kind::Unsigned(32), |row, give| pieces(row, true, give)),
    of_row("tcp.reassembled_in", Kind::FrameNumber, |_, _| ()),
];

fn number<T: Into<u64>>(number: T) -> Value<'static> {
    Value::Unsigned(number.into())
}

/// A label where a segment stands so to those ahead of it.
fn order(layer: &Layer, wanted: Order, give: &mut Sink<'_>) {
    if matches!(layer, Layer::Tcp(tcp) if tcp.order == wanted) {
        give(Value::Label);
    }
}

/// How many frames carried the message, where several did: the segments of a stream, or the fragments of a datagram of IPv4.
fn pieces(row: &Row<'_>, of_stream: bool, give: &mut Sink<'_>) {
    let is_stream = row.sighting.transport != Transport::Udp;
    let is_fragment = |layer: &Layer| matches!(layer, Layer::Ipv4(ip) if ip.more_fragments || ip.fragment_offset != 0);
    let frames = row.sighting.frames.len();
    if frames > 1 && is_stream == of_stream && (is_stream || row.layers.iter().any(is_fragment)) {
        give(Value::Unsigned(frames as u64));
    }
}
