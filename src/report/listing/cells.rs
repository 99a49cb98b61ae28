//! Takes a row and a field, gives its values as text for a cell.

use super::layout::{Layout, Occurrence};
use crate::filter::Row;
use crate::filter::fields::Field;
use crate::report::wording::escape;

/// The fields that are shown where none were asked for: what answers the first questions about a redirect.
pub(super) const USUAL: &[&str] = &[
    "frame.number",
    "frame.time_epoch",
    "ip.src",
    "ip.dst",
    "ipv6.src",
    "ipv6.dst",
    "sip.Method",
    "sip.Status-Code",
    "sip.r-uri",
    "sip.Call-ID",
    "sip.CSeq",
    "sip.from.addr",
    "sip.to.addr",
    "sip.contact.uri",
];

/// The values of `field` in `row`, of those that were asked for, as tshark writes them.
pub(super) fn values(layout: &Layout, field: &Field, row: &Row<'_>) -> Vec<String> {
    let mut values = Vec::new();
    field.values(row, &mut |value| values.push(value.to_string()));
    match layout.occurrence {
        Occurrence::All => {}
        Occurrence::First => values.truncate(1),
        Occurrence::Last => {
            values.drain(..values.len().saturating_sub(1));
        }
    }
    values
}

/// The values in one cell, without what steers a terminal.
pub(super) fn joined(layout: &Layout, field: &Field, row: &Row<'_>) -> String {
    let values = values(layout, field, row);
    let text = values.join(layout.aggregator.encode_utf8(&mut [0; 4]));
    escape(&text).into_owned()
}
