//! Takes a redirect, gives a finding where the body of a 380 names what SIP can reach, and nothing was sent there.
//!
//! RFC 3261, 21.3.5. Prose, and alternatives outside SIP, prove nothing: whether they were taken no SIP capture shows.

use super::emergency::says_emergency;
use super::followed::{is_excused, is_original, silence, takes_alternative};
use super::restoration::says_restoration;
use crate::call::Redirect;
use crate::rules::verdict::doubt;
use crate::rules::words::{seconds, text};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::Uri;

pub(in crate::rules) const RULE: Rule = Rule {
    id: "alternative-not-attempted",
    section: Section::Alternative,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Descriptive,
    clause: Clause::rfc3261("21.3.5"),
    summary: "an alternative in the body of the 380 was not tried",
    rationale: "The call failed, and the server said in the body how the user can be reached instead. A client that does not look there \
                shows a failure to a caller who could have been served.",
    remedy: "Read the body of the 380, by its Content-Type, and call one of the URIs in it or offer them to the user.",
    example: "380, <a href=\"sip:reception@b\"> -> ACK, and nothing more\n\
              right: INVITE sip:reception@b",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    // Of an emergency the circuit-switched call is invisible; a rule of its own speaks of that.
    // Whoever asked DNS about its host may have gone there outside SIP.
    if redirect.status != 380
        || redirect.looked_up.is_some()
        || says_emergency(redirect)
        || says_restoration(redirect)
        || is_excused(redirect)
    {
        return None;
    }
    let offer = redirect.offer.as_ref()?;
    let mut offered = offer.sip_alternatives().filter(|uri| !is_original(redirect, uri)).peekable();
    let named = *offered.peek()?;
    let took_none = redirect.attempts.iter().all(|attempt| is_original(redirect, &attempt.uri) && !takes_alternative(redirect, attempt));
    // Without the request nobody knows whether the original URI was asked for the same again, or by other means.
    let is_known = redirect.request.is_some() || redirect.attempts.is_empty();
    if !took_none || !is_known || silence(redirect) < redirect.patience || doubt(redirect).is_some() || offered.all(is_hidden) {
        return None;
    }
    let silence = seconds(silence(redirect));
    let message = format!(
        "the client did not try {}, which the body of the 380 names, within the {silence} that the capture covers",
        text(named.as_bytes())
    );
    let mut draft = Draft::at(redirect.response.place, message);
    if let Some(request) = &redirect.request {
        draft = draft.with(request.place, "the failed request");
    }
    if let Some(ack) = redirect.acks.first() {
        draft = draft.with(ack.place, "the client received the response: it acknowledged it");
    }
    Some(draft)
}

/// Whether a request to the alternative would be encrypted, so that the capture could not show it.
fn is_hidden(uri: &Uri) -> bool {
    uri.next_hop().is_some_and(|hop| hop.secure)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};

    const PAGE: &str = "Content-Type: text/html | body: <p>Please call the <a href=\"sip:reception@203.0.113.40\">reception</a>.</p>";

    fn refused(offer: &str, rest: &str) -> String {
        format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 380 | {offer}
             0.2 client > server ACK
             {rest}"
        )
    }

    #[test]
    fn a_sip_uri_in_the_body_that_nobody_calls_is_an_error() {
        let found = findings(&RULE, &refused(PAGE, "200.1 end"));
        let [finding] = found.as_slice() else { panic!("one finding, found {found:?}") };
        assert_eq!(finding.level, Level::Error);
        assert_eq!(
            finding.message,
            "the client did not try sip:reception@203.0.113.40, which the body of the 380 names, within the 200.0 s that the capture covers"
        );
    }

    #[test]
    fn every_kind_of_uri_that_sip_reaches_counts_and_no_other() {
        for (offered, expected) in [
            ("sip:reception@203.0.113.40", vec![Level::Error]),
            ("tel:+15551234567", vec![Level::Error]),
            ("urn:service:counseling", vec![Level::Error]),
            ("mailto:bob@example.com", vec![]),
            ("https://bob.example/", vec![]),
            ("the reception", vec![]),
        ] {
            let offer = format!("Content-Type: text/plain | body: Try {offered} instead");
            assert_eq!(levels(&RULE, &refused(&offer, "200 end")), expected, "{offered}");
        }
    }

    #[test]
    fn an_alternative_that_was_called_is_right_however_late_in_the_window() {
        let call =
            "INVITE sip:reception@203.0.113.40 | Call-ID: two | From: <sip:alice@atlanta.example>;tag=2 | To: <sip:reception@203.0.113.40>";
        for second in [1, 11, 30] {
            assert_eq!(levels(&RULE, &refused(PAGE, &format!("{second} client > other {call}\n200 end"))), [], "{second}");
        }
    }

    #[test]
    fn the_refused_request_once_more_is_no_attempt_at_an_alternative() {
        let again = "0.3 client > server INVITE sip:bob@192.0.2.20\n0.4 server > client 480";
        assert_eq!(levels(&RULE, &refused(PAGE, &format!("{again}\n200 end"))), [Level::Error]);
        assert_eq!(levels(&RULE, &refused(PAGE, &format!("{again}\n30 end"))), []);
    }

    #[test]
    fn the_refused_uri_in_the_body_is_no_alternative() {
        assert_eq!(levels(&RULE, &refused("Content-Type: text/plain | body: Call sip:bob@192.0.2.20 later", "200 end")), []);
    }

    #[test]
    fn what_the_capture_cannot_show_is_not_told() {
        assert_eq!(levels(&RULE, &refused(PAGE, "20 end")), [], "the window is not over");
        assert_eq!(levels(&RULE, &refused("Content-Type: text/plain | body: Try sips:reception@203.0.113.40", "200 end")), [], "encrypted");
        assert_eq!(levels(&RULE, &refused("flag: truncated", "200 end")), [], "cut");
    }

    #[test]
    fn an_emergency_body_is_judged_by_its_own_rule() {
        let offer = "Content-Type: application/3gpp-ims+xml | body: <ims-3gpp version=\"1\"><alternative-service><type>emergency</type>\
                     <reason>call urn:service:sos</reason></alternative-service></ims-3gpp>";
        assert_eq!(levels(&RULE, &refused(offer, "200 end")), []);
    }

    #[test]
    fn a_380_without_a_body_names_no_alternative() {
        assert_eq!(levels(&RULE, &refused("Contact: <sip:reception@203.0.113.40>", "200 end")), []);
    }

    #[test]
    fn a_380_after_a_183_is_judged_like_any_other() {
        let script = refused(PAGE, "200 end").replace("0.1 server", "0.05 server > client 183\n0.1 server");
        assert_eq!(levels(&RULE, &script), [Level::Error]);
    }

    #[test]
    fn a_status_in_a_body_or_a_parameter_is_no_status() {
        for written in
            ["Reason: SIP;cause=380", "Contact: <sip:bob@198.51.100.30;cause=380>", "Content-Type: message/sipfrag | body: SIP/2.0 380 X"]
        {
            let script = refused(&format!("{written} | body: sip:reception@203.0.113.40"), "200 end").replace("client 380", "client 480");
            assert_eq!(levels(&RULE, &script), [], "{written}");
        }
    }
}
