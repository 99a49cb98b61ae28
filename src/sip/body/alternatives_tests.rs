//! What bodies of every type are found to offer.

use std::io::Read;

use super::{Alternatives, BodyFault, BodyKind, MAX_BODY, MAX_PARTS};

fn read(content_type: &str, body: &str) -> Alternatives {
    let content_type = (!content_type.is_empty()).then_some(content_type.as_bytes());
    Alternatives::read(content_type, None, body.as_bytes())
}

fn uris(found: &Alternatives) -> Vec<String> {
    found.uris.iter().map(ToString::to_string).collect()
}

/// Holds a body to its kind, its URIs and its faults.
#[track_caller]
fn check(content_type: &str, body: &str, kind: BodyKind, expected: &[&str], faults: &[BodyFault]) {
    let found = read(content_type, body);
    assert_eq!(
        (found.kind, uris(&found), found.faults.as_slice()),
        (kind, expected.iter().map(|&text| text.to_owned()).collect(), faults),
        "{body}"
    );
}

const IMS: &str =
    "<ims-3gpp version=\"1\"><alternative-service><type>emergency</type><reason>or tel:112</reason></alternative-service></ims-3gpp>";

#[test]
fn no_body_describes_nothing() {
    let found = read("text/plain", "");
    assert_eq!((found.kind, found.faults.len(), found.describes_anything()), (BodyKind::Empty, 0, false));
    assert_eq!(found.content_type.as_deref(), Some("text/plain"));
}

#[test]
fn prose_is_kept_but_names_no_alternative() {
    let found = read("text/plain", "Voice is not possible here. Please send an instant message instead.\r\n");
    assert_eq!(found.prose.as_deref(), Some("Voice is not possible here. Please send an instant message instead."));
    assert!(found.describes_anything() && !found.names_sip_alternative());
}

#[test]
fn each_kind_of_text_gives_its_uris() {
    check("text/plain", "Try <sip:bob@example.com;user=phone>.", BodyKind::Text, &["sip:bob@example.com;user=phone"], &[]);
    check("application/x-choices", "1 sip:a@b.c\n2 mailto:a@b.c", BodyKind::Other, &["sip:a@b.c", "mailto:a@b.c"], &[]);
    check("application/sdp", "v=0\r\nu=http://b.c/\r\nm=audio 0 RTP/AVP 0\r\nm=text 9 x\r\n", BodyKind::Sdp, &["http://b.c/"], &[]);
    assert_eq!(read("application/sdp", "v=0\r\nm=text 9 x\r\n").media, ["text"]);
}

#[test]
fn html_offers_its_links_and_its_text() {
    let page = "<!DOCTYPE html PUBLIC \"x\" \"http://www.w3.org/TR/html4/\"><html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title>sip:t@b.c</title>\
        <link href=\"http://b.c/style.css\"><style>a{}</style></head><body><p>Call <A HREF='sip:bob@b.c?Subject=a&amp;Priority=urgent'>Bob</a>, \
        <a class=x href=tel:+12015550123>us</a> or sips&#58;d@b.c &amp; <sip:e@b.c></p></body></html>";
    check(
        "text/html",
        page,
        BodyKind::Html,
        &["sip:bob@b.c?Subject=a&Priority=urgent", "tel:+12015550123", "sips:d@b.c", "sip:e@b.c"],
        &[],
    );
    assert_eq!(read("text/html", page).prose.as_deref(), Some("Call Bob , us or sips:d@b.c &"));
}

#[test]
fn a_page_that_leads_on_by_itself_offers_where() {
    let page = |kind: &str| format!("<html><head><meta HTTP-EQUIV={kind} content=\"0; url=sip:desk@b.c\"></head></html>");
    check("text/html", &page("Refresh"), BodyKind::Html, &["sip:desk@b.c"], &[]);
    check("text/html", &page("x"), BodyKind::Html, &[], &[]);
}

#[test]
fn xml_of_other_kinds_offers_no_schemas() {
    let document = "<?xml version=\"1.0\"?><a xmlns=\"urn:ietf:params:xml:ns:x\" xmlns:s=\"http://www.w3.org/2001/XMLSchema-instance\" \
        s:schemaLocation=\"http://b.c/x.xsd\" target=\"sip:a@b.c\">im:a@b.c<!-- sip:no@b.c --></a>";
    check("application/vnd.example.alternatives+xml", document, BodyKind::Xml, &["sip:a@b.c", "im:a@b.c"], &[]);
}

#[test]
fn a_sip_message_offers_its_targets_alone() {
    let message = "INVITE sip:a@b.c SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: <sip:no@b.c>;tag=1\r\nTo: sip:no@b.c\r\nContact: <sip:c@b.c>,\r\n \
        <sip:d@b.c>\r\nr: <sip:e@b.c>\r\n\r\nsip:no@b.c";
    check("message/sip", message, BodyKind::Sip, &["sip:a@b.c", "sip:c@b.c", "sip:d@b.c", "sip:e@b.c"], &[]);
    check("message/sipfrag;version=2.0", "SIP/2.0 302 Moved\r\nm: <sip:c@b.c>\r\n", BodyKind::Sip, &["sip:c@b.c"], &[]);
}

