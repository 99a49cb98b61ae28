//! Takes a redirect, gives a finding where a Contact of a lower weight was tried before one of a higher weight.
//!
//! RFC 3261, 8.1.3.4: the order is free; ordering by `q` is what most do, and what the server means by the weights (20.10).

use super::retry::asks_for_its_contact;
use crate::call::{Attempt, Redirect, Target};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "lower-q-tried-first",
    section: Section::Redirect,
    level: Level::Note,
    party: Party::Client,
    strength: Strength::May,
    clause: Clause::rfc3261("8.1.3.4"),
    summary: "a Contact was tried before another one of a higher weight",
    rationale: "With the weights the server says where the user would rather be reached. A client is free in its order, and a caller may have \
                preferences of his own, so this is no fault; but it explains why the voicemail answered before the desk phone rang.",
    remedy: "Sort the Contacts by `q`, the highest first, where nothing speaks for another order.",
    example: "302, Contact: <sip:voicemail@a>;q=0.1, <sip:bob@b>;q=0.9 -> INVITE sip:voicemail@a\n\
              better: INVITE sip:bob@b first",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    let is_weighted = redirect.targets.iter().any(|target| target.q.is_some());
    // A connection to a Contact on which no request is seen may be the try that failed.
    if !is_weighted || !asks_for_its_contact(redirect) || redirect.hidden.is_some() {
        return None;
    }
    let untried: Vec<usize> = redirect.untried().collect();
    redirect.attempts.iter().enumerate().find_map(|(number, attempt)| {
        let taken = redirect.targets.get(attempt.contact?)?;
        let before = redirect.attempts.get(..number)?;
        let preferred = preferred(redirect, &untried, before, taken.q?)?;
        let message = format!(
            "the Contact {} with q={} was tried before {} with q={}",
            text(&taken.text),
            weight(taken.q?),
            text(&preferred.text),
            weight(preferred.q?),
        );
        Some(Draft::at(attempt.request.place, message).with(redirect.response.place, "gives the weights"))
    })
}

/// The Contact with the highest weight above `q` that had not been tried `before`. A Contact without a weight says nothing about its place.
fn preferred<'a>(redirect: &'a Redirect, untried: &[usize], before: &[Attempt], q: u16) -> Option<&'a Target> {
    let is_left = |index: &usize| !before.iter().any(|attempt| attempt.contact == Some(*index));
    let left = untried.iter().filter(|index| is_left(index)).filter_map(|index| redirect.targets.get(*index));
    left.filter(|target| target.q.is_some_and(|other| other > q)).max_by_key(|target| target.q)
}

/// A weight in thousandths as a `qvalue`.
fn weight(thousandths: u16) -> String {
    let digits = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::{RULE, weight};
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};

    fn script(contacts: &str) -> String {
        format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 302 | Contact: {contacts}
             0.2 client > target INVITE sip:bob@198.51.100.30
             0.3 target > client 486
             0.4 client > other INVITE sip:bob@203.0.113.40
             40 end"
        )
    }

    #[test]
    fn a_lower_weight_first_is_a_note() {
        let found = findings(&RULE, &script("<sip:bob@198.51.100.30>;q=0.25, <sip:bob@203.0.113.40>;q=1.0"));
        let [finding] = found.as_slice() else { panic!("one finding, found {found:?}") };
        assert_eq!(finding.level, Level::Note);
        assert_eq!(finding.message, "the Contact sip:bob@198.51.100.30 with q=0.25 was tried before sip:bob@203.0.113.40 with q=1");
    }

    #[test]
    fn the_order_of_the_weights_and_no_order_are_right() {
        for contacts in [
            "<sip:bob@198.51.100.30>;q=0.9, <sip:bob@203.0.113.40>;q=0.1",
            "<sip:bob@203.0.113.40>;q=0.1, <sip:bob@198.51.100.30>;q=0.9",
            "<sip:bob@198.51.100.30>;q=0.5, <sip:bob@203.0.113.40>;q=0.5",
            "<sip:bob@198.51.100.30>;q=0.5, <sip:bob@203.0.113.40>",
            "<sip:bob@198.51.100.30>, <sip:bob@203.0.113.40>;q=0.1",
            "<sip:bob@198.51.100.30>;q=0.1, <tel:+15550123>;q=1",
            "<sip:bob@198.51.100.30>;q=0.1, <sip:bob@192.0.2.20>;q=1",
        ] {
            assert_eq!(levels(&RULE, &script(contacts)), [], "{contacts}");
        }
    }

    #[test]
    fn a_weight_is_written_without_needless_digits() {
        assert_eq!([0, 1, 50, 500, 1000].map(weight), ["0", "0.001", "0.05", "0.5", "1"]);
    }
}
