//! Holds the verdicts to calls that pass several elements: gateways, back-to-back user agents and proxies, challenges on the way, and
//! requests inside a dialog.

use super::engine::{Selection, judge};
use super::scene::play;

/// For each 3xx in order: the verdict, the number of attempts, and the ids of the broken rules.
#[track_caller]
fn judged(script: &str) -> Vec<(&'static str, usize, Vec<&'static str>)> {
    let scene = play(&script.replace(" proxy ", " 192.0.2.50:5060 "));
    let mut redirects: Vec<_> = scene.redirects.iter().collect();
    redirects.sort_by_key(|redirect| redirect.id);
    let of = |redirect: &crate::call::Redirect| {
        let judgement = judge(redirect, &Selection::default());
        let rules = judgement.findings.iter().map(|finding| finding.rule.id).collect();
        (judgement.verdict.name(), redirect.attempts.len(), rules)
    };
    redirects.into_iter().map(of).collect()
}

const CONTACT: &str = "<sip:bob@198.51.100.30>";

/// What passes a gateway between 10.0.0.2 and the world, where it is 203.0.113.9; `via` is what stands on the outer side.
fn through_gateway(via: &str, contact: &str) -> String {
    let inner = "Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK";
    let outer = |branch: &str| format!("Via: SIP/2.0/UDP {via};branch=z9hG4bK{branch}");
    format!(
        "0.0 10.0.0.2:5060 > server INVITE sip:bob@192.0.2.20 | {inner}a | CSeq: 1
         0.001 203.0.113.9:5060 > server INVITE sip:bob@192.0.2.20 | {0} | CSeq: 1
         0.1 server > 203.0.113.9:5060 302 | Contact: {contact} | To: <sip:bob@192.0.2.20>;tag=bob
         0.101 server > 10.0.0.2:5060 302 | Contact: {contact} | To: <sip:bob@192.0.2.20>;tag=bob
         0.11 10.0.0.2:5060 > server ACK
         0.111 203.0.113.9:5060 > server ACK
         0.2 10.0.0.2:5060 > target INVITE sip:bob@198.51.100.30 | {inner}b | CSeq: 2 | To: <sip:bob@192.0.2.20>
         0.201 203.0.113.9:5060 > target INVITE sip:bob@198.51.100.30 | {1} | CSeq: 2 | To: <sip:bob@192.0.2.20>
         0.3 target > 203.0.113.9:5060 200
         0.301 target > 10.0.0.2:5060 200
         60 end",
        outer("a"),
        outer("b"),
    )
}

#[test]
fn both_sides_of_an_address_translator_are_one_hop() {
    assert_eq!(judged(&through_gateway("10.0.0.2:5060", CONTACT)), [("correct", 1, vec![])]);
}

#[test]
fn a_translator_that_writes_its_address_into_the_via_is_no_hop_either() {
    assert_eq!(judged(&through_gateway("203.0.113.9:5060", CONTACT)), [("correct", 1, vec![])]);
}

#[test]
fn an_element_between_two_networks_hands_on_under_another_address() {
    let script = |caller: &str| {
        format!(
            "0.0 client > 192.0.2.60:5060 INVITE sip:bob@example.com
             0.1 10.0.0.60:5060 > 10.0.0.20:5060 INVITE sip:bob@10.0.0.20 | Call-ID: below | From: <sip:{caller}@10.0.0.60>;tag=below | CSeq: 1
             0.2 10.0.0.20:5060 > 10.0.0.60:5060 302 | Contact: {CONTACT}
             0.21 10.0.0.60:5060 > 10.0.0.20:5060 ACK
             0.3 192.0.2.60:5060 > client 302 | Contact: {CONTACT}
             0.31 client > 192.0.2.60:5060 ACK
             0.4 client > target INVITE sip:bob@198.51.100.30
             0.5 target > client 200
             60 end"
        )
    };
    assert_eq!(judged(&script("alice")), [("not-applicable", 0, vec![]), ("correct", 1, vec![])]);
    // Another caller who is sent to the same place meanwhile is another call.
    assert_eq!(judged(&script("carol")), [("incorrect", 0, vec!["redirect-not-followed"]), ("correct", 1, vec![])]);
}

const ABOVE: &str = "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKabove";
const BELOW: &str = "Via: SIP/2.0/UDP 192.0.2.50:5060;branch=z9hG4bKbelow";

