//! Takes a row, gives the values that one side of a comparison has there: those of a field, parts of them, or what a function makes of them.
//!
//! Invariant: where a field has no value, nothing that is made of it has one; a comparison with nothing does not hold.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::fields::Field;
use super::row::Row;
use super::syntax::Range;
use super::value::{Class, Kind, Value};

/// What takes values.
type Sink<'s> = dyn FnMut(Value<'_>) + 's;

/// Where values come from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    Field(&'static Field),
    /// A field in some of the layers of its protocol.
    Layered(&'static Field, Vec<Range>),
    /// Some octets of each value.
    Slice(Box<Self>, Vec<Range>),
    /// The bits of each value that a mask leaves.
    Masked(Box<Self>, Box<Self>),
    Length(Box<Self>),
    Count(Box<Self>),
    Lower(Box<Self>),
    Upper(Box<Self>),
    Written(Box<Self>),
    /// The one of all values to which no other stands so.
    Extreme(Ordering, Vec<Self>),
    Constant(Constant),
}

/// A value that stands in the filter.
#[derive(Debug, Clone)]
pub(super) struct Constant {
    pub(super) value: Value<'static>,
    pub(super) kind: Kind,
    /// How many bits of an address count.
    pub(super) prefix: Option<u8>,
}

impl Source {
    /// What its values are.
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Field(field) | Self::Layered(field, _) => field.kind,
            Self::Slice(..) => Kind::Bytes,
            Self::Length(_) | Self::Count(_) => Kind::Unsigned(32),
            Self::Lower(_) | Self::Upper(_) | Self::Written(_) => Kind::Text,
            Self::Masked(source, _) => source.kind(),
            Self::Extreme(_, sources) => sources.first().map_or(Kind::Label, Self::kind),
            Self::Constant(constant) => constant.kind,
        }
    }

    /// Gives every value in `row`.
    pub(super) fn values(&self, row: &Row<'_>, give: &mut Sink<'_>) {
        match self {
            Self::Field(field) => field.values(row, give),
            Self::Layered(field, ranges) => layered(field, ranges, row, give),
            Self::Slice(source, ranges) => source.values(row, &mut |value| slice(&value, ranges, give)),
            Self::Masked(source, mask) => mask.values(row, &mut |mask| {
                source.values(row, &mut |value| {
                    if let Some((number, mask)) = value.number().zip(mask.number()) {
                        give(Value::Unsigned(number & mask));
                    }
                });
            }),
            Self::Length(source) => source.values(row, &mut |value| give(Value::Unsigned(length(&value, source.kind())))),
            Self::Count(source) => match source.count(row) {
                0 => {}
                count => give(Value::Unsigned(count)),
            },
            Self::Lower(source) => source.values(row, &mut |value| in_case(&value, <[u8]>::to_ascii_lowercase, give)),
            Self::Upper(source) => source.values(row, &mut |value| in_case(&value, <[u8]>::to_ascii_uppercase, give)),
            Self::Written(source) => source.values(row, &mut |value| give(Value::Text(value.to_string().into_bytes().into()))),
            Self::Extreme(wanted, sources) => extreme(*wanted, sources, row, give),
            Self::Constant(constant) => give(constant.value.clone()),
        }
    }

    /// How many values there are in `row`.
    pub(super) fn count(&self, row: &Row<'_>) -> u64 {
        let mut count = 0;
        self.values(row, &mut |_| count += 1);
        count
    }
}

/// The values in the layers that `ranges` name.
fn layered(field: &Field, ranges: &[Range], row: &Row<'_>, give: &mut Sink<'_>) {
    let mut layers = 0;
    field.layered_values(row, &mut |layer, _| layers = layers.max(layer));
    field.layered_values(row, &mut |layer, value| {
        if ranges.iter().any(|range| range.holds(layer, layers)) {
            give(value);
        }
    });
}

/// The octets in the ranges, one after the other; nothing where a range reaches beyond the value.
fn slice(value: &Value<'_>, ranges: &[Range], give: &mut Sink<'_>) {
    let Some(octets) = value.in_packet() else { return };
    let parts: Option<Vec<&[u8]>> = ranges.iter().map(|range| range.of(&octets)).collect();
    match parts.as_deref() {
        None => {}
        Some([only]) => give(Value::Bytes(Cow::Borrowed(only))),
        Some(parts) => give(Value::Bytes(Cow::Owned(parts.concat()))),
    }
}

/// How many octets a value of `kind` has.
fn length(value: &Value<'_>, kind: Kind) -> u64 {
    match kind {
        Kind::Unsigned(bits) => u64::from(bits / 8),
        Kind::FrameNumber => 4,
        _ => value.in_packet().map_or(0, |octets| octets.len() as u64),
    }
}

fn in_case(value: &Value<'_>, convert: fn(&[u8]) -> Vec<u8>, give: &mut Sink<'_>) {
    if let Some(octets) = value.octets() {
        give(Value::Text(Cow::Owned(convert(octets))));
    }
}

/// The value to which all others stand otherwise than `wanted`.
fn extreme(wanted: Ordering, sources: &[Source], row: &Row<'_>, give: &mut Sink<'_>) {
    let mut best: Option<Value<'static>> = None;
    for source in sources {
        source.values(row, &mut |value| {
            if best.as_ref().is_none_or(|best| value.compare(best) == Some(wanted)) {
                best = Some(value.into_owned());
            }
        });
    }
    if let Some(best) = best {
        give(best);
    }
}

impl Constant {
    /// How `value` stands to it; of addresses only the bits of the prefix count.
    pub(super) fn order_of(&self, value: &Value<'_>) -> Option<Ordering> {
        match (self.prefix, value, &self.value) {
            (Some(prefix), Value::Ipv4(a), Value::Ipv4(b)) => {
                let mask = u32::MAX.checked_shl(32_u32.saturating_sub(prefix.into())).unwrap_or(0);
                Some((a.to_bits() & mask).cmp(&(b.to_bits() & mask)))
            }
            (Some(prefix), Value::Ipv6(a), Value::Ipv6(b)) => {
                let mask = u128::MAX.checked_shl(128_u32.saturating_sub(prefix.into())).unwrap_or(0);
                Some((a.to_bits() & mask).cmp(&(b.to_bits() & mask)))
            }
            _ => value.compare(&self.value),
        }
    }
}

impl Kind {
    /// Whether values of the two kinds can be compared.
    pub(super) fn is_like(self, other: Self) -> bool {
        self.class() == other.class() && self.class() != Class::Label
    }
}
