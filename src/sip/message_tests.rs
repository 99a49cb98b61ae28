//! Messages by facts, and by properties over any octets.

use super::header::{Expiry, Rport};
use super::torture_tests::all;
use super::{Message, MessageFault, Name};
use proptest::prelude::*;

fn faults(text: &str) -> Vec<MessageFault> {
    Message::scan(text.as_bytes()).map(|message| message.faults().iter().collect()).unwrap_or_default()
}

const MOVED: &str = "SIP/2.0 302 Moved Temporarily\r\nv: SIP/2.0/UDP h;rport;branch=z9hG4bKa\r\nv: SIP/2.0/UDP g\r\ni: c@h\r\nf: <sip:a@b>;tag=1\r\n\
                     t: <sip:c@d>;tag=2\r\nCSeq: 7 INVITE\r\nm: <sip:x@y>;q=0.7,\r\n \"A, B\" <sip:z@y>;expires=60\r\nContact: sip:w@y;q=1\r\n\
                     Expires: 5\r\nServer: s 1\r\nl: 0\r\n\r\n";

#[test]
fn a_redirect_is_read_whole() {
    let message = Message::scan(MOVED.as_bytes()).expect("it is SIP");
    assert_eq!((message.status(), message.reason_phrase(), message.method()), (Some(302), &b"Moved Temporarily"[..], &b"INVITE"[..]));
    assert_eq!(message.call_id(), Some(&b"c@h"[..]));
    assert_eq!(message.top_via().and_then(|via| via.rport()), Some(Rport::Asked));
    assert_eq!(message.via_count(), 2);
    let uris: Vec<_> = message.contacts().map(|contact| contact.uri()).collect();
    assert_eq!(uris, [&b"sip:x@y"[..], b"sip:z@y", b"sip:w@y"]);
    assert_eq!(message.expires(), Some(Expiry::Seconds(5)));
    assert_eq!(message.server(), Some(&b"s 1"[..]));
    assert!(message.faults().is_empty());
    assert_eq!(message.fields().count(), 11);
}

#[test]
fn a_message_that_owns_its_octets_says_the_same() {
    let octets = MOVED.as_bytes().to_vec();
    let message = Message::scan(&octets).expect("it is SIP");
    let owned: Message<'static> = message.clone().into_owned();
    assert_eq!(message, owned);
    drop(octets);
    assert_eq!(owned.contacts().count(), 3);
}

#[test]
fn keep_alives_ahead_of_a_message_do_not_count() {
    let message = Message::scan(b"\r\n\r\n\0SIP/2.0 200 OK\nl: 1\n\nab").expect("it is SIP");
    assert_eq!((message.octets(), message.body(), message.head().extra), (&b"SIP/2.0 200 OK\nl: 1\n\na"[..], &b"a"[..], 1));
    assert!(message.head().faults.has(MessageFault::ExtraOctets));
}

#[test]
fn what_is_wrong_is_told() {
    let whole = "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h\r\nCall-ID: 1\r\nFrom: sip:a@b\r\nTo: sip:a@b\r\nCSeq: 1 BYE\r\n";
    for (line, fault) in [
        ("nonsense\r\n\r\n", MessageFault::HeaderLine),
        ("X: y\r\n", MessageFault::NoBlankLine),
        ("l: 1\r\n\r\n", MessageFault::ShortBody),
        ("l: 0\r\n\r\nx", MessageFault::ExtraOctets),
        ("l: 1 2\r\n\r\n", MessageFault::ContentLength),
        ("i: 2\r\n\r\n", MessageFault::Repeated),
        ("Contact: *, sip:a@b\r\n\r\n", MessageFault::Contact),
        ("Contact: sip:a@b;q=2\r\n\r\n", MessageFault::Contact),
        ("Max-Forwards: 256\r\n\r\n", MessageFault::MaxForwards),
        ("Expires: x\r\n\r\n", MessageFault::Expires),
        ("v: SIP/2.0/UDP\r\n\r\n", MessageFault::Via),
    ] {
        assert_eq!(faults(&format!("{whole}{line}")), [fault], "{line:?}");
    }
    assert_eq!(faults(&format!("{whole}i: 1\r\n\r\n")), [], "a repeat that says the same contradicts nothing");
    assert_eq!(
        faults(&whole.replace("Call-ID: 1", "Call-ID: 1 2").replace("1 BYE", "2147483648 BYE\r\n")),
        [MessageFault::CSeq, MessageFault::CallId]
    );
}

/// The hosts of all Vias, the host of the topmost one, the URIs of all Contacts, the tags.
fn told(head: &str) -> (Vec<String>, String, Vec<String>, [Option<String>; 2]) {
    let text = format!("SIP/2.0 200 OK\r\n{head}\r\nm: <sip:body@b>\r\n");
    let message = Message::scan(text.as_bytes()).expect("it is SIP");
    let own = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    let vias = message.vias().map(|via| own(via.host)).collect();
    let contacts = message.contacts().map(|contact| own(contact.uri())).collect();
    let tags = [message.from_tag().map(own), message.to_tag().map(own)];
    (vias, message.top_via().map_or_else(String::new, |via| own(via.host)), contacts, tags)
}

