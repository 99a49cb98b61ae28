//! Holds the rules against what a naive reader of captures gets wrong, each trap by its number in the catalogue of requirements; those of
//! frames and streams stand in `tests/it/traps.rs`.

use super::trial::{hold, later, said};
use crate::call::Use;

/// A redirect of Bob's call to his other phone, acknowledged: frames 1 to 3.
const MOVED: &str = "0.0 client > server INVITE sip:bob@192.0.2.20
    0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
    0.2 client > server ACK\n";
/// What a new call of the same caller has.
const NEW: &str = "Call-ID: two | From: <sip:alice@atlanta.example>;tag=two | CSeq: 1";

/// What follows on [`MOVED`] until the capture ends.
fn moved(rest: &str) -> String {
    format!("{MOVED}{rest}\n60 end")
}

/// A 302 with these Contacts to a call, and what follows on it.
fn to(contacts: &str, rest: &str) -> String {
    format!("0.0 client > server INVITE sip:bob@192.0.2.20\n0.1 server > client 302 | {contacts}\n0.2 client > server ACK\n{rest}\n60 end")
}

#[test]
fn t01_a_retransmission_is_no_second_message() {
    let script = "0.0 client > server INVITE sip:bob@192.0.2.20
        0.5 client > server again
        0.6 server > client 302 | Contact: <sip:bob@198.51.100.30>
        0.7 client > server ACK
        1.1 server > client again
        1.2 client > server again
        1.3 client > target INVITE sip:bob@198.51.100.30
        1.8 client > target again
        1.9 target > client 200
        60 end";
    hold(script, 3, "correct", &[], Some(7));
}

#[test]
fn t02_a_second_3xx_with_another_to_tag_begins_no_second_chain() {
    let rest = "0.3 server > client 302 INVITE | Contact: <sip:bob@198.51.100.30> | To: <sip:bob@192.0.2.20>;tag=other
        0.4 client > server ACK
        0.5 client > target INVITE sip:bob@198.51.100.30";
    hold(&moved(rest), 2, "correct", &[], Some(6));
}

const ABOVE: &str = "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKabove";

#[test]
fn t03_forked_redirects_that_are_merged_are_followed_above() {
    let script = format!(
        "0.0 10.0.0.1:5060 > client INVITE sip:bob@192.0.2.10 | {ABOVE}
         0.1 client > target INVITE sip:bob@198.51.100.30 | Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKp1 | {ABOVE} | CSeq: 1
         0.1 client > other INVITE sip:bob@203.0.113.40 | Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKp2 | {ABOVE} | CSeq: 1
         0.2 target > client 302 | Contact: <sip:a@198.51.100.31>
         0.2 client > target ACK
         0.3 other > client 302 | Contact: <sip:b@203.0.113.41>
         0.3 client > other ACK
         0.4 client > 10.0.0.1:5060 300 | Contact: <sip:a@198.51.100.31>, <sip:b@203.0.113.41>
         0.5 10.0.0.1:5060 > client ACK
         0.6 10.0.0.1:5060 > 198.51.100.31:5060 INVITE sip:a@198.51.100.31
         60 end"
    );
    let wanted = [(4, "not-applicable", vec![], None), (6, "not-applicable", vec![], None), (8, "correct", vec![], Some(10))];
    assert_eq!(said(&script), wanted);
}

#[test]
fn t04_the_element_that_received_the_3xx_is_judged() {
    let script = format!(
        "0.0 10.0.0.1:5060 > client INVITE sip:bob@192.0.2.20 | {ABOVE}
         0.1 client > server INVITE sip:bob@192.0.2.20 | Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKp1 | {ABOVE} | CSeq: 1
         0.2 server > client 302 | Contact: <sip:bob@198.51.100.30>
         0.3 client > server ACK
         0.4 client > target INVITE sip:bob@198.51.100.30 | Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKp2 | {ABOVE} | CSeq: 1
         0.5 target > client 200
         0.6 client > 10.0.0.1:5060 200
         60 end"
    );
    hold(&script, 3, "correct", &[], Some(5));
}

