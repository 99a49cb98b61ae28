//! Takes messages, holds their pseudonyms to what must stay and what must not.

use proptest::prelude::*;

use super::{Key, Redactor};
use crate::sip::{Message, Uri};

fn redactor() -> Redactor {
    Redactor::new(Key::of(b"key"))
}

fn redacted(text: &str) -> String {
    String::from_utf8(redactor().message(text.as_bytes())).expect("it stays UTF-8")
}

/// The pseudonym of the user `name`.
fn pseudonym(name: &str) -> String {
    let line = redacted(&format!("BYE sip:{name}@h SIP/2.0\r\n\r\n"));
    line.strip_prefix("BYE sip:").and_then(|rest| rest.split_once('@')).map(|(user, _)| user.to_owned()).expect("it has a user")
}

const INVITE: &str = "INVITE sip:bob%2Dx;day=monday@192.0.2.1:5070;transport=tcp?Subject=for%20bob&Replaces=bobcall%40h HTTP SIP/2.0\r\n\
     Via: SIP/2.0/UDP alice-pc.example.com;branch=z9hG4bKalice1\r\n\
     f: \"Alice Smith\" <sip:alice@example.com>;tag=alice-tag\r\nTo: Bob <sip:+49-30-1234567@example.com;user=phone>, <tel:+49301234567>\r\n\
     Call-ID: alice-77@example.com\r\nCSeq: 1 INVITE\r\nUser-Agent: Alicephone/1.0\r\n\
     P-Asserted-Identity: <tel:+49301234567>\r\nRemote-Party-ID: \"Alice\" <sip:alice@192.0.2.7>;party=calling\r\n\
     Proxy-Authorization: Digest username=\"alice\", realm=\"example.com\", nonce=\"c0ffee12\", uri=\"sip:bob@example.com\", response=\"0123456789abcdef\"\r\n\
     Refer-To: <sip:bob@example.com?Replaces=alice-77%40example.com>\r\nIdentity: eyJhbGljZSI6ImFsaWNlIn0\r\n\
     Reason: SIP;cause=302;text=\"moved to alice\"\r\nX-Caller: alice smith\r\nSubject: alice\r\n calls bob\r\n\
     Contact: alice <sip:alice@192.0.2.10;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>;expires=60;+sip.instance=\"<urn:gsma:imei:90420156-025763-0>\"\r\n\
     Content-Type: application/sdp\r\n\r\n\
     v=0\r\no=alice 1 2 IN IP4 192.0.2.10\r\ns=alice\r\nc=IN IP4 192.0.2.10\r\nm=audio 4000 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:alicekey\r\n";

#[test]
fn nothing_of_a_person_is_left_in_a_message_and_what_a_verdict_needs_stays() {
    let message = redacted(INVITE);
    let lower = message.to_lowercase();
    for gone in [
        "\"alice",
        "alice@",
        "alice smith",
        "smith",
        "=alice ",
        "1234567",
        "30-123",
        "c0ffee",
        "0123456789abcdef",
        "alice-77",
        "90420156",
        "f81d4fae",
        "monday",
        "bobcall",
        "alicekey",
        "eyjh",
    ] {
        assert!(!lower.contains(gone), "{gone} is in\n{message}");
    }
    for kept in [
        "INVITE sip:",
        "@192.0.2.1:5070;transport=tcp?Subject=",
        "branch=z9hG4bKalice1",
        "tag=alice-tag",
        ";user=phone>",
        "<tel:+49",
        "CSeq: 1 INVITE",
        "User-Agent: Alicephone/1.0",
        "realm=\"example.com\"",
        "Digest username=",
        "Reason: SIP;cause=302;text=",
        "expires=60",
        "<urn:gsma:imei:",
        "IN IP4 192.0.2.10",
        "m=audio 4000 RTP/SAVP 0",
        "AES_CM_128_HMAC_SHA1_80 inline:",
        "-77@example.com",
    ] {
        assert!(message.contains(kept), "{kept} is not in\n{message}");
    }
    assert_eq!(message.len(), INVITE.len());
}

#[test]
fn one_person_has_one_pseudonym_everywhere() {
    let alice = pseudonym("alice");
    let message = redacted(INVITE);
    let lines = |start: &str| message.lines().find(|line| line.starts_with(start)).unwrap_or_default().to_owned();
    for start in ["f:", "Remote-Party-ID:", "Proxy-Authorization:", "Contact:", "o=", "s=", "X-Caller:", "Subject:", "Call-ID:"] {
        assert!(lines(start).to_lowercase().contains(&alice), "{} {alice}", lines(start));
    }
    let number = lines("P-Asserted-Identity:").replace("P-Asserted-Identity: <tel:", "").replace('>', "");
    assert!(lines("To:").contains(&number) && lines("To:").replace('-', "").matches(&number).count() == 2, "{} {number}", lines("To:"));
    let call_id = lines("Call-ID:").replace("Call-ID: ", "").replace('@', "%40");
    assert!(lines("Refer-To:").contains(&format!("Replaces={call_id}")), "{} {call_id}", lines("Refer-To:"));
}

