//! Takes a redirect, gives a finding where a usable Contact was left untried though the capture would have shown a try.
//!
//! RFC 3261, 21.3.2, 21.3.3 and 8.1.3.4.

use crate::call::Redirect;
use crate::rules::verdict::doubt;
use crate::rules::words::{seconds, text};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};

pub(in crate::rules) const RULE: Rule = Rule {
    id: "redirect-not-followed",
    section: Section::Redirect,
    level: Level::Error,
    party: Party::Client,
    strength: Strength::Should,
    clause: Clause::rfc3261("21.3.3"),
    summary: "a usable Contact of the redirect was not tried",
    rationale: "The user is reachable at the Contact, and the server has said so; a client that gives up loses the call. Whoever relies on \
                302 for call forwarding, load sharing or migration sees calls fail only with this client.",
    remedy: "Send the request again with the Contact as Request-URI, in a new transaction. Where following is a policy of the client, \
             switch it on.",
    example: "INVITE sip:bob@a -> 302, Contact: <sip:bob@b> -> ACK, and nothing more\n\
              right: INVITE sip:bob@b",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    let asked = matches!(redirect.status, 301 | 302) || redirect.is_choice();
    let excused = redirect.relayed.is_some() || redirect.cancel.is_some() || redirect.method == b"CANCEL";
    let target = redirect.untried().next().and_then(|index| redirect.targets.get(index))?;
    if !asked || excused || !redirect.attempts.is_empty() || doubt(redirect).is_some() {
        return None;
    }
    let message = format!(
        "the client did not try {} within the {} that the capture covers after the {}",
        text(&target.text),
        seconds(redirect.covered()),
        redirect.status,
    );
    let mut draft = Draft::at(redirect.response.place, message);
    if redirect.status == 301 {
        draft = draft.by(Clause::rfc3261("21.3.2"));
    }
    if redirect.is_choice() {
        // RFC 3261, 21.3.1: the choice may be left to the user.
        draft = draft.level(Level::Note).by(Clause::rfc3261("8.1.3.4"));
    }
    if let Some(request) = &redirect.request {
        draft = draft.with(request.place, "the redirected request");
    }
    if let Some(ack) = redirect.acks.first() {
        draft = draft.with(ack.place, "the client received the response: it acknowledged it");
    }
    Some(draft)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};

    fn after(status: u16, contact: &str, rest: &str) -> Vec<Level> {
        let script = format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client {status} | Contact: {contact}
             0.2 client > server ACK
             {rest}"
        );
        levels(&RULE, &script)
    }

    const CONTACT: &str = "<sip:bob@198.51.100.30>";

    #[test]
    fn a_redirect_that_nobody_follows_is_an_error() {
        assert_eq!(after(302, CONTACT, "40 end"), [Level::Error]);
        assert_eq!(after(301, CONTACT, "40 end"), [Level::Error]);
        assert_eq!(after(302, "<mailto:bob@example.com>, <sip:bob@198.51.100.30>", "40 end"), [Level::Error]);
    }

    #[test]
    fn a_retry_that_the_capture_lost_shows_in_its_response_or_in_its_ack() {
        for rest in [
            "0.4 target > client 180 of INVITE sip:bob@198.51.100.30",
            "0.4 client > target ACK sip:bob@198.51.100.30 | To: <sip:bob@192.0.2.20>;tag=new | CSeq: 2 ACK",
        ] {
            assert_eq!(after(302, CONTACT, &format!("{rest}\n40 end")), [], "{rest}");
        }
        let late_repeat = "0.4 server > client 302 of INVITE sip:bob@192.0.2.20 | CSeq: 1 INVITE\n40 end";
        assert_eq!(after(302, CONTACT, late_repeat).first(), Some(&Level::Error));
    }

    #[test]
    fn a_retry_may_lie_in_tls() {
        let facts = [
            (CONTACT, "client > 198.51.100.30:5061 HELLO", true),
            (CONTACT, "client > 198.51.100.30:5061 SYN", true),
            (CONTACT, "client > 198.51.100.30:5060 HELLO far.example", true),
            ("<sip:bob@far.example>", "client > 203.0.113.40:5061 HELLO sip1.far.example", true),
            ("<sip:bob@far.example>", "client > 203.0.113.40:5061 HELLO elsewhere.example", false),
            // By HTTPS a phone asks for many a thing.
            (CONTACT, "client > 198.51.100.30:443 HELLO", false),
            ("<sip:bob@far.example>", "client > 203.0.113.40:443 HELLO far.example", false),
            (CONTACT, "client > 203.0.113.40:5061 HELLO", false),
            (CONTACT, "other > 198.51.100.30:5061 HELLO", false),
        ];
        for (contact, greeting, is_doubt) in facts {
            let expected = if is_doubt { vec![] } else { vec![Level::Error] };
            assert_eq!(after(302, contact, &format!("0.3 {greeting}\n40 end")), expected, "{contact} {greeting}");
        }
        let resolved = "0.2 192.0.2.53:53 > client DNS far.example A 203.0.113.40\n0.3 client > 203.0.113.40:5061 SYN\n40 end";
        assert_eq!(after(302, "<sip:bob@far.example>", resolved), []);
        // What came ahead of the 3xx is no answer to it.
        let script = format!(
            "0.0 client > 198.51.100.30:5061 HELLO
             0.5 client > server INVITE sip:bob@192.0.2.20
             0.9 server > client 302 | Contact: {CONTACT}
             1.0 client > server ACK
             40 end"
        );
        assert_eq!(levels(&RULE, &script), [Level::Error]);
    }

    #[test]
    fn a_connection_that_does_not_come_to_stand_carries_no_retry() {
        for (opening, is_doubt) in [
            ("client > 198.51.100.30:5060 SYN", true),
            ("client > 198.51.100.30:8080 SYN", false),
            ("client > 203.0.113.40:5060 SYN", false),
            ("other > 198.51.100.30:5060 SYN", false),
        ] {
            for contact in [CONTACT, "<sip:bob@198.51.100.30;transport=tcp>"] {
                let expected = if is_doubt { vec![] } else { vec![Level::Error] };
                assert_eq!(after(302, contact, &format!("0.3 {opening}\n40 end")), expected, "{contact} {opening}");
            }
        }
    }

    #[test]
    fn what_is_sealed_on_a_connection_that_stood_before_may_be_the_retry() {
        let name = "<sip:bob@far.example>";
        let answer = "0.2 resolver > client DNS far.example A 203.0.113.40";
        for (contact, sent, is_doubt) in [
            (name, "client > 203.0.113.40:5061 SEALED", true),
            (name, "client > 203.0.113.40:5061 HELLO", true),
            (CONTACT, "client > 198.51.100.30:5061 SEALED", true),
            (CONTACT, "client > 203.0.113.40:5061 SEALED", false),
            (name, "other > 203.0.113.40:5061 SEALED", false),
            ("<sip:bob@far.example:5070>", "client > 203.0.113.40:5061 SEALED", false),
            ("<sip:bob@far.example;transport=udp>", "client > 203.0.113.40:5061 SEALED", false),
        ] {
            let expected = if is_doubt { vec![] } else { vec![Level::Error] };
            assert_eq!(after(302, contact, &format!("0.3 {sent}\n40 end")), expected, "{contact} {sent}");
        }
        let elsewhere = format!("{answer}\n0.3 client > 203.0.113.41:5061 SEALED\n40 end");
        assert_eq!(after(302, name, &elsewhere), [Level::Error], "DNS told where it leads");
        assert_eq!(after(302, name, &elsewhere.replace("113.41", "113.40")), []);
    }

    #[test]
    fn a_host_that_does_not_exist_cannot_be_tried() {
        let contact = "<sip:bob@far.example>";
        let absent = "0.3 192.0.2.53:53 > client DNS far.example none\n40 end";
        assert_eq!(after(302, contact, absent), []);
        assert_eq!(after(302, contact, &absent.replace("client", "other")), [Level::Error], "another was told");
        assert_eq!(after(302, &format!("{contact}, {CONTACT}"), absent), [Level::Error], "the other Contact was left");
        let found = "0.2 192.0.2.53:53 > client DNS far.example none\n0.3 192.0.2.53:53 > client DNS far.example A 203.0.113.40\n40 end";
        assert_eq!(after(302, contact, found), [Level::Error]);
    }

    #[test]
    fn a_name_of_which_no_address_was_told_cannot_be_reached() {
        let contact = "<sip:bob@far.example>";
        assert_eq!(after(302, contact, "0.3 192.0.2.53:53 > client DNS far.example CNAME h.example\n40 end"), []);
        assert_eq!(after(302, contact, "0.3 192.0.2.53:53 > other DNS far.example CNAME h.example\n40 end"), [Level::Error]);
        assert_eq!(after(302, contact, "0.3 192.0.2.53:53 > client DNS far.example A 203.0.113.40\n40 end"), [Level::Error]);
    }

    #[test]
    fn a_choice_that_nobody_makes_is_a_note() {
        assert_eq!(after(300, CONTACT, "40 end"), [Level::Note]);
        assert_eq!(after(399, CONTACT, "40 end"), [Level::Note]);
    }

    #[test]
    fn the_clause_is_that_of_the_status() {
        for (status, section) in [(300, "8.1.3.4"), (301, "21.3.2"), (302, "21.3.3"), (399, "8.1.3.4")] {
            let script = format!(
                "0.0 client > server INVITE sip:bob@192.0.2.20
                 0.1 server > client {status} | Contact: {CONTACT}
                 0.2 client > server ACK
                 40 end"
            );
            let clauses: Vec<&str> = findings(&RULE, &script).iter().map(|finding| finding.clause.section).collect();
            assert_eq!(clauses, [section], "{status}");
        }
    }

    #[test]
    fn a_redirect_that_is_followed_late_is_followed() {
        assert_eq!(after(302, CONTACT, "31.0 client > target INVITE sip:bob@198.51.100.30\n99 end"), []);
    }

    #[test]
    fn a_capture_that_ends_right_after_the_redirect_proves_nothing() {
        assert_eq!(after(302, CONTACT, "4.9 end"), []);
    }

    #[test]
    fn a_capture_of_one_direction_proves_nothing() {
        // The request is not in the capture, and the client is never seen to send: the server's side alone was captured.
        let script = "0.1 server > client 302 of INVITE sip:bob@192.0.2.20 | Contact: <sip:bob@198.51.100.30>
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }

    #[test]
    fn nothing_is_asked_without_a_contact_that_is_new_and_can_be_reached() {
        for contact in
            ["<tel:+15550123>", "<mailto:bob@example.com>", "<urn:service:sos>", "*", "<sip:bob@192.0.2.20>", "<sips:bob@198.51.100.30>"]
        {
            assert_eq!(after(302, contact, "40 end"), [], "{contact}");
        }
        assert_eq!(after(302, "| Subject: none", "40 end"), []);
    }

    #[test]
    fn the_reason_phrase_and_a_cause_are_no_status() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.1 server > client 480 | Reason: SIP;cause=302 | Contact: <sip:bob@198.51.100.30>
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }

    #[test]
    fn a_caller_who_hung_up_follows_nothing() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            1.0 client > server CANCEL
            1.1 server > client 302 INVITE | Contact: <sip:bob@198.51.100.30>
            1.2 client > server ACK
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }

    #[test]
    fn a_redirect_that_was_handed_on_is_followed_by_the_hop_above() {
        let script = "0.0 client > server INVITE sip:bob@example.com | Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKu
            0.1 server > target INVITE sip:bob@example.com | Via: SIP/2.0/UDP 192.0.2.20;branch=z9hG4bKp | Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKu | CSeq: 1
            0.2 target > server 302 | Contact: <sip:bob@203.0.113.40>
            0.3 server > target ACK
            0.4 server > client 302 | Contact: <sip:bob@203.0.113.40>
            0.5 client > server ACK
            0.6 client > other INVITE sip:bob@203.0.113.40
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }

    #[test]
    fn a_name_in_invalid_leads_nowhere_but_through_its_own_websocket_server() {
        let contact = "<sip:bob@df7jal23ls0d.Invalid;transport=ws>";
        assert_eq!(after(302, contact, "40 end"), []);
        let script = format!(
            "0.0 client > 192.0.2.20:80/ws INVITE sip:bob@192.0.2.20
             0.1 192.0.2.20:80 > client/ws 302 | Contact: {contact}
             0.2 client > 192.0.2.20:80/ws ACK
             40 end"
        );
        assert_eq!(levels(&RULE, &script), [Level::Error]);
    }
}
