//! The rules on following a 300, 301 or 302: the retry, its Request-URI, headers and way, and the requests after it.

pub(super) mod retry;
#[cfg(test)]
mod tests;

pub(super) mod body_not_reused;
pub(super) mod branch_reused;
pub(super) mod contact_cached_without_expiry;
pub(super) mod contact_header_invalid;
pub(super) mod contact_parameter_lost;
pub(super) mod contact_port_ignored;
pub(super) mod contact_transport_ignored;
pub(super) mod contact_used_after_expiry;
pub(super) mod cseq_not_raised;
pub(super) mod dangerous_uri_header_honoured;
pub(super) mod from_tag_missing;
pub(super) mod header_parameter_in_request_uri;
pub(super) mod headers_not_reused;
pub(super) mod invalid_request_uri_sent;
pub(super) mod lower_q_tried_first;
pub(super) mod maddr_ignored;
pub(super) mod max_forwards_missing;
pub(super) mod method_changed;
pub(super) mod method_parameter_in_request_uri;
pub(super) mod moved_permanently_ignored;
pub(super) mod next_contact_not_tried;
pub(super) mod original_retried_repeatedly;
pub(super) mod original_uri_retried;
pub(super) mod proxy_changed_cseq;
pub(super) mod recursed_after_cancel;
pub(super) mod redirect_not_followed;
pub(super) mod request_uri_not_contact;
pub(super) mod second_final_followed;
pub(super) mod sent_to_old_server;
pub(super) mod sips_downgraded;
pub(super) mod sips_sent_in_clear;
pub(super) mod stale_route_kept;
pub(super) mod target_tried_twice;
pub(super) mod to_tag_carried_over;
pub(super) mod to_uri_rewritten;
pub(super) mod unrelated_uri_retried;
pub(super) mod uri_headers_in_request_uri;
pub(super) mod via_transport_mismatch;
