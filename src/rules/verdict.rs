//! Takes a redirect and its findings, gives the verdict and one sentence why.
//!
//! Invariant: what the capture cannot tell is never called correct or incorrect; an error against the client comes before all else.

use super::alternative;
use super::finding::Finding;
use super::rule::{Level, Party};
use super::way::Way;
use super::words::{seconds, text};
use crate::call::{Attempt, Greeting, HiddenWay, Redirect, Role, SIPS};
use crate::sip::uri::Host;
use crate::sip::{Difference, Match, Uri};

/// Whether the client did the right thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// At least one finding of level error against the client.
    Incorrect,
    /// The capture cannot tell.
    Inconclusive,
    /// Nothing was asked of this client.
    NotApplicable,
    /// It did what the status asks.
    Correct,
}

impl Verdict {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Incorrect => "incorrect",
            Self::Inconclusive => "inconclusive",
            Self::NotApplicable => "not-applicable",
            Self::Correct => "correct",
        }
    }
}

/// What the rules say of one redirect.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in one sentence without a final period.
    pub reason: String,
    /// The findings, in the order of the catalogue.
    pub findings: Vec<Finding>,
    /// How the way of each attempt is proven, in their order.
    pub ways: Vec<Way>,
}

/// Whether a finding alone makes a redirect incorrect.
#[must_use]
pub fn convicts(finding: &Finding) -> bool {
    finding.level == Level::Error && matches!(finding.rule.party, Party::Client | Party::Proxy)
}

/// The verdict over `redirect`, in the order of precedence.
pub(super) fn of(redirect: &Redirect, findings: &[Finding]) -> (Verdict, String) {
    if let Some(worst) = findings.iter().find(|finding| convicts(finding)) {
        return (Verdict::Incorrect, worst.message.clone());
    }
    if let Some(reason) = nothing_asked(redirect) {
        return (Verdict::NotApplicable, reason);
    }
    match redirect.status {
        _ if redirect.is_alternative() => alternative::verdict(redirect),
        _ if redirect.attempts.is_empty() => not_followed(redirect),
        _ => followed(redirect),
    }
}

/// Why nothing was asked of this client, if so.
fn nothing_asked(redirect: &Redirect) -> Option<String> {
    if redirect.method == b"CANCEL" {
        return Some("a CANCEL has nothing to retry".into());
    }
    let names_none = redirect.targets.is_empty() && !redirect.is_alternative() && !redirect.response.truncated;
    let without_contact = || format!("the {} names no Contact to retry at", redirect.status);
    if redirect.is_tried() {
        // Such a 3xx answers a query, and the client goes on by itself.
        return names_none.then(without_contact);
    }
    if redirect.relayed.is_some() {
        return Some(format!("the {} was handed on to the hop above, whose client is judged", redirect.status));
    }
    if let Some(reason) = needed_no_more(redirect) {
        return Some(reason);
    }
    if !redirect.attempts.is_empty() {
        return names_none.then(without_contact);
    }
    if let Some(cancel) = redirect.cancel {
        return Some(if cancel < redirect.response.place {
            "the caller had cancelled the request before the response came".into()
        } else {
            format!("the caller cancelled the request: the CANCEL in frame {} may have crossed the {}", cancel.frame, redirect.status)
        });
    }
    // Of a response of which not all could be read nobody knows what else it asked.
    if redirect.response.truncated {
        return None;
    }
    if redirect.is_alternative() {
        return match redirect.offer {
            None => Some("the 380 has no body, so it describes no alternative".into()),
            Some(_) => alternative::not_binding(redirect),
        };
    }
    if names_none {
        return Some(without_contact());
    }
    if !redirect.has_usable_target() {
        return redirect.candidate.is_none().then(|| "no Contact can be reached by SIP".into());
    }
    redirect.untried().next().is_none().then(|| none_left(redirect))
}

/// Why no usable Contact is left to try.
fn none_left(redirect: &Redirect) -> String {
    match redirect.targets.iter().find_map(|target| target.absent.zip(target.uri.host().and_then(Host::name))) {
        Some((place, name)) => format!("DNS told the client in frame {} that there is no {}", place.frame, text(name)),
        None => "every usable Contact had been tried before".into(),
    }
}

