//! Takes a stage, gives the stories of a UAC whose retry goes to the right place and lacks, keeps or names what it must not; and of some that
//! look like that and are right.
//!
//! Invariant: the truth is written beside the deed, from RFC 3261, 8.1.3.4, and not from the program.

use sip3xx::evidence::Transport;

use super::message::Request;
use super::stage::{Part, SECOND, Stage};
use super::uac::{
    Story, begin, contact, followed_long_ago, later_call_at_contact, later_call_at_original, redirected_long_ago, simple, try_at,
};

/// Every story, by name.
pub(crate) const STORIES: &[(&str, Story)] = &[
    ("the body lost", body_lost),
    ("Max-Forwards lost", max_forwards_lost),
    ("its own Contact lost", own_contact_lost),
    ("the Via of the old transport", via_of_old_transport),
    ("From and Call-ID of a URI header taken over", taken_from_uri),
    ("a new offer", new_offer),
    ("the least Contact first", least_contact_first),
    ("the old number after a move for good", old_number_after_move),
    ("the new number after a move for good", new_number_after_move),
    ("several calls of several users of one server", several_users),
    ("dialled again by hand after the retry", dialled_again),
];

/// The client follows with a retry that `change` has changed.
fn changed(stage: &mut Stage, rule: Option<&'static str>, verdict: &'static str, change: fn(&mut Stage, &mut Request)) {
    let (uri, value) = simple(stage, 0);
    let begun = begin(stage, &[value], &[]);
    let mut retry = stage.again(&begun.request, &uri, stage.transport);
    change(stage, &mut retry);
    try_at(stage, &retry, 0, 5060, stage.transport, "200 OK");
    stage.alive(8 * SECOND);
    stage.truth(&begun.request, stage.client, begun.status, verdict).broken.extend(rule);
}

fn body_lost(stage: &mut Stage) {
    stage.method = stage.chance.one_of(&["INVITE", "MESSAGE"]);
    changed(stage, Some("body-not-reused"), "correct", |_, retry| retry.body = None);
}

fn max_forwards_lost(stage: &mut Stage) {
    changed(stage, Some("max-forwards-missing"), "incorrect", |_, retry| retry.max_forwards = None);
}

fn own_contact_lost(stage: &mut Stage) {
    stage.method = stage.chance.one_of(&["INVITE", "SUBSCRIBE"]);
    changed(stage, Some("contact-header-invalid"), "incorrect", |_, retry| retry.contact = None);
}

fn new_offer(stage: &mut Stage) {
    changed(stage, None, "correct", |_, retry| {
        if let Some((_, body)) = &mut retry.body {
            *body = body.replace("RTP/AVP 0 8", "RTP/AVP 8");
        }
    });
}

fn via_of_old_transport(stage: &mut Stage) {
    stage.transport = Transport::Udp;
    let uri = format!("{};transport=tcp", contact(stage, 0));
    let begun = begin(stage, &[format!("<{uri}>")], &[]);
    let retry = stage.again(&begun.request, &uri, Transport::Udp);
    try_at(stage, &retry, 0, 5060, Transport::Tcp, "200 OK");
    stage.alive(8 * SECOND);
    stage.truth(&begun.request, stage.client, begun.status, "incorrect").broken.push("via-transport-mismatch");
}

fn taken_from_uri(stage: &mut Stage) {
    let uri = simple(stage, 0).0;
    let begun = begin(stage, &[format!("<{uri}?Organization=Elsewhere>")], &[]);
    let mut retry = stage.again(&begun.request, &uri, stage.transport);
    retry.extra.push("Organization: Elsewhere".to_owned());
    try_at(stage, &retry, 0, 5060, stage.transport, "200 OK");
    stage.alive(8 * SECOND);
    stage.truth(&begun.request, stage.client, begun.status, "correct").broken.push("dangerous-uri-header-honoured");
}

/// RFC 3261, 8.1.3.4: the order is the client's own.
fn least_contact_first(stage: &mut Stage) {
    let (most, least) = (simple(stage, 0), simple(stage, 1));
    let begun = begin(stage, &[format!("{};q=0.9", most.1), format!("{};q=0.1", least.1)], &[]);
    let retry = stage.again(&begun.request, &least.0, stage.transport);
    try_at(stage, &retry, 1, 5060, stage.transport, "200 OK");
    stage.alive(8 * SECOND);
    stage.truth(&begun.request, stage.client, begun.status, "correct");
}

/// A 301 that was followed some minutes ago.
fn moved_long_ago(stage: &mut Stage) -> Request {
    redirected_long_ago(stage, (301, "301 Moved Permanently"), "", &[], 240).request
}

/// RFC 3261, 21.3.2: the opposite of a 302.
fn old_number_after_move(stage: &mut Stage) {
    let asked = moved_long_ago(stage);
    later_call_at_original(stage);
    stage.truth(&asked, stage.client, 301, "correct").broken.push("moved-permanently-ignored");
}

fn new_number_after_move(stage: &mut Stage) {
    let asked = moved_long_ago(stage);
    later_call_at_contact(stage);
    stage.truth(&asked, stage.client, 301, "correct");
}

/// What another user of the same telephone system dials says nothing of the one who was redirected.
fn several_users(stage: &mut Stage) {
    let begun = followed_long_ago(stage, "", &[], 120);
    let first = stage.caller.clone();
    stage.caller = format!("{first}b");
    let mut other = stage.request();
    other.uri = simple(stage, 0).0;
    other.to = format!("<{}>", other.uri);
    let ends = (stage.client, stage.target(0, 5060));
    stage.ask(ends.0, ends.1, stage.transport, &other, Part::Other);
    stage.close(ends, stage.transport, &other, "200 OK");
    stage.caller = first;
    stage.alive(8 * SECOND);
    stage.truth(&begun.request, stage.client, 302, "correct");
}

/// A user whose call was busy at the Contact dials the same number again: a new call, at the original URI.
fn dialled_again(stage: &mut Stage) {
    let (uri, value) = simple(stage, 0);
    let mut asked = Vec::new();
    for _ in 0..2 {
        let request = stage.request();
        let ends = (stage.client, stage.server);
        stage.ask(ends.0, ends.1, stage.transport, &request, Part::Asked);
        let tag = stage.redirect(ends, stage.transport, &request, "302 Moved Temporarily", &[format!("Contact: {value}")], None);
        stage.acknowledge(ends, stage.transport, &request, &tag);
        let retry = stage.again(&request, &uri, stage.transport);
        try_at(stage, &retry, 0, 5060, stage.transport, "486 Busy Here");
        stage.now += 12 * SECOND;
        asked.push(request);
    }
    stage.alive(8 * SECOND);
    for request in &asked {
        stage.truth(request, stage.client, 302, "correct");
    }
}
