//! Holds the verdicts where the capture lacks a message: one that is lost, or all that came before it began.
//!
//! Invariant: what is missing convicts nobody, and hides no fault that the rest proves.

use super::verdict_tests::{ABOVE, BELOW, CONTACT, verdicts};

#[test]
fn the_ack_of_an_attempt_tells_of_no_other_retry() {
    let script = format!(
        "0.0 client > server INVITE sip:bob@192.0.2.20 | Call-ID: one | From: <sip:alice@192.0.2.10>;tag=one
         0.1 server > client 302 | Contact: {CONTACT}
         0.11 client > server ACK | Call-ID: one | From: <sip:alice@192.0.2.10>;tag=one
         0.2 client > server INVITE sip:bob@192.0.2.20 | Call-ID: two | From: <sip:alice@192.0.2.10>;tag=two
         0.3 server > client 302 | Contact: {CONTACT}
         0.31 client > server ACK | Call-ID: two | From: <sip:alice@192.0.2.10>;tag=two
         0.4 client > target INVITE sip:bob@198.51.100.30 | Call-ID: one | From: <sip:alice@192.0.2.10>;tag=one | CSeq: 2
         0.5 target > client 200 | To: <sip:bob@192.0.2.20>;tag=bob
         0.6 client > target ACK sip:bob@198.51.100.30 | Call-ID: one | From: <sip:alice@192.0.2.10>;tag=one | To: <sip:bob@192.0.2.20>;tag=bob | CSeq: 2 ACK | Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKown
         40 end"
    );
    assert_eq!(verdicts(&script), [("correct", 1), ("incorrect", 0)]);
}

#[test]
fn one_lost_message_convicts_nobody() {
    let cancelled = "0.0 client > server INVITE sip:bob@192.0.2.20
        3.1 server > client 200 of CANCEL sip:bob@192.0.2.20 | CSeq: 1 CANCEL | Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKsame
        3.2 server > client 302 INVITE | Contact: <sip:bob@198.51.100.30>
        3.3 client > server ACK
        40 end"
        .replacen(
            "INVITE sip:bob@192.0.2.20",
            "INVITE sip:bob@192.0.2.20 | CSeq: 1 | Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKsame",
            1,
        );
    assert_eq!(verdicts(&cancelled), [("not-applicable", 0)], "the CANCEL is missing");
    let via = "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKsame";
    let without_invite = format!(
        "3.1 server > client 200 of CANCEL sip:bob@192.0.2.20 | CSeq: 1 CANCEL | {via}
         3.2 server > client 302 of INVITE sip:bob@192.0.2.20 | CSeq: 1 INVITE | {via} | Contact: {CONTACT}
         3.3 client > server ACK sip:bob@192.0.2.20 | To: <sip:bob@192.0.2.20>;tag=bob | CSeq: 1 ACK | {via}
         40 end"
    );
    assert_eq!(verdicts(&without_invite), [("not-applicable", 0)], "the INVITE is missing too");
    // The 302 that the proxy hands on is missing; its client acknowledges it all the same, on a branch of its own.
    let relayed = format!(
        "0.0 client > proxy INVITE sip:bob@example.com | {ABOVE} | CSeq: 1
         0.1 proxy > server INVITE sip:bob@192.0.2.20 | {BELOW} | {ABOVE} | CSeq: 1
         0.2 server > proxy 302 | Contact: {CONTACT} | To: <sip:bob@example.com>;tag=bob
         0.41 client > proxy ACK sip:bob@example.com | {ABOVE} | To: <sip:bob@example.com>;tag=bob | CSeq: 1 ACK
         0.42 proxy > server ACK | {BELOW}
         0.5 client > target INVITE sip:bob@198.51.100.30
         40 end"
    );
    assert!(verdicts(&relayed).iter().all(|(verdict, _)| *verdict != "incorrect"), "{:?}", verdicts(&relayed));
    // Of two calls at once, the 302 of one is missing.
    let two = format!(
        "0.0 client > server INVITE sip:bob@192.0.2.20 | Call-ID: one | From: <sip:alice@192.0.2.10>;tag=one
         0.01 client > server INVITE sip:bob@192.0.2.20 | Call-ID: two | From: <sip:alice@192.0.2.10>;tag=two
         0.03 server > client 302 | Contact: {CONTACT}
         0.031 client > server ACK | Call-ID: two | From: <sip:alice@192.0.2.10>;tag=two
         0.04 client > target INVITE sip:bob@198.51.100.30 | Call-ID: two | From: <sip:alice@192.0.2.10>;tag=two
         0.05 client > target INVITE sip:bob@198.51.100.30 | Call-ID: one | From: <sip:alice@192.0.2.10>;tag=one
         40 end"
    );
    assert_eq!(verdicts(&two), [("correct", 1)]);
}

