//! Holds the verdicts to calls as they stand on the wire: what passes a proxy or a back-to-back user agent, what is tried elsewhere, what
//! comes again in the same call, and what crosses on its way.

use super::engine::{Selection, judge, judge_later};
use super::scene::{play, reason};

/// The verdicts of a script in the order of its 3xx, each with the number of attempts; `violated` where a later request breaks a rule.
#[track_caller]
pub(super) fn verdicts(script: &str) -> Vec<(&'static str, usize)> {
    let scene = play(&script.replace(" proxy ", " 192.0.2.50:5060 "));
    let selection = Selection::default();
    let mut redirects: Vec<_> = scene.redirects.iter().collect();
    redirects.sort_by_key(|redirect| redirect.id);
    let verdict = |redirect: &crate::call::Redirect| {
        let mut later = scene.later.iter().filter(|(watch, _)| watch.redirect == redirect.id);
        if later.any(|(watch, request)| !judge_later(watch, request, &selection).is_empty()) {
            return "violated";
        }
        judge(redirect, &selection).verdict.name()
    };
    redirects.into_iter().map(|redirect| (verdict(redirect), redirect.attempts.len())).collect()
}

/// What follows a redirected INVITE.
fn after_302(contacts: &str, rest: &str) -> String {
    format!(
        "0.0 client > server INVITE sip:bob@192.0.2.20
         0.1 server > client 302 | Contact: {contacts}
         0.11 client > server ACK
         {rest}"
    )
}

pub(super) const CONTACT: &str = "<sip:bob@198.51.100.30>";
pub(super) const ABOVE: &str = "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKabove";
pub(super) const BELOW: &str = "Via: SIP/2.0/UDP 192.0.2.50:5060;branch=z9hG4bKbelow";

#[test]
fn the_ack_of_another_branch_is_not_the_ack_of_the_redirect() {
    // Every response of the scene has the same To tag, as those of a server that makes its tags from the call.
    let script = format!(
        "0.0 client > proxy INVITE sip:bob@example.com | {ABOVE} | CSeq: 1
         0.1 proxy > server INVITE sip:bob@192.0.2.20 | {BELOW} | {ABOVE} | CSeq: 1
         0.2 server > proxy 302 | Contact: {CONTACT}
         0.21 proxy > server ACK | {BELOW}
         0.3 proxy > target INVITE sip:bob@198.51.100.30 | {BELOW}2 | {ABOVE} | CSeq: 1
         0.4 target > proxy 486
         0.41 proxy > target ACK | {BELOW}2
         0.5 proxy > client 486
         0.51 client > proxy ACK | {ABOVE}
         40 end"
    );
    assert_eq!(verdicts(&script), [("correct", 1)]);
}

#[test]
fn what_a_back_to_back_user_agent_hands_on_is_judged_above() {
    let handed_on = |lower: &str, contact: &str, rest: &str| {
        format!(
            "0.0 client > proxy INVITE sip:bob@example.com | {ABOVE} | CSeq: 1
             0.1 proxy > server INVITE sip:bob@192.0.2.20 | {BELOW} | CSeq: 1 | {lower}
             0.2 server > proxy 302 | Contact: {CONTACT}
             0.21 proxy > server ACK | {BELOW}
             0.3 proxy > client 302 | Contact: {contact}
             0.31 client > proxy ACK | {ABOVE}
             {rest}
             40 end"
        )
    };
    let call = "Call-ID: below | From: <sip:alice@192.0.2.50>;tag=below";
    let hidden = "<sip:bob-7@192.0.2.50>";
    assert_eq!(verdicts(&handed_on(call, CONTACT, "")), [("not-applicable", 0), ("incorrect", 0)]);
    // With a Contact of its own, and with the Call-ID of the leg above.
    assert_eq!(verdicts(&handed_on(call, hidden, "")), [("not-applicable", 0), ("incorrect", 0)]);
    assert_eq!(verdicts(&handed_on("From: <sip:alice@192.0.2.50>;tag=below", CONTACT, "")), [("not-applicable", 0), ("incorrect", 0)]);
    // The retry of the client above comes by again, and is no attempt of the element between.
    let rest = format!(
        "0.4 client > proxy INVITE sip:bob@198.51.100.30 | {ABOVE}2 | CSeq: 2
         0.5 proxy > target INVITE sip:bob@198.51.100.30 | {BELOW}2 | CSeq: 1 | Call-ID: below2 | From: <sip:alice@192.0.2.50>;tag=below2
         0.6 target > proxy 200
         0.7 proxy > client 200"
    );
    assert_eq!(verdicts(&handed_on(call, CONTACT, &rest)), [("not-applicable", 0), ("correct", 1)]);
}

