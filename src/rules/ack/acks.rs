//! Takes a redirect, gives the ACKs that are for it.
//!
//! Invariant: where a client used the branch of the redirected request again, the ACK of that later request has the same transaction key
//! and is left out (RFC 3261, 17.1.1.3: an ACK has the Request-URI and the CSeq number of the INVITE that it is for).

use crate::call::{Attempt, Kept, Redirect};

/// The ACKs for the 3xx, in order of time.
pub(super) fn of(redirect: &Redirect) -> impl Iterator<Item = &Kept> {
    redirect.acks.iter().filter(|ack| !redirect.attempts.iter().any(|attempt| is_of_attempt(attempt, ack)))
}

/// Whether the ACK is for an attempt that bears the branch of an earlier request.
fn is_of_attempt(attempt: &Attempt, ack: &Kept) -> bool {
    let request = &attempt.request.message;
    let number_of = |message: &crate::sip::Message<'_>| message.cseq().map(|cseq| cseq.number);
    attempt.branch_of.is_some()
        && ack.time >= attempt.request.time
        && ack.message.request_uri() == request.request_uri()
        && number_of(&ack.message) == number_of(request)
}
