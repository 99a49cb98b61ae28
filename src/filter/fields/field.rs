//! Takes a row, gives the values of one field there, each with the number of its layer.
//!
//! Invariant: values come in the order of the wire, and the layers of one protocol are counted from 1.

use crate::filter::row::Row;
use crate::filter::value::{Kind, Value};
use crate::packet::Layer;
use crate::sip::{Message, Name};

/// What takes the values of a field.
pub(super) type Sink<'s> = dyn FnMut(Value<'_>) + 's;

/// Something of a message that has a name.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The name, as in Wireshark.
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
    pub(super) origin: Origin,
}

/// Where the values of a field come from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Origin {
    /// Each line of a header.
    Header(Name),
    /// Each line of a header that is written so.
    Written(&'static str),
    /// The message.
    Message(fn(&Message<'_>, &mut Sink<'_>)),
    /// One of the headers around it; nothing comes of those of other protocols.
    Layer(fn(&Layer, &mut Sink<'_>)),
    /// All that is known.
    Row(fn(&Row<'_>, &mut Sink<'_>)),
    /// The protocol of the field's name is among those of the row.
    Protocol(&'static str, fn(&Row<'_>, &mut Sink<'_>)),
}

impl Field {
    pub(super) const fn new(name: &'static str, kind: Kind, origin: Origin) -> Self {
        Self { name, kind, origin }
    }

    /// Gives every value that the field has in `row`.
    pub fn values(&self, row: &Row<'_>, give: &mut dyn FnMut(Value<'_>)) {
        self.layered_values(row, &mut |_, value| give(value));
    }

    /// Gives every value with the number of its layer: of which header of that protocol it is, from 1.
    pub(in crate::filter) fn layered_values(&self, row: &Row<'_>, give: &mut dyn FnMut(u32, Value<'_>)) {
        let message = &row.sighting.message;
        // A frame that holds three messages has three layers of SIP.
        let nth = row.sighting.place.index.saturating_add(1);
        match self.origin {
            Origin::Header(name) => header_lines(message, name, &mut |value| give(nth, value)),
            Origin::Written(name) => message.named(name).for_each(|value| give(nth, Value::Text(value))),
            Origin::Message(of) => of(message, &mut |value| give(nth, value)),
            Origin::Row(of) => of(row, &mut |value| give(1, value)),
            Origin::Layer(of) => {
                for (at, layer) in row.layers.iter().enumerate() {
                    let same = row.layers.iter().take(at + 1).filter(|other| other.name() == layer.name()).count();
                    of(layer, &mut |value| give(u32::try_from(same).unwrap_or(u32::MAX), value));
                }
            }
            Origin::Protocol(name, of) => {
                for (nth, _) in row.protocols().filter(|protocol| *protocol == name).enumerate() {
                    of(row, &mut |value| give(u32::try_from(nth).unwrap_or(u32::MAX).saturating_add(1), value));
                }
            }
        }
    }
}

/// Each line of the header `name`, unfolded; the elements of a list stay together, as they were written.
pub(super) fn header_lines(message: &Message<'_>, name: Name, give: &mut Sink<'_>) {
    for field in message.fields().filter(|field| field.name == name) {
        give(Value::Text(crate::sip::scan::unfold(field.value)));
    }
}
