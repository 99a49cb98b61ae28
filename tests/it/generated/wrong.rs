//! Takes a stage, gives the stories of a UAC that does wrong after a 301 or 302, each in one way.
//!
//! Invariant: the truth is written beside the deed, from RFC 3261 and not from the program.

use sip3xx::evidence::Transport;

use super::message::Request;
use super::stage::{Part, SECOND, Stage};
use super::uac::{
    Begun, Story, any_method, begin, begin_without_ack, cancelled, contact, followed_long_ago, later_call_at_contact, simple, try_at,
};

/// Every story, by name.
pub(crate) const STORIES: &[(&str, Story)] = &[
    ("never followed", never_followed),
    ("the original URI again", original_again),
    ("the old server", old_server),
    ("the old Request-URI", old_request_uri),
    ("the To tag kept", to_tag_kept),
    ("the branch kept", branch_kept),
    ("no From tag", no_from_tag),
    ("another method", another_method),
    ("the port ignored", port_ignored),
    ("the transport ignored", transport_ignored),
    ("maddr ignored", maddr_ignored),
    ("the transport parameter lost", transport_lost),
    ("an unknown parameter lost", unknown_parameter_lost),
    ("the method parameter kept", method_parameter_kept),
    ("the headers of the Contact kept", headers_kept),
    ("q in the Request-URI", q_in_request_uri),
    ("the same Contact twice", same_contact_twice),
    ("the next Contact left out", next_contact_left_out),
    ("the To rewritten", to_rewritten),
    ("the CSeq kept", cseq_kept),
    ("no ACK", no_ack),
    ("the ACK for another URI", ack_differs),
    ("the ACK to the Contact", ack_elsewhere),
    ("a body in the ACK", ack_with_body),
    ("a repeated 3xx without a further ACK", repetition_without_ack),
    ("the Contact again without a lifetime", contact_again),
    ("the Contact after its lifetime", contact_after_lifetime),
    ("followed though cancelled", followed_though_cancelled),
    ("a secure Contact in the clear", secure_in_clear),
];

fn contact_again(stage: &mut Stage) {
    let parameters = stage.chance.one_of(&["", ";expires=0"]);
    let begun = followed_long_ago(stage, parameters, &[], 240);
    later_call_at_contact(stage);
    let truth = stage.truth(&begun.request, stage.client, 302, "incorrect");
    truth.future = Some("violated");
    truth.broken.push("contact-cached-without-expiry");
}

fn contact_after_lifetime(stage: &mut Stage) {
    let begun = followed_long_ago(stage, ";expires=60", &[], 240);
    later_call_at_contact(stage);
    let truth = stage.truth(&begun.request, stage.client, 302, "incorrect");
    truth.future = Some("violated");
    truth.broken.push("contact-used-after-expiry");
}

fn followed_though_cancelled(stage: &mut Stage) {
    let begun = cancelled(stage);
    let uri = simple(stage, 0).0;
    let retry = stage.again(&begun.request, &uri, stage.transport);
    try_at(stage, &retry, 0, 5060, stage.transport, "200 OK");
    stage.alive(8 * SECOND);
    stage.truth(&begun.request, stage.client, begun.status, "correct").broken.push("recursed-after-cancel");
}

fn never_followed(stage: &mut Stage) {
    any_method(stage);
    let value = simple(stage, 0).1;
    let begun = begin(stage, &[value], &[]);
    stage.alive(9 * SECOND);
    stage.truth(&begun.request, stage.client, begun.status, "incorrect").broken.push("redirect-not-followed");
}

