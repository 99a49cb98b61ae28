//! Takes the tree of a filter, gives the tree of its tests: every field is known, and every value fits the field it is compared with.
//!
//! Invariant: what passes can be asked of any row; nothing is looked up or converted there. Kinds and what may be compared are tshark's.

use std::cmp::Ordering;

use regex::bytes::{Regex, RegexBuilder};

use super::error::SyntaxFault;
use super::eval::{Member, Relation, Side, Test};
use super::fields::{self, Field};
use super::literal;
use super::source::Source;
use super::syntax::{Condition, Element, Extent, Operand, Operator, Place, What};
use super::value::{Class, Kind};

/// Octets that a compiled pattern may take.
const MAX_PATTERN: usize = 1 << 20;

/// The test that `condition` asks for.
pub(super) fn check(condition: &Condition) -> Result<Test, SyntaxFault> {
    let several = |conditions: &[Condition]| conditions.iter().map(check).collect::<Result<Vec<Test>, _>>();
    Ok(match condition {
        Condition::Exists(operand) => exists(operand)?,
        Condition::Relation { extent, left, operator, right } => relation(*extent, left, *operator, right)?,
        Condition::Member { extent, left, is_negated, set } => {
            let left = comparable(left, "in")?;
            let set = set.iter().map(|element| member(&left, element)).collect::<Result<_, _>>()?;
            let test = Test::Member { extent: extent.unwrap_or(Extent::Any), left, set };
            if *is_negated { Test::Not(Box::new(test)) } else { test }
        }
        Condition::Not(condition) => Test::Not(Box::new(check(condition)?)),
        Condition::And(conditions) => Test::And(several(conditions)?),
        Condition::Or(conditions) => Test::Or(several(conditions)?),
    })
}

fn refuse<T>(place: Place, message: impl Into<String>) -> Result<T, SyntaxFault> {
    Err(SyntaxFault::new(place, message))
}

/// Something that stands alone.
fn exists(operand: &Operand) -> Result<Test, SyntaxFault> {
    let source = source(operand, "neither a field nor a protocol")?;
    match &operand.what {
        What::Call(name, _) => refuse(operand.place, format!("what {name}() gives is to be compared with something")),
        What::Masked(..) => Ok(Test::NonZero(source)),
        _ => Ok(Test::Exists(source)),
    }
}

/// The left side of a comparison, which has values.
fn comparable(operand: &Operand, operator: &str) -> Result<Source, SyntaxFault> {
    let source = source(operand, "no field; the left side of a comparison must be one")?;
    match source.kind() {
        Kind::Label if operand.what.name() == Some("sip.msg_body") => {
            refuse(operand.place, "this field has no value; search the message with `sip contains`, or the body with `sdp` or `xml`")
        }
        Kind::Label => refuse(operand.place, format!("this field has no value, so that {operator} cannot be asked; it is there or not")),
        _ => Ok(source),
    }
}

fn relation(extent: Option<Extent>, left: &Operand, operator: Operator, right: &Operand) -> Result<Test, SyntaxFault> {
    let (written, default, relation) = meaning(operator);
    let source = comparable(left, written)?;
    let extent = extent.unwrap_or(default);
    let Some(relation) = relation else {
        wants_octets(&source, left.place, written)?;
        return Ok(Test::Matches { extent, left: source, pattern: pattern(right)? });
    };
    if relation == Relation::Contains {
        wants_octets(&source, left.place, written)?;
    }
    let right = side(right, &source)?;
    Ok(Test::Relation { extent, left: source, relation, right })
}

/// How an operator is written, of how many values it must hold, and what it asks; nothing where it asks for a pattern.
const fn meaning(operator: Operator) -> (&'static str, Extent, Option<Relation>) {
    match operator {
        Operator::Equal => ("==", Extent::Any, Some(Relation::Equal)),
        Operator::Unequal => ("!=", Extent::All, Some(Relation::Unequal)),
        Operator::AllEqual => ("===", Extent::All, Some(Relation::Equal)),
        Operator::AnyUnequal => ("!==", Extent::Any, Some(Relation::Unequal)),
        Operator::Greater => (">", Extent::Any, Some(Relation::Greater)),
        Operator::Less => ("<", Extent::Any, Some(Relation::Less)),
        Operator::GreaterOrEqual => (">=", Extent::Any, Some(Relation::GreaterOrEqual)),
        Operator::LessOrEqual => ("<=", Extent::Any, Some(Relation::LessOrEqual)),
        Operator::Contains => ("contains", Extent::Any, Some(Relation::Contains)),
        Operator::Matches => ("matches", Extent::Any, None),
    }
}

fn wants_octets(source: &Source, place: Place, operator: &str) -> Result<(), SyntaxFault> {
    let kind = source.kind();
    if kind.has_octets() {
        return Ok(());
    }
    refuse(place, format!("this is a {kind}, in which {operator} finds nothing; string() makes text of it"))
}

/// The pattern that stands in quotes.
fn pattern(operand: &Operand) -> Result<Regex, SyntaxFault> {
    let What::Quoted(octets) = &operand.what else {
        return refuse(operand.place, "a pattern stands in double quotes, as in \"^INV\" or r\"\\d+\"");
    };
    let Ok(text) = std::str::from_utf8(octets) else {
        return refuse(operand.place, "a pattern is UTF-8; write other octets as \\xff in r\"...\"");
    };
    // As in tshark: letters in any case, octets and not characters.
    let compiled = RegexBuilder::new(text).case_insensitive(true).unicode(false).size_limit(MAX_PATTERN).build();
    compiled.or_else(|error| {
        let told = error.to_string();
        let reason = told.lines().last().unwrap_or_default().trim().trim_start_matches("error: ");
        refuse(operand.place, format!("this is no pattern that can be searched for: {reason}"))
    })
}

