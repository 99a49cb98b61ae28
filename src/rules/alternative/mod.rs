//! The rules on 380 Alternative Service.

mod emergency;
mod followed;

pub(super) mod alternative_not_attempted;
pub(super) mod alternative_treated_as_redirect;
pub(super) mod emergency_call_before_registration;
pub(super) mod emergency_call_not_attempted;
pub(super) mod emergency_registration_skipped;
pub(super) mod same_request_repeated;
