//! Takes the secrets of a session, gives no keys: this build can open nothing, and the fault says so.

use super::hello::{Agreed, Random};
use super::key_log::Secrets;
use super::opener::{Refusal, Sealed};

/// There are none.
pub(super) enum Keys {}

impl Keys {
    /// Refuses.
    pub(super) const fn of(_: &Secrets, _: &Random, _: &Agreed, _: bool) -> Result<Self, Refusal> {
        Err(Refusal::Build)
    }

    /// None.
    pub(super) const fn of_handshake(_: &Secrets, _: &Agreed, _: bool) -> Option<Self> {
        None
    }

    /// Never called: there are no keys.
    pub(super) const fn update(&mut self) {
        match *self {}
    }

    /// Never called: there are no keys.
    pub(super) const fn hides_kind(&self) -> bool {
        match *self {}
    }

    /// Never called: there are no keys.
    pub(super) const fn explicit(&self) -> usize {
        match *self {}
    }

    /// Never called: there are no keys.
    pub(super) const fn least(&self) -> usize {
        match *self {}
    }

    /// Never called: there are no keys.
    pub(super) const fn open(&self, _: u64, _: &Sealed, _: &mut Vec<u8>) -> bool {
        match *self {}
    }
}
