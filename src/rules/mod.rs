//! Takes redirects and later requests, gives findings and a verdict; holds the list of all rules.
//!
//! One rule, one file, one line here. Rules are pure, never see each other and change nothing.

mod ack;
mod alternative;
mod engine;
mod finding;
mod profile;
mod redirect;
mod rule;
mod server;
mod special;
mod verdict;
mod words;

pub use engine::{Selection, find, judge, judge_later};
pub use finding::{Draft, Evidence, Finding};
pub use profile::Profile;
pub use rule::{Check, Clause, Level, Party, Rule, Section, Strength};
pub use verdict::{Judgement, Verdict};

/// Every rule, in the order of the catalogue.
pub const ALL: &[&Rule] = &[
    &redirect::redirect_not_followed::RULE,
    &redirect::request_uri_not_contact::RULE,
];
