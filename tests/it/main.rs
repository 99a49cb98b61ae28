//! The only test binary: what the rooms of `src` do together.
