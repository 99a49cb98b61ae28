//! Takes a redirect, gives a finding where a 305 led to no request through the proxy that it names.
//!
//! RFC 3261, 21.3.4.

use crate::call::{Attempt, Redirect, Target};
use crate::rules::verdict::doubt;
use crate::rules::words::{seconds, text};
use crate::rules::{Check, Clause, Draft, Level, Party, Rule, Section, Strength};
use crate::sip::Uri;

pub(in crate::rules) const RULE: Rule = Rule {
    id: "use-proxy-not-followed",
    section: Section::Special,
    level: Level::Warning,
    party: Party::Client,
    strength: Strength::Must,
    clause: Clause::rfc3261("21.3.4"),
    summary: "nothing was sent through the proxy that a 305 names",
    rationale: "The called side can only be reached through that proxy, so the call is lost. Whether the client refuses the proxy by policy, \
                which is wise where the 305 is not authenticated, the capture cannot tell; hence a warning.",
    remedy: "Send this one request again through the proxy in the Contact, with its Request-URI unchanged.",
    example: "INVITE sip:bob@a -> 305, Contact: <sip:proxy> -> ACK, and nothing more\n\
              right: INVITE sip:bob@a, sent to proxy",
    check: Check::Redirect(check),
};

fn check(redirect: &Redirect) -> Option<Draft> {
    let excused = redirect.relayed.is_some() || redirect.cancel.is_some() || redirect.method == b"CANCEL";
    if redirect.status != 305 || excused {
        return None;
    }
    let target = redirect.untried().next().and_then(|index| redirect.targets.get(index))?;
    let draft = match redirect.attempts.first() {
        None if doubt(redirect).is_none() => {
            let silence = seconds(redirect.covered());
            let message = format!("nothing was sent through {} within the {silence} that the capture covers", text(&target.text));
            Draft::at(redirect.response.place, message)
        }
        Some(first) if redirect.attempts.iter().all(|attempt| goes_past(redirect, target, attempt)) => {
            let message = format!("the request was sent to {} again and not through {}", redirect.server, text(&target.text));
            Draft::at(first.request.place, message).with(redirect.response.place, "names the proxy to go through")
        }
        _ => return None,
    };
    Some(match &redirect.request {
        Some(request) => draft.with(request.place, "the redirected request"),
        None => draft,
    })
}

/// Whether an attempt took the old way for certain: the same Request-URI, to the old server, which is not the proxy, without a Route to it, and not
/// because a WebSocket client has no other way.
fn goes_past(redirect: &Redirect, target: &Target, attempt: &Attempt) -> bool {
    let is_unchanged = redirect.original.as_ref().is_some_and(|original| original.equals(&attempt.uri));
    let is_elsewhere = target.uri.next_hop().and_then(|hop| hop.is_at(attempt.request.destination.address)) == Some(false);
    let is_routed = attempt.request.message.routes().any(|route| {
        let route = Uri::parse(route.uri());
        route.host().zip(target.uri.host()).is_some_and(|(one, other)| one.equals(other))
    });
    let is_bound = is_routed || redirect.is_over_websocket;
    is_unchanged && is_elsewhere && !is_bound && attempt.request.destination == redirect.server && redirect.targets.len() == 1
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::Level;
    use crate::rules::scene::{findings, levels};

    fn redirected(contact: &str, rest: &str) -> String {
        format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 305 | Contact: {contact}
             0.2 client > server ACK
             {rest}"
        )
    }

    #[test]
    fn a_305_that_leads_to_nothing_is_told() {
        let found = findings(&RULE, &redirected("<sip:203.0.113.40;lr>", "40.1 end"));
        let [finding] = found.as_slice() else { panic!("one finding, found {found:?}") };
        assert_eq!(finding.level, Level::Warning);
        assert_eq!(finding.message, "nothing was sent through sip:203.0.113.40;lr within the 40.0 s that the capture covers");
    }

    #[test]
    fn a_request_that_took_the_old_way_again_is_told() {
        let found = findings(&RULE, &redirected("<sip:203.0.113.40>", "0.3 client > server INVITE sip:bob@192.0.2.20\n40 end"));
        let [finding] = found.as_slice() else { panic!("one finding, found {found:?}") };
        assert_eq!(finding.message, "the request was sent to 192.0.2.20:5060 again and not through sip:203.0.113.40");
    }

    #[test]
    fn every_way_through_the_proxy_is_right() {
        for way in [
            "0.3 client > other INVITE sip:bob@192.0.2.20",
            "0.3 client > other INVITE sip:bob@192.0.2.20 | Route: <sip:203.0.113.40;lr>",
            // By way of the outbound proxy, which is the old server.
            "0.3 client > server INVITE sip:bob@192.0.2.20 | Route: <sip:203.0.113.40;lr>",
        ] {
            assert_eq!(levels(&RULE, &redirected("<sip:203.0.113.40>", &format!("{way}\n40 end"))), [], "{way}");
        }
        // Where the proxy has a name, nobody knows whether the old server has it.
        let named = redirected("<sip:proxy.example>", "0.3 client > server INVITE sip:bob@192.0.2.20\n40 end");
        assert_eq!(levels(&RULE, &named), []);
    }

    #[test]
    fn what_the_capture_cannot_show_is_not_told() {
        for (contact, rest) in [
            ("<sip:203.0.113.40>", "3 end"),
            ("<sips:203.0.113.40>", "40 end"),
            ("<mailto:bob@example.com>", "40 end"),
            (
                "<sip:203.0.113.40>",
                "0.9 client > other INVITE sip:carol@203.0.113.40 | Call-ID: two | From: <sip:alice@atlanta.example>;tag=2\n40 end",
            ),
        ] {
            assert_eq!(levels(&RULE, &redirected(contact, rest)), [], "{contact} {rest}");
        }
    }

    #[test]
    fn a_call_that_was_cancelled_is_not_to_go_on() {
        let script = "0.0 client > server INVITE sip:bob@192.0.2.20
            0.05 client > server CANCEL
            0.1 server > client 305 INVITE | Contact: <sip:203.0.113.40>
            0.2 client > server ACK
            40 end";
        assert_eq!(levels(&RULE, script), []);
    }
}
