//! The worst captures that we could think of, each in proportion to a size.

mod bounds;
mod calls;
mod cases;
mod messages;
mod packets;
mod pile;

pub(crate) use cases::made;
