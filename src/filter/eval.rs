//! Takes a row, tells whether a condition holds there.
//!
//! Invariant: a comparison holds only where both sides have a value; "all" never holds of nothing.

use std::cmp::Ordering;

use memchr::memmem;
use regex::bytes::Regex;

use super::row::Row;
use super::source::{Constant, Source};
use super::syntax::Extent;
use super::value::Value;

/// A condition whose fields are known and whose values fit them.
#[derive(Debug, Clone)]
pub(super) enum Test {
    Exists(Source),
    /// Some value is not zero.
    NonZero(Source),
    Relation {
        extent: Extent,
        left: Source,
        relation: Relation,
        right: Side,
    },
    Matches {
        extent: Extent,
        left: Source,
        pattern: Regex,
    },
    Member {
        extent: Extent,
        left: Source,
        set: Vec<Member>,
    },
    Not(Box<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
}

/// How one value may stand to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Equal,
    Unequal,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Contains,
}

/// What a value is compared with.
#[derive(Debug, Clone)]
pub(super) enum Side {
    Constant(Constant),
    Source(Source),
}

/// One element of a set.
#[derive(Debug, Clone)]
pub(super) enum Member {
    One(Side),
    /// Both bounds belong to it.
    Between(Side, Side),
}

impl Test {
    /// Whether the condition holds in `row`.
    pub(super) fn holds(&self, row: &Row<'_>) -> bool {
        match self {
            Self::Exists(source) => source.count(row) > 0,
            Self::NonZero(source) => each(Extent::Any, source, row, |value| value.number() != Some(0)),
            Self::Relation { extent, left, relation, right } => {
                each(*extent, left, row, |value| right.each(*extent, row, |order, other| relation.holds(order, value, other), value))
            }
            Self::Matches { extent, left, pattern } => {
                each(*extent, left, row, |value| value.octets().is_some_and(|octets| pattern.is_match(octets)))
            }
            Self::Member { extent, left, set } => each(*extent, left, row, |value| set.iter().any(|member| member.holds(value, row))),
            Self::Not(test) => !test.holds(row),
            Self::And(tests) => tests.iter().all(|test| test.holds(row)),
            Self::Or(tests) => tests.iter().any(|test| test.holds(row)),
        }
    }
}

/// Whether `holds` is true of any, or of all, of the values; false where there are none.
fn each(extent: Extent, source: &Source, row: &Row<'_>, mut holds: impl FnMut(&Value<'_>) -> bool) -> bool {
    let (mut some, mut every) = (false, true);
    let mut count = 0_u64;
    source.values(row, &mut |value| {
        count += 1;
        // What is decided already needs no further look.
        if (extent == Extent::Any && !some) || (extent == Extent::All && every) {
            let this = holds(&value);
            some |= this;
            every &= this;
        }
    });
    count > 0 && if extent == Extent::Any { some } else { every }
}

impl Side {
    /// Whether `holds` is true of any, or of all, of the values here, given how `value` stands to each.
    fn each(&self, extent: Extent, row: &Row<'_>, mut holds: impl FnMut(Option<Ordering>, &Value<'_>) -> bool, value: &Value<'_>) -> bool {
        match self {
            Self::Constant(constant) => holds(constant.order_of(value), &constant.value),
            Self::Source(source) => each(extent, source, row, |other| holds(value.compare(other), other)),
        }
    }
}

impl Relation {
    /// Whether it is so, of two values that stand to each other by `order`.
    fn holds(self, order: Option<Ordering>, value: &Value<'_>, other: &Value<'_>) -> bool {
        let Some(order) = order else { return false };
        match self {
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::Greater => order.is_gt(),
            Self::Less => order.is_lt(),
            Self::GreaterOrEqual => order.is_ge(),
            Self::LessOrEqual => order.is_le(),
            Self::Contains => value.octets().zip(other.octets()).is_some_and(|(hay, needle)| contains(hay, needle)),
        }
    }
}

/// Whether `needle` stands in `hay`; nothing is found nowhere, as in tshark.
fn contains(hay: &[u8], needle: &[u8]) -> bool {
    !needle.is_empty() && memmem::find(hay, needle).is_some()
}

impl Member {
    fn holds(&self, value: &Value<'_>, row: &Row<'_>) -> bool {
        let is = |side: &Side, relation: Relation| side.each(Extent::Any, row, |order, other| relation.holds(order, value, other), value);
        match self {
            Self::One(side) => is(side, Relation::Equal),
            Self::Between(first, last) => is(first, Relation::GreaterOrEqual) && is(last, Relation::LessOrEqual),
        }
    }
}
