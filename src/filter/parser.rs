//! Takes the tokens of a filter, gives the tree of its conditions.
//!
//! `or` binds less than `and`, `and` less than `not`, `not` less than a comparison, a comparison less than `&`. Invariant: no text makes it
//! deeper than [`MAX_DEPTH`], so that nothing that walks the tree can overflow.

use super::error::SyntaxFault;
use super::lexer::{Placed, Token, tokens};
use super::range::ranges;
use super::syntax::{Condition, Element, Extent, OPERATORS, Operand, Operator, Place, Range, What};

/// How deep conditions and operands may stand in each other.
const MAX_DEPTH: usize = 64;

/// The longest filter, in octets.
const MAX_LENGTH: usize = 64 << 10;

/// Words that are no values, unless they stand in quotes.
const RESERVED: &[&str] = &["and", "or", "not", "in", "any", "all", "bitwise_and"];

/// The tree of `text`; none where it is blank.
pub(super) fn parse(text: &str) -> Result<Option<Condition>, SyntaxFault> {
    if text.len() > MAX_LENGTH {
        return Err(SyntaxFault::new(Place::default(), format!("a filter is at most {MAX_LENGTH} octets long")));
    }
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Ok(None);
    }
    let mut parser = Parser { tokens: &tokens, depth: 0, end: text.trim_end().len() };
    let condition = parser.disjunction()?;
    if parser.operator().is_some() || parser.peek() == Some(&Token::Word("in")) {
        return Err(parser.unexpected("a comparison has two sides; join two of them with `and`"));
    }
    match parser.tokens {
        [] => Ok(Some(condition)),
        _ => Err(parser.unexpected("`and` or `or` is wanted between two conditions")),
    }
}

