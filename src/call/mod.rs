//! Takes sightings and clues, gives redirects with their attempts and the later requests of the same client.
//!
//! A 3xx belongs to the client transaction that it answers; what the client did about it is found by a ladder of evidence among its later
//! requests; requests beyond the window are held against the lifetimes of the Contacts. State is bounded and expires by capture time.

mod above;
mod alternative;
mod attach;
mod calls;
mod chain;
mod clue;
mod clues;
mod companion;
mod dialling;
mod dialog;
mod elements;
mod events;
mod fallback;
mod found;
mod future;
mod gateway;
mod habit;
mod hidden;
mod hop;
mod identity;
mod index;
mod key;
mod late;
mod link;
mod lookup;
mod names;
mod network;
mod open;
mod outcome;
mod redirect;
mod registration;
mod relay;
mod settings;
mod sighting;
mod slots;
mod target;
mod transaction;
mod unseen;
mod unseen_alternative;
mod watch;

pub use above::{Above, Answer};
pub use alternative::is_anonymous;
pub use calls::Calls;
pub use clue::{Clue, ClueKind, Greeting};
pub use companion::FIRST_COMPANION;
pub use dialling::DiallingPlan;
pub use dialog::refreshes_target;
pub use elements::{Element, NoRange, Range};
pub use events::Events;
pub use fallback::Fallback;
pub use future::{LaterRequest, Use};
pub use hidden::{HiddenWay, SIPS};
pub use hop::{Hop, Spot};
pub use network::Network;
pub use redirect::{Attempt, Cover, Failure, Kept, Lifetime, Link, Outcome, Redirect, Repeat, Resent, Role, Target, Tried};
pub use settings::{SECOND, Settings, T1};
pub use sighting::{Frames, Sighting};
pub use watch::Watch;
