//! The rules on 305, authentication, proxies, dialogs and other methods.

pub(super) mod use_proxy_not_followed;
pub(super) mod use_proxy_treated_as_redirect;