struct Parser<'a> {
    /// What is not read yet.
    tokens: &'a [Placed<'a>],
    depth: usize,
    /// Where the text ends.
    end: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Token<'a>> {
        self.tokens.first().map(|placed| &placed.token)
    }

    /// The place of the next token, or the end.
    fn place(&self) -> Place {
        self.tokens.first().map_or(Place { start: self.end, end: self.end }, |placed| placed.place)
    }

    fn next(&mut self) -> Option<&'a Placed<'a>> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    /// Passes over the next token, if it is `wanted`.
    fn skip(&mut self, wanted: &Token<'_>) -> bool {
        let is_there = self.peek() == Some(wanted);
        if is_there {
            self.next();
        }
        is_there
    }

    /// Passes over the word `word` or the sign `sign`.
    fn skip_either(&mut self, word: &str, sign: &'static str) -> bool {
        self.skip(&Token::Word(word)) || self.skip(&Token::Sign(sign))
    }

    /// That the next token, or the end, is not what is wanted.
    fn unexpected(&self, wanted: &str) -> SyntaxFault {
        let found = if self.tokens.is_empty() { "the filter ends here" } else { "this is not expected here" };
        SyntaxFault::new(self.place(), format!("{found}; {wanted}"))
    }

    /// Reads with `read`, one step deeper.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, SyntaxFault>) -> Result<T, SyntaxFault> {
        if self.depth >= MAX_DEPTH {
            return Err(SyntaxFault::new(self.place(), format!("conditions stand in each other more than {MAX_DEPTH} times here")));
        }
        self.depth += 1;
        let found = read(self);
        self.depth -= 1;
        found
    }

    fn disjunction(&mut self) -> Result<Condition, SyntaxFault> {
        let mut conditions = vec![self.conjunction()?];
        while self.skip_either("or", "||") {
            conditions.push(self.conjunction()?);
        }
        Ok(only_or(conditions, Condition::Or))
    }

    fn conjunction(&mut self) -> Result<Condition, SyntaxFault> {
        let mut conditions = vec![self.negation()?];
        while self.skip_either("and", "&&") {
            conditions.push(self.negation()?);
        }
        Ok(only_or(conditions, Condition::And))
    }

    fn negation(&mut self) -> Result<Condition, SyntaxFault> {
        if self.skip_either("not", "!") {
            return Ok(Condition::Not(Box::new(self.deeper(Self::negation)?)));
        }
        if self.skip(&Token::Sign("(")) {
            let condition = self.deeper(Self::disjunction)?;
            if !self.skip(&Token::Sign(")")) {
                return Err(self.unexpected("a parenthesis is not closed"));
            }
            return Ok(condition);
        }
        self.test()
    }

    /// A comparison, a membership, or the name of something that is to be there.
    fn test(&mut self) -> Result<Condition, SyntaxFault> {
        let extent = match self.peek() {
            Some(Token::Word("any")) => Some(Extent::Any),
            Some(Token::Word("all")) => Some(Extent::All),
            _ => None,
        };
        if extent.is_some() {
            self.next();
        }
        let left = self.operand()?;
        if let Some(operator) = self.operator() {
            self.next();
            let right = self.operand()?;
            return Ok(Condition::Relation { extent, left, operator, right });
        }
        let is_negated = matches!(self.tokens, [not, is_in, ..] if not.token == Token::Word("not") && is_in.token == Token::Word("in"));
        if is_negated {
            self.next();
        }
        if self.skip(&Token::Word("in")) {
            return Ok(Condition::Member { extent, left, is_negated, set: self.set()? });
        }
        match extent {
            None => Ok(Condition::Exists(left)),
            Some(_) => Err(self.unexpected("`any` and `all` ask for a comparison")),
        }
    }

    /// The operator that is next.
    fn operator(&self) -> Option<Operator> {
        let written = match self.peek()? {
            Token::Word(word) => *word,
            Token::Sign(sign) => *sign,
            _ => return None,
        };
        OPERATORS.iter().find(|(known, _)| *known == written).map(|(_, operator)| *operator)
    }

    fn set(&mut self) -> Result<Vec<Element>, SyntaxFault> {
        let mut set = Vec::new();
        if !self.skip(&Token::Sign("{")) {
            return Err(self.unexpected("`in` wants a set, as in {301, 302} or {300..399}"));
        }
        loop {
            let first = self.operand()?;
            let last = if self.skip(&Token::Sign("..")) { Some(self.operand()?) } else { None };
            set.push(Element { first, last });
            if self.skip(&Token::Sign("}")) {
                return Ok(set);
            }
            if !self.skip(&Token::Sign(",")) {
                return Err(self.unexpected("the elements of a set are parted by commas, and it ends with `}`"));
            }
        }
    }

    /// A value, with the octets that are taken of it and the mask that is put to it.
    fn operand(&mut self) -> Result<Operand, SyntaxFault> {
        let mut operand = self.primary()?;
        let mut masks = 0;
        while self.skip_either("bitwise_and", "&") {
            masks += 1;
            if masks > MAX_DEPTH {
                return Err(SyntaxFault::new(self.place(), format!("more than {MAX_DEPTH} masks on one value")));
            }
            let mask = self.primary()?;
            let place = operand.place.to(mask.place);
            operand = Operand { what: What::Masked(Box::new(operand), Box::new(mask)), place };
        }
        Ok(operand)
    }

    fn primary(&mut self) -> Result<Operand, SyntaxFault> {
        let wanted = "a field or a value is wanted";
        let refused = self.unexpected(wanted);
        let Some(placed) = self.next() else { return Err(refused) };
        let mut place = placed.place;
        let what = match &placed.token {
            Token::Word(word) if is_reserved(word) => {
                return Err(SyntaxFault::new(
                    place,
                    format!("\"{word}\" is a word of the language; {wanted}, or this word in double quotes"),
                ));
            }
            Token::Word(name) if self.skip(&Token::Sign("(")) => {
                let (arguments, end) = self.deeper(Self::arguments)?;
                place = place.to(end);
                What::Call((*name).to_owned(), arguments)
            }
            Token::Word(name) if self.skip(&Token::Sign("#")) => What::Layered((*name).to_owned(), self.layers()?),
            Token::Word(word) => What::Word((*word).to_owned()),
            Token::Quoted(octets) => What::Quoted(octets.clone()),
            Token::Character(octet) => What::Character(*octet),
            Token::Brackets(_) | Token::Sign(_) => return Err(refused),
        };
        self.slices(Operand { what, place })
    }

    /// The arguments of a function, and the place of the parenthesis that closes them.
    fn arguments(&mut self) -> Result<(Vec<Operand>, Place), SyntaxFault> {
        let mut arguments = Vec::new();
        loop {
            arguments.push(self.operand()?);
            let place = self.place();
            if self.skip(&Token::Sign(")")) {
                return Ok((arguments, place));
            }
            if !self.skip(&Token::Sign(",")) {
                return Err(self.unexpected("arguments are parted by commas, and end with a parenthesis"));
            }
        }
    }

    /// Which layers of its protocol a field is sought in.
    fn layers(&mut self) -> Result<Vec<Range>, SyntaxFault> {
        let refused = self.unexpected("the number of a layer is wanted, or several in brackets");
        match self.next() {
            Some(Placed { token: Token::Word(number), place }) if number.bytes().all(|digit| digit.is_ascii_digit()) => {
                ranges(number, *place)
            }
            Some(Placed { token: Token::Brackets(text), place }) => ranges(text, *place),
            _ => Err(refused),
        }
    }

    /// The parts that brackets take of `operand`.
    fn slices(&mut self, mut operand: Operand) -> Result<Operand, SyntaxFault> {
        let mut depth = 0;
        while let Some(Placed { token: Token::Brackets(text), place }) = self.tokens.first() {
            depth += 1;
            if depth > MAX_DEPTH {
                return Err(SyntaxFault::new(*place, format!("more than {MAX_DEPTH} slices of one value")));
            }
            self.next();
            let whole = operand.place.to(*place);
            operand = Operand { what: What::Slice(Box::new(operand), ranges(text, *place)?), place: whole };
        }
        Ok(operand)
    }
}

fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word) || OPERATORS.iter().any(|(known, _)| *known == word)
}

/// The only one of `conditions`, or all of them as one.
fn only_or(mut conditions: Vec<Condition>, all: fn(Vec<Condition>) -> Condition) -> Condition {
    match conditions.pop() {
        Some(only) if conditions.is_empty() => only,
        last => {
            conditions.extend(last);
            all(conditions)
        }
    }
}

#[cfg(test)]
#[path = "parser_tests.rs"]
mod tests;
