//! Takes a redirect that a proxy received, gives a finding where the proxy tried a Contact and offered it to the hop above all the same.
//!
//! RFC 3261, 16.7, step 4: the Contacts that a proxy recurses on leave the response before it is kept for the hop above.

use super::hop::is_recursion;
use crate::call::{Above, Attempt, Redirect, Target};
use crate::rules::words::text;
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "used-contact-relayed",
    section: Section::Special,
    level: Level::Error,
    party: Party::Proxy,
    strength: Strength::Must,
    clause: Clause::rfc3261("16.7"),
    summary: "a proxy tried a Contact and handed the same Contact on",
    rationale: "The caller tries again what has just failed, so a call that cannot succeed rings once more, and takes twice as long to fail. Where \
                each of several proxies does so, one call becomes many.",
    remedy: "Take every Contact that is tried out of the 3xx; where none is left, do not hand the 3xx on.",
    example: "302, Contact: <sip:bob@b> -> INVITE sip:bob@b -> 486 -> to the hop above: 302, Contact: <sip:bob@b>\n\
              right: 486 to the hop above",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    let above = redirect.above.as_ref().filter(|above| !above.is_branch_reused)?;
    let mut pairs = above.answers.iter().flat_map(|answer| redirect.attempts.iter().map(move |attempt| (answer, attempt)));
    let (answer, attempt, target) = pairs.find_map(|(answer, attempt)| {
        let target = used(redirect, above, attempt)?;
        let is_before = attempt.request.time < answer.outcome.time && attempt.request.place.capture == answer.outcome.place.capture;
        let is_offered = answer.targets.iter().any(|offered| offered.uri.equals(&target.uri));
        (is_before && is_offered).then_some((answer, attempt, target))
    })?;
    let fate = match attempt.outcome.filter(|outcome| outcome.time <= answer.outcome.time) {
        Some(outcome) => format!("was answered {}", outcome.status),
        None => "had no final response".to_owned(),
    };
    let message = format!(
        "the {} that was handed on offers {}, which the proxy had tried and which {fate}",
        answer.outcome.status,
        text(&target.text)
    );
    let draft = Draft::at(answer.outcome.place, message)
        .with(attempt.request.place, "the proxy's own try")
        .with(redirect.response.place, "the redirect that the proxy received");
    Some(match attempt.outcome {
        Some(outcome) => draft.with(outcome.place, "what came of the try"),
        None => draft,
    })
}

/// The Contact that an attempt of the proxy used up, unless another 3xx for the same request names it as well: out of that one it need not be
/// taken, as the URI is in the target set already.
fn used<'a>(redirect: &'a Redirect, above: &Above, attempt: &Attempt) -> Option<&'a Target> {
    let target = redirect.targets.get(attempt.contact.filter(|_| is_recursion(attempt))?)?;
    let is_named_elsewhere = above.siblings.iter().flat_map(|targets| targets.iter()).any(|other| other.uri.equals(&target.uri));
    (!is_named_elsewhere && target.uri.equals(&attempt.uri)).then_some(target)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};
    use crate::rules::special::hop::proxied;

    const TWO: &str = "302 | Contact: <sip:bob@198.51.100.30>, <sip:bob@203.0.113.40>";
    const TRY: &str = "0.3 proxy > target INVITE sip:bob@198.51.100.30 | BELOW2
        0.4 target > proxy 486";

    #[test]
    fn a_contact_that_failed_is_offered_again() {
        let script = proxied(TWO, &format!("{TRY}\n0.5 proxy > client {TWO}"));
        let found = findings(&RULE, &script);
        let [finding] = found.as_slice() else { panic!("one finding, found {found:?}") };
        assert_eq!(finding.level, Level::Error);
        assert_eq!(
            finding.message,
            "the 302 that was handed on offers sip:bob@198.51.100.30, which the proxy had tried and which was answered 486"
        );
    }

    #[test]
    fn what_is_left_may_be_handed_on() {
        for rest in ["302 | Contact: <sip:bob@203.0.113.40>", "300 | Contact: <sip:bob@203.0.113.40>", "486"] {
            assert_eq!(levels(&RULE, &proxied(TWO, &format!("{TRY}\n0.5 proxy > client {rest}"))), [], "{rest}");
        }
        assert_eq!(levels(&RULE, &proxied(TWO, &format!("0.3 proxy > client {TWO}"))), []);
    }

    #[test]
    fn a_contact_that_another_redirect_names_is_not_the_used_one() {
        for other in ["0.32 proxy > other INVITE sip:hunt@203.0.113.49 | BELOW3\n0.4 other > proxy", "0.4 target > proxy"] {
            let script = format!(
                "0.3 proxy > target INVITE sip:bob@198.51.100.30 | BELOW2
                 {other} 302 | Contact: <sip:bob@198.51.100.30>
                 0.5 proxy > client {TWO}"
            );
            assert_eq!(levels(&RULE, &proxied(TWO, &script)), [], "{other}");
        }
    }
}