#[test]
fn a_chain_through_two_proxies_is_judged_hop_by_hop() {
    let middle = "Via: SIP/2.0/UDP 192.0.2.51:5060;branch=z9hG4bKmiddle";
    let script = format!(
        "0.0 client > proxy INVITE sip:bob@example.com | {ABOVE} | CSeq: 1
         0.01 proxy > client 100
         0.1 proxy > 192.0.2.51:5060 INVITE sip:bob@example.com | {BELOW} | {ABOVE} | CSeq: 1
         0.2 192.0.2.51:5060 > server INVITE sip:bob@192.0.2.20 | {middle} | {BELOW} | {ABOVE} | CSeq: 1
         0.3 server > 192.0.2.51:5060 302 | Contact: {CONTACT}
         0.31 192.0.2.51:5060 > server ACK | {middle}
         0.4 192.0.2.51:5060 > proxy 302 | Contact: {CONTACT}
         0.41 proxy > 192.0.2.51:5060 ACK | {BELOW}
         0.5 proxy > target INVITE sip:bob@198.51.100.30 | {BELOW}2 | {ABOVE} | CSeq: 1
         0.6 target > proxy 200
         0.7 proxy > client 200 INVITE
         60 end"
    );
    // The one that handed it on, the one that followed it; the caller never heard of it.
    assert_eq!(judged(&script), [("not-applicable", 0, vec![]), ("correct", 1, vec![])]);
}

#[test]
fn two_branches_that_are_redirected_have_an_attempt_each() {
    let script = format!(
        "0.0 client > proxy INVITE sip:bob@example.com | {ABOVE} | CSeq: 1
         0.1 proxy > server INVITE sip:bob@192.0.2.20 | {BELOW} | {ABOVE} | CSeq: 1
         0.11 proxy > other INVITE sip:bob@203.0.113.40 | {BELOW}2 | {ABOVE} | CSeq: 1
         0.2 server > proxy 302 | Contact: {CONTACT}
         0.21 proxy > server ACK | {BELOW}
         0.22 other > proxy 302 | Contact: <sip:bob@203.0.113.41>
         0.23 proxy > other ACK | {BELOW}2
         0.3 proxy > 203.0.113.41:5060 INVITE sip:bob@203.0.113.41 | {BELOW}3 | {ABOVE} | CSeq: 1
         0.31 proxy > target INVITE sip:bob@198.51.100.30 | {BELOW}4 | {ABOVE} | CSeq: 1
         0.4 target > proxy 200
         0.41 proxy > client 200
         0.5 203.0.113.41:5060 > proxy 487
         60 end"
    );
    assert_eq!(judged(&script), [("correct", 1, vec![]), ("correct", 1, vec![])]);
}

/// The same without the rules.
#[track_caller]
fn verdicts(script: &str) -> Vec<(&'static str, usize)> {
    judged(script).into_iter().map(|(verdict, attempts, _)| (verdict, attempts)).collect()
}

/// A call by way of a proxy that forks: the one branch is redirected, and `rest` follows.
fn forked(rest: &str) -> String {
    format!(
        "0.0 client > proxy INVITE sip:bob@example.com | {ABOVE} | CSeq: 1
         0.1 proxy > server INVITE sip:bob@192.0.2.20 | {BELOW} | {ABOVE} | CSeq: 1
         0.11 proxy > other INVITE sip:bob@203.0.113.40 | {BELOW}2 | {ABOVE} | CSeq: 1
         0.2 server > proxy 302 | Contact: {CONTACT}
         0.21 proxy > server ACK | {BELOW}
         {rest}
         60 end"
    )
}

#[test]
fn a_proxy_whose_other_branch_was_answered_needs_no_contact() {
    assert_eq!(verdicts(&forked("0.3 other > proxy 200\n0.31 proxy > client 200")), [("not-applicable", 0)]);
    assert_eq!(verdicts(&forked("0.3 other > proxy 603\n0.31 proxy > client 603")), [("not-applicable", 0)]);
    assert_eq!(
        verdicts(&forked("0.3 client > proxy CANCEL\n0.31 proxy > client 200 CANCEL\n0.32 proxy > client 487 INVITE")),
        [("not-applicable", 0)]
    );
    // What it should have done with the redirect instead is a matter of its policy.
    assert_eq!(verdicts(&forked("0.3 other > proxy 404\n0.31 proxy > client 404")), [("inconclusive", 0)]);
    assert_eq!(verdicts(&forked("0.3 other > proxy 404")), [("inconclusive", 0)]);
}

#[test]
fn several_redirects_that_a_proxy_joins_are_judged_above() {
    let merged = "0.3 other > proxy 302 | Contact: <sip:bob@203.0.113.41>
        0.31 proxy > other ACK
        0.32 proxy > client 300 | Contact: <sip:bob@198.51.100.30>, <sip:bob@203.0.113.41>
        0.33 client > proxy ACK
        0.4 client > target INVITE sip:bob@198.51.100.30 | CSeq: 2
        0.5 target > client 200";
    assert_eq!(verdicts(&forked(merged)), [("not-applicable", 0), ("not-applicable", 0), ("correct", 1)]);
}

