//! Responses of redirecting servers, and which rules each of them breaks; none of it is held against the client.

use crate::rules::scene::{broken, play};
use crate::rules::{Finding, Section, Selection, Verdict, judge};

const NONE: [&str; 0] = [];

/// A call that is answered so, acknowledged, and not followed.
fn answered(response: &str) -> String {
    format!(
        "0.0 client > server INVITE sip:bob@192.0.2.20
         0.1 server > client {response}
         0.2 client > server ACK
         40 end"
    )
}

/// The rules on the server that such an answer breaks.
fn breaks(response: &str) -> Vec<&'static str> {
    broken(Section::Server, &answered(response))
}

fn findings(script: &str) -> Vec<Finding> {
    let all = play(script).findings(&Selection::default());
    all.into_iter().filter(|finding| finding.rule.section == Section::Server).collect()
}

/// What is said of such an answer.
fn said(response: &str) -> Vec<String> {
    findings(&answered(response)).into_iter().map(|finding| finding.message).collect()
}

#[test]
fn a_redirect_with_a_contact_breaks_nothing() {
    for status in [300, 301, 302, 305] {
        assert_eq!(breaks(&format!("{status} | Contact: <sip:bob@198.51.100.30>;q=0.5;expires=60")), NONE, "{status}");
    }
}

#[test]
fn a_redirect_without_a_contact_leads_nowhere() {
    for status in [300, 301, 302, 305] {
        assert_eq!(breaks(&status.to_string()), ["redirect-without-contact"], "{status}");
    }
    // The answer to a query of a verification service.
    assert_eq!(breaks("302 | Identity: eyJhbGciOiJFUzI1NiJ9"), ["redirect-without-contact"]);
    assert_eq!(breaks("302 | flag: truncated"), NONE, "the Contact may have been cut off");
}

#[test]
fn a_redirect_to_the_uri_that_was_asked_goes_in_a_circle() {
    for contact in ["<sip:bob@192.0.2.20>", "<sip:%62ob@192.0.2.20>", "<sip:bob@198.51.100.30>, <sip:bob@192.0.2.20>", "sip:bob@192.0.2.20"]
    {
        assert_eq!(breaks(&format!("302 | Contact: {contact}")), ["redirect-to-itself"], "{contact}");
    }
}

#[test]
fn another_address_or_transport_is_another_uri() {
    for contact in
        ["<sip:bob@192.0.2.20;maddr=192.0.2.21?Identity=x>;q=0.5", "<sip:bob@192.0.2.20;transport=tcp>", "<sip:bob@192.0.2.20:5060>"]
    {
        assert_eq!(breaks(&format!("302 | Contact: {contact}")), NONE, "{contact}");
    }
    // Without brackets the letter and the meaning are two URIs, and by one of them it is another.
    assert_eq!(breaks("302 | Contact: sip:bob@192.0.2.20;transport=tcp"), ["contact-parameters-outside-brackets"]);
}

#[test]
fn a_305_or_a_380_does_not_send_anybody_to_its_contact() {
    assert_eq!(breaks("305 | Contact: <sip:bob@192.0.2.20>"), NONE);
    assert_eq!(breaks("380 | Contact: <sip:bob@192.0.2.20> | Content-Type: text/plain | body: later"), NONE);
}

#[test]
fn a_contact_that_cannot_be_read_is_told_with_what_is_wrong() {
    let facts = [
        ("*", "the 302 has the Contact *, which only a REGISTER may have"),
        (
            "<sip:alice@@@:port>",
            "the Contact sip:alice@@@:port of the 302 cannot be read: it has a host that is neither a name nor an address",
        ),
        ("302,sip:10.10.0.5", "the Contact 302 of the 302 cannot be read: it has no scheme"),
        (
            "\"Bob <sip:bob@198.51.100.30>",
            "the Contact with sip:bob@198.51.100.30 of the 302 cannot be read: a quotation mark or bracket in it is open",
        ),
        (
            "<sip:bob@198.51.100.30",
            "the Contact with sip:bob@198.51.100.30 of the 302 cannot be read: a quotation mark or bracket in it is open",
        ),
    ];
    for (contact, message) in facts {
        assert_eq!(said(&format!("302 | Contact: {contact}")), [message], "{contact}");
        assert_eq!(breaks(&format!("302 | Contact: {contact} | flag: truncated")), NONE, "cut, not broken: {contact}");
    }
}

#[test]
fn an_odd_contact_that_can_be_read_is_none_of_these() {
    for contact in [
        "\"Bob \\\"4\\\", upstairs; desk <4>\" <sip:bob@198.51.100.30>",
        "<sip:bob@198.51.100.30>;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000A95A0E128>\"",
        "sip:bob@198.51.100.30;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000A95A0E128>\"",
        "sip:bob@198.51.100.30;q=0.5;expires=60",
        "<sip:+15551234567;phone-context=example.com@[2001:db8::1]:5070;user=phone>",
    ] {
        assert_eq!(breaks(&format!("302 | Contact: {contact}")), NONE, "{contact}");
    }
}

#[test]
fn parameters_outside_brackets_have_two_meanings() {
    assert_eq!(
        said("302 | Contact: sip:bob@198.51.100.30;transport=tcp;q=0.7"),
        [
            "the Contact sip:bob@198.51.100.30;transport=tcp stands without angle brackets, so that by the letter it is sip:bob@198.51.100.30"
        ]
    );
}