#[test]
fn t05_an_outbound_proxy_is_asked_for_the_new_uri() {
    let by_policy = "0.0 client > server INVITE sip:bob@203.0.113.99
        0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
        0.2 client > server ACK
        0.3 client > server INVITE sip:bob@198.51.100.30
        60 end";
    hold(by_policy, 2, "correct", &[], Some(4));
    let by_route = by_policy.replace("203.0.113.99", "biloxi.example | Route: <sip:192.0.2.20;lr>");
    hold(
        &by_route.replace("INVITE sip:bob@198.51.100.30", "INVITE sip:bob@198.51.100.30 | Route: <sip:192.0.2.20;lr>"),
        2,
        "correct",
        &[],
        Some(4),
    );
}

#[test]
fn t06_a_retry_may_be_a_call_of_its_own() {
    hold(&moved(&format!("0.3 client > target INVITE sip:bob@198.51.100.30 | {NEW}")), 2, "correct", &[], Some(4));
    hold(&moved("0.3 client > target INVITE sip:bob@198.51.100.30 | Call-ID: two | CSeq: 1"), 2, "correct", &[], Some(4));
}

#[test]
fn t07_the_legs_of_a_back_to_back_user_agent_are_two_calls() {
    let script = format!(
        "0.0 10.0.0.1:5060 > client INVITE sip:bob@192.0.2.20
         0.1 client > server INVITE sip:bob@192.0.2.20 | {NEW}
         0.2 server > client 302 | Contact: <sip:bob@198.51.100.30>
         0.3 client > server ACK
         0.4 client > 10.0.0.1:5060 302 | Contact: <sip:bob@198.51.100.30>
         0.5 10.0.0.1:5060 > client ACK
         0.6 10.0.0.1:5060 > target INVITE sip:bob@198.51.100.30
         60 end"
    );
    assert_eq!(said(&script), [(3, "not-applicable", vec![], None), (5, "correct", vec![], Some(7))]);
}

#[test]
fn t08_a_capture_that_ends_proves_nothing() {
    hold(&format!("{MOVED}3 end"), 2, "inconclusive", &[], None);
}

#[test]
fn t09_without_the_request_the_ack_tells_what_was_asked() {
    let script = |uri: &str, address: &str| {
        format!(
            "0.0 server > client 302 of INVITE sip:bob@192.0.2.20 | Contact: <sip:bob@198.51.100.30>
             0.1 client > server ACK sip:bob@192.0.2.20 | To: <sip:bob@192.0.2.20>;tag=bob
             0.2 client > {address} INVITE {uri} | CSeq: 2 | Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKnew | To: <sip:bob@192.0.2.20>
             60 end"
        )
    };
    hold(&script("sip:bob@198.51.100.30", "target"), 1, "correct", &[], Some(3));
    hold(&script("sip:bob@192.0.2.20", "server"), 1, "incorrect", &["original-uri-retried"], Some(3));
}

#[test]
fn t10_one_direction_alone_proves_nothing() {
    let from_server = "0.0 server > client 302 of INVITE sip:bob@192.0.2.20 | Contact: <sip:bob@198.51.100.30>\n60 end";
    hold(from_server, 1, "inconclusive", &[], None);
    let from_client = "0.0 client > server INVITE sip:bob@192.0.2.20
        0.1 client > server ACK sip:bob@192.0.2.20 | To: <sip:bob@192.0.2.20>;tag=bob | CSeq: 1 | Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK1
        60 end";
    assert_eq!(said(from_client), []);
}

#[test]
fn t11_an_address_never_equals_a_name() {
    hold(&to("Contact: <sip:bob@far.example>", "0.3 client > other INVITE sip:bob@far.example"), 2, "correct", &[], Some(4));
    let resolved = to("Contact: <sip:bob@far.example>", "0.3 client > other INVITE sip:bob@203.0.113.40");
    hold(&resolved, 2, "correct", &["request-uri-not-contact"], Some(4));
}

#[test]
fn t12_a_tel_contact_may_be_ignored_asked_or_turned_into_sip() {
    let contact = "Contact: <tel:+1-555-0123>";
    hold(&to(contact, ""), 2, "not-applicable", &[], None);
    hold(&to(contact, "0.3 client > server INVITE tel:+1-555-0123"), 2, "correct", &[], Some(4));
    hold(&to(contact, "0.3 client > server INVITE sip:+15550123@192.0.2.20;user=phone"), 2, "correct", &[], Some(4));
}

