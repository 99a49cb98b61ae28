//! Takes a later request of a redirected client, gives a finding where it went straight to a Contact whose lifetime was over.
//!
//! RFC 3261, 21.3.3: the Contact may be cached for as long as its expiry says; a malformed expiry counts as 3600 seconds (8.3).

use crate::call::{LaterRequest, Lifetime, Use, Watch};
use crate::rules::words::{seconds, text};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "contact-used-after-expiry",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::MustNot,
    clause: Clause::rfc3261("21.3.3"),
    summary: "a later request went straight to a Contact whose lifetime was over",
    rationale: "The server has said for how long it answers for this address. After that the user may be elsewhere and somebody else may \
                have the address, and a client that still calls there never learns of it.",
    remedy: "Drop a cached Contact when its lifetime is over (its own `expires`, else the Expires header), and begin at the original URI.",
    example: "302, Contact: <sip:bob@b>;expires=60, and 90 seconds later: INVITE sip:bob@b\n\
              right: 90 seconds later: INVITE sip:bob@a",
    check: Check::Later(check),
};

fn check(watch: &Watch, request: &LaterRequest) -> Option<Draft> {
    let target = watch.targets.get(request.target?)?;
    let (Use::CachedAfterExpiry, Lifetime::Seconds(lifetime)) = (request.shows, target.lifetime) else { return None };
    let message = format!(
        "a new request went to {} {} after the {}, which gave that Contact {lifetime} s; it should have begun at {}",
        text(&request.uri),
        seconds(request.time.nanos_since(watch.time)),
        watch.status,
        text(watch.original.as_bytes()),
    );
    Some(Draft::at(request.place, message).with(watch.place, "gives the Contact its lifetime"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};

    fn script(contact: &str, seconds: &str) -> String {
        format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 302 | Contact: {contact}
             0.2 client > target INVITE sip:bob@198.51.100.30
             0.3 target > client 486
             {seconds} client > target INVITE sip:bob@198.51.100.30 | Call-ID: two | From: <sip:alice@atlanta.example>;tag=two | CSeq: 1
             9999 end"
        )
    }

    fn used(contact: &str, seconds: &str) -> Vec<Level> {
        levels(&RULE, &script(contact, seconds))
    }

    #[test]
    fn the_contact_after_its_lifetime_is_an_error() {
        for (contact, seconds) in [
            ("<sip:bob@198.51.100.30>;expires=60", "90.0"),
            ("<sip:bob@198.51.100.30> | Expires: 60", "90.0"),
            ("<sip:bob@198.51.100.30>;expires=60 | Expires: 600", "90.0"),
            ("<sip:bob@198.51.100.30>;expires=soon", "3700.0"),
        ] {
            assert_eq!(used(contact, seconds), [Level::Error], "{contact} {seconds}");
        }
    }

    #[test]
    fn the_contact_within_its_lifetime_is_right() {
        for (contact, seconds) in [
            ("<sip:bob@198.51.100.30>;expires=60", "50.0"),
            ("<sip:bob@198.51.100.30>;expires=60", "61.0"),
            ("<sip:bob@198.51.100.30>;expires=600 | Expires: 60", "90.0"),
            ("<sip:bob@198.51.100.30>;expires=soon", "3500.0"),
            ("<sip:bob@198.51.100.30>;expires=4294967295", "9000.0"),
        ] {
            assert_eq!(used(contact, seconds), [], "{contact} {seconds}");
        }
    }

    #[test]
    fn each_contact_has_its_own_lifetime() {
        assert_eq!(used("<sip:bob@203.0.113.40>;expires=60, <sip:bob@198.51.100.30>;expires=600", "90.0"), []);
        assert_eq!(used("<sip:bob@203.0.113.40>;expires=600, <sip:bob@198.51.100.30>;expires=60", "90.0"), [Level::Error]);
    }

    #[test]
    fn a_contact_without_a_lifetime_is_another_fault() {
        assert_eq!(used("<sip:bob@198.51.100.30>", "90.0"), []);
    }

    #[test]
    fn the_message_says_how_long_it_was_given() {
        let found = findings(&RULE, &script("<sip:bob@198.51.100.30>;expires=60", "90.1"));
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            ["a new request went to sip:bob@198.51.100.30 90.0 s after the 302, which gave that Contact 60 s; it should have begun at \
              sip:bob@192.0.2.20"]
        );
    }
}
