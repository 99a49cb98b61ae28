//! Equality of URIs: the vectors of RFC 3261, 19.1.4 and 19.1.6, those of RFC 3966 and RFC 5031, and some of our own.

use super::Uri;

/// Holds two URIs to be equal or not, in both directions, and equal ones to share their key.
#[track_caller]
fn check(one: &str, other: &str, expected: bool) {
    let (one, other) = (Uri::parse(one.as_bytes()), Uri::parse(other.as_bytes()));
    assert_eq!(one.equals(&other), expected, "{one} {other}");
    assert_eq!(other.equals(&one), expected, "{other} {one}");
    if expected {
        assert_eq!(one.lookup_key(), other.lookup_key(), "{one} {other}");
    }
}

#[test]
fn the_equal_sets_of_rfc_3261_are_equal() {
    check("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp", true);
    check("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5", true);
    check("sip:carol@chicago.com", "sip:carol@chicago.com;security=on", true);
    check("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on", true);
    check(
        "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
        "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
        true,
    );
    check("sip:alice@atlanta.com?subject=project%20x&priority=urgent", "sip:alice@atlanta.com?priority=urgent&subject=project%20x", true);
}

#[test]
fn the_unequal_sets_of_rfc_3261_are_unequal() {
    check("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP", false);
    check("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060", false);
    check("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp", false);
    check("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp", false);
    check("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting", false);
    check("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4", false);
}

#[test]
fn equality_is_not_transitive() {
    check("sip:carol@chicago.com", "sip:carol@chicago.com;security=on", true);
    check("sip:carol@chicago.com", "sip:carol@chicago.com;security=off", true);
    check("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off", false);
}

#[test]
fn an_absent_component_never_equals_its_default() {
    check("sip:a@b", "sips:a@b", false);
    check("sip:b", "sip:a@b", false);
    check("sip:a@b", "sip:a:@b", false);
    check("sip:a:secret@b", "sip:a:SECRET@b", false);
    check("sip:a@b", "sip:a@b;user=ip", false);
    check("sip:a@b", "sip:a@b;ttl=1", false);
    check("sip:a@b", "sip:a@b;method=INVITE", false);
    check("sip:a@b", "sip:a@b;maddr=b", false);
    check("sip:a@b", "sip:a@b;lr", true);
    check("sip:a@b;lr", "sip:a@b;lr=on", false);
}

#[test]
fn hosts_are_compared_by_what_they_are() {
    check("sip:a@[2001:db8::1]", "sip:a@[2001:0DB8:0:0::1]", true);
    check("sip:a@[::ffff:192.0.2.1]", "sip:a@192.0.2.1", false);
    check("sip:a@example.com.", "sip:a@example.com", false);
    check("sip:a@b;maddr=[2001:db8::1]", "sip:a@b;maddr=[2001:DB8:0::1]", true);
    check("sip:a@b:05070", "sip:a@b:5070", true);
}

#[test]
fn reserved_characters_of_the_user_differ_from_their_escapes() {
    check("sip:user;par=u%40example.net@example.com", "sip:user;par=u%40example.net@EXAMPLE.com", true);
    check("sip:user;par=u%40example.net@example.com", "sip:user;Par=u%40example.net@example.com", false);
    check("sip:user%3Bpar@example.com", "sip:user;par@example.com", false);
    check("sip:%2b1555@example.com", "sip:%2B1555@example.com", true);
    check("sip:%2B1555@example.com", "sip:+1555@example.com", false);
}

#[test]
fn headers_are_never_ignored() {
    check("sip:a@b?x=1&x=2", "sip:a@b?x=2&x=1", true);
    check("sip:a@b?x=1&x=1", "sip:a@b?x=1", false);
    check("sip:a@b?X=Y", "sip:a@b?x=y", true);
    check("sip:a@b?Call-ID=Y", "sip:a@b?call-id=y", false);
    check("sip:a@b?to=sip:bob%40Biloxi.com", "sip:a@b?To=sip:%62ob%40biloxi.com", true);
    check("sip:a@b?to=sip:bob%40biloxi.com", "sip:a@b?to=sip:BOB%40biloxi.com", false);
}

#[test]
fn tel_uris_are_compared_as_numbers() {
    check("tel:+358-555-1234567;postd=pp22", "tel:+358-555-1234567;POSTD=PP22", true);
    check("tel:+358-555-1234567;postd=pp22;isub=1411", "tel:+358-555-1234567;isub=1411;postd=pp22", true);
    check("tel:+358-555-1234567;postd=pp22", "tel:+3585551234567;postd=pp22", true);
    check("tel:+3585551234567", "tel:3585551234567", false);
    check("tel:+3585551234567", "tel:+3585551234567;isub=1411", false);
    check("tel:7042;phone-context=example.com", "tel:7042;phone-context=example.net", false);
    check("TEL:+1", "tel:+1", true);
}

#[test]
fn the_same_numbers_in_sip_uris_are_compared_as_text() {
    check("sip:+358-555-1234567;postd=pp22@foo.com;user=phone", "sip:+358-555-1234567;POSTD=PP22@foo.com;user=phone", false);
    check(
        "sip:+358-555-1234567;postd=pp22;isub=1411@foo.com;user=phone",
        "sip:+358-555-1234567;isub=1411;postd=pp22@foo.com;user=phone",
        false,
    );
    check("sip:+358-555-1234567@foo.com", "sip:+3585551234567@foo.com", false);
    check("tel:+1555", "sip:+1555@foo.com;user=phone", false);
}

#[test]
fn service_urns_are_compared_in_any_case() {
    check("urn:service:sos.police", "URN:Service:SOS.Police", true);
    check("urn:service:sos", "urn:service:sos.police", false);
    check("urn:example:a", "URN:Example:a", true);
    check("urn:example:a", "urn:example:A", false);
    check("urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "urn:uuid:F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6", true);
}

#[test]
fn other_uris_are_compared_as_text() {
    check("http://Example.com/A", "HTTP://example.com/A", true);
    check("http://example.com/a", "http://example.com/A", false);
    check("mailto:bob@example.com", "mailto:bob@example.com", true);
    check("mailto:bob@example.com", "im:bob@example.com", false);
    check("*", "*", true);
    check("*", "sip:a@b", false);
}

#[test]
fn spoilt_uris_equal_no_other_text() {
    check("sip:alice@@@:port", "sip:alice@@@:port", true);
    check("sip:alice@b:port", "sip:alice@b:pore", false);
    check("sip:alice@b:port", "sip:alice@b", false);
    check("sip:alice@b:0", "sip:alice@b:70000", false);
}
