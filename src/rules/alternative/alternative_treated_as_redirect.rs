//! Takes an attempt after a 380, gives a finding where it went to the Contact, as after a 302.
//!
//! RFC 3261, 21.3.5: the alternatives are in the body; of a Contact the clause says nothing.

use super::followed::{is_original, silence, takes_alternative};
use crate::call::{Attempt, Link, Redirect, Target};
use crate::rules::verdict::unread;
use crate::rules::words::{offered, text};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "alternative-treated-as-redirect",
    section: Section::Alternative,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Descriptive,
    clause: Clause::rfc3261("21.3.5"),
    summary: "the Contact of a 380 was called as after a 302",
    rationale: "A 380 says that this call cannot be made, and describes in its body what can. A client that follows its Contact blindly \
                makes the refused call once more, and the alternative, which may be an emergency call, is not made. A client that does not \
                know 380 may treat it as 300, so without a body this is a warning.",
    remedy: "Look into the body of the 380, and leave its Contact alone unless the body says otherwise.",
    example: "380, Contact: <sip:bob@b>, body: sip:reception@c -> INVITE sip:bob@b\n\
              right: INVITE sip:reception@c",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    if redirect.status != 380 || attempt.amended || takes_alternative(redirect, attempt) || is_original(redirect, &attempt.uri) {
        return None;
    }
    let target = redirect.targets.get(attempt.contact?)?;
    if !attempt.difference.as_ref()?.against_contact.names_the_target() {
        return None;
    }
    let described = match &redirect.offer {
        Some(offer) => format!("the body offers {}", offered(offer)),
        None => "there is no body that would describe an alternative".to_owned(),
    };
    let level = if is_ignored(redirect, attempt, target) { Level::Error } else { Level::Warning };
    let message = format!("the Contact {} of the 380 was called as after a 302; {described}", text(&target.text));
    Some(Draft::at(attempt.request.place, message).level(level).with(redirect.response.place, "the 380 with its Contact"))
}