fn member(left: &Source, element: &Element) -> Result<Member, SyntaxFault> {
    let first = side(&element.first, left)?;
    Ok(match &element.last {
        None => Member::One(first),
        Some(last) => Member::Between(first, side(last, left)?),
    })
}

/// What `left` is compared with.
fn side(operand: &Operand, left: &Source) -> Result<Side, SyntaxFault> {
    let kind = left.kind();
    let is_name = operand.what.name().is_some_and(|name| fields::named(name).is_some());
    if !is_name && let Some(constant) = literal::constant(&operand.what, kind) {
        return constant.map(Side::Constant).or_else(|message| refuse(operand.place, message));
    }
    let right = source(operand, "no field")?;
    if kind.is_like(right.kind()) {
        return Ok(Side::Source(right));
    }
    let hint = if matches!(operand.what, What::Word(_)) { "; a value of that name stands in double quotes" } else { "" };
    refuse(operand.place, format!("a {kind} cannot be compared with a {}{hint}", right.kind()))
}

impl What {
    /// The name, where it may be one of a field.
    fn name(&self) -> Option<&str> {
        match self {
            Self::Word(name) => Some(name),
            _ => None,
        }
    }
}

/// Where the values of `operand` come from; `otherwise` says what it is where it is no field.
fn source(operand: &Operand, otherwise: &str) -> Result<Source, SyntaxFault> {
    match &operand.what {
        What::Word(name) => Ok(Source::Field(field(name, operand.place, otherwise)?)),
        What::Layered(name, ranges) => Ok(Source::Layered(field(name, operand.place, otherwise)?, ranges.clone())),
        What::Quoted(_) | What::Character(_) => refuse(operand.place, format!("a value is {otherwise}")),
        What::Slice(inner, ranges) => {
            let inner_source = source(inner, otherwise)?;
            match inner_source.kind() {
                kind if kind.has_octets() || matches!(kind, Kind::Ipv4 | Kind::Ipv6) => {
                    Ok(Source::Slice(Box::new(inner_source), ranges.clone()))
                }
                kind => refuse(inner.place, format!("this is a {kind}, of which no octets can be taken")),
            }
        }
        What::Masked(inner, mask) => {
            let inner_source = source(inner, otherwise)?;
            if !matches!(inner_source.kind(), Kind::Unsigned(_) | Kind::FrameNumber) {
                return refuse(inner.place, format!("this is a {}, of which no bits can be taken", inner_source.kind()));
            }
            let mask = match side(mask, &inner_source)? {
                Side::Constant(constant) => Source::Constant(constant),
                Side::Source(source) => source,
            };
            Ok(Source::Masked(Box::new(inner_source), Box::new(mask)))
        }
        What::Call(name, arguments) => call(name, arguments, operand.place),
    }
}

fn field(name: &str, place: Place, otherwise: &str) -> Result<&'static Field, SyntaxFault> {
    match (fields::named(name), fields::nearest_to(name)) {
        (Some(field), _) => Ok(field),
        (None, Some(meant)) => refuse(place, format!("{name} is {otherwise}; did you mean {meant}?")),
        (None, None) => refuse(place, format!("{name} is {otherwise}")),
    }
}

/// A function of one argument.
struct Function {
    name: &'static str,
    make: fn(Box<Source>) -> Source,
    /// Which kinds it takes.
    takes: fn(Kind) -> bool,
}

const FUNCTIONS: &[Function] = &[
    Function { name: "len", make: Source::Length, takes: has_length },
    Function { name: "count", make: Source::Count, takes: |_| true },
    Function { name: "lower", make: Source::Lower, takes: |kind| kind == Kind::Text },
    Function { name: "upper", make: Source::Upper, takes: |kind| kind == Kind::Text },
    Function { name: "string", make: Source::Written, takes: |kind| kind != Kind::Label },
];

fn has_length(kind: Kind) -> bool {
    kind != Kind::Boolean && !matches!(kind.class(), Class::Label | Class::Time | Class::Duration)
}

/// What the function `name` makes of its arguments.
fn call(name: &str, arguments: &[Operand], place: Place) -> Result<Source, SyntaxFault> {
    const WANTED: &str = "no field; functions take fields";
    if let Some(wanted) = match name {
        "max" => Some(Ordering::Greater),
        "min" => Some(Ordering::Less),
        _ => None,
    } {
        return extreme(wanted, arguments, place);
    }
    let Some(function) = FUNCTIONS.iter().find(|function| function.name == name) else {
        return refuse(place, format!("there is no function {name}(); there are len, count, lower, upper, string, max and min"));
    };
    let [argument] = arguments else { return refuse(place, format!("{name}() takes one argument")) };
    let source = source(argument, WANTED)?;
    if !(function.takes)(source.kind()) {
        return refuse(argument.place, format!("{name}() takes no {}", source.kind()));
    }
    Ok((function.make)(Box::new(source)))
}

/// The greatest or least of several arguments; the first is a field and says the kind.
fn extreme(wanted: Ordering, arguments: &[Operand], place: Place) -> Result<Source, SyntaxFault> {
    let Some((first, others)) = arguments.split_first() else { return refuse(place, "an argument is wanted") };
    let source = comparable(first, "an order")?;
    let mut sources = Vec::new();
    for other in others {
        sources.push(match side(other, &source)? {
            Side::Constant(constant) => Source::Constant(constant),
            Side::Source(source) => source,
        });
    }
    sources.insert(0, source);
    Ok(Source::Extreme(wanted, sources))
}
