//! Holds the rules of this folder against each other: one fault is one finding, and what is right is right for all of them.

use crate::rules::Section;
use crate::rules::scene::broken;

/// What this folder finds after a 302 with these Contacts.
#[track_caller]
fn after(contacts: &str, rest: &str) -> Vec<&'static str> {
    let script = format!(
        "0.0 client > server INVITE sip:bob@192.0.2.20
         0.1 server > client 302 | Contact: {contacts}
         0.2 client > server ACK
         {rest}
         40 client > server OPTIONS sip:192.0.2.20 | Call-ID: alive | From: <sip:alice@atlanta.example>;tag=alive"
    );
    broken(Section::Redirect, &script)
}

#[test]
fn one_fault_is_one_finding() {
    const BOB: &str = "<sip:bob@198.51.100.30>";
    let facts = [
        ("redirect-not-followed", BOB, ""),
        ("original-uri-retried", BOB, "0.3 client > server INVITE sip:bob@192.0.2.20"),
        ("unrelated-uri-retried", BOB, "0.3 client > other INVITE sip:voicemail@203.0.113.40"),
        ("request-uri-not-contact", BOB, "0.3 client > target INVITE sip:bob@192.0.2.20"),
        ("request-uri-not-contact", BOB, "0.3 client > target INVITE sip:carol@198.51.100.30"),
        ("request-uri-not-contact", "<sip:bob7@198.51.100.30>", "0.3 client > server INVITE sip:bob7@192.0.2.20"),
        ("contact-parameter-lost", "<sip:bob@198.51.100.30;transport=tcp>", "0.3 client > target INVITE sip:bob@198.51.100.30"),
        ("contact-parameter-lost", "<sip:bob@198.51.100.30:5080>", "0.3 client > target INVITE sip:bob@198.51.100.30"),
        ("contact-parameter-lost", "<sip:bob@203.0.113.40;maddr=198.51.100.30>", "0.3 client > other INVITE sip:bob@203.0.113.40"),
        ("method-parameter-in-request-uri", BOB, "0.3 client > target INVITE sip:bob@198.51.100.30;method=INVITE"),
        ("uri-headers-in-request-uri", BOB, "0.3 client > target INVITE sip:bob@198.51.100.30?Subject=x"),
        ("invalid-request-uri-sent", BOB, "0.3 client > target INVITE 302,sip:bob@198.51.100.30"),
        ("invalid-request-uri-sent", BOB, "0.3 client > target INVITE sip:bob@198.51.100.30:70000"),
        ("header-parameter-in-request-uri", "<sip:bob@198.51.100.30>;q=1", "0.3 client > target INVITE sip:bob@198.51.100.30;q=1"),
        ("branch-reused", BOB, "0.3 client > target INVITE sip:bob@198.51.100.30 | Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK1"),
        ("to-tag-carried-over", BOB, "0.3 client > target INVITE sip:bob@198.51.100.30 | To: <sip:bob@192.0.2.20>;tag=bob1"),
        ("from-tag-missing", BOB, "0.3 client > target INVITE sip:bob@198.51.100.30 | From: <sip:alice@atlanta.example>"),
        ("to-uri-rewritten", BOB, "0.3 client > target INVITE sip:bob@198.51.100.30 | To: <sip:bob@198.51.100.30>"),
        ("cseq-not-raised", BOB, "0.3 client > target INVITE sip:bob@198.51.100.30 | CSeq: 1"),
        ("method-changed", BOB, "0.3 client > target MESSAGE sip:bob@198.51.100.30"),
        ("sent-to-old-server", BOB, "0.3 client > server INVITE sip:bob@198.51.100.30"),
        ("maddr-ignored", "<sip:bob@192.0.2.20;maddr=198.51.100.30>", "0.3 client > server INVITE sip:bob@192.0.2.20;maddr=198.51.100.30"),
        (
            "contact-transport-ignored",
            "<sip:bob@198.51.100.30;transport=tcp>",
            "0.3 client > target INVITE sip:bob@198.51.100.30;transport=tcp",
        ),
        ("contact-port-ignored", "<sip:bob@198.51.100.30:5080>", "0.3 client > target INVITE sip:bob@198.51.100.30:5080"),
        ("sips-sent-in-clear", "<sips:bob@198.51.100.30>", "0.3 client > target INVITE sips:bob@198.51.100.30"),
        ("sips-sent-in-clear", "<sips:bob@198.51.100.30>", "0.3 client > target INVITE sip:bob@198.51.100.30"),
        ("target-tried-twice", "<sip:bob@192.0.2.20>", "0.3 client > server INVITE sip:bob@192.0.2.20"),
        (
            "lower-q-tried-first",
            "<sip:bob@198.51.100.30>;q=0.1, <sip:bob@203.0.113.40>;q=0.9",
            "0.3 client > target INVITE sip:bob@198.51.100.30",
        ),
        (
            "next-contact-not-tried",
            "<sip:bob@198.51.100.30>, <sip:bob@203.0.113.40>",
            "0.3 client > target INVITE sip:bob@198.51.100.30\n0.4 target > client 486",
        ),
        (
            "contact-cached-without-expiry",
            BOB,
            "0.3 client > target INVITE sip:bob@198.51.100.30
             0.4 target > client 486
             39 client > target INVITE sip:bob@198.51.100.30 | Call-ID: two | From: <sip:alice@atlanta.example>;tag=two",
        ),
        (
            "contact-used-after-expiry",
            "<sip:bob@198.51.100.30>;expires=9",
            "0.3 client > target INVITE sip:bob@198.51.100.30
             0.4 target > client 486
             39 client > target INVITE sip:bob@198.51.100.30 | Call-ID: two | From: <sip:alice@atlanta.example>;tag=two",
        ),
    ];
    for (id, contacts, rest) in facts {
        assert_eq!(after(contacts, rest), [id], "{contacts} {rest}");
    }
}

