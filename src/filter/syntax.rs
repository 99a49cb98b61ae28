//! Takes what was parsed, gives it as a tree of words: nothing is known yet of fields and their kinds.
//!
//! Invariant: it prints as a filter that is parsed to the same tree.

use std::fmt::{self, Write};

/// A part of the text of a filter, in octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Place {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Place {
    /// From the start of this part to the end of `other`.
    pub(super) const fn to(self, other: Self) -> Self {
        Self { start: self.start, end: other.end }
    }
}

/// A condition.
#[derive(Debug, Clone)]
pub(super) enum Condition {
    /// A field or protocol is there, or octets under a mask are not zero.
    Exists(Operand),
    Relation {
        extent: Option<Extent>,
        left: Operand,
        operator: Operator,
        right: Operand,
    },
    Member {
        extent: Option<Extent>,
        left: Operand,
        is_negated: bool,
        set: Vec<Element>,
    },
    Not(Box<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
}

/// How many of the values must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Any,
    All,
}

/// What stands between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    /// All differ.
    Unequal,
    /// All are equal.
    AllEqual,
    /// One differs.
    AnyUnequal,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Contains,
    Matches,
}

/// Every way to write an operator; the first of each is the one that is printed.
pub(super) const OPERATORS: &[(&str, Operator)] = &[
    ("==", Operator::Equal),
    ("eq", Operator::Equal),
    ("any_eq", Operator::Equal),
    ("!=", Operator::Unequal),
    ("ne", Operator::Unequal),
    ("all_ne", Operator::Unequal),
    ("===", Operator::AllEqual),
    ("all_eq", Operator::AllEqual),
    ("!==", Operator::AnyUnequal),
    ("any_ne", Operator::AnyUnequal),
    (">", Operator::Greater),
    ("gt", Operator::Greater),
    ("<", Operator::Less),
    ("lt", Operator::Less),
    (">=", Operator::GreaterOrEqual),
    ("ge", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("le", Operator::LessOrEqual),
    ("contains", Operator::Contains),
    ("matches", Operator::Matches),
    ("~", Operator::Matches),
];

/// What is compared.
#[derive(Debug, Clone)]
pub(super) struct Operand {
    pub(super) what: What,
    pub(super) place: Place,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    /// A field, a protocol, or a value without quotes: which of them, its surroundings tell.
    Word(String),
    /// A value in quotes.
    Quoted(Vec<u8>),
    /// One character in single quotes.
    Character(u8),
    /// A field in some of the layers of its protocol.
    Layered(String, Vec<Range>),
    /// Some octets of a value.
    Slice(Box<Operand>, Vec<Range>),
    Call(String, Vec<Operand>),
    /// The bits of one in the other.
    Masked(Box<Operand>, Box<Operand>),
}

/// One value, or two that bound a range.
#[derive(Debug, Clone)]
pub(super) struct Element {
    pub(super) first: Operand,
    pub(super) last: Option<Operand>,
}

/// Where a slice begins, and where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    /// Counted from the end where it is negative.
    pub(super) start: i64,
    pub(super) end: RangeEnd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RangeEnd {
    /// So many octets.
    Length(i64),
    /// At this octet, which still belongs to it.
    At(i64),
    /// Where the value ends.
    Open,
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists(operand) => operand.fmt(f),
            Self::Relation { extent, left, operator, right } => {
                let written = OPERATORS.iter().find(|(_, known)| known == operator).map_or("", |(word, _)| *word);
                write!(f, "{}{left} {written} {right}", extent_prefix(*extent))
            }
            Self::Member { extent, left, is_negated, set } => {
                let not = if *is_negated { "not " } else { "" };
                write!(f, "{}{left} {not}in {{{}}}", extent_prefix(*extent), Joined(set, ", "))
            }
            Self::Not(condition) => write!(f, "not {}", Grouped(condition)),
            Self::And(conditions) => write!(f, "{}", Joined(&conditions.iter().map(Grouped).collect::<Vec<_>>(), " and ")),
            Self::Or(conditions) => write!(f, "{}", Joined(&conditions.iter().map(Grouped).collect::<Vec<_>>(), " or ")),
        }
    }
}

const fn extent_prefix(extent: Option<Extent>) -> &'static str {
    match extent {
        None => "",
        Some(Extent::Any) => "any ",
        Some(Extent::All) => "all ",
    }
}

/// A condition in parentheses, where it would not hold together without them.
struct Grouped<'a>(&'a Condition);

impl fmt::Display for Grouped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Condition::And(_) | Condition::Or(_) => write!(f, "({})", self.0),
            condition => condition.fmt(f),
        }
    }
}

/// Items with a separator between them.
struct Joined<'a, T>(&'a [T], &'static str);

impl<T: fmt::Display> fmt::Display for Joined<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, item) in self.0.iter().enumerate() {
            if nth > 0 {
                f.write_str(self.1)?;
            }
            item.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Word(word) => f.write_str(word),
            What::Quoted(octets) => write!(f, "\"{}\"", Escaped(octets)),
            What::Character(octet) => write!(f, "'{}'", Escaped(&[*octet])),
            What::Layered(name, ranges) => write!(f, "{name}#[{}]", Joined(ranges, ",")),
            What::Slice(operand, ranges) => write!(f, "{operand}[{}]", Joined(ranges, ",")),
            What::Call(name, arguments) => write!(f, "{name}({})", Joined(arguments, ", ")),
            What::Masked(left, right) => write!(f, "{left} & {right}"),
        }
    }
}

/// Octets as they stand between quotes.
struct Escaped<'a>(&'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for octet in self.0 {
            match octet {
                b'"' | b'\\' | b'\'' => write!(f, "\\{}", char::from(*octet))?,
                b' '..=b'~' => f.write_char(char::from(*octet))?,
                _ => write!(f, "\\x{octet:02x}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.last {
            None => self.first.fmt(f),
            // A blank, so that no word takes the dots for its own.
            Some(last) => write!(f, "{} .. {last}", self.first),
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.start;
        match self.end {
            RangeEnd::Length(length) => write!(f, "{start}:{length}"),
            RangeEnd::At(end) => write!(f, "{start}-{end}"),
            RangeEnd::Open => write!(f, "{start}:"),
        }
    }
}