#[test]
fn a_proxy_that_asks_the_next_of_its_own_targets_has_not_followed() {
    let serial = |rest: &str| {
        format!(
            "0.0 client > proxy INVITE sip:bob@example.com | {ABOVE} | CSeq: 1
             0.1 proxy > server INVITE sip:bob@192.0.2.20 | {BELOW} | {ABOVE} | CSeq: 1
             0.2 server > proxy 302 | Contact: {CONTACT}
             0.21 proxy > server ACK | {BELOW}
             0.3 proxy > other INVITE sip:bob@203.0.113.40 | {BELOW}2 | {ABOVE} | CSeq: 1
             {rest}
             60 end"
        )
    };
    let handed_on = "0.4 other > proxy 404
        0.5 proxy > client 302 | Contact: <sip:bob@198.51.100.30>
        0.51 client > proxy ACK
        0.6 client > target INVITE sip:bob@198.51.100.30 | CSeq: 2
        0.7 target > client 200";
    assert_eq!(verdicts(&serial(handed_on)), [("not-applicable", 1), ("correct", 1)]);
    assert_eq!(verdicts(&serial("0.4 other > proxy 200\n0.5 proxy > client 200")), [("not-applicable", 1)]);
}

#[test]
fn a_proxy_may_use_some_contacts_and_hand_on_the_others() {
    let script = format!(
        "0.0 client > proxy INVITE sip:bob@example.com | {ABOVE} | CSeq: 1
         0.1 proxy > server INVITE sip:bob@192.0.2.20 | {BELOW} | {ABOVE} | CSeq: 1 | Record-Route: <sip:192.0.2.50;lr>
         0.11 proxy > client 100
         0.2 server > proxy 302 | Contact: {CONTACT}, <sip:bob@203.0.113.40>
         0.21 proxy > server ACK | {BELOW}
         0.3 proxy > target INVITE sip:bob@198.51.100.30 | {BELOW}2 | {ABOVE} | CSeq: 1 | Record-Route: <sip:192.0.2.50;lr>
         0.4 target > proxy 486
         0.41 proxy > target ACK | {BELOW}2
         0.5 proxy > client 302 | Contact: <sip:bob@203.0.113.40>
         0.51 client > proxy ACK
         0.6 client > other INVITE sip:bob@203.0.113.40 | CSeq: 2
         0.7 other > client 200
         60 end"
    );
    assert_eq!(verdicts(&script), [("correct", 1), ("correct", 1)]);
}

/// A call that is redirected, with what follows.
fn redirected(method: &str, rest: &str) -> String {
    let ack = if method == "INVITE" { "0.11 client > server ACK" } else { "" };
    format!(
        "0.0 client > server {method} sip:bob@192.0.2.20
         0.1 server > client 302 | Contact: {CONTACT}
         {ack}
         {rest}
         90 end"
    )
}

fn digest(header: &str, realm: &str, nonce: &str, uri: &str) -> String {
    format!("{header}: Digest username=\"alice\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", response=\"{nonce}f\"")
}

#[test]
fn a_challenge_between_the_redirect_and_its_end_is_no_failure() {
    let answer = digest("Proxy-Authorization", "b", "1", "sip:bob@198.51.100.30");
    for method in ["INVITE", "REGISTER", "SUBSCRIBE", "MESSAGE", "OPTIONS"] {
        let ack = if method == "INVITE" { "0.31 client > target ACK" } else { "" };
        let rest = format!(
            "0.2 client > target {method} sip:bob@198.51.100.30
             0.3 target > client 407 | Proxy-Authenticate: Digest realm=\"b\", nonce=\"1\"
             {ack}
             0.4 client > target {method} sip:bob@198.51.100.30 | {answer}
             0.5 target > client 200"
        );
        assert_eq!(judged(&redirected(method, &rest)), [("correct", 2, vec![])], "{method}");
    }
}

#[test]
fn a_redirect_after_a_challenge_is_that_of_the_answered_request() {
    let own = digest("Authorization", "a", "0", "sip:bob@192.0.2.20");
    let script = format!(
        "0.0 client > server INVITE sip:bob@192.0.2.20
         0.1 server > client 401 | WWW-Authenticate: Digest realm=\"a\", nonce=\"0\"
         0.11 client > server ACK
         0.2 client > server INVITE sip:bob@192.0.2.20 | {own}
         0.3 server > client 302 | Contact: {CONTACT}
         0.31 client > server ACK
         0.4 client > target INVITE sip:bob@198.51.100.30
         0.5 target > client 401 | WWW-Authenticate: Digest realm=\"b\", nonce=\"1\"
         0.51 client > target ACK
         0.6 client > target INVITE sip:bob@198.51.100.30 | {}
         0.7 target > client 401 | WWW-Authenticate: Digest realm=\"b\", nonce=\"2\", stale=true
         0.71 client > target ACK
         0.8 client > target INVITE sip:bob@198.51.100.30 | {}
         0.9 target > client 200
         60 end",
        digest("Authorization", "b", "1", "sip:bob@198.51.100.30"),
        digest("Authorization", "b", "2", "sip:bob@198.51.100.30"),
    );
    assert_eq!(judged(&script), [("correct", 3, vec![])]);
}

