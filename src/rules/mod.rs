//! Takes redirects, gives findings and a verdict; holds the list of all rules.

mod finding;
mod profile;
mod rule;

pub use finding::{Draft, Evidence, Finding};
pub use profile::Profile;
pub use rule::{Check, Clause, Level, Party, Rule, Section, Strength};

/// Every rule, in the order of the catalogue.
pub const ALL: &[&Rule] = &[];