#[test]
fn uris_that_are_equal_stay_equal_and_others_do_not_become_so() {
    let uri = |text: &str| {
        let line = redactor().message(format!("BYE {text} SIP/2.0\r\n\r\n").as_bytes());
        let end = line.len() - b" SIP/2.0\r\n\r\n".len();
        line[4..end].to_vec()
    };
    for (one, other) in [
        ("sip:alice@h", "sip:%61lice@h"),
        ("sip:alice@h", "sip:alice@H;lr"),
        ("sip:Alice@h", "sip:alice@h"),
        ("tel:+1-555-0100", "tel:+15550100"),
        ("sip:5001@h", "sip:5002@h"),
        ("sip:a@h?Subject=x", "sip:a@h?Subject=y"),
        ("sip:a;x=1@h", "sip:a@h"),
        ("urn:service:sos", "urn:service:SOS"),
    ] {
        let equal = Uri::parse(one.as_bytes()).equals(&Uri::parse(other.as_bytes()));
        assert_eq!(Uri::parse(&uri(one)).equals(&Uri::parse(&uri(other))), equal, "{one} {other}");
    }
}

#[test]
fn services_of_emergency_stay_in_every_place() {
    for text in [
        "INVITE urn:service:sos.police SIP/2.0\r\nTo: <urn:service:sos>\r\n\r\n",
        "INVITE sip:112@h SIP/2.0\r\nTo: <tel:112>\r\nContact: <sip:anonymous@h>;sos\r\n\r\n",
        "SIP/2.0 380 Alternative Service\r\nContact: <urn:service:sos>\r\nContent-Type: application/3gpp-ims+xml\r\n\r\n\
         <ims-3gpp version=\"1\"><alternative-service><type>emergency</type><action>emergency-registration</action></alternative-service></ims-3gpp>\r\n",
    ] {
        assert_eq!(redacted(text), text);
    }
}

#[test]
fn bodies_of_every_kind_are_redacted() {
    let with = |kind: &str, body: &str| {
        let text = redacted(&format!("SIP/2.0 380 x\r\nContent-Type: {kind}\r\n\r\n{body}"));
        text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default()
    };
    let reason = with("application/3gpp-ims+xml", "<a><type>emergency</type><reason>call alice &amp; bob</reason></a>");
    assert!(reason.starts_with("<a><type>emergency</type><reason>") && reason.contains("&amp; ") && !reason.contains("alice"), "{reason}");
    let links = with("text/html", "<a href=\"sip:alice@h.example\">call alice</a> or <sip:alice@h.example>");
    assert!(links.matches("@h.example").count() == 2 && !links.contains("alice"), "{links}");
    let location = with(
        "application/pidf+xml",
        "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"pres:alice@h\"><gml:pos>52.5200 13.4050</gml:pos></presence>",
    );
    assert!(location.contains("urn:ietf:params:xml:ns:pidf") && !location.contains("alice") && !location.contains("5200"), "{location}");
    let part = "--b\r\nContent-Type: message/sipfrag\r\n\r\nINVITE sip:alice@h SIP/2.0\r\nFrom: alice <sip:alice@h>;tag=alice1\r\n\r\n--b\r\n\r\nalice\r\n--b--\r\n";
    let parts = with("multipart/mixed;boundary=b", part);
    assert!(parts.contains("tag=alice1") && parts.contains("message/sipfrag") && parts.matches("--b").count() == 3, "{parts}");
    assert_eq!(parts.matches("alice").count(), 1, "{parts}");
    let misleading = with(
        "multipart/mixed;boundary=\"B b\"",
        "--alice\r\n--B b\r\nContent-Type: message/sipfrag\r\n\r\nX: 1\r\nVia: alice\r\n--B b--\r\n",
    );
    assert!(misleading.contains("--B b\r\nContent-Type: message/sipfrag") && misleading.contains("Via: alice\r\n--B b--"), "{misleading}");
    let number = with("text/plain", "Dial 112, or +49 30 1234567 or tel:+49301234567.");
    assert!(number.contains("112") && !number.contains("1234567"), "{number}");
    let binary = "\u{0}\u{1}alice alice alice";
    let scrambled = redactor().message(format!("SIP/2.0 380 x\r\nContent-Type: application/isup\r\n\r\n{binary}").as_bytes());
    assert!(!scrambled.windows(5).any(|window| window == b"alice"));
}

#[test]
fn the_shape_of_a_message_stays() {
    let (before, after) = (INVITE.as_bytes(), redactor().message(INVITE.as_bytes()));
    let before = Message::scan(before).expect("a message");
    let after = Message::scan(&after).expect("a message");
    let names = |message: &Message<'_>| message.fields().map(|field| (field.name, field.value.len())).collect::<Vec<_>>();
    assert_eq!(names(&before), names(&after));
    assert_eq!(before.body().len(), after.body().len());
}

proptest! {
    #[test]
    fn no_octets_make_it_fail_or_change_their_shape(octets in prop::collection::vec(any::<u8>(), 0..300), at in 0..2000_usize, with in any::<u8>()) {
        prop_assert_eq!(redactor().message(&octets).len(), octets.len());
        let mut invite = INVITE.as_bytes().to_vec();
        if let Some(octet) = invite.get_mut(at) {
            *octet = with;
        }
        let redacted = redactor().message(&invite);
        prop_assert_eq!(redacted.len(), invite.len());
        let line_ends = |text: &[u8]| text.iter().enumerate().filter(|(_, octet)| **octet == b'\n').map(|(at, _)| at).collect::<Vec<_>>();
        // A body with a NUL is no text, and nothing of it stays but its length.
        let body = Message::scan(&invite).map_or(invite.len(), |message| message.head().body.start as usize);
        let end = if invite.get(body..).is_some_and(|body| body.contains(&0)) { body } else { invite.len() };
        prop_assert_eq!(line_ends(&redacted[..end]), line_ends(&invite[..end]));
    }
}
