//! Takes a final response that is no 3xx, gives whether it asks of its handset what a 380 asks: to register, or to make the call, anew.
//!
//! Invariant: such a response is held like a redirect, and told beside the redirects, never among them. 3GPP TS 24.229, 5.1.2A.1.6 and 5.1.6.

use super::target;
use crate::sip::Message;
use crate::sip::body::{AlternativeAction, AlternativeType};

/// The number of the first companion; redirects have those below.
pub const FIRST_COMPANION: u64 = 1 << 63;

/// Whether the response is a 504 that says that the registration is lost, or a 403 that allows an anonymous emergency call alone.
pub(super) fn is_companion(status: u16, message: &Message<'_>) -> bool {
    if !matches!(status, 403 | 504) {
        return false;
    }
    let Some(offer) = target::offer(message) else { return false };
    match status {
        504 => offer.service_type() == Some(&AlternativeType::Restoration),
        _ => offer.action() == Some(&AlternativeAction::AnonymousEmergencycall),
    }
}
