//! Takes nothing yet.
