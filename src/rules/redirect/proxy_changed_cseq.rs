//! Takes an attempt, gives a finding where a proxy sent the redirected request on with another CSeq.
//!
//! RFC 3261, 16.6: a proxy copies the request, and CSeq is none of what it changes; 22.3 says why a new number would be the caller's to give.

use super::retry::Retry;
use crate::call::{Attempt, Link, Redirect};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::Name;

pub(in crate::rules) const RULE: Rule = Rule {
    id: "proxy-changed-cseq",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Proxy,
    strength: Strength::Must,
    clause: Clause::rfc3261("16.6"),
    summary: "a proxy that followed the redirect changed the CSeq",
    rationale: "The caller knows its request by the CSeq number that it gave it. Behind a proxy that counts on its own the response comes back \
                with a number that the caller never sent, its ACK does not match, and the next request in the dialog may bear a number that \
                is used already.",
    remedy: "Copy the request as it was received; change the Request-URI, the Vias, Max-Forwards and Route, and nothing of the CSeq.",
    example: "INVITE sip:bob@a, CSeq: 7 INVITE -> 302 -> the proxy: INVITE sip:bob@b, CSeq: 8 INVITE\n\
              right: the proxy: INVITE sip:bob@b, CSeq: 7 INVITE",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    // Whoever has handed the 3xx on may carry a new request of its caller to the Contact.
    if attempt.link != Link::Recursion || redirect.relayed.is_some() {
        return None;
    }
    let retry = Retry::at_contact(redirect, attempt)?;
    let request = redirect.request.as_ref()?;
    let (asked, sent) = (request.message.cseq()?, attempt.request.message.cseq()?);
    if asked.number == sent.number {
        return None;
    }
    let written = |message: &crate::sip::Message<'_>| text(message.field(Name::CSeq).unwrap_or_default());
    let message = format!(
        "the proxy sent the request on to {} with the CSeq {} instead of {}",
        retry.request_uri(),
        written(&attempt.request.message),
        written(&request.message)
    );
    let draft = Draft::at(attempt.request.place, message).with(request.place, "has the CSeq of the caller");
    Some(draft.with(redirect.response.place, "the redirect"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::levels;

    fn recursed(below: &str, cseq: &str) -> Vec<Level> {
        let script = format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20 | CSeq: 7 | Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKp1 | Via: SIP/2.0/UDP 10.0.0.1;branch={below}
             0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
             0.3 client > target INVITE sip:bob@198.51.100.30 | CSeq: {cseq} | Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKp2 | Via: SIP/2.0/UDP 10.0.0.1;branch={below}
             40 end"
        );
        levels(&RULE, &script)
    }

    #[test]
    fn another_number_is_an_error() {
        assert_eq!(recursed("z9hG4bKu", "8"), [Level::Error]);
        assert_eq!(recursed("z9hG4bKu", "1"), [Level::Error]);
    }

    #[test]
    fn the_callers_number_is_right() {
        assert_eq!(recursed("z9hG4bKu", "7"), []);
    }

    #[test]
    fn a_caller_without_unique_branches_may_have_sent_another_request() {
        assert_eq!(recursed("u1", "8"), []);
        assert_eq!(recursed("z9hG4bK", "8"), []);
    }

    #[test]
    fn what_was_handed_on_is_followed_by_the_caller() {
        let script = "0.0 10.0.0.1:5060 > client INVITE sip:bob@192.0.2.20 | Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKu
            0.1 client > server INVITE sip:bob@192.0.2.20 | CSeq: 1 | Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKp1 | Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKu
            0.2 server > client 302 | Contact: <sip:bob@198.51.100.30>
            0.3 client > 10.0.0.1:5060 302 | Contact: <sip:bob@198.51.100.30>
            0.4 client > target INVITE sip:bob@198.51.100.30 | CSeq: 2 | Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKp2 | Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKu
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }
}
