//! Takes a stage, gives the stories of a client that gets a 380: what the body offers, and what the client makes of it.
//!
//! Invariant: the truth is written beside the deed, from RFC 3261, 21.3.5, and 3GPP TS 24.229, and not from the program.

use sip3xx::evidence::Transport;

use super::message::Request;
use super::stage::{Part, SECOND, Stage};
use super::uac::Story;

/// Every story, by name.
pub(crate) const STORIES: &[(&str, Story)] = &[
    ("a 380 without a body", without_body),
    ("a 380 with prose", prose),
    ("a link that is called", link_called),
    ("a link that is not called", link_left_alone),
    ("the Contact of a 380 in place of its link", contact_in_place_of_link),
    ("an emergency call", emergency_call),
    ("no emergency call", no_emergency_call),
    ("the same number again", same_number_again),
    ("an emergency registration and call", registration_and_call),
    ("an emergency call without its registration", call_without_registration),
    ("an emergency call before its registration", call_before_registration),
];

/// The longest time in which a user who was told of an alternative takes it: the window of a 380, and a margin.
const LONG: u64 = 240 * SECOND;

fn begin(stage: &mut Stage, contact: &str, body: Option<&(&'static str, String)>) -> Request {
    let request = stage.request();
    let ends = (stage.client, stage.server);
    stage.ask(ends.0, ends.1, stage.transport, &request, Part::Asked);
    if stage.chance.happens(30) {
        stage.answer(ends, stage.transport, &request, "100 Trying");
    }
    let mut extra: Vec<String> = if contact.is_empty() { Vec::new() } else { vec![format!("Contact: <{contact}>")] };
    if contact.starts_with("urn:") {
        // The P-CSCF says that it is one (3GPP TS 24.229, 5.2.10).
        extra.push(format!("P-Asserted-Identity: <{}>", Stage::uri("pcscf", stage.server)));
    }
    let tag = stage.redirect(ends, stage.transport, &request, "380 Alternative Service", &extra, body);
    stage.acknowledge(ends, stage.transport, &request, &tag);
    request
}

fn link(stage: &Stage) -> (String, (&'static str, String)) {
    let uri = Stage::uri("desk", stage.target(0, 5060));
    let uri = if stage.transport == Transport::Tcp { format!("{uri};transport=tcp") } else { uri };
    let body = format!("<html><body>Please call <a href=\"{uri}\">the desk</a>.</body></html>\r\n");
    (uri, ("text/html", body))
}

fn emergency(stage: &mut Stage, action: &str) -> Request {
    let version = stage.chance.one_of(&["1", "1.0"]);
    let kind = stage.chance.one_of(&["<type>emergency</type>", "<type><emergency/></type>", "<type> emergency </type>"]);
    let action = if action.is_empty() { String::new() } else { format!("<action>{action}</action>") };
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<ims-3gpp version=\"{version}\"><alternative-service>{kind}\
         <reason>emergency number</reason>{action}</alternative-service></ims-3gpp>\r\n"
    );
    begin(stage, "urn:service:sos", Some(&("application/3gpp-ims+xml", body)))
}

fn call(stage: &mut Stage, uri: &str, nth: Option<u8>) {
    let mut request = stage.request();
    request.uri = uri.to_owned();
    request.to = format!("<{uri}>");
    let to = nth.map_or(stage.server, |nth| stage.target(nth, 5060));
    let ends = (stage.client, to);
    stage.ask(ends.0, ends.1, stage.transport, &request, Part::Retry);
    stage.close(ends, stage.transport, &request, "200 OK");
}

fn register(stage: &mut Stage) {
    let mut request = stage.request();
    request.method = "REGISTER";
    request.uri = "sip:calls.example".to_owned();
    request.to = format!("<sip:{}@calls.example>", stage.caller);
    request.contact = Some(format!("<{};sos>;expires=3600", Stage::uri(&stage.caller, stage.client)));
    request.body = None;
    let ends = (stage.client, stage.server);
    stage.ask(ends.0, ends.1, stage.transport, &request, Part::Other);
    stage.answer(ends, stage.transport, &request, "200 OK");
}

fn without_body(stage: &mut Stage) {
    let request = begin(stage, "", None);
    stage.alive(60 * SECOND);
    stage.truth(&request, stage.client, 380, "not-applicable");
}

fn prose(stage: &mut Stage) {
    let request = begin(stage, "", Some(&("text/plain", "Please call the front desk, or write a letter.\r\n".to_owned())));
    stage.alive(LONG);
    stage.truth(&request, stage.client, 380, "inconclusive");
}

fn link_called(stage: &mut Stage) {
    let (uri, body) = link(stage);
    let request = begin(stage, "", Some(&body));
    stage.now += 9 * SECOND;
    call(stage, &uri, Some(0));
    stage.alive(40 * SECOND);
    stage.truth(&request, stage.client, 380, "correct");
}

fn link_left_alone(stage: &mut Stage) {
    let (_, body) = link(stage);
    let request = begin(stage, "", Some(&body));
    stage.alive(60 * SECOND);
    stage.alive(LONG);
    stage.truth(&request, stage.client, 380, "incorrect").broken.push("alternative-not-attempted");
}

fn contact_in_place_of_link(stage: &mut Stage) {
    let (_, body) = link(stage);
    let contact = Stage::uri("line1", stage.target(1, 5060));
    let request = begin(stage, &contact, Some(&body));
    let retry = stage.again(&request, &contact, stage.transport);
    let ends = (stage.client, stage.target(1, 5060));
    stage.ask(ends.0, ends.1, stage.transport, &retry, Part::Retry);
    stage.close(ends, stage.transport, &retry, "200 OK");
    stage.alive(60 * SECOND);
    stage.alive(LONG);
    let truth = stage.truth(&request, stage.client, 380, "incorrect");
    truth.broken.push("alternative-treated-as-redirect");
    truth.companions.push("alternative-not-attempted");
    if stage.transport == Transport::Tcp {
        stage.truths.last_mut().expect("just added").companions.push("contact-transport-ignored");
    }
}

fn emergency_call(stage: &mut Stage) {
    let request = emergency(stage, "");
    let uri = stage.chance.one_of(&["urn:service:sos", "urn:service:sos.police"]);
    call(stage, uri, None);
    stage.alive(60 * SECOND);
    stage.truth(&request, stage.client, 380, "correct");
}

fn no_emergency_call(stage: &mut Stage) {
    let action = stage.chance.one_of(&["", "emergency-registration"]);
    let request = emergency(stage, action);
    stage.alive(60 * SECOND);
    stage.alive(LONG);
    stage.truth(&request, stage.client, 380, "inconclusive");
}

fn same_number_again(stage: &mut Stage) {
    let request = emergency(stage, "");
    let again = stage.again(&request, &request.uri.clone(), stage.transport);
    let ends = (stage.client, stage.server);
    stage.ask(ends.0, ends.1, stage.transport, &again, Part::Retry);
    stage.close(ends, stage.transport, &again, "404 Not Found");
    stage.alive(60 * SECOND);
    stage.truth(&request, stage.client, 380, "incorrect").broken.push("same-request-repeated");
}

fn registration_and_call(stage: &mut Stage) {
    let request = emergency(stage, "emergency-registration");
    register(stage);
    call(stage, "urn:service:sos", None);
    stage.alive(60 * SECOND);
    stage.truth(&request, stage.client, 380, "correct");
}

fn call_without_registration(stage: &mut Stage) {
    let request = emergency(stage, "emergency-registration");
    call(stage, "urn:service:sos", None);
    stage.alive(60 * SECOND);
    stage.alive(LONG);
    stage.truth(&request, stage.client, 380, "incorrect").broken.push("emergency-registration-skipped");
}

fn call_before_registration(stage: &mut Stage) {
    let request = emergency(stage, "emergency-registration");
    call(stage, "urn:service:sos", None);
    stage.wait(SECOND);
    register(stage);
    stage.alive(60 * SECOND);
    stage.alive(LONG);
    stage.truth(&request, stage.client, 380, "incorrect").broken.push("emergency-call-before-registration");
}