#[test]
fn another_call_that_is_redirected_meanwhile_hands_nothing_on() {
    let script = format!(
        "0.0 client > proxy INVITE sip:carol@example.com | {ABOVE} | CSeq: 1
         0.1 proxy > server INVITE sip:bob@192.0.2.20 | {BELOW} | CSeq: 1 | Call-ID: below | To: <sip:bob@192.0.2.20>
         0.2 server > proxy 302 | Contact: {CONTACT}
         0.21 proxy > server ACK | {BELOW}
         0.3 proxy > client 302 | Contact: <sip:dave@192.0.2.50>
         0.31 client > proxy ACK | {ABOVE}
         40 end"
    );
    assert_eq!(verdicts(&script), [("incorrect", 0), ("incorrect", 0)]);
}

#[test]
fn the_same_contact_at_another_address_is_not_tried_twice() {
    let contact = "<sip:bob@far.example>";
    for (first, silence, again) in [("target", "0.4 target > client 503", 0.5), ("target", "", 32.25), ("target/tcp", "", 32.25)] {
        for call in ["Call-ID: call", "Call-ID: other | From: <sip:alice@atlanta.example>;tag=other"] {
            let rest = format!(
                "0.2 client > {first} INVITE sip:bob@far.example
                 {silence}
                 {again} client > other INVITE sip:bob@far.example | {call}
                 33 other > client 200
                 90 end"
            );
            assert_eq!(verdicts(&after_302(contact, &rest)), [("correct", 2)], "{first} {silence} {call}");
        }
    }
}

#[test]
fn a_request_that_got_no_answer_may_be_sent_over_tcp() {
    let rest = "0.2 client > target INVITE sip:bob@198.51.100.30
        2.2 client > target/tcp INVITE sip:bob@198.51.100.30
        2.3 target > client/tcp 200
        90 end";
    assert_eq!(verdicts(&after_302(CONTACT, rest)), [("correct", 2)]);
}

#[test]
fn of_two_redirects_to_one_contact_the_to_tells_which_is_followed() {
    let other = "Call-ID: two | From: <sip:alice@atlanta.example>;tag=two | To: <sip:bill@192.0.2.20>";
    let script = after_302(
        CONTACT,
        &format!(
            "2.2 client > server INVITE sip:bill@192.0.2.20 | {other}
             2.3 server > client 302 | Contact: {CONTACT}
             2.31 client > server ACK
             2.4 client > target INVITE sip:bob@198.51.100.30 | Call-ID: three | From: <sip:alice@atlanta.example>;tag=three
             40 end"
        ),
    );
    assert_eq!(verdicts(&script), [("correct", 1), ("incorrect", 0)]);
}

#[test]
fn the_next_message_of_a_conversation_is_a_request_of_its_own() {
    let message = |delay: f64| {
        format!(
            "0.0 client > server MESSAGE sip:bob@192.0.2.20 | body: one
             0.1 server > client 302 | Contact: {CONTACT}
             0.2 client > target MESSAGE sip:bob@198.51.100.30 | body: one
             0.3 target > client 200
             {delay} client > server MESSAGE sip:bob@192.0.2.20 | body: two
             4.1 server > client 302 | Contact: {CONTACT}
             4.2 client > target MESSAGE sip:bob@198.51.100.30 | body: two
             4.3 target > client 200
             60 end"
        )
    };
    assert_eq!(verdicts(&message(3.0)), [("correct", 1), ("correct", 1)]);
    let overlapping = "0.0 client > server MESSAGE sip:bob@192.0.2.20 | body: one
        0.1 server > client 302 | Contact: <sip:bob@198.51.100.30>
        0.15 client > server MESSAGE sip:bob@192.0.2.20 | body: two
        0.2 client > target MESSAGE sip:bob@198.51.100.30 | body: one
        0.25 server > client 302 | Contact: <sip:bob@198.51.100.30>
        0.3 target > client 200
        0.35 client > target MESSAGE sip:bob@198.51.100.30 | body: two
        0.4 target > client 200
        60 end";
    assert_eq!(verdicts(overlapping), [("correct", 1), ("correct", 1)]);
}

