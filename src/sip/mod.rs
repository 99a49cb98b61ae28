//! (face of the room)

pub mod uri;
