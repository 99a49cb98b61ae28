//! Takes a stage, gives the stories of a UAC that is challenged before or after the redirect, and answers rightly or wrongly.
//!
//! Invariant: the truth is written beside the deed, from RFC 3261, 8.1.3.5 and 22, and not from the program.

use std::net::SocketAddr;

use super::message::Request;
use super::stage::{Part, SECOND, Stage};
use super::uac::{Begun, Story, begin, redirected, simple, try_at};

/// Every story, by name.
pub(crate) const STORIES: &[(&str, Story)] = &[
    ("followed after a challenge", followed_after_challenge),
    ("challenged first, then followed", challenged_then_followed),
    ("a challenge of the Contact answered at the original", answered_at_original),
    ("the credentials for the original taken along", taken_along),
    ("rejected credentials once more", rejected_once_more),
    ("a nonce that is stale", stale_nonce),
];

/// A challenge of `realm` to `request`, and the request with credentials.
fn challenge(stage: &mut Stage, ends: (SocketAddr, SocketAddr), request: &Request, realm: &str, is_stale: bool) -> Request {
    let tag = stage.fresh("q");
    stage.wait(10_000);
    let nonce = stage.fresh("nonce");
    let stale = if is_stale { ", stale=true" } else { "" };
    let wanted = vec![format!("Proxy-Authenticate: Digest realm=\"{realm}\", nonce=\"{nonce}\", algorithm=MD5{stale}")];
    let response = request.response("407 Proxy Authentication Required", Some(&tag), &wanted, None);
    stage.send(ends.1, ends.0, stage.transport, response, Part::Other);
    stage.acknowledge_other(ends, request, &tag);
    let mut amended = stage.again(request, &request.uri.clone(), stage.transport);
    amended.extra.retain(|line| !line.starts_with("Proxy-Authorization"));
    amended.extra.push(format!(
        "Proxy-Authorization: Digest username=\"{}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{}\", response=\"00000000000000000000000000000000\"",
        stage.caller, request.uri
    ));
    amended
}

/// The client follows, and the Contact challenges the retry; gives what began it, and the retry with credentials.
fn challenged_at_contact(stage: &mut Stage) -> (Begun, (SocketAddr, SocketAddr), Request) {
    let (uri, value) = simple(stage, 0);
    let begun = begin(stage, &[value], &[]);
    let retry = stage.again(&begun.request, &uri, stage.transport);
    let ends = (stage.client, stage.target(0, 5060));
    stage.ask(ends.0, ends.1, stage.transport, &retry, Part::Retry);
    let amended = challenge(stage, ends, &retry, "target.example", false);
    (begun, ends, amended)
}

fn followed_after_challenge(stage: &mut Stage) {
    let (begun, ends, amended) = challenged_at_contact(stage);
    stage.ask(ends.0, ends.1, stage.transport, &amended, Part::Other);
    stage.close(ends, stage.transport, &amended, "200 OK");
    stage.alive(8 * SECOND);
    stage.truth(&begun.request, stage.client, begun.status, "correct");
}

/// The server challenges, then redirects.
fn challenged_before(stage: &mut Stage) -> (Begun, Request) {
    let ends = (stage.client, stage.server);
    let (uri, value) = simple(stage, 0);
    let request = stage.request();
    stage.ask(ends.0, ends.1, stage.transport, &request, Part::Other);
    let amended = challenge(stage, ends, &request, "server.example", false);
    stage.ask(ends.0, ends.1, stage.transport, &amended, Part::Asked);
    let begun = redirected(stage, amended, &[value], &[]);
    stage.acknowledge(ends, stage.transport, &begun.request, &begun.tag);
    let retry = stage.again(&begun.request, &uri, stage.transport);
    (begun, retry)
}

fn challenged_then_followed(stage: &mut Stage) {
    let (begun, mut retry) = challenged_before(stage);
    retry.extra.retain(|line| !line.starts_with("Proxy-Authorization"));
    try_at(stage, &retry, 0, 5060, stage.transport, "200 OK");
    stage.alive(8 * SECOND);
    stage.truth(&begun.request, stage.client, begun.status, "correct");
}

/// RFC 3261, 22.3: credentials of one realm are no business of another server; here the Contact's own challenge tells that its realm is another.
fn taken_along(stage: &mut Stage) {
    let (begun, retry) = challenged_before(stage);
    let ends = (stage.client, stage.target(0, 5060));
    stage.ask(ends.0, ends.1, stage.transport, &retry, Part::Retry);
    let amended = challenge(stage, ends, &retry, "target.example", false);
    stage.ask(ends.0, ends.1, stage.transport, &amended, Part::Other);
    stage.close(ends, stage.transport, &amended, "200 OK");
    stage.alive(8 * SECOND);
    stage.truth(&begun.request, stage.client, begun.status, "correct").broken.push("stale-credentials-sent");
}

/// RFC 3261, 8.1.3.5: the request is sent again where it was challenged.
fn answered_at_original(stage: &mut Stage) {
    let (begun, _, mut amended) = challenged_at_contact(stage);
    amended.uri = begun.request.uri.clone();
    let ends = (stage.client, stage.server);
    stage.ask(ends.0, ends.1, stage.transport, &amended, Part::Other);
    stage.close(ends, stage.transport, &amended, "404 Not Found");
    stage.alive(8 * SECOND);
    let truth = stage.truth(&begun.request, stage.client, begun.status, "incorrect");
    truth.broken.push("challenge-answered-at-original");
    truth.companions.extend(["original-uri-retried", "original-retried-repeatedly"]);
}

/// RFC 3261, 22.1: credentials that were rejected are not sent again.
fn rejected_once_more(stage: &mut Stage) {
    let (begun, ends, amended) = challenged_at_contact(stage);
    stage.ask(ends.0, ends.1, stage.transport, &amended, Part::Other);
    let credentials = amended.extra.last().cloned().expect("credentials");
    let mut again = challenge(stage, ends, &amended, "target.example", false);
    if let Some(last) = again.extra.last_mut() {
        *last = credentials;
    }
    stage.ask(ends.0, ends.1, stage.transport, &again, Part::Other);
    stage.close(ends, stage.transport, &again, "403 Forbidden");
    stage.alive(8 * SECOND);
    let truth = stage.truth(&begun.request, stage.client, begun.status, "incorrect");
    truth.broken.push("rejected-credentials-repeated");
}

/// RFC 3261, 22.4: with a new nonce the same credentials are tried once more.
fn stale_nonce(stage: &mut Stage) {
    let (begun, ends, amended) = challenged_at_contact(stage);
    stage.ask(ends.0, ends.1, stage.transport, &amended, Part::Other);
    let again = challenge(stage, ends, &amended, "target.example", true);
    stage.ask(ends.0, ends.1, stage.transport, &again, Part::Other);
    stage.close(ends, stage.transport, &again, "200 OK");
    stage.alive(8 * SECOND);
    stage.truth(&begun.request, stage.client, begun.status, "correct");
}
