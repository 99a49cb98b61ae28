//! The rules on 305, authentication, proxies, dialogs and other methods.

mod credentials;
mod hop;

pub(super) mod challenge_answered_at_original;
pub(super) mod dialog_route_set_changed;
pub(super) mod dialog_target_replaced;
pub(super) mod proxy_changed_body;
pub(super) mod proxy_hid_redirect;
pub(super) mod proxy_relayed_while_recursing;
pub(super) mod proxy_sent_several_finals;
pub(super) mod rejected_credentials_repeated;
pub(super) mod stale_credentials_sent;
pub(super) mod use_proxy_not_followed;
pub(super) mod use_proxy_treated_as_redirect;
pub(super) mod used_contact_relayed;
