//! Takes a stage, gives the stories of a UAC that does right after a 301 or 302, or that was asked nothing.
//!
//! Invariant: the truth is written beside the deed, from RFC 3261 and not from the program.

use sip3xx::evidence::Transport;

use super::message::Request;
use super::stage::{Part, SECOND, Stage};

/// What a story begins with: the request, the 3xx, its To tag.
pub(super) struct Begun {
    pub(super) request: Request,
    pub(super) status: u16,
    pub(super) tag: String,
}

/// A story.
pub(crate) type Story = fn(&mut Stage);

/// Every story, by name.
pub(crate) const STORIES: &[(&str, Story)] = &[
    ("followed", followed),
    ("followed over the transport that the Contact asks for", followed_over_asked_transport),
    ("followed in a new call", followed_in_new_call),
    ("followed from one redirect to the next", followed_in_a_chain),
    ("the second Contact after the first failed", second_contact),
    ("the next call at the original URI", next_call_at_original),
    ("the Contact within its lifetime", contact_within_lifetime),
    ("cancelled before", cancelled_before),
    ("no Contact at all", no_contact),
    ("a Contact that is no SIP", contact_outside_sip),
    ("a secure Contact, unseen", secure_contact_unseen),
    ("a choice that nobody made", choice_not_made),
];

/// The client asks and is redirected to `contacts`; it acknowledges.
pub(super) fn begin(stage: &mut Stage, contacts: &[String], further: &[String]) -> Begun {
    let begun = begin_without_ack(stage, contacts, further);
    stage.acknowledge((stage.client, stage.server), stage.transport, &begun.request, &begun.tag);
    begun
}

pub(super) fn begin_without_ack(stage: &mut Stage, contacts: &[String], further: &[String]) -> Begun {
    let request = stage.request();
    let (client, server, transport) = (stage.client, stage.server, stage.transport);
    stage.ask(client, server, transport, &request, Part::Asked);
    redirected(stage, request, contacts, further)
}

/// The server redirects `request`.
pub(super) fn redirected(stage: &mut Stage, request: Request, contacts: &[String], further: &[String]) -> Begun {
    let ends = (stage.client, stage.server);
    if request.method == "INVITE" && stage.chance.happens(40) {
        stage.answer(ends, stage.transport, &request, "100 Trying");
        if stage.chance.happens(40) {
            stage.answer(ends, stage.transport, &request, "180 Ringing");
        }
    }
    let (status, phrase) = if stage.chance.happens(25) { (301, "301 Moved Permanently") } else { (302, "302 Moved Temporarily") };
    let extra: Vec<String> = match (contacts, stage.chance.happens(30)) {
        ([], _) => Vec::new(),
        (contacts, true) => vec![format!("m: {}", contacts.join(", "))],
        (contacts, false) => contacts.iter().map(|contact| format!("Contact: {contact}")).collect(),
    };
    let extra: Vec<String> = extra.into_iter().chain(further.iter().cloned()).collect();
    let tag = stage.redirect(ends, stage.transport, &request, phrase, &extra, None);
    Begun { request, status, tag }
}

/// Sends `retry` to target `nth` and has it answered there.
pub(super) fn try_at(stage: &mut Stage, retry: &Request, nth: u8, port: u16, transport: Transport, status: &str) {
    let (client, target) = (stage.client, stage.target(nth, port));
    stage.ask(client, target, transport, retry, Part::Retry);
    stage.close((client, target), transport, retry, status);
}

/// The URI of target `nth`.
pub(super) fn contact(stage: &Stage, nth: u8) -> String {
    Stage::uri(&format!("line{nth}"), stage.target(nth, 5060))
}

/// The Contact value that asks for the stage's own transport.
pub(super) fn simple(stage: &Stage, nth: u8) -> (String, String) {
    let uri = contact(stage, nth);
    let uri = if stage.transport == Transport::Tcp { format!("{uri};transport=tcp") } else { uri };
    (uri.clone(), format!("<{uri}>"))
}

pub(super) fn any_method(stage: &mut Stage) {
    stage.method = stage.chance.one_of(&["INVITE", "INVITE", "INVITE", "MESSAGE", "OPTIONS", "SUBSCRIBE", "REFER"]);
}

/// How an attempt that succeeds or fails for good is answered.
fn any_end(stage: &mut Stage) -> &'static str {
    stage.chance.one_of(&["200 OK", "200 OK", "404 Not Found", "486 Busy Here", "603 Decline"])
}