#[test]
fn t13_the_order_of_weights_is_advice() {
    let contacts = "Contact: <sip:bob@198.51.100.30>;q=0.1, <sip:bob@203.0.113.40>;q=0.9";
    let rest = "0.3 client > target INVITE sip:bob@198.51.100.30\n0.4 target > client 200";
    hold(&to(contacts, rest), 2, "correct", &["lower-q-tried-first"], Some(4));
}

#[test]
fn t14_contacts_stand_in_lists_in_lines_in_short_and_behind_quotation_marks() {
    for contacts in [
        "Contact: \"a, <b>; c\" <sip:x@203.0.113.40>, <sip:bob@198.51.100.30>",
        "Contact: <sip:x@203.0.113.40> | Contact: <sip:bob@198.51.100.30>",
        "m: <sip:x@203.0.113.40>,sip:bob@198.51.100.30",
        "Contact: \"q\\\"uote, <\" <sip:x@203.0.113.40> | m: B <sip:bob@198.51.100.30>;q=1",
    ] {
        hold(&to(contacts, "0.3 client > target INVITE sip:bob@198.51.100.30"), 2, "correct", &[], Some(4));
    }
}

#[test]
fn t15_a_contact_without_brackets_has_two_readings() {
    hold(&to("Contact: sip:bob@198.51.100.30;q=0.5", "0.3 client > target INVITE sip:bob@198.51.100.30"), 2, "correct", &[], Some(4));
    for retry in ["target INVITE sip:bob@198.51.100.30", "target/tcp INVITE sip:bob@198.51.100.30;transport=tcp"] {
        hold(&to("Contact: sip:bob@198.51.100.30;transport=tcp", &format!("0.3 client > {retry}")), 2, "correct", &[], Some(4));
    }
}

#[test]
fn t16_a_bracket_in_quotation_marks_is_no_bracket() {
    let contact = "Contact: sip:bob@198.51.100.30;+sip.instance=\"<urn:uuid:1>\"";
    hold(&to(contact, "0.3 client > target INVITE sip:bob@198.51.100.30"), 2, "correct", &[], Some(4));
}

#[test]
fn t17_a_loop_is_told_by_equal_uris_over_the_chain() {
    let circle = |first: &str| {
        format!(
            "{MOVED}0.3 client > target INVITE sip:bob@198.51.100.30
             0.4 target > client 302 | Contact: <{first}>
             0.5 client > target ACK
             0.6 client > server INVITE {first}
             60 end"
        )
    };
    for first in ["sip:bob@192.0.2.20", "sip:%62ob@192.0.2.20"] {
        let wanted = [(2, "correct", vec![], Some(4)), (5, "incorrect", vec!["target-tried-twice"], Some(7))];
        assert_eq!(said(&circle(first)), wanted, "{first}");
    }
    hold(&to("Contact: <sip:bob@192.0.2.20>", ""), 2, "not-applicable", &[], None);
    let elsewhere = "sip:bob@192.0.2.20;maddr=198.51.100.30";
    hold(&to(&format!("Contact: <{elsewhere}>"), &format!("0.3 client > target INVITE {elsewhere}")), 2, "correct", &[], Some(4));
}

#[test]
fn t18_a_challenge_is_no_failure_and_no_repetition() {
    let before = "0.0 client > server INVITE sip:bob@192.0.2.20
        0.1 server > client 407
        0.2 client > server ACK
        0.3 client > server INVITE sip:bob@192.0.2.20
        0.4 server > client 302 | Contact: <sip:bob@198.51.100.30>
        0.5 client > server ACK
        0.6 client > target INVITE sip:bob@198.51.100.30
        60 end";
    hold(before, 5, "correct", &[], Some(7));
    let between = "0.3 client > target INVITE sip:bob@198.51.100.30
        0.4 target > client 401
        0.5 client > target ACK
        0.6 client > target INVITE sip:bob@198.51.100.30
        0.7 target > client 200";
    hold(&moved(between), 2, "correct", &[], Some(4));
}

#[test]
fn t19_a_caller_who_hangs_up_is_not_led_on() {
    let before = "0.0 client > server INVITE sip:bob@192.0.2.20
        0.1 client > server CANCEL
        0.2 server > client 200 CANCEL
        0.3 server > client 302 INVITE | Contact: <sip:bob@198.51.100.30>
        0.4 client > server ACK\n";
    hold(&format!("{before}60 end"), 4, "not-applicable", &[], None);
    let led_on = format!("{before}0.5 client > target INVITE sip:bob@198.51.100.30\n60 end");
    hold(&led_on, 4, "correct", &["recursed-after-cancel"], Some(6));
    let crossing = "0.0 client > server INVITE sip:bob@192.0.2.20
        0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
        0.11 client > server CANCEL
        0.2 client > server ACK
        60 end";
    hold(crossing, 2, "not-applicable", &[], None);
}

