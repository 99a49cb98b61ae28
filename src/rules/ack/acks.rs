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

#[cfg(test)]
mod tests {
    use crate::rules::Section;
    use crate::rules::scene::broken;

    #[test]
    fn the_ack_of_a_later_request_on_the_same_branch_says_nothing_about_the_3xx() {
        let script = |ack: &str| {
            format!(
                "0.0 client > server INVITE sip:bob@192.0.2.20
                 0.1 server > client 302 | Contact: <sip:bob-mobile@192.0.2.20>
                 {ack}
                 0.3 client > server INVITE sip:bob-mobile@192.0.2.20 | Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK1
                 0.4 server > client 486
                 0.5 client > server ACK
                 40 end"
            )
        };
        assert_eq!(broken(Section::Ack, &script("0.2 client > server ACK")), [""; 0]);
        assert_eq!(broken(Section::Ack, &script("")), ["ack-missing"]);
    }

    #[test]
    fn what_came_ahead_of_the_3xx_changes_nothing_about_its_ack() {
        for ahead in ["100", "180", "183"] {
            let script = format!(
                "0.0 client > server INVITE sip:bob@192.0.2.20
                 0.1 server > client {ahead}
                 0.2 server > client 302 | Contact: <sip:bob@198.51.100.30>
                 0.3 client > server ACK
                 40 end"
            );
            assert_eq!(broken(Section::Ack, &script), [""; 0], "{ahead}");
        }
    }

    #[test]
    fn the_ack_of_a_challenge_ahead_of_the_302_is_not_that_of_the_302() {
        let script = |ack: &str| {
            format!(
                "0.0 client > server INVITE sip:bob@192.0.2.20
                 0.1 server > client 407
                 0.2 client > server ACK
                 0.3 client > server INVITE sip:bob@192.0.2.20
                 0.4 server > client 302 | Contact: <sip:bob@198.51.100.30>
                 {ack}
                 40 end"
            )
        };
        assert_eq!(broken(Section::Ack, &script("0.5 client > server ACK")), [""; 0]);
        assert_eq!(broken(Section::Ack, &script("")), ["ack-missing"]);
    }
}
