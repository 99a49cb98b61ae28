//! The rules on the redirecting server, which never make a client incorrect.

pub(super) mod alternative_without_body;
pub(super) mod cancel_redirected;
pub(super) mod contact_parameters_outside_brackets;
pub(super) mod contact_unparsable;
pub(super) mod contact_without_sip_target;
pub(super) mod finals_differ;
pub(super) mod ims_body_malformed;
pub(super) mod redirect_to_itself;
pub(super) mod redirect_without_contact;
pub(super) mod unknown_redirect_code;

#[cfg(test)]
mod tests;
