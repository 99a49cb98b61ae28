//! Holds the rules against what real clients, servers and elements between them were seen to do wrong, and to what only looks wrong.

use super::trial::{hold, later, said};
use crate::call::Use;

/// A 302 with these headers to Bob's call, acknowledged, and what follows on it: frames 1 to 3, then 4.
fn to(response: &str, rest: &str) -> String {
    format!("0.0 client > server INVITE sip:bob@192.0.2.20\n0.1 server > client {response}\n0.2 client > server ACK\n{rest}\n60 end")
}

const MOVED: &str = "302 | Contact: <sip:bob@198.51.100.30>";
const RETRY: &str = "0.3 client > target INVITE sip:bob@198.51.100.30";

#[test]
fn the_new_uri_sent_to_the_old_address() {
    hold(&to(MOVED, "0.3 client > server INVITE sip:bob@198.51.100.30"), 2, "incorrect", &["sent-to-old-server"], Some(4));
}

#[test]
fn the_old_uri_sent_to_the_new_address() {
    hold(&to(MOVED, "0.3 client > target INVITE sip:bob@192.0.2.20"), 2, "incorrect", &["request-uri-not-contact"], Some(4));
}

#[test]
fn the_host_dropped_and_the_user_dialled_at_home() {
    let contact = "302 | Contact: <sip:bob7@198.51.100.30>";
    hold(&to(contact, "0.3 client > server INVITE sip:bob7@192.0.2.20"), 2, "incorrect", &["request-uri-not-contact"], Some(4));
}

#[test]
fn the_to_rewritten_to_the_contact() {
    let retry = format!("{RETRY} | To: <sip:bob@198.51.100.30>");
    hold(&to(MOVED, &retry), 2, "correct", &["to-uri-rewritten"], Some(4));
}

#[test]
fn the_to_tag_of_the_302_kept() {
    let retry = format!("{RETRY} | To: <sip:bob@192.0.2.20>;tag=bob1");
    hold(&to(MOVED, &retry), 2, "incorrect", &["to-tag-carried-over"], Some(4));
}

#[test]
fn a_redirect_that_is_never_followed_whatever_the_method() {
    hold(&to(MOVED, ""), 2, "incorrect", &["redirect-not-followed"], None);
    for method in ["REGISTER", "SUBSCRIBE", "PUBLISH", "MESSAGE", "OPTIONS", "REFER", "INFO", "BYE"] {
        let script = format!(
            "0.0 client > server {method} sip:bob@192.0.2.20
             0.1 server > client {MOVED}
             60 end"
        );
        hold(&script, 2, "incorrect", &["redirect-not-followed"], None);
    }
}

#[test]
fn the_same_uri_asked_again_whatever_the_method() {
    for method in ["REGISTER", "SUBSCRIBE", "PUBLISH", "MESSAGE", "OPTIONS", "REFER", "INFO", "BYE"] {
        let script = format!(
            "0.0 client > server {method} sip:bob@192.0.2.20
             0.1 server > client {MOVED}
             0.2 client > server {method} sip:bob@192.0.2.20
             60 end"
        );
        hold(&script, 2, "incorrect", &["original-uri-retried"], Some(3));
    }
}

#[test]
fn a_target_that_is_no_uri() {
    hold(&to(MOVED, "0.3 client > target INVITE 302,sip:bob@198.51.100.30"), 2, "incorrect", &["invalid-request-uri-sent"], Some(4));
}

#[test]
fn a_target_cut_off_inside_a_quoted_urn() {
    let contact = "302 | Contact: sip:bob@198.51.100.30;+sip.instance=\"<urn:uuid:1>\"";
    hold(&to(contact, "0.3 client > target INVITE urn:uuid:1"), 2, "incorrect", &["request-uri-not-contact"], Some(4));
}

#[test]
fn the_first_contact_alone() {
    for contacts in
        ["Contact: <sip:bob@198.51.100.30>, <sip:bob@203.0.113.40>", "Contact: <sip:bob@198.51.100.30> | Contact: <sip:bob@203.0.113.40>"]
    {
        let rest = format!("{RETRY}\n0.4 target > client 404\n0.5 client > target ACK");
        hold(&to(&format!("302 | {contacts}"), &rest), 2, "correct", &["next-contact-not-tried"], Some(4));
    }
}

