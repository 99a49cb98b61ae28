//! Takes sightings and clues, gives redirects with their attempts and the later requests of the same client.
//!
//! A 3xx belongs to the client transaction that it answers; what the client did about it is found by a ladder of evidence among its later
//! requests; requests beyond the window are held against the lifetimes of the Contacts. State is bounded and expires by capture time.

mod above;
mod attach;
mod calls;
mod chain;
mod clue;
mod dialog;
mod events;
mod fallback;
mod future;
mod habit;
mod hop;
mod identity;
mod key;
mod late;
mod link;
mod names;
mod open;
mod outcome;
mod redirect;
mod relay;
mod settings;
mod sighting;
mod target;
mod transaction;
mod unseen;

pub use above::{Above, Answer};
pub use calls::Calls;
pub use clue::{Clue, ClueKind};
pub use dialog::refreshes_target;
pub use events::Events;
pub use fallback::Fallback;
pub use future::{LaterRequest, Use, Watch};
pub use hop::{Hop, Spot};
pub use redirect::{Attempt, Cover, Failure, Kept, Lifetime, Link, Outcome, Redirect, Repeat, Role, Target, Tried};
pub use settings::{SECOND, Settings};
pub use sighting::{Frames, Sighting};
