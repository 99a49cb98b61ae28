//! Takes a redirect that a proxy received, gives the facts about its two hops that several rules ask for.
//!
//! Invariant: facts, not judgements.

use crate::call::{Above, Answer, Attempt, Link};

/// The 3xx that the proxy handed on to the hop above.
pub(super) fn handed_on(above: &Above) -> Option<&Answer> {
    above.answers.iter().find(|answer| (300..400).contains(&answer.outcome.status))
}

/// Whether an attempt is the proxy's own, at a Contact of the 3xx.
pub(super) fn is_recursion(attempt: &Attempt) -> bool {
    attempt.link == Link::Recursion && attempt.contact.is_some()
}

/// A scene of tests: a call by way of a proxy, which meets `response` at the server; then `rest`. `ABOVE` stands for the headers of a request as
/// the caller sends it, `BELOW` for those of the same request as the proxy sends it on, and a digit behind for another branch below; `NEXT`
/// and `PASSED` for the same of another request of the caller.
#[cfg(test)]
pub(super) fn proxied(response: &str, rest: &str) -> String {
    let script = format!(
        "0.0 client > proxy INVITE sip:bob@example.com | ABOVE
         0.1 proxy > server INVITE sip:bob@192.0.2.20 | BELOW
         0.2 server > proxy {response}
         0.21 proxy > server ACK
         {rest}
         60 end"
    );
    let via = |address: &str, branch: &str| format!("SIP/2.0/UDP {address}:5060;branch=z9hG4bK{branch}");
    let sent = |branch: &str, number: u8| format!("Via: {} | CSeq: {number}", via("192.0.2.10", branch));
    let passed = |branch: &str, above: &str, number: u8| {
        format!("Via: {}, {} | CSeq: {number}", via("192.0.2.50", branch), via("192.0.2.10", above))
    };
    script
        .replace(" proxy ", " 192.0.2.50:5060 ")
        .replace("ABOVE", &sent("above", 1))
        .replace("NEXT", &sent("next", 2))
        .replace("BELOW2", &passed("below2", "above", 1))
        .replace("BELOW3", &passed("below3", "above", 1))
        .replace("BELOW", &passed("below", "above", 1))
        .replace("PASSED", &passed("passed", "next", 2))
}
