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

/// Whether an attempt took the old way for certain: the same Request-URI, to the old server, which is not the proxy, and without a Route to it.
fn goes_past(redirect: &Redirect, target: &Target, attempt: &Attempt) -> bool {
    let is_unchanged = redirect.original.as_ref().is_some_and(|original| original.equals(&attempt.uri));
    let is_elsewhere = target.uri.next_hop().and_then(|hop| hop.is_at(attempt.request.destination.address)) == Some(false);
    let is_routed = attempt.request.message.routes().any(|route| {
        let route = Uri::parse(route.uri());
        route.host().zip(target.uri.host()).is_some_and(|(one, other)| one.equals(other))
    });
    is_unchanged && is_elsewhere && !is_routed && attempt.request.destination == redirect.server && redirect.targets.len() == 1
}