#[test]
fn contacts_that_sip_does_not_reach_are_named() {
    assert_eq!(
        said("302 | Contact: <mailto:bob@example.com>, <https://bob.example/>"),
        ["SIP reaches no Contact of the 302: mailto:bob@example.com, https://bob.example/"]
    );
    assert_eq!(breaks("302 | Contact: <urn:example:bob>"), ["contact-without-sip-target"]);
    assert_eq!(breaks("302 | Contact: <urn:service:sos.police>"), NONE, "a user agent may call it as it stands");
    assert_eq!(breaks("302 | Contact: <tel:+15551234567>"), ["contact-without-sip-target"]);
    assert_eq!(breaks("302 | Contact: <tel:+15551234567>, <sip:bob@198.51.100.30>"), NONE);
}

#[test]
fn a_service_urn_in_the_contact_of_a_380_is_as_it_should_be() {
    let body = "<ims-3gpp version=\"1\"><alternative-service><type>emergency</type><reason>none</reason></alternative-service></ims-3gpp>";
    let response = format!("380 | Contact: <urn:service:sos.police> | Content-Type: application/3gpp-ims+xml | body: {body}");
    assert_eq!(breaks(&response), NONE);
}

#[test]
fn a_cancel_is_not_to_be_redirected() {
    let script = "0.0 client > server INVITE sip:bob@192.0.2.20
        0.1 client > server CANCEL
        0.2 server > client 302 CANCEL
        40 end";
    assert_eq!(broken(Section::Server, script), ["cancel-redirected"]);
}

#[test]
fn a_status_that_sip_does_not_define_is_noted() {
    for status in [303, 304, 306, 307, 308, 399] {
        assert_eq!(breaks(&format!("{status} | Contact: <sip:bob@198.51.100.30>")), ["unknown-redirect-code"], "{status}");
    }
}

#[test]
fn only_the_status_line_has_the_status() {
    for response in [
        "302 | Reason: SIP;cause=303 | Contact: <sip:bob@198.51.100.30;cause=303>",
        "302 | Contact: <sip:bob@198.51.100.30> | Content-Type: message/sipfrag | body: SIP/2.0 303 See Other",
    ] {
        assert_eq!(breaks(response), NONE, "{response}");
    }
}

#[test]
fn two_final_responses_with_two_statuses_are_noted() {
    let after = |second: &str| {
        let script = format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
             0.2 client > server ACK
             0.3 server > client {second}
             40 end"
        );
        findings(&script).into_iter().map(|finding| (finding.rule.id, finding.message)).collect::<Vec<_>>()
    };
    assert_eq!(after("486"), [("finals-differ", "after the 302 the same transaction got a 486".to_owned())]);
    assert_eq!(after("301 | Contact: <sip:bob@198.51.100.30>").len(), 1);
    // A retransmission, though with another tag and another Contact.
    assert_eq!(after("302 | To: <sip:bob@192.0.2.20>;tag=second | Contact: <sip:bob@203.0.113.40>"), []);
    // A proxy hands on a 2xx to INVITE at any time.
    assert_eq!(after("200"), []);
    assert_eq!(after("180"), []);
}

#[test]
fn every_receiver_of_a_multicast_answers_on_its_own() {
    let script = "0.0 client > 224.0.1.75:5060 REGISTER sip:registrar.example
        0.1 224.0.1.75:5060 > client 302 | Contact: <sip:198.51.100.30>
        0.2 224.0.1.75:5060 > client 403
        40 end";
    assert_eq!(broken(Section::Server, script), NONE);
    assert_eq!(broken(Section::Server, &script.replace("224.0.1.75:5060", "server")), ["finals-differ"]);
}

#[test]
fn a_380_without_a_body_describes_nothing() {
    assert_eq!(breaks("380"), ["alternative-without-body"]);
    assert_eq!(breaks("380 | Contact: <sip:bob@198.51.100.30>"), ["alternative-without-body"]);
    assert_eq!(breaks("380 | Content-Type: text/plain | body: later"), NONE);
    assert_eq!(breaks("380 | flag: truncated"), NONE, "the body may have been cut off");
}

#[test]
fn an_ims_body_that_breaks_its_schema_is_told_with_what_is_wrong() {
    let ims = |body: &str| said(&format!("380 | Content-Type: application/3gpp-ims+xml | body: {body}"));
    assert_eq!(ims("<3gpp-ims version=\"1\"><alternative-service><type>emergency</type></alternative-service></3gpp-ims>").len(), 1);
    assert_eq!(
        ims("<ims-3gpp><alternative-service><reason>none</reason></alternative-service></ims-3gpp>"),
        ["the IMS body has no version, and has an alternative-service without a type"]
    );
    assert_eq!(
        ims("<ims-3gpp version=\"1\"><alternative-service><type>emergency</type><reason/></alternative-service></ims-3gpp>"),
        [""; 0]
    );
    assert_eq!(said("380 | Content-Type: text/plain | body: <not xml"), [""; 0]);
}

#[test]
fn no_fault_of_the_server_makes_the_client_incorrect() {
    for response in [
        "302",
        "302 | Contact: <sip:bob@192.0.2.20>",
        "302 | Contact: \"Bob <sip:bob@198.51.100.30>",
        "302 | Contact: *",
        "302 | Contact: <mailto:bob@example.com>",
        "303 | Contact: <sip:bob@198.51.100.30>",
        "380",
        "380 | Content-Type: application/3gpp-ims+xml | body: <ims-3gpp/>",
    ] {
        let scene = play(&answered(response));
        let verdicts: Vec<Verdict> = scene.redirects.iter().map(|redirect| judge(redirect, &Selection::default()).verdict).collect();
        assert_eq!(verdicts.len(), 1, "{response}");
        assert!(!verdicts.contains(&Verdict::Incorrect), "{response}");
    }
}