#[test]
fn t21_a_retry_may_be_stamped_a_moment_before_its_redirect() {
    let script = "0.0 client > server INVITE sip:bob@192.0.2.20
        0.20 server > client 302 | Contact: <sip:bob@198.51.100.30>
        0.15 client > target INVITE sip:bob@198.51.100.30
        0.21 client > server ACK
        60 end";
    hold(script, 2, "correct", &[], Some(3));
}

#[test]
fn t21_a_retry_may_be_captured_behind_the_redirect_that_it_met() {
    let script = format!(
        "{MOVED}0.4 target > client 302 of INVITE sip:bob@192.0.2.20 | CSeq: 2 INVITE | Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK2 | Contact: <sip:bob@203.0.113.40>
         0.39 client > target INVITE sip:bob@198.51.100.30
         0.5 client > target ACK
         0.6 client > other INVITE sip:bob@203.0.113.40
         60 end"
    );
    assert_eq!(said(&script), [(2, "correct", vec![], Some(5)), (4, "correct", vec![], Some(7))]);
}

#[test]
fn t23_a_large_request_goes_over_tcp_whatever_the_uri_says() {
    let offer = format!("Content-Type: application/sdp | body: {}", "x".repeat(1400));
    let script = format!(
        "0.0 client > server/tcp INVITE sip:bob@192.0.2.20 | {offer}
         0.1 server > client/tcp 302 | Contact: <sip:bob@198.51.100.30;transport=udp>
         0.2 client > server/tcp ACK
         0.3 client > target/tcp INVITE sip:bob@198.51.100.30;transport=udp | {offer}
         60 end"
    );
    hold(&script, 2, "correct", &[], Some(4));
}

#[test]
fn t24_what_is_encrypted_cannot_be_seen() {
    for contact in ["<sips:bob@198.51.100.30>", "<sip:bob@198.51.100.30;transport=tls>", "<sip:bob@198.51.100.30;transport=wss>"] {
        hold(&to(&format!("Contact: {contact}"), ""), 2, "inconclusive", &[], None);
    }
}

#[test]
fn t26_a_redirect_that_answers_a_query_asks_for_no_retry() {
    hold(&to("Identity: eyJhbGciOiJFUzI1NiJ9", ""), 2, "not-applicable", &[], None);
    let own_gateway = to("Identity: eyJhbGciOiJFUzI1NiJ9", "0.3 client > other INVITE sip:bob@203.0.113.40");
    hold(&own_gateway, 2, "not-applicable", &[], Some(4));
}

#[test]
fn t28_a_cause_is_no_status() {
    let script = "0.0 client > server INVITE sip:bob@192.0.2.20;cause=302 | Reason: SIP;cause=302
        0.1 server > client 480 | Reason: SIP;cause=380;text=\"Alternative\" | Contact: <sip:bob@198.51.100.30>
        0.2 client > server ACK
        0.3 server > client NOTIFY sip:alice@192.0.2.10 | Content-Type: message/sipfrag | body: SIP/2.0 302 Moved
        0.4 client > server 200
        60 end";
    assert_eq!(said(script), []);
}

#[test]
fn t29_a_redirect_of_another_method_has_no_ack_and_one_in_a_dialog_keeps_its_tag() {
    for method in ["REGISTER", "SUBSCRIBE", "PUBLISH", "MESSAGE", "OPTIONS", "REFER", "INFO"] {
        let script = format!(
            "0.0 client > server {method} sip:bob@192.0.2.20
             0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
             0.2 client > target {method} sip:bob@198.51.100.30
             60 end"
        );
        hold(&script, 2, "correct", &[], Some(3));
    }
    let dialog = "To: <sip:bob@192.0.2.20>;tag=dialog";
    let script = format!(
        "0.0 client > server INVITE sip:bob@192.0.2.20 | {dialog}
         0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
         0.2 client > server ACK
         0.3 client > target INVITE sip:bob@198.51.100.30 | {dialog}
         60 end"
    );
    hold(&script, 2, "correct", &[], Some(4));
}

