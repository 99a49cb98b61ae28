//! ACKs of many clients, and what of each is not as its INVITE and the 3xx have it.

use super::RULE;
use crate::rules::scene::findings;

const ROUTE: &str = "<sip:203.0.113.40;lr>";

/// What is found in an ACK that is written after an INVITE, without the words ahead of the differences.
fn told(invite: &str, ack: &str) -> Vec<String> {
    let script = format!(
        "0.0 client > server INVITE sip:bob@192.0.2.20{invite}
         0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
         0.2 client > server ACK {ack}
         0.3 client > target INVITE sip:bob@198.51.100.30
         40 end"
    );
    findings(&RULE, &script).iter().map(|finding| finding.message.strip_prefix("the ACK of the 302 ").unwrap_or("").to_owned()).collect()
}

#[test]
fn an_ack_that_repeats_its_invite_is_right() {
    assert_eq!(told("", ""), [""; 0]);
    let route = format!(" | Route: {ROUTE}");
    assert_eq!(told(&route, ""), [""; 0]);
}

#[test]
fn what_is_spelled_otherwise_is_still_equal() {
    let same = [
        " | Via: SIP/2.0/UDP 192.0.2.10;rport;branch=z9hG4bK1",
        " | From: \"Alice\" <sip:alice@ATLANTA.example>;tag=alice",
        " | To: \"Bob\" <sip:%62ob@192.0.2.20>;tag=bob1",
        " | Max-Forwards: 69",
    ];
    for ack in same {
        assert_eq!(told("", ack), [""; 0], "{ack}");
    }
}

#[test]
fn an_ack_that_is_built_from_the_contact_is_told() {
    let ack = "sip:bob@198.51.100.30 | Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK1 | CSeq: 1 | To: <sip:bob@192.0.2.20>;tag=bob1";
    assert_eq!(told("", ack), ["has the Request-URI sip:bob@198.51.100.30 instead of sip:bob@192.0.2.20"]);
}

#[test]
fn each_field_that_differs_is_named_with_both_values() {
    let facts = [
        (" | Call-ID: other", "has the Call-ID other instead of call"),
        (" | From: <sip:alice@atlanta.example>;tag=new", "has the From tag new instead of alice"),
        (" | From: <sip:alice@atlanta.example>", "has the From tag none instead of alice"),
        (
            " | From: <sip:carol@atlanta.example>;tag=alice",
            "has sip:carol@atlanta.example in its From instead of sip:alice@atlanta.example",
        ),
        (" | To: <sip:bob@192.0.2.20>", "has the To tag none instead of bob1 of the response"),
        (" | To: <sip:bob@192.0.2.20>;tag=x", "has the To tag x instead of bob1 of the response"),
        (" | To: <sip:bob@198.51.100.30>;tag=bob1", "has sip:bob@198.51.100.30 in its To instead of sip:bob@192.0.2.20"),
        (" | CSeq: 2", "has the CSeq number 2 instead of 1"),
        (" | CSeq: 1 INVITE", "has the CSeq method INVITE instead of ACK"),
        (" | Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKnew", "has the branch z9hG4bKnew instead of z9hG4bK1"),
        (" | Via: SIP/2.0/UDP 192.0.2.11:5060;branch=z9hG4bK1", "has 192.0.2.11:5060 in its Via instead of 192.0.2.10:5060"),
        (" | Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK1 | Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK0", "has 2 Vias instead of one"),
    ];
    for (ack, expected) in facts {
        assert_eq!(told("", ack), [expected], "{ack}");
    }
}

#[test]
fn the_route_of_the_invite_stands_in_the_ack() {
    let route = format!(" | Route: {ROUTE}");
    assert_eq!(told(&route, " | Route:"), [format!("lacks the Route {} of the INVITE", &ROUTE[1..ROUTE.len() - 1])]);
    let other = told(&route, " | Route: <sip:203.0.113.41;lr>");
    assert_eq!(other, [format!("has another Route than the INVITE, which begins with {}", &ROUTE[1..ROUTE.len() - 1])]);
    // A Route of the client's own, for its outbound proxy, is not forbidden.
    assert_eq!(told("", &route), [""; 0]);
}

#[test]
fn a_stateless_proxy_hands_the_ack_on_with_all_its_vias() {
    let vias = " | Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK1 | Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK0";
    assert_eq!(told(vias, ""), [""; 0]);
}

#[test]
fn a_second_3xx_with_another_to_tag_is_a_retransmission_and_its_ack_is_right() {
    let script = "0.0 client > server INVITE sip:bob@192.0.2.20
        0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
        0.2 client > server ACK
        0.6 server > client 302 | To: <sip:bob@192.0.2.20>;tag=second | Contact: <sip:bob@198.51.100.30>
        0.7 client > server ACK
        40 end";
    assert_eq!(findings(&RULE, script).len(), 0);
}

#[test]
fn without_its_invite_an_ack_is_compared_with_what_the_3xx_echoes() {
    let lost = "SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKlost";
    for (tag, found) in [("bob", 0), ("other", 1)] {
        let script = format!(
            "0.0 client > server INVITE sip:carol@192.0.2.20
             0.1 server > client 302 | Via: {lost} | CSeq: 7 | To: <sip:bob@192.0.2.20>;tag=bob | Contact: <sip:bob@198.51.100.30>
             0.2 client > server ACK sip:bob@192.0.2.20 | Via: {lost} | CSeq: 7 | To: <sip:bob@192.0.2.20>;tag={tag}
             40 end"
        );
        assert_eq!(findings(&RULE, &script).len(), found, "{tag}");
    }
}

#[test]
fn an_ack_that_the_capture_cut_short_proves_nothing() {
    assert_eq!(told("", " | Call-ID: other | flag: truncated"), [""; 0]);
}
