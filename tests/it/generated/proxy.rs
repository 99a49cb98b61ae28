//! Takes a stage, gives the stories of a proxy between the client and the server: it recurses, hands the 3xx on, or does what it must not.
//!
//! Invariant: the truth is written beside the deed, from RFC 3261, 16, and not from the program.

use std::net::SocketAddr;

use super::message::Request;
use super::stage::{Part, SECOND, Stage};
use super::uac::Story;

/// Every story, by name.
pub(crate) const STORIES: &[(&str, Story)] = &[
    ("a proxy recurses", recursed),
    ("a proxy recurses to the second Contact", recursed_to_second),
    ("a proxy hands a 302 on, which is followed", handed_on),
    ("a proxy hands a 302 on, which is not followed", handed_on_in_vain),
    ("a proxy raises the CSeq", raised_cseq),
    ("a proxy changes the body", changed_body),
    ("a proxy hands a 302 on and recurses", handed_on_and_recursed),
    ("a proxy hides a 302", hid),
    ("a proxy hands on what it has tried", handed_on_what_was_tried),
];

/// A call through the proxy, as far as the 302 that the proxy gets.
struct Below {
    /// As the client sent it.
    above: Request,
    /// As the proxy sent it on.
    below: Request,
    tag: String,
}

/// Which way the proxy's requests go.
fn ends(stage: &Stage) -> (SocketAddr, SocketAddr) {
    (stage.proxy, stage.server)
}

fn begin(stage: &mut Stage, contacts: &[String]) -> Below {
    let above = stage.request();
    let (client, proxy, server, transport) = (stage.client, stage.proxy, stage.server, stage.transport);
    stage.ask(client, proxy, transport, &above, Part::Other);
    if stage.chance.happens(60) {
        stage.answer((client, proxy), transport, &above, "100 Trying");
    }
    let below = forwarded(stage, &above, &above.uri.clone());
    stage.ask(proxy, server, transport, &below, Part::Asked);
    let extra: Vec<String> = contacts.iter().map(|contact| format!("Contact: {contact}")).collect();
    let tag = stage.redirect(ends(stage), transport, &below, "302 Moved Temporarily", &extra, None);
    stage.acknowledge(ends(stage), transport, &below, &tag);
    Below { above, below, tag }
}

/// What a proxy makes of a request (RFC 3261, 16.6).
fn forwarded(stage: &mut Stage, above: &Request, uri: &str) -> Request {
    let own = stage.via(stage.proxy, stage.transport);
    let mut vias = vec![own];
    vias.extend(above.vias.iter().cloned());
    Request { uri: uri.to_owned(), vias, max_forwards: Some(69), ..above.clone() }
}

/// The Contact of target `nth`, and its URI.
fn contact(stage: &Stage, nth: u8) -> (String, String) {
    let uri = Stage::uri(&format!("line{nth}"), stage.target(nth, 5060));
    let uri = format!("{uri};transport={}", stage.transport);
    (uri.clone(), format!("<{uri}>"))
}

/// The proxy sends `request` to target `nth`, which answers.
fn try_at(stage: &mut Stage, request: &Request, nth: u8, status: &str) {
    let (proxy, target) = (stage.proxy, stage.target(nth, 5060));
    stage.ask(proxy, target, stage.transport, request, Part::Retry);
    let tag = stage.answer((proxy, target), stage.transport, request, status);
    if !status.starts_with('2') {
        stage.ask(proxy, target, stage.transport, &request.ack(&tag), Part::Other);
    }
}

/// The client gets its final response from the proxy.
fn end(stage: &mut Stage, above: &Request, status: &str) {
    let ends = (stage.client, stage.proxy);
    stage.close(ends, stage.transport, above, status);
}

/// The proxy hands a 302 with `contacts` on; the client acknowledges.
fn hand_on(stage: &mut Stage, begun: &Below, contacts: &[String]) {
    let ends = (stage.client, stage.proxy);
    stage.wait(2_000);
    let extra: Vec<String> = contacts.iter().map(|contact| format!("Contact: {contact}")).collect();
    let response = begun.above.response("302 Moved Temporarily", Some(&begun.tag), &extra, None);
    stage.send(ends.1, ends.0, stage.transport, response, Part::Other);
    stage.acknowledge_other(ends, &begun.above, &begun.tag);
}

fn recursed(stage: &mut Stage) {
    let (uri, value) = contact(stage, 0);
    let begun = begin(stage, &[value]);
    let retry = forwarded(stage, &begun.above, &uri);
    try_at(stage, &retry, 0, "200 OK");
    end(stage, &begun.above, "200 OK");
    stage.alive(9 * SECOND);
    stage.truth(&begun.below, stage.proxy, 302, "correct");
}