/// Why a proxy needed the redirect no more, if so: another branch of the request had been answered for good, or the caller had given up
/// (RFC 3261, 16.7, steps 5 and 10).
fn needed_no_more(redirect: &Redirect) -> Option<String> {
    let above = redirect.above.as_ref()?;
    if above.cancel.is_some() {
        return Some("the caller had cancelled the request on the hop above".into());
    }
    let status = above.answers.iter().map(|answer| answer.outcome.status).find(|status| matches!(status, 200..=299 | 600..))?;
    Some(format!("the hop above was answered {status} from another branch, so the Contacts were needed no more"))
}

/// A 300, 301, 302, 305 or unknown 3xx after which no attempt was seen, and no error was found in that.
fn not_followed(redirect: &Redirect) -> (Verdict, String) {
    let silence = seconds(redirect.covered());
    let reason = if let Some(doubt) = doubt(redirect) {
        doubt
    } else if redirect.is_choice() {
        format!("not followed within {silence}; a {} leaves the choice to the user, so silence proves nothing", redirect.status)
    } else if redirect.status == 305 {
        format!("nothing was sent through the proxy within {silence}; whether the client refuses it by policy, the capture cannot tell")
    } else {
        return (Verdict::Correct, format!("not followed within {silence}, which the rules in force do not count as an error"));
    };
    (Verdict::Inconclusive, reason)
}

/// Why nobody knows all that the response asked, if so.
pub(super) fn unread(redirect: &Redirect) -> Option<String> {
    let (status, asked) = (redirect.status, if redirect.is_alternative() { "alternatives" } else { "Contacts" });
    if redirect.response.truncated {
        return Some(format!("not all of the {status} could be read, so its {asked} are not all known"));
    }
    let faults = redirect.offer.iter().filter(|_| redirect.is_alternative()).flat_map(|offer| &offer.faults);
    let hiding = faults.copied().find(|fault| fault.hides_alternatives())?;
    Some(format!("the body of the {status} {}, so its {asked} are not all known", hiding.words()))
}

/// Why the capture cannot tell whether a redirect was followed, if so.
pub(super) fn doubt(redirect: &Redirect) -> Option<String> {
    if let Some(reason) = unread(redirect) {
        return Some(reason);
    }
    let silence = redirect.covered();
    if !redirect.cover.client_visible {
        return Some("nothing that the client sent is in the capture".into());
    }
    if redirect.ended.is_some() {
        return Some("the dialog was ended, in which the request would have been sent again".into());
    }
    if let Some(cancel) = redirect.given_up {
        return Some(format!("the caller gave up when the {} was there, by the CANCEL in frame {}", redirect.status, cancel.frame));
    }
    if redirect.was_answered() {
        return Some("the same request was answered with success as well".into());
    }
    if silence < redirect.patience {
        return Some(format!(
            "the capture goes on for only {} after the {}; {} of silence are needed to say that it was not followed",
            seconds(silence),
            redirect.status,
            seconds(redirect.patience),
        ));
    }
    if redirect.is_alternative()
        && let Some(place) = redirect.rival
    {
        return Some(format!("the request in frame {} may be this client's or another's to whom the same was said", place.frame));
    }
    if let Some(candidate) = &redirect.candidate {
        let mut services = redirect.targets.iter().filter(|target| target.uri.is_emergency_service());
        if let Some(service) = services.next().filter(|_| !redirect.is_alternative() && !redirect.has_usable_target()) {
            return Some(format!(
                "the client called {} {} later, which may be the emergency call that the Contact {} asks for",
                text(candidate.message.request_uri().unwrap_or_default()),
                seconds(candidate.time.nanos_since(redirect.response.time)),
                text(&service.text),
            ));
        }
        return Some(format!(
            "the same caller sent another request to {} {} later, which may or may not be the retry",
            text(candidate.message.request_uri().unwrap_or_default()),
            seconds(candidate.time.nanos_since(redirect.response.time)),
        ));
    }
    if let Some(place) = redirect.unseen {
        let frame = place.frame;
        return Some(if redirect.is_alternative() {
            format!("the capture lacks the request to which frame {frame} belongs; it may be what the {} asked for", redirect.status)
        } else {
            format!("the capture lacks a request of the same call, which frame {frame} belongs to; it may be the retry")
        });
    }
    if let Some(place) = redirect.lost {
        let frame = place.frame;
        return Some(format!(
            "the capture lacks octets that the client sent on the same connection before frame {frame}; they may hold the retry"
        ));
    }
    if redirect.rival.is_some() {
        return Some("a retry to the same Contact was seen that may belong to this redirect or to another of the same caller".into());
    }
    if let Some(way) = &redirect.hidden {
        return Some(if redirect.is_alternative() { unseen_alternative(redirect, way) } else { unseen_retry(redirect, way) });
    }
    if !redirect.is_alternative()
        && let Some(place) = redirect.looked_up
    {
        return Some(format!("the client asked DNS for the host of a Contact in frame {}, and was told no address", place.frame));
    }
    if !redirect.is_alternative() && is_encrypted(redirect) {
        return Some("a Contact asks for an encrypted next hop, which the capture cannot show".into());
    }
    if !redirect.is_alternative() && is_unresolvable(redirect) {
        return Some("the Contact's host is a name in .invalid, which leads nowhere but through the server that gave it out".into());
    }
    if is_called_back(redirect) {
        return Some("the Contact is whom the To names, and may have been asked before the capture began".into());
    }
    (redirect.role == Role::Proxy).then(|| doubt_of_proxy(redirect))
}

