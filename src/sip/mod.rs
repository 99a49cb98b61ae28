//! (face of the room)

pub mod body;
pub mod uri;