#[test]
fn a_later_request_inside_the_dialog_goes_to_its_remote_target() {
    let dialog = "To: <sip:bob@192.0.2.20>;tag=bob1";
    let script = format!(
        "0.0 client > server INVITE sip:bob@192.0.2.20
         0.1 server > client 200
         5.0 client > server INVITE sip:bob@192.0.2.20 | {dialog}
         5.1 server > client 302 | Contact: {CONTACT}
         5.11 client > server ACK
         5.2 client > target INVITE sip:bob@198.51.100.30 | {dialog}
         5.3 target > client 200
         20.0 client > server INVITE sip:bob@192.0.2.20 | {dialog}
         20.1 server > client 200
         60 end"
    );
    assert_eq!(verdicts(&script), [("correct", 1)]);
}

#[test]
fn a_caller_who_cancels_as_the_redirect_comes_follows_nothing() {
    let script = format!(
        "0.0 client > server INVITE sip:bob@192.0.2.20
         0.1 server > client 302 | Contact: {CONTACT}
         0.101 client > server CANCEL
         0.11 server > client 200 CANCEL
         0.12 client > server ACK
         40 end"
    );
    assert_eq!(verdicts(&script), [("not-applicable", 0)]);
    assert_eq!(reason(&script), "the caller cancelled the request: the CANCEL in frame 3 may have crossed the 302");
}

#[test]
fn a_caller_who_cancels_when_the_redirect_is_there_may_have_given_up() {
    let cancelled = |at: f64, ack: &str| {
        format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 302 | Contact: {CONTACT}
             {ack}
             {at} client > server CANCEL
             {} server > client 200 CANCEL
             60 end",
            at + 0.01
        )
    };
    let acked = "0.11 client > server ACK";
    assert_eq!(verdicts(&cancelled(0.2, acked)), [("inconclusive", 0)]);
    assert_eq!(reason(&cancelled(0.2, acked)), "the caller gave up when the 302 was there, by the CANCEL in frame 4");
    assert_eq!(verdicts(&cancelled(0.5, "")), [("not-applicable", 0)]);
    assert_eq!(verdicts(&cancelled(0.7, "")), [("inconclusive", 0)], "longer than a round trip");
    assert_eq!(verdicts(&cancelled(9.0, acked)), [("incorrect", 0)], "nothing was tried for nine seconds");
}

#[test]
fn a_call_that_was_answered_as_well_proves_nothing() {
    let rest = "0.2 server > client 200 INVITE | To: <sip:bob@192.0.2.20>;tag=fork
        0.21 client > server ACK | Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKack | To: <sip:bob@192.0.2.20>;tag=fork
        40 end";
    assert_eq!(verdicts(&after_302(CONTACT, rest)), [("inconclusive", 0)]);
}

#[test]
fn a_publication_is_refreshed_where_it_is_kept() {
    let script = format!(
        "0.0 client > server PUBLISH sip:bob@192.0.2.20
         0.1 server > client 302 | Contact: {CONTACT}
         0.2 client > target PUBLISH sip:bob@198.51.100.30
         0.3 target > client 200
         60 client > target PUBLISH sip:bob@198.51.100.30 | SIP-If-Match: kept
         60.1 target > client 200
         90 end"
    );
    assert_eq!(verdicts(&script), [("correct", 1)]);
}

#[test]
fn a_contact_that_is_called_unseen_leaves_the_others_untried() {
    let contacts = "<sip:bob@198.51.100.30;transport=tls>, <sip:bob@203.0.113.40>";
    assert_eq!(verdicts(&after_302(contacts, "40 end")), [("inconclusive", 0)]);
}