#[test]
fn t30_a_focus_may_be_called_as_a_call_of_its_own() {
    let focus = "Contact: <sip:conf7@198.51.100.30>;isfocus";
    let rest = format!("20 client > target INVITE sip:conf7@198.51.100.30 | {NEW} | To: <sip:conf7@198.51.100.30>");
    hold(&to(focus, &rest), 2, "correct", &["to-uri-rewritten"], Some(4));
}

#[test]
fn t31_a_redial_by_hand_is_no_attempt() {
    let redial = format!("12 client > server INVITE sip:bob@192.0.2.20 | {NEW}");
    hold(&moved(&redial), 2, "incorrect", &["redirect-not-followed"], None);
}

#[test]
fn t32_a_lifetime_is_read_as_the_standard_says() {
    let use_after = |response: &str, seconds: u32| {
        let script = format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 302 | {response}
             0.2 client > target INVITE sip:bob@198.51.100.30
             0.3 target > client 486
             {seconds} client > target INVITE sip:bob@198.51.100.30 | {NEW} | To: <sip:bob@192.0.2.20>
             9999 end"
        );
        later(&script).into_iter().map(|(shows, _)| shows).collect::<Vec<_>>()
    };
    for (response, seconds, shows) in [
        ("Contact: <sip:bob@198.51.100.30>", 50, Use::CachedWithoutExpiry),
        ("Contact: <sip:bob@198.51.100.30>;expires=0", 50, Use::CachedWithoutExpiry),
        ("Contact: <sip:bob@198.51.100.30> | Expires: 0", 50, Use::CachedWithoutExpiry),
        ("Contact: <sip:bob@198.51.100.30>;expires=0 | Expires: 600", 50, Use::CachedWithoutExpiry),
        ("Contact: <sip:bob@198.51.100.30>;expires=60", 50, Use::CachedInTime),
        ("Contact: <sip:bob@198.51.100.30>;expires=60", 70, Use::CachedAfterExpiry),
        ("Contact: <sip:bob@198.51.100.30>;expires=60 | Expires: 600", 70, Use::CachedAfterExpiry),
        ("Contact: <sip:bob@198.51.100.30> | Expires: 600", 70, Use::CachedInTime),
        ("Contact: <sip:bob@198.51.100.30>;expires=\"Mon, 01 Jan 2024 00:00:00 GMT\"", 3500, Use::CachedInTime),
        ("Contact: <sip:bob@198.51.100.30>;expires=soon", 3700, Use::CachedAfterExpiry),
        ("Contact: <sip:bob@198.51.100.30>;expires=99999999999", 3500, Use::CachedInTime),
        ("Contact: <sip:x@203.0.113.40>;expires=1, <sip:bob@198.51.100.30>;expires=600", 70, Use::CachedInTime),
    ] {
        assert_eq!(use_after(response, seconds), [shows], "{response} after {seconds} s");
    }
}

#[test]
fn t33_a_dialog_goes_on_at_the_contact_of_its_answer() {
    let inside = "To: <sip:bob@192.0.2.20>;tag=bob2";
    let script = format!(
        "{MOVED}0.3 client > target INVITE sip:bob@198.51.100.30
         0.4 target > client 200 | To: <sip:bob@192.0.2.20>;tag=bob2 | Contact: <sip:bob@198.51.100.30>
         0.5 client > target ACK sip:bob@198.51.100.30 | {inside} | CSeq: 2
         50 client > target INVITE sip:bob@198.51.100.30 | {inside}
         90 client > target BYE sip:bob@198.51.100.30 | {inside}
         120 end"
    );
    hold(&script, 2, "correct", &[], Some(4));
    assert_eq!(later(&script), []);
}

#[test]
fn t34_behind_a_nat_the_via_says_who_it_is() {
    let via = "Via: SIP/2.0/UDP 10.0.0.1:5060;rport";
    let script = format!(
        "0.0 203.0.113.9:61000 > server INVITE sip:bob@192.0.2.20 | {via};branch=z9hG4bKa
         0.1 server > 203.0.113.9:61000 302 | Contact: <sip:bob@198.51.100.30>
         0.2 203.0.113.9:61000 > server ACK
         0.3 203.0.113.8:61007 > target INVITE sip:bob@198.51.100.30 | {via};branch=z9hG4bKb
         60 end"
    );
    hold(&script, 2, "correct", &[], Some(4));
}

