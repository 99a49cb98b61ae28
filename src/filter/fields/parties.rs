//! Takes the addresses of a message (From, To, Contact and their like), gives the fields of their parts.

use super::field::{Field, Origin, Sink};
use super::uri_parts::{Part, header_params, host, param, port, user};
use crate::filter::value::{Kind, Value};
use crate::sip::header::NameAddr;
use crate::sip::{Message, Name, Uri};

const fn text(name: &'static str, of: fn(&Message<'_>, &mut Sink<'_>)) -> Field {
    Field::new(name, Kind::Text, Origin::Message(of))
}

/// The fields of one header that holds addresses.
macro_rules! party {
    ($header:ident, $uri:literal, $user:literal, $host:literal, $port:literal, $param:literal, $display:literal) => {
        &[
            text($uri, |message, give| addresses(message, Name::$header, |address| give_text(address.uri, give))),
            text($user, |message, give| parts(message, Name::$header, user, give)),
            text($host, |message, give| parts(message, Name::$header, host, give)),
            text($port, |message, give| parts(message, Name::$header, port, give)),
            text($param, |message, give| parts(message, Name::$header, param, give)),
            text($display, |message, give| addresses(message, Name::$header, |address| give_text(address.display, give))),
        ]
    };
}

/// The parts of From.
pub(super) const FROM: &[Field] =
    party!(From, "sip.from.addr", "sip.from.user", "sip.from.host", "sip.from.port", "sip.from.param", "sip.from.display.info");
/// The parts of To.
pub(super) const TO: &[Field] =
    party!(To, "sip.to.addr", "sip.to.user", "sip.to.host", "sip.to.port", "sip.to.param", "sip.to.display.info");
/// The parts of Contacts.
pub(super) const CONTACT: &[Field] = party!(
    Contact,
    "sip.contact.uri",
    "sip.contact.user",
    "sip.contact.host",
    "sip.contact.port",
    "sip.contact.param",
    "sip.contact.display.info"
);
/// The parts of P-Asserted-Identity.
pub(super) const IDENTITY: &[Field] =
    party!(PAssertedIdentity, "sip.pai.addr", "sip.pai.user", "sip.pai.host", "sip.pai.port", "sip.pai.param", "sip.pai.display.info");
/// The parts of Routes.
pub(super) const ROUTE: &[Field] =
    party!(Route, "sip.Route.uri", "sip.Route.user", "sip.Route.host", "sip.Route.port", "sip.Route.param", "sip.Route.display.info");
/// The parts of Record-Routes.
pub(super) const RECORD_ROUTE: &[Field] = party!(
    RecordRoute,
    "sip.Record-Route.uri",
    "sip.Record-Route.user",
    "sip.Record-Route.host",
    "sip.Record-Route.port",
    "sip.Record-Route.param",
    "sip.Record-Route.display.info"
);
/// The parameters of those headers.
pub(super) const TAGS: &[Field] = &[
    text("sip.from.tag", |message, give| message.from_tag().into_iter().for_each(|tag| give(Value::text(tag)))),
    text("sip.to.tag", |message, give| message.to_tag().into_iter().for_each(|tag| give(Value::text(tag)))),
    text("sip.tag", |message, give| [message.from_tag(), message.to_tag()].into_iter().flatten().for_each(|tag| give(Value::text(tag)))),
    text("sip.contact.parameter", |message, give| addresses(message, Name::Contact, |address| header_params(address.params, give))),
];

/// Reads each address of a header; From and To have one, and a comma there parts nothing.
fn addresses(message: &Message<'_>, name: Name, mut read: impl FnMut(NameAddr<'_>)) {
    match name {
        Name::From | Name::To => message.field(name).into_iter().for_each(|value| read(NameAddr::read(value))),
        _ => message.raw_values(name).for_each(|value| read(NameAddr::read(value))),
    }
}

/// A part of each URI of a header.
fn parts(message: &Message<'_>, name: Name, part: Part, give: &mut Sink<'_>) {
    addresses(message, name, |address| part(&Uri::parse(address.uri), give));
}

/// What stands there; the wildcard of a Contact is no URI.
fn give_text(text: &[u8], give: &mut Sink<'_>) {
    if !text.is_empty() && text != b"*" {
        give(Value::text(text));
    }
}
