//! Takes the facts of a frame, gives the fields `frame.*`, those of the columns, and what is wrong with the message.

use super::field::{Field, Origin, Sink};
use crate::filter::columns;
use crate::filter::row::Row;
use crate::filter::value::{Kind, Value};

/// The severity of a warning, in the numbers of Wireshark's `_ws.expert.severity`.
const WARNING: u64 = 0x0060_0000;

const fn field(name: &'static str, kind: Kind, of: fn(&Row<'_>, &mut Sink<'_>)) -> Field {
    Field::new(name, kind, Origin::Row(of))
}

/// The fields of a frame.
pub(super) const FIELDS: &[Field] = &[
    // The octets of a frame that matter here are those of the message that it completes.
    field("frame", Kind::Protocol, |row, give| give(Value::Protocol("Frame".into(), row.sighting.message.octets().into()))),
    field("frame.number", Kind::Unsigned(32), |row, give| give(Value::Unsigned(row.frame.number))),
    field("frame.time", Kind::Time, |row, give| give(Value::Time(row.frame.time))),
    field("frame.time_epoch", Kind::Duration, |row, give| give(Value::Duration(row.frame.time.nanos()))),
    field("frame.time_relative", Kind::Duration, |row, give| give(Value::Duration(row.frame.relative))),
    field("frame.time_delta", Kind::Duration, |row, give| give(Value::Duration(row.frame.delta))),
    field("frame.time_delta_displayed", Kind::Duration, |row, give| give(Value::Duration(row.frame.delta_displayed))),
    field("frame.len", Kind::Unsigned(32), |row, give| give(Value::Unsigned(row.frame.len.into()))),
    field("frame.cap_len", Kind::Unsigned(32), |row, give| give(Value::Unsigned(row.frame.cap_len.into()))),
    field("frame.interface_id", Kind::Unsigned(32), |row, give| {
        row.frame.interface.into_iter().for_each(|interface| give(Value::Unsigned(interface.into())));
    }),
    field("frame.interface_name", Kind::Text, |row, give| {
        row.frame.words.interface_name.iter().for_each(|name| give(Value::text(name)));
    }),
    field("frame.comment", Kind::Text, |row, give| row.frame.words.comments.iter().for_each(|comment| give(Value::text(comment)))),
    field("frame.protocols", Kind::Text, |row, give| {
        let names: Vec<&str> = row.protocols().collect();
        give(Value::Text(names.join(":").into_bytes().into()));
    }),
    // From Wireshark 4.2 on the names are in lower case.
    field("_ws.col.Protocol", Kind::Text, protocol),
    field("_ws.col.protocol", Kind::Text, protocol),
    field("_ws.col.Info", Kind::Text, info),
    field("_ws.col.info", Kind::Text, info),
    field("_ws.expert", Kind::Label, |row, give| faults(row, |_| Value::Label, give)),
    field("_ws.expert.severity", Kind::Unsigned(32), |row, give| faults(row, |_| Value::Unsigned(WARNING), give)),
    field("_ws.expert.message", Kind::Text, |row, give| faults(row, |name| Value::text(name.as_bytes()), give)),
];

fn protocol(row: &Row<'_>, give: &mut Sink<'_>) {
    give(Value::text(columns::protocol(row).as_bytes()));
}

fn info(row: &Row<'_>, give: &mut Sink<'_>) {
    give(Value::text(&columns::info(row)));
}

/// One value for each fault of the message.
fn faults(row: &Row<'_>, value: fn(&'static str) -> Value<'static>, give: &mut Sink<'_>) {
    row.sighting.message.faults().iter().for_each(|fault| give(value(fault.name())));
}