fn followed(stage: &mut Stage) {
    any_method(stage);
    let (uri, value) = simple(stage, 0);
    let begun = begin(stage, &[value], &[]);
    let retry = stage.again(&begun.request, &uri, stage.transport);
    let end = any_end(stage);
    try_at(stage, &retry, 0, 5060, stage.transport, end);
    stage.alive(8 * SECOND);
    stage.truth(&begun.request, stage.client, begun.status, "correct");
}

fn followed_over_asked_transport(stage: &mut Stage) {
    let other = if stage.transport == Transport::Tcp { Transport::Udp } else { Transport::Tcp };
    let port = stage.chance.one_of(&[5060, 5070]);
    let uri = format!("{};transport={other};line=x7", Stage::uri("line0", stage.target(0, port)));
    let begun = begin(stage, &[format!("\"A, <b>\" <{uri}>;q=0.7")], &[]);
    let retry = stage.again(&begun.request, &uri, other);
    try_at(stage, &retry, 0, port, other, "200 OK");
    stage.alive(8 * SECOND);
    stage.truth(&begun.request, stage.client, begun.status, "correct");
}

fn followed_in_new_call(stage: &mut Stage) {
    let (uri, value) = simple(stage, 0);
    let begun = begin(stage, &[value], &[]);
    let mut retry = stage.again(&begun.request, &uri, stage.transport);
    retry.call_id = stage.fresh("n");
    retry.cseq = 1;
    if stage.chance.happens(50) {
        let tag = stage.fresh("g");
        retry.from = format!("\"{0}\" <sip:{0}@calls.example>;tag={tag}", stage.caller);
    }
    try_at(stage, &retry, 0, 5060, stage.transport, "200 OK");
    stage.alive(8 * SECOND);
    stage.truth(&begun.request, stage.client, begun.status, "correct");
}

fn followed_in_a_chain(stage: &mut Stage) {
    let (first, value) = simple(stage, 0);
    let (second, next) = simple(stage, 1);
    let begun = begin(stage, &[value], &[]);
    let retry = stage.again(&begun.request, &first, stage.transport);
    let ends = (stage.client, stage.target(0, 5060));
    stage.ask(ends.0, ends.1, stage.transport, &retry, Part::Retry);
    let tag = stage.redirect(ends, stage.transport, &retry, "302 Moved Temporarily", &[format!("Contact: {next}")], None);
    stage.acknowledge(ends, stage.transport, &retry, &tag);
    let last = stage.again(&retry, &second, stage.transport);
    try_at(stage, &last, 1, 5060, stage.transport, "200 OK");
    stage.alive(8 * SECOND);
    stage.truth(&begun.request, stage.client, begun.status, "correct");
    stage.truth(&retry, stage.client, 302, "correct");
}

fn second_contact(stage: &mut Stage) {
    let values: Vec<(String, String)> = (0..3).map(|nth| simple(stage, nth)).collect();
    let offered: Vec<String> = values.iter().enumerate().map(|(nth, (_, value))| format!("{value};q=0.{}", 9 - nth)).collect();
    let begun = begin(stage, &offered, &[]);
    let mut last = begun.request.clone();
    let failures = 1 + stage.chance.below(2);
    for (nth, (uri, _)) in values.iter().enumerate().take(failures + 1) {
        last = stage.again(&last, uri, stage.transport);
        let status =
            if nth < failures { stage.chance.one_of(&["404 Not Found", "486 Busy Here", "503 Service Unavailable"]) } else { "200 OK" };
        try_at(stage, &last, u8::try_from(nth).expect("few"), 5060, stage.transport, status);
    }
    stage.alive(8 * SECOND);
    stage.truth(&begun.request, stage.client, begun.status, "correct");
}

/// A 302 that is followed, with the Contact value `value` of target 0; some minutes pass.
pub(super) fn followed_long_ago(stage: &mut Stage, parameters: &str, further: &[String], seconds: u64) -> Begun {
    redirected_long_ago(stage, (302, "302 Moved Temporarily"), parameters, further, seconds)
}

/// The same with a 3xx of `status`, a number and how it is written.
pub(super) fn redirected_long_ago(
    stage: &mut Stage,
    (status, written): (u16, &str),
    parameters: &str,
    further: &[String],
    seconds: u64,
) -> Begun {
    let (uri, value) = simple(stage, 0);
    let request = stage.request();
    let ends = (stage.client, stage.server);
    stage.ask(ends.0, ends.1, stage.transport, &request, Part::Asked);
    let extra: Vec<String> = std::iter::once(format!("Contact: {value}{parameters}")).chain(further.iter().cloned()).collect();
    let tag = stage.redirect(ends, stage.transport, &request, written, &extra, None);
    stage.acknowledge(ends, stage.transport, &request, &tag);
    let retry = stage.again(&request, &uri, stage.transport);
    try_at(stage, &retry, 0, 5060, stage.transport, "486 Busy Here");
    stage.now += seconds * SECOND;
    Begun { request, status, tag }
}

