//! What reaches rsip's types, and that its word is taken only where it is ours.

use super::Tally;
use super::fill::method_of;
use crate::sip::torture_tests::all;
use crate::sip::{Message, Name};
use proptest::prelude::*;
use rsip::prelude::*;

fn tally(headers: &str) -> Tally {
    let text = format!("SIP/2.0 302 Moved\r\n{headers}\r\n\r\n");
    Message::scan(text.as_bytes()).expect("it is SIP").to_rsip_typed().tally
}

#[test]
fn nearly_every_torture_message_reaches_the_type() {
    let left_out: Vec<_> = all()
        .into_iter()
        .filter(|(_, octets)| Message::scan(octets).is_none_or(|message| message.to_rsip().is_none()))
        .map(|(name, _)| name)
        .collect();
    // Methods that rsip does not know, a Request-URI in angles, another version, and a status that is none.
    let expected = ["intmeth", "esc02", "ltgtruri", "badvers", "mismatch02", "bigcode"].map(|name| format!("rfc4475/{name}"));
    assert_eq!(left_out, expected);
}

#[test]
fn headers_arrive_by_their_names_one_value_each() {
    let text = "INVITE sip:a@[::1] SIP/2.0\r\nv: SIP / 2.0 / UDP h ; branch =\r\n z9, SIP/2.0/TCP g;branch=y\r\ni: 1\r\nm: \"A, B\" <sip:a@b> ; q = 0.5, <sip:c@d>\r\n\
                cseq: 1\tINVITE\r\nSubject: a\r\n b\r\nX-Foo: bar\r\nP-Called-Party-ID: <sip:x@y>\r\n\r\n";
    let message = Message::scan(text.as_bytes()).and_then(|message| message.to_rsip()).expect("it has a place in the type");
    let lines: Vec<String> = message.headers().iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "Via: SIP/2.0/UDP h;branch=z9",
            "Via: SIP/2.0/TCP g;branch=y",
            "Call-ID: 1",
            "Contact: \"A, B\" <sip:a@b>;q=0.5",
            "Contact: <sip:c@d>",
            "CSeq: 1 INVITE",
            "Subject: a b",
            "X-Foo: bar",
            "P-Called-Party-ID: <sip:x@y>",
        ]
    );
}

#[test]
fn methods_are_told_apart_by_case() {
    assert_eq!(method_of(b"INVITE"), Some(rsip::Method::Invite));
    assert_eq!(method_of(b"invite"), None);
    assert_eq!(method_of(b"PRACK"), Some(rsip::Method::PRack));
}

#[test]
fn what_rsip_reads_otherwise_is_not_taken() {
    for (headers, refused, disagreed) in [
        ("Contact: <sip:+1555;phone-context=ims.example.com@h;user=phone>", 0, 1),
        ("Contact: <tel:7042;phone-context=x>", 0, 1),
        ("Contact: *", 0, 1),
        ("Via: SIP/2.0/UDP h;received=2001:db8::1;branch=z9hG4bKa", 0, 1),
        ("Via: SIP/2.0/UDP h;branch=z9hG4bK$a", 0, 1),
        ("Contact: <sip:a@[2001:db8::1]>", 1, 0),
        ("Contact: <sip:a@b>;+sip.instance=\"<urn:uuid:1>\"", 1, 0),
        ("Contact: <sip:a@b?Replaces=x>", 0, 1),
    ] {
        assert_eq!(tally(headers), Tally { agreed: 0, refused, disagreed }, "{headers}");
    }
}

#[test]
fn what_both_read_alike_is_given() {
    let text = "SIP/2.0 302 Moved\r\nv: SIP/2.0/TCP h.example.com:5062 ;\r\n branch = z9hG4bKa\r\nm: Bob <sip:bob@h.example.com:5060;transport=tcp>;q=0.5;expires=60\r\n\
                f: <sip:a@b.example>;tag=1\r\nt: sip:b@c.example;tag=2\r\nCSeq: 7 \t INVITE\r\n\r\n";
    let typed = Message::scan(text.as_bytes()).expect("it is SIP").to_rsip_typed();
    assert_eq!(typed.tally, Tally { agreed: 5, refused: 0, disagreed: 0 });
    assert_eq!(typed.cseq.map(|cseq| (cseq.seq, cseq.method)), Some((7, rsip::Method::Invite)));
    assert!(typed.contacts.iter().flatten().all(|contact| contact.expires().is_some()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    /// In the subset where rsip's own parser is at home it must read what we read.
    #[test]
    fn rsip_and_we_agree_where_rsip_is_at_home(
        code in 100u16..700, number in any::<u32>(), user in "[a-z][a-z0-9]{0,8}", host in "[a-z][a-z0-9]{0,8}\\.example\\.com",
        port in proptest::option::of(1u16..), branch in "[A-Za-z0-9]{1,12}", call_id in "[A-Za-z0-9@.-]{1,20}", tag in "[a-z0-9]{1,8}",
        body in "[a-z=\r\n]{0,30}",
    ) {
        let at = port.map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        let text = format!(
            "SIP/2.0 {code} Reason\r\nVia: SIP/2.0/UDP {at};branch=z9hG4bK{branch}\r\nFrom: <sip:{user}@{at}>;tag={tag}\r\nTo: <sip:{user}@{host}>\r\n\
             Call-ID: {call_id}\r\nCSeq: {number} INVITE\r\nContact: <sip:{user}@{at}>;q=0.5\r\nContent-Length: {}\r\n\r\n{body}", body.len(),
        );
        let ours = Message::scan(text.as_bytes()).expect("it is SIP");
        let mut faults = ours.faults().iter().collect::<Vec<_>>();
        faults.retain(|fault| number < 1 << 31 || *fault != crate::sip::MessageFault::CSeq);
        prop_assert!(faults.is_empty(), "{faults:?}");
        let theirs = rsip::Response::try_from(text.as_bytes()).expect("rsip is at home here");
        prop_assert_eq!(theirs.status_code.code(), code);
        prop_assert_eq!(theirs.call_id_header().map(|header| header.value().as_bytes().to_vec()).ok(), ours.call_id().map(<[u8]>::to_vec));
        prop_assert_eq!(theirs.headers.iter().count(), ours.fields().count());
        prop_assert_eq!(ours.to_rsip_typed().tally, Tally { agreed: 5, refused: 0, disagreed: 0 });
        let Some(rsip::SipMessage::Response(filled)) = ours.to_rsip() else { panic!("a response stays one") };
        prop_assert_eq!(&filled.headers, &theirs.headers);
        prop_assert_eq!(ours.values(Name::Contact).count(), 1);
    }
}
