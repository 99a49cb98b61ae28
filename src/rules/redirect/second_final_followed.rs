//! Takes an attempt, gives a finding where it goes to a Contact that only a later 3xx of the same transaction names.
//!
//! RFC 3261, 17.1.1.2: in the state Completed a further final response is acknowledged, and the user of the transaction never hears of it.

use super::retry::{asks_for_its_contact, request_uri};
use crate::call::{Attempt, Redirect};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "second-final-followed",
    section: Section::Redirect,
    level: Level::Warning,
    party: Party::Client,
    strength: Strength::MustNot,
    clause: Clause::rfc3261("17.1.1.2"),
    summary: "a Contact was tried that only a second final response of the transaction names",
    rationale: "A transaction has one final response, the first. A later one with another content is a repetition to the client, whatever \
                stands in it: a client that follows it has followed two answers to one question, and the Contacts of the first may never be \
                asked.",
    remedy: "Hand the first final response on, and answer every further one of the same transaction with an ACK alone.",
    example: "INVITE sip:bob@a -> 302, Contact: <sip:bob@b> -> 302, Contact: <sip:bob@c> -> INVITE sip:bob@c\n\
              right: INVITE sip:bob@b",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let target = redirect.targets.iter().find(|target| target.usable)?;
    if attempt.amended || !asks_for_its_contact(redirect) {
        return None;
    }
    let second = attempt.of_second?;
    let message = format!(
        "the request for {} goes to a Contact of a second final response, a {}; the first names {}",
        request_uri(attempt),
        second.status,
        text(&target.text)
    );
    let draft = Draft::at(attempt.request.place, message).with(redirect.response.place, "the final response that counts");
    Some(draft.with(second.place, "the second one, which names that Contact"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::Section;
    use crate::rules::scene::{broken, levels};

    fn script(second: &str, retry: &str) -> String {
        format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
             0.2 client > server ACK
             0.3 server > client {second}
             0.4 client > {retry}
             40 end"
        )
    }

    const SECOND: &str = "302 INVITE | Contact: <sip:bob@203.0.113.40> | To: <sip:bob@192.0.2.20>;tag=other";

    #[test]
    fn a_contact_of_the_second_alone_is_a_warning_and_nothing_else() {
        let script = script(SECOND, "other INVITE sip:bob@203.0.113.40");
        assert_eq!(levels(&RULE, &script), [Level::Warning]);
        assert_eq!(broken(Section::Redirect, &script), ["second-final-followed"]);
    }

    #[test]
    fn a_contact_of_the_first_is_right() {
        assert_eq!(levels(&RULE, &script(SECOND, "target INVITE sip:bob@198.51.100.30")), []);
    }

    #[test]
    fn a_contact_that_both_name_is_right() {
        let second = "302 INVITE | Contact: <sip:bob@203.0.113.40>, <sip:bob@198.51.100.30>";
        assert_eq!(levels(&RULE, &script(second, "target INVITE sip:bob@198.51.100.30")), []);
    }

    #[test]
    fn a_repetition_names_nothing_new() {
        assert_eq!(levels(&RULE, &script("again", "other INVITE sip:bob@203.0.113.40")), []);
    }

    #[test]
    fn a_request_ahead_of_the_second_was_not_caused_by_it() {
        let script = format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
             0.2 client > other INVITE sip:bob@203.0.113.40
             0.3 server > client {SECOND}
             40 end"
        );
        assert_eq!(levels(&RULE, &script), []);
    }
}