/// A later call of the same user, straight to the Contact of target 0.
pub(super) fn later_call_at_contact(stage: &mut Stage) {
    let mut later = stage.request();
    later.uri = simple(stage, 0).0;
    let ends = (stage.client, stage.target(0, 5060));
    stage.ask(ends.0, ends.1, stage.transport, &later, Part::Other);
    stage.close(ends, stage.transport, &later, "200 OK");
    stage.alive(8 * SECOND);
}

/// A later call of the same user, to the original URI once more.
pub(super) fn later_call_at_original(stage: &mut Stage) {
    let later = stage.request();
    let ends = (stage.client, stage.server);
    stage.ask(ends.0, ends.1, stage.transport, &later, Part::Other);
    stage.close(ends, stage.transport, &later, "404 Not Found");
    stage.alive(8 * SECOND);
}

fn next_call_at_original(stage: &mut Stage) {
    let begun = followed_long_ago(stage, "", &[], 240);
    later_call_at_original(stage);
    stage.truth(&begun.request, stage.client, 302, "correct").future = Some("kept");
}

fn contact_within_lifetime(stage: &mut Stage) {
    let begun = if stage.chance.happens(50) {
        followed_long_ago(stage, ";expires=3600", &[], 240)
    } else {
        // RFC 3261, 8.3: what is no number counts as an hour.
        followed_long_ago(stage, "", &["Expires: Thu, 01 Dec 1994 16:00:00 GMT".to_owned()], 240)
    };
    later_call_at_contact(stage);
    stage.truth(&begun.request, stage.client, 302, "correct").future = Some("cached-allowed");
}

fn cancel(stage: &mut Stage, request: &Request) {
    let cancel = Request { method: "CANCEL", contact: None, body: None, extra: Vec::new(), ..request.clone() };
    let ends = (stage.client, stage.server);
    stage.ask(ends.0, ends.1, stage.transport, &cancel, Part::Other);
    stage.answer(ends, stage.transport, &cancel, "200 OK");
}

pub(super) fn cancelled(stage: &mut Stage) -> Begun {
    let request = stage.request();
    let ends = (stage.client, stage.server);
    stage.ask(ends.0, ends.1, stage.transport, &request, Part::Asked);
    stage.answer(ends, stage.transport, &request, "100 Trying");
    cancel(stage, &request);
    let value = simple(stage, 0).1;
    let begun = redirected(stage, request, &[value], &[]);
    stage.acknowledge(ends, stage.transport, &begun.request, &begun.tag);
    begun
}

fn cancelled_before(stage: &mut Stage) {
    let begun = cancelled(stage);
    stage.alive(9 * SECOND);
    stage.truth(&begun.request, stage.client, begun.status, "not-applicable");
}

fn no_contact(stage: &mut Stage) {
    any_method(stage);
    let begun = begin(stage, &[], &[]);
    stage.alive(9 * SECOND);
    stage.truth(&begun.request, stage.client, begun.status, "not-applicable");
}

fn contact_outside_sip(stage: &mut Stage) {
    let value = stage.chance.one_of(&["<mailto:bob@office.example>", "<https://office.example/call>", "<im:bob@office.example>"]);
    let begun = begin(stage, &[value.to_owned()], &[]);
    stage.alive(9 * SECOND);
    stage.truth(&begun.request, stage.client, begun.status, "not-applicable");
}

fn secure_contact_unseen(stage: &mut Stage) {
    let uri = contact(stage, 0);
    let value = stage.chance.one_of(&[true, false]);
    let value = if value { format!("<{}>", uri.replacen("sip:", "sips:", 1)) } else { format!("<{uri};transport=tls>") };
    let begun = begin(stage, &[value], &[]);
    stage.alive(9 * SECOND);
    stage.truth(&begun.request, stage.client, begun.status, "inconclusive");
}

fn choice_not_made(stage: &mut Stage) {
    let request = stage.request();
    let ends = (stage.client, stage.server);
    stage.ask(ends.0, ends.1, stage.transport, &request, Part::Asked);
    let extra: Vec<String> = (0..2).map(|nth| format!("Contact: {}", simple(stage, nth).1)).collect();
    let tag = stage.redirect(ends, stage.transport, &request, "300 Multiple Choices", &extra, None);
    stage.acknowledge(ends, stage.transport, &request, &tag);
    stage.alive(20 * SECOND);
    stage.truth(&request, stage.client, 300, "inconclusive");
}
