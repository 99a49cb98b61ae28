//! The torture messages of RFC 4475 and RFC 5118: what must be read from each, and what must be told to be wrong with it.
//!
//! The RFC's parting into valid and invalid is not one into read and refused: nothing is refused, and what is usable is kept.

use super::MessageFault::{
    self, CSeq, Contact, ContentLength, Date, Expires, ExtraOctets, From, MaxForwards, MethodMismatch, Missing, Repeated, RequestUri,
    RetryAfter, ShortBody, StartLine, StatusCode, To, Version, Via, Warning,
};
use super::framing::{Ending, Step, cut, is_sip};
use super::header::{Expiry, Quality};
use super::{Message, Name};
use std::fs;
use std::path::PathBuf;

/// Folder and name, start line, Call-ID, CSeq, top branch, number of Vias, octets of body, faults.
type Row = (
    &'static str,
    &'static str,
    Option<&'static str>,
    Option<(u32, &'static str)>,
    Option<&'static str>,
    usize,
    usize,
    &'static [MessageFault],
);

const INTMETH: &str = "!interesting-Method0123456789_*+`.%indeed'~";

#[rustfmt::skip]
const ROWS: &[Row] = &[
    // 3.1.1: valid.
    ("rfc4475/wsinv", "INVITE", Some("wsinv.ndaksdj@192.0.2.1"), Some((9, "INVITE")), Some("390skdjuw"), 3, 150, &[]),
    ("rfc4475/intmeth", INTMETH, Some("intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{"), Some((139_122_385, INTMETH)), Some("z9hG4bK-.!%66*_+`'~"), 1, 0, &[]),
    ("rfc4475/esc01", "INVITE", Some("esc01.239409asdfakjkn23onasd0-3234"), Some((234_234, "INVITE")), Some("z9hG4bKkdjuw"), 1, 150, &[]),
    ("rfc4475/escnull", "REGISTER", Some("escnull.39203ndfvkjdasfkq3w4otrq0adsfdfnavd"), Some((14_398_234, "REGISTER")), Some("z9hG4bKkdjuw"), 1, 0, &[]),
    ("rfc4475/esc02", "RE%47IST%45R", Some("esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf"), Some((29_344, "RE%47IST%45R")), Some("z9hG4bK209%fzsnel234"), 1, 0, &[]),
    ("rfc4475/lwsdisp", "OPTIONS", Some("lwsdisp.1234abcd@funky.example.com"), Some((60, "OPTIONS")), Some("z9hG4bKkdjuw"), 1, 0, &[]),
    ("rfc4475/longreq", "INVITE", Some(concat!("longreq.one", "reallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreally", "longcallid")), Some((3_882_340, "INVITE")), None, 34, 150, &[]),
    ("rfc4475/dblreq", "REGISTER", Some("dblreq.0ha0isndaksdj99sdfafnl3lk233412"), Some((8, "REGISTER")), Some("z9hG4bKkdjuw23492"), 1, 0, &[ExtraOctets]),
    ("rfc4475/semiuri", "OPTIONS", Some("semiuri.0ha0isndaksdj"), Some((8, "OPTIONS")), Some("z9hG4bKkdjuw"), 1, 0, &[]),
    ("rfc4475/transports", "OPTIONS", Some("transports.kijh4akdnaqjkwendsasfdj"), Some((60, "OPTIONS")), Some("z9hG4bKkdjuw"), 5, 0, &[]),
    ("rfc4475/mpart01", "MESSAGE", Some("3d9485ad0c49859b@Zmx1ZmZ5LW1hYy0xNi5sb2NhbA.."), Some((1, "MESSAGE")), Some("z9hG4bK-d87543-4dade06d0bdb11ee-1--d87543-"), 1, 553, &[]),
    ("rfc4475/unreason", "200", Some("unreason.1234ksdfak3j2erwedfsASdf"), Some((35, "INVITE")), Some("z9hG4bK1324923"), 1, 154, &[]),
    ("rfc4475/noreason", "100", Some("noreason.asndj203insdf99223ndf"), Some((35, "INVITE")), Some("z9hG4bK2398ndaoe"), 1, 0, &[]),
    // 3.1.2: invalid.
    ("rfc4475/badinv01", "INVITE", Some("badinv01.0ha0isndaksdjasdf3234nas"), Some((8, "INVITE")), None, 2, 152, &[Via, Contact]),
    ("rfc4475/clerr", "INVITE", Some("clerr.0ha0isndaksdjweiafasdk3"), Some((8, "INVITE")), Some("z9hG4bK-39234-23523"), 1, 154, &[ShortBody]),
    ("rfc4475/ncl", "INVITE", Some("ncl.0ha0isndaksdj2193423r542w35"), Some((0, "INVITE")), Some("z9hG4bKkdjuw"), 1, 152, &[ContentLength]),
    ("rfc4475/scalar02", "REGISTER", Some("scalar02.23o0pd9vanlq3wnrlnewofjas9ui32"), None, Some("z9hG4bK342sdfoi3"), 1, 0, &[CSeq, Contact, MaxForwards, Expires]),
    ("rfc4475/scalarlg", "503", Some("scalarlg.noase0of0234hn2qofoaf0232aewf2394r"), None, Some("z9hG4bKzzxdiwo34sw"), 1, 0, &[CSeq, RetryAfter, Warning]),
    ("rfc4475/quotbal", "INVITE", Some("quotbal.aksdj"), Some((8, "INVITE")), Some("z9hG4bKkdjuw39234"), 1, 152, &[To]),
    ("rfc4475/ltgtruri", "INVITE", Some("ltgtruri.1@192.0.2.5"), Some((1, "INVITE")), None, 1, 159, &[RequestUri]),
    ("rfc4475/lwsruri", "INVITE", Some("lwsruri.asdfasdoeoi2323-asdfwrn23-asd834rk423"), Some((2_130_706_432, "INVITE")), Some("z9hG4bKkdjuw2395"), 1, 159, &[StartLine]),
    ("rfc4475/lwsstart", "INVITE", Some("lwsstart.dfknq234oi243099adsdfnawe3@example.com"), Some((1_893_884, "INVITE")), Some("z9hG4bKkdjuw3923"), 1, 150, &[StartLine]),
    ("rfc4475/trws", "OPTIONS", Some("trws.oicu34958239neffasdhr2345r"), Some((238_923, "OPTIONS")), Some("z9hG4bK299342093"), 1, 0, &[StartLine]),
    // Headers in a Request-URI are a matter of the URI (RFC 3261, 19.1.1), not of the message's syntax.
    ("rfc4475/escruri", "INVITE", Some("escruri.23940-asdfhj-aje3br-234q098w-fawerh2q-h4n5"), Some((149_209_342, "INVITE")), Some("z9hG4bKkdjuw"), 1, 150, &[]),
    ("rfc4475/baddate", "INVITE", Some("baddate.239423mnsadf3j23lj42--sedfnm234"), Some((1_392_934, "INVITE")), Some("z9hG4bKkdjuw"), 1, 150, &[Date]),
    ("rfc4475/regbadct", "REGISTER", Some("regbadct.k345asrl3fdbv@10.0.0.1"), Some((1, "REGISTER")), Some("z9hG4bKkdjuw"), 1, 0, &[Contact]),
    ("rfc4475/badaspec", "OPTIONS", Some("badaspec.sdf0234n2nds0a099u23h3hnnw009cdkne3"), Some((3_923_239, "OPTIONS")), Some("z9hG4bKkdju43234"), 1, 0, &[To]),
    ("rfc4475/baddn", "OPTIONS", Some("baddn.31415@c.example.com"), Some((3_923_239, "OPTIONS")), Some("z9hG4bKkdjuw"), 1, 0, &[From, To]),
    ("rfc4475/badvers", "OPTIONS", Some("badvers.31417@c.example.com"), Some((1, "OPTIONS")), Some("z9hG4bKkdjuw"), 1, 0, &[Version]),
    ("rfc4475/mismatch01", "OPTIONS", Some("mismatch01.dj0234sxdfl3"), Some((8, "INVITE")), Some("z9hG4bKkdjuw"), 1, 0, &[MethodMismatch]),
    ("rfc4475/mismatch02", "NEWMETHOD", Some("mismatch02.dj0234sxdfl3"), Some((8, "INVITE")), Some("z9hG4bKkdjuw"), 1, 138, &[MethodMismatch]),
    ("rfc4475/bigcode", "none", Some("bigcode.asdof3uj203asdnf3429uasdhfas3ehjasdfas9i"), Some((353_494, "INVITE")), Some("z9hG4bK2398ndaoe"), 1, 0, &[StatusCode]),
    // 3.2 to 3.4: well formed, odd otherwise.
    ("rfc4475/badbranch", "OPTIONS", Some("badbranch.sadonfo23i420jv0as0derf3j3n"), Some((8, "OPTIONS")), Some("z9hG4bK"), 1, 0, &[]),
    ("rfc4475/insuf", "INVITE", None, Some((193_942, "INVITE")), Some("z9hG4bKkdj.insuf"), 1, 152, &[Missing]),
    ("rfc4475/unkscm", "OPTIONS", Some("unkscm.nasdfasser0q239nwsdfasdkl34"), Some((3_923_423, "OPTIONS")), Some("z9hG4bKkdjuw39234"), 1, 0, &[]),
    ("rfc4475/novelsc", "OPTIONS", Some("novelsc.asdfasser0q239nwsdfasdkl34"), Some((3_923_423, "OPTIONS")), Some("z9hG4bKkdjuw39234"), 1, 0, &[]),
    ("rfc4475/unksm2", "REGISTER", Some("unksm2.daksdj@hyphenated-host.example.com"), Some((234_902, "REGISTER")), Some("z9hG4bKkdjuw"), 1, 0, &[]),
    ("rfc4475/bext01", "OPTIONS", Some("bext01.0ha0isndaksdj"), Some((8, "OPTIONS")), Some("z9hG4bKkdjuw"), 1, 0, &[]),
    ("rfc4475/invut", "INVITE", Some("invut.0ha0isndaksdjadsfij34n23d"), Some((235_448, "INVITE")), Some("z9hG4bKkdjuw"), 1, 40, &[]),
    ("rfc4475/regaut01", "REGISTER", Some("regaut01.0ha0isndaksdj"), Some((9338, "REGISTER")), Some("z9hG4bKkdjuw"), 1, 0, &[]),
    ("rfc4475/multi01", "INVITE", Some("multi01.98asdh@192.0.2.1"), Some((5, "INVITE")), Some("z9hG4bKkdjuw"), 1, 152, &[ShortBody, Repeated]),
    ("rfc4475/mcl01", "OPTIONS", Some("mcl01.fhn2323orihawfdoa3o4r52o3irsdf"), Some((15_932, "OPTIONS")), Some("z9hG4bK293423"), 1, 13, &[ExtraOctets, Repeated]),
    ("rfc4475/bcast", "200", Some("bcast.0384840201234ksdfak3j2erwedfsASdf"), Some((35, "INVITE")), Some("z9hG4bK1324923"), 2, 154, &[]),
    ("rfc4475/zeromf", "OPTIONS", Some("zeromf.jfasdlfnm2o2l43r5u0asdfas"), Some((39_234_321, "OPTIONS")), Some("z9hG4bKkdjuw2349i"), 1, 0, &[]),
    ("rfc4475/cparam01", "REGISTER", Some("cparam01.70710@saturn.example.com"), Some((2, "REGISTER")), Some("z9hG4bKkdjuw"), 1, 0, &[]),
    ("rfc4475/cparam02", "REGISTER", Some("cparam02.70710@saturn.example.com"), Some((3, "REGISTER")), Some("z9hG4bKkdjuw"), 1, 0, &[]),
    ("rfc4475/regescrt", "REGISTER", Some("regescrt.k345asrl3fdbv@192.0.2.1"), Some((14_398_234, "REGISTER")), Some("z9hG4bKkdjuw"), 1, 0, &[]),
    ("rfc4475/sdp01", "INVITE", Some("sdp01.ndaksdj9342dasdd"), Some((8, "INVITE")), Some("z9hG4bKkdjuw"), 1, 150, &[]),
    ("rfc4475/inv2543", "INVITE", Some("inv2543.1717@ift.client.example.com"), Some((56, "INVITE")), None, 1, 105, &[]),
    // RFC 5118. What is wrong with 4.2 and 4.10 is wrong with their URIs.
    ("rfc5118/4.1-good", "REGISTER", Some("SSG9559905523997077@hlau_4100"), Some((98_176, "REGISTER")), Some("z9hG4bKas3-111"), 1, 0, &[]),
    ("rfc5118/4.2-missing-brackets", "REGISTER", Some("SSG9559905523997077@hlau_4100"), Some((98_176, "REGISTER")), Some("z9hG4bKas3-111"), 1, 0, &[]),
    ("rfc5118/4.3-port-ambiguous", "REGISTER", Some("SSG9559905523997077@hlau_4100"), Some((98_176, "REGISTER")), Some("z9hG4bKas3-111"), 1, 0, &[]),
    ("rfc5118/4.4-port-unambiguous", "REGISTER", Some("SSG9559905523997077@hlau_4100"), Some((98_176, "REGISTER")), Some("z9hG4bKas3-111"), 1, 0, &[]),
    ("rfc5118/4.5-received-bare", "OPTIONS", Some("SSG95523997077@hlau_4100"), Some((921, "OPTIONS")), Some("z9hG4bKas3"), 1, 0, &[]),
    ("rfc5118/4.5-received-in-brackets", "BYE", Some("SSG9559905523997077@hlau_4100"), Some((321, "BYE")), Some("z9hG4bKas3-111"), 1, 0, &[]),
    ("rfc5118/4.6-sdp", "INVITE", Some("SSG9559905523997077@hlau_4100"), Some((8612, "INVITE")), Some("z9hG4bKas3-111"), 1, 251, &[ShortBody]),
    ("rfc5118/4.7-mixed-via", "BYE", Some("997077@lau_4100"), Some((89_187, "BYE")), Some("z9hG4bKas3-111"), 3, 0, &[]),
    ("rfc5118/4.8-mixed-sdp", "INVITE", Some("SSG9559905523997077@hlau_4100"), Some((8912, "INVITE")), Some("z9hG4bKas3-111"), 1, 181, &[ExtraOctets]),
    ("rfc5118/4.9-ipv4-mapped", "INVITE", Some("SSG9559905523997077@hlau_4100"), Some((612, "INVITE")), Some("z9hG4bKbh19"), 2, 236, &[ExtraOctets]),
    ("rfc5118/4.10-two-colons", "OPTIONS", Some("G9559905523997077@hlau_4100"), Some((689, "OPTIONS")), Some("z9hG4bKas3-111"), 1, 0, &[]),
    ("rfc5118/4.10-three-colons", "OPTIONS", Some("G9559905523997077@hlau_4100"), Some((689, "OPTIONS")), Some("z9hG4bKas3-111"), 1, 0, &[]),
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/torture")
}

pub(super) fn octets(name: &str) -> Vec<u8> {
    fs::read(folder().join(format!("{name}.dat"))).expect("the message is in the repository")
}

/// Every message with its name.
pub(super) fn all() -> Vec<(&'static str, Vec<u8>)> {
    ROWS.iter().map(|row| (row.0, octets(row.0))).collect()
}

fn with<T>(name: &str, ask: impl FnOnce(&Message<'_>) -> T) -> T {
    ask(&Message::scan(&octets(name)).expect("it is SIP"))
}

fn uris(name: &str) -> Vec<String> {
    with(name, |message| message.contacts().map(|contact| String::from_utf8_lossy(contact.uri()).into_owned()).collect())
}

#[test]
fn every_message_of_both_standards_has_its_row() {
    for (name, count) in [("rfc4475", 49), ("rfc5118", 12)] {
        let files = fs::read_dir(folder().join(name)).expect("the folder is in the repository").count();
        assert_eq!(files, count, "{name}");
        assert_eq!(ROWS.iter().filter(|row| row.0.starts_with(name)).count(), count, "{name}");
    }
}

#[test]
fn each_message_is_read_and_its_faults_are_told() {
    for (name, start, call_id, cseq, branch, vias, body, faults) in ROWS {
        let octets = octets(name);
        assert!(is_sip(&octets), "{name}");
        let message = Message::scan(&octets).expect("it is SIP");
        let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
        let read =
            if message.is_request() { text(message.method()) } else { message.status().map_or("none".into(), |code| code.to_string()) };
        assert_eq!(read, *start, "{name}");
        assert_eq!(message.call_id().map(text).as_deref(), *call_id, "{name}");
        assert_eq!(
            message.cseq().map(|cseq| (cseq.number, cseq.method)),
            cseq.map(|(number, method)| (number, method.as_bytes())),
            "{name}"
        );
        assert_eq!(message.top_via().and_then(|via| via.branch()).map(text).as_deref(), *branch, "{name}");
        assert_eq!((message.via_count(), message.body().len()), (*vias, *body), "{name}");
        assert_eq!(message.faults().iter().collect::<Vec<_>>(), *faults, "{name}");
    }
}

#[test]
fn each_message_is_cut_from_a_stream_as_it_is_scanned() {
    // Those whose length lies, and the two that RFC 4475 has without one, end elsewhere in a stream; see the tests of framing.
    let lies = |faults: &[MessageFault]| faults.iter().any(|fault| matches!(fault, ShortBody | ContentLength));
    for (name, .., faults) in ROWS.iter().filter(|row| !lies(row.7) && row.0 != "rfc4475/inv2543") {
        let octets = octets(name);
        let message = Message::scan(&octets).expect("it is SIP");
        let expected = Step::Unit { skip: 0, len: message.octets().len(), ending: Ending::Told };
        assert_eq!(cut(&octets, 0), expected, "{name} {faults:?}");
    }
}

#[test]
fn a_message_cut_anywhere_is_still_read() {
    for (name, octets) in all() {
        for end in 0..octets.len() {
            let (piece, _) = octets.split_at(end);
            if let Some(message) = Message::scan(piece) {
                assert!(!message.faults().is_empty() || message.octets().len() == end, "{name} cut at {end}");
            }
        }
    }
}

#[test]
fn folds_and_compact_names_do_not_hide_a_value() {
    with("rfc4475/wsinv", |message| {
        assert_eq!(message.to().and_then(|to| to.tag()), Some(&b"1918181833n"[..]));
        assert_eq!(message.from().and_then(|from| from.tag()), Some(&b"98asjd8"[..]));
        assert_eq!(message.from().map(|from| from.display_name().into_owned()).as_deref(), Some(&b"J Rosenberg \\\""[..]));
        assert_eq!(message.max_forwards(), Some(68));
        assert_eq!(message.content_length(), Some(150));
        assert_eq!(message.field(Name::Subject), Some(&b""[..]));
        assert_eq!(message.named("newfangledheader").next().as_deref(), Some(&b"newfangled value continued newfangled value"[..]));
        let branches: Vec<_> = message.vias().filter_map(|via| via.branch()).collect();
        assert_eq!(branches, [&b"390skdjuw"[..], b"z9hG4bK9ikj8", b"z9hG4bK30239"]);
        assert!(message.routes().all(|route| route.is_loose()));
        let contact = message.contacts().next().expect("there is one");
        assert_eq!(contact.address.display_name().as_ref(), b"Quoted string \"\"");
        assert_eq!(contact.q(), Some(Quality::Milli(330)));
        assert_eq!(contact.params().value("newparam"), Some(&b"newvalue"[..]));
        assert!(contact.params().get("secondparam").is_some());
    });
}

#[test]
fn escaped_names_are_not_the_names_they_spell() {
    assert_eq!(uris("rfc4475/esc02"), ["sip:alias1@host1.example.com", "sip:alias3@host3.example.com"]);
    assert_eq!(uris("rfc4475/escnull"), ["sip:%00@host5.example.com", "sip:%00%00@host5.example.com"]);
    with("rfc4475/esc02", |message| assert_eq!(message.to().map(|to| to.display_name().into_owned()), Some(b"%Z%45".to_vec())));
}

#[test]
fn the_brackets_say_whose_a_parameter_is() {
    with("rfc4475/cparam01", |message| {
        let contact = message.contacts().next().expect("there is one");
        assert_eq!(contact.uri(), b"sip:+19725552222@gw1.example.net");
        assert!(contact.params().get("unknownparam").is_some() && !contact.address.is_bracketed);
    });
    with("rfc4475/cparam02", |message| {
        let contact = message.contacts().next().expect("there is one");
        assert_eq!(contact.uri(), b"sip:+19725552222@gw1.example.net;unknownparam");
        assert!(contact.params().get("unknownparam").is_none() && contact.address.is_bracketed);
    });
    assert_eq!(uris("rfc4475/regescrt"), ["sip:user@example.com?Route=%3Csip:sip.example.com%3E"]);
}

#[test]
fn a_number_too_large_is_no_number() {
    with("rfc4475/bigcode", |message| assert_eq!((message.is_request(), message.status()), (false, None)));
    with("rfc4475/scalar02", |message| {
        assert_eq!(message.expires(), Some(Expiry::Malformed));
        assert_eq!(message.contacts().next().and_then(|contact| contact.expires()), Some(Expiry::Malformed));
    });
}

#[test]
fn reasons_may_be_empty_or_in_any_language() {
    with("rfc4475/noreason", |message| assert_eq!(message.reason_phrase(), b""));
    with("rfc4475/unreason", |message| {
        assert!(std::str::from_utf8(message.reason_phrase()).is_ok_and(|reason| reason.starts_with("= 2**3 * 5**2 ")))
    });
}

#[test]
fn every_transport_and_address_of_a_via_is_read() {
    let transports = with("rfc4475/transports", |message| message.vias().map(|via| via.transport.to_vec()).collect::<Vec<_>>());
    assert_eq!(transports, [&b"UDP"[..], b"SCTP", b"TLS", b"UNKNOWN", b"TCP"]);
    with("rfc5118/4.7-mixed-via", |message| {
        let hops: Vec<_> = message.vias().map(|via| (via.bare_host(), via.port, via.received())).collect();
        assert_eq!(
            hops,
            [
                (&b"2001:db8::9:1"[..], Some(6050), None),
                (&b"192.0.2.1"[..], None, None),
                (&b"2001:db8::9:255"[..], None, Some(&b"192.0.2.200"[..]))
            ]
        );
    });
    for name in ["rfc5118/4.5-received-bare", "rfc5118/4.5-received-in-brackets"] {
        with(name, |message| assert_eq!(message.top_via().and_then(|via| via.received()), Some(&b"2001:db8::9:255"[..])));
    }
}

#[test]
fn what_a_broken_header_still_says_is_kept() {
    with("rfc4475/quotbal", |message| assert_eq!(message.to().map(|to| to.uri), Some(&b"sip:j.user@example.com"[..])));
    with("rfc4475/badaspec", |message| assert_eq!(message.to().map(|to| to.uri), Some(&b"sip:t.watson@example.org"[..])));
    with("rfc4475/baddn", |message| assert_eq!(message.from().and_then(|from| from.tag()), Some(&b"43"[..])));
    with("rfc4475/lwsruri", |message| assert_eq!(message.request_uri(), Some(&b"sip:user@example.com; lr"[..])));
    with("rfc4475/badvers", |message| assert!(!message.is_decodable()));
    assert_eq!(uris("rfc4475/badinv01"), ["sip:joe@example.org"]);
}