#[test]
fn a_retry_inside_a_dialog_of_which_only_the_answer_is_seen_is_no_silence() {
    let inside = "To: <sip:bob@192.0.2.20>;tag=bob1";
    let script = |after: &str| {
        format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20 | CSeq: 1
             0.1 server > client 200
             5.0 client > server INFO sip:bob@192.0.2.20 | {inside} | CSeq: 2
             5.1 server > client 302 | Contact: {CONTACT}
             {after}
             40 end"
        )
    };
    assert_eq!(verdicts(&script("")), [("incorrect", 0)]);
    assert_eq!(
        verdicts(&script(&format!("5.3 target > client 200 of INFO sip:bob@198.51.100.30 | {inside} | CSeq: 3"))),
        [("inconclusive", 0)]
    );
    let other = inside.replace("bob1", "bob2");
    assert_eq!(
        verdicts(&script(&format!("5.3 target > client 200 of INFO sip:bob@198.51.100.30 | {other} | CSeq: 3"))),
        [("incorrect", 0)]
    );
}

#[test]
fn a_retry_on_the_branch_of_a_request_that_the_capture_lacks_is_no_such_request() {
    let script = format!(
        "0.1 server > client 302 of INVITE sip:bob@192.0.2.20 | Contact: {CONTACT}
         0.3 client > target INVITE sip:bob@198.51.100.30 | CSeq: 2
         0.4 target > client 200
         40 end"
    );
    let scene = play(&script);
    let [redirect] = scene.redirects.as_slice() else { panic!("one redirect") };
    assert!(redirect.request.is_none());
    assert_eq!(verdicts(&script), [("correct", 1)]);
}

#[test]
fn the_last_contact_of_a_chain_is_forgotten_as_well() {
    let rest = |later: &str| {
        after_302(
            "<sip:desk@198.51.100.30>",
            &format!(
                "0.2 client > target INVITE sip:desk@198.51.100.30
                 0.3 target > client 302 | Contact: <sip:mobile@203.0.113.40>
                 0.31 client > target ACK
                 0.4 client > other INVITE sip:mobile@203.0.113.40
                 0.5 other > client 200
                 {later}
                 99 end"
            ),
        )
    };
    let call = "Call-ID: later | From: <sip:alice@atlanta.example>;tag=later";
    let straight = format!("60 client > other INVITE sip:mobile@203.0.113.40 | {call}");
    assert_eq!(verdicts(&rest(&straight)), [("correct", 1), ("violated", 1)]);
    // Its user dialled it, or the 3xx in between are missing.
    assert_eq!(verdicts(&rest(&format!("{straight} | To: <sip:mobile@203.0.113.40>"))), [("correct", 1), ("correct", 1)]);
    let asked = format!("59 client > server INVITE sip:bob@192.0.2.20 | {call}\n{straight} | Call-ID: last");
    assert_eq!(verdicts(&rest(&asked)), [("correct", 1), ("correct", 1)]);
}

#[test]
fn a_client_that_sends_everything_to_one_server_has_an_outbound_proxy() {
    let script = |before: &str| {
        format!(
            "0.0 client > server {before} | Call-ID: before | From: <sip:alice@atlanta.example>;tag=before
             0.1 server > client 200
             1.0 client > server INVITE sip:bob@192.0.2.20 | To: <sip:bob@192.0.2.20>
             1.1 server > client 302 | Contact: {CONTACT}
             1.11 client > server ACK
             1.2 client > server INVITE sip:bob@198.51.100.30 | To: <sip:bob@192.0.2.20>
             1.3 server > client 404
             40 end"
        )
    };
    assert_eq!(verdicts(&script("INVITE sip:zoe@203.0.113.99")), [("correct", 1)]);
    for before in ["REGISTER sip:192.0.2.20", "INVITE sip:zoe@203.0.113.99 | Route: <sip:192.0.2.20;lr>", "INVITE sip:zoe@far.example"] {
        assert_eq!(verdicts(&script(before)), [("incorrect", 1)], "{before}");
    }
}