#[test]
fn a_request_that_is_sent_again_amended_repeats_no_fault() {
    let amended = "0.3 client > target INVITE sip:bob@198.51.100.30 | To: <sip:bob@198.51.100.30>
        0.4 target > client 407
        0.5 client > target ACK
        0.6 client > target INVITE sip:bob@198.51.100.30 | To: <sip:bob@198.51.100.30>
        0.7 target > client 200";
    assert_eq!(after("<sip:bob@198.51.100.30;line=7>", amended), ["contact-parameter-lost", "to-uri-rewritten"]);
}

#[test]
fn what_is_right_is_right_for_every_rule() {
    let facts = [
        ("<sip:bob@198.51.100.30>", "0.3 client > target INVITE sip:bob@198.51.100.30\n0.4 target > client 200"),
        ("<sip:bob@198.51.100.30>", "0.15 client > target INVITE sip:bob@198.51.100.30\n0.4 target > client 486"),
        (
            "<sip:bob@198.51.100.30>",
            "4.0 client > target INVITE sip:bob@198.51.100.30 | Call-ID: two | From: <sip:alice@atlanta.example>;tag=two",
        ),
        ("<sip:bob@198.51.100.30;transport=tcp>", "0.3 client > target/tcp INVITE sip:bob@198.51.100.30;transport=tcp"),
        ("<sip:bob@198.51.100.30:5080;line=7>;q=0.7", "0.3 client > 198.51.100.30:5080 INVITE sip:bob@198.51.100.30:5080;line=7"),
        ("<sip:bob@far.example>", "0.3 client > other INVITE sip:bob@far.example"),
        ("\"a, <b>\" <sip:bob@198.51.100.30;method=INVITE?Subject=x>;expires=9", "0.3 client > target INVITE sip:bob@198.51.100.30"),
        ("<sip:bob@[2001:db8::30]:5080>", "0.3 client > [2001:db8::30]:5080 INVITE sip:bob@[2001:DB8:0::30]:5080"),
        ("<tel:+1-555-0123>", "0.3 client > server INVITE sip:+15550123@192.0.2.20;user=phone"),
        ("<tel:+15550123>", "0.3 client > server INVITE tel:+15550123"),
        ("<tel:+15550123>", ""),
        ("<urn:service:sos.police>", ""),
        ("<sip:bob@192.0.2.20>", ""),
        (
            "<sip:bob@198.51.100.30>",
            "0.3 client > target INVITE sip:bob@198.51.100.30
             0.4 target > client 401
             0.5 client > target ACK
             0.6 client > target INVITE sip:bob@198.51.100.30
             0.7 target > client 302 | Contact: <sip:bob@203.0.113.40>
             0.8 client > target ACK
             0.9 client > other INVITE sip:bob@203.0.113.40
             1.0 other > client 200
             1.1 client > other ACK
             39 client > server INVITE sip:bob@192.0.2.20 | Call-ID: two | From: <sip:alice@atlanta.example>;tag=two",
        ),
    ];
    for (contacts, rest) in facts {
        assert_eq!(after(contacts, rest), [] as [&str; 0], "{contacts} {rest}");
    }
}
