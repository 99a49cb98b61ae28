//! Takes a row, gives the protocols that it consists of: each is there or not, and has the octets that it carries.

use super::field::{Field, Origin, Sink};
use crate::filter::row::Row;
use crate::filter::value::{Kind, Value};

/// A protocol that carries the message; its octets are those of the message, for a row keeps no more.
macro_rules! carrier {
    ($name:literal, $title:literal) => {
        Field::new($name, Kind::Protocol, Origin::Protocol($name, |row, give| carried(row, $title, give)))
    };
}

/// A protocol that the message carries: its octets are those of the body.
macro_rules! body {
    ($name:literal, $title:literal) => {
        Field::new(
            $name,
            Kind::Protocol,
            Origin::Protocol($name, |row, give| give(Value::Protocol($title.into(), row.sighting.message.body().into()))),
        )
    };
}

/// The protocols, by the names that `frame.protocols` has for them.
pub(super) const FIELDS: &[Field] = &[
    carrier!("eth", "Ethernet"),
    carrier!("vlan", "802.1Q Virtual LAN"),
    carrier!("vntag", "VN-Tag"),
    carrier!("llc", "Logical-Link Control"),
    carrier!("sll", "Linux cooked capture"),
    carrier!("null", "Null/Loopback"),
    carrier!("raw", "Raw packet data"),
    carrier!("chdlc", "Cisco HDLC"),
    carrier!("ppp", "Point-to-Point Protocol"),
    carrier!("pppoes", "PPP-over-Ethernet Session"),
    carrier!("ppi", "PPI"),
    carrier!("nflog", "Linux Netfilter NFLOG"),
    carrier!("radiotap", "Radiotap"),
    carrier!("wlan", "IEEE 802.11"),
    carrier!("exported_pdu", "EXPORTED_PDU"),
    carrier!("mpls", "MultiProtocol Label Switching"),
    carrier!("gre", "Generic Routing Encapsulation"),
    carrier!("erspan", "Encapsulated Remote Switch Packet Analysis"),
    carrier!("vxlan", "Virtual eXtensible Local Area Network"),
    carrier!("geneve", "Generic Network Virtualization Encapsulation"),
    carrier!("gtp", "GPRS Tunneling Protocol"),
    carrier!("ah", "Authentication Header"),
    carrier!("ip", "Internet Protocol Version 4"),
    carrier!("ipv6", "Internet Protocol Version 6"),
    carrier!("udp", "User Datagram Protocol"),
    carrier!("tcp", "Transmission Control Protocol"),
    carrier!("sctp", "Stream Control Transmission Protocol"),
    carrier!("tls", "Transport Layer Security"),
    carrier!("websocket", "WebSocket"),
    carrier!("hep", "Homer Encapsulation Protocol"),
    Field::new("sip", Kind::Protocol, Origin::Protocol("sip", message)),
    body!("sdp", "Session Description Protocol"),
    body!("xml", "eXtensible Markup Language"),
    body!("sipfrag", "Sipfrag"),
    body!("mime_multipart", "MIME Multipart Media Encapsulation"),
];

fn carried(row: &Row<'_>, title: &'static str, give: &mut Sink<'_>) {
    give(Value::Protocol(title.into(), row.sighting.message.octets().into()));
}

/// SIP, with the method or the status in its title.
fn message(row: &Row<'_>, give: &mut Sink<'_>) {
    let message = &row.sighting.message;
    let what = message.status().map_or_else(|| String::from_utf8_lossy(message.method()).into_owned(), |status| status.to_string());
    let title = format!("Session Initiation Protocol ({what})");
    give(Value::Protocol(title.into(), message.octets().into()));
}
