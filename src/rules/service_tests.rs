//! Takes a 3xx whose Contact is the URN of a service, holds the verdict to what the client called then (RFC 5031, 4; RFC 3261, 8.1.3.4).

use super::scene::reason;
use super::trial::hold;

/// A 302 with these Contacts to a call, and what follows on it.
fn to(contacts: &str, rest: &str) -> String {
    format!("0.0 client > server INVITE sip:bob@192.0.2.20\n0.1 server > client 302 | {contacts}\n0.2 client > server ACK\n{rest}\n60 end")
}

#[test]
fn a_service_that_is_named_as_contact_may_be_called() {
    let called = |uri: &str, caller: &str, seconds: &str| {
        let rest = format!("{seconds} client > server INVITE {uri} | Call-ID: two | From: <{caller}>;tag=two | To: <{uri}> | CSeq: 1");
        to("Contact: <urn:service:sos>", &rest)
    };
    let alice = "sip:alice@atlanta.example";
    for seconds in ["0.6", "20"] {
        hold(&called("urn:service:sos", alice, seconds), 2, "correct", &[], Some(4));
        hold(&called("urn:service:SOS", alice, seconds), 2, "correct", &[], Some(4));
        // The same need, by a number, another service or without a name: that may be it.
        for (uri, caller) in [
            ("sip:112@192.0.2.20", alice),
            ("tel:911;phone-context=+1", alice),
            ("urn:service:sos.police", alice),
            ("urn:service:sos", "sip:anonymous@anonymous.invalid"),
        ] {
            hold(&called(uri, caller, seconds), 2, "inconclusive", &[], None);
        }
    }
    assert_eq!(
        reason(&called("sip:112@192.0.2.20", alice, "0.6")),
        "the client called sip:112@192.0.2.20 500 ms later, which may be the emergency call that the Contact urn:service:sos asks for"
    );
    for uri in ["sip:bob@192.0.2.20", "sip:carol@192.0.2.20", "sip:+15550123@192.0.2.20", "urn:service:counseling"] {
        hold(&called(uri, alice, "20"), 2, "not-applicable", &[], None);
    }
    hold(&called("sip:112@192.0.2.20", alice, "50"), 2, "not-applicable", &[], None);
}

#[test]
fn a_service_beside_an_address_is_a_target_like_it() {
    let call = "0.6 client > server INVITE urn:service:sos | Call-ID: two | From: <sip:alice@atlanta.example>;tag=two | To: <urn:service:sos> | CSeq: 1";
    hold(&to("Contact: <sip:bob@198.51.100.30>, <urn:service:sos>", call), 2, "correct", &[], Some(4));
    hold(
        &to("Contact: <mailto:bob@atlanta.example>, <urn:service:counseling>", &call.replace("sos", "counseling")),
        2,
        "correct",
        &[],
        Some(4),
    );
}
