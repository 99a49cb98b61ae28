//! Takes what is known of something as a tree, gives it as indented lines.
//!
//! Invariant: every node is one line, and what came from the wire is escaped in it.

use std::io;

use anstyle::Style;

use crate::report::model::Level;
use crate::report::text::tint;
use crate::report::wording::escape;

/// By how many columns a node stands deeper than the one above it.
const INDENT: usize = 4;

/// A line, and what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    text: String,
    kind: Kind,
    children: Vec<Self>,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Head,
    Plain,
    Fault,
}

impl Node {
    /// A line.
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), kind: Kind::Plain, children: Vec::new() }
    }

    /// A line that begins a part.
    pub(super) fn head(text: impl Into<String>) -> Self {
        Self { kind: Kind::Head, ..Self::new(text) }
    }

    /// A line that says what is malformed.
    pub(super) fn fault(what: &str) -> Self {
        Self { kind: Kind::Fault, ..Self::new(format!("[malformed: {what}]")) }
    }

    /// A name with a value from the wire.
    pub(super) fn value(name: &str, value: &[u8]) -> Self {
        Self::new(format!("{name}: {}", String::from_utf8_lossy(value)))
    }

    /// Puts a line below this one.
    pub(super) fn push(&mut self, child: Self) {
        self.children.push(child);
    }

    /// Puts a line below this one that says what is malformed, where something is.
    pub(super) fn fault_if(&mut self, is_wrong: bool, what: &str) {
        if is_wrong {
            self.push(Self::fault(what));
        }
    }

    /// Puts lines below this one.
    pub(super) fn extend(&mut self, children: impl IntoIterator<Item = Self>) {
        self.children.extend(children);
    }

    /// This line with lines below it.
    pub(super) fn with(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.extend(children);
        self
    }

    /// Writes the tree.
    ///
    /// # Errors
    /// Those of `out`, as they are.
    pub fn write(&self, colour: bool, out: &mut dyn io::Write) -> io::Result<()> {
        self.write_at(0, colour, out)
    }

    fn write_at(&self, depth: usize, colour: bool, out: &mut dyn io::Write) -> io::Result<()> {
        let style = match self.kind {
            Kind::Head => tint::TITLE,
            Kind::Plain => Style::new(),
            Kind::Fault => tint::level(Level::Error),
        };
        let text = escape(&self.text);
        let indent = depth * INDENT;
        if colour && style != Style::new() {
            writeln!(out, "{:indent$}{}{text}{}", "", style.render(), style.render_reset())?;
        } else {
            writeln!(out, "{:indent$}{text}", "")?;
        }
        self.children.iter().try_for_each(|child| child.write_at(depth.saturating_add(1), colour, out))
    }
}
