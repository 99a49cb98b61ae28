//! Takes a redirect, gives a finding where its ACK carries a body.
//!
//! RFC 3261, 17.1.1.3: the ACK of a 3xx carries no offer and no answer, as the INVITE made no session.

use super::acks;
use crate::call::Redirect;
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "ack-with-body",
    section: Section::Ack,
    level: Level::Warning,
    party: Party::Client,
    strength: Strength::NotRecommended,
    clause: Clause::rfc3261("17.1.1.3"),
    summary: "the ACK of the 3xx carries a body",
    rationale: "There is no session that the body could describe, and the ACK cannot be refused if the server does not understand it. It \
                shows that the client builds the ACK of a 3xx like that of a 200.",
    remedy: "Send the ACK of a final response from 300 to 699 without a body.",
    example: "302 -> ACK, Content-Type: application/sdp, Content-Length: 142\n\
              right: ACK, Content-Length: 0",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    let ack = acks::of(redirect).find(|ack| redirect.is_invite() && !ack.message.body().is_empty())?;
    let kind = ack.message.content_type().map_or_else(|| "no named type".to_owned(), text);
    let message = format!("the ACK of the {} carries a body of {} octets, {kind}", redirect.status, ack.message.body().len());
    Some(Draft::at(ack.place, message).with(redirect.response.place, "the response that it acknowledges"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};

    fn acked(ack: &str) -> String {
        format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20 | Content-Type: application/sdp | body: v=0
             0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
             0.2 client > server ACK{ack}
             40 end"
        )
    }

    #[test]
    fn a_session_description_in_the_ack_of_a_302_is_told() {
        let found = findings(&RULE, &acked(" | Content-Type: application/sdp | body: v=0"));
        let [finding] = found.as_slice() else { panic!("one finding, found {found:?}") };
        assert_eq!(finding.level, Level::Warning);
        assert_eq!(finding.message, "the ACK of the 302 carries a body of 3 octets, application/sdp");
    }

    #[test]
    fn an_ack_without_a_body_is_right_whatever_type_it_names() {
        assert_eq!(levels(&RULE, &acked("")), []);
        assert_eq!(levels(&RULE, &acked(" | Content-Type: application/sdp")), []);
    }

    #[test]
    fn the_ack_of_the_200_to_the_retry_may_carry_the_answer() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
            0.2 client > server ACK
            0.3 client > target INVITE sip:bob@198.51.100.30
            0.4 target > client 200 | Content-Type: application/sdp | body: v=0
            0.5 client > target ACK | Content-Type: application/sdp | body: v=0
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }
}
