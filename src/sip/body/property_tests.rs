//! Properties of bodies over generated octets.

use proptest::prelude::*;

use super::{Alternatives, MAX_PARTS, MAX_PROSE, MAX_URIS};

/// Types that lead to every reader.
fn content_type() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just("application/3gpp-ims+xml"),
        Just("text/plain"),
        Just("text/html"),
        Just("application/sdp"),
        Just("message/sip"),
        Just("text/xml"),
        Just("multipart/mixed;boundary=b"),
        Just("multipart/mixed"),
        Just("application/octet-stream"),
        Just(""),
    ]
}

/// Text near enough to the formats to get deep into the readers.
fn near_body() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just("<ims-3gpp version='1'>"),
        Just("<3gpp-ims>"),
        Just("<alternative-service>"),
        Just("</alternative-service>"),
        Just("<type>"),
        Just("</type>"),
        Just("<emergency/>"),
        Just("emergency"),
        Just("<action>"),
        Just("</"),
        Just(">"),
        Just("<!--"),
        Just("-->"),
        Just("<![CDATA["),
        Just("]]>"),
        Just("<!DOCTYPE a ["),
        Just("]>"),
        Just("<a href=\""),
        Just("\""),
        Just("'"),
        Just("&amp;"),
        Just("&#58;"),
        Just("&"),
        Just("sip:"),
        Just("sip:a@b.c"),
        Just("tel:+1"),
        Just("urn:service:sos"),
        Just("http://b.c"),
        Just(","),
        Just(")"),
        Just("("),
        Just(" "),
        Just("\r\n"),
        Just("--b"),
        Just("--b--"),
        Just("Content-Type: multipart/mixed;boundary=b"),
        Just("Content-Encoding: gzip"),
        Just("\u{e9}"),
        Just("m=audio 1"),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat().into_bytes())
}

fn check(content_type: &str, encoding: Option<&[u8]>, body: &[u8]) -> Result<(), TestCaseError> {
    let found = Alternatives::read(Some(content_type.as_bytes()), encoding, body);
    prop_assert!(found.uris.len() <= MAX_URIS && found.parts.len() <= MAX_PARTS);
    prop_assert!(found.prose.as_ref().is_none_or(|prose| prose.chars().count() <= MAX_PROSE));
    prop_assert!(found.sip_alternatives().all(|uri| uri.is_valid()));
    prop_assert!(found.faults.is_sorted());
    Ok(())
}

proptest! {
    #[test]
    fn any_octets_are_read_within_bounds(kind in content_type(), body in proptest::collection::vec(any::<u8>(), 0..300)) {
        check(kind, None, &body)?;
        check(kind, Some(b"gzip"), &body)?;
        check(kind, Some(b"deflate"), &body)?;
    }

    #[test]
    fn what_looks_like_a_body_is_read_within_bounds(kind in content_type(), body in near_body()) {
        check(kind, None, &body)?;
    }

    #[test]
    fn a_uri_in_prose_is_found(user in "[a-z]{1,8}", before in "[ (<\"]", after in "[ )>\".,!]") {
        let text = format!("Please try{before}sip:{user}@example.com{after} Thanks");
        let found = Alternatives::read(Some(b"text/plain"), None, text.as_bytes());
        let uris: Vec<String> = found.uris.iter().map(ToString::to_string).collect();
        prop_assert_eq!(uris, [format!("sip:{user}@example.com")]);
    }
}
