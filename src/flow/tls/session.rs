//! Takes the hellos of a connection, gives what both of its directions know of the session.

use super::hello::{Agreed, Random};

/// What the hellos say.
#[derive(Debug, Default)]
pub(in crate::flow) struct Session {
    pub(super) client: Option<Random>,
    pub(super) server_name: Option<Box<[u8]>>,
    pub(super) agreed: Option<Agreed>,
}