/// Whether all that is left to try is the URI of the To, while the request had another Request-URI and nothing in the capture had led there: a
/// retry keeps the To, and begins with its URI (RFC 3261, 8.1.1.2 and 8.1.3.4).
fn is_called_back(redirect: &Redirect) -> bool {
    let to = redirect.response.message.to().map(|to| Uri::parse(to.uri));
    let (Some(to), Some(original)) = (to, &redirect.original) else { return false };
    let mut untried = redirect.untried().filter_map(|index| redirect.targets.get(index)).peekable();
    let is_first = redirect.chain == redirect.id && !redirect.is_alternative() && redirect.response.message.method() != b"REGISTER";
    is_first && !original.equals(&to) && untried.peek().is_some() && untried.all(|target| target.uri.equals(&to))
}

/// Why nobody can ask of a proxy that it follows a redirect: it may only where it is responsible for the request (RFC 3261, 16.5).
fn doubt_of_proxy(redirect: &Redirect) -> String {
    match redirect.above.as_ref().map(|above| above.answers.first()) {
        Some(Some(answer)) => format!(
            "the proxy neither followed it nor handed it on, but answered {}; whether it was responsible for the request, the capture cannot tell",
            answer.outcome.status
        ),
        Some(None) => "the proxy did not follow it, and no final response to the hop above is in the capture".into(),
        None => "a proxy neither followed it nor is seen to hand it on; the hop above may not be in the capture".into(),
    }
}

/// What is said of a retry that may lie in TLS, or for which no connection came to stand.
fn unseen_retry(redirect: &Redirect, way: &HiddenWay) -> String {
    let did = match way.greeting {
        Greeting::Hello { .. } => "opened a TLS connection to",
        Greeting::Sealed => "sent sealed records to",
        Greeting::Syn | Greeting::Web { .. } => "opened a connection to",
    };
    let name = way.greeting.name().map(|name| format!(", for the name {},", text(name))).unwrap_or_default();
    let after = seconds(way.time.nanos_since(redirect.response.time));
    let (to, frame, status) = (way.destination, way.place.frame, redirect.status);
    if way.greeting == Greeting::Syn && to.port != SIPS {
        return format!(
            "the client opened a connection to {to} in frame {frame}, {after} after the {status}, on which no request is seen: it may have failed"
        );
    }
    format!(
        "a probable encrypted retry: the client {did} {to}{name} in frame {frame}, {after} after the {status}, and its keys are not known"
    )
}

/// What is said of a connection to a host that the body of a 380 names.
fn unseen_alternative(redirect: &Redirect, way: &HiddenWay) -> String {
    let name = way.greeting.name().map(|name| format!(" for {}", text(name))).unwrap_or_default();
    let did = if way.greeting == Greeting::Sealed { "sent sealed records" } else { "opened a connection" };
    let (to, frame, after) = (way.destination, way.place.frame, seconds(way.time.nanos_since(redirect.response.time)));
    format!("the client turned to a host that the body names: it {did} to {to}{name} in frame {frame}, {after} after the 380")
}

