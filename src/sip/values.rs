//! Takes the header lines of one name, gives their values one after the other.
//!
//! Invariant: what is known from scanning is not sought again: a header that stands on one line alone is read where it stands.
//! RFC 3261, 7.3.1.

use super::fields::Fields;
use super::name::Name;
use super::scan::{Items, split_list};

/// The values of one header over all its lines: of a list its items, of any other header the whole value of each line.
#[derive(Debug, Clone)]
pub(super) struct Values<'a> {
    name: Name,
    /// The lines not read yet; none where there are no more of this name.
    lines: Option<Fields<'a>>,
    items: Items<'a>,
}

impl<'a> Values<'a> {
    /// The values that all lines of `name` among `lines` have.
    pub(super) const fn over(lines: Fields<'a>, name: Name) -> Self {
        Self { name, lines: Some(lines), items: Items::NONE }
    }

    /// The items of the list `value`, the only one of its name; nothing where there is none.
    pub(super) fn of_list(value: Option<&'a [u8]>, name: Name) -> Self {
        Self { name, lines: None, items: value.map_or(Items::NONE, split_list) }
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            if let Some(item) = self.items.next() {
                return Some(item);
            }
            let field = self.lines.as_mut()?.next_of(self.name)?;
            if !self.name.is_list() {
                return Some(field.value);
            }
            self.items = split_list(field.value);
        }
    }
}