#[test]
fn a_dialog_that_was_ended_leaves_nothing_to_send_again() {
    let script = |bye: &str| {
        format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20
             0.1 server > client 200
             5.0 client > server INVITE sip:bob@192.0.2.20 | To: <sip:bob@192.0.2.20>;tag=bob1
             5.1 server > client 302 | Contact: {CONTACT}
             5.11 client > server ACK
             {bye}
             60 end"
        )
    };
    assert_eq!(verdicts(&script("5.2 client > server BYE sip:bob@192.0.2.20 | To: <sip:bob@192.0.2.20>;tag=bob1")), [("inconclusive", 0)]);
    let callee = "From: <sip:bob@192.0.2.20>;tag=bob1 | To: <sip:alice@atlanta.example>;tag=alice";
    assert_eq!(verdicts(&script(&format!("5.2 server > client BYE sip:alice@192.0.2.10 | {callee}"))), [("inconclusive", 0)]);
    assert_eq!(verdicts(&script("")), [("incorrect", 0)]);
}

#[test]
fn a_retry_that_is_stamped_a_moment_before_its_redirect_is_its_retry() {
    let script = format!(
        "0.0 client > server INVITE sip:bob@192.0.2.20
         0.1 server > client 302 | Contact: {CONTACT}
         0.11 client > server ACK
         0.0995 client > target INVITE sip:bob@198.51.100.30 | To: <sip:bob@192.0.2.20>
         0.5 target > client 200
         40 end"
    );
    assert_eq!(verdicts(&script), [("correct", 1)]);
}

#[test]
fn an_ack_that_was_captured_ahead_of_its_redirect_is_its_ack() {
    let script = format!(
        "0.0 client > server INVITE sip:bob@192.0.2.20
         0.1001 client > server ACK sip:bob@192.0.2.20 | Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK1 | CSeq: 1 | To: <sip:bob@192.0.2.20>;tag=bob1
         0.1 server > client 302 INVITE | Contact: {CONTACT}
         0.2 client > target INVITE sip:bob@198.51.100.30
         40 end"
    );
    assert_eq!(verdicts(&script), [("correct", 1)]);
}

#[test]
fn a_redirect_behind_a_gap_of_its_stream_knows_the_retry_that_was_seen_first() {
    let script = |retry: &str, redirect: &str| {
        format!(
            "0.0 client > server/tcp INVITE sip:bob@192.0.2.20
             {retry} client > target INVITE sip:bob@198.51.100.30
             0.32 target > client 200
             {redirect} server > client/tcp 302 of INVITE sip:bob@192.0.2.20 | Contact: {CONTACT}
             0.4 client > server/tcp OPTIONS sip:192.0.2.20
             40 end"
        )
    };
    let scene = play(&script("0.3", "0.2"));
    let [redirect] = scene.redirects.as_slice() else { panic!("one redirect, found {:?}", scene.redirects) };
    let [attempt] = redirect.attempts.as_slice() else { panic!("one attempt, found {:?}", redirect.attempts) };
    assert_eq!((attempt.request.place.frame, attempt.outcome.map(|outcome| outcome.status)), (2, Some(200)));
    // What was sent well before the 3xx did not come of it.
    assert!(play(&script("0.1", "0.31")).redirects.iter().all(|redirect| redirect.attempts.is_empty()));
}

#[test]
fn a_cancel_whose_request_is_not_in_the_capture_is_a_cancel_all_the_same() {
    const VIA: &str = "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKx";
    let script = |cancel: &str| {
        format!(
            "{cancel}
             0.2 server > client 302 of INVITE sip:bob@192.0.2.20 | Contact: {CONTACT} | {VIA} | CSeq: 1
             0.3 client > server ACK sip:bob@192.0.2.20 | {VIA} | CSeq: 1 | To: <sip:bob@192.0.2.20>;tag=bob
             40 end"
        )
    };
    let cancel = format!("0.1 client > server CANCEL sip:bob@192.0.2.20 | {VIA} | CSeq: 1");
    assert_eq!(verdicts(&script(&cancel)), [("not-applicable", 0)]);
    assert_eq!(verdicts(&script("")), [("incorrect", 0)]);
}

