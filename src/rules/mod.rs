//! Takes redirects and later requests, gives findings and a verdict; holds the list of all rules.
//!
//! One rule, one file, one line here. Rules are pure, never see each other and change nothing.

mod ack;
mod alternative;
mod engine;
mod finding;
#[cfg(test)]
mod hop_tests;
#[cfg(test)]
mod lost_message_tests;
mod profile;
#[cfg(test)]
mod real_client_tests;
mod redirect;
mod rule;
#[cfg(test)]
mod scene;
mod server;
#[cfg(test)]
mod service_tests;
mod special;
#[cfg(test)]
mod trap_tests;
#[cfg(test)]
mod trial;
mod verdict;
#[cfg(test)]
mod verdict_tests;
mod way;
mod words;

pub use alternative::{Meaning, meaning};
pub use engine::{Selection, find, judge, judge_later};
pub use finding::{Draft, Evidence, Finding};
pub use profile::Profile;
pub use rule::{Check, Clause, Level, Party, Rule, Section, Strength};
pub use verdict::{Judgement, Verdict, convicts};
pub use way::Way;

/// Every rule, in the order of the catalogue.
pub const ALL: &[&Rule] = &[
    &redirect::redirect_not_followed::RULE,
    &redirect::original_uri_retried::RULE,
    &redirect::unrelated_uri_retried::RULE,
    &redirect::recursed_after_cancel::RULE,
    &redirect::request_uri_not_contact::RULE,
    &redirect::contact_parameter_lost::RULE,
    &redirect::method_parameter_in_request_uri::RULE,
    &redirect::uri_headers_in_request_uri::RULE,
    &redirect::dangerous_uri_header_honoured::RULE,
    &redirect::invalid_request_uri_sent::RULE,
    &redirect::header_parameter_in_request_uri::RULE,
    &redirect::branch_reused::RULE,
    &redirect::to_tag_carried_over::RULE,
    &redirect::from_tag_missing::RULE,
    &redirect::to_uri_rewritten::RULE,
    &redirect::cseq_not_raised::RULE,
    &redirect::proxy_changed_cseq::RULE,
    &redirect::max_forwards_missing::RULE,
    &redirect::method_changed::RULE,
    &redirect::body_not_reused::RULE,
    &redirect::headers_not_reused::RULE,
    &redirect::contact_header_invalid::RULE,
    &redirect::via_transport_mismatch::RULE,
    &redirect::stale_route_kept::RULE,
    &redirect::sent_to_old_server::RULE,
    &redirect::maddr_ignored::RULE,
    &redirect::contact_transport_ignored::RULE,
    &redirect::contact_port_ignored::RULE,
    &redirect::dns_answer_ignored::RULE,
    &redirect::sips_sent_in_clear::RULE,
    &redirect::target_tried_twice::RULE,
    &redirect::lower_q_tried_first::RULE,
    &redirect::next_contact_not_tried::RULE,
    &redirect::sips_downgraded::RULE,
    &redirect::second_final_followed::RULE,
    &redirect::contact_cached_without_expiry::RULE,
    &redirect::contact_used_after_expiry::RULE,
    &redirect::original_retried_repeatedly::RULE,
    &redirect::moved_permanently_ignored::RULE,
    &ack::ack_missing::RULE,
    &ack::ack_differs_from_invite::RULE,
    &ack::ack_sent_elsewhere::RULE,
    &ack::retransmission_not_acked::RULE,
    &ack::ack_with_body::RULE,
    &special::use_proxy_treated_as_redirect::RULE,
    &special::use_proxy_not_followed::RULE,
    &special::challenge_answered_at_original::RULE,
    &special::stale_credentials_sent::RULE,
    &special::rejected_credentials_repeated::RULE,
    &special::proxy_relayed_while_recursing::RULE,
    &special::proxy_sent_several_finals::RULE,
    &special::proxy_changed_body::RULE,
    &special::proxy_hid_redirect::RULE,
    &special::used_contact_relayed::RULE,
    &special::dialog_route_set_changed::RULE,
    &special::dialog_target_replaced::RULE,
    &alternative::alternative_not_attempted::RULE,
    &alternative::alternative_treated_as_redirect::RULE,
    &alternative::same_request_repeated::RULE,
    &alternative::emergency_call_not_attempted::RULE,
    &alternative::emergency_registration_skipped::RULE,
    &alternative::emergency_call_before_registration::RULE,
    &alternative::emergency_call_unwarranted::RULE,
    &alternative::emergency_timer_exceeded::RULE,
    &alternative::restoration_not_performed::RULE,
    &server::redirect_without_contact::RULE,
    &server::redirect_to_itself::RULE,
    &server::contact_unparsable::RULE,
    &server::contact_parameters_outside_brackets::RULE,
    &server::contact_without_sip_target::RULE,
    &server::cancel_redirected::RULE,
    &server::unknown_redirect_code::RULE,
    &server::finals_differ::RULE,
    &server::alternative_without_body::RULE,
    &server::ims_body_malformed::RULE,
];