/// Whether a Contact that is left to try asks for an encrypted next hop; whoever was served there need not try the others.
fn is_encrypted(redirect: &Redirect) -> bool {
    let is_secure = |index: usize| redirect.targets.get(index).and_then(|target| target.uri.next_hop()).is_some_and(|hop| hop.secure);
    redirect.untried().any(is_secure)
}

/// Whether every Contact that is left to try has a name in `.invalid` for its host, as WebSocket clients have, which no DNS resolves
/// (RFC 2606, 2), while the client has no WebSocket connection to the server that knows it.
fn is_unresolvable(redirect: &Redirect) -> bool {
    let is_invalid = |index: usize| {
        let host = redirect.targets.get(index).and_then(|target| target.uri.next_hop()).map(|hop| hop.target);
        matches!(host, Some(Host::Name(name)) if name.strip_suffix(b".").unwrap_or(&name).to_ascii_lowercase().ends_with(b".invalid"))
    };
    let mut untried = redirect.untried().peekable();
    !redirect.is_over_websocket && untried.peek().is_some() && untried.all(is_invalid)
}

fn followed(redirect: &Redirect) -> (Verdict, String) {
    if redirect.status == 305 {
        return through_proxy(redirect);
    }
    let reached = redirect.attempts.iter().find(|attempt| grade(attempt).names_the_target());
    if let Some(reason) = unread(redirect).filter(|_| reached.is_none()) {
        return (Verdict::Inconclusive, format!("the request was sent again, but {reason}"));
    }
    match reached.or(redirect.attempts.iter().find(|attempt| attempt.contact.is_some())) {
        Some(attempt) => {
            let error = attempt.transport_error().map_or("", |error| error.why.name()).replace('-', " ");
            let fate = if error.is_empty() { error } else { [", and could not reach it: ", &error].concat() };
            (Verdict::Correct, ["retried at ", &request_uri(attempt), " after ", &delay(redirect, attempt), &fate].concat())
        }
        None if redirect.attempts.iter().any(|attempt| attempt.of_second.is_some()) => (
            Verdict::Inconclusive,
            "retried at a Contact of a second final response; which of the two the client took, the capture does not tell".into(),
        ),
        None if redirect.role == Role::Proxy => {
            let asked = redirect.attempts.first().map(request_uri).unwrap_or_default();
            (
                Verdict::Inconclusive,
                format!("the proxy asked {asked} instead, a target of its own; whether it was to, the capture cannot tell"),
            )
        }
        None if redirect.attempts.iter().any(|attempt| redirect.body_names(&attempt.uri)) => (
            Verdict::Inconclusive,
            format!("retried at a URI that the body names and no Contact, as if the {} were a 380", redirect.status),
        ),
        None => {
            (Verdict::Inconclusive, "retried at a URI that is neither a Contact nor the original; the capture does not tell why".into())
        }
    }
}

/// A 305 after which attempts were seen.
fn through_proxy(redirect: &Redirect) -> (Verdict, String) {
    let routed = |attempt: &Attempt| {
        let route = attempt.request.message.routes().next().map(|route| Uri::parse(route.uri()));
        route.is_some_and(|route| redirect.targets.iter().any(|target| target.uri.equals(&route)))
    };
    let at_proxy = |attempt: &&Attempt| attempt.contact.is_some() || routed(attempt);
    let Some(attempt) = redirect.attempts.iter().find(at_proxy) else {
        return (Verdict::Inconclusive, "the request was sent again, but not through the proxy that the Contact names".into());
    };
    let (proxy, after) = (attempt.request.destination, delay(redirect, attempt));
    let reason = if grade(attempt).names_the_target() {
        format!("sent to the proxy at {proxy} after {after}, with the proxy's URI in place of the original")
    } else {
        format!("sent again to {} through the proxy at {proxy} after {after}", request_uri(attempt))
    };
    (Verdict::Correct, reason)
}

fn grade(attempt: &Attempt) -> Match {
    attempt.difference.as_ref().map_or(Match::None, Difference::grade)
}

/// The Request-URI of an attempt.
pub(super) fn request_uri(attempt: &Attempt) -> String {
    text(attempt.uri.as_bytes())
}

/// How long after the 3xx an attempt was sent.
pub(super) fn delay(redirect: &Redirect, attempt: &Attempt) -> String {
    seconds(attempt.request.time.nanos_since(redirect.response.time))
}