#[test]
fn whom_the_to_names_may_have_been_asked_before_the_capture_began() {
    let script = |to: &str, before: &str| {
        format!(
            "{before}
             0.2 client > target INVITE sip:bob@198.51.100.30 | To: <sip:bob@{to}> | CSeq: 2
             0.3 target > client 302 | Contact: <sip:bob@192.0.2.20>
             0.4 client > target ACK
             40 end"
        )
    };
    assert_eq!(verdicts(&script("192.0.2.20", "")), [("inconclusive", 0)]);
    assert_eq!(verdicts(&script("198.51.100.30", "")), [("incorrect", 0)]);
    let begun = format!(
        "0.0 client > server INVITE sip:bob@192.0.2.20 | CSeq: 1\n0.1 server > client 302 | Contact: {CONTACT}\n0.11 client > server ACK"
    );
    assert_eq!(verdicts(&script("192.0.2.20", &begun)), [("correct", 1), ("not-applicable", 0)]);
}

#[test]
fn the_two_hundred_to_a_lost_re_invite_replaces_the_target_of_its_dialog() {
    let dialog = "To: <sip:bob@192.0.2.20>;tag=bob1";
    let script = |answer: &str| {
        format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20 | {dialog} | CSeq: 2
             0.1 server > client 302 | Contact: {CONTACT} | {dialog}
             0.2 client > server ACK | {dialog} | CSeq: 2 ACK
             {answer}
             5.0 client > target BYE sip:bob@198.51.100.30 | {dialog} | CSeq: 4
             40 end"
        )
    };
    assert_eq!(verdicts(&script("")).first().map(|it| it.0), Some("incorrect"));
    let answered = script(&format!("0.3 target > client 200 of INVITE sip:bob@198.51.100.30 | {dialog} | CSeq: 3 INVITE"));
    assert_ne!(verdicts(&answered).first().map(|it| it.0), Some("incorrect"));
}

/// Calls of as many people over one connection, each redirected to a Contact at `host`.
fn trunk(calls: u32, host: &str) -> String {
    let call = |n: u32| {
        let own = format!("Call-ID: {n} | From: <sip:alice{n}@192.0.2.10>;tag={n}");
        let at = |ms: u32| f64::from(n * 5 + ms) / 1e3;
        format!(
            "{} client > server/tcp INVITE sip:bob{n}@192.0.2.20 | {own}
             {} server > client/tcp 302 | Contact: <sip:bob{n}@{host}>\n",
            at(0),
            at(1),
        )
    };
    (0..calls).map(call).collect()
}

#[test]
fn one_hole_in_a_trunk_may_hold_the_retries_of_all_redirects_before_it() {
    let script = |until: u32| trunk(200, "198.51.100.30") + &format!("{until} client > server LOST\n9 client > server LOST\n60 end");
    assert!(verdicts(&script(2)).iter().all(|told| *told == ("inconclusive", 0)));
    let without = script(2).replace("client > server LOST", "client > target LOST");
    assert!(verdicts(&without).iter().all(|told| *told == ("incorrect", 0)));
}

#[test]
fn one_question_that_a_trunk_asks_is_about_all_redirects_to_that_host() {
    // An answer that tells no address leaves open where the client went.
    let over_udp = trunk(600, "far.example").replace("/tcp", "");
    let script = |name: &str| over_udp.clone() + &format!("4 resolver > client DNS {name} SRV 5060 sip.far.example\n60 end");
    let about = verdicts(&script("_sip._udp.far.example"));
    assert_eq!(about.len(), 600);
    assert_eq!(about.iter().position(|told| *told != ("inconclusive", 0)), None);
    assert!(verdicts(&script("_sip._udp.afar.example")).iter().all(|told| *told == ("incorrect", 0)));
}

#[test]
fn a_question_about_the_first_contact_leaves_one_about_the_second_its_own() {
    let script = "0.0 client > server INVITE sip:bob@192.0.2.20 | Call-ID: one | From: <sip:carol@192.0.2.10>;tag=c
        0.1 server > client 302 | Contact: <sip:bob@b.example>
        0.2 client > server INVITE sip:bob@192.0.2.20 | Call-ID: two
        0.3 server > client 302 | Contact: <sip:bob@a.example>, <sip:bob@b.example>
        0.4 resolver > client DNS a.example SRV 5060 sip.a.example
        0.5 resolver > client DNS b.example SRV 5060 sip.b.example
        60 end";
    assert_eq!(verdicts(script), [("inconclusive", 0), ("inconclusive", 0)]);
}