fn recursed_to_second(stage: &mut Stage) {
    let contacts: Vec<(String, String)> = (0..2).map(|nth| contact(stage, nth)).collect();
    let begun = begin(stage, &[contacts[0].1.clone(), contacts[1].1.clone()]);
    for (nth, status) in [(0, "404 Not Found"), (1, "200 OK")] {
        let retry = forwarded(stage, &begun.above, &contacts[usize::from(nth)].0);
        try_at(stage, &retry, nth, status);
    }
    end(stage, &begun.above, "200 OK");
    stage.alive(9 * SECOND);
    stage.truth(&begun.below, stage.proxy, 302, "correct");
}

fn handed_on(stage: &mut Stage) {
    let (uri, value) = contact(stage, 0);
    let begun = begin(stage, std::slice::from_ref(&value));
    hand_on(stage, &begun, &[value]);
    let retry = stage.again(&begun.above, &uri, stage.transport);
    let (client, target) = (stage.client, stage.target(0, 5060));
    stage.ask(client, target, stage.transport, &retry, Part::Retry);
    stage.close((client, target), stage.transport, &retry, "200 OK");
    stage.alive(9 * SECOND);
    stage.truth(&begun.below, stage.proxy, 302, "not-applicable");
    stage.truth(&begun.above, stage.client, 302, "correct");
}

fn handed_on_in_vain(stage: &mut Stage) {
    let value = contact(stage, 0).1;
    let begun = begin(stage, std::slice::from_ref(&value));
    hand_on(stage, &begun, &[value]);
    stage.alive(9 * SECOND);
    stage.truth(&begun.below, stage.proxy, 302, "not-applicable");
    stage.truth(&begun.above, stage.client, 302, "incorrect").broken.push("redirect-not-followed");
}

/// The proxy recurses with `change` made to its request.
fn recursed_wrongly(stage: &mut Stage, rule: &'static str, change: fn(&mut Request)) {
    let (uri, value) = contact(stage, 0);
    let begun = begin(stage, &[value]);
    let mut retry = forwarded(stage, &begun.above, &uri);
    change(&mut retry);
    try_at(stage, &retry, 0, "200 OK");
    end(stage, &begun.above, "200 OK");
    stage.alive(9 * SECOND);
    stage.truth(&begun.below, stage.proxy, 302, "incorrect").broken.push(rule);
}

fn raised_cseq(stage: &mut Stage) {
    recursed_wrongly(stage, "proxy-changed-cseq", |retry| retry.cseq += 1);
}

fn changed_body(stage: &mut Stage) {
    recursed_wrongly(stage, "proxy-changed-body", |retry| {
        if let Some((_, body)) = &mut retry.body {
            *body = body.replace("RTP/AVP 0 8", "RTP/AVP 8");
        }
    });
}

fn handed_on_and_recursed(stage: &mut Stage) {
    let (uri, value) = contact(stage, 0);
    let begun = begin(stage, std::slice::from_ref(&value));
    hand_on(stage, &begun, &[value]);
    let below = forwarded(stage, &begun.above, &uri);
    try_at(stage, &below, 0, "486 Busy Here");
    stage.alive(9 * SECOND);
    stage.truth(&begun.below, stage.proxy, 302, "incorrect").broken.push("proxy-relayed-while-recursing");
    let truth = stage.truth(&begun.above, stage.client, 302, "incorrect");
    truth.broken.push("redirect-not-followed");
    // That the proxy already tries the Contact may be taken for an excuse.
    truth.verdicts.push("inconclusive");
}

fn hid(stage: &mut Stage) {
    let value = contact(stage, 0).1;
    let begun = begin(stage, &[value]);
    end(stage, &begun.above, "404 Not Found");
    stage.alive(9 * SECOND);
    let truth = stage.truth(&begun.below, stage.proxy, 302, "inconclusive");
    truth.verdicts.push("correct");
    truth.broken.push("proxy-hid-redirect");
}

fn handed_on_what_was_tried(stage: &mut Stage) {
    let contacts: Vec<(String, String)> = (0..2).map(|nth| contact(stage, nth)).collect();
    let values = [contacts[0].1.clone(), contacts[1].1.clone()];
    let begun = begin(stage, &values);
    let retry = forwarded(stage, &begun.above, &contacts[0].0);
    try_at(stage, &retry, 0, "404 Not Found");
    hand_on(stage, &begun, &values);
    let last = stage.again(&begun.above, &contacts[1].0, stage.transport);
    let (client, target) = (stage.client, stage.target(1, 5060));
    stage.ask(client, target, stage.transport, &last, Part::Other);
    stage.close((client, target), stage.transport, &last, "200 OK");
    stage.alive(9 * SECOND);
    let truth = stage.truth(&begun.below, stage.proxy, 302, "incorrect");
    truth.broken.push("used-contact-relayed");
    truth.companions.push("next-contact-not-tried");
    stage.truth(&begun.above, stage.client, 302, "correct");
}