/// Whether the body describes something else that was not taken, and will not be.
fn is_ignored(redirect: &Redirect, attempt: &Attempt, target: &Target) -> bool {
    let Some(offer) = redirect.offer.as_ref().filter(|offer| offer.describes_anything()) else { return false };
    let is_in_body = offer.uris.iter().any(|uri| uri.equals(&target.uri) || uri.equals(&attempt.uri));
    let names_another = offer.sip_alternatives().any(|uri| !is_original(redirect, uri));
    // Prose may have sent the user to the Contact; within the same call nobody was asked.
    let is_blind = names_another || attempt.link < Link::NewCall;
    let is_over = attempt.outcome.is_some_and(|outcome| outcome.status < 300) || silence(redirect) >= redirect.patience;
    // The alternative may be what the capture lacks.
    !is_in_body
        && is_blind
        && is_over
        && redirect.unseen.is_none()
        && unread(redirect).is_none()
        && !redirect.attempts.iter().any(|attempt| takes_alternative(redirect, attempt))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};

    const CONTACT: &str = "Contact: <sip:bob@198.51.100.30>";
    const PAGE: &str = "Content-Type: text/html | body: <a href=\"sip:reception@203.0.113.40\">reception</a>";
    const EMERGENCY: &str = "Content-Type: application/3gpp-ims+xml | body: <ims-3gpp version=\"1\"><alternative-service>\
                             <type>emergency</type></alternative-service></ims-3gpp>";
    const BLIND: &str = "0.3 client > target INVITE sip:bob@198.51.100.30\n0.4 target > client 200";
    const RECEPTION: &str = "9 client > other INVITE sip:reception@203.0.113.40 | Call-ID: two | From: <sip:alice@atlanta.example>;tag=2";

    fn refused(offer: &str, rest: &str) -> String {
        format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 380 | {CONTACT}{offer}
             0.2 client > server ACK
             {rest}
             100 end"
        )
    }

    #[test]
    fn a_contact_that_is_called_while_the_body_names_another_is_an_error() {
        let found = findings(&RULE, &refused(&format!(" | {PAGE}"), BLIND));
        let [finding] = found.as_slice() else { panic!("one finding, found {found:?}") };
        assert_eq!(finding.level, Level::Error);
        assert_eq!(
            finding.message,
            "the Contact sip:bob@198.51.100.30 of the 380 was called as after a 302; the body offers sip:reception@203.0.113.40"
        );
    }

    #[test]
    fn a_body_for_the_user_or_the_handset_is_overlooked_too() {
        for offer in ["Content-Type: text/plain | body: Please send a text message instead.", EMERGENCY] {
            assert_eq!(levels(&RULE, &refused(&format!(" | {offer}"), BLIND)), [Level::Error], "{offer}");
        }
    }

    #[test]
    fn a_new_call_to_the_contact_may_be_what_the_text_asked_for() {
        let call = "9 client > target INVITE sip:bob@198.51.100.30 | Call-ID: two | From: <sip:alice@atlanta.example>;tag=2";
        let offer = " | Content-Type: text/plain | body: Bob is at his other desk.";
        assert_eq!(levels(&RULE, &refused(offer, call)), [Level::Warning]);
    }

    #[test]
    fn without_a_body_it_is_a_warning() {
        assert_eq!(levels(&RULE, &refused("", BLIND)), [Level::Warning]);
    }

    #[test]
    fn a_contact_that_the_body_names_as_well_is_no_error() {
        let same = " | Content-Type: text/plain | body: sip:bob@198.51.100.30 or sip:reception@203.0.113.40";
        assert_eq!(levels(&RULE, &refused(same, BLIND)), []);
    }

    #[test]
    fn an_alternative_that_is_taken_afterwards_makes_it_a_warning() {
        let failed = format!("0.3 client > target INVITE sip:bob@198.51.100.30\n0.4 target > client 404\n{RECEPTION}");
        assert_eq!(levels(&RULE, &refused(&format!(" | {PAGE}"), &failed)), [Level::Warning]);
    }

    #[test]
    fn while_an_alternative_may_still_be_taken_it_is_a_warning() {
        let failed = "0.3 client > target INVITE sip:bob@198.51.100.30\n0.4 target > client 404";
        let script = refused(&format!(" | {PAGE}"), failed);
        assert_eq!(levels(&RULE, &script), [Level::Error]);
        assert_eq!(levels(&RULE, &script.replace("100 end", "9 end")), [Level::Warning]);
    }

    #[test]
    fn while_a_contact_that_nobody_answers_is_still_called_the_alternative_may_be_taken() {
        let again = [0.8, 1.8, 3.8, 7.8, 15.8, 31.8].map(|seconds| format!("{seconds} client > target again\n")).concat();
        let called = ["0.3 client > target INVITE sip:bob@198.51.100.30\n0.4 client > target ICMP port-unreachable\n", &again].concat();
        let script = refused(&format!(" | {PAGE}"), &called);
        assert_eq!(levels(&RULE, &script), [Level::Error]);
        assert_eq!(levels(&RULE, &script.replace("100 end", "60 end")), [Level::Warning], "35 s of silence begin at 32.3 s");
    }

    #[test]
    fn the_alternative_itself_is_right() {
        assert_eq!(levels(&RULE, &refused(&format!(" | {PAGE}"), RECEPTION)), []);
    }

    #[test]
    fn an_emergency_call_to_the_service_in_the_contact_is_right() {
        let script = refused(&format!(" | {EMERGENCY}"), "0.3 client > server INVITE urn:service:sos.police")
            .replace(CONTACT, "Contact: <urn:service:sos.police>");
        assert_eq!(levels(&RULE, &script), []);
    }

    #[test]
    fn the_same_fault_after_a_challenge_is_told_once() {
        let challenged = format!("0.25 client > target INVITE sip:bob@198.51.100.30\n0.26 target > client 401\n{BLIND}");
        assert_eq!(levels(&RULE, &refused(&format!(" | {PAGE}"), &challenged)).len(), 1);
    }
}
