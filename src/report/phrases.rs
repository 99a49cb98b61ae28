//! Takes redirects and words of the model, gives the phrases in which reports for people say them.
//!
//! Invariant: the phrases of our own are plain; what they hold of the wire is as it was, and whoever shows it escapes it.

use super::model::{Capture, Evidence, FutureVerdict, Link, NextHop, Redirect, Report, Role, Sighting, milliseconds};

/// The status code with its reason phrase.
pub(super) fn status(redirect: &Redirect) -> String {
    format!("{} {}", redirect.status, redirect.reason_phrase).trim_end().to_owned()
}

/// The number of a redirect in its report; a companion, which is numbered by itself, has another sign.
pub(super) fn number(redirect: &Redirect) -> String {
    format!("{}{}", if is_companion(redirect) { "+" } else { "#" }, redirect.id)
}

/// Whether it is no 3xx, and stands beside the redirects.
pub(super) const fn is_companion(redirect: &Redirect) -> bool {
    !matches!(redirect.status, 300..400)
}

/// The time between request and response in milliseconds, where both are told.
pub(super) fn answer_delay_ms(redirect: &Redirect) -> Option<f64> {
    let asked = redirect.request.as_ref()?.seen.moment.0;
    Some(milliseconds(redirect.response.seen.moment.0.checked_sub(asked)?))
}

/// What a client is.
pub(super) const fn role(role: Role) -> &'static str {
    match role {
        Role::Uac => "user agent",
        Role::Proxy => "proxy",
        Role::Unknown => "role unknown",
    }
}

/// What ties an attempt to its redirect.
pub(super) const fn link(link: Link) -> &'static str {
    match link {
        Link::SameCallId => "same Call-ID",
        Link::NewCallId => "new Call-ID",
        Link::NewCall => "new call of the same caller",
        Link::SimilarCall => "similar call",
        Link::Recursion => "the proxy's own branch",
        Link::EmergencyCall => "emergency call",
        Link::EmergencyRegistration => "emergency registration",
        Link::Alternative => "an alternative of the body",
        Link::InitialRegistration => "registration anew",
    }
}

/// What is worth saying of the way of an attempt; nothing where it went where it should.
pub(super) const fn next_hop(next_hop: NextHop) -> Option<&'static str> {
    match next_hop {
        NextHop::Proven => None,
        NextHop::Policy => Some("by an outbound proxy"),
        NextHop::Wrong => Some("sent elsewhere than its URI leads"),
        NextHop::Unknown => Some("next hop not provable"),
    }
}

/// What became of the original URI after a 301 or 302.
pub(super) const fn future(status: u16, verdict: FutureVerdict) -> &'static str {
    match verdict {
        FutureVerdict::Kept if status == 301 => "kept: a later request went to the original URI, though the move is permanent",
        FutureVerdict::Kept => "kept: a later request went to the original URI",
        FutureVerdict::CachedAllowed if status == 301 => "cached, as allowed: a later request went to the Contact",
        FutureVerdict::CachedAllowed => "cached, as allowed: the Contact was used within its lifetime",
        FutureVerdict::Violated => "violated: the Contact was used where it must not be",
        FutureVerdict::NotObserved => "not observed: the capture has no later request that could tell",
    }
}

/// Which message of the redirect a piece of evidence is, where it is one of those that the report tells of.
pub(super) fn part_of(evidence: &Evidence, redirect: &Redirect) -> Option<String> {
    let is = |seen: &Sighting| seen.place() == evidence.place();
    if is(&redirect.response.seen) {
        return Some(format!("the {}", redirect.status));
    }
    if redirect.request.as_ref().is_some_and(|request| is(&request.seen)) {
        return Some("the redirected request".to_owned());
    }
    if redirect.ack.as_ref().is_some_and(|ack| is(&ack.seen)) {
        return Some(format!("the ACK of the {}", redirect.status));
    }
    if let Some(attempt) = redirect.attempts.iter().find(|attempt| is(&attempt.seen)) {
        return Some(format!("the {} that the client sent then", attempt.method));
    }
    let later = redirect.future.iter().flat_map(|future| &future.requests).find(|later| is(&later.seen))?;
    Some(format!("the later {}", later.method))
}

/// What to make of a report without redirects.
pub(super) fn why_nothing(report: &Report) -> &'static str {
    let captures: &[Capture] = &report.captures;
    let packets = captures.iter().any(|capture| capture.frames > 0);
    let messages = captures.iter().any(|capture| capture.sip_messages > 0);
    match (packets, messages) {
        (_, true) if report.options.display_filter.is_some() => "there is SIP, and no 3xx in a call with a message that the filter picks",
        (_, true) => "there is SIP, and no 3xx in it",
        (true, false) => "no SIP in the clear: it may be encrypted (TLS, IPsec), or carried by a link that cannot be read",
        (false, false) => "no packets",
    }
}

/// By how much the clock of the capture was put right; nothing where it was not.
pub(super) fn clock(capture: &Capture) -> Option<String> {
    if capture.clock_offset_ms == 0.0 {
        return None;
    }
    let side = if capture.clock_offset_ms > 0.0 { "ahead" } else { "behind" };
    let within = capture.clock_offset_uncertainty_ms.map_or(String::new(), |ms| format!(" (within {ms:.3} ms)"));
    Some(format!(
        "its clock is {:.3} s {side}{within}, by {}; the times told here are without that",
        capture.clock_offset_ms.abs() / 1e3,
        super::wording::counted(capture.clock_offset_messages, "common message")
    ))
}
