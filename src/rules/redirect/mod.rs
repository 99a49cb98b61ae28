//! The rules on following a 300, 301 or 302, and on the requests after it.

pub(super) mod redirect_not_followed;
pub(super) mod request_uri_not_contact;