#[test]
fn a_weight_of_nothing_taken_for_the_highest() {
    let contacts = "302 | Contact: <sip:bob@198.51.100.30>;q=0.0, <sip:bob@203.0.113.40>;q=0.5";
    hold(&to(contacts, RETRY), 2, "correct", &["lower-q-tried-first"], Some(4));
}

#[test]
fn a_cseq_that_is_not_raised() {
    hold(&to(MOVED, &format!("{RETRY} | CSeq: 1")), 2, "correct", &["cseq-not-raised"], Some(4));
    let refused = format!("{RETRY} | CSeq: 1\n0.4 target > client 482");
    hold(&to(MOVED, &refused), 2, "incorrect", &["cseq-not-raised"], Some(4));
}

#[test]
fn a_server_that_redirects_to_itself_and_a_client_that_goes_round() {
    let round = |number: u32| {
        let (sent, answered) = (f64::from(number) + 0.3, f64::from(number) + 0.4);
        format!("{sent} client > server INVITE sip:bob@192.0.2.20\n{answered} server > client 302 | Contact: <sip:bob@192.0.2.20>\n")
    };
    let script = to("302 | Contact: <sip:bob@192.0.2.20>", &(1..4).map(round).collect::<String>());
    let told = said(&script);
    let broken: Vec<bool> = told.iter().map(|(_, _, rules, _)| rules.contains(&"target-tried-twice")).collect();
    assert_eq!(broken, [true, true, true, false], "{told:?}");
}

#[test]
fn a_302_that_is_repeated_for_want_of_an_ack() {
    let script = "0.0 client > server INVITE sip:bob@192.0.2.20
        0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
        0.2 client > target INVITE sip:bob@198.51.100.30
        0.6 server > client again
        1.6 server > client again
        60 end";
    hold(script, 2, "incorrect", &["ack-missing"], Some(3));
}

#[test]
fn an_ack_made_of_the_contact() {
    let script = format!(
        "0.0 client > server INVITE sip:bob@192.0.2.20
         0.1 server > client {MOVED}
         0.2 client > server ACK sip:bob@198.51.100.30 | Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK1 | CSeq: 1 | To: <sip:bob@192.0.2.20>;tag=bob1
         {RETRY}
         60 end"
    );
    hold(&script, 2, "incorrect", &["ack-differs-from-invite"], Some(4));
}

#[test]
fn a_route_set_that_belonged_to_the_old_target() {
    let script = "0.0 client > server INVITE sip:bob@192.0.2.20 | Route: <sip:192.0.2.20;lr>
        0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
        0.2 client > server ACK
        0.3 client > server INVITE sip:bob@198.51.100.30 | Route: <sip:192.0.2.20;lr>
        60 end";
    hold(script, 2, "correct", &["stale-route-kept"], Some(4));
}

#[test]
fn a_305_treated_as_a_302() {
    let told = said(&to("305 | Contact: <sip:198.51.100.30;lr>", "0.3 client > target INVITE sip:198.51.100.30;lr"));
    let (_, verdict, rules, _) = told.first().expect("one redirect");
    assert_eq!(rules, &["use-proxy-treated-as-redirect"]);
    assert_ne!(*verdict, "incorrect");
}

#[test]
fn a_380_treated_as_a_302() {
    let response = "380 | Contact: <sip:bob@198.51.100.30> | Content-Type: text/plain | body: call sip:desk@203.0.113.40";
    let (_, verdict, rules, _) = said(&to(response, RETRY)).remove(0);
    assert!(rules.contains(&"alternative-treated-as-redirect"), "{rules:?}");
    assert_eq!(verdict, "incorrect");
}

#[test]
fn a_303_that_is_ignored() {
    let script = to("303 | Contact: <sip:bob@198.51.100.30>", "").replace("60 end", "240 end");
    hold(&script, 2, "inconclusive", &["redirect-not-followed"], None);
}

#[test]
fn an_answer_to_a_query_with_an_identity_in_its_uri() {
    let contact = "302 | Contact: <sip:bob@192.0.2.20;maddr=198.51.100.30?Identity=abc>;q=0.5";
    let good = "0.3 client > target INVITE sip:bob@192.0.2.20;maddr=198.51.100.30 | Identity: abc";
    hold(&to(contact, good), 2, "correct", &[], Some(4));
    let bad = "0.3 client > target INVITE sip:bob@192.0.2.20;maddr=198.51.100.30?Identity=abc";
    hold(&to(contact, bad), 2, "incorrect", &["uri-headers-in-request-uri"], Some(4));
}