#[test]
fn what_asks_for_the_same_request_amended_is_no_failure() {
    for (method, status) in [("INVITE", 422), ("REGISTER", 423), ("PUBLISH", 412), ("INVITE", 491), ("INVITE", 494), ("SUBSCRIBE", 423)] {
        let ack = if method == "INVITE" { "0.31 client > target ACK" } else { "" };
        let rest = format!(
            "0.2 client > target {method} sip:bob@198.51.100.30
             0.3 target > client {status}
             {ack}
             0.4 client > target {method} sip:bob@198.51.100.30 | Session-Expires: 1800
             0.5 target > client 200"
        );
        assert_eq!(judged(&redirected(method, &rest)), [("correct", 2, vec![])], "{method} {status}");
    }
}

#[test]
fn the_credentials_of_one_of_two_proxies_stay_right_while_the_other_asks() {
    let (one, two) = (
        digest("Proxy-Authorization", "a", "1", "sip:bob@198.51.100.30"),
        digest("Proxy-Authorization", "b", "2", "sip:bob@198.51.100.30"),
    );
    let rest = format!(
        "0.2 client > target INVITE sip:bob@198.51.100.30
         0.3 target > client 407 | Proxy-Authenticate: Digest realm=\"a\", nonce=\"1\"
         0.31 client > target ACK
         0.4 client > target INVITE sip:bob@198.51.100.30 | {one}
         0.5 target > client 407 | Proxy-Authenticate: Digest realm=\"b\", nonce=\"2\"
         0.51 client > target ACK
         0.6 client > target INVITE sip:bob@198.51.100.30 | {one} | {two}
         0.7 target > client 200"
    );
    assert_eq!(judged(&redirected("INVITE", &rest)), [("correct", 3, vec![])]);
}

#[test]
fn a_request_inside_a_dialog_keeps_its_dialog_at_the_contact() {
    let dialog = "To: <sip:bob@192.0.2.20>;tag=bob1 | Route: <sip:192.0.2.50;lr>";
    for method in ["INVITE", "INFO", "UPDATE", "MESSAGE", "OPTIONS", "BYE"] {
        let ack = |time: &str| if method == "INVITE" { format!("{time} client > proxy ACK | {dialog}") } else { String::new() };
        let script = |retry: &str| {
            format!(
                "0.0 client > proxy INVITE sip:bob@192.0.2.20
                 0.1 proxy > client 200
                 5.0 client > proxy {method} sip:bob@192.0.2.20 | {dialog}
                 5.1 proxy > client 302 | Contact: {CONTACT}
                 {}
                 5.2 client > proxy {method} sip:bob@198.51.100.30 | {retry}
                 5.3 proxy > client 200 {method}
                 60 end",
                ack("5.11"),
            )
        };
        assert_eq!(judged(&script(dialog)), [("correct", 1, vec![])], "{method}");
        let without_route = "To: <sip:bob@192.0.2.20>;tag=bob1";
        assert_eq!(judged(&script(without_route))[0].2.iter().filter(|rule| **rule == "dialog-route-set-changed").count(), 1, "{method}");
    }
}

#[test]
fn a_prack_before_the_redirect_and_a_session_that_counts_on_change_nothing() {
    let rest = "0.2 client > target INVITE sip:bob@198.51.100.30 | body: v=0\\no=alice 1 2 IN IP4 192.0.2.10\\ns=-
        0.3 target > client 200";
    let script = redirected("INVITE", rest).replace(
        "0.1 server",
        "0.02 server > client 183 | RSeq: 1 | Require: 100rel
         0.03 client > server PRACK sip:bob@192.0.2.20 | To: <sip:bob@192.0.2.20>;tag=bob1 | CSeq: 2
         0.04 server > client 200 PRACK
         0.1 server",
    );
    let script = script
        .replace("302 |", "302 INVITE |")
        .replace("INVITE sip:bob@192.0.2.20\n", "INVITE sip:bob@192.0.2.20 | body: v=0\\no=alice 1 1 IN IP4 192.0.2.10\\ns=-\n");
    assert_eq!(judged(&script), [("correct", 1, vec![])]);
}
