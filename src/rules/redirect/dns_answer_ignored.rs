//! Takes an attempt, gives a finding where it went to another place than DNS had told this client of the Contact's name.
//!
//! RFC 3263, 4: a name leads where its NAPTR, SRV and address records say.

use super::retry::Retry;
use crate::call::{Attempt, Redirect};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "dns-answer-ignored",
    section: Section::Redirect,
    level: Level::Warning,
    party: Party::Client,
    strength: Strength::Descriptive,
    clause: Clause::rfc3263("4"),
    summary: "the retry was sent to another place than DNS had told of the Contact's name",
    rationale: "The owner of a domain says by DNS which servers take its calls, at which ports, and moves them by it. Whoever sends elsewhere \
                reaches a server that was given up, or one that never knew the user. It is a warning, as a hosts file or another resolver \
                may have told the client what the capture does not show.",
    remedy: "Look the host of the Contact up anew (NAPTR, SRV, then A and AAAA), and send to one of the places that the answers name.",
    example: "302, Contact: <sip:bob@branch.example>; branch.example A 198.51.100.30 -> INVITE sip:bob@branch.example to 203.0.113.40\n\
              right: INVITE sip:bob@branch.example to 198.51.100.30",
    check: Check::Attempt(check),
};

fn check(redirect: &Redirect, attempt: &Attempt) -> Option<Draft> {
    let retry = Retry::at_contact(redirect, attempt)?;
    let request = &attempt.request;
    let destination = request.destination;
    let told = &attempt.contact_hop;
    let is_routed = request.message.routes().next().is_some();
    // At the redirecting server it may be an outbound proxy's way, or is a graver fault; and a URI that has lost a part leads elsewhere by itself.
    let by_policy = destination.address == redirect.server.address || redirect.is_over_websocket || is_routed || attempt.is_to_known_proxy;
    if by_policy || attempt.hop != *told || retry.hops().any(|hop| hop.from_maddr) || told.is_exactly(destination) != Some(false) {
        return None;
    }
    let mut answers = told.answers().peekable();
    answers.peek()?;
    let places: Vec<String> = told.spots.iter().take(SHOWN).map(|spot| spot.endpoint().to_string()).collect();
    let message =
        format!("the request for {} was sent to {destination}; DNS had told this client {}", retry.request_uri(), places.join(", "));
    let draft = Draft::at(request.place, message).with(redirect.response.place, "names the Contact");
    Some(answers.fold(draft, |draft, answer| draft.with(answer, "told this client where the name leads")))
}

/// How many places a message lists.
const SHOWN: usize = 4;

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::levels;

    /// `answers` come between a 302 to `contact` and the retry at `retry`.
    fn played(answers: &str, contact: &str, retry: &str) -> Vec<Level> {
        let script = format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 302 | Contact: {contact}
             {answers}
             0.3 client > {retry}
             40 end"
        );
        levels(&RULE, &script)
    }

    const ADDRESS: &str = "0.2 resolver > client DNS far.example A 198.51.100.30";
    const SERVICE: &str = "0.2 resolver > client DNS _sip._udp.far.example SRV 5070 a.far.example
        0.2 resolver > client DNS a.far.example A 198.51.100.30";
    const POINTER: &str = "0.2 resolver > client DNS far.example NAPTR sip+d2u _sip._udp.example
        0.2 resolver > client DNS _sip._udp.example SRV 5070 a.far.example
        0.2 resolver > client DNS a.far.example CNAME b.far.example
        0.2 resolver > client DNS b.far.example A 198.51.100.30";
    const FAR: &str = "<sip:bob@far.example>";

    #[test]
    fn another_place_than_dns_told_is_a_warning() {
        for (answers, contact, retry) in [
            (ADDRESS, FAR, "other INVITE sip:bob@far.example"),
            (ADDRESS, "<sip:bob@far.example:5080>", "target INVITE sip:bob@far.example:5080"),
            (SERVICE, FAR, "target INVITE sip:bob@far.example"),
            (SERVICE, FAR, "203.0.113.40:5070 INVITE sip:bob@far.example"),
            (POINTER, FAR, "target INVITE sip:bob@far.example"),
        ] {
            assert_eq!(played(answers, contact, retry), [Level::Warning], "{answers} {retry}");
        }
    }

    #[test]
    fn the_place_that_dns_told_is_right() {
        for (answers, contact, retry) in [
            (ADDRESS, FAR, "target INVITE sip:bob@far.example"),
            (ADDRESS, FAR, "198.51.100.30:5080 INVITE sip:bob@far.example"),
            (ADDRESS, "<sip:bob@far.example:5080>", "198.51.100.30:5080 INVITE sip:bob@far.example:5080"),
            (SERVICE, FAR, "198.51.100.30:5070 INVITE sip:bob@far.example"),
            (POINTER, FAR, "198.51.100.30:5070 INVITE sip:bob@far.example"),
        ] {
            assert_eq!(played(answers, contact, retry), [], "{answers} {retry}");
        }
    }

    #[test]
    fn what_this_client_was_not_told_proves_nothing() {
        let retry = "other INVITE sip:bob@far.example";
        assert_eq!(played("", FAR, retry), []);
        assert_eq!(played(&ADDRESS.replace("client", "server"), FAR, retry), [], "another client was told");
        assert_eq!(played(&format!("{ADDRESS} 0"), FAR, retry), [], "the answer has run out");
        assert_eq!(played(&format!("{ADDRESS} 60 cut"), FAR, retry), [], "there was more of the answer");
        for (at, _) in POINTER.match_indices('\n').chain([(POINTER.len(), "")]) {
            let cut = format!("{} 60 cut{}", &POINTER[..at], &POINTER[at..]);
            assert_eq!(played(&cut, FAR, "203.0.113.40:5070 INVITE sip:bob@far.example"), [], "{cut}");
        }
        assert_eq!(played("0.2 resolver > client DNS far.example AAAA 2001:db8::30", FAR, retry), [], "the other family was told");
        assert_eq!(played("0.2 resolver > client DNS _sip._udp.far.example SRV 5060 a.far.example", FAR, retry), [], "no address was told");
    }

    #[test]
    fn a_loop_of_aliases_leads_nowhere() {
        let answers = "0.2 resolver > client DNS far.example CNAME near.example
            0.2 resolver > client DNS near.example CNAME far.example";
        assert_eq!(played(answers, FAR, "other INVITE sip:bob@far.example"), []);
    }

    #[test]
    fn a_route_goes_before_the_name() {
        let retry = "other INVITE sip:bob@far.example | Route: <sip:203.0.113.40;lr>";
        assert_eq!(played(ADDRESS, FAR, retry), []);
    }

    #[test]
    fn the_redirecting_server_may_be_an_outbound_proxy() {
        assert_eq!(played(ADDRESS, FAR, "server INVITE sip:bob@far.example"), []);
    }
}