#[test]
fn what_the_capture_shows_of_a_retry_that_it_lacks_is_a_doubt() {
    let script = |shown: &str| {
        format!(
            "0.0 client > server INVITE sip:bob@192.0.2.20 | CSeq: 1
             0.1 server > client 302 | Contact: {CONTACT}
             0.11 client > server ACK
             {shown}
             40 end"
        )
    };
    let of_retry = "200 of INVITE sip:bob@198.51.100.30 | Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKother";
    for (shown, verdict) in [
        (format!("0.3 target > client {of_retry} | CSeq: 2"), "inconclusive"),
        (format!("0.3 target > client {of_retry} | CSeq: 1"), "inconclusive"),
        (format!("0.3 target > client {of_retry} | CSeq: 1 | Call-ID: new | From: <sip:alice@atlanta.example>;tag=new"), "inconclusive"),
        // Somebody else's call, or one to another host, shows nothing.
        (format!("0.3 target > client {of_retry} | CSeq: 1 | Call-ID: new | From: <sip:carol@example.com>;tag=new"), "incorrect"),
        (format!("0.3 other > client {of_retry} | CSeq: 1 | Call-ID: new | From: <sip:alice@atlanta.example>;tag=new"), "incorrect"),
        (String::new(), "incorrect"),
    ] {
        assert_eq!(verdicts(&script(&shown)), [(verdict, 0)], "{shown}");
    }
}

#[test]
fn an_element_between_two_networks_may_hide_the_contact_that_it_hands_on() {
    let script = |caller: &str| {
        format!(
            "0.0 client > proxy INVITE sip:bob@example.com | {ABOVE} | CSeq: 1
             0.1 198.51.100.60:5060 > server INVITE sip:bob@192.0.2.20 | Call-ID: below | From: <sip:{caller}@198.51.100.60>;tag=below | CSeq: 1
             0.2 server > 198.51.100.60:5060 302 | Contact: {CONTACT}
             0.21 198.51.100.60:5060 > server ACK
             0.3 proxy > client 302 | Contact: <sip:bob-7@192.0.2.50>
             0.31 client > proxy ACK | {ABOVE}
             0.4 client > proxy INVITE sip:bob-7@192.0.2.50
             40 end"
        )
    };
    assert_eq!(verdicts(&script("alice")), [("not-applicable", 0), ("correct", 1)]);
    assert_eq!(verdicts(&script("carol")), [("incorrect", 0), ("correct", 1)]);
}

#[test]
fn what_is_remembered_of_a_redirect_is_all_that_its_contacts_say() {
    let contacts = "<sip:bob@198.51.100.30>;q=0.5;expires=60, sip:bob@198.51.100.31;transport=tcp;expires=soon, \"B, b\" <sips:b%6Fb@b.example:5061?a=b>, \
                    <tel:+1-555;phone-context=+1>, <>, <sip:bob@198.51.100.32";
    let rest = "0.2 client > target INVITE sip:bob@198.51.100.30\n0.3 target > client 200\n40 client > server INVITE sip:bob@192.0.2.20 | Call-ID: two | CSeq: 1 | \
                From: <sip:alice@atlanta.example>;tag=two\n80 end";
    let scene = play(&after_302(contacts, rest));
    let ((watch, _), redirect) = (&scene.later[0], &scene.redirects[0]);
    assert!(redirect.targets.len() > 4 && redirect.targets.iter().any(|target| target.unbracketed.is_some()));
    assert_eq!(Some(&watch.original), redirect.original.as_ref());
    assert_eq!(format!("{:?}", watch.targets), format!("{:?}", redirect.targets));
    assert_eq!(
        (watch.redirect, watch.status, watch.place, watch.time),
        (redirect.id, 302, redirect.response.place, redirect.response.time)
    );
}

#[test]
fn where_not_all_contacts_were_read_a_retry_elsewhere_may_be_at_one_of_them() {
    let verdict = |flag: &str, retry: &str| verdicts(&after_302(&format!("{CONTACT}{flag}"), &format!("0.3 client > {retry}\n40 end")));
    let (there, elsewhere) = ("target INVITE sip:bob@198.51.100.30", "target INVITE sip:carol@198.51.100.30");
    assert_eq!(verdict("", elsewhere), [("incorrect", 1)]);
    assert_eq!(verdict(" | flag: truncated", elsewhere), [("inconclusive", 1)]);
    assert_eq!(verdict(" | flag: truncated", there), [("correct", 1)]);
}