#[test]
fn t35_at_a_strict_router_the_last_route_is_the_target() {
    let script = |target: &str| {
        format!(
            "0.0 client > server INVITE sip:192.0.2.20 | Route: <sip:bob@biloxi.example>
             0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
             0.2 client > server ACK
             0.3 client > server INVITE sip:192.0.2.20 | Route: <sip:{target}>
             60 end"
        )
    };
    hold(&script("bob@198.51.100.30"), 2, "correct", &[], Some(4));
    hold(&script("bob@biloxi.example"), 2, "incorrect", &["original-uri-retried"], Some(4));
}

#[test]
fn t36_reliable_ringing_and_a_new_version_of_the_offer_change_nothing() {
    let offer = |version: u8| format!("Content-Type: application/sdp | body: o=alice 1 {version} IN IP4 192.0.2.10");
    let script = format!(
        "0.0 client > server INVITE sip:bob@192.0.2.20 | {}
         0.1 server > client 183 INVITE | To: <sip:bob@192.0.2.20>;tag=early | RSeq: 1 | Require: 100rel
         0.2 client > server PRACK sip:bob@192.0.2.20 | To: <sip:bob@192.0.2.20>;tag=early | RAck: 1 1 INVITE
         0.3 server > client 200 PRACK
         0.4 server > client 302 INVITE | To: <sip:bob@192.0.2.20>;tag=early | Contact: <sip:bob@198.51.100.30>
         0.5 client > server ACK
         0.6 client > target INVITE sip:bob@198.51.100.30 | {}
         60 end",
        offer(1),
        offer(2)
    );
    hold(&script, 5, "correct", &[], Some(7));
}

#[test]
fn t37_a_100_ahead_of_the_3xx_is_of_this_hop_alone() {
    let script = "0.0 client > server INVITE sip:bob@192.0.2.20
        0.1 server > client 100
        0.9 server > client 302 | Contact: <sip:bob@198.51.100.30>
        1.0 client > server ACK
        1.1 client > target INVITE sip:bob@198.51.100.30
        60 end";
    hold(script, 3, "correct", &[], Some(5));
}

#[test]
fn t39_of_several_answers_to_a_multicast_the_first_counts() {
    let script = "0.0 client > 224.0.1.75:5060 REGISTER sip:biloxi.example
        0.1 224.0.1.75:5060 > client 302 | Contact: <sip:198.51.100.30>
        0.2 224.0.1.75:5060 > client 302 REGISTER | Contact: <sip:203.0.113.40> | To: <sip:biloxi.example>;tag=other
        0.3 client > target REGISTER sip:198.51.100.30
        60 end";
    hold(script, 2, "correct", &[], Some(4));
}

#[test]
fn t41_any_scheme_is_a_uri() {
    hold(&to("Contact: <urn:service:sos.police>", ""), 2, "not-applicable", &[], None);
    let script = "0.0 client > server INVITE tel:+15550100 | To: urn:service:sos | From: tel:+15550199;tag=a
        0.1 server > client 302 | To: urn:service:sos;tag=x | Contact: <sip:bob@198.51.100.30>
        0.2 client > server ACK
        0.3 client > target INVITE sip:bob@198.51.100.30 | To: urn:service:sos | From: tel:+15550199;tag=a
        60 end";
    hold(script, 2, "correct", &[], Some(4));
}

#[test]
fn t42_each_contact_has_its_own_scheme_and_lifetime() {
    let contacts = "Contact: <urn:service:sos>;expires=1, <sip:bob@198.51.100.30>;expires=60";
    let rest = format!(
        "0.3 client > target INVITE sip:bob@198.51.100.30
         0.4 target > client 486
         50 client > target INVITE sip:bob@198.51.100.30 | {NEW} | To: <sip:bob@192.0.2.20>"
    );
    hold(&to(contacts, &rest), 2, "correct", &[], Some(4));
    assert_eq!(later(&to(contacts, &rest)), [(Use::CachedInTime, vec![])]);
}

#[test]
fn t43_a_380_may_come_late_and_say_nothing() {
    let script = "0.0 client > server INVITE sip:bob@192.0.2.20
        0.1 server > client 180
        0.2 server > client 183
        3.0 server > client 380
        3.1 client > server ACK
        60 end";
    hold(script, 4, "not-applicable", &[], None);
}