#[test]
fn one_line_or_many_give_the_same_values() {
    for (head, vias, top, contacts) in [
        ("Via: SIP/2.0/UDP a\r\nm: <sip:a@b>\r\n", &["a"][..], "a", &["sip:a@b"][..]),
        ("v: SIP/2.0/UDP a, SIP/2.0/UDP b\r\nm: <sip:a,b@b>, sip:c@d\r\n", &["a", "b"], "a", &["sip:a,b@b", "sip:c@d"]),
        ("v: SIP/2.0/UDP a\r\nX: y\r\nVIA : SIP/2.0/UDP b\r\nv: SIP/2.0/UDP c\r\n", &["a", "b", "c"], "a", &[]),
        ("Via:\r\nVia: SIP/2.0/UDP b\r\nm:\r\nm: sip:a@b\r\n", &["b"], "b", &["sip:a@b"]),
        ("Via: SIP/2.0/UDP\r\n a,\r\n SIP/2.0/UDP b\r\nContact:\r\n\t<sip:a@b>\r\n", &["a", "b"], "a", &["sip:a@b"]),
        ("Vias: SIP/2.0/UDP a\r\nm x: sip:a@b\r\nvi: b\r\ncontact\r\n :sip:a@b\r\n", &[], "", &[]),
        ("m: \"v: \\\",\" <sip:a@b>, \"<\" <sip:c@d>\r\n", &[], "", &["sip:a@b", "sip:c@d"]),
        ("X: y\r\n v: SIP/2.0/UDP a\r\nm: sip:a@b\r\n", &[], "", &["sip:a@b"]),
        ("v: SIP/2.0/UDP a\n\nv: SIP/2.0/UDP b\r\n", &["a"], "a", &[]),
    ] {
        let (told_vias, told_top, told_contacts, _) = told(head);
        assert_eq!(
            (told_vias.as_slice(), told_top.as_str(), told_contacts.as_slice()),
            (&owned(vias)[..], top, &owned(contacts)[..]),
            "{head:?}"
        );
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn a_tag_is_found_behind_whatever_stands_ahead_of_it() {
    for (head, from, to) in [
        ("f: <sip:a@b>;tag=1\r\nTo: sip:c@d;tag=2\r\n", Some("1"), Some("2")),
        ("From: \";tag=x\" <sip:a@b;tag=y>;z=\";tag=z\";TAG = 1 ;tag=2\r\nt: <sip:c@d>\r\n", Some("1"), None),
        ("From:<sip:a@b>;tags=0;tag;tag=1\r\nT\t: <sip:c@d>;\r\n tag\r\n =2\r\n", None, Some("2")),
        ("From: <sip:a@b;tag=1\r\nTo: \"a <sip:c@d>;tag=2\r\n", None, Some("2")),
        ("F: <sip:a@b>;tag=\r\nTo: <sip:c@d>;;tag=\"2;3\";x\r\n", None, Some("\"2;3\"")),
    ] {
        assert_eq!(told(head).3, [from, to].map(|tag| tag.map(str::to_owned)), "{head:?}");
    }
}

#[test]
fn headers_without_a_name_of_ours_are_found_by_their_own() {
    let message = Message::scan(b"SIP/2.0 200 OK\r\nX-Foo: a\r\nx-foo : b\r\n\r\n").expect("it is SIP");
    assert_eq!(message.named("X-FOO").map(|value| value.into_owned()).collect::<Vec<_>>(), [b"a".to_vec(), b"b".to_vec()]);
    assert_eq!(message.values(Name::Via).count(), 0);
}

#[test]
fn hostile_values_are_read_in_linear_time() {
    // Each of these would take seconds where a quote, an angle or a fold is sought again from every octet.
    for piece in ["\\\"", "\"", "<", "\r\n ", ",", ";", "<sip:a@b>,"] {
        let text = format!(
            "SIP/2.0 300 x\r\nv: {0}\r\nm: \"{0}\r\nf: \"{0}\r\nt: {0}\r\nCSeq: 1 X\r\ni: {0}\r\n\r\n",
            piece.repeat(50_000 / piece.len())
        );
        let message = Message::scan(text.as_bytes()).expect("it is SIP");
        assert!(!message.faults().is_empty(), "{piece:?}");
    }
}

/// Asks a message for all it can tell.
fn ask_everything(message: &Message<'_>) -> usize {
    let addresses = message.from().into_iter().chain(message.to()).map(|address| address.display_name().len());
    let contacts = message.contacts().map(|contact| contact.q().is_some() as usize + contact.instance().map_or(0, |text| text.len()));
    let vias = message.vias().map(|via| via.received().map_or(0, <[u8]>::len) + via.rport().is_some() as usize);
    let auths = message.auths(Name::Authorization).map(|auth| auth.get("realm").map_or(0, |realm| realm.len()));
    let values = message.values(Name::Warning).map(|value| value.len());
    let routes = message.routes().map(|route| route.is_loose() as usize);
    let total: usize = addresses.chain(contacts).chain(vias).chain(auths).chain(values).chain(routes).sum();
    total
        + message.method().len()
        + message.faults().iter().count()
        + message.to_rsip().is_some() as usize
        + message.to_rsip_typed().vias.len()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_octets_are_read_without_a_panic(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        let with_start = [b"SIP/2.0 302 x\r\n", octets.as_slice()].concat();
        prop_assert!(Message::scan(&with_start).is_some_and(|message| ask_everything(&message) < usize::MAX));
        prop_assert_eq!(Message::scan(&octets).is_some(), super::is_sip(&octets));
    }

    #[test]
    fn a_message_with_octets_changed_is_read_without_a_panic(
        which in 0usize..61,
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(&b"\r\n\t \",;:<>=\\@[]()\x00\x80aS/0"[..])), 1..12),
    ) {
        let (_, mut octets) = all().swap_remove(which);
        for (at, octet) in changes {
            let at = at.index(octets.len());
            octets[at] = octet;
        }
        if let Some(message) = Message::scan(&octets) {
            ask_everything(&message);
            prop_assert_eq!(Message::scan(message.octets()).map(|again| again.octets().len()), Some(message.octets().len()));
        }
    }
}