#[test]
fn an_element_between_that_spoils_the_contact_does_not_spoil_the_client() {
    let contact = "302 | Contact: <sip:bob@127.0.0.1:5070;line=sr-abc>";
    hold(&to(contact, "0.3 client > 127.0.0.1:5070 INVITE sip:bob@127.0.0.1:5070;line=sr-abc"), 2, "correct", &[], Some(4));
}

#[test]
fn a_lost_diversion_is_no_fault() {
    let contact = format!("{MOVED} | Diversion: <sip:bob@192.0.2.20>;reason=unconditional");
    hold(&to(&contact, RETRY), 2, "correct", &[], Some(4));
}

#[test]
fn a_later_request_that_is_refused_for_its_old_to_is_no_fault_of_the_retry() {
    let rest = format!(
        "{RETRY}
         0.4 target > client 200 | To: <sip:bob@192.0.2.20>;tag=bob2
         9.0 client > target INVITE sip:bob@198.51.100.30 | To: <sip:bob@192.0.2.20>;tag=bob2
         9.1 target > client 403"
    );
    hold(&to(MOVED, &rest), 2, "correct", &[], Some(4));
}

#[test]
fn a_server_that_never_repeats_its_302_is_no_fault_of_the_client() {
    hold(&to(MOVED, RETRY), 2, "correct", &[], Some(4));
}

/// What the next call shows: of this caller, with this To.
fn next_call(caller: &str, to: &str) -> Vec<(Use, Vec<&'static str>)> {
    let script = format!(
        "0.0 client > server INVITE sip:bob@192.0.2.20
         0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
         0.2 client > server ACK
         {RETRY}
         0.4 target > client 486
         60 client > target INVITE sip:bob@198.51.100.30 | Call-ID: two | From: <{caller}>;tag=two | CSeq: 1 | To: <{to}>
         90 end"
    );
    later(&script)
}

#[test]
fn several_users_behind_one_address_keep_nothing_for_each_other() {
    let cached = (Use::CachedWithoutExpiry, vec!["contact-cached-without-expiry"]);
    assert_eq!(next_call("sip:alice@atlanta.example", "sip:bob@192.0.2.20"), [cached]);
    assert_eq!(next_call("sip:carol@atlanta.example", "sip:bob@192.0.2.20"), []);
}

#[test]
fn a_contact_that_its_user_dialled_was_not_cached() {
    assert_eq!(next_call("sip:alice@atlanta.example", "sip:bob@198.51.100.30"), []);
}

#[test]
fn a_registration_is_refreshed_at_either_address() {
    for (name, uri) in [("target", "sip:198.51.100.30"), ("server", "sip:192.0.2.20")] {
        let script = format!(
            "0.0 client > server REGISTER sip:192.0.2.20 | To: <sip:alice@192.0.2.20>
             0.1 server > client 302 | Contact: <sip:198.51.100.30>
             0.2 client > target REGISTER sip:198.51.100.30 | To: <sip:alice@192.0.2.20>
             0.3 target > client 200
             60 client > {name} REGISTER {uri} | To: <sip:alice@192.0.2.20>
             90 end"
        );
        hold(&script, 2, "correct", &[], Some(3));
        assert_eq!(later(&script), [], "{name}");
    }
}

#[test]
fn a_move_for_good_is_the_opposite_of_one_for_now() {
    let next = |status: &str, name: &str, uri: &str| {
        let script = format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client {status} | Contact: <sip:bob@198.51.100.30>
             {RETRY}
             0.4 target > client 200
             60 client > {name} INVITE {uri} | Call-ID: two | From: <sip:alice@atlanta.example>;tag=two | CSeq: 1 | To: <sip:bob@192.0.2.20>
             90 end"
        );
        later(&script)
    };
    let (new, old) = (("target", "sip:bob@198.51.100.30"), ("server", "sip:bob@192.0.2.20"));
    assert_eq!(next("301", new.0, new.1), [(Use::CachedInTime, vec![])]);
    assert_eq!(next("301", old.0, old.1), [(Use::Original, vec!["moved-permanently-ignored"])]);
    assert_eq!(next("302", new.0, new.1), [(Use::CachedWithoutExpiry, vec!["contact-cached-without-expiry"])]);
    assert_eq!(next("302", old.0, old.1), [(Use::Original, vec![])]);
}
