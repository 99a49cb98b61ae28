//! The rules on 380 Alternative Service.

mod credence;
mod emergency;
#[cfg(test)]
mod flow_tests;
mod followed;
mod meaning;
mod restoration;
mod verdict;

pub(super) mod alternative_not_attempted;
pub(super) mod alternative_treated_as_redirect;
pub(super) mod emergency_call_before_registration;
pub(super) mod emergency_call_not_attempted;
pub(super) mod emergency_call_unwarranted;
pub(super) mod emergency_registration_skipped;
pub(super) mod emergency_timer_exceeded;
pub(super) mod restoration_not_performed;
pub(super) mod same_request_repeated;

pub use meaning::{Meaning, meaning};
pub(super) use verdict::{not_binding, verdict};