/// The client follows with `retry`, made wrong; `rule` says what is wrong with it, and the verdict what becomes of it.
fn wrong(stage: &mut Stage, begun: &Begun, rule: &'static str, verdict: &'static str, companions: &[&'static str]) {
    stage.alive(8 * SECOND);
    let truth = stage.truth(&begun.request, stage.client, begun.status, verdict);
    truth.broken.push(rule);
    truth.companions.extend(companions);
}

fn original_again(stage: &mut Stage) {
    let value = simple(stage, 0).1;
    let begun = begin(stage, &[value], &[]);
    let retry = stage.again(&begun.request, &stage.original(), stage.transport);
    let ends = (stage.client, stage.server);
    stage.ask(ends.0, ends.1, stage.transport, &retry, Part::Retry);
    stage.close(ends, stage.transport, &retry, "404 Not Found");
    wrong(stage, &begun, "original-uri-retried", "incorrect", &[]);
}

fn old_server(stage: &mut Stage) {
    let (uri, value) = simple(stage, 0);
    let begun = begin(stage, &[value], &[]);
    let retry = stage.again(&begun.request, &uri, stage.transport);
    let ends = (stage.client, stage.server);
    stage.ask(ends.0, ends.1, stage.transport, &retry, Part::Retry);
    stage.close(ends, stage.transport, &retry, "404 Not Found");
    wrong(stage, &begun, "sent-to-old-server", "incorrect", &[]);
}

fn old_request_uri(stage: &mut Stage) {
    let value = simple(stage, 0).1;
    let begun = begin(stage, &[value], &[]);
    let retry = stage.again(&begun.request, &stage.original(), stage.transport);
    try_at(stage, &retry, 0, 5060, stage.transport, "404 Not Found");
    wrong(stage, &begun, "request-uri-not-contact", "incorrect", &[]);
}

/// A 302 with one plain Contact, and the retry that would be right.
fn begun_with_retry(stage: &mut Stage) -> (Begun, Request) {
    let (uri, value) = simple(stage, 0);
    let begun = begin(stage, &[value], &[]);
    let retry = stage.again(&begun.request, &uri, stage.transport);
    (begun, retry)
}

fn to_tag_kept(stage: &mut Stage) {
    let (begun, mut retry) = begun_with_retry(stage);
    retry.to = format!("{};tag={}", retry.to, begun.tag);
    try_at(stage, &retry, 0, 5060, stage.transport, "481 Call/Transaction Does Not Exist");
    wrong(stage, &begun, "to-tag-carried-over", "incorrect", &[]);
}

fn branch_kept(stage: &mut Stage) {
    let (begun, mut retry) = begun_with_retry(stage);
    retry.vias = begun.request.vias.clone();
    try_at(stage, &retry, 0, 5060, stage.transport, "200 OK");
    wrong(stage, &begun, "branch-reused", "incorrect", &[]);
}

fn no_from_tag(stage: &mut Stage) {
    let (begun, mut retry) = begun_with_retry(stage);
    retry.from = retry.from.split(";tag=").next().expect("the first part").to_owned();
    try_at(stage, &retry, 0, 5060, stage.transport, "200 OK");
    wrong(stage, &begun, "from-tag-missing", "incorrect", &[]);
}

fn another_method(stage: &mut Stage) {
    let (begun, mut retry) = begun_with_retry(stage);
    retry.method = "MESSAGE";
    retry.body = Some(("text/plain", "hello".to_owned()));
    try_at(stage, &retry, 0, 5060, stage.transport, "200 OK");
    wrong(stage, &begun, "method-changed", "incorrect", &["body-not-reused"]);
}

fn port_ignored(stage: &mut Stage) {
    let uri = Stage::uri("line0", stage.target(0, 5080));
    let uri = if stage.transport == Transport::Tcp { format!("{uri};transport=tcp") } else { uri };
    let begun = begin(stage, &[format!("<{uri}>")], &[]);
    let retry = stage.again(&begun.request, &uri, stage.transport);
    try_at(stage, &retry, 0, 5060, stage.transport, "200 OK");
    wrong(stage, &begun, "contact-port-ignored", "incorrect", &[]);
}

fn transport_ignored(stage: &mut Stage) {
    stage.transport = Transport::Udp;
    let uri = format!("{};transport=tcp", contact(stage, 0));
    let begun = begin(stage, &[format!("<{uri}>")], &[]);
    let retry = stage.again(&begun.request, &uri, Transport::Udp);
    try_at(stage, &retry, 0, 5060, Transport::Udp, "200 OK");
    wrong(stage, &begun, "contact-transport-ignored", "incorrect", &[]);
}

fn maddr_ignored(stage: &mut Stage) {
    stage.transport = Transport::Udp;
    let maddr = stage.target(1, 5060).ip();
    let maddr = if maddr.is_ipv6() { format!("[{maddr}]") } else { maddr.to_string() };
    let uri = format!("{};maddr={maddr}", contact(stage, 0));
    let begun = begin(stage, &[format!("<{uri}>")], &[]);
    let retry = stage.again(&begun.request, &uri, Transport::Udp);
    try_at(stage, &retry, 0, 5060, Transport::Udp, "200 OK");
    wrong(stage, &begun, "maddr-ignored", "incorrect", &[]);
}

fn transport_lost(stage: &mut Stage) {
    stage.transport = Transport::Udp;
    let begun = begin(stage, &[format!("<{};transport=tcp>", contact(stage, 0))], &[]);
    let retry = stage.again(&begun.request, &contact(stage, 0), Transport::Udp);
    try_at(stage, &retry, 0, 5060, Transport::Udp, "200 OK");
    wrong(stage, &begun, "contact-parameter-lost", "incorrect", &["contact-transport-ignored"]);
}

fn unknown_parameter_lost(stage: &mut Stage) {
    let uri = simple(stage, 0).0;
    let begun = begin(stage, &[format!("<{uri};line=s8jf>")], &[]);
    let retry = stage.again(&begun.request, &uri, stage.transport);
    try_at(stage, &retry, 0, 5060, stage.transport, "200 OK");
    wrong(stage, &begun, "contact-parameter-lost", "correct", &[]);
}

fn method_parameter_kept(stage: &mut Stage) {
    let uri = format!("{};method=INVITE", simple(stage, 0).0);
    let begun = begin(stage, &[format!("<{uri}>")], &[]);
    let retry = stage.again(&begun.request, &uri, stage.transport);
    try_at(stage, &retry, 0, 5060, stage.transport, "200 OK");
    wrong(stage, &begun, "method-parameter-in-request-uri", "incorrect", &[]);
}

fn headers_kept(stage: &mut Stage) {
    let uri = format!("{}?Subject=moved", simple(stage, 0).0);
    let begun = begin(stage, &[format!("<{uri}>")], &[]);
    let retry = stage.again(&begun.request, &uri, stage.transport);
    try_at(stage, &retry, 0, 5060, stage.transport, "200 OK");
    wrong(stage, &begun, "uri-headers-in-request-uri", "incorrect", &[]);
}

fn q_in_request_uri(stage: &mut Stage) {
    let uri = simple(stage, 0).0;
    let begun = begin(stage, &[format!("<{uri}>;q=0.5")], &[]);
    let retry = stage.again(&begun.request, &format!("{uri};q=0.5"), stage.transport);
    try_at(stage, &retry, 0, 5060, stage.transport, "200 OK");
    wrong(stage, &begun, "header-parameter-in-request-uri", "incorrect", &[]);
}

fn same_contact_twice(stage: &mut Stage) {
    let (begun, retry) = begun_with_retry(stage);
    let status = stage.chance.one_of(&["404 Not Found", "486 Busy Here"]);
    try_at(stage, &retry, 0, 5060, stage.transport, status);
    stage.wait(100_000);
    let again = stage.again(&retry, &retry.uri.clone(), stage.transport);
    try_at(stage, &again, 0, 5060, stage.transport, status);
    wrong(stage, &begun, "target-tried-twice", "incorrect", &[]);
}

fn next_contact_left_out(stage: &mut Stage) {
    let (first, value) = simple(stage, 0);
    let second = simple(stage, 1).1;
    let begun = begin(stage, &[value, second], &[]);
    let retry = stage.again(&begun.request, &first, stage.transport);
    try_at(stage, &retry, 0, 5060, stage.transport, "404 Not Found");
    wrong(stage, &begun, "next-contact-not-tried", "correct", &[]);
}

fn to_rewritten(stage: &mut Stage) {
    let (begun, mut retry) = begun_with_retry(stage);
    retry.to = format!("<{}>", contact(stage, 0));
    try_at(stage, &retry, 0, 5060, stage.transport, "200 OK");
    wrong(stage, &begun, "to-uri-rewritten", "correct", &[]);
}

fn cseq_kept(stage: &mut Stage) {
    let (begun, mut retry) = begun_with_retry(stage);
    retry.cseq = begun.request.cseq;
    let refused = stage.chance.happens(50);
    try_at(stage, &retry, 0, 5060, stage.transport, if refused { "482 Loop Detected" } else { "200 OK" });
    wrong(stage, &begun, "cseq-not-raised", if refused { "incorrect" } else { "correct" }, &[]);
}

fn no_ack(stage: &mut Stage) {
    let (uri, value) = simple(stage, 0);
    let begun = begin_without_ack(stage, &[value], &[]);
    let retry = stage.again(&begun.request, &uri, stage.transport);
    let redirect = stage.shots.last().cloned().expect("the 3xx");
    try_at(stage, &retry, 0, 5060, stage.transport, "200 OK");
    if stage.transport == Transport::Udp {
        // RFC 3261, 17.2.1: the server repeats what nobody acknowledges, until Timer H.
        for after in [500_000, 1_500_000, 3_500_000, 7_500_000] {
            stage.now = redirect.micros + after;
            stage.send(redirect.from, redirect.to, redirect.transport, redirect.payload.clone(), Part::Other);
        }
    }
    stage.now = redirect.micros + 40 * SECOND;
    wrong(stage, &begun, "ack-missing", "incorrect", &["retransmission-not-acked"]);
}

fn ack_differs(stage: &mut Stage) {
    let (uri, value) = simple(stage, 0);
    let begun = begin_without_ack(stage, &[value], &[]);
    let mut ack = begun.request.ack(&begun.tag);
    match stage.chance.below(3) {
        0 => ack.uri = uri.clone(),
        1 => ack.to = begun.request.to.clone(),
        _ => ack.cseq += 1,
    }
    stage.ask(stage.client, stage.server, stage.transport, &ack, Part::Other);
    let retry = stage.again(&begun.request, &uri, stage.transport);
    try_at(stage, &retry, 0, 5060, stage.transport, "200 OK");
    wrong(stage, &begun, "ack-differs-from-invite", "incorrect", &["ack-missing"]);
}

fn ack_elsewhere(stage: &mut Stage) {
    let (uri, value) = simple(stage, 0);
    let begun = begin_without_ack(stage, &[value], &[]);
    let ack = begun.request.ack(&begun.tag);
    stage.ask(stage.client, stage.target(0, 5060), stage.transport, &ack, Part::Other);
    let retry = stage.again(&begun.request, &uri, stage.transport);
    try_at(stage, &retry, 0, 5060, stage.transport, "200 OK");
    wrong(stage, &begun, "ack-sent-elsewhere", "incorrect", &["ack-missing"]);
}

fn ack_with_body(stage: &mut Stage) {
    let (uri, value) = simple(stage, 0);
    let begun = begin_without_ack(stage, &[value], &[]);
    let mut ack = begun.request.ack(&begun.tag);
    ack.body = begun.request.body.clone();
    stage.ask(stage.client, stage.server, stage.transport, &ack, Part::Ack);
    let retry = stage.again(&begun.request, &uri, stage.transport);
    try_at(stage, &retry, 0, 5060, stage.transport, "200 OK");
    wrong(stage, &begun, "ack-with-body", "correct", &[]);
}

fn repetition_without_ack(stage: &mut Stage) {
    stage.transport = Transport::Udp;
    let (begun, retry) = begun_with_retry(stage);
    let redirect = stage.shots.iter().rev().find(|shot| shot.part == Part::Redirect).cloned().expect("the 3xx");
    try_at(stage, &retry, 0, 5060, Transport::Udp, "200 OK");
    for after in [500_000, 1_500_000, 3_500_000] {
        stage.now = redirect.micros + after;
        stage.send(redirect.from, redirect.to, redirect.transport, redirect.payload.clone(), Part::Other);
    }
    wrong(stage, &begun, "retransmission-not-acked", "incorrect", &[]);
}

fn secure_in_clear(stage: &mut Stage) {
    stage.transport = Transport::Udp;
    let uri = contact(stage, 0).replacen("sip:", "sips:", 1);
    let begun = begin(stage, &[format!("<{uri}>")], &[]);
    let mut retry = stage.again(&begun.request, &uri, Transport::Udp);
    retry.contact = retry.contact.map(|contact| contact.replacen("sip:", "sips:", 1));
    try_at(stage, &retry, 0, 5060, Transport::Udp, "200 OK");
    wrong(stage, &begun, "sips-sent-in-clear", "incorrect", &["contact-transport-ignored", "contact-port-ignored"]);
}
