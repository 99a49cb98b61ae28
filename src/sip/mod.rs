//! (face of the room)