#[test]
fn ims_xml_is_known_by_its_root_under_any_type() {
    check("application/3gpp-ims+xml", IMS, BodyKind::Ims, &["tel:112"], &[]);
    check("application/3gpp-ims+xml;sv=\"1\"", IMS, BodyKind::Ims, &["tel:112"], &[]);
    check("", IMS, BodyKind::Ims, &["tel:112"], &[BodyFault::MissingContentType]);
    for wrong in ["text/plain", "application/xml", "text/xml", "application/octet-stream", "application/vnd.3gpp+xml"] {
        check(wrong, IMS, BodyKind::Ims, &["tel:112"], &[BodyFault::WrongContentType]);
    }
    let found = read("application/3gpp-ims+xml", IMS);
    assert_eq!((found.service_type().map(ToString::to_string).as_deref(), found.report_kind()), (Some("emergency"), "ims"));
}

#[test]
fn only_what_sip_reaches_is_a_sip_alternative() {
    for (body, expected) in [
        ("sip:a@b.c", true),
        ("sips:a@b.c", true),
        ("tel:+12015550123", true),
        ("urn:service:sos.police", true),
        ("urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6", false),
        ("mailto:a@b.c http://b.c im:a@b.c", false),
        ("Call 112", false),
    ] {
        assert_eq!(read("text/plain", body).names_sip_alternative(), expected, "{body}");
    }
}

#[test]
fn parts_are_read_and_named() {
    let body = format!(
        "preamble sip:no@b.c\r\n--b\r\nContent-Type: text/plain\r\n\r\nTry sip:a@b.c\r\n--b\r\nContent-Type: multipart/alternative; boundary=\"i n\"\r\n\r\n\
         --i n\r\nContent-Type: text/html\r\n\r\n<a href=\"sips:a@b.c\">x</a>\r\n--i n\r\nContent-Type: application/3gpp-ims+xml\r\n\r\n{IMS}\r\n--i n--\r\n\
         --b\r\nContent-Transfer-Encoding: base64\r\n\r\nc2lwOmFAYi5j\r\n--b--\r\n"
    );
    let found = read("multipart/mixed;boundary=b", &body);
    assert_eq!(uris(&found), ["sip:a@b.c", "sips:a@b.c", "tel:112"]);
    assert_eq!(found.parts, [BodyKind::Text, BodyKind::Html, BodyKind::Ims, BodyKind::Other]);
    assert_eq!((found.kind, found.report_kind()), (BodyKind::Multipart, "ims"));
    assert_eq!(found.faults, [BodyFault::TransferEncoded]);
    assert_eq!(read("multipart/mixed;boundary=b", "--b\r\n\r\nx\r\n--b--").report_kind(), "text");
}

#[test]
fn a_broken_multipart_body_gives_what_is_there() {
    check("multipart/mixed", "--b\r\n\r\nsip:a@b.c\r\n--b--", BodyKind::Multipart, &["sip:a@b.c"], &[BodyFault::NoBoundary]);
    check(
        "multipart/mixed;boundary=b",
        "--b\r\nc: text/plain\r\n\r\nsip:a@b.c",
        BodyKind::Multipart,
        &["sip:a@b.c"],
        &[BodyFault::CutMultipart],
    );
}

#[test]
fn parts_and_their_depth_are_bounded() {
    let many = "--b\r\n\r\nx\r\n".repeat(1000);
    let found = read("multipart/mixed;boundary=b", &many);
    assert_eq!((found.parts.len(), found.faults.as_slice()), (MAX_PARTS, &[BodyFault::TooManyParts][..]));

    let deep = (0..40).fold(String::from("sip:a@b.c"), |inner, level| {
        format!("--b{level}x\r\nContent-Type: multipart/mixed;boundary=b{}x\r\n\r\n{inner}\r\n--b{level}x--", level - 1)
    });
    let found = read("multipart/mixed;boundary=b39x", &deep);
    assert_eq!((found.uris.len(), found.faults.as_slice()), (0, &[BodyFault::TooDeep][..]));
}

#[test]
fn an_encoded_body_is_decoded_or_said_to_be_encoded() {
    let mut zipped = Vec::new();
    let mut encoder = flate2::read::GzEncoder::new(IMS.as_bytes(), flate2::Compression::fast());
    encoder.read_to_end(&mut zipped).expect("memory can be read");
    let found = Alternatives::read(Some(b"application/3gpp-ims+xml"), Some(b"gzip"), &zipped);
    assert_eq!((found.service_type().is_some(), found.faults.len()), (true, 0));
    let found = Alternatives::read(Some(b"text/plain"), Some(b"br"), b"sip:a@b.c");
    assert_eq!((found.uris.len(), found.faults.as_slice()), (0, &[BodyFault::UnknownEncoding][..]));
}

#[test]
fn a_body_is_read_up_to_its_bound() {
    let found = read("text/plain", &format!("{}sip:a@b.c", " ".repeat(MAX_BODY)));
    assert_eq!((found.uris.len(), found.faults.as_slice()), (0, &[BodyFault::TooLarge][..]));
}
